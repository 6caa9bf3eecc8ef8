"""The plain reading of the rules, held to page 1's definition written a second time, as a table of states."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from strategies import NOW, accounts, invitations, random_invitations

from invitepolicy import Account, Invitation, decide, load_policy, parse_policy
from invitepolicy._core.conditions import AgeRange, IsKnown, IsTrue, NumberRange, OneOf, Threshold
from invitepolicy._core.policy import conditions_of
from invitepolicy._core.quantities import FOREVER
from invitepolicy._core.records import Absent
from invitepolicy._decide.answers import read_values
from invitepolicy._decide.rules import evaluate, evaluate_condition, turning_points
from invitepolicy._read.load import shipped_names

DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)


def days(number):
    """Return a threshold in days."""
    return Threshold(number * DAY, "duration")


def number(value):
    """Return a threshold that is a number."""
    return Threshold(value, "number")


FOR_EVER = Threshold(FOREVER, "duration", "s")


@pytest.mark.parametrize(
    ("operator", "age", "expected"),
    [
        (AgeRange(days(3), None), 3 * DAY - MICROSECOND, False),
        (AgeRange(days(3), None), 3 * DAY, True),
        (AgeRange(None, days(3)), 3 * DAY - MICROSECOND, True),
        (AgeRange(None, days(3)), 3 * DAY, False),
        (AgeRange(None, days(3)), -DAY, True),
        (AgeRange(days(0), None), -MICROSECOND, False),
        (AgeRange(days(3), days(4)), 3 * DAY, True),
        (AgeRange(days(3), days(4)), 4 * DAY - MICROSECOND, True),
        (AgeRange(days(3), days(4)), 4 * DAY, False),
        (AgeRange(days(4), days(3)), 3 * DAY, False),
        (AgeRange(FOR_EVER, None), 9000 * DAY, False),
        (AgeRange(None, FOR_EVER), 9000 * DAY, True),
    ],
)
def test_a_clock_is_half_open(operator, age, expected):
    """`at least` includes its threshold, `less than` does not, and a future instant is less than every duration ago."""
    assert evaluate_condition(operator, NOW - age, NOW) is expected


@pytest.mark.parametrize(
    ("operator", "absent", "expected"),
    [
        (AgeRange(days(3), None), Absent.NOT_KNOWN, None),
        (AgeRange(None, days(3)), Absent.NOT_KNOWN, None),
        (AgeRange(FOR_EVER, None), Absent.NOT_KNOWN, False),
        (AgeRange(FOR_EVER, FOR_EVER), Absent.NOT_KNOWN, False),
        (AgeRange(None, FOR_EVER), Absent.NOT_KNOWN, None),
        (AgeRange(days(3), None), Absent.DID_NOT_HAPPEN, False),
        (AgeRange(None, days(3)), Absent.DID_NOT_HAPPEN, False),
        (IsKnown(wanted=True), Absent.NOT_KNOWN, False),
        (IsKnown(wanted=False), Absent.NOT_KNOWN, True),
        (IsKnown(wanted=True), Absent.DID_NOT_HAPPEN, False),
        (IsKnown(wanted=False), Absent.DID_NOT_HAPPEN, True),
        (NumberRange(number(1), None), Absent.NOT_KNOWN, None),
        (IsTrue(wanted=False), Absent.NOT_KNOWN, None),
    ],
)
def test_what_is_missing_leaves_a_condition_open_or_fails_it(operator, absent, expected):
    """Not known is open but for given, missing and forever; what did not happen fails every operator but `missing`."""
    assert evaluate_condition(operator, absent, NOW) is expected


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        (NumberRange(number(2), None), 2, True),
        (NumberRange(number(2), None), 1, False),
        (NumberRange(number(2), None, low_included=False), 2, False),
        (NumberRange(number(2), None, low_included=False), 3, True),
        (NumberRange(None, number(2)), 2, True),
        (NumberRange(None, number(2), high_included=False), 2, False),
        (NumberRange(None, number(2), high_included=False), 1, True),
        (NumberRange(number(2), number(4)), 4, True),
        (NumberRange(number(2), number(4)), 5, False),
        (NumberRange(number(2), number(2)), 2, True),
        (OneOf(("daily",)), "daily", True),
        (OneOf(("daily",)), "weekly", False),
        (OneOf(("daily",), negated=True), "unknown", True),
        (OneOf(("daily", "weekly"), negated=True), "weekly", False),
        (OneOf(("vip",)), frozenset({"vip", "keep"}), True),
        (OneOf(("vip",), negated=True), frozenset({"vip", "keep"}), False),
        (OneOf(("vip",), negated=True), frozenset(), True),
        (IsTrue(wanted=True), True, True),
        (IsTrue(wanted=False), True, False),
        (IsKnown(wanted=True), 0, True),
        (IsKnown(wanted=False), False, False),
    ],
)
def test_each_operator(operator, value, expected):
    """Thresholds of numbers are included unless the words say otherwise; `{not: …}` holds for unknown too."""
    assert evaluate_condition(operator, value, NOW) is expected


DOUBT = """
invitepolicy: 1
name: doubt
decisions:
  next:
    applies_to: {last_active: less than 90 days ago}
    rules:
      - rule: first
        when: {sent: at least 3 days ago, attempts: at least 1}
        then: chase
        because: a
      - rule: second
        when: {answered: at least 1 day ago}
        then: thank
        because: b
      - rule: third
        when: {email_requested: true}
        then: chase
        because: c
    otherwise: {then: rest, because: d}
