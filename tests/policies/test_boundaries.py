"""The tests of a shipped policy notice every small change of a rule, unless that is proven to change nothing."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from invitepolicy import load_policy
from invitepolicy._core.conditions import AgeRange, NumberRange
from invitepolicy._core.facts import FACTS
from invitepolicy._core.frozen import FrozenMapping
from invitepolicy._core.policy import is_own
from invitepolicy._read.load import shipped_names
from invitepolicy.analysis.diff import diff_policies
from invitepolicy.testing.run import run_test, run_tests

UNITS = {"clock": timedelta(minutes=1), "count": 1, "share": 0.001}

# What no test can notice, in whichever style, since nothing behaves otherwise: proven below, and why.
SAME = {
    "withdraw, a daily visitor has seen it: below a daily visitor may have seen it": "their ages do not overlap",
    "withdraw, a daily visitor may have seen it: sent high up": "the rule above it fits from there on",
    "withdraw, nearly all yeses have come by now: below a month has gone by": "their ages do not overlap",
    "withdraw, a month has gone by: sent low down": "the rule above it fits up to there",
    "withdraw, what is tagged keep stays: without tags": "linkedin withdraws nothing, tagged or not",
}


def mutants(policy):
    """Yield a name, the decision, and a policy for each small change of what stands in the policy's own file."""
    for decision in policy.decisions.values():
        for name, changed in [*_of_applies_to(policy, decision), *_of_rules(policy, decision)]:
            decisions = FrozenMapping({**policy.decisions, decision.name: changed})
            yield f"{decision.name}, {name}", decision.name, attrs.evolve(policy, decisions=decisions)


def _of_applies_to(policy, decision):
    raw = (policy._files[-1].data.get("decisions") or {}).get(decision.name) or {}
    for name, lines in _of_lines(policy, decision.applies_to, own=lambda line: line.fact in raw.get("applies_to", ())):
        yield f"applies_to: {name}", attrs.evolve(decision, applies_to=lines)


def _of_rules(policy, decision):
    rules = decision.rules
    for number, rule in enumerate(rules):
        own_rule = is_own(policy, decision.name, rule)
        for name, lines in _of_lines(policy, rule.when, own=lambda line, own_rule=own_rule: own_rule):
            changed = (*rules[:number], attrs.evolve(rule, when=lines), *rules[number + 1 :])
            yield f"{rule.name}: {name}", attrs.evolve(decision, rules=changed)
        following = rules[number + 1] if number + 1 < len(rules) else rule
        # No file can write a rule above a limit.
        if (
            rule.then != following.then
            and rule.limit is following.limit
            and (own_rule or is_own(policy, decision.name, following))
        ):
            changed = (*rules[:number], following, rule, *rules[number + 2 :])
            yield f"{rule.name}: below {following.name}", attrs.evolve(decision, rules=changed)


def _of_lines(policy, lines, *, own):
    """Drop each own line, and move each threshold that is own, or set by a setting of one's own."""
    settings = policy._files[-1].data.get("settings") or {}
    for number, line in enumerate(lines):
        if own(line):
            yield f"without {line.fact}", (*lines[:number], *lines[number + 1 :])
        if not isinstance(line.operator, AgeRange | NumberRange):
            continue
        unit = UNITS[FACTS[line.fact].kind]
        for side in ("low", "high"):
            amount = getattr(line.operator, side)
            if amount is None or not (own(line) or amount.setting in settings):
                continue
            for step in (unit, -unit):
                value = amount.value + step
                moved = attrs.evolve(line.operator, **{side: attrs.evolve(amount, value=value)})
                word = "up" if step is unit else "down"
                changed = (*lines[:number], attrs.evolve(line, operator=moved), *lines[number + 1 :])
                yield f"{line.fact} {side} {word}", changed


def is_noticed(mutant, decision):
    """Return whether a test of the policy fails."""
    about = (
        test
        for test in mutant.tests
        if decision in test.rule or any(expectation.decision == decision for expectation in test.expect)
    )
    return any(run_test(mutant, test).failures for test in about)


def survivors(policy):
    """Return the mutants that no test of the policy notices, by name."""
    return {what: mutant for what, decision, mutant in mutants(policy) if not is_noticed(mutant, decision)}


@pytest.mark.parametrize("name", shipped_names())
def test_no_mutant_survives(name):
    """Moved by a unit, swapped or dropped: a test of the file fails, or it is proven that nothing behaves otherwise."""
    policy = load_policy(name)

    surviving = survivors(policy)

    assert surviving.keys() <= SAME.keys()
    assert [what for what, mutant in surviving.items() if diff_policies(policy, mutant).outcomes] == []


def test_every_exception_is_needed():
    """What is listed as changing nothing is still there, in some style."""
    assert SAME.keys() == {what for name in shipped_names() for what in survivors(load_policy(name))}


def test_there_are_mutants():
    """The search looks at something: dozens in each of the founding policies, all of them different policies."""
    for name in ("faq", "linkedin"):
        found = [(what, mutant.decisions) for what, _, mutant in mutants(load_policy(name))]
        assert len(found) > 30
        assert len({what for what, _ in found}) == len(found)
        assert all(decisions != load_policy(name).decisions for _, decisions in found)


@pytest.mark.parametrize("name", shipped_names())
def test_every_shipped_style_covers_its_own_rules_and_boundaries(name):
    """Each rule of the file decides in a test, and each boundary is looked at from both sides."""
    report = run_tests(load_policy(name))

    assert [rule for rule in report.rules if rule.own and not rule.covered] == []
    assert [threshold for threshold in report.boundaries if threshold.own and not threshold.covered] == []
