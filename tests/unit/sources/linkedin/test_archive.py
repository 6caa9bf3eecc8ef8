"""Where an export's files come from: a folder, a zip or a file, bounded, and refused in words."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest
from locations import EXPORT as EXAMPLE

from invitepolicy.sources.linkedin import archive
from invitepolicy.sources.linkedin.archive import CONNECTIONS, INVITATIONS, PEOPLE, ExportError, read_file, read_files

ALL = (INVITATIONS, CONNECTIONS, PEOPLE)


def zipped(path, members, method=zipfile.ZIP_DEFLATED):
    """Write a zip, whose members may repeat."""
    with zipfile.ZipFile(path, "w", method) as target:
        for name, data in members:
            target.writestr(name, data)
    return path


def folder(path, **files):
    """Write files by name, `x_csv` as x.csv, into a new folder."""
    path.mkdir()
    for name, data in files.items():
        (path / name.replace("_", ".")).write_bytes(data)
    return path


def texts(files):
    """Return what was found as names and bytes."""
    return {wanted: (file.name, file.data) for wanted, file in files.items()}


def refusal(source, wanted=ALL):
    """Return the words of a refusal."""
    with pytest.raises(ExportError) as refused:
        read_files(source, wanted)
    return str(refused.value)


def test_a_folder_gives_its_files_whatever_their_case(tmp_path):
    """Names are found in any case, and shown as they are; what is not wanted stays unread."""
    source = folder(tmp_path / "export", invitations_CSV=b"i", Connections_csv=b"c", messages_csv=b"m")

    assert texts(read_files(source, ALL)) == {
        INVITATIONS: ("invitations.CSV", b"i"),
        CONNECTIONS: ("Connections.csv", b"c"),
    }


def test_a_single_file_has_the_others_beside_it(tmp_path):
    """It stands for Invitations.csv whatever its name."""
    source = folder(tmp_path / "export", mine_csv=b"i", Connections_csv=b"c", people_csv=b"p", Invitations_csv=b"no")

    assert texts(read_files(source / "mine.csv", ALL)) == {
        INVITATIONS: ("mine.csv", b"i"),
        CONNECTIONS: ("Connections.csv", b"c"),
        PEOPLE: ("people.csv", b"p"),
    }


@pytest.mark.parametrize("top", ["", "Complete_LinkedInDataExport/", "windows\\", "../../"])
@pytest.mark.parametrize("name", ["export.zip", "export"])
def test_a_zip_gives_its_members_wherever_they_stand_in_it(tmp_path, top, name):
    """Folders in it, the resource forks of a Mac and a missing suffix make no difference; nothing is unpacked."""
    members = [(f"{top}Invitations.csv", "i"), ("__MACOSX/._Invitations.csv", "x"), (f"{top}Connections.csv", "c")]
    source = zipped(tmp_path / name, [("Jobs/", ""), *members])

    assert texts(read_files(source, ALL)) == {
        INVITATIONS: ("Invitations.csv", b"i"),
        CONNECTIONS: ("Connections.csv", b"c"),
    }
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_people_stand_in_the_zip_or_beside_it(tmp_path):
    """The one inside wins; the one beside is not looked for where it is not wanted."""
    beside = zipped(tmp_path / "a.zip", [(INVITATIONS, "i")])
    inside = zipped(tmp_path / "b.zip", [(INVITATIONS, "i"), (PEOPLE, "in")])
    (tmp_path / "People.csv").write_bytes(b"out")

    assert read_files(beside, ALL)[PEOPLE].data == b"out"
    assert read_files(inside, ALL)[PEOPLE].data == b"in"
    assert PEOPLE not in read_files(beside, (INVITATIONS, CONNECTIONS))


def test_what_is_missing_is_reported_with_what_is_there(tmp_path):
    """At most eight names, made safe to print."""
    many = folder(tmp_path / "many", **{f"f{number}_csv": b"" for number in range(10)})
    nested = zipped(tmp_path / "nested.zip", [("in\x1b[31mner.zip", "PK")])

    assert refusal(tmp_path / "nowhere").endswith(
        "nowhere does not exist; give the folder or the zip that LinkedIn sent"
    )
    assert refusal(many) == (
        f"{many} does not contain Invitations.csv, but f0.csv, f1.csv, f2.csv, f3.csv, f4.csv, f5.csv, f6.csv, f7.csv "
        "and 2 more; give the folder or the zip that LinkedIn sent"
    )
    assert refusal(nested).endswith(
        r"nested.zip does not contain Invitations.csv, but in\x1b[31mner.zip; "
        "give the folder or the zip that LinkedIn sent"
    )
    assert refusal(folder(tmp_path / "empty")).endswith("empty is empty; give the folder or the zip that LinkedIn sent")
    assert refusal("a\0b") == r"a\x00b does not exist; give the folder or the zip that LinkedIn sent"


def test_two_of_a_name_are_refused(tmp_path):
    """Nobody guesses which one counts."""
    twice = folder(tmp_path / "twice", Invitations_csv=b"1", INVITATIONS_csv=b"2")
    with pytest.warns(UserWarning, match="Duplicate name"):
        same = zipped(tmp_path / "same.zip", [(INVITATIONS, "1"), (INVITATIONS, "2")])
    parts = zipped(tmp_path / "parts.zip", [(f"a/{INVITATIONS}", "1"), (f"b/{INVITATIONS}", "2")])

    for source in (twice, same, parts):
        assert refusal(source).endswith("contains Invitations.csv 2 times; keep one of them")


def test_a_damaged_zip_is_refused(tmp_path):
    """Cut short, with a wrong checksum, or no zip at all."""
    data = zipped(tmp_path / "good.zip", [(INVITATIONS, (EXAMPLE / INVITATIONS).read_bytes())]).read_bytes()
    at = len(data) // 2
    for bad in (data[:at], data[:at] + bytes([data[at] ^ 255]) + data[at + 1 :], b"From,To\n", b""):
        (tmp_path / "bad.zip").write_bytes(bad)
        assert refusal(tmp_path / "bad.zip").endswith(
            "bad.zip is damaged or cut short; download it again, or unpack it and give the folder"
        )


def test_a_locked_or_strangely_packed_zip_is_refused(tmp_path):
    """Passwords are not asked for, and only the two usual methods are unpacked."""
    locked = zipped(tmp_path / "locked.zip", [(INVITATIONS, "i")], zipfile.ZIP_STORED)
    data = bytearray(locked.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    locked.write_bytes(data)
    strange = zipped(tmp_path / "strange.zip", [(INVITATIONS, "i")], zipfile.ZIP_BZIP2)

    assert refusal(locked).endswith("locked.zip is protected by a password; unpack it and give the folder")
    assert refusal(strange).endswith(
        "strange.zip uses an unsupported compression method; unpack it and give the folder"
    )


def test_a_zip_bomb_stops_at_the_limit(tmp_path, monkeypatch):
    """By what the zip says of itself, which is all that is ever unpacked; a file's bytes are counted."""
    monkeypatch.setattr(archive, "LARGEST", 3 * 2**20)
    bomb = zipped(tmp_path / "bomb.zip", [(INVITATIONS, b"From,To\n" * 2**19)])
    large = tmp_path / "Invitations.csv"
    large.write_bytes(b"From,To\n" * 2**19)
    fits = zipped(tmp_path / "fits.zip", [(INVITATIONS, b"x" * 3 * 2**20)])

    assert refusal(bomb) == "Invitations.csv is larger than 256 MiB; this is not a file that LinkedIn exports"
    assert refusal(large) == refusal(bomb)
    assert len(read_files(fits, ALL)[INVITATIONS].data) == 3 * 2**20


