"""The fingerprint of a policy: a hash of all that can change an answer or its reason, and of nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from invitepolicy._core.conditions import format_operator
from invitepolicy._core.frozen import thaw
from invitepolicy._core.policy import Placeholder
from invitepolicy._core.quantities import format_quantity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from invitepolicy._core.conditions import Condition
    from invitepolicy._core.facts import Fact
    from invitepolicy._core.policy import DecisionSpec, Promise, Rule
    from invitepolicy._core.quantities import Setting


def fingerprint(
    name: str,
    settings: Mapping[str, Setting],
    facts: Mapping[str, Fact],
    decisions: Mapping[str, DecisionSpec],
    promises: Iterable[Promise],
) -> str:
    """Hash the resolved content as 32 hexadecimal digits; the order of keys and the spelling of quantities vanish."""
    import hashlib  # noqa: PLC0415  (imported late: who only decides asks for no fingerprint)
    import json  # noqa: PLC0415

    content = {
        "invitepolicy": 1,
        "name": name,
        "settings": {key: _setting(setting) for key, setting in settings.items()},
        # The words of a choice are alternatives, in no order; `sort_keys` does not reach into lists.
        "facts": {key: [fact.kind, sorted(fact.words)] for key, fact in facts.items()},
        "decisions": {key: _decision(decision) for key, decision in decisions.items()},
        "promises": sorted(json.dumps(_promise(promise), sort_keys=True) for promise in promises),
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    # 128 bits: two policies that share a fingerprint by chance are out of the question.
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _setting(setting: Setting) -> list[Any]:
    quantities = (setting.value, setting.at_least, setting.at_most)
    return [setting.kind, *(None if value is None else format_quantity(value, setting.kind) for value in quantities)]


def _decision(decision: DecisionSpec) -> dict[str, Any]:
    return {
        "question": decision.question,
        "subject": decision.subject,
        "applies_to": _conditions(decision.applies_to),
        "outcomes": sorted(decision.outcomes),
        # Rules alone keep their order: the first that holds decides.
        "rules": [_rule(rule) for rule in decision.rules],
        "otherwise": _rule(decision.otherwise),
    }


def _rule(rule: Rule) -> list[Any]:
    because = [[part.fact, part.age] if isinstance(part, Placeholder) else part for part in rule.because]
    # JSON can write dictionaries and lists, but no frozen mapping: the details are thawed.
    return [rule.name, rule.limit, _conditions(rule.when), rule.then, because, thaw(rule.details)]


def _conditions(conditions: Iterable[Condition]) -> list[list[str]]:
    # All conditions must hold, whatever their order; the operator is written anew, not as it was spelled.
    return sorted([condition.fact, format_operator(condition.operator)] for condition in conditions)


def _promise(promise: Promise) -> list[Any]:
    return [promise.name, promise.decision, _conditions(promise.when), promise.mode, sorted(promise.outcomes)]
