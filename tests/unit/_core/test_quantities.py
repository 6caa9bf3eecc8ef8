"""Durations, shares, numbers and instants: what is read, what is refused and how, and back again."""

from __future__ import annotations

import decimal
import time
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invitepolicy._core.errors import InvalidInputError
from invitepolicy._core.quantities import (
    FOREVER,
    LONGEST,
    add_or_none,
    checked_duration,
    checked_number,
    checked_share,
    format_age,
    format_duration,
    format_instant,
    format_number,
    format_quantity,
    format_share,
    parse_duration,
    parse_instant,
    parse_number,
    parse_setting,
    parse_share,
)
from invitepolicy._core.text import quoted

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
MICROSECOND = timedelta(microseconds=1)


def refused(call, *arguments):
    """Return what is wrong, and the hint, of a text that is no quantity."""
    with pytest.raises(InvalidInputError) as caught:
        call(*arguments)
    assert str(caught.value) == caught.value.what
    return caught.value.what, caught.value.hint


# durations


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("0 days", timedelta()),
        ("0 minutes", timedelta()),
        ("1 minute", MINUTE),
        ("90 minutes", 90 * MINUTE),
        ("1 hour", timedelta(hours=1)),
        ("1 day", DAY),
        ("3 weeks", 21 * DAY),
        ("1 days", DAY),
        ("2 week", 14 * DAY),
        ("14  days", 14 * DAY),
        ("36525 days", LONGEST),
        ("5217 weeks", timedelta(weeks=5217)),
        ("876600 hours", LONGEST),
        ("52596000 minutes", LONGEST),
    ],
)
def test_durations_are_whole_numbers_of_fixed_units(text, duration):
    """A day is 24 hours and a week seven days, up to 100 years."""
    assert parse_duration(text) == duration


@pytest.mark.parametrize(
    "text",
    [
        "36526 days",
        "5218 weeks",
        "876601 hours",
        "52596001 minutes",
        "9" * 18 + " days",
        "1" + "0" * 18 + " days",
        "9" * 5000 + " days",
        "9" * 19 + "days",
    ],
    ids=lambda text: f"{text[:6]}-{len(text)}",
)
def test_durations_end_at_100_years(text):
    """One unit more is refused, however many digits it has."""
    what, hint = refused(parse_duration, text)

    assert what == f"{quoted(text)} is longer than 100 years"
    assert hint == "write forever if it is never to happen"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("1 month", "write 30 days or 4 weeks"),
        ("2 months", "write 60 days"),
        ("0 months", "write 0 days"),
        ("1.5 months", "write 30 days or 4 weeks"),
        ("1 year", "write 365 days or 52 weeks"),
        ("2 Years", "write 730 days"),
        ("100 years", "write 36500 days"),
        ("101 years", "write at most 36525 days, or forever"),
        ("999 months", "write 29970 days"),
        ("1000 months", "write at most 36525 days, or forever"),
        ("9" * 5000 + " years", "write at most 36525 days, or forever"),
    ],
    ids=lambda text: text[-20:],
)
def test_months_and_years_have_no_fixed_length(text, hint):
    """They are refused with the days that were probably meant, and those can be written."""
    what, found = refused(parse_duration, text)

    assert what.endswith(" has no fixed length")
    assert found == hint
    parse_duration(hint.removeprefix("write ").removeprefix("at most ").partition(" or ")[0].partition(",")[0])


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "write a number and a unit, such as 3 weeks, 4 days or 12 hours"),
        ("3", "write a number and a unit, such as 3 weeks, 4 days or 12 hours"),
        ("days", "write a number and a unit, such as 3 weeks, 4 days or 12 hours"),
        ("-3 days", "write a number and a unit, such as 3 weeks, 4 days or 12 hours"),
        ("3 days 4 hours", "write a number and a unit, such as 3 weeks, 4 days or 12 hours"),
        ("forever", "write a number and a unit, such as 3 weeks, 4 days or 12 hours"),
        ("1.5 days", "only whole numbers: write 36 hours instead of 1.5 days"),
        ("3weeks", "write 3 weeks"),
        ("3 weeks ", "write 3 weeks"),
        ("3\u00a0weeks", "write 3 weeks"),
        ("3 Weeks", "write 3 weeks"),
        ("007 days", "write 7 days"),
        ("1" * 18 + "days", f"write {'1' * 18} days"),
        ("1 d", "write 1 day"),
        ("2w", "write 2 weeks"),
        ("2 wk", "write 2 weeks"),
        ("12 h", "write 12 hours"),
        ("12 hrs", "write 12 hours"),
        ("5 m", "write 5 minutes"),
        ("90 min", "write 90 minutes"),
        ("3 wekes", "write 3 weeks"),
        ("30 s", "the smallest unit is the minute"),
        ("30 secs", "the smallest unit is the minute"),
        ("1 second", "the smallest unit is the minute"),
        ("3 fortnights", "the units are minutes, hours, days and weeks"),
    ],
)
def test_what_is_no_duration_is_told_with_its_remedy(text, hint):
    """Fractions, other units, other spellings: the hint says what to write."""
    what, found = refused(parse_duration, text)

    assert what == f"“{text}” is not a duration"
    assert found == hint


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (timedelta(), "0 days"),
        (14 * DAY, "2 weeks"),
        (15 * DAY, "15 days"),
        (timedelta(hours=48), "2 days"),
        (timedelta(hours=36), "36 hours"),
        (90 * MINUTE, "90 minutes"),
        (60 * MINUTE, "1 hour"),
        (MINUTE, "1 minute"),
        (7 * DAY, "1 week"),
        (LONGEST, "36525 days"),
        (FOREVER, "forever"),
        (timedelta(seconds=150), "2 minutes"),
    ],
    ids=str,
)
def test_durations_are_written_in_the_largest_unit_that_divides_them(duration, text):
    """`14 days` reads `2 weeks`; parts of a minute, which no policy holds, are left out."""
    assert format_duration(duration) == text
    assert format_quantity(duration, "duration") == text