def test_a_zip_of_too_high_a_compression_ratio_is_not_unpacked(tmp_path):
    """What is small costs little at any ratio; what is large and has a ratio of a thousand is no export."""
    small = zipped(tmp_path / "small.zip", [(INVITATIONS, b"x" * 8 * 2**20)])
    bomb = zipped(tmp_path / "bomb.zip", [(INVITATIONS, b"x" * (8 * 2**20 + 1))])

    assert refusal(bomb).endswith(
        "bomb.zip has a compression ratio too high for a text file; unpack it and give the folder"
    )
    assert len(read_files(small, ALL)[INVITATIONS].data) == 8 * 2**20


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"PK\x03\x04xl", "x.csv is a spreadsheet workbook; save its sheet as “CSV UTF-8”"),
        (b"\xd0\xcf\x11\xe0xl", "x.csv is a spreadsheet workbook; save its sheet as “CSV UTF-8”"),
        ("From,To".encode("utf-16"), "x.csv is UTF-16 text; save it again as “CSV UTF-8”"),
        (b"\xfe\xff\x00F", "x.csv is UTF-16 text; save it again as “CSV UTF-8”"),
        (
            "From,To".encode("utf-16-le"),
            "x.csv is not text, since many of its bytes are NUL; save it again as “CSV UTF-8”",
        ),
        (b"\0" * 4096, "x.csv is not text, since many of its bytes are NUL; save it again as “CSV UTF-8”"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path, data, what):
    """By its first bytes."""
    (tmp_path / "x.csv").write_bytes(data)

    assert refusal(tmp_path / "x.csv") == what


def test_a_workbook_is_known_by_what_it_holds(tmp_path):
    """A spreadsheet's own file is a zip too."""
    workbook = zipped(tmp_path / "Invitations.xlsx", [("[Content_Types].xml", ""), ("xl/workbook.xml", "")])

    assert refusal(workbook).endswith(".xlsx is a spreadsheet workbook; save its sheet as “CSV UTF-8”")


def test_only_files_are_read(tmp_path):
    """A folder, a pipe or nothing by the name of a file is refused at once."""
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    (tmp_path / "Invitations.csv").mkdir()

    assert "does not exist" in refusal(pipe)
    assert refusal(tmp_path).endswith("does not exist, or is not a file; check its name")
    with pytest.raises(ExportError, match=r"gone\.csv does not exist, or is not a file; check its name"):
        read_file(tmp_path / "gone.csv")


@pytest.mark.parametrize("method", ["open", "iterdir"])
def test_what_may_not_be_read_is_said(tmp_path, monkeypatch, method):
    """The system's own reason, and a remedy."""
    (tmp_path / "Invitations.csv").write_bytes(b"")

    def forbidden(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, method, forbidden)

    assert refusal(tmp_path).endswith("cannot be read (permission denied); check its permissions")


def test_the_bytes_of_a_file_are_not_printed():
    """A `repr` shows the name only."""
    assert "Marisol" not in repr(read_file(EXAMPLE / INVITATIONS))
