"""What YAML's own parser says of a broken file, in words that say what to write instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from invitepolicy._text import clip, safe_text

if TYPE_CHECKING:
    import yaml

_QUOTES = "put the text in quotes"
_WORDS: Final[tuple[tuple[str, str, str], ...]] = (
    # part of the parser's words · what is wrong · what would be right
    ("scanning a directive", "a line that begins with %", "a policy needs no directives; delete it"),
    ("YAML directive", "a line that begins with %", "a policy needs no directives; delete it"),
    ("duplicate tag handle", "a line that begins with %", "a policy needs no directives; delete it"),
    ("incompatible YAML document", "a line that begins with %", "a policy needs no directives; delete it"),
    ("'\\t' that cannot start any token", "a tab stands here", "use spaces; indent by two"),
    ("that cannot start any token", "a text cannot begin with this character", _QUOTES),
    (
        "mapping values are not allowed here",
        "a second colon in this line, or a wrong indentation",
        "a text with “: ” in it wants quotes; else indent this line like its neighbours",
    ),
    (
        "sequence entries are not allowed here",
        "a dash cannot stand here",
        "begin a list on a line of its own, indented under its key",
    ),
    ("could not find expected ':'", "a key without a colon", "write the key, a colon and a space; quote longer texts"),
    (
        "expected <block end>, but found",
        "this line is indented differently from its neighbours",
        "let lines that belong together begin in the same column",
    ),
    ("found unexpected end of stream", "a quote is opened and never closed", "close it with the same quote"),
    ("found unexpected document separator", "a quote is opened and never closed", "close it with the same quote"),
    ("expected ',' or '}'", "a brace { is opened and not closed here", "close it with }, or quote the text"),
    ("expected ',' or ']'", "a bracket [ is opened and not closed here", "close it with ], or quote the text"),
    ("found unknown escape character", "a backslash in double quotes", "use single quotes, or write it twice"),
    ("expected escape sequence of", "an escape in double quotes is cut short", "use single quotes"),
    ("undefined tag handle", "a tag stands here", "policies use no tags; quote a text that begins with !"),
    ("scanning a tag", "a tag stands here", "policies use no tags; quote a text that begins with !"),
    ("parsing a tag", "a tag stands here", "policies use no tags; quote a text that begins with !"),
    ("expected alphabetic or numeric character", "& and * begin anchors and aliases", _QUOTES),
    ("expected the node content", "a value is missing or out of place here", "check the line above, and the brackets"),
    ("expected '<document start>'", "this line does not belong to what stands above", "check the indentation"),
    ("scanning a block scalar", "a text cannot begin with | or >", _QUOTES),
    ("mapping keys are not allowed here", "a text cannot begin with a question mark and a space", _QUOTES),
)
_BEHIND: Final = (
    "text stands behind a closing quote, brace or bracket",
    "put the whole text in quotes; one that begins with a brace, a bracket or a quote wants them",
)
_ENDS: Final = ("unexpected end of stream", "unexpected document separator", "'<stream end>'", "'<document start>'")


def explain_syntax(error: yaml.MarkedYAMLError) -> tuple[str, str]:
    """Give what is wrong, and what would be right, for an error of YAML's scanner or parser."""
    said = f"{error.context} {error.problem}"
    if "expected <block end>" in said and _goes_on(error.problem_mark):
        return _BEHIND
    for words, what, hint in _WORDS:
        if words in said:
            return what, hint
    return f"this is no YAML ({clip(safe_text(said), 120)})", "compare with docs/language.md"


def place_of(error: yaml.MarkedYAMLError) -> Any:
    """Give the mark to show: where something was opened, if the text ends before it is closed; else the problem's."""
    ends = any(words in (error.problem or "") for words in _ENDS)
    return error.context_mark if ends and error.context_mark is not None else error.problem_mark


def _goes_on(mark: Any) -> bool:
    before: str = mark.buffer[mark.pointer - mark.column : mark.pointer]
    return before.rstrip().endswith(("'", '"', "}", "]"))
