"""The plain reading of the rules: the definition to which everything faster is held.

A line holds, fails, or is open where the fact is not known. A `when` with a failing line fails; else with an open
line it is open; else it holds. The first card that holds decides, unless an open card above it would have said
something else: then the outcome is `undetermined`.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, assert_never

import attrs

from invitepolicy._core.facts import NOT_APPLICABLE, UNDETERMINED, fact_order
from invitepolicy._core.frozen import ByFields
from invitepolicy._core.policy import (
    AgeRange,
    Condition,
    DecisionSpec,
    IsKnown,
    IsTrue,
    Location,
    NumberRange,
    OneOf,
    Rule,
    Threshold,
    conditions_of,
)
from invitepolicy._core.quantities import FOREVER, add_or_none
from invitepolicy._core.records import Absent, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from invitepolicy._core.policy import Operator

    Values = Mapping[str, Value]


@attrs.frozen(eq=False, repr=False)
class Ruling(ByFields):
    """What the rules say of one record at one instant.

    `card` decided (None for `undetermined` and `not_applicable`); `line` is the line of `applies_to` that fails;
    `needs` names the facts whose values are missing.
    """

    outcome: str
    place: Location
    rule: Rule | None = None
    condition: Condition | None = None
    needs: tuple[str, ...] = ()


def evaluate(decision: DecisionSpec, values: Values, now: datetime) -> Ruling:
    """Apply a decision's rules to the values of its facts at `now`."""
    failing = next(
        (line for line in decision.applies_to if evaluate_condition(line.operator, values[line.fact], now) is False),
        None,
    )
    if failing is not None:
        return Ruling(NOT_APPLICABLE, failing.place, condition=failing)
    open_lines = [
        line for line in decision.applies_to if evaluate_condition(line.operator, values[line.fact], now) is None
    ]
    if open_lines:
        return Ruling(UNDETERMINED, open_lines[0].place, needs=_facts_of(open_lines))
    open_cards: list[Rule] = []
    for card in decision.rules:
        fits = evaluate_all(card.when, values, now)
        if fits:
            return _ruling(card, open_cards, values, now)
        if fits is None:
            open_cards.append(card)
    return _ruling(decision.otherwise, open_cards, values, now)


def _ruling(final: Rule, open_cards: list[Rule], values: Values, now: datetime) -> Ruling:
    doubtful = [card for card in open_cards if card.then != final.then]
    if not doubtful:
        return Ruling(final.then, final.place, rule=final)
    open_lines = [
        line
        for card in doubtful
        for line in card.when
        if evaluate_condition(line.operator, values[line.fact], now) is None
    ]
    return Ruling(UNDETERMINED, doubtful[0].place, needs=_facts_of(open_lines))


def _facts_of(lines: Iterable[Condition]) -> tuple[str, ...]:
    return tuple(sorted({line.fact for line in lines}, key=fact_order))


def evaluate_all(lines: Iterable[Condition], values: Values, now: datetime) -> bool | None:
    """Say whether all lines hold: True, False, or None where that is open."""
    fits: bool | None = True
    for line in lines:
        match evaluate_condition(line.operator, values[line.fact], now):
            case False:
                return False
            case None:
                fits = None
    return fits


def evaluate_condition(test: Operator, value: Value, now: datetime) -> bool | None:  # noqa: PLR0911  (a case, a line)
    """Say whether a test holds of a value at `now`: True, False, or None where the value is not known."""
    if isinstance(test, IsKnown):
        return test.wanted is not isinstance(value, Absent)
    if value is Absent.DID_NOT_HAPPEN:
        return False
    if value is Absent.NOT_KNOWN:
        never = isinstance(test, AgeRange) and test.low is not None and test.low.value == FOREVER
        return False if never else None
    match test:
        case OneOf():
            found = value if isinstance(value, frozenset) else frozenset({value})
            return test.negated is found.isdisjoint(test.words)
        case IsTrue():
            return test.wanted is value
        case NumberRange():
            return _in_range(test, value)  # type: ignore[arg-type]  # numbers only, by the fact's kind
        case AgeRange():
            return _aged(test, value, now)  # type: ignore[arg-type]  # instants only, by the fact's kind
        case _ as never_:
            assert_never(never_)


def _in_range(test: NumberRange, value: float) -> bool:
    if test.low is not None:
        low: float = test.low.value  # type: ignore[assignment]
        if value < low or (value == low and not test.low_included):
            return False
    if test.high is not None:
        high: float = test.high.value  # type: ignore[assignment]
        return value < high or (value == high and test.high_included)
    return True


def _aged(test: AgeRange, anchor: datetime, now: datetime) -> bool:
    return _reached(anchor, test.low, now, nothing=True) and not _reached(anchor, test.high, now, nothing=False)


def _reached(anchor: datetime, border: Threshold | None, now: datetime, *, nothing: bool) -> bool:
    if border is None:
        return nothing
    instant = add_or_none(anchor, border.value)  # type: ignore[arg-type]  # durations only, by the fact's kind
    return instant is not None and instant <= now


def turning_points(decision: DecisionSpec, values: Values) -> list[datetime]:
    """Give the instants, in order, at which a line about a clock may turn for this record."""
    found: set[datetime | None] = set()
    for line in conditions_of(decision):
        anchor = values[line.fact]
        if isinstance(line.operator, AgeRange) and isinstance(anchor, datetime):
            for border in (line.operator.low, line.operator.high):
                if border is not None:
                    found.add(add_or_none(anchor, border.value))  # type: ignore[arg-type]
    return sorted(instant for instant in found if instant is not None)


def next_change(decision: DecisionSpec, values: Values, now: datetime, outcome: str) -> tuple[datetime, Ruling] | None:
    """Find the first instant after `now` with another outcome, if nothing but time passes, by trying the borders."""
    for instant in turning_points(decision, values):
        if instant > now:
            ruling = evaluate(decision, values, instant)
            if ruling.outcome != outcome:
                return instant, ruling
    return None
