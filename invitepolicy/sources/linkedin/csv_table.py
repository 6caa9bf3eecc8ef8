"""A CSV file as a table: its rows with their places, and the rows that are none, told."""

from __future__ import annotations

import csv
import re
from collections import Counter
from typing import TYPE_CHECKING, Final

import attrs

from invitepolicy._core.quantities import format_count
from invitepolicy._core.text import join_words, quoted
from invitepolicy.sources.linkedin.archive import ExportError
from invitepolicy.sources.problems import RowProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from invitepolicy.sources.linkedin.archive import ExportFile

_HEADER_WITHIN: Final = 10  # lines: LinkedIn puts three before the header of Connections.csv
_DELIMITERS: Final = (",", ";")  # a spreadsheet in much of Europe saves with semicolons
_SEPARATORS: Final = re.compile(r"[\W_]+")
_READ_AGAIN: Final = 4  # times the whole file, at most, so that no pattern of quotes costs more

_OPEN_QUOTE: Final = "its quotes do not pair up; close the one that is open, and write a quote inside a cell twice"


class CellError(ValueError):
    """A cell that cannot be read: `what` says why, without repeating what might be a name, a note or an address."""

    def __init__(self, what: str) -> None:
        """Keep the sentence."""
        super().__init__(what)
        self.what = what


class RowError(ValueError):
    """A row that cannot be read: `wrong` has a sentence for each thing that is wrong with it."""

    def __init__(self, *wrong: str) -> None:
        """Keep the sentences."""
        super().__init__(*wrong)
        self.wrong = wrong


@attrs.frozen
class CsvRow:
    """A row: its place, and its cells by column."""

    place: str
    cells: Mapping[str, str] = attrs.field(repr=False)

    def read(self, column: str) -> str:
        """Give a cell without the white space around it; empty where there is no such column."""
        return self.cells.get(column, "").strip()


@attrs.frozen
class TableSchema:
    """What a table must look like: the columns that it needs, and those that it may have.

    Each member of `needed` names columns of which one must be there. `remedy` helps where they are not. `is_row` knows
    a row that a quote has swallowed.
    """

    needed: tuple[tuple[str, ...], ...]
    optional: tuple[str, ...]
    remedy: str
    is_row: Callable[[CsvRow], bool]


@attrs.frozen
class CsvTable:
    """The rows of a file, its columns, the place of its header, and the rows that could not be read."""

    name: str
    columns: tuple[str, ...]
    header: str
    rows: tuple[CsvRow, ...]
    problems: tuple[RowProblem, ...]


@attrs.frozen
class _Record:
    """What the CSV reader made of the lines from `first` to `last`: cells, or what is wrong with them."""

    first: int
    last: int
    cells: Sequence[str] = ()
    wrong: str | None = None


def read_table(file: ExportFile, form: TableSchema) -> CsvTable:
    """Read a CSV file (UTF-8; commas or semicolons) whose header stands within the first ten lines.

    Columns are known whatever their case, spaces and underscores; others get a snake_case name. Empty rows are passed
    over. Rows that are too short or too long, that hold NUL or a lone CR, or whose quotes do not pair up, are told with
    their lines and left out; a quote left open does not swallow the rows behind it. Raises ExportError where the file
    as a whole is no such table.
    """
    lines = _split(_decode(file))
    at, columns, delimiter = _find_header(file.name, lines, form)
    rows: list[CsvRow] = []
    problems: list[RowProblem] = []
    for record in _read_records(lines, at, delimiter, lambda cells: _is_row(cells, columns, form)):
        if record.wrong is None and not "".join(record.cells).strip():
            continue
        place = _place(file.name, record)
        wrong = record.wrong or _wrong(record, len(columns))
        if wrong is None:
            rows.append(CsvRow(place, dict(zip(columns, record.cells, strict=False))))
        else:
            problems.append(RowProblem(place, "error", wrong))
    return CsvTable(file.name, columns, f"{file.name}:{at}", tuple(rows), tuple(problems))


def _decode(file: ExportFile) -> str:
    try:
        return file.data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = file.data.count(b"\n", 0, error.start) + 1
        where = f"the byte at offset {error.start}, in line {line}"
        raise ExportError(f"{file.name} is not a text in UTF-8 ({where}); save it again as “CSV UTF-8”") from None


