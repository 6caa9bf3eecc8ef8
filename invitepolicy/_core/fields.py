"""The checks of a record's fields by kind, and the refusal of anything else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from math import isfinite
from typing import Any, Final

from invitepolicy._core.errors import RecordError
from invitepolicy._core.facts import OWN_PREFIX
from invitepolicy._core.frozen import FrozenMapping
from invitepolicy._core.quantities import MOST_DIGITS
from invitepolicy._core.text import did_you_mean, join_words

_DATETIME: Final = (datetime,)  # in a tuple, where a frozen clock of the tests does not replace it


def read_tags(tags: Iterable[str], field: str = "tags") -> frozenset[str]:
    """Return tags as a set; raise RecordError for a single text, a mapping, and elements that are not text."""
    # Both can be iterated, but into letters and keys: tags that nobody has given.
    if isinstance(tags, str | Mapping) or not isinstance(tags, Iterable):
        raise RecordError(field, tags, "must be a list of texts", "write ['vip'] for a single one", "tags")
    elements = tuple(tags)
    if not all(isinstance(tag, str) for tag in elements):
        raise RecordError(field, tags, "must be a list of texts", "give every tag as a text", "tags")
    return frozenset(elements)


def read_own_facts(facts: Mapping[str, Any]) -> FrozenMapping[Any]:
    """Return own facts without those that are None; raise RecordError for other names and kinds of value."""
    if not isinstance(facts, Mapping):
        hint = "give names that begin with my_, and their values"
        raise RecordError("facts", facts, "must be a mapping", hint, "own-facts")
    values = {}
    for name, value in facts.items():
        if not (isinstance(name, str) and name.startswith(OWN_PREFIX)):
            hint = "begin the name of an own fact with my_"
            raise RecordError("facts", name, "has a name that does not begin with my_", hint, "own-fact-name")
        if value is not None:
            # Any kind will do here: which one the fact has, only a policy says (`read_fact` checks it).
            values[name] = _read_own_value(name, value)
    return FrozenMapping(values)


def _read_own_value(name: str, value: Any) -> Any:
    match value:
        case datetime():
            return read_instant(name, value)
        case str() | bool() | int():
            return value
        case float() if isfinite(value):
            return value
        case list() | tuple() | set() | frozenset() if all(isinstance(word, str) for word in value):
            return frozenset(value)
    hint = "give a text, a number, true or false, an instant, or a list of texts"
    raise RecordError(name, value, "is not a value for an own fact", hint, "own-fact")


def read_instant(field: str, value: object) -> datetime:
    """Return an instant in UTC, as a plain datetime.

    Raise RecordError for one without a time zone, for a date, and for what lies outside the years 1 to 9999 in UTC.
    """
    if not isinstance(value, datetime):
        remedy = "say which instant of that day, with its zone" if isinstance(value, date) else "give an instant"
        hint = f"{remedy}, such as datetime(…, tzinfo=timezone.utc)"
        raise RecordError(field, value, "must be a timezone-aware datetime", hint, "instant")
    # Most instants are in UTC already, and nothing about them has to be made anew.
    if value.__class__ is _DATETIME[0] and value.tzinfo is UTC:
        return value
    try:
        # Not `tzinfo is None`: a time zone may also refuse to say its offset, and the instant is as unknown.
        if value.utcoffset() is None:
            hint = "add tzinfo=timezone.utc, or the zone it is in"
            raise RecordError(field, value, "must be a timezone-aware datetime", hint, "instant")
        # Made anew, so that subclasses of datetime (pandas' with nanoseconds, freezegun's) do not leak in.
        utc = value.astimezone(UTC)
        return _DATETIME[0].combine(utc.date(), utc.timetz())
    except ValueError:  # pandas' NaT, which calls itself a datetime
        hint = "leave it out where it is not known"
        raise RecordError(field, value, "is not an instant", hint, "instant") from None
    except OverflowError:
        what, hint = "must lie between the years 1 and 9999 in UTC", "check the year"
        raise RecordError(field, value, what, hint, "instant") from None


def check_word(field: str, value: object, known: tuple[str, ...]) -> None:
    """Raise RecordError for what is not one of the known words, with the closest of them."""
    if isinstance(value, str) and value in known:
        return
    hint = f"write {join_words(known)}"
    closest = did_you_mean(value, known, hint) if isinstance(value, str) else hint
    raise RecordError(field, value, "is not an allowed value", closest, "word")


def check_text(field: str, value: object) -> None:
    """Raise RecordError for what is neither a text nor missing."""
    if not (value is None or isinstance(value, str)):
        raise RecordError(field, value, "must be a text", "leave it out where it is not known", "text")


def check_count(field: str, value: object) -> None:
    """Raise RecordError for what is not a whole number, 0 or more, of at most 18 digits."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**MOST_DIGITS:
        what = "must be a whole number, 0 or more"
        raise RecordError(field, value, what, f"give 0, 1, 2 or more, with at most {MOST_DIGITS} digits", "count")


def check_flag(field: str, value: object) -> None:
    """Raise RecordError for what is neither true nor false."""
    if not isinstance(value, bool):
        raise RecordError(field, value, "must be true or false", "write one of the two", "flag")


def check_number(field: str, value: object) -> None:
    """Raise RecordError for what is not a number below 10**18 in size; infinities and NaN are none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 10**MOST_DIGITS:
        raise RecordError(field, value, "must be a number", f"give one of at most {MOST_DIGITS} digits", "number")


def check_share(field: str, value: object) -> None:
    """Raise RecordError for what is not a part of the whole, from 0 to 1."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise RecordError(field, value, "must be between 0% and 100%", "write 0.4 for 40%", "share")
