"""A decision as a table of people and times, computed from its cells, for readers who do not read policies."""

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
_RARE: Final = 9  # how much more common people without a tag are than people with it


@attrs.frozen
class TimetableRow:
    """A kind of people and the outcome in each column; a row applies to whoever no row above it describes."""

    who: str
    outcomes: tuple[str, ...]


@attrs.frozen
class Timetable:
    """A decision as a table: `columns` are the ages of `clock` at which an outcome changes, in order.

    A column applies until the next one begins. A decision that does not depend on a date has no clock and one column.
    """

    decision: str
    question: str
    clock: str | None
    columns: tuple[str, ...]
    rows: tuple[TimetableRow, ...]


def make_timetable(policy: Policy, decision: str) -> Timetable:
    """Compute the timetable of one of a policy's decisions.

    Rows are read from the top: the rarest kind of people first, “everybody else” last. Of several dates, the one with
    the most thresholds makes the columns, and the others distinguish rows. A column headed `never` is for what did
    not happen. Records of which a needed fact is not known are left out, and so are those to which the decision never
    applies; where that leaves nobody, there are no rows. An outcome of `IMPOSSIBLE` marks a column in which no record
    of that row can be.

    Raise KeyError for a decision that the policy does not have, and TooManyRegionsError where too many rules overlap
    to analyse.
    """
    rules = policy.decisions[decision]
    space = build_space(conditions_of(rules), policy.facts)
    asked = _asked(space, rules)
    clock = _main_clock(space, asked)
    # A stage is what later becomes a column, a “life” the outcomes of somebody in all stages, in order.
    stages = _stages(space, asked, clock)
    lives = _group_by_life(space, rules, stages, clock)
    background = _background(space, asked, clock)
    # People to whom the decision never applies have no row.
    shown_lives = {life: regions for life, regions in lives.items() if set(life) - {IMPOSSIBLE, NOT_APPLICABLE}}
    rows = tuple(_rows(space, asked, background, shown_lives))
    # After the rows: a change in a life without a row makes no column.
    columns = _columns(space, clock, stages, rows)
    return Timetable(
        decision=decision,
        question=rules.question,
        clock=None if clock is None else space.dimensions[clock].fact.name,
        columns=tuple(_heading(space, clock, stages[index]) for index in columns),
        rows=tuple(TimetableRow(row.who, tuple(row.outcomes[index] for index in columns)) for row in rows),
    )


def _columns(space: FactSpace, clock: int | None, stages: Sequence[Region], rows: Sequence[TimetableRow]) -> list[int]:
    """Return the columns at which an outcome changes; `never` is left out where it equals the first age."""
    columns = [
        index
        for index in range(len(stages))
        if not index or any(row.outcomes[index] != row.outcomes[index - 1] for row in rows)
    ]
    if 1 not in columns and len(stages) > 1 and _heading(space, clock, stages[0]) == _NEVER:
        columns[0] = 1
    return columns


def _asked(space: FactSpace, rules: DecisionSpec) -> Region:
    """Return the region in which all is known and `applies_to` holds, but for its dates and its choices of tags.

    Dates are left to the columns; `tags: [a, b]`, of which either is enough, is no single region.
    """
    reader = RuleCompiler(space)
    region = tuple(
        sum(1 << cell for cell in cells_of(mask) if dimension.cells[cell] != MissingCell(Absent.NOT_KNOWN))
        for dimension, mask in zip(space.dimensions, space.whole, strict=True)
    )
    for condition in rules.applies_to:
        alternatives = reader.ways_to_hold(condition)
        # All dimensions of one condition are about the same fact, so the first shows its kind.
        index = next(iter(alternatives[0]))
        if len(alternatives) == 1 and space.dimensions[index].fact.kind != "clock":
            region = intersect(region, region_where(space, alternatives[0]))
    return region


def _main_clock(space: FactSpace, asked: Region) -> int | None:
    clocks = [index for index, dimension in enumerate(space.dimensions) if dimension.fact.kind == "clock"]
    return max(clocks, key=lambda index: asked[index].bit_count(), default=None)


def _stages(space: FactSpace, asked: Region, clock: int | None) -> list[Region]:
    """Return a region for each column: what never happened, then the ages of the date; without a date, one for all."""
    if clock is None:
        return [asked]
    cells = space.dimensions[clock].cells
    never = [index for index, cell in enumerate(cells) if cell == MissingCell(Absent.DID_NOT_HAPPEN)]
    ages = [index for index, cell in enumerate(cells) if isinstance(cell, AgeCell)]
    regions = [replaced(asked, clock, asked[clock] & 1 << index) for index in (*never, *ages)]
    # Where nobody is asked at all, one stage remains, so that there is a column.
    return [region for region in regions if is_possible(space, region)] or [asked]


def _group_by_life(
    space: FactSpace, rules: DecisionSpec, stages: Sequence[Region], clock: int | None
) -> dict[tuple[str, ...], list[Region]]:
    """Group people by their outcomes in all columns, as regions over all facts but the date."""
    compiled = RuleCompiler(space).compile_decision(rules)
    table = RuleMatrix(space, compiled)
    budget = Budget()
    # Before the first stage everybody has the same, empty life. Each stage divides the groups further.
    groups: dict[tuple[str, ...], list[Region]] = {(): [_people(space, stages[0], clock)]}
    for stage in stages:
        ruled = [
            (_people(space, one.region, clock), UNDETERMINED if one.old == DOUBT else compiled[one.old].then)
            for one in rulings_in(table, table.everything, table.everything, [stage], budget)
        ]
        narrowed: dict[tuple[str, ...], list[Region]] = {}
        for life, regions in groups.items():
            for region in regions:
                for part, outcome in _split_by_outcome(region, ruled, budget):
                    narrowed.setdefault((*life, outcome), []).append(part)
        groups = {life: merge(regions) for life, regions in narrowed.items()}
    return groups


