"""Decide: what answers hold, that they cannot be changed, and that the clock is read once, and late."""

from __future__ import annotations

import json
import pickle
import time
from datetime import UTC, datetime, timedelta, timezone

import freezegun
import pytest
import time_machine
from freezegun import freeze_time
from hypothesis import given, settings
from strategies import NOW, accounts, invitations, random_invitations

from invitepolicy import (
    Account,
    Invitation,
    RecordError,
    decide,
    decide_account,
    decide_each,
    load_policy,
    parse_policy,
    summarize,
)
from invitepolicy._decide import decide as decide_module
from invitepolicy._read.load import shipped_names

SENT = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def at(day, hour=0):
    """Return an instant of March 2026."""
    return datetime(2026, 3, day, hour, tzinfo=UTC)


@pytest.mark.slow
@pytest.mark.parametrize("name", shipped_names())
def test_frozen_time_decides_like_an_explicit_now(name):
    """For every shipped policy `decide` under `freeze_time(t)` equals `decide(now=t)`."""
    policy = load_policy(name)
    record = Invitation(sent_at=SENT, activity="daily", email_requested=True)

    for day in (1, 3, 4, 5, 6, 14, 15, 16, 31):
        with freeze_time(at(day)):
            frozen = decide(policy, record)
        assert frozen == decide(policy, record, now=at(day))


@pytest.mark.parametrize("name", shipped_names())
def test_time_machine_decides_like_an_explicit_now(name):
    """The other tool for travelling in time works as well."""
    policy = load_policy(name)

    with time_machine.travel(at(9), tick=False):
        travelled = decide(policy, Invitation(sent_at=SENT))
    assert travelled == decide(policy, Invitation(sent_at=SENT), now=at(9))


@pytest.mark.slow
@pytest.mark.usefixtures("lazy_modules_loaded")
@pytest.mark.parametrize(
    "call",
    [
        decide,
        lambda policy, record: list(decide_each(policy, [record] * 5)),
        lambda policy, record: decide_account(policy, [record] * 5),
        lambda policy, record: decide_account(policy, Account(pending=3)),
        lambda policy, record: summarize([record] * 5),
    ],
    ids=["decide", "decide_each", "decide_account", "decide_account of an account", "summarize"],
)
def test_the_clock_is_read_exactly_once_a_call(call):
    """A clock that moves by a minute at each reading has moved by one minute after the call.

    Hypothesis times the garbage collector, which may run in here: its readings are none of ours.
    """
    policy, record = load_policy("faq"), Invitation(sent_at=SENT)

    with freeze_time(at(3), auto_tick_seconds=60, ignore=["hypothesis"]) as frozen:
        call(policy, record)
        assert frozen() == datetime(2026, 3, 3, 0, 1)  # noqa: DTZ001  (freezegun shows naive instants)


@pytest.mark.usefixtures("lazy_modules_loaded")
def test_with_an_explicit_now_no_clock_is_read():
    """`now=` is all the time there is."""
    policy, record = load_policy("faq"), Invitation(sent_at=SENT)

    with freeze_time(at(3), auto_tick_seconds=60, ignore=["hypothesis"]) as frozen:
        decide(policy, record, now=at(9))
        list(decide_each(policy, [record], now=at(9)))
        decide_account(policy, [record], now=at(9))
        summarize([record], now=at(9))
        assert frozen() == datetime(2026, 3, 3)  # noqa: DTZ001


def test_ticking_across_a_threshold_changes_the_answer_at_that_instant():
    """A daily visitor is `keep` until three days are over, `consider` from then on, `withdraw` from the fourth."""
    policy, record = load_policy("faq"), Invitation(sent_at=SENT, activity="daily")

    with freeze_time(at(4) - timedelta(microseconds=1)) as frozen:
        before = decide(policy, record)["withdraw"]
        frozen.tick(timedelta(microseconds=1))
        after = decide(policy, record)["withdraw"]
        frozen.tick(DAY)
        last = decide(policy, record)["withdraw"]
    assert (before.outcome, before.changes_at, before.changes_to) == ("keep", at(4), "consider")
    assert (after.outcome, after.changes_at, after.changes_to) == ("consider", at(5), "withdraw")
    assert last.outcome == "withdraw"


