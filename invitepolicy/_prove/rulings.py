"""Which rule decides in which region, computed on bit masks.

Each compiled rule is a bit, the lowest being the rule that is read first. For a region each dimension yields the rules
that can hold in it, always hold, can be other than failing, and never fail; together these show which rule decides in
all of the region, or by which rule to split it. Two lists of rules are walked side by side over one matrix, and share
the bits of the rules that both have.
"""

from __future__ import annotations

from itertools import product
from math import prod
from typing import TYPE_CHECKING, Final, NamedTuple, assert_never

import attrs

from invitepolicy._core.conditions import AgeRange, IsKnown, IsTrue, NumberRange, OneOf
from invitepolicy._core.facts import NOT_APPLICABLE, UNDETERMINED
from invitepolicy._prove.cells import base_fact, condition_holds
from invitepolicy._prove.regions import Region, TooManyRegionsError, dimension_of, is_possible, replaced

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from invitepolicy._core.conditions import Condition
    from invitepolicy._core.policy import DecisionSpec, Rule
    from invitepolicy._prove.regions import Budget, FactSpace

DOUBT: Final = -1  # no rule: an open one above the final one has another outcome
# Of one rule. Each way becomes a compiled rule, and 32 tags in each of two conditions would make 1,024.
_MOST_WAYS: Final = 1_000
_WITHOUT, _WITH = 1, 2  # the cells of a tag

# By dimension: the cells in which all conditions hold, and those in which none fails.
Masks = dict[int, tuple[int, int]]


@attrs.frozen(eq=False)
class CompiledRule:
    """A rule, or a condition of `applies_to`, as masks over the cells of a space.

    `rule` is None for a `condition` of `applies_to`: its compiled rules hold where it fails, and where it is open.
    """

    then: str
    masks: Masks
    rule: Rule | None = None
    condition: Condition | None = None


class RuledRegion(NamedTuple):
    """A region in which each of two lists of rules has one ruling: the number of the rule that decides, or `DOUBT`.

    `final` is the rule at which the reading of the first list ends, also where the ruling is in doubt.
    """

    region: Region
    old: int
    new: int
    final: int


class RuleCompiler:
    """Compiles conditions into masks over the cells of a space; each fact and operator is evaluated once."""

    def __init__(self, space: FactSpace) -> None:
        """Start without any masks."""
        self.space = space
        self._tagged = {dimension.fact.name for dimension in space.dimensions if dimension.tag is not None}
        self._masks: dict[tuple[str, object], Masks] = {}

    def compile_decision(self, decision: DecisionSpec) -> list[CompiledRule]:
        """Return a decision's rules in the order in which they are read, the conditions of `applies_to` first."""
        # One failing condition is enough, whichever others are open: all failing ones precede the open ones.
        rules = [rule for condition in decision.applies_to for rule in self.compile_failing(condition)]
        rules += [rule for condition in decision.applies_to for rule in self.compile_open(condition)]
        for rule in (*decision.rules, decision.otherwise):
            rules += self.compile_rule(rule, rule.when)
        return rules

    def compile_rule(self, rule: Rule, conditions: Iterable[Condition]) -> list[CompiledRule]:
        """Return a rule as if it had these conditions: several where one of them names several tags."""
        return [CompiledRule(rule.then, masks, rule) for masks in self.ways_all_hold(conditions)]

    def ways_all_hold(self, conditions: Iterable[Condition]) -> list[Masks]:
        """Return the ways in which conditions hold together. Raise TooManyRegionsError beyond a thousand."""
        alternatives = [self.ways_to_hold(condition) for condition in conditions]
        if prod(map(len, alternatives)) > _MOST_WAYS:
            raise TooManyRegionsError(
                "a rule names too many combinations of tags to analyse", "split it into several rules"
            )
        return [_join(chosen) for chosen in product(*alternatives)]

    def ways_to_hold(self, condition: Condition) -> list[Masks]:
        """Return the ways in which a condition holds: one, but one for each tag where any of several will do."""
        tags = self._tags_in(condition)
        return [self._compile(condition)] if tags is None else self._compile_tags(condition.fact, tags, wanted=True)

    def compile_failing(self, condition: Condition) -> list[CompiledRule]:
        """Return the rules by which a decision does not apply because a condition fails."""
        tags = self._tags_in(condition)
        if tags is not None:
            ways = self._compile_tags(condition.fact, tags, wanted=False)
        else:
            whole, masks = self.space.whole, self._compile(condition)
            # Whether a condition fails is itself never open, so both masks are equal; so too in `compile_open`.
            ways = [{index: (whole[index] & ~not_failing,) * 2} for index, (_, not_failing) in masks.items()]
        return [CompiledRule(NOT_APPLICABLE, masks, condition=condition) for masks in ways]

    def compile_open(self, condition: Condition) -> list[CompiledRule]:
        """Return the rules by which a condition of `applies_to` is open; a condition about tags never is."""
        if condition.fact in self._tagged:
            return []
        masks = self._compile(condition)
        ways = [{index: (not_failing & ~holds,) * 2} for index, (holds, not_failing) in masks.items()]
        return [CompiledRule(UNDETERMINED, masks, condition=condition) for masks in ways]

    def _tags_in(self, condition: Condition) -> OneOf | None:
        """Return the operator of a condition about tags, each of which has its own dimension; else None."""
        match condition.operator:
            case OneOf():
                return condition.operator if condition.fact in self._tagged else None
            case IsTrue() | NumberRange() | AgeRange() | IsKnown():
                return None
            case _ as never:
                assert_never(never)

    def _compile_tags(self, fact: str, operator: OneOf, *, wanted: bool) -> list[Masks]:
        """Return the ways in which a condition about tags holds or fails: one for each tag, or one without any."""
        # `[a, b]` holds, and `{not: [a, b]}` fails, with any of the tags; the opposite needs all of them absent.
        is_any = wanted is not operator.negated
        cell = _WITH if is_any else _WITHOUT  # twice in the masks, as tags are never open
        ways: list[Masks] = [{dimension_of(self.space, fact, word): (cell, cell)} for word in operator.words]
        return ways if is_any else [_join(ways)]

    def _compile(self, condition: Condition) -> Masks:
        key = (condition.fact, condition.operator)
        if key not in self._masks:
            index = dimension_of(self.space, base_fact(condition.fact))
            dimension, whole = self.space.dimensions[index], self.space.whole[index]
            states = [condition_holds(dimension, condition, cell) for cell in range(len(dimension.cells))]
            holds = sum(1 << cell for cell, state in enumerate(states) if state)
            not_failing = sum(1 << cell for cell, state in enumerate(states) if state is not False)
            self._masks[key] = {index: (holds & whole, not_failing & whole)}
        return self._masks[key]


