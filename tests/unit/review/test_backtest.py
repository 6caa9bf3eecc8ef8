"""The past under a policy: who would have been withdrawn from, and what that would have cost and saved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
import pytest
from freezegun import freeze_time
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import NOW, invitations, random_invitations

from invitepolicy import Invitation, RecordError, decide, load_policy, parse_policy
from invitepolicy.review.backtest import acceptance_curve, backtest

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
FAQ = load_policy("faq")
SENT = datetime(2026, 1, 5, 9, tzinfo=UTC)


def outcomes(*records, policy=FAQ, now=NOW):
    """Return who is in lost_acceptances, same_day and never_answered, by name."""
    result = backtest(policy, records, now=now)
    groups = (result.lost_acceptances, result.same_day, result.never_answered)
    assert sum(map(len, groups)) == len(result.withdrawn)
    return tuple([withdrawal.invitation.name for withdrawal in group] for group in groups)


def accepted(name, at, basis="observed", **fields):
    """Make an invitation that was accepted."""
    return Invitation(name=name, status="accepted", status_basis=basis, sent_at=SENT, answered_at=at, **fields)


def test_an_acceptance_after_the_withdrawal_is_lost_and_one_before_is_not():
    """The instant of the withdrawal itself is too late."""
    records = [
        accepted("before", SENT + 14 * DAY - timedelta(microseconds=1)),
        accepted("at", SENT + 14 * DAY),
        accepted("after", SENT + 20 * DAY),
        accepted("at once", SENT),
    ]

    assert outcomes(*records) == (["at", "after"], [], [])


def test_of_a_day_the_hour_is_not_known():
    """A connection of the very day of the withdrawal may have come before or after it."""
    day = datetime(2026, 1, 19, tzinfo=UTC)
    records = [
        accepted("the day before", day - DAY, "joined"),
        accepted("that day", day, "joined"),
        accepted("the day after", day + DAY, "joined"),
    ]

    assert outcomes(*records) == (["the day after"], ["that day"], [])


def test_a_withdrawal_at_midnight_follows_the_day_before():
    """A day ends as the next begins."""
    midnight = datetime(2026, 1, 19, tzinfo=UTC)
    record = attrs.evolve(accepted("x", midnight - DAY, "joined"), sent_at=midnight - 14 * DAY)

    assert outcomes(record) == ([], [], [])


def test_silence_is_never_answered():
    """Pending, ignored, expired, and withdrawn by hand: no acceptance came."""
    records = [
        Invitation(name=status, status=status, sent_at=SENT)
        for status in ("pending", "ignored", "expired", "withdrawn")
    ]

    assert outcomes(*records) == ([], [], ["pending", "ignored", "expired", "withdrawn"])


def test_what_is_not_due_yet_is_not_withdrawn():
    """A microsecond before the wait is over nothing has happened."""
    record = Invitation(name="x", sent_at=SENT)

    assert outcomes(record, now=SENT + 14 * DAY - timedelta(microseconds=1)) == ([], [], [])
    assert outcomes(record, now=SENT + 14 * DAY) == ([], [], ["x"])


def test_the_numbers_of_a_backtest():
    """How many were judged, how many could not be, and how many would be pending today instead."""
    records = [
        Invitation(sent_at=SENT),
        Invitation(sent_at=NOW - DAY),
        Invitation(sent_at=SENT, activity="daily"),
        accepted("in time", SENT + DAY),
        accepted("undated", None),
        Invitation(sent_at=None),
        Invitation(status="draft"),
        Invitation(direction="incoming", sent_at=SENT),
        Invitation(sent_at=NOW + DAY),
    ]

    result = backtest(FAQ, records, now=NOW)

    assert (result.sent, result.accepted, result.undated) == (4, 1, 2)
    assert (result.pending, result.pending_now) == (4, 2)
    assert result.waits() == ((4 * DAY, 1), (14 * DAY, 1))
    assert [withdrawal.at for withdrawal in result.withdrawn] == [SENT + 14 * DAY, SENT + 4 * DAY]


def test_another_clock_is_followed_too():
    """What is known of the person's last visit decides when, and records that differ in it are kept apart."""
    policy = parse_policy(
        "invitepolicy: 1\nname: p\nextends: linkedin\nsettings: {a_while: 2 days}\ndecisions:\n  withdraw:\n"
        "    rules:\n      - rule: seen\n"
        "        when: {last_active: at least a_while ago, sent: at least a_while ago}\n"
        "        then: withdraw\n        because: b\n"
    )
    records = [Invitation(sent_at=SENT, last_active_at=SENT + day * DAY) for day in (0, 5, 6)]

    result = backtest(policy, records, now=NOW)

    assert [withdrawal.wait for withdrawal in result.withdrawn] == [2 * DAY, 7 * DAY, 8 * DAY]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("decisions: {withdrawl: {otherwise: {then: a, because: b}}}", "did you mean “withdrawl”?"),
        ("decisions: {withdraw: {otherwise: {then: keep, because: b}}}", "does not say when to withdraw"),
        ("decisions: {withdraw: {subject: account, otherwise: {then: withdraw, because: b}}}", "does not say when"),
    ],
)
def test_a_policy_that_does_not_withdraw_is_refused(body, words):
    """It says which decisions there are."""
    with pytest.raises(RecordError, match=words.replace("?", r"\?")):
        backtest(parse_policy(f"invitepolicy: 1\nname: p\n{body}\n"), [], now=NOW)


@pytest.mark.usefixtures("lazy_modules_loaded")
def test_the_clock_is_read_once():
    """And an instant without a time zone is refused."""
    records = random_invitations(20, seed=1)

    with freeze_time(NOW, auto_tick_seconds=1, ignore=["hypothesis"]):
        assert backtest(FAQ, records).now == NOW
    with pytest.raises(RecordError, match="timezone-aware"):
        backtest(FAQ, [], now=NOW.replace(tzinfo=None))


def test_the_curve_counts_whole_days():
    """An acceptance in the first 24 hours is one of day 0; the day is reached with its first instant."""
    records = [
        accepted("a", SENT),
        accepted("b", SENT + DAY - HOUR),
        accepted("c", SENT + DAY),
        accepted("d", SENT + 9 * DAY + HOUR),
        accepted("e", None),
        Invitation(sent_at=SENT),
        Invitation(status="draft"),
        Invitation(direction="incoming", status="accepted", sent_at=SENT, answered_at=SENT),
    ]

    curve = acceptance_curve(records, days=(0, 1, 8, 9))

    assert (curve.sent, curve.accepted) == (6, 4)
    assert curve.days == ((0, 2), (1, 3), (8, 3), (9, 4))


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(records=st.lists(invitations, max_size=6))
def test_a_withdrawal_is_the_first_that_decide_would_have_advised(records):
    """Whatever else the record says: `keep` just before, `withdraw` at it, for a record that is waited for."""
    for withdrawal in backtest(FAQ, records, now=NOW).withdrawn:
        record = attrs.evolve(withdrawal.invitation, status="pending", answered_at=None, withdrawn_at=None)
        before = decide(FAQ, record, now=withdrawal.at - timedelta(microseconds=1))["withdraw"]
        assert decide(FAQ, record, now=withdrawal.at)["withdraw"].outcome == "withdraw"
        assert before.outcome != "withdraw"
        assert withdrawal.at == withdrawal.invitation.sent_at + withdrawal.wait <= NOW