def test_the_clock_is_looked_up_late():
    """A function that was imported before the freeze sees frozen time: nothing is bound at import."""
    with freezegun.freeze_time("2030-01-01"):
        assert decide_module.read_clock() == datetime(2030, 1, 1, tzinfo=UTC)


def test_decide_each_reads_the_clock_when_called_not_as_it_goes():
    """The answers of one call all speak of one instant."""
    policy = load_policy("faq")

    with freeze_time(at(3)) as frozen:
        advices = decide_each(policy, [Invitation(sent_at=SENT, activity="daily")] * 2)
        frozen.tick(5 * DAY)
        outcomes = [advice["withdraw"].outcome for advice in advices]
    assert outcomes == ["keep", "keep"]


def test_decide_each_equals_decide_in_order():
    """A list is decided like its records, one by one."""
    policy = load_policy("faq")
    records = random_invitations(60, seed=3)

    together = list(decide_each(policy, records, now=NOW, account=Account(tier="free")))

    assert together == [decide(policy, record, now=NOW, account=Account(tier="free")) for record in records]


@settings(max_examples=60, deadline=None)
@given(invitation=invitations, account=accounts)
def test_shifting_everything_changes_nothing_but_the_instants(invitation, account):
    """Time has no favourite days: now and all instants moved alike give the same outcomes, moved alike."""
    shift = timedelta(days=41, seconds=7)
    policy = load_policy("faq")

    def moved(record, *names):
        return {name: value + shift for name in names if (value := getattr(record, name)) is not None}

    later = Invitation(
        **{
            "direction": invitation.direction,
            "status": invitation.status,
            "relationship": invitation.relationship,
            "activity": invitation.activity,
            "note": invitation.note,
            "email_requested": invitation.email_requested,
            "attempts": invitation.attempts,
            "tags": invitation.tags,
            **moved(invitation, "sent_at", "answered_at", "withdrawn_at", "last_active_at"),
        }
    )
    late_account = account
    if account.restricted_at is not None:
        late_account = Account(
            **{
                name: getattr(account, name)
                for name in (
                    "pending",
                    "sent_last_day",
                    "sent_last_week",
                    "settled",
                    "rejected_share",
                    "email_requests",
                    "notes_last_month",
                    "tier",
                )
            },
            restricted_at=account.restricted_at + shift,
        )

    first = decide(policy, invitation, now=NOW, account=account)
    second = decide(policy, later, now=NOW + shift, account=late_account)

    for name, decision in first.items():
        assert decision.outcome == second[name].outcome
        assert (decision.changes_at and decision.changes_at + shift) == second[name].changes_at


def test_the_zone_of_now_does_not_matter():
    """An instant is the same instant in every time zone."""
    policy, record = load_policy("faq"), Invitation(sent_at=SENT, activity="daily")
    tokyo = at(4).astimezone(timezone(timedelta(hours=9)))

    assert decide(policy, record, now=tokyo) == decide(policy, record, now=at(4))


@pytest.mark.parametrize("now", [datetime(2026, 3, 1), "2026-03-01", 3])  # noqa: DTZ001
def test_a_now_without_a_zone_is_refused(now):
    """The instant of a naive datetime is unknown."""
    with pytest.raises(RecordError, match="now: must be a timezone-aware datetime; ") as caught:
        decide(load_policy("faq"), Invitation(sent_at=SENT), now=now)

    assert (caught.value.field, caught.value.value) == ("now", now)


