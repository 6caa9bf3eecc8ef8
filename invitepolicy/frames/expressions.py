"""Boolean expressions over the rows of a frame: combined, simplified, and stored as temporary columns in layers.

An expression with the same value in every row is a plain bool, and drops out of what it is combined with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs
import narwhals.stable.v2 as nw

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_LONG: Final = 12  # operations: a longer expression gets a column of its own, since engines reject deeply nested ones


# Equal only to itself, since `==` between two expressions of an engine is one more expression. Caches with
# columns in their keys rely on it.
@attrs.frozen(eq=False)
class Column:
    """A boolean expression that is never null; it can be evaluated once `layer` layers of columns exist.

    `size` counts its operations; a stored column has none.
    """

    expression: nw.Expr
    layer: int = 0
    size: int = 1


BoolExpr = bool | Column


def both(exprs: Iterable[BoolExpr]) -> BoolExpr:
    """Return the expression that is true where all are; of none, everywhere."""
    return _combine(exprs, neutral=True)


def either(exprs: Iterable[BoolExpr]) -> BoolExpr:
    """Return the expression that is true where at least one is; of none, nowhere."""
    return _combine(exprs, neutral=False)


def negated(expr: BoolExpr) -> BoolExpr:
    """Return the expression that is true where `expr` is false."""
    if isinstance(expr, bool):
        return not expr
    return Column(~expr.expression, expr.layer, expr.size + 1)


def _combine(exprs: Iterable[BoolExpr], *, neutral: bool) -> BoolExpr:
    columns: list[Column] = []
    for expr in exprs:
        if isinstance(expr, Column):
            columns.append(expr)
        # False in `both` and true in `either` decide alone, whatever the columns hold.
        elif expr is not neutral:
            return expr
    return _halves(columns, neutral=neutral) if columns else neutral


def _halves(columns: Sequence[Column], *, neutral: bool) -> Column:
    """Combine columns pairwise, so that the expression tree stays shallow."""
    if len(columns) == 1:
        return columns[0]
    half = len(columns) // 2
    first, second = _halves(columns[:half], neutral=neutral), _halves(columns[half:], neutral=neutral)
    combined = first.expression & second.expression if neutral else first.expression | second.expression
    return Column(combined, max(first.layer, second.layer), first.size + second.size + 1)


class TempColumns:
    """The temporary columns that a frame carries while it is decided, in layers that build on each other."""

    def __init__(self, taken: Iterable[str]) -> None:
        """Choose a prefix that none of the frame's own column names, `taken`, begins with."""
        self._prefix = "_invitepolicy"
        while any(name.startswith(self._prefix) for name in taken):
            self._prefix += "_"
        self._layers: list[dict[str, nw.Expr]] = []
        self._count = 0

    def store(self, expr: BoolExpr) -> BoolExpr:
        """Store an expression as a column, so that it is evaluated once however often it is used."""
        if isinstance(expr, bool) or expr.size == 0:
            return expr
        return Column(self.store_expression(expr.expression, expr.layer), expr.layer + 1, 0)

    def store_if_long(self, expr: BoolExpr) -> BoolExpr:
        """Store an expression as a column only if it has grown long."""
        return self.store(expr) if isinstance(expr, Column) and expr.size > _LONG else expr

    def store_expression(self, expression: nw.Expr, layer: int) -> nw.Expr:
        """Store an expression as a column of `layer`, and return the column, for use in later layers."""
        # Columns that are added in one step cannot use each other: a layer is a step, and uses earlier ones.
        while len(self._layers) <= layer:
            self._layers.append({})
        name = f"{self._prefix}{self._count}"
        self._count += 1
        self._layers[layer][name] = expression
        return nw.col(name)

    def add_layers(self, frame: Any, first: int, last: int | None = None) -> Any:
        """Return the frame with the columns of the layers from `first` up to, but not including, `last`."""
        for layer in self._layers[first:last]:
            if layer:
                frame = frame.with_columns(**layer)
        return frame
