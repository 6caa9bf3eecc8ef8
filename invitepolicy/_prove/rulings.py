"""What decides where: the cards of a decision as bit sets, and a walk through the boxes in which one ruling holds.

Each card is a bit, the one that is read first being the lowest. A box asks each dimension which cards may hold in it,
surely hold, may hold or be open, and surely do; together these say what decides in all of the box, or which card to
split it by. Two lists of cards are walked side by side over one table, and share the bits of what they have in common.
"""

from __future__ import annotations

from itertools import product
from math import prod
from typing import TYPE_CHECKING, Final, NamedTuple

import attrs

from invitepolicy._core.facts import NOT_APPLICABLE, UNDETERMINED
from invitepolicy._core.policy import OneOf
from invitepolicy._prove.cells import base_fact, condition_holds
from invitepolicy._prove.regions import Region, TooManyRegionsError, dimension_of, is_possible, replaced

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from invitepolicy._core.policy import Condition, DecisionSpec, Rule
    from invitepolicy._prove.regions import Budget, FactSpace

DOUBT: Final = -1  # no card: an open one above the final one would have said something else
_MOST_WAYS: Final = 1_000
_WITHOUT, _WITH = 1, 2  # the cells of a tag

Masks = dict[int, tuple[int, int]]  # by dimension: the cells in which all lines hold, and those in which none fails


@attrs.frozen(eq=False)
class CompiledRule:
    """A rule, or a line of `applies_to`, over the cells of a space.

    `rule` is None for a line of `applies_to`: its cards hold where the line fails, and where it is open.
    """

    then: str
    masks: Masks
    rule: Rule | None = None
    line: Condition | None = None


class RuledRegion(NamedTuple):
    """A box in which each of two lists of cards gives one ruling: the number of the card that decides, or `DOUBT`.

    `final` is the card at which the reading of the first list ends, also where that is in doubt.
    """

    box: Region
    old: int
    new: int
    final: int


class RuleCompiler:
    """Reads lines over the cells of a space; what a test makes of a fact's cells is worked out once."""

    def __init__(self, space: FactSpace) -> None:
        """Keep the space."""
        self.space = space
        self._tagged = {dimension.fact.name for dimension in space.dimensions if dimension.tag is not None}
        self._read: dict[tuple[str, object], Masks] = {}

    def cards_of(self, decision: DecisionSpec) -> list[CompiledRule]:
        """Give a decision's cards in the order in which they are read, the lines of `applies_to` first."""
        cards = [card for line in decision.applies_to for card in self.failing(line)]
        cards += [card for line in decision.applies_to for card in self.opening(line)]
        for rule in (*decision.rules, decision.otherwise):
            cards += self.cards_for(rule, rule.when)
        return cards

    def cards_for(self, rule: Rule, lines: Iterable[Condition]) -> list[CompiledRule]:
        """Give the cards of a rule, were these its lines: several where one is about any of several tags."""
        return [CompiledRule(rule.then, masks, rule) for masks in self.fitting(lines)]

    def fitting(self, lines: Iterable[Condition]) -> list[Masks]:
        """Give the ways in which lines hold together. Raises TooManyBoxesError beyond a thousand."""
        ways = [self.holding(line) for line in lines]
        if prod(map(len, ways)) > _MOST_WAYS:
            message = "a rule names too many tags in too many ways to be proven; split it into several"
            raise TooManyRegionsError(message)
        return [_joined(way) for way in product(*ways)]

    def holding(self, line: Condition) -> list[Masks]:
        """Give the ways in which a line holds: one, but for any of several tags one for each."""
        if not (isinstance(line.operator, OneOf) and line.fact in self._tagged):
            return [self._masks(line)]
        return self._tagged_as(line.fact, line.operator, wanted=True)

    def failing(self, line: Condition) -> list[CompiledRule]:
        """Give the cards that say that a decision does not apply because a line fails."""
        if isinstance(line.operator, OneOf) and line.fact in self._tagged:
            found = self._tagged_as(line.fact, line.operator, wanted=False)
        else:
            found = [{index: (self.space.whole[index] & ~lives,) * 2} for index, (_, lives) in self._one(line)]
        return [CompiledRule(NOT_APPLICABLE, masks, line=line) for masks in found]

    def opening(self, line: Condition) -> list[CompiledRule]:
        """Give the cards that say that a line of `applies_to` is open; tags never are."""
        if line.fact in self._tagged:
            return []
        found = [{index: (lives & ~holds,) * 2} for index, (holds, lives) in self._one(line)]
        return [CompiledRule(UNDETERMINED, masks, line=line) for masks in found]

    def _tagged_as(self, fact: str, test: OneOf, *, wanted: bool) -> list[Masks]:
        """Give the ways in which a line about tags holds or fails: a way for each tag, or none of them in one."""
        some = wanted is not test.negated
        cell = _WITH if some else _WITHOUT
        ways: list[Masks] = [{dimension_of(self.space, fact, word): (cell, cell)} for word in test.words]
        return ways if some else [_joined(ways)]

    def _one(self, line: Condition) -> Iterable[tuple[int, tuple[int, int]]]:
        return self._masks(line).items()

    def _masks(self, line: Condition) -> Masks:
        key = (line.fact, line.operator)
        if key not in self._read:
            index = dimension_of(self.space, base_fact(line.fact))
            dimension = self.space.dimensions[index]
            states = [condition_holds(dimension, line, cell) for cell in range(len(dimension.cells))]
            holds = sum(1 << cell for cell, state in enumerate(states) if state)
            lives = sum(1 << cell for cell, state in enumerate(states) if state is not False)
            self._read[key] = {index: (holds & self.space.whole[index], lives & self.space.whole[index])}
        return self._read[key]


