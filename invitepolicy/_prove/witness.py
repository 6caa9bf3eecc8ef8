"""An example record of a region, to be decided like any other; and the same record in a few words."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import attrs

from invitepolicy._core.facts import AT_MOST, OWN_PREFIX
from invitepolicy._core.policy import DEFAULT_NOW, STANDING
from invitepolicy._core.quantities import format_age, format_count, format_number, format_share
from invitepolicy._core.records import Absent, Account, Invitation
from invitepolicy._prove.cells import value_in
from invitepolicy._prove.regions import USUAL, pick_cells, usual_word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from invitepolicy._core.facts import Fact
    from invitepolicy._prove.regions import FactSpace, Region

LONGEST_NOTE: Final = 100_000  # characters: a stranger's policy must not fill the memory
_HAPPENED: Final = {
    "sent": "sent", "answered": "answered", "withdrawn": "withdrawn",
    "last_active": "to somebody last seen", "account_restricted": "from an account restricted",
}  # fmt: skip


@attrs.frozen
class Witness:
    """A record, an account and an instant that prove a finding; `words` describes the record."""

    invitation: Invitation
    account: Account
    now: datetime
    words: str


def make_witness(space: FactSpace, region: Region) -> Witness | None:
    """Return a record of a region; None where its note would have more than 100,000 characters."""
    values = values_in(space, region)
    fields: dict[str, Any] = {}
    own: dict[str, Any] = {}
    account: dict[str, Any] = {}
    tags: dict[str, list[str]] = {}
    for dimension, value in zip(space.dimensions, values, strict=True):
        fact = dimension.fact
        target = own if fact.name.startswith(OWN_PREFIX) else fields if fact.subject == "invitation" else account
        if dimension.tag is not None:
            # All dimensions of one fact share this list; the value is a bool: the tag is added once, or not.
            target[fact.field] = tags.setdefault(fact.name, [])
            tags[fact.name] += [dimension.tag] * value
        elif fact.field == "note":
            if value > LONGEST_NOTE:
                return None
            fields["note"] = "x" * value
        # What is missing is left out: the record's status then says in which way, as the region requires.
        elif not isinstance(value, Absent):
            # An instant was chosen by its age at STANDING, and keeps this age at the `now` of the witness.
            target[fact.field] = DEFAULT_NOW - (STANDING - value) if isinstance(value, datetime) else value
    words = describe_record(space, values)
    return Witness(Invitation(**fields, facts=own), Account(**account), DEFAULT_NOW, words)


def values_in(space: FactSpace, region: Region) -> list[Any]:
    """Return a value of each dimension, which together make a record of a region."""
    cells = pick_cells(space, region)
    values = [
        usual_word(dimension.cells[cell]) or value_in(dimension, cell)
        for dimension, cell in zip(space.dimensions, cells, strict=True)
    ]
    at = {dimension.fact.name: index for index, dimension in enumerate(space.dimensions)}
    for small, large in AT_MOST.items():
        if small in at and large in at and not isinstance(values[at[large]], Absent):
            # A day's 5 goes with a week's “at most 7”, but not with the plainest value of that, 0. The day's value
            # is the least of its cell, so raising the week's value to it does not leave the week's cell.
            least = values[at[small]]
            values[at[large]] = max(values[at[large]], 0 if isinstance(least, Absent) else least)
    return values


def describe_record(space: FactSpace, values: list[Any]) -> str:
    """Return what distinguishes a record, in a few words: `an invitation withdrawn 2 weeks ago, tagged vip`."""
    phrases = [
        words
        for dimension, value in zip(space.dimensions, values, strict=True)
        for words in _describe(dimension.fact, dimension.tag, value)
    ]
    # “withdrawn 2 weeks ago” includes “withdrawn”
    phrases = [
        words for words in phrases if not any(words != other and other.startswith(f"{words} ") for other in phrases)
    ]
    about = any(dimension.fact.subject == "invitation" for dimension in space.dimensions)
    return f"{'an invitation' if about else 'an account'} {', '.join(phrases)}".rstrip() if phrases else "any record"


def _describe(fact: Fact, tag: str | None, value: Any) -> Iterator[str]:
    if tag is not None:
        if value:
            yield f"tagged {tag}" if fact.name == "tags" else f"with “{fact.name}” {tag}"
    elif fact.name == "note_length":
        yield f"with a note of {format_count(value, 'character')}" if value else "without a note"
    elif isinstance(value, datetime):
        yield f"{_HAPPENED.get(fact.name, fact.name)} {_ago(STANDING - value)}"
    elif value is Absent.NOT_KNOWN:
        yield f"whose “{fact.name}” is not known"
    elif fact.name == "status" and value not in USUAL:
        yield "still a draft" if value == "draft" else value
    elif isinstance(value, bool):  # before the numbers, since a bool is an int
        yield f"with “{fact.name}” {str(value).lower()}"
    elif isinstance(value, int | float) and (fact.name, value) != ("attempts", 0):
        yield f"with “{fact.name}” {format_share(value) if fact.kind == 'share' else format_number(value)}"
    elif isinstance(value, str) and value not in USUAL and fact.name != "status":
        yield f"with “{fact.name}” {value}"


def _ago(age: timedelta) -> str:
    # The only cell of instants after now has the value of a day later.
    if age < timedelta():
        return "in a day"
    return f"{format_age(age)} ago" if age else "just now"
