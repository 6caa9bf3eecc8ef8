"""Strangers' words: made safe to print, quoted, and matched to the nearest right word."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# Unicode's categories: controls, formats, surrogates, private use, unassigned, line and paragraph separators.
_UNPRINTED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"  # needed inside Persian words and emoji, and harmless
# The longest name that is worth a suggestion; difflib takes quadratic time, and a file may hold anything.
_LONGEST_COMPARED = 60
_SHORT = 4
_SPELLED = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip
_MOST_BITS = 128  # of a whole number that is still written out: Python refuses to print very long ones


def safe_text(text: str) -> str:
    r"""Replace what a terminal would obey or hide (controls, escapes, bidirectional marks) by `\x1b`-like text."""
    # Nearly every text is plain, and need not be looked at letter by letter.
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character
        if character in _JOINERS or unicodedata.category(character) not in _UNPRINTED
        else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


def clip(text: str, length: int) -> str:
    """Cut a text to `length` characters, the last being `…` where something was cut."""
    return text if len(text) <= length else text[: length - 1] + "…"


def quoted(value: object) -> str:  # noqa: PLR0911  (a case, a line)
    """Show a value of a file as the user wrote it, in quotes, cut to 60 characters."""
    match value:
        case None:
            return "nothing"
        case bool():
            return f"“{str(value).lower()}”"
        case str():
            return f"“{clip(safe_text(value), 60)}”"
        case int() if value.bit_length() > _MOST_BITS:
            return "a number of many digits"
        case dict():
            return "keys and values"
        case list() | tuple():
            return "a list"
        case _:
            return f"“{clip(str(value), 60)}”"


def closest(word: str, known: Iterable[str]) -> str | None:
    """Find the known word that was probably meant, or None where nothing is near."""
    if len(word) > _LONGEST_COMPARED:
        return None
    plain = word.strip().lower().replace("-", "_").replace(" ", "_")
    by_plain = {candidate.lower().replace("-", "_").replace(" ", "_"): candidate for candidate in known}
    # Only case, dashes or spaces differ: certain, and without difflib.
    if plain in by_plain:
        return by_plain[plain]
    cutoff = 0.7 if len(plain) > _SHORT else 0.6  # of a short word, two letters that changed places are a third
    import difflib  # noqa: PLC0415  (imported late: only a mistake needs it)

    matches = difflib.get_close_matches(plain, by_plain, n=1, cutoff=cutoff)
    return by_plain[matches[0]] if matches else None


def in_digits(text: str) -> str | None:
    """Write `three weeks` as `3 weeks`; None where the text does not begin with a number that is spelled out."""
    word, space, rest = text.partition(" ")
    return f"{_SPELLED.index(word.lower())}{space}{rest}" if word.lower() in _SPELLED else None


def join_words(words: Iterable[str], last: str = "or") -> str:
    """Join words as a person would: `keep, consider or withdraw`; no words at all read `nothing`."""
    *rest, final = list(words) or ["nothing"]
    return f"{', '.join(rest)} {last} {final}" if rest else final


def did_you_mean(word: str, known: Iterable[str], otherwise: str) -> str:
    """Return the hint for a mistyped word: the nearest right one, or else `otherwise`."""
    word_meant = closest(word, known)
    return f"did you mean “{word_meant}”?" if word_meant is not None else otherwise
