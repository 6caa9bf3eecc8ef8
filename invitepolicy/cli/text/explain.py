"""An explanation as a person would give it: the answer, the lines that led to it, and the life as one line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import attrs

from invitepolicy._core.quantities import format_minute, format_short_date
from invitepolicy._core.text import safe_text
from invitepolicy.cli.text.terminal import width_of, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from invitepolicy import Invitation, Policy
    from invitepolicy.cli.text.terminal import Style
    from invitepolicy.explain import ExplainedCondition, ExplainedRule, Explanation
    from invitepolicy.timeline import Stage

_NOT: Final = re.compile(r"\{not: (.*)\}")
_MARKS: Final = {"holds": "yes", "fails": "no", "open": "?"}


@attrs.frozen
class _Stage:
    """A stretch of a life that has one outcome."""

    start: datetime | None
    outcome: str
    is_now: bool


def say_who(invitation: Invitation | None, policy: Policy, why: str, *, style: Style, width: int) -> Iterator[str]:
    """Say about whom the explanations are, and by which policy."""
    if invitation is None:
        yield style.heading("Your account")
    else:
        yield style.heading(safe_text(invitation.name or invitation.url or "(no name)"))
        basis = f" ({invitation.status_basis})" if invitation.status_basis else ""
        sent = f", sent {format_minute(invitation.sent_at)} UTC" if invitation.sent_at else ""
        yield from wrap(f"{invitation.direction}, {invitation.status}{basis}{sent}", width=width, indent="  ")
    yield from wrap(f"by the policy {policy.name} ({why}; {policy.fingerprint[:8]})", width=width, indent="  ")


def format_explanation(explanation: Explanation, life: Sequence[Stage], *, style: Style, width: int) -> Iterator[str]:
    """Give an explanation as lines of at most `width` columns, and the life as one more."""
    answer = explanation.answer
    yield style.heading(
        safe_text(f"{explanation.question or explanation.decision} {_words(answer.outcome).capitalize()}.")
    )
    yield from wrap(answer.reason, width=width, indent="  ")
    if answer.changes_at is not None:
        change = (
            f"From {format_minute(answer.changes_at)} on: {_words(answer.changes_to or '')}, if nothing else happens."
        )
        yield from wrap(change, width=width, indent="  ")
    yield ""
    yield from _applies(explanation, style, width)
    number = 0
    for rule in explanation.rules:
        number += rule.rule is not None
        yield from _rule(rule, number, style, width)
    if len({segment.outcome for segment in life}) > 1:
        yield ""
        yield f"  {draw_life(life, explanation.now, width - 2)}"


def _applies(explanation: Explanation, style: Style, width: int) -> Iterator[str]:
    if not explanation.applies_to:
        return
    asked = all(line.state == "holds" for line in explanation.applies_to)
    yield "  It is asked, since" if asked else "  It is only asked if"
    yield from _lines(explanation.applies_to, style, width)


def _rule(rule: ExplainedRule, number: int, style: Style, width: int) -> Iterator[str]:
    name = "  otherwise" if rule.rule is None else f"  {number}. {rule.rule}{' (a limit)' if rule.limit else ''}"
    verdict = f", and this decides ({rule.place})" if rule.decides else ""
    *above, last = wrap(f"{name} → {_words(rule.then)}{verdict}", width=width, hanging="     ")
    yield from (style.heading(line) if rule.decides else line for line in (*above, last))
    yield from _lines(rule.conditions, style, width)


def _lines(lines: Iterable[ExplainedCondition], style: Style, width: int) -> Iterator[str]:
    for line in lines:
        for text in wrap(_line(line), width=width, indent="     ", hanging="          "):
            yield style.faint(text) if line.state == "fails" else text


def _line(line: ExplainedCondition) -> str:
    mark = _MARKS[line.state].ljust(4)
    if line.state == "open":
        return f"{mark} {line.fact} is not known; wanted: {_wanted(line)}"
    turns = ""
    if line.until is not None:
        turns = f"; {'until' if line.state == 'holds' else 'from'} {format_minute(line.until)}"
    elif line.since is not None:
        turns = f"; {'since' if line.state == 'holds' else 'until'} {format_minute(line.since)}"
    return f"{mark} {_met(line)}{turns}"


def _met(line: ExplainedCondition) -> str:
    """Say what a line met, and how that relates to what it wants."""
    excluded = _NOT.fullmatch(line.meaning)
    words = excluded[1] if excluded else line.meaning
    if line.fact == "tags":
        return f"{'' if (line.state == 'holds') is not bool(excluded) else 'not '}tagged {words.strip('[]')}"
    verb = "" if line.value == "did not happen" or line.value.endswith(")") else "is "
    met = f"{line.fact} {verb}{line.value}"
    if line.value in (line.meaning, "did not happen"):
        return met
    if excluded:
        return f"{met}, {'and not' if line.state == 'holds' else 'and may not be'} {words}"
    return f"{met}, {'' if line.state == 'holds' else 'not '}{_wanted(line)}"


def _wanted(line: ExplainedCondition) -> str:
    """Give what a line wants, with the names of the settings in it."""
    text = line.meaning
    if text.startswith("["):
        text = f"one of {text.strip('[]')}"
    return f"{text} ({', '.join(line.settings)})" if line.settings else text


def draw_life(life: Sequence[Stage], now: datetime, width: int) -> str:
    """Draw a life as one line: outcomes with the days between them, the present one in brackets.

    Where it is longer than `width` the stages farthest from the present give way to `…`.
    """
    stages = _stages(life, now)
    present = next(index for index, stage in enumerate(stages) if stage.is_now)
    first, last = present, present
    drawn = _draw(stages, first, last, now)
    for side in (1, -1) * len(stages):
        wider = (first, last + 1) if side == 1 else (first - 1, last)
        if wider[0] < 0 or wider[1] >= len(stages):
            continue
        attempt = _draw(stages, *wider, now)
        if width_of(attempt) <= width:
            drawn, (first, last) = attempt, wider
    return drawn


def _stages(life: Sequence[Stage], now: datetime) -> list[_Stage]:
    stages: list[_Stage] = []
    for segment in life:
        is_now = (segment.start is None or segment.start <= now) and (segment.end is None or now < segment.end)
        if stages and stages[-1].outcome == segment.outcome:
            stages[-1] = attrs.evolve(stages[-1], is_now=stages[-1].is_now or is_now)
        else:
            stages.append(_Stage(segment.start, segment.outcome, is_now))
    return stages


def _draw(stages: Sequence[_Stage], first: int, last: int, now: datetime) -> str:
    parts = ["… " if first else ""]
    for index in range(first, last + 1):
        stage = stages[index]
        if stage.start is not None and (index > first or first):
            parts.append(f"─{_day(stage.start, now)}→ ")
        words = _words(stage.outcome)
        parts.append(f"[{words}] " if stage.is_now else f"{words} ")
    return "".join(parts).rstrip() + (" …" if last + 1 < len(stages) else "")


def _day(instant: datetime, now: datetime) -> str:
    day = format_short_date(instant)
    return day if instant.year == now.year else f"{day} {instant.year}"


def _words(outcome: str) -> str:
    return outcome.replace("_", " ")
