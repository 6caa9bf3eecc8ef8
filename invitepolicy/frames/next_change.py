"""The first instant at which an outcome changes: among one clock's turning points, and across several clocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs
import narwhals.stable.v2 as nw

from invitepolicy.frames.columns import INSTANT
from invitepolicy.frames.expressions import Column, both, either, negated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from invitepolicy.frames.expressions import BoolExpr, TempColumns

NEVER: Final = nw.lit(None, dtype=INSTANT)


@attrs.frozen(eq=False)
class Turn:
    """A turning point of every row: whether the outcome changes there, to which outcome, and at which instant."""

    turns: BoolExpr
    outcomes: Mapping[str, BoolExpr]
    instant: nw.Expr
    layer: int = 1  # from which on the instant can be evaluated


def where(expr: BoolExpr, value: nw.Expr, otherwise: nw.Expr) -> nw.Expr:
    """Return `value` where the expression is true, else `otherwise`."""
    if isinstance(expr, bool):
        return value if expr else otherwise
    return nw.when(expr.expression).then(value).otherwise(otherwise)


def first_turn(turning_points: Sequence[Turn], temp_columns: TempColumns) -> Turn:
    """Return the first of a clock's turning points, given in order, at which the outcome changes."""
    if len(turning_points) == 1:
        return turning_points[0]
    # In halves, so that the expressions are nested as deep as the logarithm of their number.
    half = len(turning_points) // 2
    earlier = first_turn(turning_points[:half], temp_columns)
    later = first_turn(turning_points[half:], temp_columns)
    return _select(earlier.turns, earlier, later, temp_columns)


def sooner_turn(first: Turn, second: Turn, temp_columns: TempColumns) -> Turn:
    """Return the earlier of two clocks' turning points; where they coincide, both lead to the same outcome."""
    first, second = _with_column(first, temp_columns), _with_column(second, temp_columns)
    # Null where one of the two does not turn: then the first counts if it alone turns.
    earlier = (first.instant <= second.instant).fill_null(value=False)
    before = Column(earlier, max(first.layer, second.layer))
    is_first = temp_columns.store(either([before, both([first.turns, negated(second.turns)])]))
    return _select(is_first, first, second, temp_columns)


def _select(is_first: BoolExpr, first: Turn, second: Turn, temp_columns: TempColumns) -> Turn:
    is_second = negated(is_first)
    outcomes = {
        outcome: temp_columns.store(
            either([_selected(is_first, first, outcome), both([is_second, second.outcomes.get(outcome, False)])])
        )
        for outcome in {**first.outcomes, **second.outcomes}
    }
    # Where neither turns, the instant below means nothing: who reads it asks `turns` first.
    turns = temp_columns.store(either([first.turns, second.turns]))
    layer = max(first.layer, second.layer, _layer(is_first))
    return Turn(turns, outcomes, where(is_first, first.instant, second.instant), layer)


def _selected(is_first: BoolExpr, first: Turn, outcome: str) -> BoolExpr:
    """Return where `first` is selected and leads to an outcome.

    A turning point leads to an outcome only where it changes it, so that its own `turns` need not be asked twice.
    """
    leads_to = first.outcomes.get(outcome, False)
    return leads_to if is_first is first.turns else both([is_first, leads_to])


def _with_column(turning_point: Turn, temp_columns: TempColumns) -> Turn:
    layer = max(turning_point.layer, _layer(turning_point.turns))
    instant = temp_columns.store_expression(where(turning_point.turns, turning_point.instant, NEVER), layer)
    return attrs.evolve(turning_point, instant=instant, layer=layer + 1)


def _layer(expr: BoolExpr) -> int:
    return expr.layer if isinstance(expr, Column) else 0
