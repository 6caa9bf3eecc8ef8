"""Explanations: every rule in order, every condition with its value, and the instant at which it changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from freezegun import freeze_time
from hypothesis import given, settings
from strategies import NOW, accounts, invitations

from invitepolicy import Account, Invitation, RecordError, decide, decide_account, load_policy, parse_policy
from invitepolicy._core.facts import FACTS
from invitepolicy._core.records import Absent
from invitepolicy.explain import describe_value, explain

DAY = timedelta(days=1)
FAQ = load_policy("faq")
SENT = datetime(2026, 3, 7, tzinfo=UTC)
RECORD = Invitation(sent_at=SENT, activity="daily")
TODAY = SENT + 8 * DAY


def test_every_rule_stands_in_order_with_its_state():
    """The platform's limit first, then the style's rules, then what holds otherwise."""
    found = explain(FAQ, RECORD, "withdraw", now=TODAY)

    assert [(rule.rule, rule.limit, rule.state, rule.decides) for rule in found.rules] == [
        ("what is tagged keep stays", True, "fails", False),
        ("nobody waits forever", False, "fails", False),
        ("a daily visitor has seen it", False, "holds", True),
        ("a daily visitor may have seen it", False, "fails", False),
        (None, False, "holds", False),
    ]
    assert found.answer == decide(FAQ, RECORD, now=TODAY)["withdraw"]
    assert found.question == "Is it time to withdraw this invitation?"


def test_a_clock_line_says_since_when_and_until_when():
    """With the value met, its age, the test as written and with the setting's value."""
    found = explain(FAQ, RECORD, "withdraw", now=TODAY)

    (waits,) = found.rules[1].conditions
    assert (waits.text, waits.meaning) == ("at least longest_wait ago", "at least 2 weeks ago")
    assert (waits.state, waits.since, waits.until) == ("fails", None, SENT + 14 * DAY)
    seen = found.rules[2].conditions[1]
    assert (seen.state, seen.since, seen.until) == ("holds", SENT + 4 * DAY, None)
    between = found.rules[3].conditions[1]
    assert (between.state, between.since, between.until) == ("fails", SENT + 4 * DAY, None)
    assert waits.value == "8 days ago (2026-03-07 00:00)"
    assert waits.settings == ("longest_wait",)
    assert between.settings == ("first_look", "daily_wait")
    assert waits.place.startswith("faq.yaml:")


def test_what_nobody_knows_is_open():
    """And nothing decides; the lines below say what is needed."""
    record = Invitation(status="withdrawn", sent_at=SENT)

    found = explain(FAQ, record, "resend", now=TODAY)

    assert found.rules[0].state == "open"
    assert found.rules[0].conditions[0].value == "not known"
    assert not any(rule.decides for rule in found.rules)
    assert found.answer.needs == ("withdrawn",)


def test_where_nothing_is_asked_no_rule_decides():
    """The failing line of `applies_to` is listed."""
    found = explain(FAQ, Invitation(status="accepted", sent_at=SENT), "withdraw", now=TODAY)

    assert [(line.fact, line.state) for line in found.applies_to if line.state != "holds"] == [("status", "fails")]
    assert not any(rule.decides for rule in found.rules)


def test_an_account_is_explained_too():
    """With its own facts."""
    account = Account(settled=20, rejected_share=0.7, restricted_at=SENT)

    found = explain(FAQ, account, "standing", now=SENT + 40 * DAY)

    assert found.answer.outcome == "watch"
    assert [rule.rule for rule in found.rules if rule.decides] == ["a large part rejects"]
    assert found.rules[2].conditions[0].value == "70%"
    assert found.rules[0].conditions[0].since == SENT + 30 * DAY


def test_a_line_that_can_never_hold_never_turns():
    """Settings can close the gap of a `between`."""
    policy = parse_policy("invitepolicy: 1\nname: p\nextends: faq\nsettings: {first_look: 5 days}\n", folder=None)

    line = explain(policy, RECORD, "withdraw", now=TODAY).rules[3].conditions[1]

    assert (line.state, line.since, line.until) == ("fails", None, None)


@pytest.mark.parametrize(
    ("fact", "value", "words"),
    [
        ("has_note", True, "true"),
        ("email_requested", False, "false"),
        ("tags", frozenset(), "none"),
        ("tags", frozenset({"vip", "keep"}), "keep and vip"),
        ("activity", "daily", "daily"),
        ("attempts", 3, "3"),
        ("account_rejected_share", 7 / 12, "58.3%"),
        ("answered", Absent.DID_NOT_HAPPEN, "did not happen"),
        ("sent", TODAY + DAY, "in the future (2026-03-16 00:00)"),
    ],
)
def test_values_are_said_in_words(fact, value, words):
    """Of every kind."""
    assert describe_value(FACTS[fact], value, TODAY) == words


def test_without_now_the_clock_is_read():
    """Frozen time is explained as such."""
    with freeze_time(TODAY):
        frozen = explain(FAQ, RECORD, "withdraw")

    assert frozen == explain(FAQ, RECORD, "withdraw", now=TODAY)


def test_a_now_without_a_zone_is_refused():
    """Its time zone is unknown."""
    with pytest.raises(RecordError, match="timezone-aware"):
        explain(FAQ, RECORD, "withdraw", now=TODAY.replace(tzinfo=None))


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(record=invitations, account=accounts)
def test_an_explanation_agrees_with_the_answer(record, account):
    """The first rule that holds decides, unless the outcome is undetermined or not applicable."""
    for name, decision in FAQ.decisions.items():
        subject = account if decision.subject == "account" else record
        found = explain(FAQ, subject, name, now=NOW, account=account)
        deciding = [rule for rule in found.rules if rule.decides]
        if found.answer.outcome in ("undetermined", "not_applicable"):
            assert deciding == []
        else:
            assert deciding == [next(rule for rule in found.rules if rule.state == "holds")]
        if decision.subject == "account":
            assert found.answer == decide_account(FAQ, account, now=NOW)[name]
