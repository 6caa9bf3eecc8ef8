"""Where a row's fact lies in given cells, now or at the instant at which another of its clocks turns."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import groupby
from math import ceil, floor, inf, nextafter
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

import attrs
import narwhals.stable.v2 as nw

from invitepolicy._core.facts import FACTS
from invitepolicy._core.quantities import add_or_none
from invitepolicy._core.records import Absent, Invitation, read_fact
from invitepolicy._prove.cells import AgeCell, ChoiceCell, MissingCell, RangeCell, find_cell
from invitepolicy._prove.cells import FlagCell as Flag
from invitepolicy.frames.columns import LAST, Field, note_length
from invitepolicy.frames.expressions import Column, both, either, negated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from invitepolicy._core.facts import Fact
    from invitepolicy._core.records import Account
    from invitepolicy._prove.cells import Boundary, Cell, Dimension
    from invitepolicy.frames.columns import ColumnReader
    from invitepolicy.frames.expressions import BoolExpr

_NOBODY: Final = Invitation()
_MICROSECOND: Final = timedelta(microseconds=1)


@attrs.frozen
class Instant:
    """An instant: the same for all rows, or, with a `clock`, each row's own, `age` after what the clock shows."""

    at: datetime | None = None
    clock: Fact | None = None
    age: timedelta = timedelta()


class Membership:
    """Says of each row in which cells its facts lie."""

    def __init__(self, reader: ColumnReader, account: Account, now: datetime) -> None:
        """Keep the frame's columns, the account of all rows, and the instant."""
        self.reader: ColumnReader = reader
        self.account: Account = account
        self.now: datetime = now
        self._kept: dict[tuple[object, ...], BoolExpr] = {}

    def in_cells(self, dimension: Dimension, mask: int, instant: Instant) -> BoolExpr:
        """Say where a fact lies at an instant in one of the cells of a mask."""
        fact, cells = dimension.fact, dimension.cells
        field = self.reader.field(fact) if fact.subject == "invitation" else None
        if fact.kind == "clock":
            return either([*self._in_ages(fact, cells, mask, instant), *self._in_absence(fact, field, cells, mask)])
        if field is None:
            value = read_fact(fact, _NOBODY, self.account)
            return bool(mask >> find_cell(dimension, value, self.now) & 1)
        match cells[0]:
            case ChoiceCell():
                return self._in_words(field, cells, mask)
            case Flag():
                return self._in_flags(dimension, field, mask)
        return either([*self._in_stretches(field, cells, mask), *self._in_absence(fact, field, cells, mask)])

    def anchor(self, clock: Fact) -> Field | datetime | None:
        """Give what a clock shows: a column, an instant of the account, or nothing."""
        if clock.subject == "invitation":
            return self.reader.field(clock)
        value = read_fact(clock, _NOBODY, self.account)
        return value if isinstance(value, datetime) else None

    def _in_words(self, field: Field, cells: tuple[Cell, ...], mask: int) -> BoolExpr:
        wanted: list[str] = []
        others: list[str] = []
        for index, cell in enumerate(cells):
            (wanted if mask >> index & 1 else others).extend(cell.words)  # type: ignore[union-attr]
        if len(wanted) <= len(others):
            return either([self.reader.is_word(field, word) for word in wanted])
        return negated(either([self.reader.is_word(field, word) for word in others]))

    def _in_flags(self, dimension: Dimension, field: Field, mask: int) -> BoolExpr:
        said = field.expression if dimension.tag is None else field.expression.list.contains(dimension.tag)
        yes: BoolExpr = self._keep(("flag", field.fact.name, dimension.tag), field.holds(said))
        if len(dimension.cells) == 2:  # noqa: PLR2004  (nothing said is false)
            return either([both([bool(mask & 2), yes]), both([bool(mask & 1), negated(yes)])])
        missing = self._missing(field)
        no = negated(either([yes, missing]))
        return either(both([bool(mask >> index & 1), truth]) for index, truth in enumerate((no, yes, missing)))

    def _in_stretches(self, field: Field, cells: tuple[Cell, ...], mask: int) -> Iterator[BoolExpr]:
        known = negated(self._missing(field)) if isinstance(cells[-1], MissingCell) else True
        for low, high in _runs(cells, mask, RangeCell):
            above = known if low is None else self._is_beyond(field, low)
            yield above if high is None else both([above, negated(self._is_beyond(field, high))])

    def _is_beyond(self, field: Field, cut: Boundary) -> BoolExpr:
        if field.fact.field == "note":
            if cut.at == 1:
                return self._keep(("beyond", "note", 1), self.reader.has_note(field))
            field = note_length(field)
        least = _least_whole(cut) if field.dtype.is_integer() else _least_float(cut)
        return self._keep(("beyond", field.fact.name, least), field.holds(field.expression >= least))

    def _in_ages(self, clock: Fact, cells: tuple[Cell, ...], mask: int, instant: Instant) -> Iterator[BoolExpr]:
        if self.anchor(clock) is None:
            return
        for low, high in _runs(cells, mask, AgeCell):
            young = True if high is None else negated(self.has_age(clock, high, instant))
            yield both([self._shows(clock) if low is None else self.has_age(clock, low, instant), young])

    def _shows(self, clock: Fact) -> BoolExpr:
        anchor = self.anchor(clock)
        return negated(self._missing(anchor)) if isinstance(anchor, Field) else True

    def has_age(self, clock: Fact, age: timedelta, instant: Instant) -> BoolExpr:
        """Say where a clock's instant lies at least `age` before another instant, given that this comes at all."""
        anchor = self.anchor(clock)
        if isinstance(anchor, datetime):
            return self._account_has_age(anchor, age, instant)
        if instant.clock is None:
            limit = _moved(instant.at, -age)  # type: ignore[arg-type]  # without a clock there is an instant
            at_most = None if limit is None else nw.lit(limit)
            return self._compared(("age", clock.name, age, instant), anchor.expression, at_most)  # type: ignore[union-attr]  # only clocks that show something are asked
        gap = age - instant.age
        key = ("apart", clock.name, instant.clock.name, gap)  # many borders are as far apart as others
        if key in self._kept:
            return self._kept[key]
        other = self.anchor(instant.clock)
        return self._compared(key, *_moved_apart(anchor.expression, other.expression, gap))  # type: ignore[union-attr]

    def _compared(self, key: tuple[object, ...], shown: nw.Expr, at_most: nw.Expr | None) -> BoolExpr:
        if at_most is None:
            return False
        return self._keep(key, Column((shown <= at_most).fill_null(value=False), 1))

    def _account_has_age(self, anchor: datetime, age: timedelta, instant: Instant) -> BoolExpr:
        border = add_or_none(anchor, age)
        if border is None:
            return False
        if instant.clock is None:
            return border <= instant.at  # type: ignore[operator]  # without a clock there is an instant
        limit = _moved(border, -instant.age)
        other = self.anchor(instant.clock)
        if limit is None:
            return self._shows(instant.clock)
        return self._compared(("account", border, instant), nw.lit(limit), other.expression)  # type: ignore[union-attr]

    def comes(self, clock: Fact, age: timedelta) -> BoolExpr:
        """Say where the instant `age` after what a column shows lies after now, and not after the year 9999."""
        field = self.anchor(clock)
        past = self.has_age(clock, age, Instant(self.now))
        limit = nw.lit(LAST - age)
        return both([Column((field.expression <= limit).fill_null(value=False), 1), negated(past)])  # type: ignore[union-attr]

    def _in_absence(self, fact: Fact, field: Field | None, cells: tuple[Cell, ...], mask: int) -> Iterator[BoolExpr]:
        for index, cell in enumerate(cells):
            if mask >> index & 1 and isinstance(cell, MissingCell):
                yield both([self._is_absent(fact, field), self._is_why(fact, cell)])

    def _is_absent(self, fact: Fact, field: Field | None) -> BoolExpr:
        return self._missing(field) if field is not None else self.anchor(fact) is None

    def _is_why(self, fact: Fact, cell: MissingCell) -> BoolExpr:
        """Say where a fact, if it is missing, is so for this reason."""
        if fact.happens is None:
            return cell.why is Absent.NOT_KNOWN
        if not fact.happens:
            return cell.why is Absent.DID_NOT_HAPPEN
        status = FACTS["status"]
        field = self.reader.field(status)
        if field is None:
            happened: BoolExpr = _NOBODY.status in fact.happens
        else:
            happened = self._happened(field, fact.happens)
        return happened if cell.why is Absent.NOT_KNOWN else negated(happened)

    def _happened(self, status: Field, words: tuple[str, ...]) -> BoolExpr:
        others = [word for word in status.fact.words if word not in words]
        if len(others) < len(words):
            return negated(either([self.reader.is_word(status, word) for word in others]))
        return either([self.reader.is_word(status, word) for word in words])

    def _missing(self, field: Field) -> BoolExpr:
        return self._keep(("missing", field.fact.name), Column(field.expression.is_null(), field.layer))

    def _keep(self, key: tuple[object, ...], truth: BoolExpr) -> BoolExpr:
        if key not in self._kept:
            self._kept[key] = self.reader.sheet.keep(truth)
        return self._kept[key]


