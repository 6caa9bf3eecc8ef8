"""`invitepolicy review`: how it writes, hands on and ends: files, streams and signals."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from exports import sent, write_export
from locations import EXPORT as EXAMPLE
from reviewing import NOW, RECORD, TINY
from terminals import Terminal

from invitepolicy.cli import main


def started(*words, **named):
    """Start the command as a process of its own."""
    return subprocess.Popen([sys.executable, "-m", "invitepolicy", "review", *words, *NOW], text=True, **named)


def test_output_goes_to_a_file_without_colours(reviewed, tmp_path, monkeypatch):
    """Whole; `-` is stdout."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    path = tmp_path / "review.txt"

    assert reviewed(EXAMPLE, "-o", str(path)) == (0, "", "")
    assert path.read_text(encoding="utf-8").startswith("Invitations of")
    assert reviewed(EXAMPLE, "-o", "-")[1].startswith("\x1b[1mInvitations of")


@pytest.mark.parametrize("format_", ["text", "jsonl"])
@pytest.mark.parametrize("name", ["Invitations.csv", "connections.csv", "people.csv", "mine.yaml", "known.csv"])
def test_no_file_that_is_read_is_overwritten(reviewed, tmp_path, format_, name):
    """Nor the policy."""
    write_export(tmp_path, [sent("ann")], people=["name"])
    (tmp_path / "Connections.csv").rename(tmp_path / "connections.csv")
    (tmp_path / "mine.yaml").write_text(TINY)
    (tmp_path / "known.csv").write_text("name\n")
    before = (tmp_path / name).read_bytes()
    known = ["--people", str(tmp_path / "known.csv"), "-p", str(tmp_path / "mine.yaml")]

    status, _, remarks = reviewed(tmp_path, "-o", str(tmp_path / name), "--format", format_, *known)

    assert status == 2
    assert "is also an input" in remarks
    assert (tmp_path / name).read_bytes() == before


def test_what_breaks_off_leaves_no_file(tmp_path, monkeypatch):
    """Ctrl-C in the middle of a stream: 130, and the old file."""
    (tmp_path / "out").write_text("before")

    class Interrupted(io.BytesIO):
        def readline(self, *_):
            raise KeyboardInterrupt

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(Interrupted()))

    assert main(["review", "-", "--format", "jsonl", "-o", str(tmp_path / "out"), *NOW]) == 130
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"out": "before"}


def test_progress_and_problems_share_a_terminal(tmp_path, monkeypatch):
    """A problem stands on a line of its own; the count is gone in the end, and quiet shows none."""
    (tmp_path / "p.yaml").write_text(TINY)
    (tmp_path / "a.jsonl").write_text(RECORD * 200 + "x\n")
    monkeypatch.setattr("invitepolicy.cli.progress._SHOW_AFTER", 0)
    words = ["review", str(tmp_path / "a.jsonl"), "-p", str(tmp_path / "p.yaml"), "--format", "csv", "-o", os.devnull]
    seen = []
    for quiet in ([], ["-q"]):
        stream = Terminal()
        monkeypatch.setattr(sys, "stderr", stream)
        assert main([*words, *quiet, *NOW]) == 1
        seen.append(stream.getvalue())

    assert re.search(r"\r\x1b\[Kcounting: \d+ records, [\d,]+ a second", seen[0])
    assert "\r\x1b[Kinvitepolicy: a.jsonl:201: left out: the line is not JSON at column 1" in seen[0]
    assert seen[1] == ""


def test_lines_are_handed_on_as_they_are_decided(tmp_path):
    """Of a pipe that stays open, each record is answered before the next one is there."""
    with started("-", "--format", "jsonl", stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        for name in ("Ann", "Bob"):
            process.stdin.write(f'{{"name": "{name}"}}\n')
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["invitation"]["name"] == name
        process.stdin.close()
        assert process.wait(10) == 0


def test_a_closed_pipe_ends_it_quietly():
    """Whoever reads only the beginning has seen enough."""
    reading, writing = os.pipe()
    os.close(reading)

    with started(str(EXAMPLE), "--format", "json", stdout=writing, stderr=subprocess.PIPE) as process:
        os.close(writing)
        assert process.stderr.read() == ""
        assert process.wait(10) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no such device")
def test_a_full_disk_is_a_clear_error():
    """One line, and the status of what could not run."""
    with Path("/dev/full").open("w") as full, started(str(EXAMPLE), stdout=full, stderr=subprocess.PIPE) as process:
        assert process.stderr.read() == "invitepolicy: writing failed: no space left on device\n"
        assert process.wait(10) == 2


def test_an_interruption_ends_it_with_130():
    """And no traceback."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with started("-", "--format", "jsonl", **pipes) as process:
        process.stdin.write("{}\n")
        process.stdin.flush()
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
        assert process.stderr.read() == ""


@pytest.mark.slow
@pytest.mark.parametrize("environment", [{"LC_ALL": "C", "PYTHONUTF8": "0"}, {"PYTHONIOENCODING": "ascii"}])
def test_a_poor_locale_is_no_error(environment):
    """What it cannot write is written as an escape."""
    environment = {**os.environ, "PYTHONCOERCECLOCALE": "0", **environment}

    with started(str(EXAMPLE), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        text, remarks = process.communicate()

    assert (process.returncode, remarks) == (0, "")
    assert "\\u540d\\u53d6" in text


PEAK = """
import resource, sys
from invitepolicy.cli import main
status = main(sys.argv[1:])
print(status, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
@pytest.mark.parametrize("number", [10_000, pytest.param(200_000, marks=pytest.mark.full)])
def test_any_number_of_records_streams_in_flat_memory(tmp_path, number):
    """Two passes over a file of fresh invitations take no more memory than over a handful."""
    (tmp_path / "p.yaml").write_text(TINY)

    def peak(lines):
        (tmp_path / "a.jsonl").write_text('{"sent_at": "2026-03-14T10:00Z", "note": "Hello"}\n' * lines)
        words = ["review", "a.jsonl", "-p", "p.yaml", "--format", "jsonl", "-o", "out.jsonl", *NOW]
        ran = subprocess.run(
            [sys.executable, "-c", PEAK, *words], capture_output=True, text=True, check=True, cwd=tmp_path
        )
        status, kilobytes = map(int, ran.stdout.split())
        assert status == 0
        assert (tmp_path / "out.jsonl").read_bytes().count(b"\n") == lines
        return kilobytes

    assert peak(number) - peak(100) < 2_000
