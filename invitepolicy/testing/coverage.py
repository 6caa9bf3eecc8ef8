"""What the tests of a policy cover: the rules that decided, and the boundaries tested on both sides."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, assert_never

import attrs

from invitepolicy._core.conditions import AgeRange, IsKnown, IsTrue, NumberRange, OneOf
from invitepolicy._core.facts import FACTS
from invitepolicy._core.policy import conditions_of, is_own
from invitepolicy._core.quantities import FOREVER, add_or_none
from invitepolicy._core.records import Absent
from invitepolicy._decide.rules import evaluate_all, evaluate_condition

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from invitepolicy import Policy
    from invitepolicy._core.conditions import Condition, Threshold
    from invitepolicy._core.errors import Location
    from invitepolicy._core.policy import DecisionSpec, Rule
    from invitepolicy._core.records import Value
    from invitepolicy._decide.rules import Ruling

MINUTE: Final = timedelta(minutes=1)
_STEPS: Final = {"count": 1.0, "share": 0.001}  # a number of one's own has no smallest step
# In binary, 40% less 39.9% is a little more than a tenth of a percent.
_ROUNDING: Final = 1e-9
# The least and the greatest value; None where there is no greatest.
_ENDS: Final = {"count": (0.0, None), "share": (0.0, 1.0)}


@attrs.frozen
class Observation:
    """The ruling of one decision on a test's record at one instant."""

    decision: DecisionSpec
    values: Mapping[str, Value]
    instant: datetime
    ruling: Ruling


@attrs.frozen
class CoveredRule:
    """A rule (None: `otherwise`) and whether it decided in a test; `own`: it is in the policy's own file."""

    decision: str
    rule: str | None
    place: Location
    own: bool
    covered: bool


@attrs.frozen
class CoveredBoundary:
    """A threshold of a condition, and whether tests cover both sides of it.

    `rule` is the condition's rule (None: `applies_to`). `own`: it, or its setting, is in the policy's own file.
    """

    decision: str
    rule: str | None
    condition: Condition
    threshold: Threshold
    own: bool
    covered: bool


@attrs.frozen
class _Boundary:
    """A threshold: `upper` means that the value itself lies above it, `opens` that the condition holds above it."""

    rule: Rule | None
    condition: Condition
    threshold: Threshold
    upper: bool
    opens: bool
    kind: str
    others: tuple[float, ...]


def cover(
    policy: Policy, observations: Sequence[Observation]
) -> tuple[tuple[CoveredRule, ...], tuple[CoveredBoundary, ...]]:
    """Return, for every rule and every boundary of a resolved policy, whether the observations cover it.

    A **rule** is covered where it decided in an observation. A **boundary**, a threshold of a condition, is covered
    where there is an observation close to it on each side, and the condition decides: on the side where it holds, its
    rule decided (of `applies_to`: the decision applies), and on the other side every other condition of the same
    `when` holds. On the side that includes the threshold, close means exactly the threshold (of a date: the exact
    instant); on the other side, at most a minute, a count of 1 or a tenth of a percent away; for an own number, that
    no other threshold of the fact lies between. The two observations may come from different tests.

    `forever` is not a boundary, nor is a threshold beyond which there are no values (`at least 0` of a count, `at most
    100%`). The order is that of the decisions and their conditions.
    """
    rules: list[CoveredRule] = []
    boundaries: list[CoveredBoundary] = []
    for decision in policy.decisions.values():
        here = [observation for observation in observations if observation.decision.name == decision.name]
        deciding = {observation.ruling.rule for observation in here}
        for rule in (*decision.rules, decision.otherwise):
            own = is_own(policy, decision.name, rule)
            rules.append(CoveredRule(decision.name, rule.name, rule.place, own, rule in deciding))
        for boundary in _boundaries(policy, decision):
            covered = all(
                any(_shows(observation, boundary, upper=upper) for observation in here) for upper in (True, False)
            )
            own = _is_own(policy, decision, boundary)
            name = None if boundary.rule is None else boundary.rule.name
            boundaries.append(
                CoveredBoundary(decision.name, name, boundary.condition, boundary.threshold, own, covered)
            )
    return tuple(rules), tuple(boundaries)


def _boundaries(policy: Policy, decision: DecisionSpec) -> Iterator[_Boundary]:
    groups = [(None, decision.applies_to), *((rule, rule.when) for rule in decision.rules)]
    for rule, conditions in groups:
        for condition in conditions:
            for threshold, upper, opens in _thresholds(condition):
                kind = (FACTS.get(condition.fact) or policy.facts[condition.fact]).kind
                if not _is_beyond_all(kind, threshold, upper=upper):
                    yield _Boundary(
                        rule, condition, threshold, upper, opens, kind, _others(decision, condition, threshold)
                    )


