"""An explanation as text: the answer, the conditions that led to it, and the life of the invitation as one line."""

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
class _Span:
    """Consecutive stages of a timeline with the same outcome."""

    start: datetime | None
    outcome: str
    is_now: bool


def format_subject(
    invitation: Invitation | None, policy: Policy, why: str, *, style: Style, width: int
) -> Iterator[str]:
    """Yield what the explanations are about, None for the account, and by which policy."""
    if invitation is None:
        yield style.heading("Your account")
    else:
        yield style.heading(safe_text(invitation.name or invitation.url or "(no name)"))
        basis = f" ({invitation.status_basis})" if invitation.status_basis else ""
        sent = f", sent {format_minute(invitation.sent_at)} UTC" if invitation.sent_at else ""
        yield from wrap(f"{invitation.direction}, {invitation.status}{basis}{sent}", width=width, indent="  ")
    yield from wrap(f"by the policy {policy.name} ({why}; {policy.fingerprint[:8]})", width=width, indent="  ")


def format_explanation(explanation: Explanation, life: Sequence[Stage], *, style: Style, width: int) -> Iterator[str]:
    """Yield an explanation as lines of at most `width` columns, and the timeline as one more."""
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
        # `otherwise` has no name and gets no number.
        number += rule.rule is not None
        yield from _rule(rule, number, style, width)
    # A life of one outcome would only repeat the answer.
    if len({stage.outcome for stage in life}) > 1:
        yield ""
        yield f"  {draw_life(life, explanation.now, width - 2)}"


def _applies(explanation: Explanation, style: Style, width: int) -> Iterator[str]:
    if not explanation.applies_to:
        return
    applies = all(condition.state == "holds" for condition in explanation.applies_to)
    yield "  Applies, because" if applies else "  Applies only if"
    yield from _conditions(explanation.applies_to, style, width)


def _rule(rule: ExplainedRule, number: int, style: Style, width: int) -> Iterator[str]:
    name = "  otherwise" if rule.rule is None else f"  {number}. {rule.rule}{' (a limit)' if rule.limit else ''}"
    verdict = f", and this decides ({rule.place})" if rule.decides else ""
    for line in wrap(f"{name} → {_words(rule.then)}{verdict}", width=width, hanging="     "):
        yield style.heading(line) if rule.decides else line
    yield from _conditions(rule.conditions, style, width)


def _conditions(conditions: Iterable[ExplainedCondition], style: Style, width: int) -> Iterator[str]:
    for condition in conditions:
        for line in wrap(_condition(condition), width=width, indent="     ", hanging="          "):
            yield style.faint(line) if condition.state == "fails" else line


def _condition(condition: ExplainedCondition) -> str:
    mark = _MARKS[condition.state].ljust(4)
    if condition.state == "open":
        return f"{mark} {condition.fact} is not known; needed: {_wanted(condition)}"
    turns = ""
    # What holds ends at the next change, what fails begins at it; at the last change it was the reverse.
    if condition.until is not None:
        turns = f"; {'until' if condition.state == 'holds' else 'from'} {format_minute(condition.until)}"
    elif condition.since is not None:
        turns = f"; {'since' if condition.state == 'holds' else 'until'} {format_minute(condition.since)}"
    return f"{mark} {_met(condition)}{turns}"


def _met(condition: ExplainedCondition) -> str:
    """Return the value of the fact, and how it relates to what the condition wants."""
    excluded = _NOT.fullmatch(condition.meaning)
    words = excluded[1] if excluded else condition.meaning
    # “tagged keep”, since “tags is keep” is no English. A failing {not: keep} means that the tag is there.
    if condition.fact == "tags":
        return f"{'' if (condition.state == 'holds') is not bool(excluded) else 'not '}tagged {words.strip('[]')}"
    # A date ends in “)”: “sent 8 days ago (2026-03-07 00:58)” needs no verb.
    verb = "" if condition.value == "did not happen" or condition.value.endswith(")") else "is "
    met = f"{condition.fact} {verb}{condition.value}"
    # “activity is daily” would gain nothing by “, daily”.
    if condition.value in (condition.meaning, "did not happen"):
        return met
    if excluded:
        return f"{met}, {'and not' if condition.state == 'holds' else 'but must not be'} {words}"
    return f"{met}, {'' if condition.state == 'holds' else 'not '}{_wanted(condition)}"


def _wanted(condition: ExplainedCondition) -> str:
    """Return what a condition wants, with the names of the settings in it."""
    text = condition.meaning
    if text.startswith("["):
        text = f"one of {text.strip('[]')}"
    return f"{text} ({', '.join(condition.settings)})" if condition.settings else text


def draw_life(life: Sequence[Stage], now: datetime, width: int) -> str:
    """Return a timeline as one line: outcomes with the days between them, the present one in brackets.

    If it is wider than `width` columns, the stages farthest from the present become `…`.
    """
    spans = _spans(life, now)
    # There is one: stages follow each other without gaps, from the beginning of time to its end.
    present = next(index for index, span in enumerate(spans) if span.is_now)
    first, last = present, present
    drawn = _draw(spans, first, last, now)
    # Right and left in turn, often enough to reach either end. A side that cannot grow is passed over, since
    # the other one still may.
    for side in (1, -1) * len(spans):
        wider = (first, last + 1) if side == 1 else (first - 1, last)
        if wider[0] < 0 or wider[1] >= len(spans):
            continue
        attempt = _draw(spans, *wider, now)
        if width_of(attempt) <= width:
            drawn, (first, last) = attempt, wider
    return drawn


def _spans(life: Sequence[Stage], now: datetime) -> list[_Span]:
    # Stages also change where only the rule or the reason does; the drawing shows outcomes.
    spans: list[_Span] = []
    for stage in life:
        is_now = (stage.start is None or stage.start <= now) and (stage.end is None or now < stage.end)
        if spans and spans[-1].outcome == stage.outcome:
            spans[-1] = attrs.evolve(spans[-1], is_now=spans[-1].is_now or is_now)
        else:
            spans.append(_Span(stage.start, stage.outcome, is_now))
    return spans


def _draw(spans: Sequence[_Span], first: int, last: int, now: datetime) -> str:
    parts = ["… " if first else ""]
    for index in range(first, last + 1):
        span = spans[index]
        # The beginning of the first span is drawn only where something before it is left out.
        if span.start is not None and (index > first or first):
            parts.append(f"─{_day(span.start, now)}→ ")
        words = _words(span.outcome)
        parts.append(f"[{words}] " if span.is_now else f"{words} ")
    return "".join(parts).rstrip() + (" …" if last + 1 < len(spans) else "")


def _day(instant: datetime, now: datetime) -> str:
    day = format_short_date(instant)
    return day if instant.year == now.year else f"{day} {instant.year}"


def _words(outcome: str) -> str:
    return outcome.replace("_", " ")
