"""The cell in which a record's fact lies, found fast: the borders that lines name are looked up, not tried in turn."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from datetime import datetime
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, assert_never

from invitepolicy._borders import words_of
from invitepolicy._model import InRange
from invitepolicy._records import Absent, Account, Invitation, read_fact
from invitepolicy._vocabulary import FACTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from invitepolicy._model import Line
    from invitepolicy._vocabulary import Fact

Read = Callable[[Invitation, Account], Any]
Locate = Callable[[Invitation, Account, datetime], Any]


SENT: Final = attrgetter("sent_at")


def clock_of(fact: Fact) -> Callable[[Invitation], Any]:
    """Make what reads a clock from its field of an invitation; what most clocks count from is always `SENT`."""
    return SENT if fact.name == "sent" else attrgetter(fact.field)


def is_field(fact: Fact) -> bool:
    """Say whether a fact is read as it stands in a field of the invitation."""
    return fact.subject == "invitation" and fact.name in FACTS and fact.field != "note"


def is_plain(fact: Fact) -> bool:
    """Say whether a fact is one of the words and flags that every invitation has."""
    return fact.subject == "invitation" and fact.name in FACTS and fact.kind in ("choice", "flag")


def reader_of(fact: Fact) -> Read:
    """Make what reads a fact as `read_fact` does; the words of a long choice are looked up, not gone through."""
    if fact.name in FACTS or fact.kind != "choice":
        return partial(read_fact, fact)
    words, name = frozenset(fact.words), fact.name

    def read(invitation: Invitation, account: Account) -> Any:
        value = invitation.facts.get(name)
        return value if isinstance(value, str) and value in words else read_fact(fact, invitation, account)

    return read


def locate_by(fact: Fact, lines: Sequence[Line], borders: list[Any]) -> Locate:
    """Make what finds the cell of a fact among those that lines about it tell apart.

    Cells are told apart by numbers, by the words of a choice, or by the tags that lines name: never by what a record
    brings. Two values in one cell are alike to every one of the lines. A clock's cells lie between `borders`.
    """
    match fact.kind:
        case "clock":
            return _by_field_age(fact, borders) if is_field(fact) else _by_age(fact, borders)
        case "count" | "number" | "share":
            return _by_size(fact, _amounts(lines))
        case "tags":
            return _by_tags(fact, frozenset(word for line in lines for word in words_of(line)))
        case "choice" | "flag":
            return _by_value(fact)
        case _ as never:
            assert_never(never)


def _absent(value: Absent) -> int:
    return -1 if value is Absent.NOT_KNOWN else -2


def _by_field_age(fact: Fact, borders: list[Any]) -> Locate:
    read = clock_of(fact)

    def locate(invitation: Invitation, account: Account, now: datetime) -> int:
        anchor = read(invitation)
        if anchor is None:
            return _absent(read_fact(fact, invitation, account))  # type: ignore[arg-type]  # there is no value
        return bisect_right(borders, now - anchor)

    return locate


def _by_age(fact: Fact, borders: list[Any]) -> Locate:
    def locate(invitation: Invitation, account: Account, now: datetime) -> int:
        anchor: Any = read_fact(fact, invitation, account)
        return _absent(anchor) if isinstance(anchor, Absent) else bisect_right(borders, now - anchor)

    return locate


def _by_size(fact: Fact, borders: list[Any]) -> Locate:
    def locate(invitation: Invitation, account: Account, _: datetime) -> int:
        value: Any = read_fact(fact, invitation, account)
        if isinstance(value, Absent):
            return _absent(value)
        # Below, at and above a border are three cells: whether it is included is the line's affair.
        return bisect_left(borders, value) + bisect_right(borders, value)

    return locate


def _amounts(lines: Sequence[Line]) -> list[Any]:
    borders = (border for line in lines if isinstance(line.test, InRange) for border in (line.test.low, line.test.high))
    found: set[Any] = {border.value for border in borders if border is not None}
    return sorted(found)


def _by_tags(fact: Fact, named: frozenset[str]) -> Locate:
    def locate(invitation: Invitation, account: Account, _: datetime) -> frozenset[str]:
        tags: Any = read_fact(fact, invitation, account)
        return named.intersection(tags)

    return locate


def _by_value(fact: Fact) -> Locate:
    read = reader_of(fact)

    def locate(invitation: Invitation, account: Account, _: datetime) -> Any:
        value = read(invitation, account)
        return _absent(value) if isinstance(value, Absent) else value

    return locate
