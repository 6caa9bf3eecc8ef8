"""Records as JSON Lines: one invitation a line, read one at a time, with a problem for each line that is none."""

from __future__ import annotations

import json
import re
from itertools import chain
from math import isfinite
from typing import IO, TYPE_CHECKING, Any, Final, NoReturn

from invitepolicy import Account, Invitation, RecordError, as_invitation
from invitepolicy._core.quantities import MOST_DIGITS
from invitepolicy._core.records import read_fact
from invitepolicy._core.text import quoted
from invitepolicy.sources.problems import Mistake, MistakeError, RowProblem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from invitepolicy._core.facts import Fact

LONGEST: Final = 2**20  # bytes of a line with its end: three thousand times the longest note
_MARK: Final = b"\xef\xbb\xbf"
_NO_ACCOUNT: Final = Account()
_FIELD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
# An escape from the range of surrogates: only lines with one are searched for half of a pair.
_SURROGATE: Final = re.compile(rb"\\u[Dd][89A-Fa-f]")
_ONE_A_LINE: Final = "write one record a line"
_TOO_LONG: Final = Mistake("too-long", f"the line is longer than {LONGEST:,} bytes", _ONE_A_LINE)
_TOO_DEEP: Final = Mistake("too-deep", "the record is nested too deeply", "write one flat record a line")
_NO_OBJECT: Final = Mistake(
    "not-a-record", "the line is not a record", 'write one a line, such as {"sent_at": "2026-03-01T10:00Z"}'
)
_SURROGATE_HALF: Final = Mistake("surrogate", "a character is half of a surrogate pair", "remove it")
_NOT_FINITE: Final = Mistake("not-finite", "a number is not finite", "leave out what is unknown")
_TOO_MANY_DIGITS: Final = Mistake(
    "too-many-digits", f"a number has more than {MOST_DIGITS} digits", "write it shorter, or as text"
)


def read_records(
    lines: IO[bytes] | Iterable[bytes], *, name: str = "records", facts: Iterable[Fact] = ()
) -> Iterator[Invitation | RowProblem]:
    r"""Yield, for each line of JSON Lines, an Invitation, or a RowProblem of level `error`.

    `lines` is a binary file, of which one line, and never more than 1 MiB, is in memory at a time, or an iterable of
    lines as bytes. They are UTF-8; a line ends at `\n` and nothing else; blank lines and a byte-order mark before the
    first line are skipped, and an empty file yields nothing. A line is a JSON object with the keys that
    `as_invitation` accepts in a mapping; instants are ISO 8601 text with an offset.

    The place of a problem is `name` and the line, counted from 1 with the blank ones: `records:12`. `facts` are a
    policy's own (`policy.facts.values()`): a record with a value of another kind for one of them is a problem too,
    since nothing could be decided about it. No message repeats a value. No error is raised for a line, whatever it
    holds; what reading the file raises (OSError) is passed on.
    """
    own = tuple(facts)
    for number, line in enumerate(_without_mark(_split(lines)), 1):
        # A blank line that is too long is a problem: of a file, only its beginning was read.
        if not line.strip() and len(line) <= LONGEST:
            continue
        try:
            yield _read(line, own)
        except RecordError as error:
            yield RowProblem(f"{name}:{number}", "error", _message(error))
        except MistakeError as error:
            yield from (mistake.at(f"{name}:{number}") for mistake in error.mistakes)


def check_facts(invitation: Invitation, facts: Iterable[Fact]) -> None:
    """Raise RecordError if a record's value for one of a policy's own facts is of another kind."""
    # A missing own fact is of no wrong kind, so that records without any need no look.
    if invitation.facts:
        for fact in facts:
            read_fact(fact, invitation, _NO_ACCOUNT)


def _split(lines: IO[bytes] | Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines; of one that is too long, only as much as shows that it is."""
    if not hasattr(lines, "readline"):
        yield from lines
        return
    while line := lines.readline(LONGEST + 1):
        yield line
        # Its rest is passed over piece by piece, so that reading goes on at the next line.
        while len(line) > LONGEST and not line.endswith(b"\n"):
            line = lines.readline(LONGEST + 1)


def _without_mark(lines: Iterable[bytes]) -> Iterator[bytes]:
    rest = iter(lines)
    # An empty file gives one empty line here, which is skipped as a blank one.
    return chain((next(rest, b"").removeprefix(_MARK),), rest)


def _read(line: bytes, facts: tuple[Fact, ...]) -> Invitation:
    if len(line) > LONGEST:
        raise MistakeError(_TOO_LONG)
    record = _parse(line)
    if not isinstance(record, dict):
        raise MistakeError(_NO_OBJECT)
    invitation = as_invitation(record)
    check_facts(invitation, facts)
    return invitation


def _parse(line: bytes) -> Any:
    try:
        value = _DECODER.decode(line.decode("utf-8"))
        # JSON escapes can write half of a surrogate pair, which no text holds: encoding fails on it.
        if _SURROGATE.search(line):
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeDecodeError as error:
        what = f"byte {error.start + 1} of the line is not UTF-8"
        raise MistakeError(Mistake("encoding", what, "save the file as UTF-8")) from None
    except UnicodeEncodeError:
        raise MistakeError(_SURROGATE_HALF) from None
    except json.JSONDecodeError as error:
        what = f"the line is not JSON at column {error.colno}"
        raise MistakeError(Mistake("syntax", what, _ONE_A_LINE)) from None
    except RecursionError:
        raise MistakeError(_TOO_DEEP) from None
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) == len(pairs):
        return fields
    seen: set[str] = set()
    # `seen.add` returns None, so that a key is passed over the first time and found the second.
    twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
    raise MistakeError(Mistake("twice", f"{_visible(twice)} is given twice", "keep one"))


def _integer(digits: str) -> int:
    # Checked before `int`, which raises a mere ValueError for more than 4,300 digits.
    if len(digits.removeprefix("-")) > MOST_DIGITS:
        raise MistakeError(_TOO_MANY_DIGITS)
    return int(digits)


def _float(digits: str) -> float:
    # 1e999 is valid JSON, and infinite as a float.
    number = float(digits)
    if not isfinite(number):
        _refuse_constant(digits)
    return number


def _refuse_constant(_: str) -> NoReturn:
    raise MistakeError(_NOT_FINITE)


def _visible(key: str) -> str:
    """Return a field's name in quotes; what does not look like one may be private, and is not repeated."""
    return quoted(key) if _FIELD.fullmatch(key) else "a field"


def _message(error: RecordError) -> str:
    # A RecordError names the field as it was given, and an unknown one may be somebody's name.
    return str(error) if _FIELD.fullmatch(error.field) else f"{_visible(error.field)}: {error.what}; {error.hint}"


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_refuse_constant
)
