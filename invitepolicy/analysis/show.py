"""A policy and its parents written as one file, with the origin of every line as a comment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Literal

import attrs

from invitepolicy._core.conditions import format_operator
from invitepolicy._core.errors import InvalidInputError, Location
from invitepolicy._core.facts import FACTS
from invitepolicy._core.frozen import thaw
from invitepolicy._core.quantities import format_quantity
from invitepolicy._core.reasons import fill_settings, format_reason, parse_reason
from invitepolicy._core.text import safe_text
from invitepolicy._core.yaml_text import format_data, format_quoted, format_sentence, format_word, format_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from invitepolicy import Policy
    from invitepolicy._core.conditions import Condition
    from invitepolicy._core.policy import DecisionSpec, Path, PolicyFile, Promise, Rule
    from invitepolicy._core.quantities import Setting

_BY_THE_CALLER: Final = "set by the caller"


def format_policy(policy: Policy) -> Iterator[str]:
    """Yield the lines of one file without parents that holds the policy, each with its origin as a comment.

    The file is a valid policy with the same fingerprint, also after the same `with_settings` on both, so it can be
    archived to replay decisions. Tests are left out. Lines have no line end. Control characters in names of files are
    escaped.

    One thing cannot be expressed in one file: conditions on one fact in the `applies_to` of both a parent and a child.
    Both are written, under a comment, and loading the file reports that one is given twice.
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


