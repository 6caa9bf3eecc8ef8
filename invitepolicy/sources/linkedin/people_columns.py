"""What the user knows of people and LinkedIn does not export: the columns of people.csv, and how each is read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from invitepolicy._core.errors import InvalidInputError
from invitepolicy._core.facts import ACTIVITIES, OWN_PREFIX, RELATIONSHIPS, STATUSES
from invitepolicy._core.quantities import MOST_DIGITS, parse_instant, parse_number, parse_share
from invitepolicy._core.text import did_you_mean, join_words
from invitepolicy.sources.linkedin.csv_table import CellError
from invitepolicy.sources.linkedin.dates import read_instant

if TYPE_CHECKING:
    from collections.abc import Callable

    from invitepolicy.sources.linkedin.csv_table import CsvRow
    from invitepolicy.sources.linkedin.dates import DateReader

_COUNT: Final = re.compile(f"[0-9]{{1,{MOST_DIGITS}}}")
_FLAGS: Final = {"true": True, "yes": True, "false": False, "no": False}


def _word(known: tuple[str, ...]) -> Callable[[str, DateReader], str]:
    def read(text: str, _: DateReader) -> str:
        if text.casefold() in known:
            return text.casefold()
        raise CellError(f"this is not one of its words; {did_you_mean(text, known, f'it is {join_words(known)}')}")

    return read


def _flag(text: str, _: DateReader) -> bool:
    if text.casefold() not in _FLAGS:
        raise CellError("this is neither true nor false; write true, or leave it empty")
    return _FLAGS[text.casefold()]


def _count(text: str, _: DateReader) -> int:
    if not _COUNT.fullmatch(text):
        raise CellError("this is not a count; write a whole number from 0 up")
    return int(text)


def _tags(text: str, _: DateReader) -> frozenset[str]:
    return frozenset(tag.strip() for tag in text.split(";") if tag.strip())


_READERS: Final[dict[str, Callable[[str, DateReader], Any]]] = {
    "relationship": _word(RELATIONSHIPS),
    "activity": _word(ACTIVITIES),
    "tags": _tags,
    "status": _word(STATUSES),
    "withdrawn_at": read_instant,
    "email_requested": _flag,
    "attempts": _count,
    "last_active_at": read_instant,
}

COLUMNS: Final = tuple(_READERS)
ABOUT_THE_INVITATION: Final = ("status", "withdrawn_at", "email_requested", "attempts")  # the rest is about the person


def is_known(column: str) -> bool:
    """Say whether a column is one that the user may add."""
    return column in _READERS or column.startswith(OWN_PREFIX)


def read_knowledge(row: CsvRow, calendar: DateReader) -> tuple[dict[str, Any], list[str]]:
    """Give the fields of an invitation that a row knows, and what is wrong with the other cells.

    Empty cells say nothing. Own facts (`my_…`) become numbers, shares, true or false, or instants where they are
    plainly written so; else they stay text, since the policy decides what they are.
    """
    fields: dict[str, Any] = {}
    own: dict[str, Any] = {}
    wrong: list[str] = []
    for column in filter(is_known, row.cells):
        text = row.read(column)
        if not text:
            continue
        if column.startswith(OWN_PREFIX):
            own[column] = _own_value(text)
            continue
        try:
            fields[column] = _READERS[column](text, calendar)
        except CellError as error:
            wrong.append(f"{column}: {error.what}")
    return {**fields, "facts": own} if own else fields, wrong


def _own_value(text: str) -> Any:
    if text.casefold() in ("true", "false"):
        return text.casefold() == "true"
    for parse in (parse_number, parse_share, parse_instant):
        try:
            return parse(text)
        except InvalidInputError:
            continue
    return text
