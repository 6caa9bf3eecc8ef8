"""A CSV file as a table: its rows with their places, and a problem for each row that cannot be read."""

from __future__ import annotations

import csv
import re
from collections import Counter
from typing import TYPE_CHECKING, Final

import attrs

from invitepolicy._core.quantities import format_count
from invitepolicy._core.text import join_words, quoted
from invitepolicy.sources.linkedin.archive import ExportError
from invitepolicy.sources.problems import Mistake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from invitepolicy.sources.linkedin.archive import ExportFile
    from invitepolicy.sources.problems import RowProblem

_HEADER_WITHIN: Final = 10  # lines: LinkedIn puts three before the header of Connections.csv
_DELIMITERS: Final = (",", ";")  # a spreadsheet in much of Europe saves with semicolons
_SEPARATORS: Final = re.compile(r"[\W_]+")
_READ_AGAIN: Final = 4  # times the whole file at most, whatever the pattern of quotes

_OPEN_QUOTE: Final = Mistake(
    "open-quote", "a quotation mark is not closed", "close it, and double a quotation mark inside a cell"
)
_LONE_CR: Final = Mistake("carriage-return", "the row holds a carriage return outside quotes", "remove it")
_NUL: Final = Mistake("nul", "the row holds a NUL character", "remove it")
# The place behind a carriage return that no line feed follows: the piece before it keeps its end.
_BETWEEN_LONE_CRS: Final = re.compile(r"(?<=\r)(?!\n)")


@attrs.frozen
class CsvRow:
    """A row: its place, and its cells by column."""

    place: str
    cells: Mapping[str, str] = attrs.field(repr=False)

    def read(self, column: str) -> str:
        """Return a cell without surrounding white space; empty where there is no such column."""
        return self.cells.get(column, "").strip()


@attrs.frozen
class TableSchema:
    """The columns that a table needs, and those that it may have.

    Of each member of `needed`, one column must be there; `remedy` is the hint where none is. `is_row` recognises a
    line that is a row of its own, and not part of a quoted cell that was left open above it.
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
    """The lines from `first` to `last`, counted from 1, as the CSV reader takes them: cells, or what is wrong."""

    first: int
    last: int
    cells: Sequence[str] = ()
    mistake: Mistake | None = None


def read_table(file: ExportFile, form: TableSchema) -> CsvTable:
    """Read a CSV file (UTF-8; commas or semicolons) whose header is within the first ten lines.

    Columns are recognised whatever their case, spaces and underscores; unknown ones get a snake_case name. Empty rows
    are skipped. Rows that are too short or too long, hold NUL or a carriage return outside quotes, or leave a quotation
    mark open, are left out with a problem at their lines; an open quotation mark does not swallow the rows below it.
    Raise ExportError if the file as a whole is not such a table.
    """
    lines = _split(_decode(file))
    at, columns, delimiter = _find_header(file.name, lines, form)
    rows: list[CsvRow] = []
    problems: list[RowProblem] = []
    for record in _read_records(lines, at, delimiter, lambda cells: _is_row(cells, columns, form)):
        if record.mistake is None and not "".join(record.cells).strip():
            continue
        place = _place(file.name, record)
        mistake = record.mistake or _mistake(record, len(columns))
        if mistake is None:
            # Not strict: `_mistake` lets empty cells at the end pass, and they have no column.
            rows.append(CsvRow(place, dict(zip(columns, record.cells, strict=False))))
        else:
            problems.append(mistake.at(place))
    return CsvTable(file.name, columns, f"{file.name}:{at}", tuple(rows), tuple(problems))


def _decode(file: ExportFile) -> str:
    try:
        # Not by the codec `utf-8-sig`, whose errors count their offset from behind the byte-order mark.
        return file.data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = file.data.count(b"\n", 0, error.start) + 1
        where = f"the byte at offset {error.start}, in line {line}"
        raise ExportError(f"{file.name} is not UTF-8 text ({where}); save it again as “CSV UTF-8”") from None


def _split(text: str) -> list[str]:
    """Split into physical lines, keeping their ends; what else Unicode calls a line break is none."""
    if "\n" not in text:
        text = text.replace("\r", "\n")  # the line ends of an old Mac
    lines = [line + "\n" for line in text.split("\n")]
    # What is behind the last line feed has none of its own, and is no line if it is empty.
    last = lines.pop().removesuffix("\n")
    return [*lines, last] if last else lines


def _find_header(name: str, lines: list[str], form: TableSchema) -> tuple[int, tuple[str, ...], str]:
    """Return the header's line, counted from 1, its columns and the delimiter."""
    first = lines[:_HEADER_WITHIN]
    for delimiter in _DELIMITERS:
        for number, line in enumerate(first, 1):
            columns = _columns(line, delimiter, form)
            if not _missing(columns, form):
                _refuse_duplicates(f"{name}:{number}", columns)
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


