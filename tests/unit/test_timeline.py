"""The life of a record: complete, without gaps, and a reading of what `decide` says at every instant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_policies import random_policy, random_record
from strategies import NOW, accounts, invitations

from invitepolicy import Account, Invitation, RecordError, decide, decide_account, load_policy, parse_policy
from invitepolicy.timeline import just_before, timeline

SENT = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
FAQ = load_policy("faq")
DAILY = Invitation(sent_at=SENT, activity="daily")


def outcomes(stages):
    """Return a life as outcomes with the days since it was sent."""
    return [(stage.outcome, stage.start and (stage.start - SENT) // DAY) for stage in stages]


def test_a_life_goes_from_the_first_day_to_the_last():
    """Kept, considered, withdrawn, and then nothing to ask any more; without an end on either side."""
    stages = timeline(FAQ, DAILY, "withdraw")

    assert outcomes(stages) == [
        ("keep", None),
        ("consider", 3),
        ("withdraw", 4),
        ("withdraw", 14),
        ("not_applicable", 180),
    ]
    assert [stage.rule for stage in stages] == [
        None,
        "a daily visitor may have seen it",
        "a daily visitor has seen it",
        "nobody waits forever",
        None,
    ]
    assert stages[-1].end is None


def test_reasons_are_read_at_the_start():
    """Of the first stretch, which has none, at its last instant."""
    policy = parse_policy(
        "invitepolicy: 1\nname: p\ndecisions:\n  d:\n    rules:\n      - rule: r\n"
        "        when: {sent: at least 2 days ago}\n        then: late\n        because: Sent {sent.age} ago.\n"
        "    otherwise: {then: fresh, because: 'Sent {sent.age} ago.'}\n"
    )

    assert [stage.reason for stage in timeline(policy, DAILY, "d")] == ["Sent 1 day ago.", "Sent 2 days ago."]


def test_without_a_clock_there_is_one_stage():
    """What does not move stays for ever, both ways."""
    (stage,) = timeline(FAQ, Invitation(status="draft"), "note")

    assert (stage.start, stage.end, stage.outcome) == (None, None, "recommended")


def test_an_account_has_a_life_too():
    """Its restriction passes."""
    account = Account(settled=20, rejected_share=0.1, restricted_at=SENT)

    assert outcomes(timeline(FAQ, account, "pace")) == [("pause", None), ("slow_down", 7), ("send", 30)]


@pytest.mark.parametrize("sent_at", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_the_ends_of_time_are_no_trouble(sent_at):
    """A turning point past the year 9999 is never reached, and nothing lies before the year 1."""
    stages = timeline(FAQ, Invitation(sent_at=sent_at), "expiry")

    assert {stage.outcome for stage in stages} <= {"open", "expiring", "lapsed"}
    assert just_before(datetime.min.replace(tzinfo=UTC)) == datetime.min.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("subject", "decision", "words"),
    [
        (DAILY, "withdrw", "did you mean “withdraw”?"),
        (DAILY, "pace", "“pace” is about the account; give an account, such as summarize returns"),
        (Account(), "withdraw", "“withdraw” is about the invitation; give an invitation"),
    ],
)
def test_what_cannot_be_asked_is_refused(subject, decision, words):
    """With the nearest decision, or the right kind of subject."""
    with pytest.raises(RecordError) as caught:
        timeline(FAQ, subject, decision)

    assert str(caught.value).endswith(words)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(record=invitations, account=accounts, seconds=st.integers(-300 * 86400, 300 * 86400))
def test_a_timeline_is_what_decide_says_at_every_instant(record, account, seconds):
    """At random instants, at each turning point and just before it; stages touch, and neighbours differ."""
    for name, decision in FAQ.decisions.items():
        about_account = decision.subject == "account"
        stages = timeline(FAQ, account if about_account else record, name, account=account)
        starts = [stage.start for stage in stages]
        assert starts[0] is None
        assert starts[1:] == [stage.end for stage in stages[:-1]]
        for instant in (NOW + timedelta(seconds=seconds), *starts[1:], *map(just_before, starts[1:])):
            (found,) = (s for s in stages if (not s.start or s.start <= instant) and (not s.end or instant < s.end))
            if about_account:
                answer = decide_account(FAQ, account, now=instant)[name]
            else:
                answer = decide(FAQ, record, now=instant, account=account)[name]
            assert (found.outcome, found.rule, found.place) == (answer.outcome, answer.rule, answer.place)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_on_random_policies_a_timeline_is_what_decide_says(part):
    """At each turning point and just before it, of every kind of line, with the year 9999 and what is missing."""
    for seed in range(part, 160, 4):
        policy = random_policy(seed)
        record, account = random_record(policy, seed)
        for name, decision in policy.decisions.items():
            if decision.subject != "invitation":
                continue
            starts = [stage.start for stage in timeline(policy, record, name, account=account)][1:]
            for stage in timeline(policy, record, name, account=account):
                inside = stage.start or just_before(stage.end or NOW)
                answer = decide(policy, record, now=inside, account=account)[name]
                assert (stage.outcome, stage.rule, stage.place) == (answer.outcome, answer.rule, answer.place)
                coming = [start for start in starts if start > inside]
                assert answer.changes_at is None or answer.changes_at in coming
