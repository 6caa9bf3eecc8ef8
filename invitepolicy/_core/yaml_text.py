"""Texts, words and plain data in YAML that every reader, of YAML 1.1 or 1.2, reads alike."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from invitepolicy._core.frozen import freeze
from invitepolicy._core.quantities import format_number
from invitepolicy._core.text import safe_text

if TYPE_CHECKING:
    from collections.abc import Iterable

# A letter first, so that nothing reads as a number, a date or a sign of YAML's own.
_WORD: Final = re.compile(r"[A-Za-z](?: ?[A-Za-z0-9_-])*")
# No colon and no `#`: `a: b` would be a mapping, and ` #` begins a comment.
_SENTENCE: Final = re.compile(r"[A-Za-z](?: ?[\w,.;'()/%?!+-])*")
_READ_DIFFERENTLY: Final = ("true", "false", "null", "yes", "no", "on", "off", "y", "n")  # by some YAML reader or other


def format_word(text: str) -> str:
    """Write a text that may stand anywhere, also in brackets and as a key: in quotes unless it is made of words."""
    return text if _WORD.fullmatch(text) and text.lower() not in _READ_DIFFERENTLY else format_quoted(text)


def format_sentence(text: str) -> str:
    """Return a text as it is written after a key or a dash: in quotes unless it is plain in every way."""
    return text if _SENTENCE.fullmatch(text) and text.lower() not in _READ_DIFFERENTLY else format_quoted(text)


def format_quoted(text: str) -> str:
    """Write a text in double quotes, on one line; what a terminal would obey or hide is written as an escape."""
    # A JSON string is a YAML string, and the escapes of `safe_text` (`\x1b`, `\u202e`) are YAML's.
    return safe_text(json.dumps(text, ensure_ascii=False))


def format_words(words: Iterable[str]) -> str:
    """Write a list of words in brackets."""
    return f"[{', '.join(map(format_word, words))}]"


def format_data(data: Any) -> str:
    """Write plain data on one line."""
    # Frozen first, so that lists and tuples, mappings of either kind, are one case each.
    match freeze(data):
        case None:
            return "null"
        case bool():
            return str(data).lower()
        case int() | float():
            return format_number(data)
        case str():
            return format_word(data)
        case tuple():
            return f"[{', '.join(map(format_data, data))}]"
        case _:
            return f"{{{', '.join(f'{format_word(key)}: {format_data(value)}' for key, value in data.items())}}}"
