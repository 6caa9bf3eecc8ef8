"""A decision laid out for lint: the cards of its rules, and beside each those that it would be without one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from invitepolicy._core.policy import conditions_of
from invitepolicy._prove.regions import build_space, intersect
from invitepolicy._prove.rulings import RuleCompiler, RuleMatrix, region_where

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from invitepolicy._core.facts import Fact
    from invitepolicy._core.policy import Condition, DecisionSpec, Rule
    from invitepolicy._prove.regions import Budget, FactSpace, Region
    from invitepolicy._prove.rulings import CompiledRule


@attrs.frozen(eq=False)
class LintContext:
    """A decision over its cells: `base` is what it says; each rule and each line of `applies_to` has its own bits.

    `without` holds, for a rule's number and a line's, the bits of the rule without that line.
    """

    decision: DecisionSpec
    space: FactSpace
    reader: RuleCompiler
    table: RuleMatrix
    base: int
    applies: tuple[int, ...]
    rules: tuple[int, ...]
    without: Mapping[tuple[int, int], int]
    meter: Budget


@attrs.define
class _Row:
    cards: list[CompiledRule] = attrs.field(factory=list)

    def put(self, cards: Iterable[CompiledRule]) -> int:
        """Add cards at the end, and give their bits."""
        before = len(self.cards)
        self.cards += cards
        return (1 << len(self.cards)) - (1 << before)


def build_context(decision: DecisionSpec, facts: Mapping[str, Fact], meter: Budget) -> LintContext:
    """Lay a decision out; the lines of `applies_to` that fail come first, then those that are open, then the rules."""
    space = build_space(conditions_of(decision), facts)
    reader = RuleCompiler(space)
    row = _Row()
    failing = [row.put(reader.compile_failing(line)) for line in decision.applies_to]
    opening = [row.put(reader.compile_open(line)) for line in decision.applies_to]
    rules = []
    without = {}
    for number, rule in enumerate((*decision.rules, decision.otherwise)):
        rules.append(row.put(reader.compile_rule(rule, rule.when)))
        for index in range(len(rule.when)):
            without[number, index] = row.put(reader.compile_rule(rule, _but(rule, index)))
    applies = tuple(map(int.__or__, failing, opening))
    base = sum(applies) + sum(rules)
    return LintContext(
        decision, space, reader, RuleMatrix(space, row.cards), base, applies, tuple(rules), without, meter
    )


def _but(rule: Rule, index: int) -> tuple[Condition, ...]:
    return (*rule.when[:index], *rule.when[index + 1 :])


def regions_of(laid: LintContext, rule: Rule, *, wide: bool) -> list[Region]:
    """Give the boxes in which all lines of a rule hold, or, if `wide`, none fails."""
    return [region_where(laid.space, masks, wide=wide) for masks in laid.reader.ways_all_hold(rule.when)]


def regions_without(laid: LintContext, rule: Rule, index: int) -> list[Region]:
    """Give the boxes in which no line of a rule fails but one that does not hold."""
    line = rule.when[index]
    others = [region_where(laid.space, masks, wide=True) for masks in laid.reader.ways_all_hold(_but(rule, index))]
    cards = (*laid.reader.compile_failing(line), *laid.reader.compile_open(line))
    return [intersect(box, region_where(laid.space, card.masks)) for box in others for card in cards]


def open_regions(laid: LintContext, rule: Rule, line: Condition) -> list[Region]:
    """Give the boxes in which no line of a rule fails and one is open."""
    return [
        intersect(box, region_where(laid.space, card.masks))
        for box in regions_of(laid, rule, wide=True)
        for card in laid.reader.compile_open(line)
    ]
