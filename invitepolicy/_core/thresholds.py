"""The thresholds of a condition's operator: one place that a new operator must reach."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from invitepolicy._core.policy import AgeRange, IsKnown, IsTrue, NumberRange, OneOf

if TYPE_CHECKING:
    from invitepolicy._core.policy import Operator, Threshold


def thresholds_in(operator: Operator) -> tuple[Threshold, ...]:
    """Return the thresholds of an operator, the lower one first; none for an operator that compares nothing."""
    match operator:
        case AgeRange() | NumberRange():
            return tuple(threshold for threshold in (operator.low, operator.high) if threshold is not None)
        case OneOf() | IsTrue() | IsKnown():
            return ()
        case _ as never:
            assert_never(never)
