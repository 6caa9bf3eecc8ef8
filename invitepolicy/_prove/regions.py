"""Sets of records as regions of cells: exact, and empty where only impossible records would be.

A region is a bit mask of cells for each dimension. How facts depend on each other (a missing clock on the status, the
invitations sent in a day on those in a week) is held as constraints, which are applied when a region is tested for
records.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Final

import attrs

from invitepolicy._core.conditions import Condition, OneOf
from invitepolicy._core.errors import InvitePolicyError, Location
from invitepolicy._core.facts import AT_MOST, FACTS
from invitepolicy._core.policy import STANDING as _STANDING
from invitepolicy._core.quantities import MOST_DIGITS
from invitepolicy._core.records import Absent
from invitepolicy._prove.cells import ChoiceCell, MissingCell, RangeCell, cut_facts, find_cell, value_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from invitepolicy._core.facts import Fact
    from invitepolicy._prove.cells import Cell, Dimension

# By dimension, a mask of cells, whose lowest bit is the first cell. A mask of 0 means that no record is in the region.
Region = tuple[int, ...]

MOST_REGIONS: Final = 60_000
# What a record says by default: its direction, its status, and all other choices.
USUAL: Final = ("outgoing", "pending", "unknown")


class TooManyRegionsError(InvitePolicyError):
    """A question that would take more regions than the limit: it is refused, and nothing is guessed.

    `what` is what is too much, `hint` the remedy.
    """

    def __init__(self, what: str, hint: str) -> None:
        """Store both sentences."""
        self.what, self.hint = what, hint
        super().__init__(what, hint)

    def __str__(self) -> str:
        """Return both in one line."""
        return f"{self.what}; {self.hint}"


@attrs.define
class Budget:
    """The number of regions that may still be visited."""

    left: int = MOST_REGIONS

    def spend(self) -> None:
        """Count a region. Raise TooManyRegionsError once there are too many."""
        self.left -= 1
        if self.left < 0:
            raise TooManyRegionsError("too many overlapping rules to analyse", "use fewer rules, or fewer facts")


@attrs.frozen
class Constraint:
    """How facts depend on each other: for each cell of `pivot`, the cells that other dimensions can then have."""

    pivot: int
    # By cell of the pivot: pairs of a dimension and the mask of its cells.
    allowed: tuple[tuple[tuple[int, int], ...], ...]


@attrs.frozen
class FactSpace:
    """All records, as far as some conditions distinguish them: dimensions, the region of all cells, constraints.

    `whole` leaves out the cells in which no record can be.
    """

    dimensions: tuple[Dimension, ...]
    whole: Region
    constraints: tuple[Constraint, ...]


def build_space(conditions: Iterable[Condition], facts: Mapping[str, Fact]) -> FactSpace:
    """Return the space whose cells the conditions distinguish; `facts` holds the policy's own ones."""
    conditions = list(conditions)
    happens = {condition.fact: FACTS[condition.fact].happens for condition in conditions if condition.fact in FACTS}
    # A clock that does not happen in some status is missing for another reason there: the status must be a dimension.
    conditions += (Condition("status", OneOf(words), "", Location("", 0)) for words in happens.values() if words)
    dimensions = cut_facts(conditions, facts)
    whole = tuple(_mask(_can_be(dimension, index) for index in range(len(dimension.cells))) for dimension in dimensions)
    return FactSpace(dimensions, whole, (*_status_constraints(dimensions), *_at_most_constraints(dimensions)))


def dimension_of(space: FactSpace, fact: str, tag: str | None = None) -> int:
    """Return the index of the dimension of a fact, or of a tag."""
    return next(
        index
        for index, dimension in enumerate(space.dimensions)
        if dimension.fact.name == fact and dimension.tag == tag
    )


def _mask(bits: Iterable[bool]) -> int:
    return sum(1 << index for index, bit in enumerate(bits) if bit)


def cells_of(mask: int) -> Iterator[int]:
    """Yield the cells of a mask, in order."""
    while mask:
        low = mask & -mask  # the lowest bit alone
        yield low.bit_length() - 1
        mask ^= low


def _can_be(dimension: Dimension, index: int) -> bool:
    """Return whether a record can be in a cell: between two adjacent numbers, and beyond 18 digits, none can."""
    value = value_in(dimension, index)
    # Every word, flag, age and way of being missing has a record; only a range of numbers can be empty.
    if not isinstance(dimension.cells[index], RangeCell):
        return True
    return abs(value) < 10**MOST_DIGITS and find_cell(dimension, value, _STANDING) == index


def _status_constraints(dimensions: Sequence[Dimension]) -> Iterator[Constraint]:
    """Yield the statuses in which a clock can be missing in each way."""
    # Other clocks are missing in one way only, whatever the status: own ones, and those of the account.
    clocks = [(index, dimension) for index, dimension in enumerate(dimensions) if dimension.fact.happens]
    for pivot, status in enumerate(dimensions):
        if status.fact.name == "status" and clocks:
            yield Constraint(pivot, tuple(tuple(_allowed_by(cell, clocks)) for cell in status.cells))


def _allowed_by(status: Cell, clocks: Iterable[tuple[int, Dimension]]) -> Iterator[tuple[int, int]]:
    # Any word will do: `build_space` divides the statuses by `happens`, so a cell is all in it or all out.
    word = status.words[0] if isinstance(status, ChoiceCell) else ""
    for index, clock in clocks:
        happens = word in (clock.fact.happens or ())
        # A date itself is possible in every status: a pending invitation may have a `withdrawn_at`.
        other = MissingCell(Absent.DID_NOT_HAPPEN if happens else Absent.NOT_KNOWN)
        yield index, _mask(cell != other for cell in clock.cells)


