"""Text for a terminal: its width, aligned columns for names in any script, wrapped lines, and two weights."""

from __future__ import annotations

import re
import shutil
import unicodedata
from typing import TYPE_CHECKING, Final

import attrs

from invitepolicy._core.text import safe_text

if TYPE_CHECKING:
    from collections.abc import Iterator

_ZERO_WIDTH: Final = ("Mn", "Me", "Cf")  # Unicode categories: combining marks and format characters
_MOST_MARKS: Final = 8  # on one letter: no script needs as many
_WIDEST: Final = 120  # columns: longer lines are hard to read
_WORD: Final = re.compile(r"( *)([^ ]+)")


@attrs.frozen
class Style:
    """Bold headings and faint reasons, or neither."""

    color: bool

    def heading(self, text: str) -> str:
        """Return a text in bold, if there is colour."""
        return f"\x1b[1m{text}\x1b[0m" if self.color else text

    def faint(self, text: str) -> str:
        """Return a text in faint letters, if there is colour."""
        return f"\x1b[2m{text}\x1b[0m" if self.color else text


def screen_width() -> int:
    """Return the width of a page of text: the columns of the terminal, at most 120; without a terminal, 80."""
    return min(shutil.get_terminal_size((80, 24)).columns, _WIDEST)


def width_of(text: str) -> int:
    """Return the columns that a text takes: two for each wide character, none for combining marks."""
    return sum(_width(character) for character in text)


def _width(character: str) -> int:
    if character < "\x7f":  # most text is ASCII, and needs no look-up
        return 1
    if unicodedata.category(character) in _ZERO_WIDTH:
        return 0
    # Ambiguous characters count as narrow, as they are outside East Asian terminals.
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def pad_cell(text: str, width: int) -> str:
    """Return a text made safe and exactly `width` columns wide; what is cut ends in `…`.

    More than eight combining marks on one letter are dropped.
    """
    cell: list[str] = []
    taken = marks = 0
    for character in safe_text(text):
        wide = _width(character)
        marks = 0 if wide else marks + 1
        if marks > _MOST_MARKS:
            continue
        if taken + wide > width:
            # One column is for the ellipsis. A wide letter frees two: then a space fills the other.
            taken -= _drop_last(cell, more_than=taken - width + 1)
            return "".join(cell) + "…" + " " * (width - taken - 1)
        cell.append(character)
        taken += wide
    return "".join(cell) + " " * (width - taken)


def _drop_last(cell: list[str], *, more_than: int) -> int:
    """Remove characters from the end until at least `more_than` columns are free; return how many are."""
    dropped = 0
    while dropped < more_than:
        dropped += _width(cell.pop())
    return dropped


def wrap(text: str, *, width: int, indent: str = "", hanging: str | None = None) -> Iterator[str]:
    """Wrap a text into lines of at most `width` columns; `hanging` is the indent of all but the first, if different.

    Lines break at spaces; a word longer than a line is cut. Spaces before the first word add to its indent. If the
    indent leaves no room, each line has one letter.
    """
    words = text.lstrip(" ")
    start, later = indent + " " * (len(text) - len(words)), indent if hanging is None else hanging
    line, taken = "", 0
    for gap, word in _WORD.findall(safe_text(words)):
        between = gap if line else ""
        if line and len(start) + taken + len(between) + width_of(word) > width:
            yield start + line
            start, line, taken, between = later, "", 0, ""
        *full, rest = _cut(word, max(width - max(len(start), len(later)), 1))
        for piece in full:
            yield start + piece
            start = later
        line += between + rest
        taken += len(between) + width_of(rest)
    if line:
        yield start + line


def _cut(word: str, room: int) -> list[str]:
    """Return a word in pieces of at most `room` columns."""
    pieces, taken = [""], 0
    for character in word:
        wide = _width(character)
        # A letter wider than the room gets a piece of its own: no piece of a word is empty.
        if taken + wide > room and pieces[-1]:
            pieces.append("")
            taken = 0
        pieces[-1] += character
        taken += wide
    return pieces
