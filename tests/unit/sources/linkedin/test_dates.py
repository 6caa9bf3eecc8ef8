"""Dates of an export: what each form means, and that day and month are never guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invitepolicy.sources.linkedin import dates as date_forms
from invitepolicy.sources.linkedin.archive import ExportError
from invitepolicy.sources.linkedin.dates import date_reader, read_day, read_instant, read_wall_time
from invitepolicy.sources.problems import MistakeError

PACIFIC = ZoneInfo("America/Los_Angeles")


def utc(*parts):
    """Return an instant in UTC."""
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("3/14/26, 6:41 PM", utc(2026, 3, 15, 1, 41)),  # daylight saving: seven hours
        ("1/19/26, 3:33 PM", utc(2026, 1, 19, 23, 33)),  # standard time: eight
        ("3/11/26, 12:00 PM", utc(2026, 3, 11, 19)),  # noon
        ("2/28/26, 12:01 AM", utc(2026, 2, 28, 8, 1)),  # a minute after midnight
        ("3/14/26, 6:41\u202fPM", utc(2026, 3, 15, 1, 41)),  # what newer spreadsheets put before PM
        ("3/14/26, 6:41\u00a0PM", utc(2026, 3, 15, 1, 41)),
        (" 3/14/26,  6:41 PM ", utc(2026, 3, 15, 1, 41)),
        ("2/29/24, 1:00 PM", utc(2024, 2, 29, 21)),  # a leap day
        ("3/8/26, 1:59 AM", utc(2026, 3, 8, 9, 59)),  # the last minute before clocks go forward
        ("3/8/26, 3:00 AM", utc(2026, 3, 8, 10)),  # the first one after
        ("11/2/25, 12:59 AM", utc(2025, 11, 2, 7, 59)),  # before the hour that happens twice
        ("11/2/25, 1:30 AM", utc(2025, 11, 2, 8, 30)),  # in it: the first
        ("11/2/25, 2:00 AM", utc(2025, 11, 2, 10)),  # behind it
        ("1/1/03, 9:00 AM", utc(2003, 1, 1, 17)),  # the first year
        ("12/31/99, 9:00 AM", utc(2099, 12, 31, 17)),  # two digits are 2000 and later
        ("2026-03-14 18:41", utc(2026, 3, 15, 1, 41)),  # no offset: Pacific, like the rest of the column
        ("2026-03-14", utc(2026, 3, 14, 7)),
        ("2026-3-4 6:05", utc(2026, 3, 4, 14, 5)),
        ("2026/03/14 18:41", utc(2026, 3, 15, 1, 41)),  # the year first leaves no doubt
        ("2026.03.14", utc(2026, 3, 14, 7)),
        ("2026-03-14T18:41:30", utc(2026, 3, 15, 1, 41, 30)),
        ("2026-03-14 6:41 pm", utc(2026, 3, 15, 1, 41)),
        ("2026-03-14T18:41:30.25Z", utc(2026, 3, 14, 18, 41, 30, 250_000)),
        ("2026-03-14 18:41:30 UTC", utc(2026, 3, 14, 18, 41, 30)),
        ("2026-03-14T18:41+01:00", utc(2026, 3, 14, 17, 41)),
        ("2026-03-14T18:41-05:30", utc(2026, 3, 15, 0, 11)),
        ("2024-11-03 01:30:00", utc(2024, 11, 3, 8, 30)),
        ("14 Mar 2026", utc(2026, 3, 14, 7)),
        ("14-Mar-26 18:41", utc(2026, 3, 15, 1, 41)),
        ("2100-12-31T23:59Z", utc(2100, 12, 31, 23, 59)),
    ],
)
def test_a_plain_form_has_one_meaning(text, instant):
    """Each form that leaves no doubt is read, with or without an order of dates."""
    for order in (None, "day-first", "month-first"):
        assert read_wall_time(text, date_reader(order)) == (instant, None)


def test_a_time_that_clocks_skipped_is_read_as_standard_time_and_said():
    """`3/8/26, 2:30 AM` never happened: it is 2:30 in standard time, with a remark."""
    instant, remark = read_wall_time("3/8/26, 2:30 AM", date_reader(None))

    assert instant == utc(2026, 3, 8, 10, 30)
    assert str(remark) == (
        "“3/8/26, 2:30 AM” does not exist, since US Pacific clocks skipped it; read as standard time"
    )


@pytest.mark.parametrize(
    ("text", "day_first", "month_first"),
    [
        ("03/04/2026 18:41", utc(2026, 4, 4, 1, 41), utc(2026, 3, 5, 2, 41)),
        ("3/4/26", utc(2026, 4, 3, 7), utc(2026, 3, 4, 8)),
        ("3.4.2026", utc(2026, 4, 3, 7), utc(2026, 3, 4, 8)),
        ("3-4-26 6:41", utc(2026, 4, 3, 13, 41), utc(2026, 3, 4, 14, 41)),
        ("03/04/26, 6:41 PM", utc(2026, 4, 4, 1, 41), utc(2026, 3, 5, 2, 41)),  # padded: not LinkedIn's
        ("3/4/26, 06:41 PM", utc(2026, 4, 4, 1, 41), utc(2026, 3, 5, 2, 41)),
        ("3/4/26, 6:41 pm", utc(2026, 4, 4, 1, 41), utc(2026, 3, 5, 2, 41)),  # Australia's small letters
        ("3/4/26 6:41 PM", utc(2026, 4, 4, 1, 41), utc(2026, 3, 5, 2, 41)),  # no comma
        ("3/4/2026, 6:41 PM", utc(2026, 4, 4, 1, 41), utc(2026, 3, 5, 2, 41)),
    ],
)
def test_day_against_month_is_asked_not_guessed(text, day_first, month_first):
    """What is not LinkedIn's own form is read only with a given order, and the error says how to give it."""
    assert read_wall_time(text, date_reader("day-first")) == (day_first, None)
    assert read_wall_time(text, date_reader("month-first")) == (month_first, None)
    with pytest.raises(MistakeError, match="day or its month; give --dates day-first or --dates month-first"):
        read_wall_time(text, date_reader(None))


