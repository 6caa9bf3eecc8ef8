"""Data to a policy, or every reason why not: parents folded in, settings overridden, values put in."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import attrs

from invitepolicy._core.facts import FACTS, Fact, fact_order
from invitepolicy._core.frozen import FrozenMapping
from invitepolicy._core.policy import (
    AgeRange,
    Condition,
    DecisionSpec,
    NumberRange,
    Policy,
    PolicyFile,
    Rule,
    Setting,
    Threshold,
    conditions_of,
)
from invitepolicy._core.reasons import fill_settings
from invitepolicy._core.text import did_you_mean, join_words, quoted
from invitepolicy._read.fingerprint import fingerprint
from invitepolicy._read.inherit import DecisionBuilder, Merged, merge_document
from invitepolicy._read.policy_tests import read_tests
from invitepolicy._read.problems import ProblemCollector
from invitepolicy._read.settings import SettingError, override_setting

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from invitepolicy._core.policy import Operator, Placeholder, Reason


def build_policy(layers: Sequence[PolicyFile], overrides: Mapping[str, Any]) -> Policy:
    """Build a policy from its files, the oldest parent first, and settings that win over all of them.

    Raises PolicyError with every problem of the first file that has any.
    """
    state = Merged()
    for index, document in enumerate(layers):
        problems = ProblemCollector(document.path)
        merge_document(document, state, problems, is_child=index > 0, is_last=document is layers[-1])
        problems.raise_if_any()
    _override(state, overrides)
    return _resolve(layers, state, overrides)


def _override(state: Merged, overrides: Mapping[str, Any]) -> None:
    problems = ProblemCollector("<settings>")
    for name, raw in overrides.items():
        setting = state.settings.get(name)
        if setting is None:
            hint = did_you_mean(name, state.settings, f"the settings are {join_words(state.settings, 'and')}")
            problems.add((1, 1), "setting", f"there is no setting {quoted(name)}", hint)
            continue
        try:
            state.settings[name] = override_setting(setting, raw, whole=name in state.counting)
        except SettingError as error:
            what = error.what if "“" + name in error.what else f"“{name}”: {error.what}"
            problems.add((1, 1), error.code, what, error.hint)
    problems.raise_if_any()


def _resolve(layers: Sequence[PolicyFile], state: Merged, overrides: Mapping[str, Any]) -> Policy:
    document = layers[-1]
    problems = ProblemCollector(document.path)
    settings = state.settings
    decisions = {name: _finished(decision, state) for name, decision in state.decisions.items()}
    tests = read_tests(document, decisions, state.own, problems) if not overrides else ()
    problems.raise_if_any()
    promises = tuple(attrs.evolve(promise, when=_with_values(promise.when, settings)) for promise in state.promises)
    data = document.data
    return Policy(
        name=data["name"],
        title=data.get("title") or "",
        about=data.get("about") or "",
        settings=FrozenMapping(settings),
        facts=FrozenMapping(state.own),
        decisions=FrozenMapping(decisions),
        promises=promises,
        tests=tests,
        files=tuple(layers),
        overrides=FrozenMapping(overrides),
        identify=partial(fingerprint, data["name"], settings, state.own, decisions, promises),
    )


def _finished(decision: DecisionBuilder, state: Merged) -> DecisionSpec:
    cards = [_finished_card(card, decision, state.settings) for card in [*decision.limits, *decision.rules]]
    finished = DecisionSpec(
        name=decision.name,
        question=decision.question,
        subject=decision.subject,
        applies_to=tuple(
            sorted(_with_values(decision.applies_to, state.settings), key=lambda line: fact_order(line.fact))
        ),
        outcomes=decision.outcomes,
        rules=tuple(cards),
        otherwise=_finished_card(decision.otherwise, decision, state.settings),  # type: ignore[arg-type]  # it is there
        facts=(),
    )
    return attrs.evolve(finished, facts=tuple(_facts_used(finished, {**FACTS, **state.own})))


def _finished_card(card: Rule, decision: DecisionBuilder, settings: Mapping[str, Setting]) -> Rule:
    return attrs.evolve(
        card,
        when=_with_values(card.when, settings),
        because=fill_settings(card.because, settings),
        details=decision.details.get(card.then) if card.details is None else card.details,
    )


def _with_values(lines: Iterable[Condition], settings: Mapping[str, Setting]) -> tuple[Condition, ...]:
    return tuple(attrs.evolve(line, operator=_with_value(line.operator, settings)) for line in lines)


def _with_value(test: Operator, settings: Mapping[str, Setting]) -> Operator:
    if not isinstance(test, AgeRange | NumberRange):
        return test
    return attrs.evolve(test, low=_current(test.low, settings), high=_current(test.high, settings))


def _current(amount: Threshold | None, settings: Mapping[str, Setting]) -> Threshold | None:
    if amount is None or amount.setting is None:
        return amount
    return attrs.evolve(amount, value=settings[amount.setting].value)


def _facts_used(decision: DecisionSpec, known: Mapping[str, Fact]) -> list[Fact]:
    names = {line.fact for line in conditions_of(decision)}
    for card in (*decision.rules, decision.otherwise):
        names.update(_slot_facts(card.because))
    return [known[name] for name in sorted(names, key=fact_order)]


def _slot_facts(reason: Reason) -> Iterable[str]:
    slots: Iterable[Placeholder] = (part for part in reason if not isinstance(part, str))
    return (slot.fact for slot in slots)
