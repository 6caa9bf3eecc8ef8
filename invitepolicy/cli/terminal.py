"""Text for a terminal: columns that stay straight whatever people are called, folded lines, and two weights."""

from __future__ import annotations

import textwrap
import unicodedata
from typing import TYPE_CHECKING

import attrs

from invitepolicy._text import safe_text

if TYPE_CHECKING:
    from collections.abc import Iterator

_LAST_FORMAT_CHARACTERS = ("Mn", "Me", "Cf")


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


def width_of(text: str) -> int:
    """Count the columns that a text takes: two for wide characters, none for marks that sit on others."""
    return sum(_width(character) for character in text)


def _width(character: str) -> int:
    if unicodedata.category(character) in _LAST_FORMAT_CHARACTERS:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def cell(text: str, width: int) -> str:
    """Make a text safe, and exactly `width` columns wide; what is cut ends in `…`."""
    text = safe_text(text)
    if width_of(text) > width:
        kept = ""
        for character in text:
            if width_of(kept + character) > width - 1:
                break
            kept += character
        text = kept + "…"
    return text + " " * (width - width_of(text))


def fold(text: str, *, width: int, indent: str = "", hanging: str | None = None) -> Iterator[str]:
    """Fold a text into lines of at most `width` columns; `hanging` indents all but the first, if otherwise."""
    yield from textwrap.wrap(
        safe_text(text),
        width,
        initial_indent=indent,
        subsequent_indent=indent if hanging is None else hanging,
        break_on_hyphens=False,
    )
