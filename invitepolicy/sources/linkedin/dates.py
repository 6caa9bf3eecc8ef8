"""The dates of an export: LinkedIn's wall-clock times, and what people and their spreadsheets make of them.

    LinkedIn's own   3/14/26, 6:41 PM              month/day/year, unpadded
    connected on     14 Mar 2026 · 14-Mar-26       English months
    year first       2026-03-14 18:41 · 2026/3/14 · 2026-03-14T18:41:30Z · 2026-03-14 18:41 UTC · …+01:00
    by hand          14/03/2026 18:41 · 3.14.26    read only if the caller says which comes first, day or month

A time of day without an offset is US Pacific wall-clock time, daylight saving included (8,043 of 8,043 accepted rows of
public exports are consistent with no other zone). Years of two digits are 2000 and later.
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
from invitepolicy.sources.problems import Mistake, MistakeError

Order = Literal["day-first", "month-first"]
ORDERS: Final = ("day-first", "month-first")

_ZONE: Final = "America/Los_Angeles"
_FIRST_YEAR, _LAST_YEAR = 2003, 2100  # LinkedIn opened in May 2003
_MONTHS: Final = tuple(month.lower() for month in MONTHS)
_NOON: Final = 12
_NOT_A_DATE: Final = Mistake("date", "is not a date", "write it like 2026-03-14 18:41")

# LinkedIn's own form to the letter. A padded number, a small `pm` or a missing comma show another writer,
# whose order of day and month is not known.
_LINKEDIN: Final = re.compile(r"(?!0)[0-9]{1,2}/(?!0)[0-9]{1,2}/[0-9]{2}, (?!0)[0-9]{1,2}:[0-9]{2} [AP]M")
# Three kinds of date (year first; day and month in either order; month as a word), and then perhaps a time
# of day and its offset.
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
    """The settings by which dates of an export are read: LinkedIn's zone, and which comes first, day or month."""

    zone: ZoneInfo
    order: Order | None


def date_reader(order: str | None) -> DateReader:
    """Return the date reader of an export. Raise ExportError for an unknown order, or without a tz database."""
    if order not in (None, *ORDERS):
        raise ExportError(f"{quoted(order)} is not an order of dates; write day-first or month-first")
    try:
        return DateReader(ZoneInfo(_ZONE), order)  # type: ignore[arg-type]  # checked just above
    # `ZoneInfoNotFoundError` is a KeyError; a damaged database raises the others.
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


def read_wall_time(text: str, dates: DateReader) -> tuple[datetime, Mistake | None]:
    """Return the instant in UTC, and a remark if US Pacific clocks never showed that time.

    A time that clocks showed twice is the first of the two; one that they skipped is read as standard time; a date
    alone is its first minute. Raise MistakeError.
    """
    written = _read(text, dates.order)
    if written.offset is not None:
        return datetime.combine(written.day, written.clock or time(), UTC) - written.offset, None
    local = datetime.combine(written.day, written.clock or time(), dates.zone)
    # With `fold` 0, Python takes the first of a repeated hour, and the offset before a skipped one.
    instant = local.astimezone(UTC)
    if instant.astimezone(dates.zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return instant, None
    what = f"{quoted(written.text)} does not exist, since US Pacific clocks skipped it"
    return instant, Mistake("skipped-time", what, "read as standard time")


def read_day(text: str, dates: DateReader) -> date:
    """Return the UTC date: a date alone is one, a time of day is Pacific unless it has an offset.

    Raise MistakeError.
    """
    written = _read(text, dates.order)
    return written.day if written.clock is None else read_wall_time(text, dates)[0].date()


def read_instant(text: str, dates: DateReader) -> datetime:
    """Return the instant that a person wrote: a date is 00:00 UTC, and a time of day must have its offset.

    Raise MistakeError.
    """
    written = _read(text, dates.order)
    if written.clock is not None and written.offset is None:
        what = f"{quoted(written.text)} has no time zone"
        raise MistakeError(Mistake("no-zone", what, "add Z for UTC, or an offset like +01:00"))
    return datetime.combine(written.day, written.clock or time(), UTC) - (written.offset or timedelta())


def is_dated(text: str) -> bool:
    """Return whether a text has the form of a date, valid or not."""
    return _DATE.fullmatch(_plain(text)) is not None


def _read(text: str, order: Order | None) -> _Written:
    plain = _plain(text)
    match = _DATE.fullmatch(plain)
    # Not quoted: what is no date may be a name from another column.
    if match is None:
        raise MistakeError(_NOT_A_DATE)
    is_linkedins = match["one"] is not None and _LINKEDIN.fullmatch(plain) is not None
    # Also 13/02/2026, which has one reading only: it does not say how the row above it is meant.
    if match["one"] and order is None and not is_linkedins:
        what = f"{quoted(plain)} may begin with its day or its month"
        raise MistakeError(Mistake("date-order", what, "give --dates day-first or --dates month-first"))
    # In a file that a person has added to, LinkedIn's rows keep LinkedIn's order.
    year, month, day = _ymd(match, "month-first" if is_linkedins else order)
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        what = f"{quoted(plain)} is outside the years {_FIRST_YEAR} to {_LAST_YEAR}"
        raise MistakeError(Mistake("year", what, "check the year"))
    try:
        return _Written(plain, date(year, month, day), _clock(match), _offset(match["offset"]))
    except ValueError:
        hint = "LinkedIn writes month/day/year" if is_linkedins else "check the month, the day and the hour"
        raise MistakeError(Mistake("no-such-date", f"{quoted(plain)} does not exist", hint)) from None


def _plain(text: str) -> str:
    """Replace every kind of space (spreadsheets put U+202F before AM and PM) by a plain one."""
    return " ".join(text.split())


def _ymd(match: re.Match[str], order: Order | None) -> tuple[int, int, int]:
    if match["year"]:
        return int(match["year"]), int(match["month"]), int(match["day"])
    if match["word"]:
        word = match["word"].lower()
        # An unknown word becomes month 0, which `date` refuses like month 13.
        return _century(match["of"]), _MONTHS.index(word) + 1 if word in _MONTHS else 0, int(match["on"])
    month, day = (match["one"], match["two"]) if order == "month-first" else (match["two"], match["one"])
    return _century(match["short"]), int(month), int(day)


def _century(year: str) -> int:
    return int(year) if len(year) > 2 else 2000 + int(year)  # noqa: PLR2004  (two digits)


def _clock(match: re.Match[str]) -> time | None:
    """Return the time of day. Raise ValueError for one that no clock shows."""
    if match["hour"] is None:
        return None
    hour = int(match["hour"])
    if match["half"]:
        if not 1 <= hour <= _NOON:
            raise ValueError(hour)
        # 12 AM is 0:00, and 12 PM is 12:00.
        hour = hour % _NOON + (_NOON if match["half"].lower() == "pm" else 0)
    return time(hour, int(match["minute"]), int(match["second"] or 0), int((match["part"] or "").ljust(6, "0")))


def _offset(text: str | None) -> timedelta | None:
    """Return the offset from UTC. Raise ValueError for one of 24 hours or more."""
    if text is None:
        return None
    if text.lower() in ("z", "utc"):
        return timedelta()
    # `time` refuses 25 hours and 75 minutes, which a timedelta would take.
    size = time(int(text[1:3]), int(text[4:6]))
    return timedelta(hours=size.hour, minutes=size.minute) * (-1 if text[0] == "-" else 1)
