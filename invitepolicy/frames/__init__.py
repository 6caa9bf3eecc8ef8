"""Whole data frames: a policy's answers as columns, on any engine that narwhals supports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar

import narwhals.stable.v2 as nw

from invitepolicy._core.errors import RecordError
from invitepolicy._core.fields import read_instant
from invitepolicy._core.records import NO_ACCOUNT
from invitepolicy._core.text import did_you_mean, join_words
from invitepolicy._decide.decide import read_clock
from invitepolicy.frames.columns import ColumnReader, run_checks
from invitepolicy.frames.evaluate import answer_columns
from invitepolicy.frames.expressions import TempColumns
from invitepolicy.frames.membership import Membership

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from invitepolicy import Account, Policy

Frame = TypeVar("Frame")

_REFUSED: Final = (nw.Implementation.DASK, nw.Implementation.IBIS)


def decide_frame(
    policy: Policy,
    frame: Frame,
    *,
    now: datetime | None = None,
    account: Account | None = None,
    decisions: Iterable[str] | Mapping[str, str] | None = None,
) -> Frame:
    """Return the frame with the policy's decisions about every row, all at the same instant, as further columns.

    `frame` has one row per invitation. Its columns are named like the fields of an `Invitation`, own facts `my_…`;
    others are passed through. A missing column or value counts as the default of the record's field. A column has the
    type of its field: instants with a time zone (of any resolution; `changes_at` is cut to microseconds), text or
    categories, booleans, whole numbers, numbers (a share from 0 to 1), lists of text.

    Each decision `D` gets the columns `D` (outcome), `D_rule`, `D_changes_at` (UTC) and `D_changes_to`, as `decide`
    answers them: the last three are null without a rule or a change. `decisions` selects some; a mapping also names
    their columns. An answer replaces an input column of its name: the shipped policies' `note` replaces the column
    `note`, `{"note": "advice"}` keeps both. The result is of the same kind as `frame`, its new columns stand last, a
    lazy frame stays lazy, and a frame without rows gets columns without rows.

    `now` is a timezone-aware datetime; without it, the clock is read once. `account` applies to all rows.

    Raise RecordError, with the name of the column in `field`, for a column of a wrong type, a value that no record
    can have, an unknown decision, two answers of the same name, a naive `now`, or a frame of an unsupported engine.
    Types and time zones are checked by the schema, values by a query, which collects one row of a lazy frame: an
    error of the engine's, later, would not name the column.
    """
    data = _as_frame(frame)
    instant = _checked_now(now)
    names = _names(policy, decisions)
    schema = data.collect_schema()
    temp_columns = TempColumns(schema)
    reader = ColumnReader(schema, data.implementation, temp_columns)
    membership = Membership(reader, account or NO_ACCOUNT, instant)
    dtype = nw.Enum if data.implementation.is_polars() else lambda _: nw.String
    columns = {
        column: expression
        for decision, name in names.items()
        for column, expression in answer_columns(policy.decisions[decision], membership, name, dtype)
    }
    # Each decision has four columns; where there are fewer, two of them had the same name.
    if len(columns) < 4 * len(names):
        raise RecordError("decisions", None, "two answers have the same column name", "rename one of them", "column")
    # Only now, since an own fact is read, and so checked, where a condition names it. The checks use no more
    # than the first layer (instants in UTC, words of choices): the others are not computed for them.
    checked = temp_columns.add_layers(data, 0, 1)
    run_checks(checked, reader.checks)
    decided = temp_columns.add_layers(checked, 1).with_columns(**columns)
    others = [name for name in schema if name not in columns]
    return decided.select(*others, *columns).to_native()  # type: ignore[no-any-return]


def _as_frame(frame: Any) -> Any:
    try:
        data = nw.from_native(frame)
    except TypeError:
        raise RecordError(
            "frame", None, "is not a data frame", "give one of an engine that narwhals supports", "frame"
        ) from None
    if data.implementation in _REFUSED:
        engine = data.implementation.value
        raise RecordError(
            "frame", None, f"{engine} cannot distinguish false from missing", "use another engine", "frame"
        )
    return data


def _checked_now(now: datetime | None) -> datetime:
    if now is None:
        return read_clock()
    return read_instant("now", now)


def _names(policy: Policy, decisions: Iterable[str] | Mapping[str, str] | None) -> dict[str, str]:
    """Return the selected decisions, each with the column of its outcome."""
    known = [name for name, decision in policy.decisions.items() if decision.subject == "invitation"]
    if decisions is None:
        return dict(zip(known, known, strict=True))
    names = dict(decisions) if isinstance(decisions, Mapping) else {name: name for name in decisions}
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known, f"there are {join_words(known, 'and')}")
            raise RecordError(
                "decisions", name, "the policy has no such decision about an invitation", hint, "decision"
            )
    return names