def test_a_date_with_one_reading_is_not_guessed_either():
    """`13/02/2026` tells its order, but not that of the row above it."""
    with pytest.raises(MistakeError, match="“13/02/2026 10:00” may begin with its day or its month"):
        read_wall_time("13/02/2026 10:00", date_reader(None))

    assert read_wall_time("13/02/2026 10:00", date_reader("day-first"))[0] == utc(2026, 2, 13, 18)


def test_linkedins_own_form_is_month_first_whatever_the_order():
    """In a file with rows from two hands, LinkedIn's rows stay LinkedIn's."""
    assert read_wall_time("3/4/26, 6:41 PM", date_reader("day-first"))[0] == utc(2026, 3, 5, 2, 41)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "is not a date; write it like 2026-03-14 18:41"),
        ("n/a", "is not a date; write it like 2026-03-14 18:41"),
        ("1704067200", "is not a date; write it like 2026-03-14 18:41"),
        ("20240101", "is not a date; write it like 2026-03-14 18:41"),
        ("2024W011", "is not a date; write it like 2026-03-14 18:41"),
        ("2026-03-14Z", "is not a date; write it like 2026-03-14 18:41"),
        ("2026-03/14", "is not a date; write it like 2026-03-14 18:41"),
        ("٢٠٢٦-٠٣-١٤", "is not a date; write it like 2026-03-14 18:41"),
        ("2024-01-01T10:00+00:00:01.5", "is not a date; write it like 2026-03-14 18:41"),
        ("13/1/26, 6:41 PM", "“13/1/26, 6:41 PM” does not exist; LinkedIn writes month/day/year"),
        ("2/29/26, 6:41 PM", "“2/29/26, 6:41 PM” does not exist; LinkedIn writes month/day/year"),
        ("3/4/26, 13:41 PM", "“3/4/26, 13:41 PM” does not exist; LinkedIn writes month/day/year"),
        ("2026-03-14 0:10 AM", "“2026-03-14 0:10 AM” does not exist; check the month, the day and the hour"),
        ("2024-13-01", "“2024-13-01” does not exist; check the month, the day and the hour"),
        ("2023-02-29", "“2023-02-29” does not exist; check the month, the day and the hour"),
        ("2024-01-01T24:00", "“2024-01-01T24:00” does not exist; check the month, the day and the hour"),
        ("2024-01-01T10:00+25:00", "“2024-01-01T10:00+25:00” does not exist; check the month, the day and the hour"),
        ("14 Mär 2026", "is not a date; write it like 2026-03-14 18:41"),
        ("14 Mai 2026", "“14 Mai 2026” does not exist; check the month, the day and the hour"),
        ("2002-12-31", "“2002-12-31” is outside the years 2003 to 2100; check the year"),
        ("2101-01-01", "“2101-01-01” is outside the years 2003 to 2100; check the year"),
        ("1/2/02, 3:00 PM", "“1/2/02, 3:00 PM” is outside the years 2003 to 2100; check the year"),
        (
            "9999-12-31T23:59:59-23:59",
            "“9999-12-31T23:59:59-23:59” is outside the years 2003 to 2100; check the year",
        ),
        ("0001-01-01", "“0001-01-01” is outside the years 2003 to 2100; check the year"),
    ],
)
def test_what_is_no_date_is_refused_in_words(text, what):
    """Each refusal says what is wrong and what to write; a text that is no date is not repeated."""
    with pytest.raises(MistakeError) as refused:
        read_wall_time(text, date_reader(None))

    assert str(refused.value) == what


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("07 Jun 2026", date(2026, 6, 7)),  # today's form: a UTC date
        ("7-JUN-26", date(2026, 6, 7)),  # what a spreadsheet makes of it
        ("2026-06-07", date(2026, 6, 7)),
        ("6/7/18, 4:59 PM", date(2018, 6, 7)),  # the form of 2018, a Pacific time: still the same day in UTC
        ("6/7/18, 5:00 PM", date(2018, 6, 8)),  # the next one
        ("2026-06-07T23:30-01:00", date(2026, 6, 8)),
    ],
)
def test_a_connections_day_is_a_utc_date(text, day):
    """A date alone is a UTC date; a time of day is Pacific, and its UTC date counts."""
    assert read_day(text, date_reader(None)) == day


