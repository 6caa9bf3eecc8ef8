"""A decision laid out for lint: the cards of its rules, and beside each those that it would be without one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from invitepolicy._core.policy import lines_of
from invitepolicy._prove.regions import build_space, intersect
from invitepolicy._prove.rulings import Reader, Table, starts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from invitepolicy._core.facts import Fact
    from invitepolicy._core.policy import DecisionRules, Line, Rule
    from invitepolicy._prove.regions import Box, Meter, Space
    from invitepolicy._prove.rulings import Card


@attrs.frozen(eq=False)
class Laid:
    """A decision over its cells: `base` is what it says; each rule and each line of `applies_to` has its own bits.

    `without` holds, for a rule's number and a line's, the bits of the rule without that line.
    """

    decision: DecisionRules
    space: Space
    reader: Reader
    table: Table
    base: int
    applies: tuple[int, ...]
    rules: tuple[int, ...]
    without: Mapping[tuple[int, int], int]
    meter: Meter


@attrs.define
class _Row:
    cards: list[Card] = attrs.field(factory=list)

    def put(self, cards: Iterable[Card]) -> int:
        """Add cards at the end, and give their bits."""
        before = len(self.cards)
        self.cards += cards
        return (1 << len(self.cards)) - (1 << before)


def lay_out(decision: DecisionRules, facts: Mapping[str, Fact], meter: Meter) -> Laid:
    """Lay a decision out; the lines of `applies_to` that fail come first, then those that are open, then the rules."""
    space = build_space(lines_of(decision), facts)
    reader = Reader(space)
    row = _Row()
    failing = [row.put(reader.failing(line)) for line in decision.applies_to]
    opening = [row.put(reader.opening(line)) for line in decision.applies_to]
    rules = []
    without = {}
    for number, rule in enumerate((*decision.rules, decision.otherwise)):
        rules.append(row.put(reader.cards_for(rule, rule.when)))
        for index in range(len(rule.when)):
            without[number, index] = row.put(reader.cards_for(rule, _but(rule, index)))
    applies = tuple(map(int.__or__, failing, opening))
    base = sum(applies) + sum(rules)
    return Laid(decision, space, reader, Table(space, row.cards), base, applies, tuple(rules), without, meter)


def _but(rule: Rule, index: int) -> tuple[Line, ...]:
    return (*rule.when[:index], *rule.when[index + 1 :])


def boxes_of(laid: Laid, rule: Rule, *, wide: bool) -> list[Box]:
    """Give the boxes in which all lines of a rule hold, or, if `wide`, none fails."""
    return [starts(laid.space, masks, wide=wide) for masks in laid.reader.fitting(rule.when)]


def boxes_without(laid: Laid, rule: Rule, index: int) -> list[Box]:
    """Give the boxes in which no line of a rule fails but one that does not hold."""
    line = rule.when[index]
    others = [starts(laid.space, masks, wide=True) for masks in laid.reader.fitting(_but(rule, index))]
    cards = (*laid.reader.failing(line), *laid.reader.opening(line))
    return [intersect(box, starts(laid.space, card.masks)) for box in others for card in cards]


def open_boxes(laid: Laid, rule: Rule, line: Line) -> list[Box]:
    """Give the boxes in which no line of a rule fails and one is open."""
    return [
        intersect(box, starts(laid.space, card.masks))
        for box in boxes_of(laid, rule, wide=True)
        for card in laid.reader.opening(line)
    ]
