"""The cells into which conditions divide the values of each fact.

A condition divides the values of one fact: the words that it names and the rest, true and false, the ranges between
the thresholds of a clock or a number, and each way of being missing. All values in a cell are alike to every
condition, so that one stands for all. A tag that is named is a fact of its own, true or false; `has_note` is derived
from the length of the note.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal, assert_never

import attrs

from invitepolicy._core.conditions import AgeRange, IsKnown, IsTrue, NumberRange, OneOf, thresholds, words_of
from invitepolicy._core.facts import FACTS, Fact, fact_order
from invitepolicy._core.policy import STANDING
from invitepolicy._core.quantities import add_or_none
from invitepolicy._core.records import Absent
from invitepolicy._decide.rules import evaluate_condition

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from invitepolicy._core.conditions import Condition
    from invitepolicy._core.records import Value

# By kind of fact: those of whole numbers, and the least and the greatest value; a `number` has neither.
_WHOLE: Final = ("count",)
_LEAST: Final = {"count": 0, "share": 0}
_MOST: Final = {"share": 1}


@attrs.frozen(order=True)
class Boundary:
    """The boundary between two cells of a number: just before `at`, or just after it."""

    # In this order a boundary just before a number sorts ahead of the one just after it.
    at: float
    after: bool = False


@attrs.frozen
class ChoiceCell:
    """The cell of a choice: words that no condition distinguishes."""

    words: tuple[str, ...]


@attrs.frozen
class FlagCell:
    """The cell of a flag, or of a tag."""

    value: bool


@attrs.frozen
class RangeCell:
    """The cell of a number between two boundaries; None is no limit."""

    low: Boundary | None
    high: Boundary | None


@attrs.frozen
class AgeCell:
    """The cell of a clock: at least `low` ago and less than `high` ago; None is no limit."""

    low: timedelta | None
    high: timedelta | None


@attrs.frozen
class MissingCell:
    """The cell of a fact without a value."""

    why: Literal[Absent.NOT_KNOWN, Absent.DID_NOT_HAPPEN]


Cell = ChoiceCell | FlagCell | RangeCell | AgeCell | MissingCell


@attrs.frozen
class Dimension:
    """One fact divided into cells, in order; for tags, the one `tag` that this dimension is about."""

    fact: Fact
    cells: tuple[Cell, ...]
    tag: str | None = None


def cut_facts(conditions: Iterable[Condition], facts: Mapping[str, Fact]) -> tuple[Dimension, ...]:
    """Return the dimensions of the facts that conditions name, one for a fact or a tag, in the language page's order.

    `facts` holds the policy's own ones; those of the vocabulary need not be given.
    """
    known = {**FACTS, **facts}
    by_fact: dict[str, list[Condition]] = {}
    for condition in conditions:
        by_fact.setdefault(base_fact(condition.fact), []).append(condition)
    dimensions: list[Dimension] = []
    for name in sorted(by_fact, key=fact_order):
        fact = known[name]
        if fact.kind == "tags":
            # Tags do not exclude each other, so each has its own dimension. A record's tags are always known.
            tags = sorted({word for condition in by_fact[name] for word in words_of(condition)})
            dimensions += (Dimension(fact, (FlagCell(value=False), FlagCell(value=True)), tag) for tag in tags)
        else:
            dimensions.append(Dimension(fact, (*_value_cells(fact, by_fact[name]), *_missing_cells(fact))))
    return tuple(dimensions)


def base_fact(name: str) -> str:
    """Return the fact from whose cells a fact is derived: whether there is a note depends on its length."""
    return "note_length" if name == "has_note" else name


def _value_cells(fact: Fact, conditions: Sequence[Condition]) -> tuple[Cell, ...]:
    match fact.kind:
        case "choice":
            # `{not: daily}` divides the words as `daily` does, so negation can be ignored.
            groups = _split(fact.words, [frozenset(words_of(condition)) for condition in conditions])
            return tuple(map(ChoiceCell, groups))
        case "flag":
            return FlagCell(value=False), FlagCell(value=True)
        case "clock":
            # Each cell ends where the next begins. The first one also holds the instants after now.
            ages: list[timedelta | None] = [None, *thresholds(conditions), None]
            return tuple(map(AgeCell, ages[:-1], ages[1:]))
    boundaries: list[Boundary | None] = [None, *_boundaries(fact, conditions), None]
    return tuple(map(RangeCell, boundaries[:-1], boundaries[1:]))


def _split(words: Iterable[str], named: Sequence[frozenset[str]]) -> Iterator[tuple[str, ...]]:
    """Return the words in groups, in each of which no condition distinguishes them."""
    groups: dict[tuple[bool, ...], list[str]] = {}
    for word in words:
        groups.setdefault(tuple(word in some for some in named), []).append(word)
    return map(tuple, groups.values())


def _boundaries(fact: Fact, conditions: Iterable[Condition]) -> list[Boundary]:
    boundaries: set[Boundary] = set()
    for condition in conditions:
        if condition.fact == "has_note":
            # A condition about the note itself turns between the lengths 0 and 1.
            boundaries.add(Boundary(1))
        boundaries |= _boundaries_of(condition)
    if fact.kind in _WHOLE:
        # “More than 2” is “at least 3”: as two boundaries they would have a cell without a value between.
        boundaries = {Boundary(one.at + 1) if one.after else one for one in boundaries}
    # A boundary below the least value or above the greatest separates nothing.
    least, most = _LEAST.get(fact.kind), _MOST.get(fact.kind)
    return sorted(
        one
        for one in boundaries
        if (least is None or one > Boundary(least)) and (most is None or one < Boundary(most, after=True))
    )  # fmt: skip


def _boundaries_of(condition: Condition) -> set[Boundary]:
    match condition.operator:
        case NumberRange(low, high, low_included, high_included):
            # “At least 2” and “less than 2” turn just before 2, “more than 2” and “at most 2” just after it.
            pairs = ((low, not low_included), (high, high_included))
            return {Boundary(threshold.value, after) for threshold, after in pairs if threshold is not None}  # type: ignore[arg-type]
        case OneOf() | IsTrue() | AgeRange() | IsKnown():
            return set()
        case _ as never:
            assert_never(never)


def _missing_cells(fact: Fact) -> tuple[MissingCell, ...]:
    """Return the ways in which a fact can be without a value, over all records."""
    not_known, did_not_happen = MissingCell(Absent.NOT_KNOWN), MissingCell(Absent.DID_NOT_HAPPEN)
    if fact.kind == "choice":
        # What is not known of a choice is its word `unknown`.
        return ()
    if fact.kind == "clock" and fact.happens is not None:
        return (not_known, did_not_happen) if fact.happens else (did_not_happen,)
    # A field of an invitation that is no date has a default (no attempts, no note), so it is never missing.
    is_record_field = fact.subject == "invitation" and fact.name in FACTS
    return () if is_record_field and fact.kind != "clock" else (not_known,)


def find_cell(dimension: Dimension, value: Value, now: datetime) -> int:
    """Return the index of the cell that holds a fact's value at `now`; for a tag the value is the record's tags.

    Raise LookupError for a value that the fact cannot have.
    """
    for index, cell in enumerate(dimension.cells):
        if _contains(cell, dimension.tag in value if isinstance(value, frozenset) else value, now):
            return index
    message = f"no cell of {dimension.fact.name}"
    raise LookupError(message)


def _contains(cell: Cell, value: Any, now: datetime) -> bool:
    if isinstance(value, Absent):
        return isinstance(cell, MissingCell) and cell.why is value
    match cell:
        case ChoiceCell():
            return value in cell.words
        case FlagCell():
            # Compared by identity, since 1 equals True but is not the value of a flag.
            return cell.value is value
        case RangeCell():
            return _is_beyond(value, cell.low) and not (cell.high is not None and _is_beyond(value, cell.high))
        case AgeCell():
            return _has_age(value, cell.low, now) and not (cell.high is not None and _has_age(value, cell.high, now))
        case MissingCell():
            return False
        case _ as never:
            assert_never(never)


def _is_beyond(value: float, boundary: Boundary | None) -> bool:
    return boundary is None or value > boundary.at or (value == boundary.at and not boundary.after)


def _has_age(anchor: datetime, age: timedelta | None, now: datetime) -> bool:
    if age is None:
        return True
    # As in `_decide/rules.py`: an age that is reached after the year 9999 is never reached.
    instant = add_or_none(anchor, age)
    return instant is not None and instant <= now


def value_in(dimension: Dimension, index: int) -> Any:
    """Return a value of a cell at `STANDING`, as plain as possible; for a tag whether the record has it."""
    cell = dimension.cells[index]
    match cell:
        case ChoiceCell():
            return "unknown" if "unknown" in cell.words else cell.words[0]
        case FlagCell():
            return cell.value
        case RangeCell():
            return _number_in(cell, dimension.fact.kind)
        case AgeCell():
            return STANDING - _age_in(cell)
        case MissingCell():
            return cell.why
        case _ as never:
            assert_never(never)


def _age_in(cell: AgeCell) -> timedelta:
    # A cell includes its lower end. Only the cell “less than 0 days ago” needs an instant after now.
    if cell.low is not None:
        return cell.low
    now, tomorrow = timedelta(), timedelta(days=-1)
    return now if cell.high is None or cell.high > now else tomorrow


def _number_in(cell: RangeCell, kind: str) -> float:
    low, high = cell.low, cell.high
    if low is None:
        # The least value is always in the first cell, since `_boundaries` leaves out every boundary up to it.
        least = _LEAST.get(kind)
        return least if least is not None else 0 if high is None else high.at - (not high.after)
    if not low.after:
        return low.at
    if high is None:
        # For “more than 90%” half way to the greatest share: one more would not be a share.
        return low.at + 1 if kind not in _MOST else (low.at + _MOST[kind]) / 2
    # Rounding can lead out of the cell where no float lies between; `build_space` leaves out such cells.
    return (low.at + high.at) / 2


def condition_holds(dimension: Dimension, condition: Condition, index: int) -> bool | None:
    """Return whether a condition holds in a cell, by the plain reading: True, False, or None where it is open."""
    value = value_in(dimension, index)
    if condition.fact == "has_note":
        # The cells are those of the note's length.
        value = value >= 1
    if dimension.tag is not None:
        value = frozenset({dimension.tag} if value else ())
    return evaluate_condition(condition.operator, value, STANDING)
