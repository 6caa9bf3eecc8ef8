"""CSV that a spreadsheet opens and does not run."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invitepolicy.sources.csv_safe import escape_cell, unescape_cell, write_table


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "\uff1d1", "\uff0b1", "\uff0d1", "\uff20x", "'=1"]
)
def test_a_formula_is_defused(text):
    """Whatever a spreadsheet would run gets a quote before it, once more where it has one."""
    assert escape_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "x=1", "'tis", "O'Shea", "''", " x"])
def test_a_plain_text_stays(text):
    """Nothing else is touched, either way."""
    assert escape_cell(text) == unescape_cell(text) == text


@given(st.lists(st.text(st.sampled_from("'=+-@\t\r\n\"\uff1d,;ab "), max_size=6), min_size=1, max_size=4))
def test_defused_cells_come_back(cells):
    """`unescape_cell` undoes `escape_cell`, also through a file, and no written cell is a formula."""
    text = write_table([str(number) for number in range(len(cells))], [cells])

    _, *read = csv.reader(io.StringIO(text, newline=""), strict=True)
    written = read[0] if read else [""]
    assert [unescape_cell(cell) for cell in written] == cells
    assert not any(cell[:1] in tuple("=+-@\t\r\n\uff1d") for cell in written if cell)
