"""Timetables for a terminal: who stands at the left, and when stands above."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from invitepolicy.cli.text.terminal import pad_cell, width_of, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from invitepolicy.analysis.timetable import Timetable, TimetableRow
    from invitepolicy.cli.text.terminal import Style

_GAP: Final = 2
_WHO: Final = (16, 40)  # columns for who it is, at least and at most
_SAME: Final = '"'


def format_timetables(tables: Iterable[Timetable], *, style: Style, width: int) -> Iterator[str]:
    """Give tables as lines of at most `width` columns, with a line between them.

    A `"` says that an outcome is the one to its left. Where the columns of a table leave no room for who it is, each
    row is told as a list instead.
    """
    for number, table in enumerate(tables):
        if number:
            yield ""
        yield from map(style.heading, wrap(table.question or table.decision, width=width))
        yield from _table(table, style, width)


def _table(table: Timetable, style: Style, width: int) -> Iterator[str]:
    if not table.rows:
        yield "  Nobody is asked about."
        return
    columns = [_heading(table, index) for index in range(len(table.columns))]
    shown = [_outcomes(row) for row in table.rows]
    wide = [
        max(width_of(text) for text in (heading, *(cells[index] for cells in shown))) + _GAP
        for index, heading in enumerate(columns)
    ]
    room = width - sum(wide) - _GAP
    if room < _WHO[0]:
        yield from _list(table, columns, width)
        return
    who = min(room, _WHO[1], max(width_of(row.who) for row in table.rows) + _GAP)
    if table.clock is not None:
        yield style.faint(_line(" " * who, columns, wide))
    for row, cells in zip(table.rows, shown, strict=True):
        *above, last = wrap(row.who, width=who - _GAP)
        yield from (f"  {line}" for line in above)
        yield _line(pad_cell(last, who), cells, wide)


def _heading(table: Timetable, index: int) -> str:
    return table.columns[index] if index or table.clock is None else f"{_named(table.clock)}: {table.columns[0]}"


def _named(clock: str) -> str:
    return clock.removeprefix("account_").replace("_", " ")


def _outcomes(row: TimetableRow) -> list[str]:
    """Give the outcomes of a row; one that is as to its left is not said again."""
    said = [outcome.replace("_", " ") or "-" for outcome in row.outcomes]
    return [_SAME if index and text == said[index - 1] else text for index, text in enumerate(said)]


def _line(who: str, cells: Sequence[str], wide: Sequence[int]) -> str:
    return f"  {who}{''.join(pad_cell(text, columns) for text, columns in zip(cells, wide, strict=True))}".rstrip()


def _list(table: Timetable, columns: Sequence[str], width: int) -> Iterator[str]:
    for row in table.rows:
        yield from wrap(row.who, width=width, indent="  ", hanging="    ")
        for heading, outcome in zip(columns, row.outcomes, strict=True):
            said = outcome.replace("_", " ") or "-"
            yield from wrap(f"{heading}: {said}" if heading else said, width=width, indent="      ", hanging="        ")