@given(st.integers(0, LONGEST // MINUTE))
def test_what_is_written_of_a_duration_reads_back(minutes):
    """For every duration that can be written."""
    assert parse_duration(format_duration(minutes * MINUTE)) == minutes * MINUTE


@pytest.mark.parametrize("duration", [timedelta(), MINUTE, LONGEST, FOREVER], ids=str)
def test_durations_from_code_are_held_to_the_same_limits(duration):
    """From nothing to 100 years, and forever."""
    assert checked_duration(duration) == duration


@pytest.mark.parametrize(
    ("duration", "what", "hint"),
    [
        (-MINUTE, "is negative", "write 0 days or more"),
        (LONGEST + MINUTE, "is longer than 100 years", "write forever if it is never to happen"),
        (FOREVER - MICROSECOND, "is longer than 100 years", "write forever if it is never to happen"),
        (MINUTE + MICROSECOND, "is not made of whole minutes", "the smallest unit is the minute"),
        (timedelta(seconds=30), "is not made of whole minutes", "the smallest unit is the minute"),
    ],
    ids=str,
)
def test_durations_from_code_outside_the_limits_are_refused(duration, what, hint):
    """What no file could say, no program can say either."""
    assert refused(checked_duration, duration) == (f"“{duration}” {what}", hint)


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (-DAY, "0 minutes"),
        (timedelta(), "0 minutes"),
        (MINUTE - MICROSECOND, "0 minutes"),
        (MINUTE, "1 minute"),
        (timedelta(hours=1) - MICROSECOND, "59 minutes"),
        (timedelta(hours=1), "1 hour"),
        (DAY - MICROSECOND, "23 hours"),
        (DAY, "1 day"),
        (2 * DAY - MICROSECOND, "1 day"),
        (400 * DAY, "400 days"),
    ],
    ids=str,
)
def test_an_age_is_whole_days_or_below_a_day_hours_or_minutes(age, text):
    """Rounded down; what is yet to come is 0 minutes old."""
    assert format_age(age) == text


# shares


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("0%", 0.0),
        ("40%", 0.4),
        ("40 %", 0.4),
        ("7%", 0.07),
        ("12.5%", 0.125),
        ("0.1%", 0.001),
        ("99.9%", 0.999),
        ("100%", 1.0),
        ("100.0%", 1.0),
        ("12.3456789012345678%", 0.123456789012345678),
        ("0.0000000000000001%", 1e-18),
    ],
)
def test_shares_are_percentages(text, share):
    """From nothing to the whole, rounded once."""
    assert parse_share(text) == share


