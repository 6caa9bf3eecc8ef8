"""Text for a terminal: straight columns and folded lines, whatever people are called."""

from __future__ import annotations

import pytest
from builders import inert
from hypothesis import given
from hypothesis import strategies as st

from invitepolicy.cli.text.terminal import Style, pad_cell, width_of, wrap

WORDS = st.text(st.sampled_from("ab 名é\u0301🚀\x1b\u202e\u200d"), max_size=60)


@pytest.mark.parametrize(
    ("text", "width"), [("", 0), ("ann", 3), ("名取", 4), ("e\u0301", 1), ("🚀", 2), ("ﾊ", 1), ("\u200d", 0)]
)
def test_the_columns_of_a_text(text, width):
    """Two for what is wide, none for what sits on a letter."""
    assert width_of(text) == width


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ann", "ann   "),
        ("annika", "annika"),
        ("annikas", "annik…"),
        ("名取あ", "名取あ"),
        ("名取あか", "名取… "),
        ("a名取あ", "a名取…"),
        ("annik\u0301as", "annik\u0301…"),
        ("annika\u0301", "annika\u0301"),
        ("a\x1bb", "a\\x1bb"),
        ("a" + "\u0301" * 500, "a" + "\u0301" * 8 + "     "),
    ],
)
def test_a_cell_has_its_width(text, shown):
    """Filled with spaces, or cut with an ellipsis, also where half of a wide letter would fit."""
    assert pad_cell(text, 6) == shown


@given(WORDS, st.integers(1, 12))
def test_every_cell_is_as_wide_as_it_should_be(text, width):
    """And holds nothing that a terminal obeys."""
    found = pad_cell(text, width)

    assert width_of(found) == width
    assert inert(found)


def test_a_flood_of_marks_costs_no_time():
    """Many marks on a letter are cut in one pass."""
    assert pad_cell("x" * 40 + "\u0301" * 100_000, 10) == "xxxxxxxxx…"


def test_lines_are_folded_at_spaces():
    """Indented, the later lines as they should be; spaces inside stay, those at the break go."""
    text = "  one  two three four"

    assert list(wrap(text, width=12)) == ["  one  two", "three four"]
    assert list(wrap(text.strip(), width=9, indent="- ", hanging="   ")) == ["- one", "   two", "   three", "   four"]
    assert list(wrap("", width=9)) == []


def test_wide_letters_count_twice_and_long_words_are_cut():
    """A script without spaces is folded too; where an indent leaves no room, a letter a line."""
    assert list(wrap("あいうえお", width=5, indent=" ")) == [" あい", " うえ", " お"]
    assert list(wrap("x あいう y", width=4)) == ["x", "あい", "う y"]
    assert list(wrap("ab", width=1, indent="   ")) == ["   a", "   b"]


@given(WORDS, st.integers(2, 12))
def test_no_folded_line_is_too_wide_and_nothing_is_lost(text, width):
    """But for spaces at a break."""
    lines = list(wrap(text.lstrip(), width=width))

    assert all(width_of(line) <= width and inert(line) for line in lines)
    assert "".join(lines).replace(" ", "") == "".join(wrap(text, width=10_000)).replace(" ", "")


def test_two_weights_or_neither():
    """Colours are asked for."""
    assert Style(color=True).heading("a") == "\x1b[1ma\x1b[0m"
    assert Style(color=True).faint("a") == "\x1b[2ma\x1b[0m"
    assert Style(color=False).heading("a") == Style(color=False).faint("a") == "a"
