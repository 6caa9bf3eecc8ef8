"""A decision compiled for lint: its rules, and beside each the same rule without one of its conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from invitepolicy._core.policy import conditions_of
from invitepolicy._prove.regions import build_space, intersect
from invitepolicy._prove.rulings import RuleCompiler, RuleMatrix, region_where

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from invitepolicy._core.conditions import Condition
    from invitepolicy._core.facts import Fact
    from invitepolicy._core.policy import DecisionSpec, Rule
    from invitepolicy._prove.regions import Budget, FactSpace, Region
    from invitepolicy._prove.rulings import CompiledRule


@attrs.frozen(eq=False)
class LintContext:
    """A decision over its cells, as bits of `table`.

    `base` has the bits of the decision as it stands, `rules` and `applies` those of each rule and of each condition of
    `applies_to`. `without` maps the number of a rule and of one of its conditions to the bits of the rule without it.
    """

    decision: DecisionSpec
    space: FactSpace
    reader: RuleCompiler
    table: RuleMatrix
    base: int
    applies: tuple[int, ...]
    rules: tuple[int, ...]
    without: Mapping[tuple[int, int], int]
    budget: Budget


@attrs.define
class _RuleList:
    rules: list[CompiledRule] = attrs.field(factory=list)

    def add(self, rules: Iterable[CompiledRule]) -> int:
        """Append compiled rules and return their bits."""
        before = len(self.rules)
        self.rules += rules
        # Several bits for a rule that names several tags; none for a condition about tags, which is never open.
        return (1 << len(self.rules)) - (1 << before)


def build_context(decision: DecisionSpec, facts: Mapping[str, Fact], budget: Budget) -> LintContext:
    """Compile a decision: first where `applies_to` fails, then where it is open, then the rules in order."""
    space = build_space(conditions_of(decision), facts)
    reader = RuleCompiler(space)
    compiled = _RuleList()
    # In the order of `RuleCompiler.compile_decision`, which is that of the plain evaluation.
    failing = [compiled.add(reader.compile_failing(condition)) for condition in decision.applies_to]
    opening = [compiled.add(reader.compile_open(condition)) for condition in decision.applies_to]
    rules = []
    without = {}
    for number, rule in enumerate((*decision.rules, decision.otherwise)):
        rules.append(compiled.add(reader.compile_rule(rule, rule.when)))
        for index in range(len(rule.when)):
            # Next to the rule, so that it is read in its place. No list contains both.
            without[number, index] = compiled.add(reader.compile_rule(rule, _conditions_without(rule, index)))
    applies = tuple(map(int.__or__, failing, opening))
    base = sum(applies) + sum(rules)  # no two share a bit, so the sum is the union
    return LintContext(
        decision, space, reader, RuleMatrix(space, compiled.rules), base, applies, tuple(rules), without, budget
    )


def _conditions_without(rule: Rule, index: int) -> tuple[Condition, ...]:
    return (*rule.when[:index], *rule.when[index + 1 :])


def regions_of(context: LintContext, rule: Rule, *, wide: bool) -> list[Region]:
    """Return the regions in which all conditions of a rule hold, or, if `wide`, none fails."""
    return [region_where(context.space, masks, wide=wide) for masks in context.reader.ways_all_hold(rule.when)]


def regions_without(context: LintContext, rule: Rule, index: int) -> list[Region]:
    """Return the regions in which one condition of a rule does not hold and no other fails."""
    # Where the condition holds, the rule is the same with it and without it.
    condition = rule.when[index]
    others = [
        region_where(context.space, masks, wide=True)
        for masks in context.reader.ways_all_hold(_conditions_without(rule, index))
    ]
    compiled = (*context.reader.compile_failing(condition), *context.reader.compile_open(condition))
    return [intersect(region, region_where(context.space, missed.masks)) for region in others for missed in compiled]


def open_regions(context: LintContext, rule: Rule, condition: Condition) -> list[Region]:
    """Return the regions in which one condition of a rule is open and none fails."""
    return [
        intersect(region, region_where(context.space, open_rule.masks))
        for region in regions_of(context, rule, wide=True)
        for open_rule in context.reader.compile_open(condition)
    ]
