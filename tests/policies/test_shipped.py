"""The shipped policies: their own tests, the founding text's sentences, and what they must get right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from invitepolicy import Account, Invitation, decide, decide_account, load_policy
from invitepolicy._core.facts import FACTS
from invitepolicy._core.resources import resource_folder
from invitepolicy._read.load import shipped_names
from invitepolicy._read.yaml_source import parse_source
from invitepolicy.testing.messages import describe_failure
from invitepolicy.testing.run import run_test

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
ACCOUNT = Account(pending=12, sent_last_day=1, sent_last_week=5, settled=40, rejected_share=0.3, email_requests=0)

TESTS = [(name, test) for name in shipped_names() for test in load_policy(name).tests]


@pytest.mark.parametrize(("name", "test"), TESTS, ids=[f"{name}: {test.name}" for name, test in TESTS])
def test_the_tests_in_the_file(name, test):
    """Each shipped policy keeps the tests that stand in its own file."""
    result = run_test(load_policy(name), test)

    assert not [line for failure in result.failures for line in describe_failure(failure, test.now)]


def faq(**fields):
    """Ask the FAQ about an invitation."""
    return decide(load_policy("faq"), Invitation(**fields), now=NOW, account=ACCOUNT)


def daily(age):
    """Ask the FAQ whether to withdraw from somebody who is on LinkedIn every day."""
    return faq(activity="daily", sent_at=NOW - age)["withdraw"].outcome


def test_daily_visitors_get_four_days():
    """Daily users get three or four days."""
    assert daily(4 * DAY - HOUR) == "consider"
    assert daily(4 * DAY) == "withdraw"


def test_a_look_after_three():
    """After three days a daily visitor may have seen it."""
    assert daily(3 * DAY - HOUR) == "keep"
    assert daily(3 * DAY) == "consider"


@pytest.mark.parametrize("activity", FACTS["activity"].words)
def test_nobody_gets_more_than_two_weeks(activity):
    """No invitation hangs around for more than two weeks."""
    assert faq(activity=activity, sent_at=NOW - 14 * DAY)["withdraw"].outcome == "withdraw"


@pytest.mark.parametrize("activity", ["weekly", "occasional", "unknown"])
def test_others_get_two_weeks(activity):
    """Whoever does not come daily is given all of them."""
    assert faq(activity=activity, sent_at=NOW - 14 * DAY + HOUR)["withdraw"].outcome == "keep"


def test_three_weeks_before_asking_again():
    """The same person can be invited again after three weeks."""
    early = faq(status="withdrawn", sent_at=NOW - 40 * DAY, withdrawn_at=NOW - 21 * DAY + HOUR)["resend"]
    late = faq(status="withdrawn", sent_at=NOW - 40 * DAY, withdrawn_at=NOW - 21 * DAY)["resend"]

    assert (early.outcome, early.changes_at, early.changes_to) == ("not_yet", NOW + HOUR, "allowed")
    assert late.outcome == "allowed"


@pytest.mark.parametrize("relationship", ["known", "logical"])
def test_no_note_for_a_known_or_logical_contact(relationship):
    """Whoever knows why you write needs no note."""
    assert faq(status="draft", relationship=relationship)["note"].outcome == "not_needed"


@pytest.mark.parametrize("relationship", ["stranger", "unknown"])
def test_a_note_for_a_stranger(relationship):
    """Out of the blue, context is wanted; where it is there, it is good."""
    assert faq(status="draft", relationship=relationship)["note"].outcome == "recommended"
    assert faq(status="draft", relationship=relationship, note="We met in Lyon.")["note"].outcome == "good"


def test_the_two_explanations_of_the_email_prompt():
    """A setting of theirs, or a restricted account; the second is the likelier, and the answer names both."""
    policy = load_policy("faq")
    asked = Invitation(status="draft", email_requested=True)
    outcomes = {
        decide(policy, asked, now=NOW, account=Account(email_requests=number))["email"].outcome for number in range(12)
    }
    answer = decide(policy, asked, now=NOW, account=Account(email_requests=10))["email"]

    assert outcomes >= {"account_restricted"}
    assert answer.outcome == "account_restricted"
    assert "recipient_setting" in str(answer.details)
    assert "recipient_setting" in policy.decisions["email"].outcomes


def test_context_is_wanted_from_strangers_who_write():
    """As the receiver: out of the blue, I want to know why they connect."""
    blank = faq(direction="incoming", sent_at=NOW - DAY, relationship="stranger")["reply"]
    answer = faq(direction="incoming", sent_at=NOW - DAY, relationship="stranger", note="We met in Lyon.")["reply"]

    assert blank.outcome == "ask_for_context"
    assert answer.outcome != "ask_for_context"


@pytest.mark.parametrize("name", shipped_names())
def test_the_quick_parser_reads_what_is_shipped_like_the_other(name):
    """Data, places and remarks; so does it what a parent is read without."""
    text = Path(resource_folder("policies"), f"{name}.yaml").read_bytes()

    for part in (text, text.partition(b"\ntests:\n")[0]):
        slow, quick = parse_source(part, name), parse_source(part, name, quick=True)
        assert (slow.data, slow.places, slow.commented) == (quick.data, quick.places, quick.commented)


@pytest.mark.parametrize("name", shipped_names())
def test_what_is_tagged_keep_is_never_withdrawn(name):
    """In every style, at every age."""
    for days in range(200):
        record = Invitation(sent_at=NOW - days * DAY, activity="daily", tags=["keep"])
        assert decide(load_policy(name), record, now=NOW)["withdraw"].outcome in ("keep", "not_applicable")


@pytest.mark.parametrize("name", shipped_names())
def test_a_withdrawal_without_a_date_is_never_allowed_again(name):
    """Nobody knows when the three weeks are over."""
    answer = decide(load_policy(name), Invitation(status="withdrawn", sent_at=NOW - 90 * DAY), now=NOW)["resend"]

    assert (answer.outcome, answer.needs) == ("undetermined", ("withdrawn",))


@pytest.mark.parametrize("name", shipped_names())
@pytest.mark.parametrize(
    ("tier", "length", "short"),
    [
        ("free", 200, False),
        ("free", 201, True),
        ("premium", 300, False),
        ("premium", 301, True),
        ("unknown", 301, True),
    ],
)
def test_the_note_has_two_lengths(name, tier, length, short):
    """300 characters, 200 on a free account."""
    record = Invitation(status="draft", note="x" * length)
    answer = decide(load_policy(name), record, now=NOW, account=Account(tier=tier))["note"]

    assert (answer.outcome == "shorten") is short


@pytest.mark.parametrize("name", shipped_names())
def test_an_invitation_lapses_after_180_days_with_a_warning_two_weeks_before(name):
    """`expiring` from 166 days on, `lapsed` at 180, in both directions; then nothing is withdrawn any more."""
    for direction in ("outgoing", "incoming"):
        record = Invitation(direction=direction, sent_at=NOW)
        outcomes = [
            decide(load_policy(name), record, now=NOW + age)["expiry"].outcome
            for age in (166 * DAY - HOUR, 166 * DAY, 180 * DAY - HOUR, 180 * DAY)
        ]
        assert outcomes == ["open", "expiring", "expiring", "lapsed"]
    assert (
        decide(load_policy(name), Invitation(sent_at=NOW), now=NOW + 180 * DAY)["withdraw"].outcome == "not_applicable"
    )


@pytest.mark.parametrize("name", shipped_names())
def test_a_recent_restriction_pauses(name):
    """And the reason says why withdrawing does not lift it."""
    pace = decide_account(load_policy(name), Account(restricted_at=NOW - DAY), now=NOW)["pace"]

    assert pace.outcome == "pause"
    assert "withdraw" in pace.reason.lower()


@pytest.mark.parametrize("name", shipped_names())
def test_few_settled_invitations_are_too_early_to_judge(name):
    """A share of three invitations says nothing."""
    standing = decide_account(load_policy(name), Account(settled=3, rejected_share=1.0), now=NOW)["standing"]

    assert standing.outcome == "too_early"


@pytest.mark.parametrize("name", shipped_names())
def test_every_shipped_policy_answers_the_eight_questions(name):
    """All eight decisions, each asked as a question, with the outcomes of page 3."""
    policy = load_policy(name)

    outcomes = {key: set(decision.outcomes) for key, decision in policy.decisions.items()}

    assert outcomes == {
        "withdraw": {"keep", "consider", "withdraw"},
        "resend": {"not_yet", "allowed", "give_up"},
        "note": {"not_needed", "recommended", "shorten", "good"},
        "email": {"recipient_setting", "account_restricted", "invited_before", "unclear"},
        "expiry": {"open", "expiring", "lapsed"},
        "reply": {"accept", "ask_for_context", "leave"},
        "standing": {"too_early", "fine", "watch", "at_risk"},
        "pace": {"send", "slow_down", "pause"},
    }
    assert all(decision.question.endswith("?") for decision in policy.decisions.values())


@pytest.mark.parametrize("name", shipped_names())
def test_every_number_has_its_source(name):
    """No quantity is written out in a rule; each is a setting that says where it comes from."""
    policy = load_policy(name)

    for decision in policy.decisions.values():
        for rule in decision.rules:
            for line in rule.when:
                for threshold in (getattr(line.operator, "low", None), getattr(line.operator, "high", None)):
                    assert threshold is None or threshold.setting is not None, line
    assert all(setting.source for setting in policy.settings.values())
