"""The line at fault with its caret: straight below, safe to print, and of nobody's files but the user's."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import inert
from hypothesis import given
from hypothesis import strategies as st

from invitepolicy.cli.text.excerpt import draw, excerpt
from invitepolicy.cli.text.terminal import width_of


@pytest.mark.parametrize(
    ("line", "column", "drawn"),
    [
        ("name: mine", 1, ["    name: mine", "    ^"]),
        ("name: mine", 7, ["    name: mine", "          ^"]),
        ("name: mine", 11, ["    name: mine", "              ^"]),
        ("名前: mine", 5, ["    名前: mine", "          ^"]),
        ("e\u0301e\u0301: x", 5, ["    e\u0301e\u0301: x", "      ^"]),
        ("a\x1b[31m: x", 7, ["    a\\x1b[31m: x", "             ^"]),
        ("\ta: x", 2, ["    \\ta: x", "      ^"]),
    ],
)
def test_the_caret_stands_below_its_column(line, column, drawn):
    """Also behind wide characters, marks that take no room, and controls, which are written out."""
    assert list(draw(line, column, width=40)) == drawn


def test_a_long_line_is_cut_around_the_column():
    """On both sides where need be; the caret stays below what it points at."""
    line = "x" * 300 + "HERE" + "y" * 300

    first, second = draw(line, 301, width=40)

    assert first.startswith("    …xxx")
    assert first.endswith("yyy…")
    assert len(first) == 40
    assert first[second.index("^") :].startswith("HERE")


@pytest.mark.slow
@given(st.text(max_size=200), st.integers(1, 201), st.integers(20, 100))
def test_an_excerpt_is_inert_and_fits(line, column, width):
    """Whatever stands in the file: two lines, printable, at most as wide as asked for, the caret inside."""
    first, second = draw(line, min(column, len(line) + 1), width=width)

    assert inert(first)
    assert width_of(first) <= width
    assert second.strip(" ") == "^"
    assert len(second) <= width + 1


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Make a folder with a policy, its parent, and a neighbour outside it."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    for path in ("mine.yaml", "base.yaml", "faq.yaml", "../outside.yaml"):
        Path(path).write_text(f"first: {path}\r\n\nthird: \xe9\r\n", encoding="utf-8")
    return here


def shown(named, path, line=1):
    """Return the line that is shown, if any."""
    return list(excerpt(named, path, (line, 1), width=60))[:1]


def test_what_the_user_named_or_what_stands_beside_it_is_shown(folder):
    """By its own path, or a parent's."""
    assert shown("mine.yaml", "mine.yaml") == ["    first: mine.yaml"]
    assert shown("mine.yaml", "base.yaml") == ["    first: base.yaml"]
    assert shown("mine.yaml", "mine.yaml", 3) == ["    third: é"]
    assert shown("faq.yaml", "faq.yaml") == ["    first: faq.yaml"]


def test_nothing_else_is(folder):
    """Not what lies elsewhere, not a file that merely has a shipped policy's name, not what is not there."""
    Path("link.yaml").symlink_to("../outside.yaml")

    assert shown("mine.yaml", "../outside.yaml") == []
    assert shown("mine.yaml", "link.yaml") == []
    assert shown("mine.yaml", "faq.yaml") == []
    assert shown("faq", "faq.yaml") == []
    assert shown("mine.yaml", "nope.yaml") == []
    assert shown("nope.yaml", "nope.yaml") == []
    assert shown(".", ".") == []


def test_an_empty_line_or_one_that_is_gone_is_not_shown(folder):
    """There is nothing to point at; nor in a file that may not be read."""
    assert shown("mine.yaml", "mine.yaml", 2) == []
    assert shown("mine.yaml", "mine.yaml", 99) == []
    Path("mine.yaml").write_bytes(b"")
    assert shown("mine.yaml", "mine.yaml") == []


def test_a_file_that_cannot_be_read_has_no_excerpt(folder, monkeypatch):
    """Nothing of it is printed."""

    def refuse(*_, **__):
        raise PermissionError

    monkeypatch.setattr("builtins.open", refuse)

    assert shown("mine.yaml", "mine.yaml") == []
