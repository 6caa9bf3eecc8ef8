"""Sets of records as boxes of cells: exact, and empty where only records that cannot be would lie.

A box is a bit mask of cells for each dimension; a region is a list of boxes. What facts have to do with each other
(a missing clock with the status, a day's sendings with a week's) is kept as ties and looked at when a box is asked
whether any record lies in it.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Final

import attrs

from invitepolicy._core.errors import InvitePolicyError
from invitepolicy._core.facts import AT_MOST, FACTS
from invitepolicy._core.policy import STANDING as _STANDING
from invitepolicy._core.policy import Condition, Location, OneOf
from invitepolicy._core.quantities import MOST_DIGITS
from invitepolicy._core.records import Absent
from invitepolicy._prove.cells import ChoiceCell, MissingCell, RangeCell, cut_facts, find_cell, value_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from invitepolicy._core.facts import Fact
    from invitepolicy._prove.cells import Cell, Dimension

Region = tuple[int, ...]

MOST_REGIONS: Final = 60_000
USUAL: Final = ("outgoing", "pending", "unknown")


class TooManyRegionsError(InvitePolicyError):
    """A question that more boxes than the bound would have to answer: it is told, and nothing is guessed."""


@attrs.define
class Budget:
    """The boxes that may still be looked at."""

    left: int = MOST_REGIONS

    def spend(self) -> None:
        """Count a box. Raises TooManyBoxesError once there are too many."""
        self.left -= 1
        if self.left < 0:
            message = "the rules overlap in too many ways to be proven; say it with fewer rules, or with fewer facts"
            raise TooManyRegionsError(message)


@attrs.frozen
class Constraint:
    """What facts have to do with each other: for each cell of `pivot`, the cells left to other dimensions."""

    pivot: int
    leaves: tuple[tuple[tuple[int, int], ...], ...]


@attrs.frozen
class FactSpace:
    """All records, as far as some lines can tell them apart: the dimensions, the whole as a box, and the ties."""

    dimensions: tuple[Dimension, ...]
    whole: Region
    ties: tuple[Constraint, ...]


def build_space(lines: Iterable[Condition], facts: Mapping[str, Fact]) -> FactSpace:
    """Cut all records into cells by lines; `facts` holds the policy's own ones."""
    found = list(lines)
    happens = {line.fact: FACTS[line.fact].happens for line in found if line.fact in FACTS}
    found += (Condition("status", OneOf(words), "", Location("", 0)) for words in happens.values() if words)
    dimensions = cut_facts(found, facts)
    whole = tuple(_mask(_can_be(dimension, index) for index in range(len(dimension.cells))) for dimension in dimensions)
    return FactSpace(dimensions, whole, (*_status_ties(dimensions), *_at_most_ties(dimensions)))


def dimension_of(space: FactSpace, fact: str, tag: str | None = None) -> int:
    """Find the dimension of a fact, or of a tag."""
    return next(
        index
        for index, dimension in enumerate(space.dimensions)
        if dimension.fact.name == fact and dimension.tag == tag
    )


def _mask(bits: Iterable[bool]) -> int:
    return sum(1 << index for index, bit in enumerate(bits) if bit)


