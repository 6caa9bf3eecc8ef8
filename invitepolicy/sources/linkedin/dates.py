"""The dates of an export: LinkedIn's wall-clock times, and what people and their spreadsheets make of them.

    LinkedIn's own   3/14/26, 6:41 PM              month/day/year, unpadded
    connected on     14 Mar 2026 · 14-Mar-26       English months
    year first       2026-03-14 18:41 · 2026/3/14 · 2026-03-14T18:41:30Z · 2026-03-14 18:41 UTC · …+01:00
    by hand          14/03/2026 18:41 · 3.14.26    read only where somebody says which comes first, day or month

A time of day without an offset is what a clock on the wall of LinkedIn's house shows: US Pacific time, daylight
saving included (8,043 of 8,043 accepted rows of public exports fit only so). Years of two digits are 2000 and later.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

import attrs

from invitepolicy._core.quantities import MONTHS
from invitepolicy._core.text import quoted
from invitepolicy.sources.linkedin.archive import ExportError
from invitepolicy.sources.linkedin.csv_table import CellError

Order = Literal["day-first", "month-first"]
ORDERS: Final = ("day-first", "month-first")

_ZONE: Final = "America/Los_Angeles"
_FIRST_YEAR, _LAST_YEAR = 2003, 2100  # LinkedIn opened in May 2003
_MONTHS: Final = tuple(month.lower() for month in MONTHS)
_NOON: Final = 12

_LINKEDIN: Final = re.compile(r"(?!0)[0-9]{1,2}/(?!0)[0-9]{1,2}/[0-9]{2}, (?!0)[0-9]{1,2}:[0-9]{2} [AP]M")
_DATE: Final = re.compile(
    r"(?:(?P<year>[0-9]{4})(?P<mark>[-/.])(?P<month>[0-9]{1,2})(?P=mark)(?P<day>[0-9]{1,2})"
    r"|(?P<one>[0-9]{1,2})(?P<sign>[-/.])(?P<two>[0-9]{1,2})(?P=sign)(?P<short>[0-9]{4}|[0-9]{2})"
    r"|(?P<on>[0-9]{1,2})[ -](?P<word>[a-z]{3})[ -](?P<of>[0-9]{4}|[0-9]{2}))"
    r"(?:(?:t|,? )(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.(?P<part>[0-9]{1,6}))?)?"
    r"(?: ?(?P<half>[ap]m))?(?: ?(?P<offset>z|utc|[+-][0-9]{2}:[0-9]{2}))?)?",
    re.IGNORECASE,
)


@attrs.frozen
class DateReader:
    """What must be known to read the dates of an export: LinkedIn's zone, and which comes first, day or month."""

    zone: ZoneInfo
    order: Order | None


def date_reader(order: str | None) -> DateReader:
    """Give the calendar of an export. Raises ExportError for another word, or where no tz database is found."""
    if order not in (None, *ORDERS):
        raise ExportError(f"{quoted(order)} is no order of dates; write day-first or month-first")
    try:
        return DateReader(ZoneInfo(_ZONE), order)  # type: ignore[arg-type]  # checked just above
    except (KeyError, ValueError, OSError):
        raise ExportError(
            "no time zone database was found, and LinkedIn writes US Pacific times; install it: pip install tzdata"
        ) from None


@attrs.frozen
class _Written:
    """A date as it was written, and its time of day and offset where it has them."""

    text: str
    day: date
    clock: time | None
    offset: timedelta | None


