"""True or false for every row: conditions put together, simplified, and laid down as columns, a layer at a time.

A condition that is the same in every row is a plain bool, and drops out of what it is put together with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs
import narwhals.stable.v2 as nw

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_LONG: Final = 12  # operations: more are laid down as a column, since engines read no deep expression


@attrs.frozen(eq=False)
class Column:
    """A condition as an expression that is never null; it can be read once `layer` layers are laid down."""

    expression: nw.Expr
    layer: int = 0
    size: int = 1


BoolExpr = bool | Column


def both(truths: Iterable[BoolExpr]) -> BoolExpr:
    """Say where all hold; of none, everywhere."""
    return _joined(truths, neutral=True)


def either(truths: Iterable[BoolExpr]) -> BoolExpr:
    """Say where at least one holds; of none, nowhere."""
    return _joined(truths, neutral=False)


def negated(truth: BoolExpr) -> BoolExpr:
    """Say where a condition does not hold."""
    if isinstance(truth, bool):
        return not truth
    return Column(~truth.expression, truth.layer, truth.size + 1)


def _joined(truths: Iterable[BoolExpr], *, neutral: bool) -> BoolExpr:
    found: list[Column] = []
    for truth in truths:
        if isinstance(truth, Column):
            found.append(truth)
        elif truth is not neutral:
            return truth
    return _halves(found, neutral=neutral) if found else neutral


def _halves(columns: Sequence[Column], *, neutral: bool) -> Column:
    """Put columns together two and two, so that no expression grows deep."""
    if len(columns) == 1:
        return columns[0]
    half = len(columns) // 2
    one, other = _halves(columns[:half], neutral=neutral), _halves(columns[half:], neutral=neutral)
    joined = one.expression & other.expression if neutral else one.expression | other.expression
    return Column(joined, max(one.layer, other.layer), one.size + other.size + 1)


class TempColumns:
    """The columns that are laid down under a frame's own ones while it is decided."""

    def __init__(self, taken: Iterable[str]) -> None:
        """Keep away from the names that the frame has `taken`."""
        self._prefix = "_invitepolicy"
        while any(name.startswith(self._prefix) for name in taken):
            self._prefix += "_"
        self._layers: list[dict[str, nw.Expr]] = []
        self._count = 0

    def keep(self, truth: BoolExpr) -> BoolExpr:
        """Lay a condition down as a column, so that it is worked out once however often it is read."""
        if isinstance(truth, bool) or truth.size == 0:
            return truth
        return Column(self.keep_expression(truth.expression, truth.layer), truth.layer + 1, 0)

    def shortened(self, truth: BoolExpr) -> BoolExpr:
        """Lay a condition down only where its expression has grown long."""
        return self.keep(truth) if isinstance(truth, Column) and truth.size > _LONG else truth

    def keep_expression(self, expression: nw.Expr, layer: int) -> nw.Expr:
        """Lay an expression down as a column of a layer; what is handed back is read in later layers."""
        while len(self._layers) <= layer:
            self._layers.append({})
        name = f"{self._prefix}{self._count}"
        self._count += 1
        self._layers[layer][name] = expression
        return nw.col(name)

    def lay(self, frame: Any, first: int, last: int | None = None) -> Any:
        """Put layers of columns under a frame: those from `first` to before `last`."""
        for layer in self._layers[first:last]:
            if layer:
                frame = frame.with_columns(**layer)
        return frame
