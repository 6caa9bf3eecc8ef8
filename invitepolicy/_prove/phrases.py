"""A region in plain words: `daily visitors, from 4 days to 1 week after sent`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from invitepolicy._core.quantities import format_duration, format_number, format_share
from invitepolicy._core.records import Absent
from invitepolicy._core.text import join_words
from invitepolicy._prove.cells import AgeCell, Boundary, ChoiceCell, FlagCell, MissingCell, RangeCell
from invitepolicy._prove.regions import cells_of, simplify

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import timedelta

    from invitepolicy._core.facts import Fact
    from invitepolicy._prove.cells import Cell, Dimension
    from invitepolicy._prove.regions import FactSpace, Region

# Words that are not listed stand for themselves; facts that are not listed are named before their words.
_PEOPLE: Final = {
    "direction": {"outgoing": "outgoing", "incoming": "incoming"},
    "status": {"draft": "draft"},
    "relationship": {
        "known": "somebody you know", "logical": "a logical contact", "stranger": "a stranger",
        "unknown": "somebody of unknown relationship",
    },
    "activity": {
        "daily": "daily visitors", "weekly": "weekly visitors", "occasional": "occasional visitors",
        "unknown": "people whose activity is unknown",
    },
    "account_tier": {"free": "a free account", "premium": "a premium account", "unknown": "an account of unknown tier"},
}  # fmt: skip
_FLAGS: Final = {("email_requested", True): "asked for an address", ("email_requested", False): "asked for no address"}
# Where “after” or “before” with the fact's name would not be English.
_AFTER: Final = {"last_active": "they were last seen", "account_restricted": "a restriction"}
_NEVER: Final = {"account_restricted": "never restricted", "sent": "not sent yet"}
_COUNTED: Final = {
    "attempts": "earlier invitations",
    "account_pending": "pending",
    "account_sent_last_day": "sent in a day",
    "account_sent_last_week": "sent in a week",
    "account_settled": "settled",
    "account_email_requests": "addresses asked for in a month",
    "account_notes_last_month": "notes in a month",
    "account_rejected_share": "rejected",
}
# The other nouns (“pending”, “sent in a day”) are the same after 1.
_SINGULAR: Final = {
    "earlier invitations": "earlier invitation",
    "addresses asked for in a month": "address asked for in a month",
    "notes in a month": "note in a month",
}
# Who it is comes first in a description; the other facts follow in the order of the dimensions.
_ORDER: Final = ("relationship", "activity")


def describe_region(space: FactSpace, region: Region, background: Region) -> str:
    """Return a description of the records in a region; what all records of `background` have in common is left out."""
    region = simplify(space, region)
    order = [
        (_ORDER.index(dimension.fact.name) if dimension.fact.name in _ORDER else len(_ORDER), index)
        for index, dimension in enumerate(space.dimensions)
        if background[index] & ~region[index]
    ]
    phrases = [_describe(space.dimensions[index], region[index], space.whole[index]) for _, index in sorted(order)]
    return ", ".join(phrases) or "everywhere"


def _describe(dimension: Dimension, mask: int, whole: int) -> str:
    cells = [dimension.cells[index] for index in cells_of(mask)]
    fact = dimension.fact
    if fact.kind == "choice":
        # A choice is never missing, and has no order that would make runs.
        return _choice(dimension, cells, mask, whole)
    runs = [*_runs(dimension.cells, mask)]
    parts = [_run(fact, run) for run in runs] if fact.kind not in ("flag", "tags") else []
    parts += [_flag(fact, dimension.tag, cell) for cell in cells if isinstance(cell, FlagCell)]
    parts += [_missing(fact, cell) for cell in cells if isinstance(cell, MissingCell)]
    return join_words(parts)


def _choice(dimension: Dimension, cells: Sequence[Cell], mask: int, whole: int) -> str:
    words = _words(cells)
    others = _words([dimension.cells[index] for index in cells_of(whole & ~mask)])
    if len(others) < len(words) and len(others) <= 2:  # noqa: PLR2004  (as many as a reader takes in at a glance)
        is_about_people = dimension.fact.name in _ORDER
        return f"{'anybody but' if is_about_people else 'not'} {_name_words(dimension.fact, others)}"
    return _name_words(dimension.fact, words)


def _words(cells: Iterable[Cell]) -> list[str]:
    return [word for cell in cells if isinstance(cell, ChoiceCell) for word in cell.words]


def _name_words(fact: Fact, words: Sequence[str]) -> str:
    names = _PEOPLE.get(fact.name)
    if names is None:
        return f"{fact.name} {join_words(words)}"
    plain = [word for word in words if word != "unknown"]
    # “daily or weekly visitors” instead of “daily visitors or weekly visitors”.
    if fact.name == "activity" and len(plain) > 1:
        return join_words([f"{join_words(plain)} visitors", *(names[word] for word in words if word == "unknown")])
    return join_words(names.get(word, word) for word in words)


def _runs(cells: Sequence[Cell], mask: int) -> Iterator[list[Cell]]:
    """Yield the runs of adjacent cells of a clock or a number."""
    run: list[Cell] = []
    for index, cell in enumerate(cells):
        if mask >> index & 1 and isinstance(cell, AgeCell | RangeCell):
            run.append(cell)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _run(fact: Fact, run: Sequence[Cell]) -> str:
    first, last = run[0], run[-1]
    if isinstance(first, AgeCell) and isinstance(last, AgeCell):
        return _age(fact, first.low, last.high)
    low = first.low if isinstance(first, RangeCell) else None
    high = last.high if isinstance(last, RangeCell) else None
    if fact.name == "note_length":
        return _note(low, high)
    amount = _range(fact, low, high)
    noun = _COUNTED.get(fact.name)
    if noun is not None and _is_at_most_one(high):
        noun = _SINGULAR.get(noun, noun)
    return f"{fact.name} {amount}" if noun is None else f"{amount} {noun}"


def _age(fact: Fact, low: timedelta | None, high: timedelta | None) -> str:
    after = f"after {_AFTER.get(fact.name, fact.name)}"
    if low is None and high is None:
        return f"{fact.name} at any known time"
    # A `high` of zero, which is false, bounds the cell of the instants after now.
    if low is None and high is not None:
        return f"less than {format_duration(high)} {after}" if high else f"before {_AFTER.get(fact.name, fact.name)}"
    if high is None and low is not None:
        return f"from {format_duration(low)} {after} on"
    # By now there are both, and `high` is above zero; the test is for the type checker.
    return f"from {format_duration(low)} to {format_duration(high)} {after}" if low is not None and high else ""


def _is_at_most_one(high: Boundary | None) -> bool:
    """Return whether a count below a boundary takes the singular; “no” takes the plural."""
    return high == Boundary(2)


def _note(low: Boundary | None, high: Boundary | None) -> str:
    noun = "character" if _is_at_most_one(high) else "characters"
    # Without a lower boundary the length 0 is included.
    if low is None:
        return (
            "without a note" if high == Boundary(1) else f"with a note of at most {_format_below(high)} {noun}, or none"
        )
    if high is None:
        return "with a note" if low == Boundary(1) else f"with a note of {_format_from(low)} characters or more"
    return f"with a note of {_count(low, high)} {noun}"


def _format_below(boundary: Boundary | None) -> str:
    # Lengths and counts are whole numbers with boundaries just before one.
    return format_number(boundary.at - 1) if boundary is not None else ""


def _format_from(boundary: Boundary) -> str:
    return format_number(boundary.at)


def _range(fact: Fact, low: Boundary | None, high: Boundary | None) -> str:
    format_value = format_share if fact.kind == "share" else format_number
    if fact.kind == "count":
        return _count(low, high)
    # From just before a number to just after it there is only the number itself.
    if low is not None and high is not None and low.at == high.at:
        return format_value(low.at)
    above = "" if low is None else f"{'more than' if low.after else 'at least'} {format_value(low.at)}"
    below = "" if high is None else f"{'at most' if high.after else 'less than'} {format_value(high.at)}"
    return " and ".join(part for part in (above, below) if part) or "any known"


def _count(low: Boundary | None, high: Boundary | None) -> str:
    if high is None:
        return "any known number" if low is None else f"{_format_from(low)} or more"
    if low is None:
        return "no" if high == Boundary(1) else f"at most {_format_below(high)}"
    return _format_from(low) if low.at == high.at - 1 else f"{_format_from(low)} to {_format_below(high)}"


def _flag(fact: Fact, tag: str | None, cell: FlagCell) -> str:
    if tag is not None:
        return f"{'' if cell.value else 'not '}{'tagged' if fact.name == 'tags' else fact.name} {tag}"
    return _FLAGS.get((fact.name, cell.value), f"{fact.name} {str(cell.value).lower()}")


def _missing(fact: Fact, cell: MissingCell) -> str:
    if cell.why is Absent.NOT_KNOWN:
        return f"{fact.name} not known"
    return _NEVER.get(fact.name, f"not {fact.name}")
