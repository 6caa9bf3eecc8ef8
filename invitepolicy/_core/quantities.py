"""Durations, shares, numbers and instants: from text, and back; and settings, which give a quantity a name.

    duration   whole number, a space, a unit:  90 minutes · 1 day · 3 weeks · forever
    share      number and a percent sign:      40% · 12.5%
    number     plain decimal:                  20 · 2.5
    instant    2026-03-01 · 2026-03-01T10:00Z · 2026-03-01 10:00:30+01:00

Every unit is a fixed length: a day is 24 hours, whatever the clocks do.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Final, Literal

import attrs

from invitepolicy._core.errors import InvalidInputError, Location
from invitepolicy._core.frozen import ByFields
from invitepolicy._core.text import closest, join_words, quoted

QuantityKind = Literal["duration", "share", "number"]
Quantity = timedelta | float | int

# Added to any instant it overflows, so that `add_or_none` answers None: it is never reached.
FOREVER: Final = timedelta.max
LONGEST: Final = timedelta(days=36_525)  # 100 years: longer ones are a slip of the pen
UNITS: Final = {  # the largest first; parsing, printing, messages and the schema follow from this table
    "week": timedelta(weeks=1),
    "day": timedelta(days=1),
    "hour": timedelta(hours=1),
    "minute": timedelta(minutes=1),
}
# Every whole number of 18 digits fits into the 64 bits of a data frame's column.
MOST_DIGITS: Final = 18
# Not strftime's, which speaks the language of the machine.
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

UNIT_PATTERN: Final = f"(?:{'|'.join(reversed(UNITS))})"
# At most 18 digits here, since Python refuses to read a whole number of thousands of digits.
_DURATION = re.compile(rf"(0|[1-9][0-9]{{0,17}}) +({UNIT_PATTERN})s?")
_SHARE = re.compile(r"((?:0|[1-9][0-9]*)(?:\.[0-9]+)?) ?%")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_MOST_MONTHS = 3  # digits: a number of months or years that can be put into days
_COMMA: Final = r"[0-9]+,[0-9]+(?: ?%| +[a-z]+)?"
_COUNTED: Final = r"([0-9.,]+)\s*([A-Za-z]+)"
_INSTANT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?"
)


@attrs.frozen(eq=False, repr=False)
class Setting(ByFields):
    """A quantity with a name, the bounds a style must keep to, and the grounds for it."""

    name: str
    kind: QuantityKind
    value: Quantity
    at_least: Quantity | None = None
    at_most: Quantity | None = None
    about: str = ""
    source: str = ""
    place: Location = attrs.field(default=Location("", 0), eq=False)


def parse_duration(text: str) -> timedelta:
    """Read `90 minutes`, `1 day` or `3 weeks` (`forever` is a setting's word, read by `parse_setting`).

    Raise InvalidInputError for months and years, which have no fixed length, for fractions, for other units,
    and for more than 100 years.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise _not_a_duration(text)
    amount, unit = int(match[1]), UNITS[match[2]]
    # Compared before they are multiplied: 18 digits of weeks would overflow a timedelta.
    if amount > LONGEST // unit:
        raise _too_long(text)
    return amount * unit


def checked_duration(duration: timedelta) -> timedelta:
    """Return a duration. Raise InvalidInputError below zero, beyond 100 years, and for parts of a minute."""
    if duration == FOREVER:
        return duration
    if duration < timedelta():
        raise InvalidInputError("quantity", f"{quoted(duration)} is negative", "write 0 days or more")
    if duration > LONGEST:
        raise _too_long(str(duration))
    if duration % UNITS["minute"]:
        raise InvalidInputError(
            "quantity", f"{quoted(duration)} is not made of whole minutes", "the smallest unit is the minute"
        )
    return duration


def _too_long(text: str) -> InvalidInputError:
    return InvalidInputError(
        "quantity", f"{quoted(text)} is longer than 100 years", "write forever if it is never to happen"
    )


def _comma(text: str) -> InvalidInputError:
    return InvalidInputError(
        "quantity", f"{quoted(text)} has a comma", "write a point, as in 2.5, and a thousand as 1000"
    )


def _not_a_duration(text: str) -> InvalidInputError:
    if re.fullmatch(_COMMA, text):
        return _comma(text)
    what = f"{quoted(text)} is not a duration"
    counted = re.fullmatch(_COUNTED, text.strip())
    if counted is None:
        return InvalidInputError("quantity", what, "write a number and a unit, such as 3 weeks, 4 days or 12 hours")
    amount, unit = counted[1], counted[2].lower().removesuffix("s")
    if unit in ("month", "year"):
        return InvalidInputError("quantity", f"{quoted(text)} has no fixed length", _in_days(amount, unit))
    if len(amount) > MOST_DIGITS:
        return _too_long(text)
    return InvalidInputError("quantity", what, _in_units(amount, unit))


def _in_units(amount: str, unit: str) -> str:
    if not amount.isdigit():
        return "only whole numbers: write 36 hours instead of 1.5 days"
    short = {"d": "day", "w": "week", "wk": "week", "h": "hour", "hr": "hour", "m": "minute", "min": "minute"}
    word = short.get(unit) or closest(unit, UNITS)
    if word is not None:
        return f"write {format_count(int(amount), word)}"
    if unit in ("second", "sec", ""):
        return "the smallest unit is the minute"
    return f"the units are {join_words((f'{name}s' for name in reversed(UNITS)), 'and')}"


def _in_days(amount: str, unit: str) -> str:
    if not amount.isdigit():
        return "write 30 days or 4 weeks"
    # Cut to 3 digits so that `int` stays cheap; a longer amount is refused on the next line.
    days = (30 if unit == "month" else 365) * int(amount[:_MOST_MONTHS])
    if len(amount) > _MOST_MONTHS or days > LONGEST.days:
        return "write at most 36525 days, or forever"
    return {30: "write 30 days or 4 weeks", 365: "write 365 days or 52 weeks"}.get(days, f"write {days} days")


def parse_share(text: str) -> float:
    """Read `40%` as 0.4, correctly rounded. Raise InvalidInputError outside 0 % to 100 %."""
    match = _SHARE.fullmatch(text)
    if re.fullmatch(_COMMA, text):
        raise _comma(text)
    # `40` is a percentage without its sign. `0.4` is not: it means 40%, and “write 0.4%” would mislead.
    if _NUMBER.fullmatch(text) and not text.startswith(("0", "-")):
        raise InvalidInputError(
            "quantity", f"{quoted(text)} is not a share", f"write {text}%, if that is what you mean"
        )
    if match is None or sum(map(str.isdigit, text)) > MOST_DIGITS:
        raise InvalidInputError(
            "quantity", f"{quoted(text)} is not a share", "write a percentage from 0% to 100%, such as 40%"
        )
    return checked_share(_percent(match[1]), text)


def _percent(digits: str) -> float:
    whole, _, part = digits.partition(".")
    # Two whole numbers are divided, and rounded once: 11 / 1000 is 0.011, but 1.1 / 100 is not.
    return int(whole + part) / int("100" + "0" * len(part))


def checked_share(share: float, text: object) -> float:
    """Return a share. Raise InvalidInputError where it is negative or more than the whole."""
    if not 0 <= share <= 1:
        raise InvalidInputError(
            "quantity", f"{quoted(text)} must be between 0% and 100%", "write a percentage from 0% to 100%, such as 40%"
        )
    return share


def parse_number(text: str) -> float:
    """Read `20` or `2.5`; whole values are whole numbers. Raise InvalidInputError for anything else."""
    if re.fullmatch(_COMMA, text):
        raise _comma(text)
    if _NUMBER.fullmatch(text) is None:
        raise InvalidInputError("quantity", f"{quoted(text)} is not a number", "write digits, such as 20 or 2.5")
    # A whole number is cut to more digits than are allowed, sign included: cheap, and still refused.
    return checked_number(float(text) if "." in text else int(text[: MOST_DIGITS + 3]), text)


def checked_number(number: float, text: str | None = None) -> float:
    """Return a number, whole where it is whole. Raise InvalidInputError beyond 18 digits."""
    # Not `>=`: NaN would not be refused.
    if not abs(number) < 10**MOST_DIGITS or sum(map(str.isdigit, text or str(number))) > MOST_DIGITS:
        what = f"{quoted(number if text is None else text)} has too many digits"
        raise InvalidInputError("quantity", what, "write at most 18 digits")
    # 2.0 and 2 are one threshold, and a count accepts only an int.
    return int(number) if number == int(number) else number


def parse_setting(value: object) -> tuple[QuantityKind, Quantity]:
    """Read a setting's value as YAML gives it: text for durations and shares, a plain number for numbers.

    Raise InvalidInputError where it is none of the three.
    """
    match value:
        # Before int, since `true` is one to Python.
        case bool() | None | dict() | list():
            pass
        case int() | float():
            return "number", checked_number(value)
        case "forever":
            return "duration", FOREVER
        case str() if "%" in value:
            return "share", parse_share(value)
        case str() if _NUMBER.fullmatch(value):
            return "number", parse_number(value)
        # Whatever else begins with a digit is taken for a duration, whose reader words the error.
        case str() if value[:1].isdigit():
            return "duration", parse_duration(value)
    raise InvalidInputError(
        "quantity",
        f"{quoted(value)} is not a value for a setting",
        "write a duration (3 weeks, forever), a share (40%) or a number (20)",
    )


def format_quantity(value: Quantity, kind: QuantityKind) -> str:
    """Write a quantity as a policy would: the inverse of `parse_setting`."""
    if isinstance(value, timedelta):
        return format_duration(value)
    return format_share(value) if kind == "share" else format_number(value)


def format_duration(duration: timedelta) -> str:
    """Write a duration of whole minutes in the largest unit that divides it: 14 days read `2 weeks`."""
    if duration == FOREVER:
        return "forever"
    # Every unit divides zero, and the largest would make it `0 weeks`.
    if not duration:
        return "0 days"
    fitting = (name for name, unit in UNITS.items() if not duration % unit)
    name = next(fitting, "minute")
    return format_count(duration // UNITS[name], name)


def format_count(count: int, unit: str) -> str:
    """Write `1 day`, `3 days`."""
    return f"{count} {unit}{'' if count == 1 else 's'}"


def format_age(age: timedelta) -> str:
    """Write an age in whole days, below a day in whole hours, below an hour in minutes; a future one is 0 minutes."""
    for name in ("day", "hour"):
        if age >= UNITS[name]:
            return format_count(age // UNITS[name], name)
    return format_count(max(age, timedelta()) // UNITS["minute"], "minute")


def format_number(number: float) -> str:
    """Write a number plainly, never with an exponent, with as few digits as read back to the same number."""
    return str(number) if isinstance(number, int) else _written_out(number, 1)


def format_share(share: float) -> str:
    """Write 0.4 as `40%`, with as few digits as read back to the same share."""
    # The point is moved in the text: as a float, 0.07 * 100 is 7.000000000000001.
    whole, _, part = _written_out(share, 2).partition(".")
    return f"{int(whole + part[:2])}.{part[2:]}".rstrip(".") + "%"


def _written_out(number: float, digits: int) -> str:
    # The search ends, since a finite float has a finite decimal expansion.
    return next(text for more in count(digits) if float(text := f"{number:.{more}f}") == number)


def parse_instant(text: str, *, zoneless: str = "") -> datetime:
    """Read an instant: a date (00:00 UTC), then optionally `T` or a space, a time, and `Z` or an offset.

    A time without an offset is refused, since its time zone is unknown; `zoneless` words the remedy.
    Raise InvalidInputError for that, for anything else that is not of this form, and for dates that do not exist.
    """
    match = _INSTANT.fullmatch(text)
    if match is None:
        raise InvalidInputError(
            "instant", f"{quoted(text)} is not a date or an instant", "write 2026-03-01 or 2026-03-01T10:00Z"
        )
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    if hour is not None and offset is None:
        raise InvalidInputError(
            "instant",
            f"{quoted(text)} has no time zone",
            zoneless or "add Z for UTC, or an offset such as +01:00",
        )
    try:
        local = datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0),
            int((fraction or "").ljust(6, "0")), tzinfo=UTC,
        )  # fmt: skip
        # An offset may lead out of the years 1 to 9999: then this overflows, and is refused below.
        return local - _offset(offset)
    except (ValueError, OverflowError):
        raise InvalidInputError(
            "instant", f"{quoted(text)} does not exist", "check the month, the day, the hour and the offset"
        ) from None


def _offset(text: str | None) -> timedelta:
    if text is None or text == "Z":
        return timedelta()
    hours, minutes = int(text[1:3]), int(text[4:6])
    if hours > 23 or minutes > 59:  # noqa: PLR2004  (a clock's limits)
        raise ValueError(text)
    size = timedelta(hours=hours, minutes=minutes)
    return -size if text[0] == "-" else size


def format_instant(instant: datetime) -> str:
    """Write an instant in UTC as `2026-03-01T10:00:00Z`: the inverse of `parse_instant`."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def format_minute(instant: datetime) -> str:
    """Return an instant in UTC, cut off after the minute, for people to read: `2026-03-01 10:00`."""
    # Not strftime, which on some platforms writes the year 900 as `900`; 16 cuts off `+00:00`.
    return instant.astimezone(UTC).isoformat(sep=" ", timespec="minutes")[:16]


def format_date(instant: datetime) -> str:
    """Return the UTC date of an instant: `2026-03-01`."""
    return instant.astimezone(UTC).date().isoformat()


def format_short_date(instant: datetime) -> str:
    """Return the UTC date of an instant without its year: `1 Mar`."""
    day = instant.astimezone(UTC)
    return f"{day.day} {MONTHS[day.month - 1]}"


def format_ago(instant: datetime, now: datetime) -> str:
    """Return how long ago an instant was at `now`: `3 days ago`, or `in the future`."""
    return "in the future" if instant > now else f"{format_age(now - instant)} ago"


def add_or_none(anchor: datetime, duration: timedelta) -> datetime | None:
    """Return `anchor + duration`, or None where that lies after the year 9999: such a threshold is never reached."""
    try:
        return anchor + duration
    except OverflowError:
        return None
