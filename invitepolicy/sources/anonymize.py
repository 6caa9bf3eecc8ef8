"""Records that may be shown to others: everything that decides stays, everything that names a person goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from invitepolicy._core.policy import OneOf, conditions_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from invitepolicy import Invitation, Policy


def anonymize(
    policy: Policy, invitations: Iterable[Invitation], numbers: dict[str, int] | None = None
) -> Iterator[Invitation]:
    """Give the records with people numbered, without addresses, notes blackened, and tags only if the policy has them.

    The same person, by address or else by name, keeps the same number; `numbers` remembers them from call to call.
    Under this policy every outcome stays as it was: the length of a note does, the instants do, and the policy's own
    facts do, but for words that it never names.
    """
    known: dict[str, int] = {} if numbers is None else numbers
    words = _named_words(policy)
    return (_anonymous(invitation, known, policy, words) for invitation in invitations)


def _named_words(policy: Policy) -> dict[str, frozenset[str]]:
    """Give the words that lines name, by fact."""
    found: dict[str, frozenset[str]] = {}
    for decision in policy.decisions.values():
        for line in conditions_of(decision):
            if isinstance(line.operator, OneOf):
                found[line.fact] = found.get(line.fact, frozenset()) | frozenset(line.operator.words)
    return found


def _anonymous(
    invitation: Invitation, numbers: dict[str, int], policy: Policy, words: Mapping[str, frozenset[str]]
) -> Invitation:
    key = invitation.url or invitation.name
    number = numbers.setdefault(key, len(numbers) + 1) if key else 0
    note = invitation.note
    own = ((name, _kept(policy, name, value, words.get(name, frozenset()))) for name, value in invitation.facts.items())
    return attrs.evolve(
        invitation,
        name=f"Person {number}" if number else None,
        url=None,
        note=None if note is None else "x" * len(note.strip()),
        tags=invitation.tags & words.get("tags", frozenset()),
        facts={name: value for name, value in own if value is not None},
    )


def _kept(policy: Policy, name: str, value: Any, words: frozenset[str]) -> Any:
    """Give what may stay of an own fact's value: all but the words of people that the policy does not name."""
    fact = policy.facts.get(name)
    if fact is None:
        return None
    if fact.kind == "tags":
        return (frozenset({value}) if isinstance(value, str) else value) & words
    if fact.kind == "choice":
        return value if value in fact.words else None
    return value
