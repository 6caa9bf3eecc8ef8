"""JSON Lines: every line is a record or a problem, whatever it holds, and no line costs more than its bytes."""

from __future__ import annotations

import io
import json
import tracemalloc
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from locations import DATA
from strategies import invitations

from invitepolicy import Invitation, parse_policy
from invitepolicy.review.model import invitation_to_dict
from invitepolicy.sources.jsonl import LONGEST, read_records
from invitepolicy.sources.problems import RowProblem

HOSTILE = [
    entry
    for entry in json.loads((DATA / "hostile" / "manifest.json").read_text(encoding="utf-8"))
    if entry["file"].endswith(".jsonl")
]
OWN = parse_policy(
    "invitepolicy: 1\nname: own\nfacts: {my_met: clock, my_size: count}\ndecisions:\n  stay:\n    rules:\n"
    "      - {rule: big, when: {my_size: at least 3}, then: 'yes', because: Big.}\n"
    "    otherwise: {then: 'no', because: Small.}\n"
).facts.values()


def read(*lines, **named):
    """Read lines of text or bytes."""
    return list(read_records([line if isinstance(line, bytes) else line.encode() for line in lines], **named))


def problems(*lines, **named):
    """Return the places and messages of the lines that are no records."""
    return [(row.place, row.what) for row in read(*lines, **named) if isinstance(row, RowProblem)]


def test_a_line_is_a_record():
    """With instants as text, tags as a list, and own facts; what is left out is not known."""
    (record,) = read('{"sent_at": "2026-03-01T10:00Z", "tags": ["vip"], "my_size": 3, "note": null}\r\n')

    assert record == Invitation(
        sent_at=datetime(2026, 3, 1, 10, tzinfo=UTC), tags=frozenset({"vip"}), facts={"my_size": 3}
    )


@pytest.mark.slow
@given(st.lists(invitations, max_size=4))
def test_what_is_written_is_read_back(records):
    """`read_records` undoes `invitation_to_dict`, on a line of its own."""
    text = "".join(json.dumps(invitation_to_dict(record)) + "\n" for record in records)

    assert list(read_records(io.BytesIO(text.encode()))) == records


def test_lines_end_at_a_line_feed_and_nothing_else():
    """What other programs take for a line break is part of a text."""
    text = '{"name": "a\u2028b\u0085c"}\n\n  \n{"name": "d"}'

    assert [row.name for row in read_records(io.BytesIO(text.encode()))] == ["a\u2028b\u0085c", "d"]


def test_a_byte_order_mark_is_passed_over_before_the_first_line_only():
    """Elsewhere it is no JSON; an empty file has no records."""
    mark = "\ufeff{}"

    assert problems(mark, mark) == [("records:2", "the line is not JSON at column 1; write one record a line")]
    assert read() == []


def test_places_count_every_line():
    """Blank ones too, from 1, with the name of the file."""
    assert [place for place, _ in problems("{}", "", "null", "{}", "[]", name="a.jsonl")] == ["a.jsonl:3", "a.jsonl:5"]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("{", "the line is not JSON at column 2; write one record a line"),
        ("{} {}", "the line is not JSON at column 4; write one record a line"),
        ("[1]", 'the line is not a record; write one a line, such as {"sent_at": "2026-03-01T10:00Z"}'),
        ('{"status": "draft", "name": "x", "status": "pending"}', "“status” is given twice; keep one"),
        ('{"facts": {"my_x": 1, "my_x": 2}}', "“my_x” is given twice; keep one"),
        ('{"Ann Smith": 1, "Ann Smith": 2}', "a field is given twice; keep one"),
        ('{"attempts": NaN}', "a number is not finite; leave out what is unknown"),
        ('{"my_x": -Infinity}', "a number is not finite; leave out what is unknown"),
        ('{"my_x": 1e999}', "a number is not finite; leave out what is unknown"),
        ('{"my_x": ' + "1" * 19 + "}", "a number has more than 18 digits; write it shorter, or as text"),
        ('{"my_x": -' + "1" * 9999 + "}", "a number has more than 18 digits; write it shorter, or as text"),
        ("[" * 500_000, "the record is nested too deeply; write one flat record a line"),
        ('{"name": "\\ud83d"}', "a character is half of a surrogate pair; remove it"),
        ('{"\\uDE00": 1}', "a character is half of a surrogate pair; remove it"),
        (b'{"name": "\xe9"}', "byte 11 of the line is not UTF-8; save the file as UTF-8"),
        (b'{"name": "\xed\xa0\x80"}', "byte 11 of the line is not UTF-8; save the file as UTF-8"),
        ("{}".ljust(LONGEST + 1), "the line is longer than 1,048,576 bytes; write one record a line"),
        ('{"sent_On": 1}', None),
        ('{"sent_at": "soon"}', None),
        ('{"sent_at": true}', None),
        ('{"status": ["draft"]}', None),
        ('{"tags": "vip"}', None),
        ('{"facts": 5, "my_x": 1}', None),
        ('{"facts": {"x": 1}}', None),
        ('{"my_x": {"a": 1}}', None),
    ],
)
def test_a_line_that_is_no_record_is_a_problem(line, what):
    """One message with a remedy; the lines around it are read."""
    first, problem, last = read("{}", line, "{}")

    assert (first, last) == (Invitation(), Invitation())
    assert (problem.place, problem.level) == ("records:2", "error")
    assert what is None or problem.what == what
    assert problem.what.isprintable()