def _join(parts: Iterable[Masks]) -> Masks:
    """Return the masks of conditions that hold together."""
    joined: Masks = {}
    for masks in parts:
        for index, (holds, not_failing) in masks.items():
            also_holds, also_not_failing = joined.get(index, (-1, -1))  # -1 has every bit set
            joined[index] = (holds & also_holds, not_failing & also_not_failing)
    return joined


def region_where(space: FactSpace, masks: Masks, *, wide: bool = False) -> Region:
    """Return the region in which all conditions hold, or, if `wide`, none fails."""
    region = space.whole
    for index, pair in masks.items():
        # The pair is (holds, not failing), and True is 1. The masks are within the whole already.
        region = replaced(region, index, pair[wide])
    return region


class RuleMatrix:
    """Rules as bits, with the masks of each dimension turned into bits of all rules at once."""

    def __init__(self, space: FactSpace, rules: Sequence[CompiledRule]) -> None:
        """Compute for each cell the bits of the rules that hold in it, and of those that do not fail."""
        self.space: FactSpace = space
        self.rules: Sequence[CompiledRule] = rules
        self.everything: int = (1 << len(rules)) - 1
        self.by_outcome: dict[str, int] = {}
        for number, rule in enumerate(rules):
            self.by_outcome[rule.then] = self.by_outcome.get(rule.then, 0) | 1 << number
        self._cells = [self._compile(index, mask) for index, mask in enumerate(space.whole)]
        # By dimension and mask: regions are many, but in any one dimension they have few different masks.
        self._matches: list[dict[int, Match]] = [{} for _ in space.whole]

    def _compile(self, index: int, whole: int) -> list[tuple[int, int]]:
        groups: dict[tuple[int, int], int] = {}  # many rules share few masks: they are computed once for all of them
        for number, rule in enumerate(self.rules):
            masks = rule.masks.get(index, (whole, whole))  # no condition on this fact: it holds in all cells
            groups[masks] = groups.get(masks, 0) | 1 << number
        cells = []
        for cell in range(whole.bit_length()):
            holds = sum(bits for (mask, _), bits in groups.items() if mask >> cell & 1)
            cells.append((holds, sum(bits for (_, mask), bits in groups.items() if mask >> cell & 1)))
        return cells

    def match(self, region: Region) -> Match:
        """Return the rules that can hold in a region, that hold in all of it, and the same for not failing."""
        # Exact, not an estimate: a region has every combination of its cells, and a rule holds where it does
        # in each dimension.
        can_hold = always_holds = not_failing = never_failing = self.everything
        for index, mask in enumerate(region):
            part = self._matches[index].get(mask) or self._match_dimension(index, mask)
            can_hold &= part[0]
            always_holds &= part[1]
            not_failing &= part[2]
            never_failing &= part[3]
        return can_hold, always_holds, not_failing, never_failing

    def _match_dimension(self, index: int, mask: int) -> Match:
        can_hold = not_failing = 0
        always_holds = never_failing = self.everything
        for cell, (holds, does_not_fail) in enumerate(self._cells[index]):
            if mask >> cell & 1:
                can_hold |= holds
                always_holds &= holds
                not_failing |= does_not_fail
                never_failing &= does_not_fail
        self._matches[index][mask] = can_hold, always_holds, not_failing, never_failing
        return can_hold, always_holds, not_failing, never_failing

    def split(self, region: Region, number: int) -> list[Region]:
        """Split a region by a rule whose state differs in it: where the rule holds, is open and fails."""
        # There is one: a rule with a single state in each dimension would have a single state in the region.
        return next(
            [replaced(region, index, part) for part in parts]
            for index, (holds, not_failing) in self.rules[number].masks.items()
            if len(parts := _parts(region[index], holds, not_failing)) > 1
        )


