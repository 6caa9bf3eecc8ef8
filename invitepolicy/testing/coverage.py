"""What the tests of a policy covered: the rules that decided, and the borders that were looked at from both sides."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import attrs

from invitepolicy._core.facts import FACTS
from invitepolicy._core.policy import AgeRange, NumberRange, conditions_of, is_own
from invitepolicy._core.quantities import FOREVER, add_or_none
from invitepolicy._core.records import Absent
from invitepolicy._decide.rules import evaluate_all, evaluate_condition

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from invitepolicy import Policy
    from invitepolicy._core.policy import Condition, DecisionSpec, Location, Rule, Threshold
    from invitepolicy._core.records import Value
    from invitepolicy._decide.rules import Ruling

MINUTE: Final = timedelta(minutes=1)
_STEPS: Final = {"count": 1.0, "share": 0.001}  # a number of one's own has no smallest step
_ROUNDING: Final = 1e-9
_ENDS: Final = {"count": (0.0, None), "share": (0.0, 1.0)}


@attrs.frozen
class Observation:
    """A record that a test judged at an instant: what one decision said of it."""

    decision: DecisionSpec
    values: Mapping[str, Value]
    instant: datetime
    ruling: Ruling


@attrs.frozen
class CoveredRule:
    """A rule (None: `otherwise`) and whether it decided in a test; `own` says that it stands in the policy's file."""

    decision: str
    rule: str | None
    place: Location
    own: bool
    covered: bool


@attrs.frozen
class CoveredBoundary:
    """A threshold of a line and whether tests stand on both sides of it.

    `rule` is the line's (None: `applies_to`). `own` says that the line, or the setting in it, is the policy's file's.
    """

    decision: str
    rule: str | None
    line: Condition
    amount: Threshold
    own: bool
    covered: bool


@attrs.frozen
class _Border:
    """A threshold: `upper` says that its very value lies above it, `opens` that the line holds above it."""

    card: Rule | None
    line: Condition
    amount: Threshold
    upper: bool
    opens: bool
    kind: str
    others: tuple[float, ...]


def cover(policy: Policy, probes: Sequence[Observation]) -> tuple[tuple[CoveredRule, ...], tuple[CoveredBoundary, ...]]:
    """Say of every rule and every border of a resolved policy whether the probes covered it.

    A **rule** is covered where it decided in a probe. A **border**, a threshold of a line, is covered where probes
    stand close on either side of it and the line decides: on the side where it holds its rule is the one that
    decided (of `applies_to`: the question applies), and on the other side every other line of the same `when` holds.
    Close is, on the side on which the very value lies, that value itself (for a clock the very instant), and on the
    other side at most a minute, a count of 1 or a tenth of a percent away; for a number of one's own, no other
    threshold of that fact between. The two probes may be of different tests.

    `forever` is no border, nor is one beyond which no value can lie (`at least 0` of a count, `at most 100%`). The
    order is that of the decisions and their lines.
    """
    rules: list[CoveredRule] = []
    borders: list[CoveredBoundary] = []
    for decision in policy.decisions.values():
        here = [probe for probe in probes if probe.decision.name == decision.name]
        deciding = {probe.ruling.rule for probe in here}
        for card in (*decision.rules, decision.otherwise):
            own = is_own(policy, decision.name, card)
            rules.append(CoveredRule(decision.name, card.name, card.place, own, card in deciding))
        for border in _borders(policy, decision):
            covered = all(any(_shows(probe, border, upper=upper) for probe in here) for upper in (True, False))
            own = _is_own(policy, decision, border)
            name = None if border.card is None else border.card.name
            borders.append(CoveredBoundary(decision.name, name, border.line, border.amount, own, covered))
    return tuple(rules), tuple(borders)


def _borders(policy: Policy, decision: DecisionSpec) -> Iterator[_Border]:
    cards = [(None, decision.applies_to), *((card, card.when) for card in decision.rules)]
    for card, lines in cards:
        for line in lines:
            for amount, upper, opens in _thresholds(line):
                kind = (FACTS.get(line.fact) or policy.facts[line.fact]).kind
                if not _is_beyond_all(kind, amount, upper=upper):
                    yield _Border(card, line, amount, upper, opens, kind, _others(decision, line, amount))


def _thresholds(line: Condition) -> Iterator[tuple[Threshold, bool, bool]]:
    """Give the thresholds of a line, whether the value itself lies above, and whether the line holds above."""
    test = line.operator
    if not isinstance(test, AgeRange | NumberRange):
        return
    if test.low is not None:
        yield test.low, isinstance(test, AgeRange) or test.low_included, True
    if test.high is not None:
        yield test.high, isinstance(test, AgeRange) or not test.high_included, False


def _is_beyond_all(kind: str, amount: Threshold, *, upper: bool) -> bool:
    if amount.value == FOREVER:
        return True
    least, most = _ENDS.get(kind, (None, None))
    return amount.value == (least if upper else most)


def _others(decision: DecisionSpec, line: Condition, amount: Threshold) -> tuple[float, ...]:
    alike = (
        other
        for other in conditions_of(decision)
        if other.fact == line.fact and isinstance(other.operator, NumberRange)
    )
    values = (threshold.value for other in alike for threshold, _, _ in _thresholds(other))
    return tuple(value for value in values if value != amount.value)  # type: ignore[misc]  # numbers, by the kind


def _shows(probe: Observation, border: _Border, *, upper: bool) -> bool:
    """Say whether a probe stands close on one side of a border, with the line deciding."""
    value = probe.values[border.line.fact]
    if isinstance(value, Absent) or not _is_close(border, value, probe.instant, upper=upper):
        return False
    if upper is border.opens:
        return _decided(probe, border.card) and evaluate_condition(border.line.operator, value, probe.instant) is True
    others = (line for line in _beside(probe.decision, border.card) if line is not border.line)
    return evaluate_all(others, probe.values, probe.instant) is True


def _decided(probe: Observation, card: Rule | None) -> bool:
    if card is None:
        return evaluate_all(probe.decision.applies_to, probe.values, probe.instant) is True
    return probe.ruling.rule is card


def _beside(decision: DecisionSpec, card: Rule | None) -> Iterable[Condition]:
    """Give the lines that must hold together with one of them, and those under which the question is asked."""
    return decision.applies_to if card is None else (*decision.applies_to, *card.when)


def _is_close(border: _Border, value: Value, now: datetime, *, upper: bool) -> bool:
    if isinstance(value, datetime):
        instant = add_or_none(value, border.amount.value)  # type: ignore[arg-type]  # durations only, by the fact's kind
        return instant is not None and (now == instant if upper else instant - MINUTE <= now < instant)
    threshold: float = border.amount.value  # type: ignore[assignment]  # numbers only, by the fact's kind
    number: float = value  # type: ignore[assignment]
    if upper is border.upper:
        return number == threshold
    distance = threshold - number if border.upper else number - threshold
    if border.kind in _STEPS:
        return 0 < distance <= _STEPS[border.kind] + _ROUNDING
    return distance > 0 and not any(
        min(number, threshold) <= other <= max(number, threshold) for other in border.others
    )


def _is_own(policy: Policy, decision: DecisionSpec, border: _Border) -> bool:
    own = policy._files[-1]
    if border.amount.setting in (own.data.get("settings") or ()):
        return True
    if border.card is not None:
        return is_own(policy, decision.name, border.card)
    marks = own.places.get(("decisions", decision.name, "applies_to", border.line.fact), ())
    return (border.line.place.line, border.line.place.column) in marks
