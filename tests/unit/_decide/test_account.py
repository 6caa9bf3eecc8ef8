"""Answers about the account: what its invitations show of it, and when time alone changes that."""

from __future__ import annotations

import random
import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from random_policies import random_policy
from readings import check_account_change
from strategies import NOW, random_invitations

from invitepolicy import Account, Invitation, decide_account, parse_policy, summarize

DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)


def at(day, hour=0):
    """Return an instant of March 2026."""
    return datetime(2026, 3, day, hour, tzinfo=UTC)


ACCOUNT_POLICY = """
invitepolicy: 1
name: paced
decisions:
  pace:
    subject: account
    rules:
      - rule: too many today
        when: {account_sent_last_day: at least 3}
        then: pause
        because: "{account_sent_last_day} in a day."
      - rule: a bad share
        when: {account_rejected_share: at least 50%}
        then: slow_down
        because: "{account_rejected_share} rejected."
      - rule: a refusal
        when: {account_restricted: less than 1 week ago}
        then: pause
        because: Refused on {account_restricted}.
    otherwise: {then: send, because: Go on.}
"""


def test_an_account_given_as_such_stands_still():
    """Only the clock of the restriction moves."""
    policy = parse_policy(ACCOUNT_POLICY)

    pace = decide_account(policy, Account(sent_last_day=0, rejected_share=0.1, restricted_at=at(1)), now=at(3))["pace"]

    assert (pace.outcome, pace.changes_at, pace.changes_to) == ("pause", at(8), "send")
    assert pace.reason == "Refused on 2026-03-01."


def test_invitations_leave_their_windows():
    """Given invitations, the change comes at the exact instant at which one leaves the last 24 hours."""
    policy = parse_policy(ACCOUNT_POLICY)
    sent = [Invitation(sent_at=at(2, hour), status="accepted") for hour in (6, 8, 10)]

    pace = decide_account(policy, sent, now=at(2, 12))["pace"]

    assert (pace.outcome, pace.changes_at, pace.changes_to) == ("pause", at(3, 6), "send")


def test_an_invitation_settles_by_waiting():
    """Two weeks after it was sent an unanswered invitation counts as rejected."""
    policy = parse_policy(ACCOUNT_POLICY)
    sent = [Invitation(sent_at=at(1)), Invitation(sent_at=at(1), status="accepted")]

    pace = decide_account(policy, sent, now=at(3))["pace"]

    assert (pace.outcome, pace.changes_at, pace.changes_to) == ("send", at(15), "slow_down")


def test_what_is_known_besides_wins_over_what_invitations_show():
    """A restriction and a better count, which no list shows, may be given beside the list."""
    policy = parse_policy(ACCOUNT_POLICY)

    known = Account(restricted_at=at(1), rejected_share=0.1)

    pace = decide_account(policy, [], now=at(3), account=known)["pace"]

    assert (pace.outcome, pace.changes_at) == ("pause", at(8))


@settings(max_examples=60, deadline=None)
@given(seed=...)
def test_account_changes_are_exactly_where_summaries_change(seed: int):
    """Summarizing anew just before the change gives the old outcome, and at it the new one."""
    policy = parse_policy(ACCOUNT_POLICY)
    records = random_invitations(25, seed=seed)

    pace = decide_account(policy, records, now=NOW)["pace"]

    end = pace.changes_at or NOW + 400 * DAY
    for instant in (NOW, NOW + (end - NOW) / 2, end - timedelta(microseconds=1)):
        again = decide_account(policy, summarize(records, now=instant), now=instant)["pace"]
        assert again.outcome == pace.outcome
    if pace.changes_at is not None:
        after = decide_account(policy, summarize(records, now=end), now=end)["pace"]
        assert after.outcome == pace.changes_to != pace.outcome


@pytest.mark.slow
def test_each_change_of_an_account_is_the_first_of_all_instants_that_might_matter():
    """On random policies and invitations whose windows end where clocks turn: 2,000 lists."""
    rng = random.Random(3)  # noqa: S311  (a seeded test is the point)
    policies = [policy for seed in range(80) if "pace" in (policy := random_policy(seed)).decisions]
    for number in range(2_000):
        policy = policies[number % len(policies)]
        sent = [NOW - days * DAY + rng.choice([-1, 0, 1]) * MICROSECOND for days in rng.choices(range(15), k=4)]
        check_account_change(
            policy,
            [Invitation(sent_at=at, status=rng.choice(["pending", "accepted"])) for at in sent],
            Account(restricted_at=NOW - rng.randrange(30) * DAY, tier=rng.choice(["free", "unknown"])),
            where=number,
        )


RESTRICTED = """
invitepolicy: 1
name: restricted
decisions:
  pace:
    question: How fast?
    subject: account
    rules:
      - rule: both
        when: {account_restricted: less than 60 hours ago, account_sent_last_day: BUSY}
        then: pause
        because: Refused {account_restricted.age} ago.
    otherwise: {then: send, because: Go on.}
"""


@pytest.mark.parametrize(
    ("busy", "sent", "change"),
    [
        ("given", at(3) + timedelta(hours=12), at(4) + timedelta(hours=12)),
        ("at least 1", at(3), at(4)),
        ("given", at(3), at(4) + timedelta(hours=12)),
    ],
    ids=["both at one instant", "the window first", "the window first, which does not matter"],
)
def test_a_clock_and_a_window_turn_an_account(busy, sent, change):
    """The first of both that gives another outcome is announced; also where they fall on the same instant."""
    policy = parse_policy(RESTRICTED.replace("BUSY", busy))

    pace = decide_account(policy, [Invitation(sent_at=sent)], now=at(3, 12), account=Account(restricted_at=at(2)))[
        "pace"
    ]

    assert (pace.outcome, pace.changes_at, pace.changes_to) == ("pause", change, "send")
    assert pace.reason == "Refused 1 day ago."


def test_a_clock_and_a_window_that_turn_at_once_turn_together():
    """The outcome is the one behind both, and none that either would give by itself."""
    slow = "      - {rule: busy, when: {account_sent_last_day: at least 1}, then: slow_down, because: b}\n"
    policy = parse_policy(RESTRICTED.replace("BUSY", "given").replace("    otherwise", f"{slow}    otherwise"))
    known = Account(restricted_at=at(2))

    pace = decide_account(policy, [Invitation(sent_at=at(3, 12))], now=at(3, 12), account=known)["pace"]

    assert (pace.outcome, pace.changes_at, pace.changes_to) == ("pause", at(4, 12), "send")


def test_nobody_is_read_where_nothing_is_asked_of_an_account():
    """A policy without a decision about the account does not go through the list."""
    policy = parse_policy(
        "invitepolicy: 1\nname: p\ndecisions: {d: {question: 'a?', otherwise: {then: x, because: b}}}"
    )
    invitations = iter([Invitation()])

    assert decide_account(policy, invitations, now=NOW) == {}
    assert len(list(invitations)) == 1


def test_a_summary_holds_none_of_its_invitations():
    """However many there are, it holds no more than the counts."""
    tracemalloc.start()
    try:
        summarize((Invitation(sent_at=NOW, note="x") for _ in range(3_000)), now=NOW)
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()


def test_an_invitation_at_the_end_of_time_never_settles():
    """Two weeks after it no calendar reaches."""
    record = Invitation(sent_at=datetime.max.replace(tzinfo=UTC))

    account = summarize([record], now=NOW)

    assert (account.pending, account.settled, account.rejected_share) == (1, 0, None)
