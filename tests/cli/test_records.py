"""Where records come from: one way in for every form, and what must not be overwritten."""

from __future__ import annotations

import io
import sys

import pytest
from exports import sent, write_export
from locations import EXPORT as EXAMPLE

from invitepolicy import Invitation, parse_policy
from invitepolicy.cli.records import files_of, is_records, open_input
from invitepolicy.sources.linkedin import ExportError, read_export
from invitepolicy.sources.problems import RowProblem

OWN = parse_policy(
    "invitepolicy: 1\nname: own\nfacts: {my_size: count}\ndecisions:\n  stay:\n    rules:\n"
    "      - {rule: big, when: {my_size: at least 3}, then: 'yes', because: Big.}\n"
    "    otherwise: {then: 'no', because: Small.}\n"
).facts.values()


def opened(source, people=None, dates=None, facts=()):
    """Open a source."""
    return open_input(str(source), people=people, dates=dates, facts=facts)


def test_an_export_gives_its_problems_then_its_records():
    """And its owner; it can be gone through twice."""
    found = opened(EXAMPLE)

    assert found.owner == "Marisol Quintervane"
    assert tuple(found.rows) == tuple(found.rows) == read_export(EXAMPLE).invitations
    assert found.is_export
    assert "Marisol" not in repr(found).partition("rows=")[0]


def test_an_export_takes_people_and_dates(tmp_path):
    """As the reader of exports does."""
    folder = write_export(tmp_path, [sent("ann", at="03/04/2026 10:00")])
    (tmp_path / "others.csv").write_text("name,relationship\nAnn,known\n", encoding="utf-8")

    (record,) = opened(folder, people=str(tmp_path / "others.csv"), dates="day-first").rows

    assert (record.sent_at.month, record.relationship) == (4, "known")


def test_an_own_fact_of_another_kind_is_a_problem_of_its_row(tmp_path):
    """In an export too; the others are read."""
    folder = write_export(tmp_path, [sent("ann"), sent("bob")], people=["name,my_size", "Ann,big", "Bob,3"])

    found = list(opened(folder, facts=OWN).rows)

    assert found[0] == RowProblem(
        "Invitations.csv:2",
        "error",
        "my_size: must be a whole number, 0 or more; give 0, 1, 2 or more, with at most 18 digits",
    )
    assert found[1].facts == {"my_size": 3}


def test_a_file_of_records_is_read_anew_each_time(tmp_path):
    """Whatever the case of its ending; places have its name."""
    path = tmp_path / "a.JSONL"
    path.write_text('{"my_size": 2}\n{"my_size": "big"}\n', encoding="utf-8")

    found = opened(path, facts=OWN)

    assert not found.is_export
    assert not found.is_once
    assert (
        list(found.rows)
        == list(found.rows)
        == [
            Invitation(facts={"my_size": 2}),
            RowProblem(
                "a.JSONL:2",
                "error",
                "my_size: must be a whole number, 0 or more; give 0, 1, 2 or more, with at most 18 digits",
            ),
        ]
    )


def test_stdin_is_read_once(monkeypatch):
    """As bytes."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"name": "Ann"}\nx')))

    found = opened("-")

    assert found.is_once
    assert [getattr(row, "name", None) or row.place for row in found.rows] == ["Ann", "stdin:2"]


def test_what_cannot_be_read_is_said(tmp_path, monkeypatch):
    """A file that is not there, one that goes away, a stdin that fails."""
    path = tmp_path / "a.jsonl"
    with pytest.raises(ExportError, match="does not exist or is not a file; check its name, or use - for stdin"):
        opened(path)
    path.write_text("{}")
    found = opened(path)
    path.unlink()
    with pytest.raises(ExportError, match=r"cannot be read \(no such file or directory\); check its permissions"):
        list(found.rows)

    class Broken(io.BytesIO):
        def readline(self, *_):
            raise OSError

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(Broken()))
    with pytest.raises(ExportError, match=r"stdin cannot be read \(no reason given\)"):
        list(opened("-").rows)


@pytest.mark.parametrize("named", [{"people": "people.csv"}, {"dates": "day-first"}])
def test_records_take_no_people_and_no_dates(named):
    """They say these things themselves."""
    with pytest.raises(ExportError, match="apply only to a LinkedIn export"):
        opened("-", **named)


def test_a_folder_is_an_export_whatever_it_is_called(tmp_path):
    """Its ending is only a name."""
    (tmp_path / "mine.jsonl").mkdir()

    assert not is_records(str(tmp_path / "mine.jsonl"))
    assert is_records("-")


def test_the_files_of_a_source(tmp_path):
    """The folder, and what is read in it or beside a single file; of records only themselves."""
    write_export(tmp_path, people=["name"])
    (tmp_path / "other.csv").write_text("")
    names = {"Invitations.csv", "Connections.csv", "people.csv"}

    for source in (tmp_path, tmp_path / "export.zip"):
        assert set(files_of(str(source))) == {str(source), *(str(tmp_path / name) for name in names)}
    assert list(files_of(str(tmp_path / "a.jsonl"))) == [str(tmp_path / "a.jsonl")]
    assert list(files_of(str(tmp_path / "no" / "export.zip"))) == [str(tmp_path / "no" / "export.zip")]
