"""CSV text in which a spreadsheet finds no formula, and the inverse for its cells."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

# What a spreadsheet would run as a formula, full-width forms included, also behind quotes that escape it already.
_FORMULA: Final = re.compile("'*[=+@\t\r\n\uff1d\uff0b\uff0d\uff20-]")


def write_table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return CSV text in which no cell is a formula to a spreadsheet; `unescape_cell` is the inverse for a cell."""
    return "".join(map(format_row, (columns, *rows)))


def format_row(cells: Iterable[str]) -> str:
    """Return one row of such a text, with its line end."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow([escape_cell(cell) for cell in cells])
    return text.getvalue()


def escape_cell(text: str) -> str:
    """Return the text, with a quote before what a spreadsheet would run."""
    return f"'{text}" if _FORMULA.match(text) else text


def unescape_cell(text: str) -> str:
    """Return the text without the quote of `escape_cell`: `unescape_cell(escape_cell(text)) == text`."""
    # A quote before anything else ('tis) is the text's own, and stays.
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text
