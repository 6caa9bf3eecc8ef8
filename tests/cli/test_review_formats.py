"""`invitepolicy review`: the same in every format, of whatever the source holds."""

from __future__ import annotations

import csv
import io
import json
import sys

import pytest
from exports import sent, write_export
from locations import EXPORT as EXAMPLE
from reviewing import RECORD


def test_every_format_says_the_same(reviewed):
    """Of the same records, in the order of the source."""
    whole = json.loads(reviewed(EXAMPLE, "--format", "json")[1])
    lines = [json.loads(line) for line in reviewed(EXAMPLE, "--format", "jsonl")[1].splitlines()]
    table = list(csv.DictReader(io.StringIO(reviewed(EXAMPLE, "--format", "csv")[1], newline="")))

    assert lines == whole["invitations"]
    assert len(lines) == 42
    for line, row in zip(lines, table, strict=True):
        assert row["name"] == (line["invitation"]["name"] or "")
        for name, answer in line["decisions"].items():
            assert (row[name], row[f"{name}_reason"]) == (answer["outcome"], answer["reason"])
            assert (row[f"{name}_changes_at"] or None, row[f"{name}_changes_to"] or None) == (
                answer["changes_at"], answer["changes_to"],
            )  # fmt: skip
    assert whole["account"]["facts"]["account_pending"] == 12


@pytest.mark.parametrize("format_", ["text", "json", "jsonl", "csv"])
def test_a_row_that_cannot_be_read_makes_the_status(reviewed, tmp_path, format_):
    """The same for all formats, however quiet; the rest is answered, and the row is reported where there is room."""
    folder = write_export(tmp_path, [sent("ann"), sent("bob", at="soon"), sent("cy", at="3/8/26, 2:30 AM")])

    status, text, remarks = reviewed(folder, "--format", format_)
    quiet = reviewed(folder, "--format", format_, "-q")

    assert (status, quiet) == (1, (1, text, ""))
    assert "Ann" in text
    assert "Cy" in text
    assert "left out: 1 row that could not be read\n" in remarks
    shown = text if format_ in ("text", "json") else remarks
    assert "Invitations.csv:3" in shown
    assert "Invitations.csv:4" in shown
    assert ("left out: Sent At: is not a date" in shown) is (format_ != "json")


def test_json_lines_answer_for_the_account_that_the_file_shows(reviewed, tmp_path):
    """A first pass over a file; of stdin only what is said."""
    asked = '{"status": "draft", "name": "%s", "email_requested": true}\n'
    path = tmp_path / "a.jsonl"
    path.write_text("".join(asked % name for name in "abcdef"))

    by_format = {name: reviewed(path, "--format", name)[1] for name in ("json", "jsonl")}

    whole, lines = json.loads(by_format["json"]), [json.loads(line) for line in by_format["jsonl"].splitlines()]
    assert whole["account"]["facts"]["account_email_requests"] == 6
    assert whole["invitations"] == lines


def piped(monkeypatch, text):
    """Put a text into stdin."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


def test_from_stdin_the_account_is_what_is_said_of_it(reviewed, monkeypatch):
    """Nobody has seen all of its records."""
    piped(monkeypatch, RECORD)
    text = reviewed("-")[1]
    piped(monkeypatch, RECORD)
    whole = json.loads(reviewed("-", "--format", "json", "--account", "pending=7")[1])
    piped(monkeypatch, RECORD)
    (line,) = reviewed("-", "--format", "jsonl", "--account", "pending=7")[1].splitlines()

    assert "Its counts are unknown, because not all of its records were read" in " ".join(text.split())
    assert whole["account"]["facts"]["account_pending"] == 7
    assert whole["account"]["facts"]["account_settled"] is None
    assert whole["invitations"] == [json.loads(line)]


def test_forms_of_the_export_reach_the_command(reviewed, tmp_path):
    """Dates by hand, another sheet, and both refused for records."""
    folder = write_export(tmp_path, [sent("ann", at="03/02/2026 10:00")])

    assert "Invitations.csv:2: left out: Sent At: “03/02/2026 10:00” may begin with" in reviewed(folder)[1]
    status, text, _ = reviewed(folder / "Invitations.csv", "--dates", "day-first")
    assert status == 0
    assert "sent 2026-02-03, 39 days ago" in text
    assert reviewed("-", "--dates", "day-first")[0] == 2