def cells_of(mask: int) -> Iterator[int]:
    """Go through the cells of a mask, the first one first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def _can_be(dimension: Dimension, index: int) -> bool:
    """Say whether a record can lie in a cell: between two numbers that touch, and past 18 digits, there is none."""
    value = value_in(dimension, index)
    if not isinstance(dimension.cells[index], RangeCell):
        return True
    return abs(value) < 10**MOST_DIGITS and find_cell(dimension, value, _STANDING) == index


def _status_ties(dimensions: Sequence[Dimension]) -> Iterator[Constraint]:
    """Tie each way in which a clock is missing to the statuses in which it is."""
    clocks = [(index, dimension) for index, dimension in enumerate(dimensions) if dimension.fact.happens]
    for pivot, status in enumerate(dimensions):
        if status.fact.name == "status" and clocks:
            yield Constraint(pivot, tuple(tuple(_left_by(cell, clocks)) for cell in status.cells))


def _left_by(status: Cell, clocks: Iterable[tuple[int, Dimension]]) -> Iterator[tuple[int, int]]:
    word = status.words[0] if isinstance(status, ChoiceCell) else ""
    for index, clock in clocks:
        happens = word in (clock.fact.happens or ())
        other = MissingCell(Absent.DID_NOT_HAPPEN if happens else Absent.NOT_KNOWN)
        yield index, _mask(cell != other for cell in clock.cells)


def _at_most_ties(dimensions: Sequence[Dimension]) -> Iterator[Constraint]:
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
    return cell.low.at if isinstance(cell, RangeCell) and cell.low is not None else 0


def _most(cell: Cell) -> float:
    return cell.high.at - 1 if isinstance(cell, RangeCell) and cell.high is not None else inf


def is_possible(space: FactSpace, box: Region) -> bool:
    """Say whether any record lies in a box."""
    return 0 not in box and all(any(True for _ in _pivots(tie, box)) for tie in space.ties)


def _pivots(tie: Constraint, box: Region) -> Iterator[int]:
    """Go through the cells of the pivot beside which every tied dimension of the box has a cell left."""
    for cell in cells_of(box[tie.pivot]):
        if all(box[index] & left for index, left in tie.leaves[cell]):
            yield cell


def pick_cells(space: FactSpace, box: Region) -> tuple[int, ...]:
    """Take a cell of each dimension so that one record lies in all of them: what is usual, else what is given.

    What did not happen is usual: most accounts were never restricted, and most invitations never withdrawn.
    """
    masks = list(box)
    for tie in space.ties:
        pivot = _usual(space.dimensions[tie.pivot], _pivots(tie, box))
        masks[tie.pivot] = 1 << pivot
        for index, left in tie.leaves[pivot]:
            masks[index] &= left
    return tuple(_usual(dimension, cells_of(mask)) for dimension, mask in zip(space.dimensions, masks, strict=True))


def _usual(dimension: Dimension, cells: Iterable[int]) -> int:
    found = list(cells)
    return next((cell for cell in found if _is_usual(dimension.cells[cell])), found[0])


def _is_usual(cell: Cell) -> bool:
    return usual_word(cell) is not None or cell == MissingCell(Absent.DID_NOT_HAPPEN)


def usual_word(cell: Cell) -> str | None:
    """Give the word of a choice's cell that a record has if nothing else is said, where it is in the cell."""
    words = cell.words if isinstance(cell, ChoiceCell) else ()
    return next((word for word in USUAL if word in words), None)


def intersect(one: Region, other: Region) -> Region:
    """Give what lies in both boxes."""
    return tuple(mask & also for mask, also in zip(one, other, strict=True))


def replaced(box: Region, index: int, mask: int) -> Region:
    """Give a box with another mask in one dimension."""
    return (*box[:index], mask, *box[index + 1 :])


def subtract(box: Region, other: Region) -> Iterator[Region]:
    """Cut from a box what lies in another: disjoint boxes, none of them empty."""
    rest = box
    for index, mask in enumerate(other):
        if not rest[index] & mask:
            yield rest
            return
        if rest[index] & ~mask:
            yield replaced(rest, index, rest[index] & ~mask)
        rest = replaced(rest, index, rest[index] & mask)


def simplify(space: FactSpace, box: Region) -> Region:
    """Give a box of the same records that is easier said: without conditions that keep out only what cannot be.

    Where a condition stays, cells in which no record of the box lies are left out of it.
    """
    for index, mask in enumerate(space.whole):
        matters = is_possible(space, replaced(box, index, mask & ~box[index]))
        box = replaced(box, index, _filled(space, box, index) if matters else mask)
    return box


def _filled(space: FactSpace, box: Region, index: int) -> int:
    """Give the cells of one dimension in which a record of the box lies."""
    return sum(1 << cell for cell in cells_of(box[index]) if is_possible(space, replaced(box, index, 1 << cell)))


def merge(boxes: Iterable[Region]) -> list[Region]:
    """Put boxes together that differ in one dimension only, until none do."""
    found = list(dict.fromkeys(boxes))
    before = 0
    while found and len(found) != before:
        before = len(found)
        for index in reversed(range(len(found[0]))):
            joined: dict[Region, int] = {}
            for box in found:
                beside = replaced(box, index, 0)
                joined[beside] = joined.get(beside, 0) | box[index]
            found = [replaced(beside, index, mask) for beside, mask in joined.items()]
    return found
