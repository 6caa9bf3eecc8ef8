"""Answers: equal if their fields are, rendered when they are read, and frozen."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime

import pytest
from builders import policy as build

from invitepolicy import Invitation, decide, load_policy, parse_policy
from invitepolicy._core.records import NO_ACCOUNT
from invitepolicy._decide.answers import Advice, Decision, LazyReason, make_decision, read_values
from invitepolicy._decide.rules import evaluate

SENT = datetime(2026, 3, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 3, tzinfo=UTC)
POLICY = parse_policy("""
invitepolicy: 1
name: quoting
decisions:
  say:
    question: What now?
    rules: [{rule: soon, when: {sent: less than 1 week ago}, then: wait, because: "Sent {sent.age} ago, {tags}."}]
    otherwise: {then: go, because: Enough.}
""")


def answer_about(**fields):
    """Return the answer about one record."""
    return decide(POLICY, Invitation(sent_at=SENT, **fields), now=NOW)["say"]


def test_a_reason_is_rendered_when_it_is_read():
    """Until then it is the record and the ruling; what reads the same is equal, and hashes alike."""
    answer, rendered = (
        answer_about(tags=["vip"]),
        Decision("wait", "soon", "Sent 2 days ago, vip.", *field_values(answer_about())[3:]),
    )

    assert isinstance(answer._reason, LazyReason)
    assert answer.reason == "Sent 2 days ago, vip."
    assert answer == rendered
    assert hash(answer) == hash(rendered)
    assert answer != answer_about(tags=["keep"])
    assert answer != "wait"


def field_values(answer):
    """Return the fields of an answer, in order."""
    return [getattr(answer, name) for name in Decision.__match_args__]


def test_an_answer_shows_its_fields():
    """By their public names."""
    shown = repr(answer_about())

    assert shown.startswith("Decision(outcome='wait', rule='soon', reason='Sent 2 days ago, none.', place='")
    assert "changes_at=datetime.datetime(2026, 3, 8, 0, 0, tzinfo=datetime.timezone.utc), changes_to='go'" in shown


def test_an_answer_is_pickled_without_its_record():
    """The pickle holds the fields alone: no name and no note."""
    answer = decide(POLICY, Invitation(name="canary", note="canary", sent_at=SENT), now=NOW)["say"]

    travelled = pickle.dumps(answer)

    assert pickle.loads(travelled) == answer == copy.deepcopy(answer)
    assert b"canary" not in travelled


@pytest.mark.parametrize(
    "change",
    [
        lambda advice: advice.__setitem__("note", None),
        lambda advice: advice.__delitem__("note"),
        lambda advice: advice.__ior__({}),
        lambda advice: advice.update(note=None),
        lambda advice: advice.setdefault("other", None),
        lambda advice: advice.pop("note"),
        lambda advice: advice.popitem(),
        lambda advice: advice.clear(),
    ],
)
def test_advice_is_a_dictionary_that_nobody_can_change(change):
    """Each way of changing it is refused, and it is what it was."""
    advice = decide(load_policy("faq"), Invitation(sent_at=SENT), now=NOW)
    before = dict(advice)

    with pytest.raises(TypeError, match="advice cannot be changed"):
        change(advice)
    assert advice == before


def test_advice_compares_hashes_and_pickles():
    """By content, whatever the order of the decisions."""
    advice = decide(load_policy("faq"), Invitation(sent_at=SENT), now=NOW)
    other = Advice(dict(reversed(advice.items())))

    assert {advice, other, pickle.loads(pickle.dumps(advice))} == {advice}
    assert type(copy.copy(advice)) is Advice


def test_plain_data_is_ready_for_json_and_an_answer_has_no_truth_value():
    """Instants are text, needs a list, details a copy; the truth value of a decision is refused."""
    advice = decide(POLICY, Invitation(sent_at=SENT), now=NOW)

    assert advice.to_dict() == {
        "say": {
            "outcome": "wait",
            "rule": "soon",
            "reason": "Sent 2 days ago, none.",
            "place": advice["say"].place,
            "changes_at": "2026-03-08T00:00:00Z",
            "changes_to": "go",
            "needs": [],
            "details": None,
        }
    }
    with pytest.raises(TypeError, match="compare its outcome"):
        bool(advice["say"])


def test_what_does_not_apply_and_what_is_needed_are_reasons():
    """The condition that fails; the fact that is missing, and what it means; an account's is named as such."""
    policy = build("""
        decisions:
          d:
            question: What now?
            applies_to: {status: pending}
            rules: [{rule: r, when: {sent: given, account_pending: at least 3}, then: a, because: b}]
            otherwise: {then: c, because: b}
        """)
    decision = policy.decisions["d"]

    def reason(**fields):
        values = read_values(decision, Invitation(**fields), NO_ACCOUNT)
        return make_decision(decision, evaluate(decision, values, NOW), values, NOW, None).reason

    assert reason(status="draft") == "Only asked where status is pending."
    assert reason(sent_at=SENT) == (
        "To answer, this is needed: the account's pending (outgoing invitations pending now)."
    )
