"""The reason of a rule: its placeholders, checked when the file is read and filled when the reason is asked for."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from invitepolicy._core.errors import InvalidInputError
from invitepolicy._core.policy import Placeholder, Reason
from invitepolicy._core.quantities import Setting, format_age, format_number, format_quantity, format_share
from invitepolicy._core.records import Absent
from invitepolicy._core.text import did_you_mean, join_words, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from invitepolicy._core.facts import Fact
    from invitepolicy._core.records import Value

# In this order: doubled braces are text, then a placeholder, and any other `{` was never closed.
_PART = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|\{")
# Only names with an underscore: a setting called `wait` may also be a word of the sentence.
_BARE = re.compile(r"(?<![A-Za-z0-9_{])[a-z][a-z0-9]*(?:_[a-z0-9]+)+(?![A-Za-z0-9_}])")
_AGE: Final = ".age"
_UNKNOWN: Final = "unknown"


def parse_reason(text: str, settings: Mapping[str, Setting], facts: Mapping[str, Fact]) -> Reason:
    """Read a `because`: text, `{setting}`, `{fact}`, `{clock.age}`, and `{{` for a brace.

    A setting becomes a slot of its own name, filled by `fill_settings` once the style's values are known. Raises
    InvalidInputError for a brace that is not closed, an unknown name, and a setting that needs braces.
    """
    parts: list[str | Placeholder] = []
    end = 0
    for match in _PART.finditer(text):
        plain = text[end : match.start()]
        _refuse_bare(plain, settings)
        parts.append(plain)
        parts.append(_part(match, settings, facts))
        end = match.end()
    _refuse_bare(text[end:], settings)
    parts.append(text[end:])
    return tuple(_joined(parts))


def _part(match: re.Match[str], settings: Mapping[str, Setting], facts: Mapping[str, Fact]) -> str | Placeholder:
    if match[0] in ("{{", "}}"):
        return match[0][0]
    # The last alternative of `_PART` matched, which has no group.
    if match[1] is None:
        raise InvalidInputError("placeholder", "missing closing brace", "close it with }, or write {{ for a brace")
    name = match[1]
    if name in settings or name in facts:
        return Placeholder(name)
    fact = facts.get(name.removesuffix(_AGE)) if name.endswith(_AGE) else None
    if fact is not None:
        if fact.kind == "clock":
            return Placeholder(fact.name, age=True)
        raise InvalidInputError("placeholder", f"“{fact.name}” is not a date and has no age", f"write {{{fact.name}}}")
    ages = [f"{fact.name}{_AGE}" for fact in facts.values() if fact.kind == "clock"]
    raise InvalidInputError(
        "placeholder",
        f"{quoted('{' + name + '}')} is neither a setting nor a fact of this decision",
        did_you_mean(name, [*settings, *facts, *ages], "name one of those, or write {{ for a brace that is only text"),
    )


def _refuse_bare(text: str, settings: Mapping[str, Setting]) -> None:
    for match in _BARE.finditer(text):
        if match[0] in settings:
            raise InvalidInputError("placeholder", f"the setting “{match[0]}” needs braces", f"write {{{match[0]}}}")


def _joined(parts: list[str | Placeholder]) -> Iterator[str | Placeholder]:
    # Texts side by side become one, so that equal reasons are equal tuples, however they were put together.
    text = ""
    for part in parts:
        if isinstance(part, str):
            text += part
            continue
        if text:
            yield text
        yield part
        text = ""
    if text:
        yield text


def format_reason(reason: Reason) -> str:
    """Write a reason as a policy would, with braces doubled: the inverse of `parse_reason`."""
    return "".join(
        part.replace("{", "{{").replace("}", "}}")
        if isinstance(part, str)
        else f"{{{part.fact}{_AGE if part.age else ''}}}"
        for part in reason
    )


def fill_settings(reason: Reason, settings: Mapping[str, Setting]) -> Reason:
    """Put the settings' values into a reason; what is left to fill are facts."""
    return tuple(
        _joined(
            [
                format_quantity(settings[part.fact].value, settings[part.fact].kind)
                # An `.age` is a clock's, even where a setting has the clock's name.
                if isinstance(part, Placeholder) and not part.age and part.fact in settings
                else part
                for part in reason
            ]
        )
    )


def render_reason(reason: Reason, facts: Mapping[str, Fact], values: Mapping[str, Value], now: datetime) -> str:
    """Fill a reason from the facts' values at `now`; what is missing reads `unknown`, a share has one decimal."""
    return "".join(
        part if isinstance(part, str) else _shown(facts[part.fact], values[part.fact], now if part.age else None)
        for part in reason
    )


def _shown(fact: Fact, value: Value, now: datetime | None) -> str:
    match value:
        case Absent():
            return _UNKNOWN
        case datetime():
            return format_age(now - value) if now is not None else value.astimezone(UTC).date().isoformat()
        case frozenset():
            return join_words(sorted(value), "and") if value else "none"
        # Before the numbers, since a bool is an int to Python and would read `True`.
        case bool():
            return "yes" if value else "no"
        case str():
            return value
        case _:
            return format_share(round(value, 3)) if fact.kind == "share" else format_number(value)