def test_what_a_person_writes_is_utc():
    """A date is 00:00 UTC, an offset counts, and a time without one is refused."""
    reader = date_reader("day-first")

    assert read_instant("2026-03-01", reader) == utc(2026, 3, 1)
    assert read_instant("1/3/26", reader) == utc(2026, 3, 1)
    assert read_instant("2026-03-01 10:00+01:00", reader) == utc(2026, 3, 1, 9)
    with pytest.raises(MistakeError, match="“2026-03-01 10:00” has no time zone; add Z for UTC, or an offset"):
        read_instant("2026-03-01 10:00", reader)


def test_another_order_is_refused():
    """Only two words say which comes first."""
    with pytest.raises(ExportError, match="“european” is not an order of dates; write day-first or month-first"):
        date_reader("european")


@pytest.mark.parametrize("error", [ZoneInfoNotFoundError, ValueError, IsADirectoryError])
def test_without_a_time_zone_database_it_says_what_to_install(monkeypatch, error):
    """Slim containers and Windows have none."""

    def missing(name):
        raise error(name)

    monkeypatch.setattr(date_forms, "ZoneInfo", missing)

    with pytest.raises(ExportError, match="install it: pip install tzdata"):
        date_reader(None)


@given(st.datetimes(datetime(2003, 1, 2), datetime(2099, 12, 30), timezones=st.just(UTC)))  # noqa: DTZ001
def test_linkedins_form_is_the_inverse_of_the_clock_on_the_wall(instant):
    """Any minute, written as LinkedIn writes it, comes back; the second of two equal ones as the first."""
    local = instant.replace(second=0, microsecond=0).astimezone(PACIFIC)
    hour = local.strftime("%I").lstrip("0")
    text = f"{local.month}/{local.day}/{local:%y}, {hour}:{local:%M} {'AM' if local.hour < 12 else 'PM'}"

    assert read_wall_time(text, date_reader(None)) == (local.replace(fold=0).astimezone(UTC), None)