def test_the_zone_of_the_process_does_not_matter(monkeypatch):
    """Not even in the last hours of all, which it has behind it already."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        last = datetime(9999, 12, 31, 22, tzinfo=timezone(-timedelta(hours=1)))
        answer = decide(load_policy("faq"), Invitation(sent_at=SENT), now=last)["withdraw"]
    finally:
        monkeypatch.undo()
        time.tzset()

    assert answer.outcome == "not_applicable"


def test_whatever_reads_as_an_invitation_is_decided():
    """Such as a mapping."""
    policy = load_policy("faq")

    asked = decide(policy, {"sent_at": "2026-03-01", "activity": "daily"}, now=at(4))

    assert asked == decide(policy, Invitation(sent_at=SENT, activity="daily"), now=at(4))


def test_where_nothing_differs_the_answer_is_shared():
    """Two records of the same cells get one and the same advice, which nobody can change."""
    policy = parse_policy(
        "invitepolicy: 1\nname: p\ndecisions: {d: {question: 'a?', otherwise: {then: x, because: b}}}"
    )

    assert decide(policy, Invitation(), now=NOW) is decide(policy, Invitation(name="Ada"), now=NOW)


def test_a_decision_has_no_truth_value():
    """`if advice["withdraw"]:` would always be true, so it is an error."""
    answer = decide(load_policy("faq"), Invitation(sent_at=SENT), now=at(2))["withdraw"]

    with pytest.raises(TypeError, match="compare its outcome"):
        bool(answer)


def test_advice_cannot_be_changed_but_pickled():
    """Advice is frozen all the way down, compares by content, hashes and pickles."""
    advice = decide(load_policy("faq"), Invitation(sent_at=SENT), now=at(20))

    with pytest.raises(TypeError):
        advice["withdraw"] = None
    with pytest.raises(AttributeError):
        advice["withdraw"].outcome = "keep"
    with pytest.raises(TypeError):
        advice["withdraw"].details["where"] = "elsewhere"
    assert pickle.loads(pickle.dumps(advice)) == advice
    assert hash(advice) == hash(pickle.loads(pickle.dumps(advice)))


def test_to_dict_is_ready_for_json_and_a_copy():
    """Changing the plain data does not change the decision."""
    advice = decide(load_policy("faq"), Invitation(sent_at=SENT), now=at(20))

    plain = advice.to_dict()
    plain["withdraw"]["details"]["where"] = "elsewhere"

    assert json.loads(json.dumps(advice.to_dict()))["withdraw"]["outcome"] == "withdraw"
    assert advice["withdraw"].details["where"] != "elsewhere"
    assert list(plain["withdraw"]) == [
        "outcome", "rule", "reason", "place", "changes_at", "changes_to", "needs", "details",
    ]  # fmt: skip


def test_instants_in_to_dict_are_utc_text():
    """`changes_at` reads `2026-03-04T00:00:00Z`."""
    advice = decide(load_policy("faq"), Invitation(sent_at=SENT, activity="daily"), now=at(2))

    assert advice.to_dict()["withdraw"]["changes_at"] == "2026-03-04T00:00:00Z"


def test_reasons_are_filled_from_the_record_and_the_instant():
    """Settings, facts and ages stand in a reason as a person would write them; what is missing reads unknown."""
    policy = parse_policy("""
invitepolicy: 1
name: quoting
settings: {wait: 14 days}
decisions:
  say:
    otherwise:
      then: this
      because: "{wait}, {activity}, {sent}, {sent.age}, {attempts}, {has_note}, {tags}, {last_active.age}, {{x}}"
""")
    record = Invitation(sent_at=at(1, 6), activity="daily", tags=["vip", "keep"])

    assert decide(policy, record, now=at(1, 9))["say"].reason == (
        "2 weeks, daily, 2026-03-01, 3 hours, 0, no, keep and vip, unknown, {x}"
    )


def test_the_reason_of_what_does_not_apply_names_the_condition():
    """`not_applicable` names the condition of `applies_to` that fails; `undetermined` the facts that are needed."""
    policy = load_policy("faq")

    accepted = decide(policy, Invitation(status="accepted", sent_at=SENT), now=at(9))["withdraw"]
    withdrawn = decide(policy, Invitation(status="withdrawn", sent_at=SENT), now=at(9))["resend"]

    assert accepted.outcome == "not_applicable"
    assert accepted.reason == "Only asked where status is pending."
    assert withdrawn.outcome == "undetermined"
    assert withdrawn.reason == "To answer, this is needed: withdrawn_at (when it was withdrawn)."
    assert withdrawn.needs == ("withdrawn",)
