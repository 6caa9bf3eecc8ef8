"""What lint and diff say, held to looking at every cell of small policies."""

from __future__ import annotations

import re

from small_policies import expected_findings, records_of

from invitepolicy._core.policy import STANDING, conditions_of
from invitepolicy._decide.rules import evaluate
from invitepolicy.analysis.diff import diff_policies, is_empty
from invitepolicy.analysis.lint import lint_policy

COMPARED = {
    "unreached", "idle-line", "empty-between", "otherwise-withdraws", "no-difference", "order", "undetermined",
}  # fmt: skip


def found(of):
    """Return the findings about rules as code, place and, for doubt, the fact."""
    return {
        (
            finding.code,
            None if finding.code == "undetermined" else finding.place,
            re.search("where “(.*)” is", finding.what)[1] if finding.code == "undetermined" else "",
        )
        for finding in lint_policy(of)
        if finding.code in COMPARED
    }


def check_lint(small, where=None):
    """Hold what lint says to what looking at every cell finds."""
    assert found(small) == expected_findings(small), where


def answer(one, values):
    """Return all that an answer shows: the outcome; and the rule, its reason, or the line that fails."""
    ruling = evaluate(one.decisions["d"], values, STANDING)
    if ruling.condition is not None:
        return ruling.outcome, None, ruling.condition.fact, ruling.condition.operator
    rule = ruling.rule
    return (ruling.outcome, None) if rule is None else (ruling.outcome, rule.name, rule.because, rule.details)


def check_diff(old, new, where=None):
    """Hold a difference to deciding every cell by both: changes of outcomes, and where those are alike of reasons."""
    outcomes, reasons = set(), set()
    lines = [*conditions_of(old.decisions["d"]), *conditions_of(new.decisions["d"])]
    for values in records_of(lines, old.facts):
        before, after = answer(old, values), answer(new, values)
        if before[0] != after[0]:
            outcomes.add((before[0], after[0]))
        elif before != after:
            reasons.add((before[0], before[1], after[1]))

    difference = diff_policies(old, new)

    assert {(one.before, one.after) for one in difference.outcomes} == outcomes, where
    assert {(one.before, one.rule_before, one.rule_after) for one in difference.reasons} == reasons, where
    assert is_empty(difference) is not (outcomes or reasons), where
