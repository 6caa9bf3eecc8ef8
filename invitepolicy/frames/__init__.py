"""Whole data frames: every row's answers as columns, on any engine that narwhals drives."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

import narwhals.stable.v2 as nw

from invitepolicy._core.errors import RecordError
from invitepolicy._core.records import NO_ACCOUNT
from invitepolicy._core.text import did_you_mean, join_words
from invitepolicy._decide.decide import read_clock
from invitepolicy.frames.columns import ColumnReader, run_checks
from invitepolicy.frames.evaluate import answer_columns
from invitepolicy.frames.expressions import TempColumns
from invitepolicy.frames.membership import Membership

if TYPE_CHECKING:
    from collections.abc import Iterable

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
    """Answer the policy's questions about every row of a data frame, all at the same instant.

    The columns are named as the fields of an `Invitation`, own facts `my_…`; what is missing, a column or a value,
    is what a record takes for it. Each decision `D` gets the columns `D`, `D_rule`, `D_changes_at` and
    `D_changes_to`. `decisions` picks some; a mapping also says what to call them: the shipped policies' `note`
    replaces the input's column of that name, `{"note": "advice"}` keeps both. The frame given back is of the kind
    given, the columns stand behind its own, and a lazy one stays lazy. `now` is read once from the clock if left out,
    and `account` is that of all rows.

    Kinds and time zones are checked by the schema, values by a look at the columns, which for a lazy frame is a query
    of one row: an engine's own error, later, would name no column. Raises RecordError, which names the column.
    """
    data = _as_frame(frame)
    instant = _checked_now(now)
    names = _names(policy, decisions)
    schema = data.collect_schema()
    sheet = TempColumns(schema)
    reader = ColumnReader(schema, data.implementation, sheet)
    lying = Membership(reader, account or NO_ACCOUNT, instant)
    kind = nw.Enum if data.implementation.is_polars() else lambda _: nw.String
    columns = {
        column: expression
        for decision, name in names.items()
        for column, expression in answer_columns(policy.decisions[decision], lying, name, kind)
    }
    if len(columns) < 4 * len(names):
        raise RecordError("decisions", None, "two answers would stand in one column; name one of them otherwise")
    laid = sheet.lay(data, 0, 1)
    run_checks(laid, reader.checks)
    decided = sheet.lay(laid, 1).with_columns(**columns)
    kept = [name for name in schema if name not in columns]
    return decided.select(*kept, *columns).to_native()  # type: ignore[no-any-return]


def _as_frame(frame: Any) -> Any:
    try:
        data = nw.from_native(frame)
    except TypeError:
        raise RecordError("frame", None, "this is no data frame; narwhals tells which there are") from None
    if data.implementation in _REFUSED:
        engine = data.implementation.value
        raise RecordError("frame", None, f"{engine} cannot keep true, false and missing apart; use another engine")
    return data


def _checked_now(now: datetime | None) -> datetime:
    if now is None:
        return read_clock()
    if not isinstance(now, datetime) or now.utcoffset() is None:
        raise RecordError("now", now, "this is no instant with a time zone; add tzinfo=timezone.utc")
    return now.astimezone(UTC)


def _names(policy: Policy, decisions: Iterable[str] | Mapping[str, str] | None) -> dict[str, str]:
    """Give the decisions that are asked for, each with the column of its outcome."""
    known = [name for name, decision in policy.decisions.items() if decision.subject == "invitation"]
    if decisions is None:
        return dict(zip(known, known, strict=True))
    names = dict(decisions) if isinstance(decisions, Mapping) else {name: name for name in decisions}
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known, f"there are {join_words(known, 'and')}")
            raise RecordError("decisions", name, f"the policy has no such decision about an invitation; {hint}")
    return names
