"""Records as JSON Lines: an invitation a line, read one at a time, and the lines that are none, told."""

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
from invitepolicy.sources.problems import RowProblem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from invitepolicy._core.facts import Fact

LONGEST: Final = 2**20  # bytes of a line with its end: three thousand times the longest note
_MARK: Final = b"\xef\xbb\xbf"
_NOBODY: Final = Account()
_FIELD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
_SURROGATE: Final = re.compile(rb"\\u[Dd][89A-Fa-f]")
_TOO_LONG: Final = f"the line is longer than {LONGEST:,} bytes; write one record a line"
_TOO_DEEP: Final = "it is nested too deeply; write one flat record a line"
_NO_OBJECT: Final = 'this is no record; write one a line, such as {"sent_at": "2026-03-01T10:00Z"}'


class _BadLineError(ValueError):
    """A line that holds no record: what is wrong, and what would be right."""


def read_records(
    lines: IO[bytes] | Iterable[bytes], *, name: str = "records", facts: Iterable[Fact] = ()
) -> Iterator[Invitation | RowProblem]:
    r"""Read JSON Lines: for each line an Invitation, or a RowProblem of level `error` with its place (`name:12`).

    `lines` is a binary file, which is read a line at a time and never more than 1 MiB of it, or any lines of bytes. A
    line ends at `\n` and nothing else; one that is blank is passed over, and a byte-order mark before the first is too.
    A line holds what `as_invitation` takes from a mapping. `facts` are a policy's own (`policy.facts.values()`): a
    record that gives one of them another kind of value is a problem too, since nothing could be decided about it. No
    message repeats a value. Nothing is raised for a line, whatever it holds.
    """
    own = tuple(facts)
    for number, line in enumerate(_without_mark(_split(lines)), 1):
        if not line.strip() and len(line) <= LONGEST:
            continue
        try:
            yield _read(line, own)
        except RecordError as error:
            yield RowProblem(f"{name}:{number}", "error", _worded(error))
        except _BadLineError as error:
            yield RowProblem(f"{name}:{number}", "error", str(error))


def check_facts(invitation: Invitation, facts: Iterable[Fact]) -> None:
    """Raise RecordError where an own fact of a policy has another kind of value in this record."""
    if invitation.facts:
        for fact in facts:
            read_fact(fact, invitation, _NOBODY)


def _split(lines: IO[bytes] | Iterable[bytes]) -> Iterator[bytes]:
    """Give the lines; of one that is too long no more than shows that it is."""
    if not hasattr(lines, "readline"):
        yield from lines
        return
    while line := lines.readline(LONGEST + 1):
        yield line
        while len(line) > LONGEST and not line.endswith(b"\n"):
            line = lines.readline(LONGEST + 1)


def _without_mark(lines: Iterable[bytes]) -> Iterator[bytes]:
    every = iter(lines)
    return chain((line.removeprefix(_MARK) for line in (next(every, b""),)), every)


def _read(line: bytes, facts: tuple[Fact, ...]) -> Invitation:
    if len(line) > LONGEST:
        raise _BadLineError(_TOO_LONG)
    found = _parse(line)
    if not isinstance(found, dict):
        raise _BadLineError(_NO_OBJECT)
    invitation = as_invitation(found)
    check_facts(invitation, facts)
    return invitation


def _parse(line: bytes) -> Any:
    try:
        found = _DECODER.decode(line.decode("utf-8"))
        if _SURROGATE.search(line):
            json.dumps(found, ensure_ascii=False).encode("utf-8")
    except UnicodeDecodeError as error:
        raise _BadLineError(f"its byte {error.start + 1} is not UTF-8; save the file in UTF-8") from None
    except UnicodeEncodeError:
        raise _BadLineError("it holds half of a surrogate pair, which is no character; take it out") from None
    except json.JSONDecodeError as error:
        raise _BadLineError(f"it is not JSON at column {error.colno}; write one record a line") from None
    except RecursionError:
        raise _BadLineError(_TOO_DEEP) from None
    return found


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    seen: set[str] = set()
    twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
    raise _BadLineError(f"it gives {_shown(twice)} twice; keep one")


def _whole(digits: str) -> int:
    if len(digits.removeprefix("-")) > MOST_DIGITS:
        raise _BadLineError(f"a number has more than {MOST_DIGITS} digits; write it shorter, or as text")
    return int(digits)


def _part(digits: str) -> float:
    number = float(digits)
    if not isfinite(number):
        _refuse_constant(digits)
    return number


def _refuse_constant(_: str) -> NoReturn:
    raise _BadLineError("a number is not finite; leave out what is not known")


def _shown(key: str) -> str:
    """Name a field; what does not look like the name of one may be anything, and is not repeated."""
    return quoted(key) if _FIELD.fullmatch(key) else "a field"


def _worded(error: RecordError) -> str:
    return str(error) if _FIELD.fullmatch(error.field) else f"{_shown(error.field)}: {error.what}"


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_whole, parse_float=_part, parse_constant=_refuse_constant
)
