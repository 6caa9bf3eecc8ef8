"""Lint of settings, own facts, outcomes and promises without effect."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from invitepolicy._core.conditions import thresholds_in
from invitepolicy._core.errors import Location
from invitepolicy._core.facts import RESERVED_OUTCOMES
from invitepolicy._core.policy import conditions_of
from invitepolicy._core.text import quoted
from invitepolicy._prove.regions import Budget, build_space
from invitepolicy._prove.rulings import DOUBT, RuleCompiler, RuleMatrix, region_where, rulings_in
from invitepolicy.analysis.lint.findings import Finding, locate_key, own_data

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from invitepolicy._core.conditions import Condition
    from invitepolicy._core.policy import Policy, Promise


def find_unused(policy: Policy, covered: Iterable[Location]) -> Iterator[Finding]:
    """Yield a finding for each setting, fact and outcome that the policy's own file defines and nothing uses.

    `covered` holds the places of rules that are never reached: a setting that only they use counts as unused.
    """
    conditions = _conditions_used(policy, set(covered))
    named = set(_settings_in(conditions)) | set(_settings_in_reasons(policy, set(covered)))
    for name in own_data(policy).get("settings") or {}:
        if name not in named:
            what = f"the setting “{name}” has no effect: no rule that can be reached uses it"
            hint = "use it in a condition or a reason, or delete it"
            yield Finding("warning", "idle-setting", locate_key(policy, ("settings", name)), what, hint)
    facts = {fact.name for decision in policy.decisions.values() for fact in decision.facts}
    facts |= {condition.fact for promise in policy.promises for condition in promise.when}
    for name in own_data(policy).get("facts") or {}:
        if name not in facts:
            what, hint = f"the fact “{name}” has no effect: no condition or reason uses it", "use it, or delete it"
            yield Finding("warning", "idle-fact", locate_key(policy, ("facts", name)), what, hint)
    yield from _find_unused_outcomes(policy)


def _conditions_used(policy: Policy, covered: set[Location]) -> list[Condition]:
    conditions = [condition for promise in policy.promises for condition in promise.when]
    for decision in policy.decisions.values():
        conditions += decision.applies_to
        conditions += (condition for rule in decision.rules if rule.place not in covered for condition in rule.when)
    return conditions


def _settings_in(conditions: Iterable[Condition]) -> Iterator[str]:
    for condition in conditions:
        for threshold in thresholds_in(condition.operator):
            if threshold.setting is not None:
                yield threshold.setting


def _settings_in_reasons(policy: Policy, covered: set[Location]) -> Iterator[str]:
    """Yield the settings that the reasons of uncovered rules name.

    They are read from the files, since the reason of a resolved rule has the values already filled in.
    """
    uncovered = {
        rule.place
        for decision in policy.decisions.values()
        for rule in (*decision.rules, decision.otherwise)
        if rule.place not in covered
    }
    for place, text in _reasons(policy):
        if place in uncovered:
            # A placeholder: the name of the setting in braces.
            yield from (name for name in policy.settings if f"{{{name}}}" in text)


def _reasons(policy: Policy) -> Iterator[tuple[Location, str]]:
    for document in policy._files:
        file = document.path.replace("\\", "/").rpartition("/")[2]
        for name, decision in (document.data.get("decisions") or {}).items():
            raw = decision or {}
            for kind in ("limits", "rules"):
                for index, rule in enumerate(raw.get(kind) or ()):
                    # The same marks that loading makes the `place` of a rule, and below that of `otherwise`.
                    yield Location(file, *document.value_mark(("decisions", name, kind, index))), rule["because"]
            if raw.get("otherwise") is not None:
                path = ("decisions", name, "otherwise")
                yield Location(file, *document.key_mark(path)), raw["otherwise"]["because"]


def _find_unused_outcomes(policy: Policy) -> Iterator[Finding]:
    for name, raw in (own_data(policy).get("decisions") or {}).items():
        decision = policy.decisions[name]
        used = {rule.then for rule in (*decision.rules, decision.otherwise)}
        for outcome in (raw or {}).get("outcomes") or ():
            if outcome not in used:
                what, hint = (
                    f"no rule of “{name}” has the outcome “{outcome}”",
                    "keep it only if a style is meant to use it",
                )
                yield Finding("note", "unused-outcome", locate_key(policy, ("decisions", name, "outcomes")), what, hint)


def find_idle_promises(policy: Policy, budget: Budget) -> Iterator[Finding]:
    """Yield a finding for each promise of the policy's own file that nothing could break. Raise TooManyRegionsError."""
    count = len(own_data(policy).get("promises") or ())
    # Parents' promises come first. Not `[-count:]`, which would be all of them for a count of 0.
    for promise in policy.promises[len(policy.promises) - count :]:
        why = _explain_idle_promise(policy, promise, budget)
        if why is not None:
            what = f"nothing could break the promise {quoted(promise.name)}: {why}"
            yield Finding("warning", "idle-promise", promise.place, what, "change its conditions or its outcomes")


def _explain_idle_promise(policy: Policy, promise: Promise, budget: Budget) -> str | None:
    decision = policy.decisions[promise.decision]
    if promise.mode == "only" and set(decision.outcomes) <= set(promise.outcomes):
        return f"it allows every outcome of “{decision.name}”"
    space = build_space(chain(conditions_of(decision), promise.when), policy.facts)
    reader = RuleCompiler(space)
    regions = [region_where(space, masks) for masks in reader.ways_all_hold(promise.when)]
    table = RuleMatrix(space, reader.compile_decision(decision))
    is_met = False
    for ruled in rulings_in(table, table.everything, table.everything, regions, budget):
        is_met = True
        # Whatever the rules say there now: a changed rule could break the promise. Where `applies_to` fails or
        # is open, no rule is read, and only a promise that names a reserved outcome can be broken.
        applies = ruled.old == DOUBT or table.rules[ruled.old].rule is not None
        if applies or (promise.mode == "never" and not set(RESERVED_OUTCOMES).isdisjoint(promise.outcomes)):
            return None
    return f"“{decision.name}” never applies there" if is_met else "no record meets its conditions"