"""


@pytest.mark.parametrize(
    ("fields", "outcome", "needs", "line"),
    [
        ({"attempts": 1, "email_requested": True}, "chase", (), 16),
        ({"attempts": 1}, "undetermined", ("sent",), 8),
        ({"attempts": 0}, "rest", (), 20),
        ({"attempts": 1, "status": "accepted"}, "undetermined", ("sent", "answered"), 8),
        ({"attempts": 0, "status": "accepted"}, "undetermined", ("answered",), 12),
        ({"attempts": 1, "status": "accepted", "email_requested": True}, "undetermined", ("answered",), 12),
        ({"attempts": 1, "answered_at": NOW - 2 * DAY}, "undetermined", ("sent",), 8),
        ({"attempts": 1, "status": "draft"}, "rest", (), 20),
        ({"last_active_at": None}, "undetermined", ("last_active",), 6),
        ({"last_active_at": NOW - 90 * DAY, "attempts": 1}, "not_applicable", (), 6),
    ],
)
def test_doubt(fields, outcome, needs, line):
    """An open rule above the final one makes the answer undetermined exactly if it would say something else."""
    policy = parse_policy(DOUBT)
    invitation = Invitation(**{"last_active_at": NOW, **fields})

    answer = decide(policy, invitation, now=NOW)["next"]

    assert (answer.outcome, answer.needs, answer.place) == (outcome, needs, f"<policy>:{line}")


def test_the_condition_that_fails_is_why_a_decision_does_not_apply():
    """It is part of the ruling, so that the reason can name it."""
    (decision,) = parse_policy(DOUBT).decisions.values()
    values = read_values(decision, Invitation(last_active_at=NOW - 90 * DAY), Account())

    ruling = evaluate(decision, values, NOW)

    assert (ruling.outcome, ruling.rule, ruling.condition) == ("not_applicable", None, decision.applies_to[0])


def states(decision, values, now):
    """Read page 1 a second time: the state of `applies_to` and of each rule, as words."""

    def state(conditions):
        results = {evaluate_condition(one.operator, values[one.fact], now) for one in conditions}
        return "fails" if False in results else "open" if None in results else "holds"

    return state(decision.applies_to), [(state(rule.when), rule.then) for rule in decision.rules]


def expected_outcome(decision, values, now):
    """Return the outcome that page 1 defines, from the states."""
    applies, rules = states(decision, values, now)
    if applies == "fails":
        return "not_applicable"
    if applies == "open":
        return "undetermined"
    holding = [index for index, (state, _) in enumerate(rules) if state == "holds"]
    final = rules[holding[0]][1] if holding else decision.otherwise.then
    above = rules[: holding[0]] if holding else rules
    return "undetermined" if any(state == "open" and then != final for state, then in above) else final


@pytest.mark.slow
@pytest.mark.parametrize("name", shipped_names())
def test_advice_is_total_and_undetermined_exactly_where_the_language_says(name):
    """1,000 random records of every status, dates missing: one outcome each, with a reason, and no false certainty."""
    policy = load_policy(name)

    for invitation in random_invitations(1000, seed=11):
        advice = decide(policy, invitation, now=NOW)
        for key, decision in advice.items():
            rules = policy.decisions[key]
            values = read_values(rules, invitation, Account())
            assert decision.outcome == expected_outcome(rules, values, NOW)
            assert decision.outcome in {*rules.outcomes, "not_applicable", "undetermined"}
            assert decision.reason
            assert bool(decision.needs) is (decision.outcome == "undetermined")
        assert set(advice) == {key for key, rules in policy.decisions.items() if rules.subject == "invitation"}


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(invitation=invitations, account=accounts)
def test_an_answer_is_constant_until_it_changes(invitation, account):
    """The outcome holds on `[now, changes_at)` and is another one at `changes_at`; without one it holds for ever."""
    for name in shipped_names():
        policy = load_policy(name)
        for key, decision in decide(policy, invitation, now=NOW, account=account).items():
            rules = policy.decisions[key]
            values = read_values(rules, invitation, account)
            end = decision.changes_at or datetime(9999, 12, 31, tzinfo=UTC)
            inside = [
                NOW,
                end - MICROSECOND,
                *(instant for instant in turning_points(rules, values) if NOW < instant < end),
            ]
            assert {evaluate(rules, values, instant).outcome for instant in inside} == {decision.outcome}
            if decision.changes_at is not None:
                assert decision.changes_at > NOW
                assert evaluate(rules, values, end).outcome == decision.changes_to != decision.outcome


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(invitation=invitations, account=accounts)
def test_a_withdrawal_is_advised_only_on_known_facts(invitation, account):
    """No shipped policy withdraws by `otherwise`, nor by a rule with a condition that is not known to hold."""
    for name in shipped_names():
        policy = load_policy(name)
        decision = decide(policy, invitation, now=NOW, account=account)["withdraw"]
        if decision.outcome == "withdraw":
            spec = policy.decisions["withdraw"]
            values = read_values(spec, invitation, account)
            rule = next(rule for rule in spec.rules if rule.name == decision.rule)
            conditions = (*spec.applies_to, *rule.when)
            assert all(evaluate_condition(one.operator, values[one.fact], NOW) for one in conditions)


def test_thresholds_past_the_year_9999_are_never_reached():
    """A threshold after the last year has no turning point, and its condition never holds."""
    policy = parse_policy(DOUBT)
    late = datetime(9999, 12, 31, tzinfo=UTC)
    values = read_values(policy.decisions["next"], Invitation(sent_at=late, last_active_at=late), Account())

    assert turning_points(policy.decisions["next"], values) == []
    assert evaluate(policy.decisions["next"], values, datetime.max.replace(tzinfo=UTC)).outcome == "rest"


def test_conditions_of_yields_every_condition():
    """Those of `applies_to` and of the rules are visited, in order."""
    facts = [condition.fact for condition in conditions_of(parse_policy(DOUBT).decisions["next"])]

    assert facts == ["last_active", "sent", "attempts", "answered", "email_requested"]