@pytest.mark.parametrize("text", ["100.1%", "101%", "9" * 18 + "%"])
def test_a_share_is_at_most_the_whole(text):
    """More is refused."""
    assert refused(parse_share, text) == (
        f"“{text}” must be between 0% and 100%",
        "write a percentage from 0% to 100%, such as 40%",
    )


@pytest.mark.parametrize(
    "text", ["", "%", "0.4", "-5%", "+5%", ".5%", "5.%", "040%", "40  %", "40%%", "1e1%", "1" * 19 + "%", "٤٤%"]
)
def test_what_is_no_percentage_is_refused(text):
    """The remedy shows one."""
    assert refused(parse_share, text) == (f"“{text}” is not a share", "write a percentage from 0% to 100%, such as 40%")


@given(st.integers(0, 10**18 - 1), st.integers(0, 17))
def test_a_written_share_is_the_nearest_float_and_reads_back(digits, places):
    """Whatever percentage a file can hold is rounded once, and what is printed of it reads back to the same."""
    scaled = f"{digits:0{places + 1}d}"
    text = f"{int(scaled[: len(scaled) - places])}.{scaled[len(scaled) - places :]}".rstrip(".")
    if digits > 100 * 10**places or sum(map(str.isdigit, text)) > 18:
        return

    share = parse_share(f"{text}%")

    assert share == float(Fraction(text) / 100)
    assert parse_share(format_share(share)) == share
    assert len(format_share(share)) <= len(f"{text}%") + 1


@given(st.floats(0, 1))
def test_any_share_is_written_plainly_and_exactly(share):
    """A share from code may need more digits than a file may have; still nothing is lost."""
    text = format_share(share)

    assert "e" not in text
    assert float(Fraction(text.removesuffix("%")) / 100) == share


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0%"),
        (1, "100%"),
        (0.0, "0%"),
        (-0.0, "0%"),
        (0.4, "40%"),
        (0.07, "7%"),
        (0.125, "12.5%"),
        (0.1 + 0.2, None),
    ],
)
def test_shares_are_written_in_few_digits(share, text):
    """`40%`, never `40.00000000000001%`."""
    assert format_share(share) == (text or "30.000000000000004%")
    assert format_quantity(share, "share") == format_share(share)


@pytest.mark.parametrize(
    "share",
    [-0.1, 1.0000000000000002, float("nan"), float("inf"), 10**5000],
    ids=["below", "above", "none", "endless", "many digits"],
)
def test_shares_from_code_lie_between_nothing_and_the_whole(share):
    """Whatever number stands there."""
    assert refused(checked_share, share, share)[0].endswith(" must be between 0% and 100%")


# numbers


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("20", 20), ("-3", -3), ("-0", 0), ("2.5", 2.5), ("2.0", 2), ("0.001", 0.001), ("9" * 18, 10**18 - 1)],
)
def test_numbers_are_plain_decimals(text, number):
    """Whole values are whole numbers."""
    assert parse_number(text) == number
    assert type(parse_number(text)) is type(number)


@pytest.mark.parametrize(
    ("parse", "text"),
    [(parse_number, "1,5"), (parse_number, "1,000"), (parse_share, "2,5%"), (parse_duration, "1,5 days")],
)
def test_a_comma_is_told_as_such(parse, text):
    """Whether it stands for a point or parts the thousands."""
    assert refused(parse, text) == (f"“{text}” has a comma", "write a point, as in 2.5, and a thousand as 1000")


def test_a_share_without_its_sign_is_told_as_such():
    """A part of the whole, such as 0.4, is not guessed at."""
    assert refused(parse_share, "40") == ("“40” is not a share", "write 40%, if that is what you mean")
    assert refused(parse_share, "-40") == ("“-40” is not a share", "write a percentage from 0% to 100%, such as 40%")


@pytest.mark.parametrize("text", ["", "+3", "1e3", "0x1F", "010", "1_000", ".5", "5.", "NaN", "inf", "1.5,5", "३"])
def test_what_is_no_number_is_refused(text):
    """The remedy shows two."""
    assert refused(parse_number, text) == (f"“{text}” is not a number", "write digits, such as 20 or 2.5")


