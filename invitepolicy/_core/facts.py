"""The facts that a condition may name: their kinds, their words, and the field each is read from."""

from __future__ import annotations

from typing import Final, Literal

import attrs

from invitepolicy._core.frozen import ByFields

Kind = Literal["choice", "flag", "count", "number", "share", "clock", "tags"]
Subject = Literal["invitation", "account"]

# The kinds that a policy may name for a fact of its own; a choice is declared by the list of its words.
OWN_KINDS: Final[tuple[Kind, ...]] = ("count", "number", "share", "flag", "clock", "tags")
OWN_PREFIX: Final = "my_"

DIRECTIONS: Final = ("outgoing", "incoming")
STATUSES: Final = ("draft", "pending", "accepted", "ignored", "withdrawn", "expired")
RELATIONSHIPS: Final = ("known", "logical", "stranger", "unknown")
ACTIVITIES: Final = ("daily", "weekly", "occasional", "unknown")
TIERS: Final = ("free", "premium", "unknown")
BASES: Final = ("observed", "joined", "assumed")

SUBJECTS: Final[tuple[Subject, ...]] = ("invitation", "account")
NOT_APPLICABLE: Final = "not_applicable"
UNDETERMINED: Final = "undetermined"
RESERVED_OUTCOMES: Final = (NOT_APPLICABLE, UNDETERMINED)
# No setting may have one of these names, so that a word in an operator is either the grammar's or a name.
GRAMMAR_WORDS: Final = (
    "at", "least", "most", "more", "less", "than", "between", "and", "ago", "given", "missing", "forever",
)  # fmt: skip


@attrs.frozen(eq=False, repr=False)
class Fact(ByFields):
    """A fact: its name, kind, whom it is about, the record's field, the words of a choice, and what it means.

    `happens` says in which statuses a missing clock is *not known*; in all others it *did not happen*.
    None means that it is not known in any.
    """

    name: str
    kind: Kind
    subject: Subject
    field: str
    meaning: str
    words: tuple[str, ...] = ()
    happens: tuple[str, ...] | None = None


def _invitation(
    name: str,
    kind: Kind,
    field: str,
    meaning: str,
    *,
    words: tuple[str, ...] = (),
    happens: tuple[str, ...] | None = None,
) -> Fact:
    return Fact(name, kind, "invitation", field, meaning, words, happens)


def _account(name: str, kind: Kind, meaning: str, *, words: tuple[str, ...] = (), field: str = "") -> Fact:
    # `()` and not None: a refusal that is not stated did not happen, whatever the status of an invitation.
    return Fact(
        name, kind, "account", field or name.removeprefix("account_"), meaning, words, () if kind == "clock" else None
    )


# The order is part of the language: it sorts the table of facts, `needs`, and the forks of a decision tree.
FACTS: Final[dict[str, Fact]] = {
    fact.name: fact
    for fact in (
        _invitation("direction", "choice", "direction", "who sent it", words=DIRECTIONS),
        _invitation("status", "choice", "status", "where it stands", words=STATUSES),
        _invitation("relationship", "choice", "relationship", "how the two know each other", words=RELATIONSHIPS),
        _invitation("activity", "choice", "activity", "how often the other person uses LinkedIn", words=ACTIVITIES),
        _invitation(
            "sent", "clock", "sent_at", "when it was sent",
            happens=("pending", "accepted", "ignored", "withdrawn", "expired"),
        ),
        _invitation("answered", "clock", "answered_at", "when it was answered", happens=("accepted", "ignored")),
        _invitation("withdrawn", "clock", "withdrawn_at", "when it was withdrawn", happens=("withdrawn",)),
        _invitation("last_active", "clock", "last_active_at", "when the other person was last seen on LinkedIn"),
        _invitation("has_note", "flag", "note", "whether it carries a note"),
        _invitation("note_length", "count", "note", "the note's length in characters"),
        _invitation("email_requested", "flag", "email_requested", "whether LinkedIn asked for the person's address"),
        _invitation("attempts", "count", "attempts", "earlier invitations to the same person"),
        _invitation("tags", "tags", "tags", "the user's own marks"),
        _account("account_pending", "count", "outgoing invitations pending now"),
        _account("account_sent_last_day", "count", "outgoing invitations of the last 24 hours"),
        _account("account_sent_last_week", "count", "outgoing invitations of the last 7 days"),
        _account("account_settled", "count", "outgoing invitations of the last 90 days whose fate is settled"),
        _account("account_rejected_share", "share", "the part of the settled ones that was not accepted"),
        _account("account_email_requests", "count", "people of the last 30 days for whom an address was asked"),
        _account("account_notes_last_month", "count", "outgoing invitations with a note of the last 30 days"),
        _account("account_restricted", "clock", "when LinkedIn last refused", field="restricted_at"),
        _account("account_tier", "choice", "what LinkedIn is paid", words=TIERS),
    )
}  # fmt: skip

AT_MOST: Final = {"account_sent_last_day": "account_sent_last_week"}  # a day's sendings are at most a week's
_ORDER: Final = {name: index for index, name in enumerate(FACTS)}


def fact_order(name: str) -> tuple[int, str]:
    """Return a key that sorts facts in the order of `FACTS`, own ones last and by name."""
    return _ORDER.get(name, len(_ORDER)), name


def field_facts(subject: Subject, kind: Kind | None = None) -> tuple[Fact, ...]:
    """Return the facts of a kind, or of all kinds, that are read from a field of the record, in their order.

    What is worked out from the note (whether there is one, its length) is not among them.
    """
    return tuple(
        fact
        for fact in FACTS.values()
        if fact.subject == subject and kind in (None, fact.kind) and fact.field != "note"
    )