def _people(space: FactSpace, region: Region, clock: int | None) -> Region:
    # Without the date, so that the regions of different stages can be compared.
    return region if clock is None else replaced(region, clock, space.whole[clock])


def _split_by_outcome(
    region: Region, ruled: Sequence[tuple[Region, str]], budget: Budget
) -> Iterator[tuple[Region, str]]:
    """Split a region by the outcomes of a column; what cannot be in that column gets IMPOSSIBLE."""
    rest = [region]
    for other, outcome in ruled:
        both = intersect(region, other)
        if 0 not in both:
            budget.spend()
            yield both, outcome
            rest = [part for left in rest for part in subtract(left, both)]
    # `rulings_in` leaves out only what is impossible, so no record of this column is in the rest.
    yield from ((left, IMPOSSIBLE) for left in rest)


def _background(space: FactSpace, asked: Region, clock: int | None) -> Region:
    """Return the region that needs no words: what is possible at all, and the date, which makes the columns."""
    possible = tuple(
        sum(1 << cell for cell in cells_of(mask) if is_possible(space, replaced(asked, index, 1 << cell)))
        for index, mask in enumerate(asked)
    )
    # A dimension without cells in the background is never described (see `describe_region`).
    return possible if clock is None else replaced(possible, clock, 0)


def _rows(
    space: FactSpace, asked: Region, background: Region, lives: Mapping[tuple[str, ...], list[Region]]
) -> Iterator[TimetableRow]:
    """Yield a row for each kind of people, the rarest first; the most common one needs no description."""
    if not lives:
        return
    # None where the ordinary people are never asked, as with `applies_to: {tags: [vip, keep]}`.
    last = next((life for life, regions in lives.items() if any(map(_is_ordinary(space, asked), regions))), None)
    others = sorted((life for life in lives if life != last), key=lambda life: _commonness(space, lives[life]))
    above: list[Region] = []
    for life in others:
        for region in lives[life]:
            if _is_within(space, region, above):
                continue
            # A table is read from the top, so a row may include what rows above it cover: that takes fewer words.
            wide = _widened(space, region, asked, [*above, *lives[life]])
            above.append(wide)
            yield TimetableRow(describe_region(space, wide, background), life)
    if last is not None:
        yield TimetableRow("everybody else" if others else "everybody", last)


def _widened(space: FactSpace, region: Region, asked: Region, allowed: Sequence[Region]) -> Region:
    """Widen a region by every fact that rows above, or the same life, make superfluous."""
    for index, mask in enumerate(asked):
        wider = replaced(region, index, mask)
        if wider != region and _is_within(space, wider, allowed):
            region = wider
    return region


def _is_within(space: FactSpace, region: Region, others: Sequence[Region]) -> bool:
    rest = [region]
    for other in others:
        rest = [part for left in rest for part in subtract(left, other) if is_possible(space, part)]
    return not rest


def _commonness(space: FactSpace, regions: Sequence[Region]) -> int:
    return sum(
        prod(
            sum(_weight(dimension.cells[cell]) for cell in cells_of(mask))
            for dimension, mask in zip(space.dimensions, region, strict=True)
        )
        for region in regions
    )


def _weight(cell: Cell) -> int:
    match cell:
        case ChoiceCell():
            # As if all words were equally common: an estimate, which only orders the rows.
            return len(cell.words)
        case FlagCell():
            return 1 if cell.value else _RARE
    return 1


def _is_ordinary(space: FactSpace, asked: Region) -> Callable[[Region], bool]:
    """Return a test for the region of people about whom nothing particular is known."""
    usual = [_ordinary_cells(dimension) for dimension in space.dimensions]
    # Where the decision is asked of no ordinary cell of a fact, each cell it is asked of will do.
    cells = [(mask & some) or some for mask, some in zip(usual, asked, strict=True)]
    return lambda region: all(mask & usual for mask, usual in zip(region, cells, strict=True))


def _ordinary_cells(dimension: Dimension) -> int:
    """Return, as a mask, the cells of somebody about whom nothing is known; all, where none stands for that."""
    usual = [
        index
        for index, cell in enumerate(dimension.cells)
        if (isinstance(cell, ChoiceCell) and "unknown" in cell.words)
        or cell == FlagCell(value=False)
        # The cell of the lowest numbers: no earlier invitations, no note.
        or (isinstance(cell, RangeCell) and cell.low is None)
    ]
    return sum(1 << index for index in usual) or -1  # -1 has every bit set


def _heading(space: FactSpace, clock: int | None, stage: Region) -> str:
    if clock is None:
        return ""
    # A stage has one cell of the clock, unless nobody is asked (see `_stages`).
    cell = space.dimensions[clock].cells[next(cells_of(stage[clock]))]
    if not isinstance(cell, AgeCell):
        return _NEVER
    return "at once" if cell.low is None else format_duration(cell.low)