@pytest.mark.parametrize("text", ["1" + "0" * 18, "-" + "9" * 19, "0." + "1" * 18, "9" * 5000, "9" * 5000 + ".5"])
def test_numbers_have_at_most_18_digits(text):
    """More cannot be distinguished."""
    what, hint = refused(parse_number, text)

    assert what == f"{quoted(text)} has too many digits"
    assert hint == "write at most 18 digits"


@pytest.mark.parametrize(
    "number",
    [float("nan"), float("inf"), -float("inf"), 10**18, -1e18, 10**5000, 0.00012345678901234567],
    ids=["none", "endless", "endless below", "19 digits", "19 digits below", "many digits", "many digits behind it"],
)
def test_numbers_from_code_are_held_to_18_digits(number):
    """Neither endless ones nor those that are none come through."""
    refused(checked_number, number)


@given(st.integers(-(10**18) + 1, 10**18 - 1) | st.floats(-1e17, 1e17))
def test_what_is_written_of_a_number_is_plain_and_exact(number):
    """Never with an exponent."""
    text = format_number(number)

    assert "e" not in text
    assert float(text) == number if isinstance(number, float) else int(text) == number


@given(st.integers(-(10**9), 10**9), st.integers(0, 8))
def test_what_is_written_of_a_number_reads_back(digits, places):
    """For numbers such as people write."""
    number = checked_number(digits / 10**places if places else digits)

    assert parse_number(format_number(number)) == number
    assert format_quantity(number, "number") == format_number(number)


def test_a_foreign_decimal_context_changes_nothing():
    """The embedding program may have set its own."""
    with decimal.localcontext() as context:
        context.prec = 1
        assert format_share(0.12345) == "12.345%"
        assert format_number(1234.5) == "1234.5"


# a setting's value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("3 weeks", ("duration", 21 * DAY)),
        ("forever", ("duration", FOREVER)),
        ("0 days", ("duration", timedelta())),
        ("40%", ("share", 0.4)),
        (20, ("number", 20)),
        (2.5, ("number", 2.5)),
        (3.0, ("number", 3)),
        ("20", ("number", 20)),
        ("-2.5", ("number", -2.5)),
    ],
    ids=str,
)
def test_a_setting_is_a_duration_a_share_or_a_number(value, expected):
    """Its kind shows in how it is written."""
    assert parse_setting(value) == expected


@pytest.mark.parametrize("value", [True, False, None, [], {}, "", "soon", "Forever", "two weeks", " 3 weeks"], ids=repr)
def test_what_is_no_setting_is_refused(value):
    """The remedy shows one of each kind."""
    what, hint = refused(parse_setting, value)

    assert what == f"{quoted(value)} is not a value for a setting"
    assert hint == "write a duration (3 weeks, forever), a share (40%) or a number (20)"


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ("1 month", "“1 month” has no fixed length"),
        ("120%", "“120%” must be between 0% and 100%"),
        ("3 wks", "“3 wks” is not a duration"),
        (10**18, "“1000000000000000000” has too many digits"),
    ],
)
def test_a_setting_of_a_known_kind_is_told_by_its_kind(value, what):
    """A month is a duration gone wrong, not just no value."""
    assert refused(parse_setting, value)[0] == what


# instants


