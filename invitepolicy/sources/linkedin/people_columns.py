"""The columns of people.csv: each fact is one (add a column by adding a fact), and how each is read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, assert_never

import attrs

from invitepolicy import Invitation
from invitepolicy._core.errors import InvalidInputError
from invitepolicy._core.facts import FACTS, OWN_PREFIX
from invitepolicy._core.quantities import MOST_DIGITS, parse_instant, parse_number, parse_share
from invitepolicy._core.text import did_you_mean, join_words
from invitepolicy.sources.linkedin.dates import read_instant
from invitepolicy.sources.problems import Mistake, MistakeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from invitepolicy._core.facts import Fact
    from invitepolicy.sources.linkedin.csv_table import CsvRow
    from invitepolicy.sources.linkedin.dates import DateReader

# `int` alone would also take a sign, underscores, and the digits of other scripts.
_COUNT: Final = re.compile(f"[0-9]{{1,{MOST_DIGITS}}}")
_FLAGS: Final = {"true": True, "yes": True, "false": False, "no": False}
_EXPORTED: Final = ("direction", "sent_at", "answered_at", "note")  # what the export itself says

# By column. A fact of an invitation that LinkedIn does not export is a column, without being listed here.
_FACTS: Final = {
    fact.field: fact for fact in FACTS.values() if fact.subject == "invitation" and fact.field not in _EXPORTED
}
ABOUT_THE_INVITATION: Final = ("status", "withdrawn_at", "email_requested", "attempts")  # the rest is about the person
# What is about the person comes first, words before instants: most people fill in nothing else.
COLUMNS: Final = tuple(
    sorted(
        (field.name for field in attrs.fields(Invitation) if field.name in _FACTS),
        key=lambda name: 2 if name in ABOUT_THE_INVITATION else 1 if _FACTS[name].kind == "clock" else 0,
    )
)


def is_known(column: str) -> bool:
    """Return whether a column is one that the user may add."""
    return column in _FACTS or column.startswith(OWN_PREFIX)


def read_knowledge(row: CsvRow, dates: DateReader) -> tuple[dict[str, Any], list[Mistake]]:
    """Return the fields of an invitation that a row gives, and what is wrong with its other cells.

    Empty cells give nothing. Own facts (`my_…`) become numbers, shares, true or false, or instants where they are
    unambiguously written as one; otherwise they stay text, since the policy decides what they are.
    """
    fields: dict[str, Any] = {}
    own: dict[str, Any] = {}
    mistakes: list[Mistake] = []
    for column in filter(is_known, row.cells):
        text = row.read(column)
        if not text:
            continue
        if column.startswith(OWN_PREFIX):
            own[column] = _own_value(text)
            continue
        try:
            fields[column] = _read_value(_FACTS[column], text, dates)
        except MistakeError as error:
            mistakes += (attrs.evolve(mistake, column=column) for mistake in error.mistakes)
    return {**fields, "facts": own} if own else fields, mistakes


def _read_value(fact: Fact, text: str, dates: DateReader) -> Any:  # noqa: PLR0911  (a return for each kind)
    match fact.kind:
        case "choice":
            return _read_word(text, fact.words)
        case "flag":
            return _read_flag(text)
        case "count":
            return _read_count(text)
        case "number":
            return _read_quantity(parse_number, text)
        case "share":
            return _read_quantity(parse_share, text)
        case "clock":
            return read_instant(text, dates)
        case "tags":
            return frozenset(tag.strip() for tag in text.split(";") if tag.strip())
        case _ as never:
            assert_never(never)


def _read_word(text: str, words: tuple[str, ...]) -> str:
    word = text.casefold()
    if word not in words:
        hint = did_you_mean(text, words, f"write {join_words(words)}")
        raise MistakeError(Mistake("word", "is not an allowed value", hint))
    return word


def _read_flag(text: str) -> bool:
    flag = _FLAGS.get(text.casefold())
    if flag is None:
        raise MistakeError(Mistake("flag", "must be true or false", "write one of them, or leave it empty"))
    return flag


def _read_count(text: str) -> int:
    if not _COUNT.fullmatch(text):
        raise MistakeError(Mistake("count", "must be a whole number, 0 or more", "write digits, such as 3"))
    return int(text)


def _read_quantity(parse: Callable[[str], float], text: str) -> float:
    try:
        return parse(text)
    except InvalidInputError as error:
        hint = error.hint
    # Raised out here, so that the error that quotes the text is not its context.
    raise MistakeError(Mistake("quantity", "is not a quantity of this column", hint))


def _own_value(text: str) -> Any:
    # Not yes and no, which may be words of a choice.
    if text.casefold() in ("true", "false"):
        return text.casefold() == "true"
    # No text can be read as two of these, so that the order decides nothing.
    for parse in (parse_number, parse_share, parse_instant):
        try:
            return parse(text)
        except InvalidInputError:
            continue
    return text
