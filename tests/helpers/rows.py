"""Rows in are rows decided and rows told, with their line: what every reading of an export or of records is held to."""

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
    """Hold JSON Lines to one record or one problem a line that is not blank. Give how many lines those are."""
    lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    numbers = [number for number, line in enumerate(lines, 1) if line.strip() or len(line) >= LONGEST]
    found = list(read_records(io.BytesIO(data), facts=policy.facts.values()))
    records = [one for one in found if isinstance(one, Invitation)]
    told = [one.place for one in found if isinstance(one, RowProblem) and one.level == "error"]
    places = iter(told)

    expected = [
        next(places, None) if isinstance(one, RowProblem) else f"records:{number}"
        for number, one in zip(numbers, found, strict=True)
    ]
    assert expected == [f"records:{number}" for number in numbers]
    assert len(records) + len(told) == len(numbers)
    assert len(list(decide_each(policy, records, now=NOW))) == len(records)
    return len(numbers)


def check_export(folder, policy):
    """Hold a folder to a refusal, or each row of its invitations to an answer or to a problem. Give the rows' number.

    A row is accounted for once: read, told as an error, or told as left out for another row of the same person.
    """
    try:
        export = read_export(folder)
    except InvitePolicyError:
        return 0
    data = (Path(folder) / INVITATIONS).read_bytes()
    read = [place for place in export.places if place.startswith(INVITATIONS)]
    told = {one.place for one in export.problems if one.level == "error" and one.place.startswith(INVITATIONS)}
    left = [one.place for one in export.problems if one.what.startswith("left out") and one.place not in told]

    once = [*read, *told, *left]
    table = read_table(ExportFile(INVITATIONS, data), INVITATION_FORM)
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
    """Give the lines of a place."""
    first, _, last = place.rpartition(":")[2].partition("-")
    return range(int(first), int(last or first) + 1)
