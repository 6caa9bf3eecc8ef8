"""Merged data to a resolved policy, or every problem: settings overridden, their values put into rules."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, assert_never

import attrs

from invitepolicy._core.conditions import AgeRange, Condition, IsKnown, IsTrue, NumberRange, OneOf, Threshold
from invitepolicy._core.errors import InvalidInputError
from invitepolicy._core.facts import FACTS, Fact, fact_order
from invitepolicy._core.frozen import FrozenMapping
from invitepolicy._core.policy import DecisionSpec, Policy, PolicyFile, Rule, conditions_of
from invitepolicy._core.reasons import fill_settings
from invitepolicy._core.text import did_you_mean, join_words, quoted
from invitepolicy._read.fingerprint import fingerprint
from invitepolicy._read.inherit import DecisionBuilder, Merged, merge_document
from invitepolicy._read.policy_tests import read_tests
from invitepolicy._read.problems import ProblemCollector
from invitepolicy._read.settings import override_setting

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from invitepolicy._core.conditions import Operator
    from invitepolicy._core.policy import Placeholder, Reason
    from invitepolicy._core.quantities import Setting


def build_policy(layers: Sequence[PolicyFile], overrides: Mapping[str, Any]) -> Policy:
    """Build a policy from its files, the oldest parent first, and settings that win over all of them.

    Raise PolicyError with every problem of the first file that has any.
    """
    merged = Merged()
    for index, document in enumerate(layers):
        problems = ProblemCollector(document.path)
        merge_document(document, merged, problems, is_child=index > 0, is_last=document is layers[-1])
        # A child is read against what its parents say: below a broken one, problems would follow from it.
        problems.raise_if_any()
    _override(merged, overrides)
    return _resolve(layers, merged, overrides)


def _override(merged: Merged, overrides: Mapping[str, Any]) -> None:
    # Values from code have no file; line 1, column 1 stand for all of them.
    problems = ProblemCollector("<settings>")
    for name, raw in overrides.items():
        setting = merged.settings.get(name)
        if setting is None:
            hint = did_you_mean(name, merged.settings, f"the settings are {join_words(merged.settings, 'and')}")
            problems.add((1, 1), "setting", f"there is no setting {quoted(name)}", hint)
            continue
        try:
            merged.settings[name] = override_setting(setting, raw, whole=name in merged.counting)
        except InvalidInputError as error:
            # What is wrong with a quantity (“2 months” has no fixed length) does not name the setting.
            what = error.what if "“" + name in error.what else f"“{name}”: {error.what}"
            problems.add((1, 1), error.code, what, error.hint)
    problems.raise_if_any()


def _resolve(layers: Sequence[PolicyFile], merged: Merged, overrides: Mapping[str, Any]) -> Policy:
    document = layers[-1]
    problems = ProblemCollector(document.path)
    settings = merged.settings
    decisions = {name: _finish_decision(decision, merged) for name, decision in merged.decisions.items()}
    # Tests expect what the file's own settings give, and may fail under others.
    tests = read_tests(document, decisions, merged.own, problems) if not overrides else ()
    problems.raise_if_any()
    promises = tuple(
        attrs.evolve(promise, when=_resolve_conditions(promise.when, settings)) for promise in merged.promises
    )
    data = document.data
    return Policy(
        name=data["name"],
        title=data.get("title") or "",
        about=data.get("about") or "",
        settings=FrozenMapping(settings),
        facts=FrozenMapping(merged.own),
        decisions=FrozenMapping(decisions),
        promises=promises,
        tests=tests,
        files=tuple(layers),
        overrides=FrozenMapping(overrides),
        # Hashed when first asked for: who only decides never needs it.
        identify=partial(fingerprint, data["name"], settings, merged.own, decisions, promises),
    )


def _finish_decision(decision: DecisionBuilder, merged: Merged) -> DecisionSpec:
    # Limits come first, whatever file they are from: no style's rule precedes one.
    rules = [_finish_rule(rule, decision, merged.settings) for rule in [*decision.limits, *decision.rules]]
    unfinished = DecisionSpec(
        name=decision.name,
        question=decision.question,
        subject=decision.subject,
        applies_to=tuple(
            # The first condition that fails is the one named in an answer: by the order of facts, since the
            # order of keys may change no answer.
            sorted(
                _resolve_conditions(decision.applies_to, merged.settings),
                key=lambda condition: fact_order(condition.fact),
            )
        ),
        outcomes=decision.outcomes,
        rules=tuple(rules),
        otherwise=_finish_rule(decision.otherwise, decision, merged.settings),  # type: ignore[arg-type]  # it is there
        facts=(),
    )
    # Which facts are used can only be asked of a decision whose rules stand.
    return attrs.evolve(unfinished, facts=tuple(_facts_used(unfinished, {**FACTS, **merged.own})))


def _finish_rule(rule: Rule, decision: DecisionBuilder, settings: Mapping[str, Setting]) -> Rule:
    return attrs.evolve(
        rule,
        when=_resolve_conditions(rule.when, settings),
        because=fill_settings(rule.because, settings),
        # A rule's own details win over those of its outcome.
        details=decision.details.get(rule.then) if rule.details is None else rule.details,
    )


def _resolve_conditions(conditions: Iterable[Condition], settings: Mapping[str, Setting]) -> tuple[Condition, ...]:
    return tuple(
        attrs.evolve(condition, operator=_resolve_operator(condition.operator, settings)) for condition in conditions
    )


def _resolve_operator(operator: Operator, settings: Mapping[str, Setting]) -> Operator:
    match operator:
        case AgeRange() | NumberRange():
            low, high = (_resolve_threshold(threshold, settings) for threshold in (operator.low, operator.high))
            return attrs.evolve(operator, low=low, high=high)
        case OneOf() | IsTrue() | IsKnown():
            return operator
        case _ as never:
            assert_never(never)


def _resolve_threshold(threshold: Threshold | None, settings: Mapping[str, Setting]) -> Threshold | None:
    if threshold is None or threshold.setting is None:
        return threshold
    # Only now are settings replaced by values: the youngest file's value counts in its parents' rules.
    return attrs.evolve(threshold, value=settings[threshold.setting].value)


def _facts_used(decision: DecisionSpec, known: Mapping[str, Fact]) -> list[Fact]:
    names = {condition.fact for condition in conditions_of(decision)}
    # A fact that only a reason names has to be read as well, to be put into the text.
    for rule in (*decision.rules, decision.otherwise):
        names.update(_placeholder_facts(rule.because))
    return [known[name] for name in sorted(names, key=fact_order)]


def _placeholder_facts(reason: Reason) -> Iterable[str]:
    placeholders: Iterable[Placeholder] = (part for part in reason if not isinstance(part, str))
    return (placeholder.fact for placeholder in placeholders)