def _split(text: str) -> list[str]:
    """Split into physical lines, keeping their ends; nothing else that Unicode calls a line break is one."""
    if "\n" not in text:
        text = text.replace("\r", "\n")  # the line ends of an old Mac
    lines = [line + "\n" for line in text.split("\n")]
    last = lines.pop().removesuffix("\n")
    return [*lines, last] if last else lines


def _find_header(name: str, lines: list[str], form: TableSchema) -> tuple[int, tuple[str, ...], str]:
    """Give the header's line, counted from 1, its columns and the delimiter."""
    first = lines[:_HEADER_WITHIN]
    for delimiter in _DELIMITERS:
        for number, line in enumerate(first, 1):
            columns = _columns(line, delimiter, form)
            if not _missing(columns, form):
                _refuse_twins(f"{name}:{number}", columns)
                return number, columns, delimiter
    raise ExportError(_no_header(name, first, form))


def _no_header(name: str, first: list[str], form: TableSchema) -> str:
    if not "".join(first).strip():
        return f"{name} is empty; {form.remedy}"
    if any(not _missing(_columns(line, "\t", form), form) for line in first):
        return f"{name} separates its columns by tabs; save it again as CSV, with commas"
    missing = min((_missing(_columns(line, mark, form), form) for line in first for mark in _DELIMITERS), key=len)
    columns = "the column" if len(missing) == 1 else "the columns"
    return f"{name} lacks {columns} {join_words(missing, 'and')} in the first {_HEADER_WITHIN} lines; {form.remedy}"


def _columns(line: str, delimiter: str, form: TableSchema) -> tuple[str, ...]:
    known = {_plain(name): name for name in (*(name for names in form.needed for name in names), *form.optional)}
    return tuple(known.get(_plain(title)) or _snake(title) for title in _cells(line, delimiter))


def _missing(columns: tuple[str, ...], form: TableSchema) -> list[str]:
    return [join_words(names) for names in form.needed if not set(names) & set(columns)]


def _refuse_twins(place: str, columns: tuple[str, ...]) -> None:
    column, times = Counter(filter(None, columns)).most_common(1)[0]
    if times > 1:
        raise ExportError(f"{place} has the column {quoted(column)} twice; rename or delete one of them")


def _plain(title: str) -> str:
    return _SEPARATORS.sub("", title.casefold())


def _snake(title: str) -> str:
    return _SEPARATORS.sub("_", title.casefold()).strip("_")


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _read_records(lines: list[str], at: int, delimiter: str, is_row: Callable[[list[str]], bool]) -> Iterator[_Record]:
    """Read on behind the header. Where a quote was left open, only its line is lost: the next one is read afresh."""
    start = at
    budget = _READ_AGAIN * len(lines)
    while start < len(lines):
        record = _read_record(lines, start, delimiter)
        behind = lines[record.first : record.last]
        if behind and (record.wrong == _OPEN_QUOTE or any(is_row(_cells(line, delimiter)) for line in behind)):
            budget -= len(behind)
            record = _Record(record.first, record.first if budget > 0 else record.last, wrong=_OPEN_QUOTE)
        yield record
        start = record.last


def _read_record(lines: list[str], start: int, delimiter: str) -> _Record:
    reader = csv.reader((lines[index] for index in range(start, len(lines))), delimiter=delimiter, strict=True)
    try:
        cells = next(reader)
    except csv.Error as error:
        # A cell too long to be one is a quote left open as well.
        wrong = "a carriage return stands inside it; take it out" if "unquoted" in str(error) else _OPEN_QUOTE
        return _Record(start + 1, start + reader.line_num, wrong=wrong)
    return _Record(start + 1, start + reader.line_num, cells)


def _is_row(cells: list[str], columns: tuple[str, ...], form: TableSchema) -> bool:
    return len(cells) == len(columns) and form.is_row(CsvRow("", dict(zip(columns, cells, strict=True))))


def _wrong(record: _Record, width: int) -> str | None:
    found = len(record.cells)
    if found < width or "".join(record.cells[width:]).strip():
        return f"it has {format_count(found, 'cell')}, the header {width}; put cells that hold commas in quotes"
    if "\0" in "".join(record.cells):
        return "it holds a NUL character; take it out"
    return None


def _place(name: str, record: _Record) -> str:
    return f"{name}:{record.first}" if record.first == record.last else f"{name}:{record.first}-{record.last}"