def _list_item(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines as an element of a list."""
    first, *rest = lines
    yield f"- {first}"
    yield from _indented(rest)


def _line(key: str, value: str, origin: str) -> str:
    text = f"{key}: {value}  # {origin}" if origin else f"{key}: {value}"
    return safe_text(text)  # inside quotes what it writes are escapes, and outside them there is nothing to escape


# origins


def _locate(document: PolicyFile, path: Path) -> str:
    # Not os.path: a path may come from another system, with the other separator.
    return str(Location(re.split(r"[/\\]", document.path)[-1], *document.key_mark(path)))


def _at(data: Any, path: Path) -> Any:
    for key in path:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _origin(policy: Policy, path: Path) -> str:
    """Return the last file with a value at a path, and the line; an empty text where none has."""
    # From the policy's own file, which is the last one, to the first parent. An empty value states nothing.
    for document in reversed(policy._files):
        if _at(document.data, path) not in (None, "", []):
            return _locate(document, path)
    return ""


@attrs.frozen
class _SourceRule:
    """A rule as written in a file: the file, the path in it, and the data."""

    document: PolicyFile
    path: Path
    data: Mapping[str, Any]


def _source_rules(policy: Policy, decision: str) -> Iterator[_SourceRule]:
    """Yield the rules of a decision as each file has them."""
    for document in policy._files:
        raw = _at(document.data, ("decisions", decision)) or {}
        for kind in ("limits", "rules"):
            for index, rule in enumerate(raw.get(kind) or ()):
                yield _SourceRule(document, ("decisions", decision, kind, index), rule)
        if raw.get("otherwise"):
            yield _SourceRule(document, ("decisions", decision, "otherwise"), raw["otherwise"])


# settings and facts


def _setting(policy: Policy, setting: Setting) -> Iterator[str]:
    at: Path = ("settings", setting.name)
    origins = {key: _origin(policy, (*at, key)) for key in ("at_least", "at_most", "about", "source")}
    value = _quantity(setting, setting.value)
    origin = _BY_THE_CALLER if setting.name in policy.overrides else _value_origin(policy, setting)
    # The short form, `patience: 3 weeks`, where there is nothing but the value.
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
    """Return the place of the value, which differs from the setting's where a child only changes its `about`."""
    at: Path = ("settings", setting.name)
    source = ""
    for document in policy._files:
        raw = _at(document.data, at)
        path = (*at, "value") if isinstance(raw, dict) else at
        if _at(document.data, path) is not None:
            source = _locate(document, path)
    return source


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
    rule_lines = [_rule(policy, decision, rule, details) for rule in decision.rules]
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
        group = [
            _list_item(lines) for lines, rule in zip(rule_lines, decision.rules, strict=True) if rule.limit is wanted
        ]
        yield from _indented(_section(key, group))
    yield "  otherwise:"
    yield from _indented(_indented(_rule(policy, decision, decision.otherwise, details)))


def _applies_to(conditions: tuple[Condition, ...]) -> Iterator[str]:
    if len({condition.fact for condition in conditions}) < len(conditions):
        yield "# Both conditions on one fact must hold. They come from two files; one file cannot express this."
    yield from _conditions("applies_to", conditions)


def _details(policy: Policy, decision: str) -> dict[str, Any]:
    """Return the default details of a decision's outcomes; later files take precedence."""
    merged: dict[str, Any] = {}
    for document in policy._files:
        merged.update(_at(document.data, ("decisions", decision, "details")) or {})
    return {outcome: data for outcome, data in merged.items() if data is not None}


def _rule(policy: Policy, decision: DecisionSpec, rule: Rule, details: Mapping[str, Any]) -> Iterator[str]:
    # As it is written in the file, the reason names its settings, so that other settings still change it.
    source = _find_source(policy, decision, rule)
    origins = {key: str(rule.place) for key in ("rule", "then", "because", "details")}
    if source is not None:
        origins |= {key: _locate(source.document, (*source.path, key)) for key in origins if key in source.data}
    if rule.name is not None:
        yield _line("rule", format_sentence(rule.name), origins["rule"])
    yield from _conditions("when", rule.when)
    yield _line("then", format_word(rule.then), origins["then"])
    because = format_reason(rule.because) if source is None else source.data["because"]
    # Always in quotes: the comment after a plain text might cut it short, which loading refuses.
    yield _line("because", format_quoted(because), origins["because"])
    # Details that equal the outcome's default come from it when the file is loaded.
    if rule.details is not None and format_data(thaw(rule.details)) != format_data(details.get(rule.then)):
        yield _line("details", format_data(thaw(rule.details)), origins["details"])


def _find_source(policy: Policy, decision: DecisionSpec, rule: Rule) -> _SourceRule | None:
    """Find a rule as written, with settings named in its reason; None where only their values are left."""
    # The facts that a reason may name: a decision about the account knows only those of the account.
    facts = {name: fact for name, fact in FACTS.items() if decision.subject in ("invitation", fact.subject)}
    facts |= policy.facts if decision.subject == "invitation" else {}
    for source in _source_rules(policy, decision.name):
        # A place is without the file's folder, so rules of two files can share one: the reason tells them apart.
        if source.data.get("rule") == rule.name and source.data["then"] == rule.then and _is_at(source, rule.place):
            try:
                reason = parse_reason(source.data["because"], policy.settings, facts)
            except InvalidInputError:  # a parent's text may have the name of a child's setting without braces
                continue
            if fill_settings(reason, policy.settings) == rule.because:
                return source
    return None


def _is_at(source: _SourceRule, place: Location) -> bool:
    # The place of a rule is its value's mark, that of `otherwise` is its key's.
    marks = (source.document.key_mark(source.path), source.document.value_mark(source.path))
    return (place.line, place.column) in marks


def _conditions(key: Literal["when", "applies_to"], conditions: tuple[Condition, ...]) -> Iterator[str]:
    if conditions:
        yield f"{key}:"
    for condition in conditions:
        yield _line(
            f"  {format_word(condition.fact)}", format_operator(condition.operator, names=True), str(condition.place)
        )


def _promises(policy: Policy) -> Iterator[Iterator[str]]:
    # Promises are never replaced: the policy has those of all files, in the order of the files.
    promises = ((document, index) for document in policy._files for index, _ in enumerate(_raw_promises(document)))
    for promise, (document, index) in zip(policy.promises, promises, strict=True):
        yield _list_item(_promise(promise, document, ("promises", index)))


def _raw_promises(document: PolicyFile) -> list[Any]:
    return document.data.get("promises") or []


def _promise(promise: Promise, document: PolicyFile, path: Path) -> Iterator[str]:
    yield _line("promise", format_sentence(promise.name), _locate(document, (*path, "promise")))
    yield _line("decision", format_word(promise.decision), _locate(document, (*path, "decision")))
    yield from _conditions("when", promise.when)
    yield _line(promise.mode, format_words(promise.outcomes), _locate(document, (*path, promise.mode)))
