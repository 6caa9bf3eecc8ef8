"""What YAML's own parser says of a broken file, in words that say what to write instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from invitepolicy._core.text import clip, safe_text

if TYPE_CHECKING:
    import yaml

_QUOTES = "put the text in quotes"
_WORDS: Final[tuple[tuple[str, str, str], ...]] = (
    # part of the parser's words · what is wrong · what would be right
    ("scanning a directive", "a line that begins with %", "a policy needs no directives; delete it"),
    ("YAML directive", "a line that begins with %", "a policy needs no directives; delete it"),
    ("duplicate tag handle", "a line that begins with %", "a policy needs no directives; delete it"),
    ("incompatible YAML document", "a line that begins with %", "a policy needs no directives; delete it"),
    # The first that fits is taken, so the tab stands before the other characters.
    ("'\\t' that cannot start any token", "a tab stands here", "write spaces instead"),
    ("that cannot start any token", "a text cannot begin with this character", _QUOTES),
    (
        "sequence entries are not allowed here",
        "a dash cannot stand here",
        "begin a list on a line of its own, indented under its key",
    ),
    (
        "could not find expected ':'",
        "this line has no colon",
        "write the key, a colon and a space; or indent the line deeper, if it goes on with the text above",
    ),
    (
        "expected <block end>, but found",
        "this line is indented differently from its neighbours",
        "let lines that belong together begin in the same column",
    ),
    ("found unexpected end of stream", "missing closing quote", "close it with the same quote"),
    ("found unexpected document separator", "missing closing quote", "close it with the same quote"),
    (
        "expected ',' or '}'",
        "between the braces { and } a comma is missing, or the closing one",
        "write {key: value, key: value}; a text with a comma, a colon or a question mark in it needs quotes",
    ),
    (
        "expected ',' or ']'",
        "between the brackets [ and ] a comma is missing, or the closing one",
        "write [word, word]; a text with a comma, a colon or a question mark in it needs quotes",
    ),
    ("found unknown escape character", "a backslash in double quotes", "use single quotes, or write it twice"),
    ("expected escape sequence of", "an escape in double quotes is cut short", "use single quotes"),
    ("undefined tag handle", "a tag stands here", "policies use no tags; quote a text that begins with !"),
    ("scanning a tag", "a tag stands here", "policies use no tags; quote a text that begins with !"),
    ("parsing a tag", "a tag stands here", "policies use no tags; quote a text that begins with !"),
    ("expected alphabetic or numeric character", "a text cannot begin with & or *", _QUOTES),
    ("expected the node content", "a value is missing or out of place here", "check the line above, and the brackets"),
    ("expected '<document start>'", "this line does not belong to what stands above", "check the indentation"),
    ("scanning a block scalar", "a text cannot begin with | or >", _QUOTES),
    ("mapping keys are not allowed here", "a text cannot begin with a question mark and a space", _QUOTES),
)
_BEHIND: Final[dict[str, tuple[str, str]]] = {
    # the character behind which more text stands · what is wrong · what would be right
    "}": ("a text cannot begin with a brace {", "put the whole text in quotes"),
    "]": ("a text cannot begin with a bracket [", "put the whole text in quotes"),
    "'": ("text continues after the closing quote", "use the other kind of quotes around the whole text"),
    '"': ("text continues after the closing quote", "use the other kind of quotes around the whole text"),
}
_COLONS: Final = {
    "text": ("a text with a colon and a space in it", "put the text in quotes"),
    "above": ("the line above has no colon", "write its key, a colon and a space"),
    "deeper": ("this line is indented deeper than the one above", "let both begin in the same column"),
}
# A missing bracket or colon is often noticed lines later: it is then shown where what lacks it begins.
_CLOSING: Final = ("expected ',' or", "could not find expected ':'", "expected alphabetic or numeric")
# What is noticed only at the end of the document is always shown where it begins.
_ENDS: Final = ("unexpected end of stream", "unexpected document separator", "'<stream end>'", "'<document start>'")


def explain_syntax(error: yaml.MarkedYAMLError) -> tuple[str, str]:
    """Return what is wrong, and what would be right, for an error of YAML's scanner or parser."""
    message = f"{error.context} {error.problem}"
    if "mapping values are not allowed here" in message:
        return _COLONS[_missing_colon(*_lines_until(error.problem_mark))]
    if "expected <block end>" in message and (last := _lines_until(error.problem_mark)[1].rstrip()[-1:]) in _BEHIND:
        return _BEHIND[last]
    for words, what, hint in _WORDS:
        if words in message:
            return what, hint
    return f"this is not YAML ({clip(safe_text(message), 120)})", "compare with docs/language.md"


def place_of(error: yaml.MarkedYAMLError) -> Any:
    """Return the mark to show: where something was opened, if its end is missing; else the problem's own."""
    opened, problem = error.context_mark, error.problem_mark
    if opened is None or problem is None:
        return problem
    message = f"{error.problem}"
    ends = any(words in message for words in _ENDS)
    open_lines = any(words in message for words in _CLOSING) and opened.line != problem.line
    return opened if ends or open_lines else problem


def _lines_until(mark: Any) -> tuple[str, str]:
    """Return the last line above a position that is not blank, and the position's own line up to it."""
    # Only marks of the pure parser have a buffer; what libyaml reads is shipped, and has no errors.
    *above, line = mark.buffer[: mark.pointer].split("\n")
    return next((text for text in reversed(above) if text.strip()), ""), line


def _missing_colon(above: str, line: str) -> str:
    if ": " in line.strip():
        return "text"
    return "deeper" if _depth(line) > _depth(above) else "above"


def _depth(line: str) -> int:
    # The dash of a list's element is part of the indentation: its keys stand behind it.
    return len(line) - len(line.lstrip("- "))
