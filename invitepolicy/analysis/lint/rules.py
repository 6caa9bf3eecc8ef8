"""Lint of rules and their conditions: never reached, without effect, or decided by order alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from invitepolicy._core.conditions import thresholds_in
from invitepolicy._core.facts import UNDETERMINED, fact_order
from invitepolicy._core.policy import is_own
from invitepolicy._core.text import join_words, quoted
from invitepolicy._prove.regions import Budget, TooManyRegionsError
from invitepolicy._prove.rulings import DOUBT, region_where, rulings_in
from invitepolicy._prove.witness import make_witness
from invitepolicy.analysis.lint.causes import explain_never, explain_unreached, never_holds, show_condition
from invitepolicy.analysis.lint.context import open_regions, regions_of, regions_without
from invitepolicy.analysis.lint.findings import FEWER, Finding, locate_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from invitepolicy._core.conditions import Condition
    from invitepolicy._core.policy import Policy, Rule
    from invitepolicy._prove.regions import Region
    from invitepolicy._prove.rulings import RuledRegion
    from invitepolicy.analysis.lint.context import LintContext

_WITHDRAW: Final = "withdraw"
_BUDGET_PER_RULE: Final = 5_000  # regions: one entangled rule must not cost the findings of all the others


@attrs.define
class _Seen:
    """Regions that show what a rule does; None where there is none.

    One that it decides, one whose outcome it changes, and one where the rule below would decide otherwise.
    """

    decides: RuledRegion | None = None
    changes: RuledRegion | None = None
    ordered: RuledRegion | None = None


def find_in_rules(policy: Policy, context: LintContext) -> Iterator[Finding]:
    """Yield the findings of each rule in order, then one for those that take too long to analyse."""
    unproven: list[Rule] = []
    for number, rule in enumerate(context.decision.rules):
        budget = Budget(min(_BUDGET_PER_RULE, context.budget.left))
        allowed = budget.left
        try:
            yield from _check_rule(policy, attrs.evolve(context, budget=budget), number)
        except TooManyRegionsError:
            unproven.append(rule)
        # What this rule has used is charged to all rules together. A budget that was exceeded stands at -1.
        context.budget.left -= allowed - max(budget.left, 0)
    if unproven:
        names = join_words(
            [*(quoted(rule.name) for rule in unproven[:3]), *(["others"] if unproven[3:] else [])], "and"
        )
        what = f"“{context.decision.name}”: too many rules overlap with {names} to analyse them all"
        yield Finding("warning", "unproven", unproven[0].place, what, FEWER)


def _check_rule(policy: Policy, context: LintContext, number: int) -> Iterator[Finding]:
    rule = context.decision.rules[number]
    is_from_policy = is_own(policy, context.decision.name, rule)
    # Of a parent's rule only that it is never reached is reported.
    empty = [condition for condition in rule.when if _is_empty_between(context, condition)] if is_from_policy else []
    for condition in empty:
        what = f"{show_condition(condition)} never holds, because {explain_never(condition)}"
        yield Finding("warning", "empty-between", condition.place, what, "change one of the two")
    seen = _compare_without(context, number)
    # An empty range is the reason already, so it is not reported a second time.
    if seen.decides is None and not empty:
        yield _describe_unreached(context, number, is_from_policy=is_from_policy)
    if seen.decides is not None and is_from_policy:
        yield from _check_reached(policy, context, number, seen)
        yield from _find_idle_conditions(context, number)


def find_elsewhere(policy: Policy, context: LintContext) -> Iterator[Finding]:
    """Yield the findings of `applies_to`, of `otherwise`, and of what can be undetermined."""
    decision = context.decision
    if decision.otherwise.then == _WITHDRAW and is_own(policy, decision.name, decision.otherwise):
        yield from _check_otherwise(context)
    raw = (policy._files[-1].data.get("decisions") or {}).get(decision.name) or {}
    # A parent may have a condition on the same fact: only the one that stands in this file is checked.
    for number, condition in enumerate(decision.applies_to):
        if (
            condition.fact in (raw.get("applies_to") or {})
            and condition.place.file == locate_key(policy, ("name",)).file
        ):
            yield from _check_applies_to(context, number)
    if decision.name in (policy._files[-1].data.get("decisions") or {}):
        yield from _find_undetermined(policy, context)


def _is_empty_between(context: LintContext, condition: Condition) -> bool:
    has_both_ends = len(thresholds_in(condition.operator)) > 1
    return has_both_ends and never_holds(context, condition)


def _compare_without(context: LintContext, number: int) -> _Seen:
    """Compare the decision with and without a rule, over the regions in which it may fit."""
    seen = _Seen()
    bits = context.rules[number]
    # Also where the rule is open: there it changes an outcome if it leaves it undetermined.
    regions = regions_of(context, context.decision.rules[number], wide=True)
    for ruled in rulings_in(context.table, context.base, context.base & ~bits, regions, context.budget):
        decides = ruled.old != DOUBT and bits >> ruled.old & 1
        changes = _outcome(context, ruled.old) != _outcome(context, ruled.new)
        if decides:
            seen.decides = seen.decides or ruled
        if changes:
            seen.changes = seen.changes or ruled
        # This shows all three, so nothing is left to find. A rule above `otherwise` is no question of order.
        if decides and changes and _is_rule(context, ruled.new):
            seen.ordered = ruled
            break
    return seen


def _outcome(context: LintContext, number: int) -> str:
    return UNDETERMINED if number == DOUBT else context.table.rules[number].then


def _is_rule(context: LintContext, number: int) -> bool:
    rule = None if number == DOUBT else context.table.rules[number].rule
    return rule is not None and rule.name is not None


def _describe_unreached(context: LintContext, number: int, *, is_from_policy: bool) -> Finding:
    rule = context.decision.rules[number]
    because = explain_unreached(context, number)
    if is_from_policy:
        what = f"the rule {quoted(rule.name)} is never reached, because {because}"
        return Finding("warning", "unreached", rule.place, what, "change one of them, or delete the rule")
    what = f"the parent's rule {quoted(rule.name)} is never reached here, because {because}"
    return Finding("note", "covered", rule.place, what, "list it under without, if that is intended")


def _check_reached(policy: Policy, context: LintContext, number: int, seen: _Seen) -> Iterator[Finding]:
    rule = context.decision.rules[number]
    if seen.changes is None and seen.decides is not None:
        what = f"without the rule {quoted(rule.name)} every outcome of “{context.decision.name}” would be the same"
        hint = "keep it for the sake of its reason, or delete it"
        yield Finding("note", "no-difference", rule.place, what, hint, make_witness(context.space, seen.decides.region))
    if seen.ordered is not None:
        other = context.table.rules[seen.ordered.new].rule
        if other is not None and is_own(policy, context.decision.name, other):
            pair = f"{quoted(rule.name)} ({rule.then}) and {quoted(other.name)} ({other.then})"
            hint = "the first one decides; keep them in this order"
            yield Finding(
                "note",
                "order",
                rule.place,
                f"{pair} can both apply to the same record",
                hint,
                make_witness(context.space, seen.ordered.region),
            )


def _find_idle_conditions(context: LintContext, number: int) -> Iterator[Finding]:
    rule = context.decision.rules[number]
    for index, condition in enumerate(rule.when):
        # The decision with this one rule replaced by the same rule without the condition.
        other = context.base & ~context.rules[number] | context.without[number, index]
        if not _differs(context, other, regions_without(context, rule, index)):
            why = _explain_idle(context, rule, condition)
            what = f"{show_condition(condition)} has no effect in the rule {quoted(rule.name)}: {why}"
            yield Finding("warning", "idle-line", condition.place, what, "delete the condition")


def _explain_idle(context: LintContext, rule: Rule, condition: Condition) -> str:
    if all(
        region_where(context.space, masks) == context.space.whole for masks in context.reader.ways_to_hold(condition)
    ):
        return "it always holds"
    return (
        "records it excludes are not applicable, or are decided by rules above"
        if len(rule.when) == 1
        else "records that only it excludes are not applicable, or are decided by rules above"
    )


def _differs(context: LintContext, other: int, regions: Iterable[Region]) -> bool:
    """Return whether any answer in these regions has another outcome or another rule."""
    return any(
        _answer(context, ruled.old) != _answer(context, ruled.new)
        for ruled in rulings_in(context.table, context.base, other, regions, context.budget)
    )


def _answer(context: LintContext, number: int) -> tuple[str, int]:
    """Return the outcome and the identity of the rule: two rules may be equal but for their place."""
    rule = None if number == DOUBT else context.table.rules[number].rule
    return _outcome(context, number), id(rule)


def _check_applies_to(context: LintContext, number: int) -> Iterator[Finding]:
    condition = context.decision.applies_to[number]
    # Only where the condition does not hold can it make a difference.
    compiled = (*context.reader.compile_failing(condition), *context.reader.compile_open(condition))
    regions = [region_where(context.space, rule.masks) for rule in compiled]
    if not _differs(context, context.base & ~context.applies[number], regions):
        what = f"{show_condition(condition)} has no effect on whether “{context.decision.name}” applies"
        yield Finding("warning", "idle-line", condition.place, what, "delete the condition")


def _check_otherwise(context: LintContext) -> Iterator[Finding]:
    for ruled in rulings_in(context.table, context.base, context.base, [context.space.whole], context.budget):
        # The last bits are those of `otherwise`.
        if ruled.old != DOUBT and context.rules[-1] >> ruled.old & 1:
            name = context.decision.name
            what = f"the otherwise of “{name}” withdraws: every invitation that no rule matches is withdrawn"
            hint = "write a rule for what to withdraw, and keep otherwise"
            place = context.decision.otherwise.place
            yield Finding(
                "warning", "otherwise-withdraws", place, what, hint, make_witness(context.space, ruled.region)
            )
            return


def _find_undetermined(policy: Policy, context: LintContext) -> Iterator[Finding]:
    decision = context.decision
    conditions = [*decision.applies_to, *(condition for rule in decision.rules for condition in rule.when)]
    place = locate_key(policy, ("decisions", decision.name))
    for fact in sorted({condition.fact for condition in conditions}, key=fact_order):
        region = next(_undetermined_regions(context, fact), None)
        if region is not None:
            what = f"“{decision.name}” can be undetermined where “{fact}” is not known"
            hint = "if that is not intended, add a rule with missing"
            yield Finding("note", "undetermined", place, what, hint, make_witness(context.space, region))


def _undetermined_regions(context: LintContext, fact: str) -> Iterator[Region]:
    """Yield regions in which the answer needs a fact."""
    for condition in context.decision.applies_to:
        regions = [
            region_where(context.space, open_rule.masks)
            for open_rule in context.reader.compile_open(condition)
            if condition.fact == fact
        ]
        for ruled in rulings_in(context.table, context.base, context.base, regions, context.budget):
            # Undetermined because `applies_to` is open; the doubt of open rules is looked for below.
            if _outcome(context, ruled.old) == UNDETERMINED and ruled.old != DOUBT:
                yield ruled.region
    for number, rule in enumerate(context.decision.rules):
        regions = [
            region
            for condition in rule.when
            if condition.fact == fact
            for region in open_regions(context, rule, condition)
        ]
        for ruled in rulings_in(context.table, context.base, context.base, regions, context.budget):
            if ruled.old == DOUBT and _is_doubtful(context, number, ruled):
                yield ruled.region


def _is_doubtful(context: LintContext, number: int, ruled: RuledRegion) -> bool:
    final = context.table.rules[ruled.final]
    # The rule is above the final one if all its bits are lower.
    return context.rules[number] < 1 << ruled.final and final.then != context.decision.rules[number].then
