"""In which rows a fact's value lies in given cells, now or at the instant at which another clock of the row turns."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import groupby
from math import ceil, floor, inf, nextafter
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, assert_never

import attrs
import narwhals.stable.v2 as nw

from invitepolicy._core.facts import FACTS
from invitepolicy._core.quantities import add_or_none
from invitepolicy._core.records import Absent, Invitation, read_fact
from invitepolicy._prove.cells import AgeCell, ChoiceCell, FlagCell, MissingCell, RangeCell, find_cell
from invitepolicy.frames.columns import LAST, Field, note_length
from invitepolicy.frames.expressions import Column, both, either, negated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from invitepolicy._core.facts import Fact
    from invitepolicy._core.records import Account
    from invitepolicy._prove.cells import Boundary, Cell, Dimension
    from invitepolicy.frames.columns import ColumnReader
    from invitepolicy.frames.expressions import BoolExpr

# What a frame says of each row in the columns that it lacks: the defaults of the record.
_NOBODY: Final = Invitation()
_MICROSECOND: Final = timedelta(microseconds=1)


@attrs.frozen
class Instant:
    """An instant: `at`, the same for all rows, or each row's own, `age` after the value of its `clock`."""

    at: datetime | None = None
    clock: Fact | None = None
    age: timedelta = timedelta()


class Membership:
    """Builds, per fact, the expression “its value is in these cells”; each distinct one is stored once."""

    def __init__(self, reader: ColumnReader, account: Account, now: datetime) -> None:
        """Read facts through `reader`, those of the account from `account`, at the instant `now`."""
        self.reader: ColumnReader = reader
        self.account: Account = account
        self.now: datetime = now
        self._stored: dict[tuple[object, ...], BoolExpr] = {}

    def in_cells(self, dimension: Dimension, mask: int, instant: Instant) -> BoolExpr:
        """Return where a fact's value at an instant lies in one of the cells whose bits are set in `mask`."""
        fact, cells = dimension.fact, dimension.cells
        field = self.reader.field(fact) if fact.subject == "invitation" else None
        if fact.kind == "clock":
            return either([*self._in_ages(fact, cells, mask, instant), *self._in_absence(fact, field, cells, mask)])
        if field is None:
            # A fact of the account, or a column that the frame lacks, has one value in all rows.
            value = read_fact(fact, _NOBODY, self.account)
            return bool(mask >> find_cell(dimension, value, self.now) & 1)
        # The first cell shows the kind of the fact; cells of a missing value stand last.
        match cells[0]:
            case ChoiceCell():
                return self._in_words(field, cells, mask)
            case FlagCell():
                return self._in_flags(dimension, field, mask)
            case RangeCell() | AgeCell() | MissingCell():
                return either([*self._in_ranges(field, cells, mask), *self._in_absence(fact, field, cells, mask)])
            case _ as never:
                assert_never(never)

    def anchor(self, clock: Fact) -> Field | datetime | None:
        """Return the value of a clock: a column, an instant of the account, or None where there is neither."""
        if clock.subject == "invitation":
            return self.reader.field(clock)
        value = read_fact(clock, _NOBODY, self.account)
        return value if isinstance(value, datetime) else None

    def _in_words(self, field: Field, cells: tuple[Cell, ...], mask: int) -> BoolExpr:
        in_mask: list[str] = []
        others: list[str] = []
        for index, cell in enumerate(cells):
            (in_mask if mask >> index & 1 else others).extend(cell.words)  # type: ignore[union-attr]
        if len(in_mask) <= len(others):
            return either([self.reader.is_word(field, word) for word in in_mask])
        return negated(either([self.reader.is_word(field, word) for word in others]))

    def _in_flags(self, dimension: Dimension, field: Field, mask: int) -> BoolExpr:
        is_true = field.expression if dimension.tag is None else field.expression.list.contains(dimension.tag)
        # Bit 0 is the cell of false, bit 1 that of true, bit 2 that of a missing value, if there is one.
        yes: BoolExpr = self._store(("flag", field.fact.name, dimension.tag), field.where(is_true))
        if len(dimension.cells) == 2:  # noqa: PLR2004  (a missing value is false)
            return either([both([bool(mask & 2), yes]), both([bool(mask & 1), negated(yes)])])
        missing = self._missing(field)
        no = negated(either([yes, missing]))
        return either(both([bool(mask >> index & 1), expr]) for index, expr in enumerate((no, yes, missing)))

    def _in_ranges(self, field: Field, cells: tuple[Cell, ...], mask: int) -> Iterator[BoolExpr]:
        # For a range without a lower boundary: “not beyond its upper one” is true of a missing value as well.
        known = negated(self._missing(field)) if isinstance(cells[-1], MissingCell) else True
        for low, high in _runs(cells, mask, RangeCell):
            above = known if low is None else self._is_beyond(field, low)
            yield above if high is None else both([above, negated(self._is_beyond(field, high))])

    def _is_beyond(self, field: Field, boundary: Boundary) -> BoolExpr:
        if field.fact.field == "note":
            # Whether there is a note can be reported without counting its characters.
            if boundary.at == 1:
                return self._store(("beyond", "note", 1), self.reader.has_note(field))
            field = note_length(field)
        # The least value of the column's type beyond the boundary, so that no engine rounds a threshold.
        least = _least_integer(boundary) if field.dtype.is_integer() else _least_float(boundary)
        return self._store(("beyond", field.fact.name, least), field.where(field.expression >= least))

    def _in_ages(self, clock: Fact, cells: tuple[Cell, ...], mask: int, instant: Instant) -> Iterator[BoolExpr]:
        if self.anchor(clock) is None:
            return
        for low, high in _runs(cells, mask, AgeCell):
            young = True if high is None else negated(self.has_age(clock, high, instant))
            yield both([self._is_known(clock) if low is None else self.has_age(clock, low, instant), young])

    def _is_known(self, clock: Fact) -> BoolExpr:
        anchor = self.anchor(clock)
        return negated(self._missing(anchor)) if isinstance(anchor, Field) else True

    def has_age(self, clock: Fact, age: timedelta, instant: Instant) -> BoolExpr:
        """Return where a clock's value lies at least `age` before an instant, provided that the instant exists."""
        anchor = self.anchor(clock)
        if isinstance(anchor, datetime):
            return self._account_has_age(anchor, age, instant)
        if instant.clock is None:
            # Not `anchor + age <= at`: so the rows need no addition, which could overflow.
            latest = _add(instant.at, -age)  # type: ignore[arg-type]  # without a clock there is an instant
            limit = None if latest is None else nw.lit(latest)
            return self._at_most(("age", clock.name, age, instant), anchor.expression, limit)  # type: ignore[union-attr]  # only clocks with a value are asked
        # `anchor + age <= other + instant.age`, with both ages on one side.
        gap = age - instant.age
        key = ("apart", clock.name, instant.clock.name, gap)  # many turning points are equally far apart
        if key in self._stored:
            return self._stored[key]
        other = self.anchor(instant.clock)
        return self._at_most(key, *_shift_apart(anchor.expression, other.expression, gap))  # type: ignore[union-attr]

    def _at_most(self, key: tuple[object, ...], anchor: nw.Expr, limit: nw.Expr | None) -> BoolExpr:
        # The limit lies before the year 1, and so before every value.
        if limit is None:
            return False
        # Layer 1, since an instant that had to be brought to UTC is a column of the first layer.
        return self._store(key, Column((anchor <= limit).fill_null(value=False), 1))

    def _account_has_age(self, anchor: datetime, age: timedelta, instant: Instant) -> BoolExpr:
        turning_point = add_or_none(anchor, age)
        if turning_point is None:
            return False
        if instant.clock is None:
            return turning_point <= instant.at  # type: ignore[operator]  # without a clock there is an instant
        limit = _add(turning_point, -instant.age)
        other = self.anchor(instant.clock)
        # The limit lies before the year 1, and so before every value of the other clock.
        if limit is None:
            return self._is_known(instant.clock)
        return self._at_most(("account", turning_point, instant), nw.lit(limit), other.expression)  # type: ignore[union-attr]

    def is_coming(self, clock: Fact, age: timedelta) -> BoolExpr:
        """Return where the instant `age` after a column's value is still to come, and not after the year 9999."""
        field = self.anchor(clock)
        past = self.has_age(clock, age, Instant(self.now))
        limit = nw.lit(LAST - age)
        return both([Column((field.expression <= limit).fill_null(value=False), 1), negated(past)])  # type: ignore[union-attr]

    def _in_absence(self, fact: Fact, field: Field | None, cells: tuple[Cell, ...], mask: int) -> Iterator[BoolExpr]:
        for index, cell in enumerate(cells):
            if mask >> index & 1 and isinstance(cell, MissingCell):
                yield both([self._is_absent(fact, field), self._has_reason(fact, cell)])

    def _is_absent(self, fact: Fact, field: Field | None) -> BoolExpr:
        return self._missing(field) if field is not None else self.anchor(fact) is None

    def _has_reason(self, fact: Fact, cell: MissingCell) -> BoolExpr:
        """Return where a fact, if it is missing, is missing for the reason of this cell."""
        # None: not known, in any status. Empty (the clock of the account): it did not happen, in any status.
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
        return self._store(("missing", field.fact.name), Column(field.expression.is_null(), field.layer))

    def _store(self, key: tuple[object, ...], expr: BoolExpr) -> BoolExpr:
        if key not in self._stored:
            self._stored[key] = self.reader.temp_columns.store(expr)
        return self._stored[key]


