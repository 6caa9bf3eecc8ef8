"""What is valid in a policy but probably not intended, proven, with the rules and settings that cause it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from invitepolicy._prove.regions import Budget, TooManyRegionsError
from invitepolicy.analysis.lint.context import build_context
from invitepolicy.analysis.lint.findings import FEWER, Finding, locate_key
from invitepolicy.analysis.lint.rules import find_elsewhere, find_in_rules
from invitepolicy.analysis.lint.unused import find_idle_promises, find_unused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from invitepolicy._core.policy import DecisionSpec, Policy

__all__ = ["Finding", "lint_policy"]


def lint_policy(policy: Policy) -> tuple[Finding, ...]:
    """Find what a policy does that was probably not intended; warnings before notes, each sorted by place.

    Codes of warnings: `unreached`, `idle-line`, `empty-between`, `idle-setting`, `idle-fact`, `otherwise-withdraws`,
    `idle-promise`, and `unproven` where too many rules overlap to analyse them all; of notes: `no-difference`,
    `order`, `unused-outcome`, `covered`, `undetermined`.

    Every finding is proven for all records and instants, not sampled; where a proof would take too long, an
    `unproven` warning takes its place and no error is raised. Only the policy's own file is examined: a rule of a
    parent is mentioned only where this policy makes it unreachable (`covered`), and a style that only sets values
    has no findings about its parent's decisions. An empty tuple means that there is nothing to report.
    """
    findings: list[Finding] = []
    for decision in policy.decisions.values():
        findings += _until_too_many(policy, decision.name, _check_decision(policy, decision))
    # What only such a rule of a parent uses has no effect here.
    covered = [finding.place for finding in findings if finding.code == "covered"]
    findings += find_unused(policy, covered)
    findings += _until_too_many(policy, "promises", find_idle_promises(policy, Budget()))
    return tuple(
        sorted(findings, key=lambda finding: (finding.level != "warning", finding.place, finding.code, finding.what))
    )


def _check_decision(policy: Policy, decision: DecisionSpec) -> Iterator[Finding]:
    context = build_context(decision, policy.facts, Budget())
    yield from find_in_rules(policy, context)
    # A budget of its own: many rules must not use up what the rest of the decision needs.
    yield from find_elsewhere(policy, attrs.evolve(context, budget=Budget()))


def _until_too_many(policy: Policy, name: str, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield findings; where there are too many regions, end with a warning that the rest is not proven."""
    try:
        yield from findings
    except TooManyRegionsError:
        what = f"“{name}”: too many overlapping rules to analyse"
        yield Finding("warning", "unproven", locate_key(policy, ("name",)), what, FEWER)
