"""A decision as a table of people and times, computed from its cells: what a layman reads."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Final

import attrs

from invitepolicy._core.facts import NOT_APPLICABLE, UNDETERMINED
from invitepolicy._core.policy import conditions_of
from invitepolicy._core.quantities import format_duration
from invitepolicy._core.records import Absent
from invitepolicy._prove.cells import AgeCell, ChoiceCell, FlagCell, MissingCell, RangeCell
from invitepolicy._prove.phrases import describe_region
from invitepolicy._prove.regions import Budget, build_space, cells_of, intersect, is_possible, merge, replaced, subtract
from invitepolicy._prove.rulings import DOUBT, RuleCompiler, RuleMatrix, region_where, rulings_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from invitepolicy import Policy
    from invitepolicy._core.policy import DecisionSpec
    from invitepolicy._prove.cells import Cell, Dimension
    from invitepolicy._prove.regions import FactSpace, Region

IMPOSSIBLE: Final = ""  # the outcome of a record that cannot be
_NEVER: Final = "never"
_RARE: Final = 9  # how much more common it is not to bear a tag, or not to have been asked for an address


@attrs.frozen
class TimetableRow:
    """A kind of people, and the outcome in each column; a row holds for whom no row above it does."""

    who: str
    outcomes: tuple[str, ...]


@attrs.frozen
class Timetable:
    """A decision as a table: `columns` are the ages of `clock` at which anything turns, from the first one on.

    A column holds until the next one begins. A decision that no clock moves has no clock and one column.
    """

    decision: str
    question: str
    clock: str | None
    columns: tuple[str, ...]
    rows: tuple[TimetableRow, ...]


def make_timetable(policy: Policy, decision: str) -> Timetable:
    """Compute the timetable of one of a policy's decisions; raises KeyError where it has none of that name.

    Rows are read from the top. Of several clocks the one with the most thresholds makes the columns, and the others
    tell people apart. Records of which something that is asked for is not known are left out, and so are people of
    whom nothing is asked. Raises TooManyRegionsError where the rules overlap in too many ways.
    """
    rules = policy.decisions[decision]
    space = build_space(conditions_of(rules), policy.facts)
    asked = _asked(space, rules)
    clock = _main_clock(space, asked)
    stages = _stages(space, asked, clock)
    lives = _lives(space, rules, stages, clock)
    granted = _granted(space, asked, clock)
    living = {life: boxes for life, boxes in lives.items() if set(life) - {IMPOSSIBLE, NOT_APPLICABLE}}
    rows = tuple(_rows(space, asked, granted, living))
    columns = _columns(space, clock, stages, rows)
    return Timetable(
        decision=decision,
        question=rules.question,
        clock=None if clock is None else space.dimensions[clock].fact.name,
        columns=tuple(_heading(space, clock, stages[index]) for index in columns),
        rows=tuple(TimetableRow(row.who, tuple(row.outcomes[index] for index in columns)) for row in rows),
    )


def _columns(space: FactSpace, clock: int | None, stages: Sequence[Region], rows: Sequence[TimetableRow]) -> list[int]:
    """Leave out the stages at which nothing turns, and `never` where that is as it is at once."""
    found = [
        index
        for index in range(len(stages))
        if not index or any(row.outcomes[index] != row.outcomes[index - 1] for row in rows)
    ]
    if 1 not in found and len(stages) > 1 and _heading(space, clock, stages[0]) == _NEVER:
        found[0] = 1
    return found


def _asked(space: FactSpace, rules: DecisionSpec) -> Region:
    """Give the box in which everything is known and all lines of `applies_to` hold that are no clock's and no tags'."""
    reader = RuleCompiler(space)
    box = tuple(
        sum(1 << cell for cell in cells_of(mask) if dimension.cells[cell] != MissingCell(Absent.NOT_KNOWN))
        for dimension, mask in zip(space.dimensions, space.whole, strict=True)
    )
    for line in rules.applies_to:
        ways = reader.ways_to_hold(line)
        index = next(iter(ways[0]))
        if len(ways) == 1 and space.dimensions[index].fact.kind != "clock":
            box = intersect(box, region_where(space, ways[0]))
    return box


def _main_clock(space: FactSpace, asked: Region) -> int | None:
    clocks = [index for index, dimension in enumerate(space.dimensions) if dimension.fact.kind == "clock"]
    return max(clocks, key=lambda index: asked[index].bit_count(), default=None)


def _stages(space: FactSpace, asked: Region, clock: int | None) -> list[Region]:
    """Give a box for each column: of a clock first that it never was, then its ages; else one for all."""
    if clock is None:
        return [asked]
    cells = space.dimensions[clock].cells
    never = [index for index, cell in enumerate(cells) if cell == MissingCell(Absent.DID_NOT_HAPPEN)]
    ages = [index for index, cell in enumerate(cells) if isinstance(cell, AgeCell)]
    boxes = [replaced(asked, clock, asked[clock] & 1 << index) for index in (*never, *ages)]
    return [box for box in boxes if is_possible(space, box)] or [asked]


def _lives(
    space: FactSpace, rules: DecisionSpec, stages: Sequence[Region], clock: int | None
) -> dict[tuple[str, ...], list[Region]]:
    """Find the people that have the same outcomes in all columns, as boxes over everything but the clock."""
    cards = RuleCompiler(space).compile_decision(rules)
    table = RuleMatrix(space, cards)
    meter = Budget()
    found: dict[tuple[str, ...], list[Region]] = {(): [_people(space, stages[0], clock)]}
    for stage in stages:
        ruled = [
            (_people(space, one.region, clock), UNDETERMINED if one.old == DOUBT else cards[one.old].then)
            for one in rulings_in(table, table.everything, table.everything, [stage], meter)
        ]
        narrowed: dict[tuple[str, ...], list[Region]] = {}
        for life, boxes in found.items():
            for box in boxes:
                for part, outcome in _parts(box, ruled, meter):
                    narrowed.setdefault((*life, outcome), []).append(part)
        found = {life: merge(boxes) for life, boxes in narrowed.items()}
    return found


def _people(space: FactSpace, box: Region, clock: int | None) -> Region:
    return box if clock is None else replaced(box, clock, space.whole[clock])


def _parts(box: Region, ruled: Sequence[tuple[Region, str]], meter: Budget) -> Iterator[tuple[Region, str]]:
    """Cut a box by the outcomes of a column; what cannot be in that column has none."""
    rest = [box]
    for other, outcome in ruled:
        both = intersect(box, other)
        if 0 not in both:
            meter.spend()
            yield both, outcome
            rest = [part for left in rest for part in subtract(left, both)]
    yield from ((left, IMPOSSIBLE) for left in rest)


def _granted(space: FactSpace, asked: Region, clock: int | None) -> Region:
    """Give the box that goes without saying: what can be at all, and the clock, which makes the columns."""
    found = tuple(
        sum(1 << cell for cell in cells_of(mask) if is_possible(space, replaced(asked, index, 1 << cell)))
        for index, mask in enumerate(asked)
    )
    return found if clock is None else replaced(found, clock, 0)


def _rows(
    space: FactSpace, asked: Region, granted: Region, lives: Mapping[tuple[str, ...], list[Region]]
) -> Iterator[TimetableRow]:
    """Word the lives from the rarest kind of people to the most common, which needs no words."""
    if not lives:
        return
    last = next((life for life, boxes in lives.items() if any(map(_is_ordinary(space, asked), boxes))), None)
    others = sorted((life for life in lives if life != last), key=lambda life: _commonness(space, lives[life]))
    above: list[Region] = []
    for life in others:
        for box in lives[life]:
            if _is_within(space, box, above):
                continue
            wide = _widened(space, box, asked, [*above, *lives[life]])
            above.append(wide)
            yield TimetableRow(describe_region(space, wide, granted), life)
    if last is not None:
        yield TimetableRow("everybody else" if others else "everybody", last)


def _widened(space: FactSpace, box: Region, asked: Region, allowed: Sequence[Region]) -> Region:
    """Drop the conditions that rows above, or the same life, make superfluous."""
    for index, mask in enumerate(asked):
        wider = replaced(box, index, mask)
        if wider != box and _is_within(space, wider, allowed):
            box = wider
    return box


def _is_within(space: FactSpace, box: Region, others: Sequence[Region]) -> bool:
    rest = [box]
    for other in others:
        rest = [part for left in rest for part in subtract(left, other) if is_possible(space, part)]
    return not rest


def _commonness(space: FactSpace, boxes: Sequence[Region]) -> int:
    return sum(
        prod(
            sum(_weight(dimension.cells[cell]) for cell in cells_of(mask))
            for dimension, mask in zip(space.dimensions, box, strict=True)
        )
        for box in boxes
    )


def _weight(cell: Cell) -> int:
    match cell:
        case ChoiceCell():
            return len(cell.words)
        case FlagCell():
            return 1 if cell.value else _RARE
    return 1


def _is_ordinary(space: FactSpace, asked: Region) -> Callable[[Region], bool]:
    """Tell the box of the people of whom nothing particular is known, as far as they are asked about."""
    usual = [_ordinary_cells(dimension) for dimension in space.dimensions]
    cells = [(mask & some) or some for mask, some in zip(usual, asked, strict=True)]
    return lambda box: all(mask & usual for mask, usual in zip(box, cells, strict=True))


def _ordinary_cells(dimension: Dimension) -> int:
    """Give, as a mask, the cells in which somebody lies of whom nothing is known; any, where that says nothing."""
    usual = [
        index
        for index, cell in enumerate(dimension.cells)
        if (isinstance(cell, ChoiceCell) and "unknown" in cell.words)
        or cell == FlagCell(value=False)
        or (isinstance(cell, RangeCell) and cell.low is None)
    ]
    return sum(1 << index for index in usual) or -1


def _heading(space: FactSpace, clock: int | None, stage: Region) -> str:
    if clock is None:
        return ""
    cell = space.dimensions[clock].cells[next(cells_of(stage[clock]))]
    if not isinstance(cell, AgeCell):
        return _NEVER
    return "at once" if cell.low is None else format_duration(cell.low)