def _parts(mask: int, holds: int, not_failing: int) -> list[int]:
    return [part for part in (mask & holds, mask & not_failing & ~holds, mask & ~not_failing) if part]


def rulings_in(
    matrix: RuleMatrix, old: int, new: int, regions: Iterable[Region], budget: Budget
) -> Iterator[RuledRegion]:
    """Yield regions, split until each has one ruling by either list of rules: the bits `old` and the bits `new`.

    Regions without a record are left out and, where the lists differ, those in which the difference cannot matter.
    What is yielded is disjoint if `regions` are. Raise TooManyRegionsError where the budget does not suffice.
    """
    # Rules that only one of the lists has.
    changed = old ^ new
    waiting = list(regions)
    while waiting:
        region = waiting.pop()  # from the end, so parts are put there in reverse
        if not is_possible(matrix.space, region):
            continue
        budget.spend()
        match = matrix.match(region)
        if changed:
            touched = _touched(match, old, changed) | _touched(match, new, changed)
            if not touched:
                continue
            # By a changed rule first: where it fails the lists may agree, which saves all other splits.
            mixed = touched & ~match[1] & ~(match[3] & ~match[0])
            if mixed:
                waiting += reversed(matrix.split(region, _lowest(mixed)))
                continue
        first = _ruling(matrix, match, old)
        second = first if old == new else _ruling(matrix, match, new)
        split_on = first[0] if first[0] is not None else second[0]
        if split_on is not None:
            waiting += reversed(matrix.split(region, split_on))
        else:
            yield RuledRegion(region, first[1], second[1], first[2])


# As bits of rules: those that can hold, always hold, can be other than failing, never fail.
Match = tuple[int, int, int, int]


def _lowest(bits: int) -> int:
    return (bits & -bits).bit_length() - 1


def _touched(match: Match, active: int, changed: int) -> int:
    """Return the changed rules that are read in a region: none is below a rule that always holds."""
    always_holds = match[1] & active
    # The last term has the bits up to the first rule that always holds; all bits, if there is none.
    return match[2] & active & changed & ((always_holds & -always_holds) * 2 - 1)


def _ruling(matrix: RuleMatrix, match: Match, active: int) -> tuple[int | None, int, int]:
    """Return the rule to split by, or None; the rule that decides, or `DOUBT`; and the rule at which reading ends.

    The last two count only where there is no rule to split by.
    """
    can_hold, always_holds, not_failing, never_failing = match
    holding = can_hold & active
    last = holding & -holding  # the first that can hold; `otherwise` always does
    final = last.bit_length() - 1
    if not always_holds & last:
        return final, DOUBT, final
    # No rule above can hold, so one that is not failing is open: doubt, if its outcome is another one.
    doubtful = not_failing & active & (last - 1) & ~matrix.by_outcome[matrix.rules[final].then]
    if not doubtful:
        return None, final, final
    if doubtful & never_failing:
        return None, DOUBT, final  # open in all of the region
    return _lowest(doubtful), DOUBT, final
