"""The first instant at which an outcome turns: of one clock's borders in order, and of several clocks'."""

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
    """An instant: where the outcome turns at it, which outcome it is then, and, where it does, when that is."""

    turns: BoolExpr
    outcomes: Mapping[str, BoolExpr]
    instant: nw.Expr
    layer: int = 1  # in which the instant can be read


def where(truth: BoolExpr, one: nw.Expr, other: nw.Expr) -> nw.Expr:
    """Give one value where a condition holds, and another where it does not."""
    if isinstance(truth, bool):
        return one if truth else other
    return nw.when(truth.expression).then(one).otherwise(other)


def first_turn(borders: Sequence[Turn], sheet: TempColumns) -> Turn:
    """Give the first of a clock's borders, which stand in order, at which the outcome turns."""
    if len(borders) == 1:
        return borders[0]
    half = len(borders) // 2
    sooner, behind = first_turn(borders[:half], sheet), first_turn(borders[half:], sheet)
    return _either(sooner.turns, sooner, behind, sheet)


def sooner_turn(one: Turn, other: Turn, sheet: TempColumns) -> Turn:
    """Give of two clocks' borders the one that comes first; where they come at once they tell the same outcome."""
    one, other = _with_column(one, sheet), _with_column(other, sheet)
    earlier = (one.instant <= other.instant).fill_null(value=False)
    before = Column(earlier, max(one.layer, other.layer))
    is_first = sheet.keep(either([before, both([one.turns, negated(other.turns)])]))
    return _either(is_first, one, other, sheet)


def _either(is_one: BoolExpr, one: Turn, other: Turn, sheet: TempColumns) -> Turn:
    is_other = negated(is_one)
    outcomes = {
        outcome: sheet.keep(
            either([_where_one(is_one, one, outcome), both([is_other, other.outcomes.get(outcome, False)])])
        )
        for outcome in {**one.outcomes, **other.outcomes}
    }
    turns = sheet.keep(either([one.turns, other.turns]))
    layer = max(one.layer, other.layer, _layer(is_one))
    return Turn(turns, outcomes, where(is_one, one.instant, other.instant), layer)


def _where_one(is_one: BoolExpr, one: Turn, outcome: str) -> BoolExpr:
    """Say where a border that is chosen tells an outcome; a border tells one only where the outcome turns at it."""
    told = one.outcomes.get(outcome, False)
    return told if is_one is one.turns else both([is_one, told])


def _with_column(border: Turn, sheet: TempColumns) -> Turn:
    layer = max(border.layer, _layer(border.turns))
    instant = sheet.keep_expression(where(border.turns, border.instant, NEVER), layer)
    return attrs.evolve(border, instant=instant, layer=layer + 1)


def _layer(truth: BoolExpr) -> int:
    return truth.layer if isinstance(truth, Column) else 0
