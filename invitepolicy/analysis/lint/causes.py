"""Why a rule is never reached, in words: the rules that stand above it, and the settings that make it so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invitepolicy._core.conditions import AgeRange, NumberRange
from invitepolicy._core.quantities import FOREVER, format_quantity
from invitepolicy._core.text import join_words, quoted
from invitepolicy._prove.rulings import DOUBT, rulings_in
from invitepolicy.analysis.lint.context import regions_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from invitepolicy._core.conditions import Condition, Threshold
    from invitepolicy._core.policy import Rule
    from invitepolicy.analysis.lint.context import LintContext

# The rules that a message names; the rest are “others”.
_NAMED = 3


def show_condition(condition: Condition) -> str:
    """Return a condition as it is written, in quotes."""
    return quoted(f"{condition.fact}: {condition.text}")


def never_holds(context: LintContext, condition: Condition) -> bool:
    """Return whether a condition holds for no value at all."""
    return not any(
        all(holds & context.space.whole[index] for index, (holds, _) in masks.items())
        for masks in context.reader.ways_to_hold(condition)
    )


def explain_never(condition: Condition) -> str:
    """Return why a condition never holds: its threshold is never reached, or two are in the wrong order."""
    if not isinstance(condition.operator, AgeRange | NumberRange):
        return f"{show_condition(condition)} never holds"
    low, high = condition.operator.low, condition.operator.high
    # Loading refuses thresholds that are written out in the wrong order, so one of them is a setting here.
    if low is not None and high is not None and low.value != FOREVER:
        return f"{describe_threshold(low)} is not {_less(low)} than {describe_threshold(high)}"
    # As in `sent: at least patience ago`, where the setting `patience` is `forever`.
    if low is not None and low.value == FOREVER:
        return f"{describe_threshold(low)} never comes"
    return f"{show_condition(condition)} never holds"


def describe_threshold(threshold: Threshold) -> str:
    """Return a setting's name with its value, or the value as it is written."""
    value = format_quantity(threshold.value, threshold.kind)
    return value if threshold.setting is None else f"{threshold.setting} ({value})"


def _less(threshold: Threshold) -> str:
    return "shorter" if threshold.kind == "duration" else "less"


def _more(threshold: Threshold) -> str:
    return "longer" if threshold.kind == "duration" else "more"


def explain_unreached(context: LintContext, number: int) -> str:
    """Return why a rule never decides, as a clause that follows *because*."""
    rule = context.decision.rules[number]
    # Its own conditions first: where one of them never holds, nothing that stands above matters.
    empty = next((condition for condition in rule.when if never_holds(context, condition)), None)
    if empty is not None:
        return explain_never(empty)
    conditions, above, is_doubted = _deciders(context, number)
    # Where it takes several rules to cover this one, no two thresholds alone say why.
    pairs = [_compare(rule, other) for other in above] if len(above) == 1 else []
    compared = list(dict.fromkeys(text for pair in pairs for text in pair))[:2]
    names = _names(above)
    if above and compared:
        return f"{join_words(compared, 'and')}, and {names} stands above it"
    if above:
        return f"{names} above it {'decides' if len(above) == 1 else 'decide'} wherever it fits"
    if conditions:
        return (
            f"the decision does not apply there ({join_words(dict.fromkeys(map(show_condition, conditions)), 'and')})"
        )
    return (
        # In doubt the reading ends at the rule itself, so the rule that casts the doubt is not in `above`.
        "a rule above it always leaves the outcome undetermined" if is_doubted else "its conditions never hold together"
    )


def _names(rules: list[Rule]) -> str:
    named = [quoted(rule.name) for rule in rules[:_NAMED]]
    return join_words([*named, *(["others"] if len(rules) > _NAMED else [])], "and")


def _deciders(context: LintContext, number: int) -> tuple[list[Condition], list[Rule], bool]:
    """Return what decides where all conditions of a rule hold.

    That is conditions of `applies_to`, rules above it, and whether the outcome is undetermined somewhere.
    """
    regions = regions_of(context, context.decision.rules[number], wide=False)
    # Dictionaries as sets that keep the order in which they are found.
    conditions: dict[Condition, None] = {}
    rules: dict[Rule, None] = {}
    is_doubted = False
    for ruled in rulings_in(context.table, context.base, context.base, regions, context.budget):
        # Also where the outcome is in doubt: what the reading ends at keeps this rule from being read.
        decider = context.table.rules[ruled.final]
        is_doubted = is_doubted or ruled.old == DOUBT
        if decider.condition is not None:
            conditions[decider.condition] = None
        elif decider.rule is not None and decider.rule is not context.decision.rules[number]:
            rules[decider.rule] = None
    return list(conditions), list(rules), is_doubted


def _compare(rule: Rule, above: Rule) -> Iterator[str]:
    """Yield how the thresholds of two rules on one fact compare, where at least one is a setting."""
    for condition in rule.when:
        for other in above.when:
            if condition.fact == other.fact:
                yield from _compare_thresholds(condition, other)


def _compare_thresholds(condition: Condition, above: Condition) -> Iterable[str]:
    below, over = condition.operator, above.operator
    if not (isinstance(below, AgeRange | NumberRange) and isinstance(over, AgeRange | NumberRange)):
        return
    if below.low is not None and over.low is not None and _by_setting(below.low, over.low):
        yield f"{describe_threshold(below.low)} is not {_less(below.low)} than {describe_threshold(over.low)}"
    if below.high is not None and over.high is not None and _by_setting(below.high, over.high):
        yield f"{describe_threshold(below.high)} is not {_more(below.high)} than {describe_threshold(over.high)}"


def _by_setting(below: Threshold, over: Threshold) -> bool:
    # One setting on both sides has the same value in both, so it is not what makes the difference.
    return below.setting != over.setting and bool(below.setting or over.setting)
