"""Anonymous records: nobody is named, and every outcome stays."""

from __future__ import annotations

from datetime import UTC, datetime

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import NOW, invitations

from invitepolicy import Invitation, decide, load_policy, parse_policy
from invitepolicy.sources.anonymize import anonymize

FAQ = load_policy("faq")
OWN = parse_policy(
    "invitepolicy: 1\nname: p\nextends: faq\n"
    "facts: {my_field: [law, art], my_marks: tags, my_met: clock, my_friends: count}\n"
    "decisions:\n  withdraw:\n    rules:\n"
    "      - {rule: r, when: {my_field: law, my_marks: [a, b], my_met: given, my_friends: at least 3},"
    " then: consider, because: x}\n"
)


def test_people_are_numbered_and_keep_their_number():
    """By address, else by name; nobody stays nobody."""
    records = [
        Invitation(name="Ann", url="https://x.example/a"),
        Invitation(name="Ben"),
        Invitation(name="Anna", url="https://x.example/a"),
        Invitation(),
    ]

    found = list(anonymize(FAQ, records))

    assert [record.name for record in found] == ["Person 1", "Person 2", "Person 1", None]
    assert {record.url for record in found} == {None}


def test_notes_and_tags_are_blackened():
    """A note keeps its length, and of tags, those that the policy names stay."""
    (found,) = anonymize(FAQ, [Invitation(note="  secret ", tags=["keep", "ex-husband"])])

    assert (found.note, found.tags) == ("xxxxxx", frozenset({"keep"}))


def test_own_facts_stay_as_far_as_the_policy_names_them():
    """A choice's words, the tags of conditions, numbers and instants; nothing that the policy does not know."""
    facts = {"my_field": "law", "my_marks": ["a", "secret"], "my_met": NOW, "my_friends": 4, "my_diary": "secret"}

    (found,) = anonymize(OWN, [Invitation(facts=facts)])
    (other,) = anonymize(OWN, [Invitation(facts={"my_field": "secret", "my_marks": "secret"})])

    assert found.facts == {"my_field": "law", "my_marks": frozenset({"a"}), "my_met": NOW, "my_friends": 4}
    assert other.facts == {"my_marks": frozenset()}


def test_every_field_that_a_fact_reads_stays():
    """Choices, flags, counts and instants of the record, whichever there are; and how the status is known."""
    record = Invitation(
        name="Ann",
        direction="incoming",
        status="withdrawn",
        status_basis="observed",
        sent_at=NOW,
        answered_at=NOW,
        withdrawn_at=NOW,
        last_active_at=NOW,
        relationship="known",
        activity="daily",
        email_requested=True,
        attempts=3,
    )

    (found,) = anonymize(FAQ, [record])

    assert found == attrs.evolve(record, name="Person 1")


@settings(max_examples=100, deadline=None)
@given(records=st.lists(invitations, max_size=5))
def test_every_outcome_stays(records):
    """So a page that is shown to others has the same outcomes."""
    for before, after in zip(records, anonymize(FAQ, records), strict=True):
        outcomes = [{name: answer.outcome for name, answer in decide(FAQ, r, now=NOW).items()} for r in (before, after)]
        assert outcomes[0] == outcomes[1]


def test_own_outcomes_stay():
    """With facts that decide."""
    record = Invitation(
        sent_at=datetime(2026, 3, 14, tzinfo=UTC),
        facts={"my_field": "law", "my_marks": ["a", "secret"], "my_met": NOW, "my_friends": 4},
    )

    (found,) = anonymize(OWN, [record])

    assert decide(OWN, found, now=NOW)["withdraw"].outcome == "consider"