def utc(*parts):
    """Return an instant."""
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-03-01", utc(2026, 3, 1)),
        ("2026-03-01T10:00Z", utc(2026, 3, 1, 10)),
        ("2026-03-01 10:00Z", utc(2026, 3, 1, 10)),
        ("2026-03-01T10:00:30Z", utc(2026, 3, 1, 10, 0, 30)),
        ("2026-03-01T10:00:30.25Z", utc(2026, 3, 1, 10, 0, 30, 250000)),
        ("2026-03-01T10:00:00.000001Z", utc(2026, 3, 1, 10, 0, 0, 1)),
        ("2026-03-01T10:00+01:00", utc(2026, 3, 1, 9)),
        ("2026-03-01T00:30+01:00", utc(2026, 2, 28, 23, 30)),
        ("2026-03-01T10:00-05:30", utc(2026, 3, 1, 15, 30)),
        ("2026-03-01T10:00-00:00", utc(2026, 3, 1, 10)),
        ("2026-03-01T10:00+23:59", utc(2026, 2, 28, 10, 1)),
        ("2024-02-29", utc(2024, 2, 29)),
        ("0001-01-01", utc(1, 1, 1)),
        ("9999-12-31T23:59:59.999999Z", utc(9999, 12, 31, 23, 59, 59, 999999)),
        ("9999-12-31T23:59+00:01", utc(9999, 12, 31, 23, 58)),
    ],
)
def test_instants_are_dates_or_times_with_an_offset(text, instant):
    """A date alone is 00:00 UTC, and all are kept in UTC."""
    found = parse_instant(text)

    assert found == instant
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "2026-13-01",
        "2026-00-01",
        "2026-02-29",
        "2026-04-31",
        "2026-03-00",
        "0000-01-01",
        "2026-03-01T24:00Z",
        "2026-03-01T10:60Z",
        "2026-03-01T10:00:60Z",
        "2026-03-01T10:00+24:00",
        "2026-03-01T10:00+10:60",
        "9999-12-31T23:59-00:01",
        "0001-01-01T00:00+00:01",
    ],
)
def test_instants_that_do_not_exist_are_refused(text):
    """Months, days, hours and offsets out of range, and instants that leave the years 1 to 9999 in UTC."""
    expected = (f"“{text}” does not exist", "check the month, the day, the hour and the offset")
    assert refused(parse_instant, text) == expected


@pytest.mark.parametrize("text", ["2026-03-01T10:00", "2026-03-01 10:00:30", "2026-03-01T10:00:30.5"])
def test_a_time_wants_its_offset(text):
    """Nobody knows where a clock without one hung; the caller may word the remedy."""
    what = f"“{text}” has no time zone"
    assert refused(parse_instant, text) == (what, "add Z for UTC, or an offset such as +01:00")
    with pytest.raises(InvalidInputError) as caught:
        parse_instant(text, zoneless="say --zone")
    assert caught.value.hint == "say --zone"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "today",
        "20260301",
        "1772323200",
        "2026-3-1",
        "2026-W09-7",
        "01.03.2026",
        "2026-03-01T",
        "2026-03-01Z",
        "2026-03-01t10:00z",
        "2026-03-01T10Z",
        "2026-03-01T1000Z",
        "2026-03-01T10:00:00.1234567Z",
        "2026-03-01T10:00 Z",
        "2026-03-01T10:00+0100",
        "2026-03-01T10:00+01",
        "2026-03-01T10:00 UTC",
        "2026-03-01\n",
        "٢٢٢٢-٢٢-٢٢",
        "+2026-03-01",
        "12026-03-01",
    ],
)
def test_what_is_not_of_the_grammar_is_no_instant(text):
    """Neither what other readers guess at, nor digits that are no date."""
    what, hint = refused(parse_instant, text)

    assert what == f"{quoted(text)} is not a date or an instant"
    assert hint == "write 2026-03-01 or 2026-03-01T10:00Z"


@given(st.datetimes(timezones=st.just(UTC)))
def test_what_is_written_of_an_instant_reads_back(instant):
    """To the microsecond, from the year 1 to 9999."""
    assert parse_instant(format_instant(instant)) == instant


def test_instants_are_written_in_utc(monkeypatch):
    """Whatever zone they come in, and whatever zone the process is in."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        written = format_instant(datetime(2026, 3, 1, 10, tzinfo=timezone(timedelta(hours=1))))
    finally:
        monkeypatch.undo()
        time.tzset()

    assert written == "2026-03-01T09:00:00Z"


@pytest.mark.parametrize(
    ("anchor", "duration", "instant"),
    [
        (utc(2026, 3, 1), DAY, utc(2026, 3, 2)),
        (utc(9999, 12, 31), DAY - MICROSECOND, utc(9999, 12, 31, 23, 59, 59, 999999)),
        (utc(9999, 12, 31), DAY, None),
        (utc(1, 1, 1), FOREVER, None),
        (utc(1, 1, 1), -MICROSECOND, None),
    ],
    ids=["usual", "the last microsecond", "after the year 9999", "forever", "before the year 1"],
)
def test_a_border_after_the_year_9999_is_never_reached(anchor, duration, instant):
    """It is none, and not an error."""
    assert add_or_none(anchor, duration) == instant
