"""What users write about people: how each column is read, and the message for a wrong value."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from invitepolicy._core.facts import FACTS, Fact
from invitepolicy.sources.linkedin import people_columns
from invitepolicy.sources.linkedin.csv_table import CsvRow
from invitepolicy.sources.linkedin.dates import date_reader
from invitepolicy.sources.linkedin.people_columns import COLUMNS, is_known, read_knowledge

CALENDAR = date_reader(None)


def know(**cells):
    """Read a row with these cells."""
    return read_knowledge(CsvRow("people.csv:2", cells), CALENDAR)


def test_every_column_is_read():
    """One row that has everything."""
    fields, mistakes = know(
        relationship="Known",
        activity=" daily ",
        tags="keep; vip;;",
        status="WITHDRAWN",
        withdrawn_at="2026-03-01",
        email_requested="TRUE",
        attempts="2",
        last_active_at="2026-03-02T10:00+01:00",
    )

    assert mistakes == []
    assert set(fields) == set(COLUMNS)
    assert fields == {
        "relationship": "known",
        "activity": "daily",
        "tags": frozenset({"keep", "vip"}),
        "status": "withdrawn",
        "withdrawn_at": datetime(2026, 3, 1, tzinfo=UTC),
        "email_requested": True,
        "attempts": 2,
        "last_active_at": datetime(2026, 3, 2, 9, tzinfo=UTC),
    }


def test_an_empty_cell_gives_nothing():
    """Neither does white space, nor an unknown column."""
    assert know(relationship="", activity="  ", my_x="", url="x", nickname="y") == ({}, [])


@pytest.mark.parametrize(("text", "value"), [("yes", True), ("No", False), ("true", True), ("FALSE", False)])
def test_a_flag_is_written_in_words(text, value):
    """As people and as spreadsheets write it."""
    assert know(email_requested=text) == ({"email_requested": value}, [])


@pytest.mark.parametrize(
    ("column", "text", "message"),
    [
        ("relationship", "knwon", "is not an allowed value; did you mean “known”?"),
        ("relationship", "Zoë", "is not an allowed value; write known, logical, stranger or unknown"),
        ("activity", "dayly", "is not an allowed value; did you mean “daily”?"),
        ("status", "withdrew", "is not an allowed value; did you mean “withdrawn”?"),
        ("email_requested", "1", "must be true or false; write one of them, or leave it empty"),
        ("attempts", "two", "must be a whole number, 0 or more; write digits, such as 3"),
        ("attempts", "-1", "must be a whole number, 0 or more; write digits, such as 3"),
        ("attempts", "٢", "must be a whole number, 0 or more; write digits, such as 3"),
        ("attempts", "1" * 19, "must be a whole number, 0 or more; write digits, such as 3"),
        (
            "withdrawn_at",
            "3/1/26",
            "“3/1/26” may begin with its day or its month; give --dates day-first or --dates month-first",
        ),
        ("last_active_at", "yesterday", "is not a date; write it like 2026-03-14 18:41"),
    ],
)
def test_a_wrong_value_is_reported_with_a_remedy(column, text, message):
    """By its column; the word itself might be a name and is not repeated."""
    fields, mistakes = know(**{column: text})

    assert (fields, list(map(str, mistakes))) == ({}, [f"{column}: {message}"])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("20", 20),
        ("-2.5", -2.5),
        ("TRUE", True),
        ("false", False),
        ("40%", 0.4),
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-01T10:00Z", datetime(2026, 3, 1, 10, tzinfo=UTC)),
        ("2026-03-01 10:00", "2026-03-01 10:00"),  # in no zone: text
        ("3/1/26", "3/1/26"),
        ("finance", "finance"),
        ("yes", "yes"),
        ("007", "007"),
        ("1e3", "1e3"),
        ("1" * 19, "1" * 19),  # more digits than can be distinguished: somebody's number, not a count
        ("140%", "140%"),
    ],
)
def test_an_own_fact_is_read_where_it_is_plain(text, value):
    """Numbers, shares, true and false, and instants; anything else is the policy's to understand."""
    assert know(my_x=text) == ({"facts": {"my_x": value}}, [])


def test_columns_follow_the_facts():
    """A fact of an invitation that LinkedIn does not export has a column, and only those have."""
    facts = {fact.field for fact in FACTS.values() if fact.subject == "invitation"}

    assert set(COLUMNS) == facts - {"direction", "sent_at", "answered_at", "note"}


@pytest.mark.parametrize(
    ("kind", "text", "value"), [("number", "2.5", 2.5), ("share", "40%", 0.4), ("share", "4", None)]
)
def test_a_fact_of_any_kind_can_be_a_column(monkeypatch, kind, text, value):
    """Also of the kinds that no invitation has yet."""
    monkeypatch.setitem(people_columns._FACTS, "score", Fact("score", kind, "invitation", "score", "a score"))

    fields, mistakes = know(score=text)

    assert fields.get("score") == value
    assert [mistake.code for mistake in mistakes] == ["quantity"] * (value is None)


def test_own_columns_begin_with_my():
    """All others are LinkedIn's or a slip of the pen."""
    assert [is_known(column) for column in ("my_met", "tags", "mymet", "Email Address")] == [True, True, False, False]
