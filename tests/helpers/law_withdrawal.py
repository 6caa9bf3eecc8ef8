"""What every advised withdrawal is held to: a rule that fits, on facts that are known, and no doubt above it."""

from __future__ import annotations

from random_policies import NOW

from invitepolicy import decide
from invitepolicy._core.conditions import IsKnown
from invitepolicy._core.records import Absent
from invitepolicy._decide.answers import read_values
from invitepolicy._decide.rules import evaluate_condition

WITHDRAWALS = ("withdraw", "consider")


def check_withdrawal(policy, invitation, account, now=NOW, where=None):
    """Hold each advice to withdraw to the rules, re-read line by line. Return how many such answers there are.

    The rule that is named fits: all its lines hold, and every fact of them is known, unless it is the line's own
    claim that it is missing. Every rule above that would say something else fails for certain, limits first.
    """
    found = 0
    for name, answer in decide(policy, invitation, now=now, account=account).items():
        if answer.outcome in WITHDRAWALS:
            decision = policy.decisions[name]
            _hold(decision, answer, read_values(decision, invitation, account), now, (where, name))
            found += 1
    return found


def _hold(decision, answer, values, now, where):
    number = next((at for at, rule in enumerate(decision.rules) if rule.name == answer.rule), None)
    rule = decision.otherwise if number is None else decision.rules[number]
    assert (rule.name, rule.then) == (answer.rule, answer.outcome), where
    assert answer.needs == (), where
    for line in (*decision.applies_to, *rule.when):
        known = not isinstance(values[line.fact], Absent)
        assert known or (isinstance(line.operator, IsKnown) and not line.operator.wanted), (where, line.text)
        assert evaluate_condition(line.operator, values[line.fact], now), (where, line.text)
    for other in decision.rules[:number]:
        if other.then != rule.then:
            assert any(evaluate_condition(line.operator, values[line.fact], now) is False for line in other.when), (
                where,
                other.name,
            )
