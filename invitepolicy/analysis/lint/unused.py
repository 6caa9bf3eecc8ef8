"""What lint says of settings, own facts, outcomes and promises that come to nothing."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from invitepolicy._core.facts import RESERVED_OUTCOMES
from invitepolicy._core.policy import AgeRange, Location, NumberRange, conditions_of
from invitepolicy._core.text import quoted
from invitepolicy._prove.regions import Budget, build_space
from invitepolicy._prove.rulings import DOUBT, RuleCompiler, RuleMatrix, region_where, rulings_in
from invitepolicy.analysis.lint.findings import Finding, own, place_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from invitepolicy._core.policy import Condition, Policy, Promise


def find_unused(policy: Policy, covered: Iterable[Location]) -> Iterator[Finding]:
    """Find what the policy's own file introduces or sets and nothing uses; `covered` rules use nothing."""
    lines = _lines_used(policy, set(covered))
    named = set(_settings_in(lines)) | set(_settings_in_reasons(policy, set(covered)))
    for name in own(policy).get("settings") or {}:
        if name not in named:
            what = f"the setting “{name}” changes nothing: no rule that is reached uses it"
            hint = "use it in a line or a reason, or delete it"
            yield Finding("warning", "idle-setting", place_of(policy, ("settings", name)), what, hint)
    facts = {fact.name for decision in policy.decisions.values() for fact in decision.facts}
    facts |= {line.fact for promise in policy.promises for line in promise.when}
    for name in own(policy).get("facts") or {}:
        if name not in facts:
            what, hint = f"the fact “{name}” changes nothing: no line or reason names it", "use it, or delete it"
            yield Finding("warning", "idle-fact", place_of(policy, ("facts", name)), what, hint)
    yield from _outcomes(policy)


def _lines_used(policy: Policy, covered: set[Location]) -> list[Condition]:
    lines = [line for promise in policy.promises for line in promise.when]
    for decision in policy.decisions.values():
        lines += decision.applies_to
        lines += (line for rule in decision.rules if rule.place not in covered for line in rule.when)
    return lines


def _settings_in(lines: Iterable[Condition]) -> Iterator[str]:
    for line in lines:
        if isinstance(line.operator, AgeRange | NumberRange):
            for amount in (line.operator.low, line.operator.high):
                if amount is not None and amount.setting is not None:
                    yield amount.setting


def _settings_in_reasons(policy: Policy, covered: set[Location]) -> Iterator[str]:
    """Name the settings in the reasons of the rules that are left; a rule keeps its reason with the values in it."""
    left = {
        rule.place
        for decision in policy.decisions.values()
        for rule in (*decision.rules, decision.otherwise)
        if rule.place not in covered
    }
    for place, text in _reasons(policy):
        if place in left:
            yield from (name for name in policy.settings if f"{{{name}}}" in text)


def _reasons(policy: Policy) -> Iterator[tuple[Location, str]]:
    for document in policy._files:
        file = document.path.replace("\\", "/").rpartition("/")[2]
        for name, decision in (document.data.get("decisions") or {}).items():
            raw = decision or {}
            for kind in ("limits", "rules"):
                for index, card in enumerate(raw.get(kind) or ()):
                    yield Location(file, *document.value_mark(("decisions", name, kind, index))), card["because"]
            if raw.get("otherwise") is not None:
                path = ("decisions", name, "otherwise")
                yield Location(file, *document.key_mark(path)), raw["otherwise"]["because"]


def _outcomes(policy: Policy) -> Iterator[Finding]:
    for name, raw in (own(policy).get("decisions") or {}).items():
        decision = policy.decisions[name]
        used = {rule.then for rule in (*decision.rules, decision.otherwise)}
        for outcome in (raw or {}).get("outcomes") or ():
            if outcome not in used:
                what, hint = f"no rule of “{name}” says “{outcome}”", "fine if a style is to use it"
                yield Finding("note", "unused-outcome", place_of(policy, ("decisions", name, "outcomes")), what, hint)


def find_idle_promises(policy: Policy, meter: Budget) -> Iterator[Finding]:
    """Find the promises of the policy's own file that nothing could break. Raises TooManyRegionsError."""
    count = len(own(policy).get("promises") or ())
    for promise in policy.promises[len(policy.promises) - count :]:
        why = _why_kept(policy, promise, meter)
        if why is not None:
            what = f"nothing could break the promise {quoted(promise.name)}: {why}"
            yield Finding("warning", "idle-promise", promise.place, what, "change its lines or its outcomes")


def _why_kept(policy: Policy, promise: Promise, meter: Budget) -> str | None:
    decision = policy.decisions[promise.decision]
    if promise.mode == "only" and set(decision.outcomes) <= set(promise.outcomes):
        return f"it allows every outcome of “{decision.name}”"
    space = build_space(chain(conditions_of(decision), promise.when), policy.facts)
    reader = RuleCompiler(space)
    boxes = [region_where(space, masks) for masks in reader.ways_all_hold(promise.when)]
    table = RuleMatrix(space, reader.compile_decision(decision))
    met = False
    for ruled in rulings_in(table, table.everything, table.everything, boxes, meter):
        met = True
        applies = ruled.old == DOUBT or table.rules[ruled.old].rule is not None
        if applies or (promise.mode == "never" and not set(RESERVED_OUTCOMES).isdisjoint(promise.outcomes)):
            return None
    return f"“{decision.name}” never applies there" if met else "no record fits its lines"