def _runs(cells: tuple[Cell, ...], mask: int, kind: type[RangeCell | AgeCell]) -> Iterator[tuple[Any, Any]]:
    """Give the borders of cells of a mask that lie side by side, the lower ones first."""
    marked = [(cell, mask >> index & 1) for index, cell in enumerate(cells) if isinstance(cell, kind)]
    for wanted, group in groupby(marked, itemgetter(1)):
        side_by_side = [cell for cell, _ in group]
        if wanted:
            yield side_by_side[0].low, side_by_side[-1].high


def _least_whole(cut: Boundary) -> int:
    return floor(cut.at) + 1 if cut.after else ceil(cut.at)


def _least_float(cut: Boundary) -> float:
    near = float(cut.at)
    return nextafter(near, inf) if near < cut.at or (cut.after and near == cut.at) else near


def _moved(instant: datetime, duration: timedelta) -> datetime | None:
    try:
        return instant + duration
    except OverflowError:
        return None


def in_microseconds(duration: timedelta) -> str:
    """Write a duration as engines take it: a day of theirs may have 23 hours, a microsecond is always one."""
    return f"{duration // _MICROSECOND}us"


def _moved_apart(shown: nw.Expr, other: nw.Expr, gap: timedelta) -> tuple[nw.Expr, nw.Expr]:
    """Move the one or the other of two instants forward, so that `shown + gap <= other` is asked."""
    if gap < timedelta():
        return shown, other.dt.offset_by(in_microseconds(-gap))
    return (shown.dt.offset_by(in_microseconds(gap)) if gap else shown), other