def _refuse_duplicates(place: str, columns: tuple[str, ...]) -> None:
    # Columns without a title may repeat: they come from delimiters at the end, and nobody reads them.
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
    """Yield the records below the header. An open quotation mark costs only its line: reading resumes at the next."""
    start = at
    # Where each line opens a quote that takes in all others, reading again would take quadratic time.
    budget = _READ_AGAIN * len(lines)
    while start < len(lines):
        record = _read_record(lines, start, delimiter)
        # `first` is counted from 1, so that this slice begins behind the record's first line.
        below = lines[record.first : record.last]
        # A cell of several lines is a note, unless one of them reads as a row: then the quotation mark was
        # left open, and one in a later row happened to close it.
        if below and (record.mistake == _OPEN_QUOTE or any(is_row(_cells(line, delimiter)) for line in below)):
            budget -= len(below)
            # Once the budget is spent, the record is reported as a whole and costs all its lines.
            record = _Record(record.first, record.first if budget > 0 else record.last, mistake=_OPEN_QUOTE)
        yield record
        start = record.last


def _read_record(lines: list[str], start: int, delimiter: str) -> _Record:
    # Not `lines[start:]`, which would copy the rest of the file for each record. Strict: else an open quote
    # at the end of the file, and text behind a closing one, would be taken as they are.
    reader = csv.reader((lines[index] for index in range(start, len(lines))), delimiter=delimiter, strict=True)
    try:
        cells = next(reader)
    except csv.Error:
        # A cell longer than the reader's limit (131,072 characters) is taken for an open quote as well.
        end = start + reader.line_num
        mistake = _LONE_CR if _ends_at_lone_cr(lines[start:end], delimiter) else _OPEN_QUOTE
        return _Record(start + 1, end, mistake=mistake)
    return _Record(start + 1, start + reader.line_num, cells)


def _ends_at_lone_cr(lines: list[str], delimiter: str) -> bool:
    """Return whether a record that the CSV reader refused holds a carriage return outside quotes.

    Its errors carry no code. But given the pieces between the carriage returns as lines, it ends the record at one
    that is outside quotes; otherwise it fails again, on a quotation mark or on a cell that is too long.
    """
    try:
        next(csv.reader(_BETWEEN_LONE_CRS.split("".join(lines)), delimiter=delimiter, strict=True))
    except csv.Error:
        return False
    return True


def _is_row(cells: list[str], columns: tuple[str, ...], form: TableSchema) -> bool:
    return len(cells) == len(columns) and form.is_row(CsvRow("", dict(zip(columns, cells, strict=True))))


def _mistake(record: _Record, width: int) -> Mistake | None:
    number = len(record.cells)
    # Spreadsheets add empty cells at the end of a row: these are no mistake.
    if number < width or "".join(record.cells[width:]).strip():
        what = f"the row has {format_count(number, 'cell')}, the header {width}"
        return Mistake("width", what, "put cells that hold commas in quotes")
    if "\0" in "".join(record.cells):
        return _NUL
    return None


def _place(name: str, record: _Record) -> str:
    return f"{name}:{record.first}" if record.first == record.last else f"{name}:{record.first}-{record.last}"
