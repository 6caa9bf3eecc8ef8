"""The sheet for the people who are waited for: written beside the export, and never over what is there."""

from __future__ import annotations

import argparse
import zipfile

import pytest
from exports import sent, write_export

from invitepolicy.cli.output import OutputError
from invitepolicy.cli.verbs.new import beside_export, write_people
from invitepolicy.sources.linkedin import ExportError, read_export


def asked(source, **named):
    """Give the arguments that the verb has."""
    return argparse.Namespace(**{"people": str(source), "output": None, "quiet": False, **named})


def test_it_stands_beside_the_export_and_joins_everybody(tmp_path, capsys):
    """Filled in, the next review knows."""
    folder = write_export(tmp_path, [sent("ann"), sent("bob")])

    assert write_people(asked(folder)) == 0

    path = tmp_path / "people.csv"
    assert capsys.readouterr().err == (
        f"invitepolicy: wrote {path}; fill in what you know, leave the rest empty, and run the review again\n"
    )
    path.write_text(path.read_text(encoding="utf-8").replace("Ann,", "Ann,known"), encoding="utf-8")
    assert [one.relationship for one in read_export(folder).invitations] == ["known", "unknown"]


def test_what_is_there_stays(tmp_path):
    """It may be the work of an evening."""
    folder = write_export(tmp_path, [sent("ann")], people=["name", "Ann"])

    with pytest.raises(OutputError, match=r"people\.csv already exists; choose another name with -o"):
        write_people(asked(folder))

    assert (tmp_path / "people.csv").read_text() == "name\nAnn\n"


def test_another_file_stdout_and_silence(tmp_path, capsys):
    """As -o and -q say."""
    folder = write_export(tmp_path, [sent("ann")])

    assert write_people(asked(folder, output=str(tmp_path / "sheet.csv"), quiet=True)) == 0
    assert write_people(asked(folder, output="-")) == 0

    printed = capsys.readouterr()
    assert printed.err == ""
    assert printed.out == (tmp_path / "sheet.csv").read_bytes().decode()
    assert printed.out.startswith("url,name,relationship,")


def test_a_row_that_cannot_be_read_makes_the_status(tmp_path, capsys):
    """Said, unless quiet; dates are read as they are meant."""
    folder = write_export(tmp_path, [sent("ann", at="soon"), sent("bob", at="03/04/2026 10:00")])

    assert write_people(asked(folder, output="-")) == 1
    assert capsys.readouterr().err == "invitepolicy: left out: 2 rows that could not be read\n"
    assert write_people(asked(folder, output="-", dates="day-first", quiet=True)) == 1
    assert capsys.readouterr().err == ""


def test_where_a_sheet_is_found_again(tmp_path):
    """In the folder, beside the zip or the single file."""
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w"):
        pass

    assert beside_export(str(tmp_path)) == beside_export(str(path)) == tmp_path / "people.csv"


def test_records_need_no_sheet():
    """They say themselves what is known."""
    with pytest.raises(ExportError, match="--people needs a LinkedIn export"):
        write_people(asked("a.jsonl"))
