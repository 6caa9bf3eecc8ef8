"""Coming changes: every change of an answer in order, decided once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import NOW, invitations

from invitepolicy import Invitation, RecordError, decide, load_policy
from invitepolicy.review.model import review_invitations
from invitepolicy.review.upcoming import coming_changes

DAY = timedelta(days=1)
FAQ = load_policy("faq")
SENT = datetime(2026, 3, 14, 19, tzinfo=UTC)
RECORD = Invitation(name="Ann", url="https://www.linkedin.com/in/ann", sent_at=SENT, activity="daily")


def reviewed(*records, policy=FAQ, now=NOW):
    """Return a review of a few records, without an account."""
    return review_invitations(policy, records, now=now, summarized=False)


def listed(*records, policy=FAQ, until=NOW + 28 * DAY):
    """Return the changes in brief."""
    return [
        (change.at, change.invitation.name, change.decision, change.before, change.after.outcome)
        for change in coming_changes(reviewed(*records, policy=policy), until=until)
    ]


def test_every_change_is_listed_in_order():
    """Not the next one of each record only; what needs nothing done is left out."""
    later = Invitation(name="Bob", sent_at=SENT - 13 * DAY)

    assert listed(RECORD, later) == [
        (SENT + DAY, "Bob", "withdraw", "keep", "withdraw"),
        (SENT + 3 * DAY, "Ann", "withdraw", "keep", "consider"),
        (SENT + 4 * DAY, "Ann", "withdraw", "consider", "withdraw"),
    ]


def test_the_end_is_included():
    """A change at `until` is listed, one after it is not."""
    at = SENT + 3 * DAY

    assert [entry[0] for entry in listed(RECORD, until=at)] == [at]
    assert listed(RECORD, until=at - timedelta(microseconds=1)) == []


def test_an_end_without_a_zone_is_refused():
    """Its time zone is unknown."""
    with pytest.raises(RecordError, match="must be a timezone-aware datetime"):
        coming_changes(reviewed(), until=datetime(2026, 5, 1))  # noqa: DTZ001


def test_an_answer_is_decided_once(monkeypatch):
    """Each record once for the review, then once an instant at which an answer of it changes, up to `until`."""
    calls = []

    def counted(policy, record, *, now, account):
        calls.append((record.name, now))
        return decide(policy, record, now=now, account=account)

    monkeypatch.setattr("invitepolicy.review.upcoming.decide", counted)
    review = reviewed(RECORD, Invitation(name="Bob", sent_at=NOW - 179 * DAY), Invitation(name="Cy", status="draft"))

    changes = coming_changes(review, until=NOW + 28 * DAY)

    assert calls == [("Ann", SENT + 3 * DAY), ("Ann", SENT + 4 * DAY), ("Bob", NOW + DAY)]
    assert [change.invitation.name for change in changes] == ["Bob", "Ann", "Ann"]


@settings(max_examples=60, deadline=None)
@given(records=st.lists(invitations, max_size=4))
def test_the_changes_are_what_decide_will_say(records):
    """At each entry the outcome is the new one, just before it the old one, in order, within the span."""
    until = NOW + 100 * DAY

    changes = coming_changes(reviewed(*records), until=until)

    assert [change.at for change in changes] == sorted(change.at for change in changes)
    for change in changes:
        assert NOW < change.at <= until
        before = decide(FAQ, change.invitation, now=change.at - timedelta(microseconds=1))[change.decision]
        assert (before.outcome, change.after) == (
            change.before,
            decide(FAQ, change.invitation, now=change.at)[change.decision],
        )
