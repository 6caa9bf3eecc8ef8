"""Output: atomic, never over an input, and inert."""

from __future__ import annotations

import io
import os
import stat
import sys
from pathlib import Path

import pytest

from invitepolicy.cli.output import OutputError, tolerate_unencodable, warn, write_new, write_out


def failing(error):
    """Yield text, then raise an error."""
    yield "half"
    raise error


def test_to_stdout(capsys):
    """Without a file, or to `-`, part by part."""
    write_out(["a", "b"], None)
    write_out(["c"], "-", live=True)

    assert capsys.readouterr().out == "abc"


def test_a_file_is_replaced_whole(tmp_path):
    """With the mode that it had; a new one gets the usual mode; nothing else is left there."""
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_text("before")
    old.chmod(0o640)

    write_out(["ä\r\n"], str(old))
    write_out(["b"], str(new))

    assert old.read_bytes() == "ä\r\n".encode()
    assert stat.S_IMODE(old.stat().st_mode) == 0o640
    assert stat.S_IMODE(new.stat().st_mode) == 0o666 & ~umask()
    assert {path.name for path in tmp_path.iterdir()} == {"old", "new"}


def umask():
    """Return the umask."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_a_link_stays_a_link(tmp_path):
    """What it names is replaced."""
    (tmp_path / "file").write_text("before")
    (tmp_path / "link").symlink_to("file")

    write_out(["after"], str(tmp_path / "link"))

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_text() == "after"


@pytest.mark.parametrize("error", [ValueError("x"), KeyboardInterrupt()])
def test_what_breaks_off_leaves_the_old_file(tmp_path, error):
    """And no other."""
    path = tmp_path / "old"
    path.write_text("before")

    with pytest.raises(type(error)):
        write_out(failing(error), str(path))

    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_written_says_why(tmp_path):
    """A folder that is not there, a folder in the place of a file, a full device, an error without words."""
    with pytest.raises(OutputError, match=r"no/file cannot be written \(no such file or directory\); nothing was"):
        write_out(["a"], str(tmp_path / "no" / "file"))
    with pytest.raises(OutputError, match=r"cannot be written \(is a directory\)"):
        write_out(["a"], str(tmp_path))
    with pytest.raises(OutputError, match="no reason given"):
        write_out(failing(OSError()), str(tmp_path / "file"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no such device")
def test_a_device_is_written_and_not_replaced():
    """A device stays one, and says that it is full."""
    with pytest.raises(OutputError, match="no space left on device"):
        write_out(["a"], "/dev/full")

    write_out(["a"], os.devnull)

    assert Path("/dev/full").is_char_device()


def test_a_pipe_whose_reader_goes_is_passed_on(tmp_path):
    """The command ends quietly then."""
    with pytest.raises(BrokenPipeError):
        write_out(failing(BrokenPipeError()), str(tmp_path / "file"))


def test_a_source_is_never_overwritten(tmp_path, monkeypatch):
    """Whatever it is called; nor what stdin reads; a source that is gone protects nothing."""
    source, link, other = tmp_path / "source", tmp_path / "link", tmp_path / "other"
    source.write_text("mine")
    os.link(source, link)

    with pytest.raises(OutputError, match="is also an input; choose another file for -o"):
        write_out(["a"], str(link), sources=["faq", str(source)])
    with source.open() as stream, monkeypatch.context() as patched:
        patched.setattr(sys, "stdin", stream)
        with pytest.raises(OutputError, match="is also an input"):
            write_out(["a"], str(source), sources=["-"])
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stdin", io.StringIO())
        write_out(["a"], str(other), sources=["-", str(tmp_path / "gone")])

    assert (source.read_text(), other.read_text()) == ("mine", "a")


def test_a_new_file_is_new(tmp_path, monkeypatch):
    """What is there stays, also on a file system without hard links."""
    path = tmp_path / "new"
    write_new("mine", path)
    with pytest.raises(OutputError, match="already exists; choose another name with -o"):
        write_new("other", path)

    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(OutputError, match="already exists"):
        write_new("other", path)
    write_new("second", tmp_path / "second")

    assert path.read_text() == "mine"
    assert (tmp_path / "second").read_text() == "second"
    assert {one.name for one in tmp_path.iterdir()} == {"new", "second"}


def test_a_new_file_needs_its_folder(tmp_path):
    """A clear error."""
    with pytest.raises(OutputError, match="no such file or directory"):
        write_new("a", tmp_path / "no" / "file")


def test_remarks_are_inert(capsys):
    """Controls are shown, not obeyed."""
    warn("a\x1b[2J")

    assert capsys.readouterr().err == "invitepolicy: a\\x1b[2J\n"


def test_a_stream_never_fails_for_a_letter():
    """What an encoding lacks is written as an escape; other streams are left alone."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    tolerate_unencodable(stream, io.StringIO(), None)

    stream.write("é")
    stream.flush()

    assert stream.buffer.getvalue() == b"\\xe9"