def test_a_pair_of_surrogates_is_a_character():
    """JSON writes characters beyond U+FFFF so; and a number of 18 digits is one."""
    (record,) = read('{"name": "\\ud83d\\ude80", "my_x": ' + "9" * 18 + ', "my_y": 0.5, "my_z": -3}')

    assert record.name == "🚀"
    assert dict(record.facts) == {"my_x": 10**18 - 1, "my_y": 0.5, "my_z": -3}


def test_no_message_repeats_what_a_line_holds():
    """Names, notes and addresses do not belong in logs; nor does a field's name that may be one."""
    canary = "Qqzx"
    lines = [f'{{"{canary} Smith": 1}}', f'{{"{canary}{"x" * 80}": 1}}', f'{{"name": ["{canary}"]}}']
    lines += [f'{{"url": "{canary}', f'{{"status": "{canary}"}}', f'{{"sent_at": "{canary}"}}', f'"{canary}"']

    sentences = [what for _, what in problems(*lines)]

    assert len(sentences) == len(lines)
    assert canary not in " ".join(sentences)


def test_an_own_fact_of_another_kind_is_a_problem():
    """Nothing could be decided about it; without the policy's facts it is anybody's."""
    lines = ('{"my_size": "big"}', '{"my_size": 3, "my_met": "2026-03-01"}', '{"my_met": 5}', '{"other": 1}', "{}")

    assert [place for place, _ in problems(*lines, facts=OWN)] == ["records:1", "records:3", "records:4"]
    assert [place for place, _ in problems(*lines)] == ["records:4"]


def test_a_line_without_end_is_a_problem_and_not_in_memory():
    """Of a line of 40 MiB no more is in memory than a few of the longest that may be, and the next one is read."""

    class Endless(io.RawIOBase):
        """Forty million spaces, then a record."""

        left = 40 * 2**20

        def readable(self):
            return True

        def readinto(self, buffer):
            size = min(len(buffer), self.left)
            text = b" " * size if size else self.last[: len(buffer)]
            self.last = self.last if size else self.last[len(buffer) :]
            self.left -= size
            buffer[: len(text)] = text
            return len(text)

        last = b"\n{}"

    tracemalloc.start()
    try:
        found = list(read_records(io.BufferedReader(Endless())))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert [type(row) for row in found] == [RowProblem, Invitation]
    assert found[0].place == "records:1"
    assert peak < 6 * LONGEST


@pytest.mark.parametrize("entry", HOSTILE, ids=[entry["file"] for entry in HOSTILE])
def test_hostile_records_meet_what_they_must(entry):
    """A problem, or a record where that is allowed."""
    with (DATA / "hostile" / entry["file"]).open("rb") as stream:
        found = list(read_records(stream))

    assert found
    if entry["expected"] == "must_reject":
        assert all(isinstance(row, RowProblem) for row in found)


@given(st.binary(max_size=200) | st.text(st.sampled_from('{}[]",:\\u0d8\n tru'), max_size=60).map(str.encode))
def test_nothing_is_raised_for_any_bytes(data):
    """Whatever stands in a file, each line is at most one record or problem."""
    assert len(list(read_records(io.BytesIO(data)))) <= data.count(b"\n") + 1
