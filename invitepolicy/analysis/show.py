"""A policy resolved into one file: all that it and its parents say, with the origin behind every line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Literal

import attrs

from invitepolicy._core.conditions import format_operator
from invitepolicy._core.errors import InvalidInputError
from invitepolicy._core.facts import FACTS
from invitepolicy._core.frozen import thaw
from invitepolicy._core.policy import Location
from invitepolicy._core.quantities import format_quantity
from invitepolicy._core.reasons import fill_settings, format_reason, parse_reason
from invitepolicy._core.text import safe_text
from invitepolicy._core.yaml_text import format_data, format_quoted, format_sentence, format_word, format_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from invitepolicy import Policy
    from invitepolicy._core.policy import Condition, DecisionSpec, Path, PolicyFile, Promise, Rule, Setting

_BY_THE_CALLER: Final = "set by the caller"


def format_policy(policy: Policy) -> Iterator[str]:
    """Write a policy as the lines of one file without parents, each with the file and line that it comes from.

    The file is a valid policy with the same fingerprint, also after the same `with_settings` on both; its tests are
    left out. One thing cannot be said in one file: two different lines about one fact in the `applies_to` of a
    parent and a child. Both are written, under a remark, and whoever reads the file is told that one is given twice.
    """
    yield f"# {policy.name}, resolved. Fingerprint {policy.fingerprint}"
    yield "invitepolicy: 1"
    yield _line("name", policy.name, _origin(policy, ("name",)))
    for key, text in (("title", policy.title), ("about", policy.about)):
        if text:
            yield _line(key, format_sentence(text), _origin(policy, (key,)))
    yield from _section("settings", (_setting(policy, setting) for setting in policy.settings.values()))
    yield from _section("facts", (_fact(policy, name) for name in policy.facts))
    yield from _section("decisions", (_decision(policy, decision) for decision in policy.decisions.values()))
    yield from _section("promises", _promises(policy))


def _section(key: str, parts: Iterable[Iterable[str]]) -> Iterator[str]:
    lines = [line for part in parts for line in part]
    if lines:
        yield f"{key}:"
        yield from _indented(lines)


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)


def _card(lines: Iterable[str]) -> Iterator[str]:
    """Make an element of a list out of lines."""
    first, *rest = lines
    yield f"- {first}"
    yield from _indented(rest)


def _line(key: str, value: str, origin: str) -> str:
    text = f"{key}: {value}  # {origin}" if origin else f"{key}: {value}"
    return safe_text(text)  # inside quotes what it writes are escapes, and outside them there is nothing to escape


# where it stands


def _name(document: PolicyFile, path: Path) -> str:
    return str(Location(re.split(r"[/\\]", document.path)[-1], *document.key_mark(path)))


def _at(data: Any, path: Path) -> Any:
    for key in path:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _origin(policy: Policy, path: Path) -> str:
    """Name the last file that says something at a path, and the line; nothing where none does."""
    for document in reversed(policy._files):
        if _at(document.data, path) not in (None, "", []):
            return _name(document, path)
    return ""


@attrs.frozen
class _Written:
    """A card as it is written: its file, the path there, and its data."""

    document: PolicyFile
    path: Path
    data: Mapping[str, Any]


def _written(policy: Policy, decision: str) -> Iterator[_Written]:
    """Go through the cards of a decision in every file."""
    for document in policy._files:
        raw = _at(document.data, ("decisions", decision)) or {}
        for kind in ("limits", "rules"):
            for index, card in enumerate(raw.get(kind) or ()):
                yield _Written(document, ("decisions", decision, kind, index), card)
        if raw.get("otherwise"):
            yield _Written(document, ("decisions", decision, "otherwise"), raw["otherwise"])


# settings and facts


def _setting(policy: Policy, setting: Setting) -> Iterator[str]:
    at: Path = ("settings", setting.name)
    origins = {key: _origin(policy, (*at, key)) for key in ("at_least", "at_most", "about", "source")}
    value = _quantity(setting, setting.value)
    origin = _BY_THE_CALLER if setting.name in policy.overrides else _value_origin(policy, setting)
    if not any(getattr(setting, key) not in (None, "") for key in origins):
        yield _line(format_word(setting.name), value, origin)
        return
    yield f"{format_word(setting.name)}:"
    yield _line("  value", value, origin)
    for bound in ("at_least", "at_most"):
        if getattr(setting, bound) is not None:
            yield _line(f"  {bound}", _quantity(setting, getattr(setting, bound)), origins[bound])
    for key in ("about", "source"):
        if getattr(setting, key):
            yield _line(f"  {key}", format_sentence(getattr(setting, key)), origins[key])


def _value_origin(policy: Policy, setting: Setting) -> str:
    """Name the place of the value, which is not the setting's where a child gives only another `about`."""
    at: Path = ("settings", setting.name)
    found = ""
    for document in policy._files:
        raw = _at(document.data, at)
        path = (*at, "value") if isinstance(raw, dict) else at
        if _at(document.data, path) is not None:
            found = _name(document, path)
    return found


