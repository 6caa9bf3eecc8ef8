"""A decision as a finite table of cells: what its lines can tell apart of the values of each fact.

Every line cuts the values of one fact: the words it names and the rest, true and false, the stretches between the
thresholds of a clock or a number, and each way of missing. Inside a cell no line can turn, so one value stands for
all. A tag that is named is a fact of its own, true or false; `has_note` is read off the length of the note.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal, assert_never

import attrs

from invitepolicy._core.facts import FACTS, Fact, fact_order
from invitepolicy._core.policy import STANDING, NumberRange, thresholds, words_of
from invitepolicy._core.quantities import add_or_none
from invitepolicy._core.records import Absent
from invitepolicy._decide.rules import evaluate_condition

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from invitepolicy._core.policy import Condition
    from invitepolicy._core.records import Value

_WHOLE: Final = ("count",)
_LEAST: Final = {"count": 0, "share": 0}
_MOST: Final = {"share": 1}


@attrs.frozen(order=True)
class Boundary:
    """A border between two cells of a number: just before `at`, or just after it."""

    at: float
    after: bool = False


@attrs.frozen
class ChoiceCell:
    """The cell of a choice: one word that lines name, or all the rest."""

    words: tuple[str, ...]


@attrs.frozen
class FlagCell:
    """The cell of a flag, or of a tag."""

    value: bool


@attrs.frozen
class RangeCell:
    """The cell of a number between two cuts; None is no border."""

    low: Boundary | None
    high: Boundary | None


@attrs.frozen
class AgeCell:
    """The cell of a clock: at least `low` ago and less than `high` ago; None is no border."""

    low: timedelta | None
    high: timedelta | None


@attrs.frozen
class MissingCell:
    """The cell of a fact without a value."""

    why: Literal[Absent.NOT_KNOWN, Absent.DID_NOT_HAPPEN]


Cell = ChoiceCell | FlagCell | RangeCell | AgeCell | MissingCell


@attrs.frozen
class Dimension:
    """What lines tell apart of one fact: its cells, in order; `tag` is the tag that this is about."""

    fact: Fact
    cells: tuple[Cell, ...]
    tag: str | None = None


def cut_facts(lines: Iterable[Condition], facts: Mapping[str, Fact]) -> tuple[Dimension, ...]:
    """Cut the facts that lines name into cells, one dimension a fact or a tag, in the order of the language page.

    `facts` holds the policy's own ones; those of the vocabulary are known.
    """
    known = {**FACTS, **facts}
    named: dict[str, list[Condition]] = {}
    for line in lines:
        named.setdefault(base_fact(line.fact), []).append(line)
    found: list[Dimension] = []
    for name in sorted(named, key=fact_order):
        fact = known[name]
        if fact.kind == "tags":
            tags = sorted({word for line in named[name] for word in words_of(line)})
            found += (Dimension(fact, (FlagCell(value=False), FlagCell(value=True)), tag) for tag in tags)
        else:
            found.append(Dimension(fact, (*_present(fact, named[name]), *_missing(fact))))
    return tuple(found)


def base_fact(name: str) -> str:
    """Name the fact whose cells a fact is read off: whether there is a note is seen by its length."""
    return "note_length" if name == "has_note" else name


def _present(fact: Fact, lines: Sequence[Condition]) -> tuple[Cell, ...]:
    match fact.kind:
        case "choice":
            groups = _split(fact.words, [frozenset(words_of(line)) for line in lines])
            return tuple(map(ChoiceCell, groups))
        case "flag":
            return FlagCell(value=False), FlagCell(value=True)
        case "clock":
            borders: list[timedelta | None] = [None, *thresholds(lines), None]
            return tuple(map(AgeCell, borders[:-1], borders[1:]))
    cuts: list[Boundary | None] = [None, *_cuts(fact, lines), None]
    return tuple(map(RangeCell, cuts[:-1], cuts[1:]))


def _split(words: Iterable[str], named: Sequence[frozenset[str]]) -> Iterator[tuple[str, ...]]:
    """Put words together that no line tells apart."""
    groups: dict[tuple[bool, ...], list[str]] = {}
    for word in words:
        groups.setdefault(tuple(word in some for some in named), []).append(word)
    return map(tuple, groups.values())


def _cuts(fact: Fact, lines: Iterable[Condition]) -> list[Boundary]:
    cuts = {Boundary(1)} if any(line.fact == "has_note" for line in lines) else set()
    for line in lines:
        if isinstance(line.operator, NumberRange):
            if line.operator.low is not None:
                cuts.add(Boundary(line.operator.low.value, after=not line.operator.low_included))  # type: ignore[arg-type]
            if line.operator.high is not None:
                cuts.add(Boundary(line.operator.high.value, after=line.operator.high_included))  # type: ignore[arg-type]
    if fact.kind in _WHOLE:
        cuts = {Boundary(cut.at + 1) if cut.after else cut for cut in cuts}
    least, most = _LEAST.get(fact.kind), _MOST.get(fact.kind)
    return sorted(
        cut
        for cut in cuts
        if (least is None or cut > Boundary(least)) and (most is None or cut < Boundary(most, after=True))
    )  # fmt: skip


def _missing(fact: Fact) -> tuple[MissingCell, ...]:
    """Give the ways in which a fact can be without a value, over all records."""
    not_known, did_not_happen = MissingCell(Absent.NOT_KNOWN), MissingCell(Absent.DID_NOT_HAPPEN)
    if fact.kind == "choice":
        return ()
    if fact.kind == "clock" and fact.happens is not None:
        return (not_known, did_not_happen) if fact.happens else (did_not_happen,)
    is_record_field = fact.subject == "invitation" and fact.name in FACTS
    return () if is_record_field and fact.kind != "clock" else (not_known,)


def find_cell(dimension: Dimension, value: Value, now: datetime) -> int:
    """Find the cell in which a fact's value lies at `now`; for a tag the value is the record's tags."""
    for index, cell in enumerate(dimension.cells):
        if _lies_in(cell, dimension.tag in value if isinstance(value, frozenset) else value, now):
            return index
    message = f"no cell of {dimension.fact.name}"
    raise LookupError(message)


def _lies_in(cell: Cell, value: Any, now: datetime) -> bool:
    if isinstance(value, Absent):
        return isinstance(cell, MissingCell) and cell.why is value
    match cell:
        case ChoiceCell():
            return value in cell.words
        case FlagCell():
            return cell.value is value
        case RangeCell():
            return _is_beyond(value, cell.low) and not (cell.high is not None and _is_beyond(value, cell.high))
        case AgeCell():
            return _has_age(value, cell.low, now) and not (cell.high is not None and _has_age(value, cell.high, now))
        case MissingCell():
            return False
        case _ as never:
            assert_never(never)


def _is_beyond(value: float, cut: Boundary | None) -> bool:
    return cut is None or value > cut.at or (value == cut.at and not cut.after)


def _has_age(anchor: datetime, age: timedelta | None, now: datetime) -> bool:
    if age is None:
        return True
    border = add_or_none(anchor, age)
    return border is not None and border <= now


def value_in(dimension: Dimension, index: int) -> Any:
    """Give a value that lies in a cell at `STANDING`, as plain as can be; for a tag whether the record has it."""
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
    if cell.low is not None:
        return cell.low
    now, tomorrow = timedelta(), timedelta(days=-1)
    return now if cell.high is None or cell.high > now else tomorrow


def _number_in(cell: RangeCell, kind: str) -> float:
    low, high = cell.low, cell.high
    if low is None:
        least = _LEAST.get(kind)
        return least if least is not None else 0 if high is None else high.at - (not high.after)
    if not low.after:
        return low.at
    if high is None:
        return low.at + 1 if kind not in _MOST else (low.at + _MOST[kind]) / 2
    return (low.at + high.at) / 2


def condition_holds(dimension: Dimension, line: Condition, index: int) -> bool | None:
    """Say of a cell, as the plain reading does of its value, whether a line holds: True, False, or None for open."""
    value = value_in(dimension, index)
    if line.fact == "has_note":
        value = value >= 1
    if dimension.tag is not None:
        value = frozenset({dimension.tag} if value else ())
    return evaluate_condition(line.operator, value, STANDING)