def _thresholds(condition: Condition) -> Iterator[tuple[Threshold, bool, bool]]:
    """Yield each threshold, whether its value itself lies above it, and whether the condition holds above it."""
    match condition.operator:
        case AgeRange() as ages:
            # An age range includes its lower end and excludes its upper one: either value lies above.
            low_is_above, high_is_above = True, True
            low, high = ages.low, ages.high
        case NumberRange() as numbers:
            low_is_above, high_is_above = numbers.low_included, not numbers.high_included
            low, high = numbers.low, numbers.high
        case OneOf() | IsTrue() | IsKnown():
            return
        case _ as never:
            assert_never(never)
    if low is not None:
        yield low, low_is_above, True
    if high is not None:
        yield high, high_is_above, False


def _is_beyond_all(kind: str, threshold: Threshold, *, upper: bool) -> bool:
    if threshold.value == FOREVER:
        return True
    least, most = _ENDS.get(kind, (None, None))
    # At `at least 0` there is nothing below, at `at most 100%` nothing above.
    return threshold.value == (least if upper else most)


def _others(decision: DecisionSpec, condition: Condition, threshold: Threshold) -> tuple[float, ...]:
    alike = (
        other
        for other in conditions_of(decision)
        if other.fact == condition.fact and isinstance(other.operator, NumberRange)
    )
    values = (threshold.value for other in alike for threshold, _, _ in _thresholds(other))
    return tuple(value for value in values if value != threshold.value)  # type: ignore[misc]  # numbers, by the kind


def _shows(observation: Observation, boundary: _Boundary, *, upper: bool) -> bool:
    """Return whether an observation is close to one side of a boundary, with the condition deciding."""
    value = observation.values[boundary.condition.fact]
    if isinstance(value, Absent) or not _is_close(boundary, value, observation.instant, upper=upper):
        return False
    if upper is boundary.opens:
        return (
            _decided(observation, boundary.rule)
            and evaluate_condition(boundary.condition.operator, value, observation.instant) is True
        )
    # All others hold, so that only this condition keeps the rule from holding.
    others = (
        condition for condition in _beside(observation.decision, boundary.rule) if condition is not boundary.condition
    )
    return evaluate_all(others, observation.values, observation.instant) is True


def _decided(observation: Observation, rule: Rule | None) -> bool:
    if rule is None:
        return evaluate_all(observation.decision.applies_to, observation.values, observation.instant) is True
    return observation.ruling.rule is rule


def _beside(decision: DecisionSpec, rule: Rule | None) -> Iterable[Condition]:
    """Return the conditions that must hold for a rule to decide, with those of `applies_to`."""
    return decision.applies_to if rule is None else (*decision.applies_to, *rule.when)


def _is_close(boundary: _Boundary, value: Value, now: datetime, *, upper: bool) -> bool:
    if isinstance(value, datetime):
        instant = add_or_none(value, boundary.threshold.value)  # type: ignore[arg-type]  # durations only, by the fact's kind
        # Beyond the year 9999 a threshold is never reached. Durations are whole minutes, so that no other
        # boundary of the same date lies inside the last minute before it.
        return instant is not None and (now == instant if upper else instant - MINUTE <= now < instant)
    threshold: float = boundary.threshold.value  # type: ignore[assignment]  # numbers only, by the fact's kind
    number: float = value  # type: ignore[assignment]
    if upper is boundary.upper:
        return number == threshold
    # Positive on the side that does not include the threshold.
    distance = threshold - number if boundary.upper else number - threshold
    if boundary.kind in _STEPS:
        return 0 < distance <= _STEPS[boundary.kind] + _ROUNDING
    return distance > 0 and not any(
        min(number, threshold) <= other <= max(number, threshold) for other in boundary.others
    )


def _is_own(policy: Policy, decision: DecisionSpec, boundary: _Boundary) -> bool:
    own = policy._files[-1]
    # A parent's condition with the file's own value: it is this value that the file's tests are to cover.
    if boundary.threshold.setting in (own.data.get("settings") or ()):
        return True
    if boundary.rule is not None:
        return is_own(policy, decision.name, boundary.rule)
    # `applies_to` gathers conditions of several files; the file's own are those at a place that it has.
    marks = own.places.get(("decisions", decision.name, "applies_to", boundary.condition.fact), ())
    return (boundary.condition.place.line, boundary.condition.place.column) in marks