def _quantity(setting: Setting, value: Any) -> str:
    return format_quantity(value, setting.kind)


def _fact(policy: Policy, name: str) -> Iterator[str]:
    fact = policy.facts[name]
    value = format_words(fact.words) if fact.kind == "choice" else fact.kind
    yield _line(format_word(name), value, _origin(policy, ("facts", name)))


# decisions


def _decision(policy: Policy, decision: DecisionSpec) -> Iterator[str]:
    at: Path = ("decisions", decision.name)
    details = _details(policy, decision.name)
    cards = [_rule(policy, decision, card, details) for card in decision.rules]
    yield f"{format_word(decision.name)}:"
    if decision.question:
        yield _line("  question", format_sentence(decision.question), _origin(policy, (*at, "question")))
    if decision.subject != "invitation":
        yield _line("  subject", decision.subject, _origin(policy, (*at, "subject")))
    yield from _indented(_applies_to(decision.applies_to))
    yield _line("  outcomes", format_words(decision.outcomes), _origin(policy, (*at, "outcomes")))
    if details:
        yield "  details:"
        for outcome, data in details.items():
            yield _line(f"    {format_word(outcome)}", format_data(data), _origin(policy, (*at, "details", outcome)))
    for key, wanted in (("limits", True), ("rules", False)):
        group = [_card(card) for card, rule in zip(cards, decision.rules, strict=True) if rule.limit is wanted]
        yield from _indented(_section(key, group))
    yield "  otherwise:"
    yield from _indented(_indented(_rule(policy, decision, decision.otherwise, details)))


def _applies_to(lines: tuple[Condition, ...]) -> Iterator[str]:
    if len({line.fact for line in lines}) < len(lines):
        yield "# Both lines about one fact must hold. They stand in two files, and one file cannot say so."
    yield from _lines("applies_to", lines)


def _details(policy: Policy, decision: str) -> dict[str, Any]:
    """Give the default details of a decision's outcomes, those of later files first."""
    merged: dict[str, Any] = {}
    for document in policy._files:
        merged.update(_at(document.data, ("decisions", decision, "details")) or {})
    return {outcome: data for outcome, data in merged.items() if data is not None}


def _rule(policy: Policy, decision: DecisionSpec, card: Rule, details: Mapping[str, Any]) -> Iterator[str]:
    source = _find(policy, decision, card)
    origins = {key: str(card.place) for key in ("rule", "then", "because", "details")}
    if source is not None:
        origins |= {key: _name(source.document, (*source.path, key)) for key in origins if key in source.data}
    if card.name is not None:
        yield _line("rule", format_sentence(card.name), origins["rule"])
    yield from _lines("when", card.when)
    yield _line("then", format_word(card.then), origins["then"])
    because = format_reason(card.because) if source is None else source.data["because"]
    # In quotes, whatever it says: a comment behind a plain text might cut it short, and is refused.
    yield _line("because", format_quoted(because), origins["because"])
    if card.details is not None and format_data(thaw(card.details)) != format_data(details.get(card.then)):
        yield _line("details", format_data(thaw(card.details)), origins["details"])


def _find(policy: Policy, decision: DecisionSpec, card: Rule) -> _Written | None:
    """Find a card as it was written, with the settings' names in its reason; None where only the value is left."""
    facts = {name: fact for name, fact in FACTS.items() if decision.subject in ("invitation", fact.subject)}
    facts |= policy.facts if decision.subject == "invitation" else {}
    for found in _written(policy, decision.name):
        if found.data.get("rule") == card.name and found.data["then"] == card.then and _is_at(found, card.place):
            try:
                reason = parse_reason(found.data["because"], policy.settings, facts)
            except InvalidInputError:
                continue
            if fill_settings(reason, policy.settings) == card.because:
                return found
    return None


def _is_at(found: _Written, place: Location) -> bool:
    marks = (found.document.key_mark(found.path), found.document.value_mark(found.path))
    return (place.line, place.column) in marks


def _lines(key: Literal["when", "applies_to"], lines: tuple[Condition, ...]) -> Iterator[str]:
    if lines:
        yield f"{key}:"
    for line in lines:
        yield _line(f"  {format_word(line.fact)}", format_operator(line.operator, names=True), str(line.place))


def _promises(policy: Policy) -> Iterator[Iterator[str]]:
    stated = ((document, index) for document in policy._files for index, _ in enumerate(_raw_promises(document)))
    for promise, (document, index) in zip(policy.promises, stated, strict=True):
        yield _card(_promise(promise, document, ("promises", index)))


def _raw_promises(document: PolicyFile) -> list[Any]:
    return document.data.get("promises") or []


def _promise(promise: Promise, document: PolicyFile, path: Path) -> Iterator[str]:
    yield _line("promise", format_sentence(promise.name), _name(document, (*path, "promise")))
    yield _line("decision", format_word(promise.decision), _name(document, (*path, "decision")))
    yield from _lines("when", promise.when)
    yield _line(promise.mode, format_words(promise.outcomes), _name(document, (*path, promise.mode)))
