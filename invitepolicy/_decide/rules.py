"""The plain reading of the rules: the definition to which every faster way is held.

A condition holds, fails, or is open where its fact is not known. A `when` with a failing condition fails; else, with
an open condition, it is open; else it holds. The first rule that holds decides, unless an open rule above it has
another outcome: then the outcome is `undetermined`.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, assert_never

import attrs

from invitepolicy._core.conditions import AgeRange, Condition, IsKnown, IsTrue, NumberRange, OneOf, Threshold
from invitepolicy._core.facts import NOT_APPLICABLE, UNDETERMINED, fact_order
from invitepolicy._core.frozen import ByFields
from invitepolicy._core.policy import DecisionSpec, Rule, conditions_of
from invitepolicy._core.quantities import FOREVER, add_or_none
from invitepolicy._core.records import Absent, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from invitepolicy._core.conditions import Operator
    from invitepolicy._core.errors import Location

    Values = Mapping[str, Value]


@attrs.frozen(eq=False, repr=False)
class Ruling(ByFields):
    """The result of applying the rules to one record at one instant.

    `rule` is the rule that decided (None for `undetermined` and `not_applicable`); `condition` is the condition of
    `applies_to` that fails; `needs` names the facts whose values are missing.
    """

    outcome: str
    place: Location
    rule: Rule | None = None
    condition: Condition | None = None
    needs: tuple[str, ...] = ()


def evaluate(decision: DecisionSpec, values: Values, now: datetime) -> Ruling:
    """Apply a decision's rules to the values of its facts at `now`."""
    failing = next(
        (
            condition
            for condition in decision.applies_to
            if evaluate_condition(condition.operator, values[condition.fact], now) is False
        ),
        None,
    )
    # A failing condition counts for more than an open one: whatever is missing, the question is not asked.
    if failing is not None:
        return Ruling(NOT_APPLICABLE, failing.place, condition=failing)
    open_conditions = _open_among(decision.applies_to, values, now)
    if open_conditions:
        return Ruling(UNDETERMINED, open_conditions[0].place, needs=_fact_names(open_conditions))
    open_rules: list[Rule] = []
    for rule in decision.rules:
        holds = evaluate_all(rule.when, values, now)
        if holds:
            return _make_ruling(rule, open_rules, values, now)
        # An open rule decides nothing yet: it matters only if what decides has another outcome.
        if holds is None:
            open_rules.append(rule)
    return _make_ruling(decision.otherwise, open_rules, values, now)


def _make_ruling(final: Rule, open_rules: list[Rule], values: Values, now: datetime) -> Ruling:
    # An open rule with the same outcome casts no doubt: whatever its missing fact is, the answer would be the same.
    doubtful = [rule for rule in open_rules if rule.then != final.then]
    if not doubtful:
        return Ruling(final.then, final.place, rule=final)
    open_conditions = [condition for rule in doubtful for condition in _open_among(rule.when, values, now)]
    return Ruling(UNDETERMINED, doubtful[0].place, needs=_fact_names(open_conditions))


def _open_among(conditions: Iterable[Condition], values: Values, now: datetime) -> list[Condition]:
    return [
        condition
        for condition in conditions
        if evaluate_condition(condition.operator, values[condition.fact], now) is None
    ]


def _fact_names(conditions: Iterable[Condition]) -> tuple[str, ...]:
    return tuple(sorted({condition.fact for condition in conditions}, key=fact_order))


def evaluate_all(conditions: Iterable[Condition], values: Values, now: datetime) -> bool | None:
    """Return whether all conditions hold: True, False, or None where that is open."""
    holds: bool | None = True
    for condition in conditions:
        # An open condition does not end the loop, since one that fails may follow.
        match evaluate_condition(condition.operator, values[condition.fact], now):
            case False:
                return False
            case None:
                holds = None
    return holds


def evaluate_condition(operator: Operator, value: Value, now: datetime) -> bool | None:  # noqa: PLR0911  (one per case)
    """Return whether an operator holds of a value at `now`: True, False, or None where the value is not known."""
    # First, since this is the one operator that a missing value answers.
    if isinstance(operator, IsKnown):
        return operator.wanted is not isinstance(value, Absent)
    if value is Absent.DID_NOT_HAPPEN:
        return False
    if value is Absent.NOT_KNOWN:
        # Nothing is at least `forever` ago, so the missing instant makes no difference.
        is_impossible = isinstance(operator, AgeRange) and operator.low is not None and operator.low.value == FOREVER
        return False if is_impossible else None
    match operator:
        case OneOf():
            # Tags are a set and a choice is one word: `not` then means none of the tags, or another word.
            words = value if isinstance(value, frozenset) else frozenset({value})
            return operator.negated is words.isdisjoint(operator.words)
        case IsTrue():
            return operator.wanted is value
        case NumberRange():
            return _is_in_range(operator, value)  # type: ignore[arg-type]  # numbers only, by the fact's kind
        case AgeRange():
            return _has_age(operator, value, now)  # type: ignore[arg-type]  # instants only, by the fact's kind
        case _ as never:
            assert_never(never)


def _is_in_range(operator: NumberRange, value: float) -> bool:
    if operator.low is not None:
        low: float = operator.low.value  # type: ignore[assignment]
        if value < low or (value == low and not operator.low_included):
            return False
    if operator.high is not None:
        high: float = operator.high.value  # type: ignore[assignment]
        return value < high or (value == high and operator.high_included)
    return True


def _has_age(operator: AgeRange, anchor: datetime, now: datetime) -> bool:
    # A threshold that is not there restricts nothing: a lower one counts as reached, an upper one as not.
    return _is_reached(anchor, operator.low, now, default=True) and not _is_reached(
        anchor, operator.high, now, default=False
    )


def _is_reached(anchor: datetime, threshold: Threshold | None, now: datetime, *, default: bool) -> bool:
    if threshold is None:
        return default
    # The instant is computed, and not the age, so that `forever` and the end of the calendar are one case.
    instant = add_or_none(anchor, threshold.value)  # type: ignore[arg-type]  # durations only, by the fact's kind
    return instant is not None and instant <= now


def turning_points(decision: DecisionSpec, values: Values) -> list[datetime]:
    """Return the instants, in order, at which a condition about a clock may turn for this record.

    A threshold that would be reached after the year 9999 has no instant.
    """
    instants: set[datetime | None] = set()
    for condition in conditions_of(decision):
        anchor = values[condition.fact]
        match condition.operator:
            case AgeRange(low, high):
                if isinstance(anchor, datetime):
                    instants |= {add_or_none(anchor, age.value) for age in (low, high) if age is not None}  # type: ignore[arg-type]
            case OneOf() | IsTrue() | NumberRange() | IsKnown():
                pass  # time alone turns none of them
            case _ as never:
                assert_never(never)
    return sorted(instant for instant in instants if instant is not None)


def next_change(decision: DecisionSpec, values: Values, now: datetime, outcome: str) -> tuple[datetime, Ruling] | None:
    """Return the first instant after `now` with another outcome, if nothing but time passes, and its ruling.

    Return None where the outcome stays for ever. Every turning point is tried.
    """
    for instant in turning_points(decision, values):
        if instant > now:
            # A condition that turns need not turn the outcome, so each instant is evaluated.
            ruling = evaluate(decision, values, instant)
            if ruling.outcome != outcome:
                return instant, ruling
    return None
