"""Rows in are rows decided plus rows reported with their line: the law of every reading of an export or of records."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

from invitepolicy import Invitation, InvitePolicyError, decide_each
from invitepolicy.sources.jsonl import LONGEST, read_records
from invitepolicy.sources.linkedin import read_export
from invitepolicy.sources.linkedin.archive import INVITATIONS, ExportFile
from invitepolicy.sources.linkedin.csv_table import read_table
from invitepolicy.sources.linkedin.export_rows import INVITATION_FORM
from invitepolicy.sources.problems import RowProblem

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
BLANK = ' ,;"\t\r\n\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u2028\u2029\u3000'  # a line of nothing else may be no row


def check_lines(data, policy):
    """Check that JSON Lines give one record or problem per line that is not blank. Return the number of these lines."""
    lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    numbers = [number for number, line in enumerate(lines, 1) if line.strip() or len(line) >= LONGEST]
    rows = list(read_records(io.BytesIO(data), facts=policy.facts.values()))
    records = [row for row in rows if isinstance(row, Invitation)]
    failed = [row.place for row in rows if isinstance(row, RowProblem) and row.level == "error"]
    places = iter(failed)

    expected = [
        next(places, None) if isinstance(row, RowProblem) else f"records:{number}"
        for number, row in zip(numbers, rows, strict=True)
    ]
    assert expected == [f"records:{number}" for number in numbers]
    assert len(records) + len(failed) == len(numbers)
    assert len(list(decide_each(policy, records, now=NOW))) == len(records)
    return len(numbers)


def check_export(folder, policy):
    """Check that a folder is refused, or that each row of its invitations has an answer or a problem.

    A row is accounted for once: read, reported as an error, or left out for another row of the same person, which is a
    note on a row that was not read. Return the number of rows.
    """
    try:
        export = read_export(folder)
    except InvitePolicyError:
        return 0
    data = (Path(folder) / INVITATIONS).read_bytes()
    read = [place for place in export.places if place.startswith(INVITATIONS)]
    table = read_table(ExportFile(INVITATIONS, data), INVITATION_FORM)
    rows = [problem for problem in export.problems if problem.place.startswith(INVITATIONS)]
    failed = {problem.place for problem in rows if problem.level == "error"}
    notes = [problem.place for problem in rows if problem.level == "note" and problem.place != table.header]

    once = [*read, *failed, *(place for place in notes if place not in {*read, *failed})]
    assert sorted(once) == sorted([row.place for row in table.rows] + [problem.place for problem in table.problems])
    assert len(set(once)) == len(once)
    accounted = {line for place in once for line in _lines(place)}
    text = data.decode("utf-8").removeprefix("\ufeff")
    lines = (text if "\n" in text else text.replace("\r", "\n")).split("\n")
    header = _lines(table.header)[0]
    assert {line for line, words in enumerate(lines, 1) if line > header and words.strip(BLANK)} <= accounted
    assert len(list(decide_each(policy, export.invitations, now=NOW))) == len(export.places)
    return len(once)


def _lines(place):
    """Return the lines of a place."""
    first, _, last = place.rpartition(":")[2].partition("-")
    return range(int(first), int(last or first) + 1)