def _runs(cells: tuple[Cell, ...], mask: int, kind: type[RangeCell | AgeCell]) -> Iterator[tuple[Any, Any]]:
    """Yield the lower and upper boundary of each run of adjacent cells in `mask`, in order."""
    marked = [(cell, mask >> index & 1) for index, cell in enumerate(cells) if isinstance(cell, kind)]
    for in_mask, group in groupby(marked, itemgetter(1)):
        run = [cell for cell, _ in group]
        if in_mask:
            yield run[0].low, run[-1].high


def _least_integer(boundary: Boundary) -> int:
    return floor(boundary.at) + 1 if boundary.after else ceil(boundary.at)


def _least_float(boundary: Boundary) -> float:
    # The nearest float can be below the boundary, as for 10**17 + 1: then the next float is the least beyond.
    nearest = float(boundary.at)
    return nextafter(nearest, inf) if nearest < boundary.at or (boundary.after and nearest == boundary.at) else nearest


def _add(instant: datetime, duration: timedelta) -> datetime | None:
    try:
        return instant + duration
    except OverflowError:
        return None


def in_microseconds(duration: timedelta) -> str:
    """Format a duration for an engine, in microseconds: an engine's day may have 23 hours."""
    return f"{duration // _MICROSECOND}us"


def _shift_apart(anchor: nw.Expr, other: nw.Expr, gap: timedelta) -> tuple[nw.Expr, nw.Expr]:
    """Move one of two instants forward, so that comparing them asks whether `anchor + gap <= other`.

    Never backward: that could pass the first year, which not every engine can represent.
    """
    if gap < timedelta():
        return anchor, other.dt.offset_by(in_microseconds(-gap))
    return (anchor.dt.offset_by(in_microseconds(gap)) if gap else anchor), other
