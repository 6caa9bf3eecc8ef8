"""The text of a policy file to plain data, with the place of every key and value.

YAML is read as events of PyYAML's pure parser under hard limits, and the data is built here: nothing but text,
numbers, true, false, nothing, lists and mappings comes out, and nothing that two YAML readers read differently
goes in.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import yaml

from invitepolicy._core.policy import Path, PolicyFile, Position
from invitepolicy._core.quantities import MOST_DIGITS
from invitepolicy._core.text import quoted
from invitepolicy._read.problems import ProblemCollector
from invitepolicy._read.yaml_errors import explain_syntax, place_of

if TYPE_CHECKING:
    from collections.abc import Iterator

# PyYAML may have been built without libyaml; its pure parser will do, too.
_QUICK: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Far more than a policy needs: these bound time, memory and the depth of recursion for hostile text.
MOST_BYTES: Final = 256 * 1024
MOST_NODES: Final = 20_000
MOST_LEVELS: Final = 32
MOST_CHARACTERS: Final = 8_192

_NUMBER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|[-+]?\.[0-9]+")
_BOOLEANS: Final = {"true": True, "false": False}
_NULLS: Final = ("", "null")
_READ_DIFFERENTLY = re.compile(
    r"""(?aix)                             # what YAML 1.1 and 1.2 readers do not agree upon:
    true | false | null | ~ | =            # True, TRUE, ~ and the like
    | [-+]?\.(?:inf|nan)                   # .inf
    | [-+]?0[box][0-9a-f_]*                # 0x1F
    | (?:(?:[-+][0-9_]+|[0-9][0-9_]*)(?:\.[0-9_]*)?|[-+]?\.[0-9_]+)(?:e[-+]?[0-9]+)?    # 010, 1_000, 1e3, -_: any other
    """
)
_COMMENT = re.compile(r"[ \t]+#")
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\ufffe\uffff\ud800-\udfff"  # controls, marks, halves of characters
    "\u2028\u2029"  # line breaks to some
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"  # what turns the direction of the text
    "|\r(?!\n)"  # a lone carriage return; Windows' line ends are fine
)


def parse_source(source: str | bytes, path: str, *, quick: bool = False) -> PolicyFile:
    """Read a policy file's text. Raise PolicyError with every problem of the text.

    What is shipped is read by the `quick` parser where there is one: a test holds it to say the same of these files.
    Never use it for untrusted input: libyaml crashes on some, and reads some differently.
    """
    problems = ProblemCollector(path)
    text = _decode(source, problems)
    # Before PyYAML sees them: it stops at the first, and names no line.
    _refuse_unprintable(text, problems)
    reader = _YamlReader(text, problems, _QUICK if quick else yaml.SafeLoader)
    data = reader.read_document()
    problems.raise_if_any()
    if not isinstance(data, dict):
        raise problems.fatal((1, 1), "top-level", *_why_no_mapping(data))
    return PolicyFile(path, data, reader.places, frozenset(reader.commented))


def _decode(source: str | bytes, problems: ProblemCollector) -> str:
    # Text that is too long in characters is refused without being encoded. Halves of surrogate pairs pass
    # here, to be reported with their place.
    size = len(source)
    if size > MOST_BYTES or (isinstance(source, str) and len(source.encode("utf-8", "surrogatepass")) > MOST_BYTES):
        raise problems.fatal((1, 1), "too-long", "the file is longer than 256 KiB", "a policy is a few hundred lines")
    if isinstance(source, str):
        return source.removeprefix("\ufeff")
    try:
        return source.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        # Columns count characters: what comes before the bad byte is decoded to count them.
        good = source[: error.start].decode("utf-8").removeprefix("\ufeff")
        utf16 = source[:2] in (b"\xff\xfe", b"\xfe\xff")
        what = "the file is UTF-16 or UTF-32" if utf16 else f"byte {error.start + 1} of the file is not UTF-8"
        raise problems.fatal(_mark(good, len(good)), "encoding", what, "save the file as UTF-8") from None


def _refuse_unprintable(text: str, problems: ProblemCollector) -> None:
    for match in _UNPRINTABLE.finditer(text):
        problems.add(_mark(text, match.start()), "character", *_unprintable(match[0]))
    problems.raise_if_any()


def _mark(text: str, position: int) -> Position:
    start = text.rfind("\n", 0, position) + 1
    return text.count("\n", 0, start) + 1, position - start + 1


def _unprintable(character: str) -> tuple[str, str]:
    code = f"U+{ord(character):04X}"
    if character in "\r\x85\u2028\u2029\x0b\x0c":
        return f"an unusual line break ({code})", "end lines with a plain new line"
    if character == "\ufeff":
        return f"a byte-order mark inside the text ({code})", "it may only stand at the very start; delete it"
    if character in "\u061c\u200e\u200f" or "\u202a" <= character <= "\u2069":
        return f"a character that turns the direction of the text ({code})", "delete it"
    return f"a character that cannot be printed ({code})", "delete it"


def _why_no_mapping(data: object) -> tuple[str, str]:
    if data is None:
        return "the file is empty", "begin with “invitepolicy: 1”, then “name:” and the rest"
    if isinstance(data, str) and ":" in data:
        return "a space is missing after the colon", "write “invitepolicy: 1”"
    return "a policy is made of keys and values", "begin with “invitepolicy: 1”, then “name:” and the rest"


class _YamlReader:
    """Builds the data out of events, and the places beside it."""

    def __init__(self, text: str, problems: ProblemCollector, loader: Any) -> None:
        self.places: dict[Path, tuple[Position, Position]] = {}
        self.commented: set[Path] = set()
        self._text = text
        self._events = _events(loader(text), problems)
        self._problems = problems
        self._nodes = 0

    def read_document(self) -> Any:
        next(self._events)  # the stream begins
        event = next(self._events)
        if isinstance(event, yaml.StreamEndEvent):
            return None
        # PyYAML accepts a directive that it does not know, and %YAML 1.1.
        if self._text.startswith("%", event.start_mark.index):
            self._refuse(
                _of(event), "directive", "a line that begins with %", "a policy needs no directives; delete it"
            )
        data = self._read((), next(self._events), None)
        next(self._events)  # the document ends
        event = next(self._events)
        if not isinstance(event, yaml.StreamEndEvent):
            self._refuse(
                _of(event), "documents", "a second document begins here", "one file is one policy; delete the ---"
            )
        return data

    def _refuse(self, mark: Position, code: str, what: str, hint: str) -> None:
        self._problems.add(mark, code, what, hint)

    def _read(self, path: Path, event: Any, key_mark: Position | None) -> Any:
        self._nodes += 1
        mark = _of(event)
        if self._nodes > MOST_NODES:
            what, hint = "the file has more than 20,000 parts", "a policy is a few hundred lines"
            raise self._problems.fatal(mark, "too-long", what, hint)
        if len(path) >= MOST_LEVELS and not isinstance(event, yaml.ScalarEvent):
            what, hint = "more than 32 levels, one inside the other", "a policy needs six or seven"
            raise self._problems.fatal(mark, "too-deep", what, hint)
        self._refuse_extras(event, mark)
        self.places[path] = (key_mark or mark, mark)
        match event:
            case yaml.ScalarEvent():
                # An empty value has no place of its own: its key is shown instead.
                if not event.value and not event.style and key_mark is not None:
                    self.places[path] = (key_mark, key_mark)
                elif not event.style and self._is_cut(event):
                    self.commented.add(path)
                return self._scalar(event, mark)
            case yaml.SequenceStartEvent():
                return self._sequence(path)
            case yaml.MappingStartEvent():
                return self._mapping(path)
        return None  # an alias, which has been refused

    def _is_cut(self, event: Any) -> bool:
        return _COMMENT.match(self._text, event.end_mark.index) is not None

    def _refuse_extras(self, event: Any, mark: Position) -> None:
        if isinstance(event, yaml.AliasEvent):
            self._refuse(
                mark, "alias", f"{quoted(f'*{event.anchor}')} is an alias", "write the value out; a text needs quotes"
            )
            return
        if event.anchor is not None:
            self._refuse(mark, "anchor", f"{quoted(f'&{event.anchor}')} is an anchor", "delete it; a text needs quotes")
        if event.tag is not None:
            written = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._refuse(mark, "tag", f"{quoted(written)} is a tag", "delete it; a text needs quotes")

    def _sequence(self, path: Path) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._read((*path, len(items)), event, None))
        return items

    def _mapping(self, path: Path) -> dict[str, Any]:
        items: dict[str, Any] = {}
        lines: dict[str, int] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            mark = _of(event)
            key = self._key(path, event, mark)
            if key in lines:
                self._refuse(
                    mark,
                    "twice",
                    f"{quoted(key)} is given twice",
                    f"it is already on line {lines[key]}; keep one of them",
                )
                # The second value's events must be passed over. It is read under a path of its own, so that
                # the places of the first stay.
                self._read((*path, key, 0), next(self._events), mark)
                continue
            lines[key] = mark[0]
            items[key] = self._read((*path, key), next(self._events), mark)
        return items

    def _key(self, path: Path, event: Any, mark: Position) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            # A list or mapping as a key: read for its events alone.
            self._read((*path, "?"), event, mark)
            if not isinstance(event, yaml.AliasEvent):
                self._refuse(mark, "key", "this key is not a text", "a key is one word, followed by a colon")
            return f"?{mark}"  # a stand-in, unique by its place
        self._nodes += 1
        self._refuse_extras(event, mark)
        # In quotes it is text like any other.
        if not event.style and event.value == "<<":
            self._refuse(mark, "merge", "a merge key, “<<”", "write the lines out, or use extends")
            return f"?{mark}"
        problems_before = len(self._problems.problems)
        key = self._scalar(event, mark)
        if len(self._problems.problems) > problems_before:
            return f"?{mark}"
        if isinstance(key, str):
            return key
        self._refuse(mark, "key", f"the key {quoted(event.value)} is not a text", "put it in quotes, or use a word")
        return f"?{mark}"

    def _scalar(self, event: Any, mark: Position) -> Any:
        text: str = event.value
        if len(text) > MOST_CHARACTERS:
            self._refuse(mark, "too-long", "a text of more than 8,192 characters", "shorten it")
            return ""
        if text and self._text.startswith("?", event.start_mark.index - 1):  # to YAML 1.2 it belongs to the text
            self._refuse(mark, "question-mark", "a text in brackets begins with ?", "put the text in quotes")
            return ""
        if not event.style:
            return self._plain(text, mark)
        if event.style in "|>" and self._ends_in_spaces(event):
            what, hint = "the last line of this text is made of spaces", "delete them, and end the file with a new line"
            self._refuse(mark, "spaces", what, hint)
            return ""
        if match := _UNPRINTABLE.search(text):
            what, hint = _unprintable(match[0])
            self._refuse(mark, "character", f"{what}, written as an escape" if event.style == '"' else what, hint)
            return ""
        return text

    def _ends_in_spaces(self, event: Any) -> bool:
        """Return whether a block's text is the last of the file, and its last line spaces without an end."""
        last = self._text.rpartition("\n")[2]
        # YAML readers disagree on whether such a line belongs to the text.
        return last.isspace() and event.end_mark.index >= len(self._text) - len(last)

    def _plain(self, text: str, mark: Position) -> Any:
        if text in _NULLS:
            return None
        if text in _BOOLEANS:
            return _BOOLEANS[text]
        if _NUMBER.fullmatch(text):
            return self._number(text, mark)
        if _READ_DIFFERENTLY.fullmatch(text):
            self._refuse(mark, "ambiguous", f"{quoted(text)} is read differently by different programs", _plainly(text))
            return ""
        return text

    def _number(self, text: str, mark: Position) -> float:
        if sum(map(str.isdigit, text)) > MOST_DIGITS:
            self._refuse(mark, "number", f"{quoted(text)} has more than 18 digits", "shorten it, or put it in quotes")
            return 0
        return float(text) if "." in text else int(text)


def _plainly(text: str) -> str:
    word = text.lower()
    if word in _BOOLEANS:
        return f"write {word}, or put it in quotes"
    if word in ("~", "null"):
        return "leave it empty, or put it in quotes"
    return "write a plain number, or put it in quotes"


def _of(event: Any) -> Position:
    return _of_mark(event.start_mark)


def _of_mark(mark: Any) -> Position:
    return mark.line + 1, mark.column + 1


def _events(loader: Any, problems: ProblemCollector) -> Iterator[Any]:
    try:
        while True:
            yield loader.get_event()
    except yaml.MarkedYAMLError as error:
        raise problems.fatal(_of_mark(place_of(error)), "syntax", *explain_syntax(error)) from None
    except (yaml.YAMLError, ValueError, OverflowError):
        # PyYAML's scanner lets these two through for escapes and directives out of range.
        what, hint = "an escape or a directive is out of range", "write the character itself"
        raise problems.fatal(_of_mark(loader.get_mark()), "syntax", what, hint) from None
    finally:
        loader.dispose()