def _joined(ways: Iterable[Masks]) -> Masks:
    found: Masks = {}
    for way in ways:
        for index, (holds, lives) in way.items():
            also_holds, also_lives = found.get(index, (-1, -1))
            found[index] = (holds & also_holds, lives & also_lives)
    return found


def region_where(space: FactSpace, masks: Masks, *, wide: bool = False) -> Region:
    """Give the box in which all lines hold, or, if `wide`, none fails."""
    box = space.whole
    for index, pair in masks.items():
        box = replaced(box, index, pair[wide])
    return box


class RuleMatrix:
    """Cards by bit, with what each dimension's masks say of all of them at once."""

    def __init__(self, space: FactSpace, cards: Sequence[CompiledRule]) -> None:
        """Lay the cards out as bit sets, a pair for each cell: those that hold in it, those that do not fail."""
        self.space: FactSpace = space
        self.cards: Sequence[CompiledRule] = cards
        self.everything: int = (1 << len(cards)) - 1
        self.same: dict[str, int] = {}
        for number, card in enumerate(cards):
            self.same[card.then] = self.same.get(card.then, 0) | 1 << number
        self._cells = [self._lay_out(index, mask) for index, mask in enumerate(space.whole)]
        self._known: list[dict[int, tuple[int, int, int, int]]] = [{} for _ in space.whole]

    def _lay_out(self, index: int, whole: int) -> list[tuple[int, int]]:
        groups: dict[tuple[int, int], int] = {}  # few tests stand in many cards
        for number, card in enumerate(self.cards):
            masks = card.masks.get(index, (whole, whole))
            groups[masks] = groups.get(masks, 0) | 1 << number
        found = []
        for cell in range(whole.bit_length()):
            holds = sum(bits for (held, _), bits in groups.items() if held >> cell & 1)
            found.append((holds, sum(bits for (_, alive), bits in groups.items() if alive >> cell & 1)))
        return found

    def look(self, box: Region) -> tuple[int, int, int, int]:
        """Say which cards may hold somewhere in a box, hold in all of it, and the same for not failing."""
        may = must = lives = stays = self.everything
        for index, mask in enumerate(box):
            found = self._known[index].get(mask) or self._learn(index, mask)
            may &= found[0]
            must &= found[1]
            lives &= found[2]
            stays &= found[3]
        return may, must, lives, stays

    def _learn(self, index: int, mask: int) -> tuple[int, int, int, int]:
        may = lives = 0
        must = stays = self.everything
        for cell, (held, alive) in enumerate(self._cells[index]):
            if mask >> cell & 1:
                may |= held
                must &= held
                lives |= alive
                stays &= alive
        self._known[index][mask] = may, must, lives, stays
        return may, must, lives, stays

    def split(self, box: Region, number: int) -> list[Region]:
        """Split a box by a card whose state is not one in all of it: where it holds, is open and fails."""
        return next(
            [replaced(box, index, part) for part in parts]
            for index, (holds, lives) in self.cards[number].masks.items()
            if len(parts := _parts(box[index], holds, lives)) > 1
        )


def _parts(mask: int, holds: int, lives: int) -> list[int]:
    return [part for part in (mask & holds, mask & lives & ~holds, mask & ~lives) if part]


def rulings_in(table: RuleMatrix, old: int, new: int, boxes: Iterable[Region], meter: Budget) -> Iterator[RuledRegion]:
    """Go through boxes, split until each has one ruling by either list of cards, given as bits.

    Where the lists differ, boxes in which what differs cannot matter are passed over. Raises TooManyBoxesError.
    """
    changed = old ^ new
    waiting = list(boxes)
    while waiting:
        box = waiting.pop()
        if not is_possible(table.space, box):
            continue
        meter.spend()
        view = table.look(box)
        if changed:
            touched = _touched(view, old, changed) | _touched(view, new, changed)
            if not touched:
                continue
            mixed = touched & ~view[1] & ~(view[3] & ~view[0])
            if mixed:
                waiting += reversed(table.split(box, _lowest(mixed)))
                continue
        first = _ruling(table, view, old)
        second = first if old == new else _ruling(table, view, new)
        by = first[0] if first[0] is not None else second[0]
        if by is not None:
            waiting += reversed(table.split(box, by))
        else:
            yield RuledRegion(box, first[1], second[1], first[2])


View = tuple[int, int, int, int]


def _lowest(bits: int) -> int:
    return (bits & -bits).bit_length() - 1


def _touched(view: View, active: int, changed: int) -> int:
    """Give what differs among the cards that are read in a box: none stands behind one that surely holds."""
    surely = view[1] & active
    return view[2] & active & changed & ((surely & -surely) * 2 - 1)


def _ruling(table: RuleMatrix, view: View, active: int) -> tuple[int | None, int, int]:
    """Give the card to split by, if there is one, else the card that decides, and the one that the reading ends at."""
    may, must, lives, stays = view
    holding = may & active
    last = holding & -holding
    final = last.bit_length() - 1
    if not must & last:
        return final, DOUBT, final
    doubtful = lives & active & (last - 1) & ~table.same[table.cards[final].then]
    if not doubtful:
        return None, final, final
    if doubtful & stays:
        return None, DOUBT, final
    return _lowest(doubtful), DOUBT, final
