"""Records that may be shown to others: everything that decides stays, everything that names a person goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

from invitepolicy import Invitation
from invitepolicy._core.conditions import words_of
from invitepolicy._core.facts import FACTS
from invitepolicy._core.policy import conditions_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from invitepolicy import Policy

_FACTS: Final = tuple(fact for fact in FACTS.values() if fact.subject == "invitation" and fact.field != "note")
_TAGS: Final = tuple(fact.field for fact in _FACTS if fact.kind == "tags")
# Only what facts can read is copied, so that a new field of free text would be dropped and not shown.
_COPIED: Final = tuple(
    field.name
    for field in attrs.fields(Invitation)
    if field.name in {"status_basis", *(fact.field for fact in _FACTS)} and field.name not in _TAGS
)


def anonymize(
    policy: Policy, invitations: Iterable[Invitation], numbers: dict[str, int] | None = None
) -> Iterator[Invitation]:
    """Yield each invitation without what names a person, in a form about which the policy decides the same.

    Names become `Person 1`, `Person 2`, …, in the order in which people first appear: the same address, or without
    one the same name, has the same number, and a record with neither has no name. `numbers` holds these numbers by
    address or name, and is extended; pass the same dictionary to number people alike across calls. It names people:
    keep it to yourself.

    Addresses are removed. A note becomes as many `x` as it has characters without surrounding white space. Of tags,
    those stay that a condition of `policy` names; of the policy's own facts, numbers, shares, flags and instants
    stay, and words if the policy names them. All else (status, instants, other choices and counts) stays as it is.
    Every outcome of this policy stays the same; those of another policy may change.

    The records are read one at a time, as they are asked for. No error is raised.
    """
    known: dict[str, int] = {} if numbers is None else numbers
    words = _named_words(policy)
    return (_anonymous(invitation, known, policy, words) for invitation in invitations)


def _named_words(policy: Policy) -> dict[str, frozenset[str]]:
    """Return the words that conditions name, by fact."""
    named: dict[str, frozenset[str]] = {}
    for decision in policy.decisions.values():
        for condition in conditions_of(decision):
            named[condition.fact] = named.get(condition.fact, frozenset()) | frozenset(words_of(condition))
    return named


def _anonymous(
    invitation: Invitation, numbers: dict[str, int], policy: Policy, words: Mapping[str, frozenset[str]]
) -> Invitation:
    key = invitation.url or invitation.name
    number = numbers.setdefault(key, len(numbers) + 1) if key else 0
    note = invitation.note
    own = (
        (name, _own_value(policy, name, value, words.get(name, frozenset())))
        for name, value in invitation.facts.items()
    )
    return Invitation(
        **{name: getattr(invitation, name) for name in _COPIED},
        **{name: getattr(invitation, name) & words.get(name, frozenset()) for name in _TAGS},
        name=f"Person {number}" if number else None,
        # Conditions read whether there is a note and how long it is, but not its text.
        note=None if note is None else "x" * len(note.strip()),
        facts={name: value for name, value in own if value is not None},
    )


def _own_value(policy: Policy, name: str, value: Any, words: frozenset[str]) -> Any:
    """Return what may stay of an own fact's value, or None: words only where the policy names them."""
    fact = policy.facts.get(name)
    # A fact that this policy does not define, such as one of another policy: it decides nothing here.
    if fact is None:
        return None
    if fact.kind == "tags":
        # A single text counts as one tag, as it does for conditions.
        return (frozenset({value}) if isinstance(value, str) else value) & words
    if fact.kind == "choice":
        return value if value in fact.words else None
    return value
