"""Text for a terminal: columns that stay straight whatever people are called, folded lines, and two weights."""

from __future__ import annotations

import re
import shutil
import unicodedata
from typing import TYPE_CHECKING, Final

import attrs

from invitepolicy._core.text import safe_text

if TYPE_CHECKING:
    from collections.abc import Iterator

_LAST_FORMAT_CHARACTERS = ("Mn", "Me", "Cf")
_MOST_MARKS: Final = 8  # on one letter: no script needs as many
_WIDEST: Final = 120  # longer lines are hard to read
_WORD: Final = re.compile(r"( *)([^ ]+)")


@attrs.frozen
class Style:
    """Bold headings and faint reasons, or neither."""

    color: bool

    def heading(self, text: str) -> str:
        """Set a heading."""
        return f"\x1b[1m{text}\x1b[0m" if self.color else text

    def faint(self, text: str) -> str:
        """Set what is read second."""
        return f"\x1b[2m{text}\x1b[0m" if self.color else text


def terminal_width() -> int:
    """Return the columns that text may take: those of the terminal, at most 120; 80 where there is none."""
    return min(shutil.get_terminal_size((80, 24)).columns, _WIDEST)


def width_of(text: str) -> int:
    """Count the columns that a text takes: two for wide characters, none for marks that sit on others."""
    return sum(_width(character) for character in text)


def _width(character: str) -> int:
    if character < "\x7f":
        return 1
    if unicodedata.category(character) in _LAST_FORMAT_CHARACTERS:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def pad_cell(text: str, width: int) -> str:
    """Make a text safe, and exactly `width` columns wide; what is cut ends in `…`, and floods of marks dry up."""
    kept: list[str] = []
    taken = marks = 0
    for character in safe_text(text):
        wide = _width(character)
        marks = 0 if wide else marks + 1
        if marks > _MOST_MARKS:
            continue
        if taken + wide > width:
            taken -= _drop_last(kept, more_than=taken - width + 1)
            return "".join(kept) + "…" + " " * (width - taken - 1)
        kept.append(character)
        taken += wide
    return "".join(kept) + " " * (width - taken)


def _drop_last(kept: list[str], *, more_than: int) -> int:
    """Take away characters until there is room for one more column; give how many columns they took."""
    dropped = 0
    while dropped < more_than:
        dropped += _width(kept.pop())
    return dropped


def wrap(text: str, *, width: int, indent: str = "", hanging: str | None = None) -> Iterator[str]:
    """Fold a text into lines of at most `width` columns; `hanging` indents all but the first, if otherwise.

    Lines break at spaces; a word that is longer than a line is cut. Spaces before the first word add to its indent. An
    indent that leaves no room gets a letter a line.
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
    """Cut a word into pieces that fit."""
    pieces, taken = [""], 0
    for character in word:
        wide = _width(character)
        if taken + wide > room and pieces[-1]:
            pieces.append("")
            taken = 0
        pieces[-1] += character
        taken += wide
    return pieces
