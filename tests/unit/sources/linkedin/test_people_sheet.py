"""The people.csv to fill in: who is in it, that it is read back, and that no spreadsheet runs it."""

from __future__ import annotations

import csv
import io

import attrs
import pytest
from exports import got, sent, write_export
from locations import EXPORT as EXAMPLE

from invitepolicy import Invitation
from invitepolicy.sources.csv_safe import escape_cell
from invitepolicy.sources.linkedin import Export, read_export
from invitepolicy.sources.linkedin.people_sheet import write_people_sheet


def rows(sheet):
    """Return the sheet's rows without its header."""
    return list(csv.reader(io.StringIO(sheet, newline=""), strict=True))[1:]


def test_it_has_a_row_for_each_person_who_is_waited_for(tmp_path):
    """In the order of the export, either direction, once a person; accepted ones and drafts are not on it."""
    export = read_export(
        write_export(
            tmp_path,
            [sent("ann"), sent("bob"), got("cleo"), got("ann")],
            connections=["Bob,,https://www.linkedin.com/in/bob,,,,12 Mar 2026"],
            people=["name,status", "Dora,draft"],
        )
    )

    assert write_people_sheet(export) == (
        "url,name,relationship,activity,tags,last_active_at,status,withdrawn_at,email_requested,attempts\r\n"
        "https://www.linkedin.com/in/ann,Ann,,,,,,,,\r\n"
        "https://www.linkedin.com/in/cleo,Cleo,,,,,,,,\r\n"
    )


def test_read_back_it_says_nothing_and_joins_everybody(tmp_path):
    """An empty sheet changes no invitation and raises no problem."""
    export = read_export(EXAMPLE / "Invitations.csv", people=write_nobody(tmp_path))
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(write_people_sheet(export), encoding="utf-8", newline="")

    assert len(rows(sheet.read_text(encoding="utf-8"))) == 27
    assert read_export(EXAMPLE / "Invitations.csv", people=sheet) == export


def write_nobody(folder):
    """Write a sheet without rows."""
    (folder / "nobody.csv").write_text("url\n", encoding="utf-8")
    return folder / "nobody.csv"


@pytest.mark.parametrize("name", ['=HYPERLINK("x")', "@sum", "+49", "-1", "\uff1d1", "'=1", "'tis", 'a "b", c'])
def test_no_name_is_a_formula(tmp_path, name):
    """A spreadsheet sees text; filled in, the row still finds its person, also in an export that was defused."""
    export = Export("Me", (Invitation(name=name),), ("Invitations.csv:2",), ())
    quoted = '"' + escape_cell(name).replace('"', '""') + '"'
    write_export(tmp_path, [f'Me,{quoted},"3/11/26, 12:00 PM",,OUTGOING,,'])
    ((url, written, *_),) = rows(write_people_sheet(export))
    (tmp_path / "people.csv").write_text(
        write_people_sheet(export).replace(",,,,,,,,", ",known,,,,,,,"), encoding="utf-8"
    )

    assert (url, written[0] not in "=+-@\uff1d") == ("", True)
    assert [(read.name, read.relationship) for read in read_export(tmp_path).invitations] == [(name, "known")]


def test_it_needs_no_address_and_no_name():
    """Records that an application made may know neither."""
    export = Export(None, (Invitation(), attrs.evolve(Invitation(), name="Ann")), ("a:1", "a:2"), ())

    assert [row[:2] for row in rows(write_people_sheet(export))] == [["", ""], ["", "Ann"]]
