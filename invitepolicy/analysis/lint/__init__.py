"""What is allowed in a policy and hardly meant, found exactly, with the rules and settings to blame."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from invitepolicy._prove.regions import Budget, TooManyRegionsError
from invitepolicy.analysis.lint.findings import Finding, place_of
from invitepolicy.analysis.lint.layout import build_context
from invitepolicy.analysis.lint.rules import find_elsewhere, find_in_rules
from invitepolicy.analysis.lint.unused import find_idle_promises, find_unused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from invitepolicy._core.policy import DecisionSpec, Policy

__all__ = ["Finding", "lint_policy"]


def lint_policy(policy: Policy) -> tuple[Finding, ...]:
    """Find what a policy can and cannot do that was hardly meant, sorted by place, warnings before notes.

    Codes of warnings: `unreached`, `idle-line`, `empty-between`, `idle-setting`, `idle-fact`, `otherwise-withdraws`,
    `idle-promise`, and `unproven` where a decision's rules overlap in too many ways; of notes: `no-difference`,
    `order`, `unused-outcome`, `covered`, `undetermined`. Parents' rules are spoken of only where this policy covers
    them.
    """
    found: list[Finding] = []
    for decision in policy.decisions.values():
        found += _proven(policy, decision.name, _find_in(policy, decision))
    covered = [finding.place for finding in found if finding.code == "covered"]
    found += find_unused(policy, covered)
    found += _proven(policy, "promises", find_idle_promises(policy, Budget()))
    return tuple(sorted(found, key=lambda one: (one.level != "warning", one.place, one.code, one.what)))


def _find_in(policy: Policy, decision: DecisionSpec) -> Iterator[Finding]:
    laid = build_context(decision, policy.facts, Budget())
    yield from find_in_rules(policy, laid)
    yield from find_elsewhere(policy, attrs.evolve(laid, meter=Budget()))


def _proven(policy: Policy, name: str, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Pass findings on, and where there would be too many boxes say that the rest was not proven."""
    try:
        yield from findings
    except TooManyRegionsError as error:
        yield Finding("warning", "unproven", place_of(policy, ("name",)), f"“{name}”: {error.what}", error.hint)