def _at_most_constraints(dimensions: Sequence[Dimension]) -> Iterator[Constraint]:
    by_name = {dimension.fact.name: index for index, dimension in enumerate(dimensions)}
    for small, large in AT_MOST.items():
        if small in by_name and large in by_name:
            cells = dimensions[by_name[small]].cells
            yield Constraint(
                by_name[large],
                tuple(
                    ((by_name[small], _mask(_least(cell) <= _most(other) for cell in cells)),)
                    for other in dimensions[by_name[large]].cells
                ),
            )


def _least(cell: Cell) -> float:
    # A count that is not known limits nothing: at least 0 here, at most infinity below.
    return cell.low.at if isinstance(cell, RangeCell) and cell.low is not None else 0


def _most(cell: Cell) -> float:
    # The boundaries of counts stand just before a number, so the greatest in the cell is one less.
    return cell.high.at - 1 if isinstance(cell, RangeCell) and cell.high is not None else inf


def is_possible(space: FactSpace, region: Region) -> bool:
    """Return whether any record is in a region."""
    # Each constraint can be tested by itself, as no two share a dimension. `any` must not look at the cell,
    # since the first one is 0.
    return 0 not in region and all(any(True for _ in _pivots(constraint, region)) for constraint in space.constraints)


def _pivots(constraint: Constraint, region: Region) -> Iterator[int]:
    """Yield the cells of the pivot with which every dependent dimension of the region still has a cell."""
    for cell in cells_of(region[constraint.pivot]):
        if all(region[index] & allowed for index, allowed in constraint.allowed[cell]):
            yield cell


def pick_cells(space: FactSpace, region: Region) -> tuple[int, ...]:
    """Return a cell of each dimension so that one record is in all of them: a usual one if possible, else the first.

    What did not happen is usual: most accounts were never restricted, and most invitations never withdrawn.
    """
    masks = list(region)
    # The pivot first: every cell of `_pivots` leaves each dependent dimension at least one cell.
    for constraint in space.constraints:
        pivot = _usual(space.dimensions[constraint.pivot], _pivots(constraint, region))
        masks[constraint.pivot] = 1 << pivot
        for index, allowed in constraint.allowed[pivot]:
            masks[index] &= allowed
    return tuple(_usual(dimension, cells_of(mask)) for dimension, mask in zip(space.dimensions, masks, strict=True))


def _usual(dimension: Dimension, cells: Iterable[int]) -> int:
    candidates = list(cells)
    return next((cell for cell in candidates if _is_usual(dimension.cells[cell])), candidates[0])


def _is_usual(cell: Cell) -> bool:
    return usual_word(cell) is not None or cell == MissingCell(Absent.DID_NOT_HAPPEN)


def usual_word(cell: Cell) -> str | None:
    """Return the word of a choice that a record has by default, if it is in the cell; else None."""
    words = cell.words if isinstance(cell, ChoiceCell) else ()
    return next((word for word in USUAL if word in words), None)


def intersect(first: Region, second: Region) -> Region:
    """Return the region of the records that are in both."""
    return tuple(mask & also for mask, also in zip(first, second, strict=True))


def replaced(region: Region, index: int, mask: int) -> Region:
    """Return a region with another mask in one dimension."""
    return (*region[:index], mask, *region[index + 1 :])


def subtract(region: Region, other: Region) -> Iterator[Region]:
    """Yield what is in a region and not in another, as disjoint regions, none of them empty."""
    # `rest` agrees with `other` in all dimensions before `index`, which makes the parts disjoint.
    rest = region
    for index, mask in enumerate(other):
        # Nothing of the rest is in the other region.
        if not rest[index] & mask:
            yield rest
            return
        if rest[index] & ~mask:
            yield replaced(rest, index, rest[index] & ~mask)
        rest = replaced(rest, index, rest[index] & mask)


def simplify(space: FactSpace, region: Region) -> Region:
    """Return a region of the same records that is easier to describe: without masks that exclude only the impossible.

    A mask that stays loses the cells in which no record of the region is.
    """
    for index, mask in enumerate(space.whole):
        # Where no record would be in the excluded cells, the mask excludes nothing.
        matters = is_possible(space, replaced(region, index, mask & ~region[index]))
        region = replaced(region, index, _filled(space, region, index) if matters else mask)
    return region


def _filled(space: FactSpace, region: Region, index: int) -> int:
    """Return the cells of one dimension in which a record of the region is."""
    return sum(1 << cell for cell in cells_of(region[index]) if is_possible(space, replaced(region, index, 1 << cell)))


def merge(regions: Iterable[Region]) -> list[Region]:
    """Return the union of regions, those that differ in one dimension only joined, until none do."""
    merged = list(dict.fromkeys(regions))
    before = 0
    # Joining in one dimension can make regions alike that were not, so all dimensions are tried again.
    while merged and len(merged) != before:
        before = len(merged)
        for index in reversed(range(len(merged[0]))):
            joined: dict[Region, int] = {}
            for region in merged:
                others = replaced(region, index, 0)  # as a key: what the region is in all other dimensions
                joined[others] = joined.get(others, 0) | region[index]
            merged = [replaced(others, index, mask) for others, mask in joined.items()]
    return merged