def read_wall_time(text: str, calendar: DateReader) -> tuple[datetime, str | None]:
    """Give the instant in UTC, and a remark where clocks never showed that time.

    A time that clocks showed twice is the first of the two; one that they skipped is read as standard time; a date
    alone is its first minute. Raises CellError.
    """
    written = _read(text, calendar.order)
    if written.offset is not None:
        return datetime.combine(written.day, written.clock or time(), UTC) - written.offset, None
    local = datetime.combine(written.day, written.clock or time(), calendar.zone)
    instant = local.astimezone(UTC)
    if instant.astimezone(calendar.zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return instant, None
    return instant, f"{quoted(written.text)} never was, since US Pacific clocks skipped it; read as standard time"


def read_day(text: str, calendar: DateReader) -> date:
    """Give the UTC date: a date alone is one, a time of day is Pacific unless it has an offset. Raises CellError."""
    written = _read(text, calendar.order)
    return written.day if written.clock is None else read_wall_time(text, calendar)[0].date()


def read_instant(text: str, calendar: DateReader) -> datetime:
    """Give the instant that a person wrote: a date is 00:00 UTC, and a time of day wants its offset.

    Raises CellError.
    """
    written = _read(text, calendar.order)
    if written.clock is not None and written.offset is None:
        raise CellError(f"{quoted(written.text)} does not say in which zone; add Z for UTC, or an offset like +01:00")
    return datetime.combine(written.day, written.clock or time(), UTC) - (written.offset or timedelta())


def is_dated(text: str) -> bool:
    """Say whether a cell looks like a date at all, which one that nobody wrote as a date does not."""
    return _DATE.fullmatch(_plain(text)) is not None


def _read(text: str, order: Order | None) -> _Written:
    plain = _plain(text)
    found = _DATE.fullmatch(plain)
    if found is None:
        raise CellError("this is not a date; write it like 2026-03-14 18:41")
    own = found["one"] is not None and _LINKEDIN.fullmatch(plain) is not None
    if found["one"] and order is None and not own:
        what = "may begin with its day or its month; say --dates day-first or --dates month-first"
        raise CellError(f"{quoted(plain)} {what}")
    year, month, day = _ymd(found, "month-first" if own else order)
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise CellError(f"{quoted(plain)} lies outside the years {_FIRST_YEAR} to {_LAST_YEAR}; check the year")
    try:
        return _Written(plain, date(year, month, day), _clock(found), _offset(found["offset"]))
    except ValueError:
        hint = "LinkedIn writes month/day/year" if own else "check the month, the day and the hour"
        raise CellError(f"{quoted(plain)} does not exist; {hint}") from None


def _plain(text: str) -> str:
    """Make every kind of space (spreadsheets put U+202F before AM and PM) a plain one."""
    return " ".join(text.split())


def _ymd(found: re.Match[str], order: Order | None) -> tuple[int, int, int]:
    if found["year"]:
        return int(found["year"]), int(found["month"]), int(found["day"])
    if found["word"]:
        word = found["word"].lower()
        return _century(found["of"]), _MONTHS.index(word) + 1 if word in _MONTHS else 0, int(found["on"])
    month, day = (found["one"], found["two"]) if order == "month-first" else (found["two"], found["one"])
    return _century(found["short"]), int(month), int(day)


def _century(year: str) -> int:
    return int(year) if len(year) > 2 else 2000 + int(year)  # noqa: PLR2004  (two digits)


def _clock(found: re.Match[str]) -> time | None:
    """Give the time of day; raises ValueError for one that no clock shows."""
    if found["hour"] is None:
        return None
    hour = int(found["hour"])
    if found["half"]:
        if not 1 <= hour <= _NOON:
            raise ValueError(hour)
        hour = hour % _NOON + (_NOON if found["half"].lower() == "pm" else 0)
    return time(hour, int(found["minute"]), int(found["second"] or 0), int((found["part"] or "").ljust(6, "0")))


def _offset(text: str | None) -> timedelta | None:
    """Give the offset from UTC; raises ValueError as a clock would."""
    if text is None:
        return None
    if text.lower() in ("z", "utc"):
        return timedelta()
    size = time(int(text[1:3]), int(text[4:6]))
    return timedelta(hours=size.hour, minutes=size.minute) * (-1 if text[0] == "-" else 1)
