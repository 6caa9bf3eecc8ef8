"""Timetables as text for a terminal: a row for each kind of person, a column for each span of time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from invitepolicy.cli.text.terminal import pad_cell, width_of, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from invitepolicy.analysis.timetable import Timetable, TimetableRow
    from invitepolicy.cli.text.terminal import Style

_GAP: Final = 2
_WHO: Final = (16, 40)  # columns for who a row is about, at least and at most
_DITTO: Final = '"'


def format_timetables(tables: Iterable[Timetable], *, style: Style, width: int) -> Iterator[str]:
    """Yield tables as lines of at most `width` columns, with an empty line between them.

    A `"` repeats the outcome to its left. If the columns of a table leave no room for who it is about, each row becomes
    a list instead.
    """
    for number, table in enumerate(tables):
        if number:
            yield ""
        yield from map(style.heading, wrap(table.question or table.decision, width=width))
        yield from _table(table, style, width)


def _table(table: Timetable, style: Style, width: int) -> Iterator[str]:
    if not table.rows:
        yield "  No record reaches this decision."
        return
    columns = [_heading(table, index) for index in range(len(table.columns))]
    shown = [_outcomes(row) for row in table.rows]
    widths = [
        max(width_of(text) for text in (heading, *(cells[index] for cells in shown))) + _GAP
        for index, heading in enumerate(columns)
    ]
    # The last gap is the indent.
    room = width - sum(widths) - _GAP
    if room < _WHO[0]:
        yield from _list(table, columns, width)
        return
    who = min(room, _WHO[1], max(width_of(row.who) for row in table.rows) + _GAP)
    # A table without a date has one column, and nothing to head it with.
    if table.clock is not None:
        yield style.faint(_line(" " * who, columns, widths))
    for row, cells in zip(table.rows, shown, strict=True):
        # The outcomes stand beside the last line of a long description.
        *above, last = wrap(row.who, width=who - _GAP)
        yield from (f"  {line}" for line in above)
        yield _line(pad_cell(last, who), cells, widths)


def _heading(table: Timetable, index: int) -> str:
    # The first heading also names the date from which the ages count: “sent: at once”.
    return table.columns[index] if index or table.clock is None else f"{_named(table.clock)}: {table.columns[0]}"


def _named(clock: str) -> str:
    return clock.removeprefix("account_").replace("_", " ")


def _outcomes(row: TimetableRow) -> list[str]:
    """Return the outcomes of a row; one that equals its left neighbour is a ditto mark."""
    words = [_outcome(outcome) for outcome in row.outcomes]
    return [_DITTO if index and text == words[index - 1] else text for index, text in enumerate(words)]


def _outcome(outcome: str) -> str:
    return outcome.replace("_", " ") or "-"  # empty: no record of the row can be in this column


def _line(who: str, cells: Sequence[str], widths: Sequence[int]) -> str:
    return f"  {who}{''.join(pad_cell(text, columns) for text, columns in zip(cells, widths, strict=True))}".rstrip()


def _list(table: Timetable, columns: Sequence[str], width: int) -> Iterator[str]:
    for row in table.rows:
        yield from wrap(row.who, width=width, indent="  ", hanging="    ")
        for heading, outcome in zip(columns, row.outcomes, strict=True):
            words = _outcome(outcome)
            yield from wrap(
                f"{heading}: {words}" if heading else words, width=width, indent="      ", hanging="        "
            )
