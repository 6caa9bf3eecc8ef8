"""The table of facts is page 1, section 6, row by row."""

from __future__ import annotations

import attrs
import pytest

from invitepolicy import Account, Invitation
from invitepolicy._core.facts import BASES, FACTS, GRAMMAR_WORDS, OWN_KINDS, RESERVED_OUTCOMES, SUBJECTS

WORDS = {
    "direction": "outgoing incoming",
    "status": "draft pending accepted ignored withdrawn expired",
    "relationship": "known logical stranger unknown",
    "activity": "daily weekly occasional unknown",
    "account_tier": "free premium unknown",
}
TABLE = {
    "direction": ("choice", "direction"),
    "status": ("choice", "status"),
    "relationship": ("choice", "relationship"),
    "activity": ("choice", "activity"),
    "sent": ("clock", "sent_at"),
    "answered": ("clock", "answered_at"),
    "withdrawn": ("clock", "withdrawn_at"),
    "last_active": ("clock", "last_active_at"),
    "has_note": ("flag", "note"),
    "note_length": ("count", "note"),
    "email_requested": ("flag", "email_requested"),
    "attempts": ("count", "attempts"),
    "tags": ("tags", "tags"),
    "account_pending": ("count", "pending"),
    "account_sent_last_day": ("count", "sent_last_day"),
    "account_sent_last_week": ("count", "sent_last_week"),
    "account_settled": ("count", "settled"),
    "account_rejected_share": ("share", "rejected_share"),
    "account_email_requests": ("count", "email_requests"),
    "account_notes_last_month": ("count", "notes_last_month"),
    "account_restricted": ("clock", "restricted_at"),
    "account_tier": ("choice", "tier"),
}


def test_the_facts_are_those_of_the_language_page_in_its_order():
    """Name, kind and field."""
    assert [(name, fact.kind, fact.field) for name, fact in FACTS.items()] == [
        (name, *row) for name, row in TABLE.items()
    ]


@pytest.mark.parametrize("name", FACTS)
def test_every_fact_is_whole(name):
    """It knows its own name, its words if it is a choice, whom it is about, and what it means."""
    fact = FACTS[name]
    record = Account if fact.subject == "account" else Invitation

    assert fact.name == name
    assert fact.words == tuple(WORDS.get(name, "").split())
    assert fact.subject == ("account" if name.startswith("account_") else "invitation")
    assert fact.field in attrs.fields_dict(record)
    assert fact.meaning


def test_defaults_are_words_of_their_choice():
    """What a record says of itself when nobody says it."""
    record, account = Invitation(), Account()

    assert (record.direction, record.status) == ("outgoing", "pending")
    assert record.relationship == record.activity == account.tier == "unknown"


def test_the_other_lists():
    """Words of the grammar, reserved outcomes, kinds of own facts, subjects, grounds of a status."""
    assert " ".join(GRAMMAR_WORDS) == "at least most more less than between and ago given missing forever"
    assert set(RESERVED_OUTCOMES) == {"not_applicable", "undetermined"}
    assert set(OWN_KINDS) == {"count", "number", "share", "flag", "clock", "tags"}
    assert set(SUBJECTS) == {"invitation", "account"}
    assert set(BASES) == {"observed", "joined", "assumed"}
