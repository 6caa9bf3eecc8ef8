"""What a field of a record may hold, and the refusal of anything else: its name, and what would be right."""

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

_PLAIN: Final = (datetime,)  # in a tuple, where a frozen clock of the tests does not replace it


def tags_of(tags: Iterable[str], field: str = "tags") -> frozenset[str]:
    """Give tags as a set. Raises RecordError for a single text or a mapping, and for what is no text among them."""
    if isinstance(tags, str | Mapping) or not isinstance(tags, Iterable):
        raise RecordError(field, tags, "tags are a list of texts; write ['vip'] for a single one")
    found = tuple(tags)
    if not all(isinstance(tag, str) for tag in found):
        raise RecordError(field, tags, "this is not a list of texts; every tag is a text")
    return frozenset(found)


def own_facts_of(facts: Mapping[str, Any]) -> FrozenMapping[Any]:
    """Give own facts without those that are None. Raises RecordError for other names and kinds of value."""
    if not isinstance(facts, Mapping):
        raise RecordError("facts", facts, "own facts are a mapping; give names that begin with my_, and their values")
    found = {}
    for name, value in facts.items():
        if not (isinstance(name, str) and name.startswith(OWN_PREFIX)):
            raise RecordError("facts", name, "the name of an own fact begins with my_; write that in front of it")
        if value is not None:
            found[name] = _own_value(name, value)
    return FrozenMapping(found)


def _own_value(name: str, value: Any) -> Any:
    match value:
        case datetime():
            return instant_of(name, value)
        case str() | bool() | int():
            return value
        case float() if isfinite(value):
            return value
        case list() | tuple() | set() | frozenset() if all(isinstance(word, str) for word in value):
            return frozenset(value)
    raise RecordError(
        name,
        value,
        "this is no value of an own fact; give a text, a number, true or false, an instant, or a list of texts",
    )


def instant_of(field: str, value: object) -> datetime:
    """Give an instant in UTC, as a plain datetime. Raises RecordError for one without a zone, and for a date."""
    if not isinstance(value, datetime):
        remedy = "say which instant of that day, with its zone" if isinstance(value, date) else "give an instant"
        raise RecordError(field, value, f"this is not an instant; {remedy}, such as datetime(…, tzinfo=timezone.utc)")
    if value.__class__ is _PLAIN[0] and value.tzinfo is UTC:
        return value
    try:
        if value.utcoffset() is None:
            hint = "add tzinfo=timezone.utc, or the zone it is in"
            raise RecordError(field, value, f"the instant has no time zone; {hint}")
        # Made anew, so that a kind of its own (a data frame's nanoseconds, a frozen clock's) goes no further.
        utc = value.astimezone(UTC)
        return _PLAIN[0].combine(utc.date(), utc.timetz())
    except ValueError:  # a data frame's mark for a missing instant
        raise RecordError(field, value, "this is not an instant; leave it out where it is not known") from None
    except OverflowError:
        raise RecordError(field, value, "the instant lies outside the years 1 to 9999 in UTC; check the year") from None


def check_word(field: str, value: object, known: tuple[str, ...]) -> None:
    """Refuse what is not one of the known words, with the nearest of them."""
    if isinstance(value, str) and value in known:
        return
    hint = f"it is one of {join_words(known)}"
    raise RecordError(
        field,
        value,
        f"this is not one of its words; {did_you_mean(value, known, hint) if isinstance(value, str) else hint}",
    )


def check_text(field: str, value: object) -> None:
    """Refuse what is neither a text nor missing."""
    if not (value is None or isinstance(value, str)):
        raise RecordError(field, value, "this is not a text; leave it out where it is not known")


def check_count(field: str, value: object) -> None:
    """Refuse what is not a whole number from 0 up, of at most 18 digits."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**MOST_DIGITS:
        raise RecordError(field, value, "this is not a count; give a whole number from 0 up")


def check_flag(field: str, value: object) -> None:
    """Refuse what is neither true nor false."""
    if not isinstance(value, bool):
        raise RecordError(field, value, "this is neither true nor false; give one of them")


def check_number(field: str, value: object) -> None:
    """Refuse what is not a number of at most 18 digits."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 10**MOST_DIGITS:
        raise RecordError(field, value, f"this is not a number; give one of at most {MOST_DIGITS} digits")


def check_share(field: str, value: object) -> None:
    """Refuse what is not a part of the whole, from 0 to 1."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise RecordError(field, value, "this is not a share; give a part of the whole from 0 to 1, such as 0.4")
