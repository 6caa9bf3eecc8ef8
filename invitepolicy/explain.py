"""Why an answer is what it is: every rule in order, every line with the value it met, and when it turns."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal

import attrs

from invitepolicy._core.conditions import format_operator
from invitepolicy._core.errors import RecordError
from invitepolicy._core.facts import FACTS
from invitepolicy._core.policy import AgeRange, NumberRange
from invitepolicy._core.quantities import add_or_none, format_ago, format_minute, format_number, format_share
from invitepolicy._core.records import Absent, Account, as_invitation
from invitepolicy._core.text import join_words
from invitepolicy._decide.decide import decide, decide_account, read_clock
from invitepolicy._decide.rules import evaluate_all, evaluate_condition
from invitepolicy.timeline import just_before, values_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from invitepolicy import Policy
    from invitepolicy._core.facts import Fact
    from invitepolicy._core.policy import Condition, Rule, Threshold
    from invitepolicy._core.records import Value
    from invitepolicy._decide.answers import Decision

State = Literal["holds", "fails", "open"]
_STATES: Final[dict[bool | None, State]] = {True: "holds", False: "fails", None: "open"}


@attrs.frozen
class ExplainedCondition:
    """A line, the value it met, and whether it holds, fails, or is open since nobody knows.

    `text` is the condition as written, `meaning` the same with its settings' values, `settings` names those.
    `since` is the instant at which a clock line last turned, `until` the one at which it turns next, if nothing but
    time passes; None if never.
    """

    fact: str
    text: str
    meaning: str
    settings: tuple[str, ...]
    value: str
    state: State
    since: datetime | None
    until: datetime | None
    place: str


@attrs.frozen
class ExplainedRule:
    """A card: whether it fits (`holds`), does not (`fails`), or is open; `decides` marks the one that answered.

    `rule` is None for `otherwise`. `limit` marks what the platform imposes.
    """

    rule: str | None
    limit: bool
    then: str
    state: State
    decides: bool
    conditions: tuple[ExplainedCondition, ...]
    place: str


@attrs.frozen
class Explanation:
    """A decision's answer at `now` with its grounds: the lines it applies to, and every card in order."""

    decision: str
    question: str
    now: datetime
    answer: Decision
    applies_to: tuple[ExplainedCondition, ...]
    rules: tuple[ExplainedRule, ...]


def explain(
    policy: Policy,
    subject: object,
    decision: str,
    *,
    now: datetime | None = None,
    account: Account | None = None,
) -> Explanation:
    """Explain one decision about an invitation, or about an account that stands still, as it is at `now`.

    `subject` is an `Account`, or whatever `as_invitation` takes. Without `now` the clock is read once. Raises
    RecordError, also for a decision that the policy does not have or that is not about such a subject.
    """
    instant = read_clock() if now is None else _utc(now)
    rules, values = values_of(policy, subject, decision, account)
    if isinstance(subject, Account):
        answer = decide_account(policy, subject, now=instant)[decision]
    else:
        answer = decide(policy, as_invitation(subject), now=instant, account=account)[decision]
    known = {**FACTS, **policy.facts}
    applies = _lines(rules.applies_to, known, values, instant)
    asked = all(line.state == "holds" for line in applies)
    cards = (*rules.rules, rules.otherwise)
    return Explanation(
        decision=decision,
        question=rules.question,
        now=instant,
        answer=answer,
        applies_to=applies,
        rules=tuple(_card(card, answer, known, values, instant, asked=asked) for card in cards),
    )


def _utc(now: datetime) -> datetime:
    if now.utcoffset() is None:
        raise RecordError("now", now, "this is no instant with a time zone; add tzinfo=timezone.utc")
    return now.astimezone(UTC)


def _card(
    card: Rule, answer: Decision, known: Mapping[str, Fact], values: Mapping[str, Value], now: datetime, *, asked: bool
) -> ExplainedRule:
    return ExplainedRule(
        rule=card.name,
        limit=card.limit,
        then=card.then,
        state=_STATES[evaluate_all(card.when, values, now)],
        decides=asked and answer.outcome == card.then and answer.rule == card.name,
        conditions=_lines(card.when, known, values, now),
        place=str(card.place),
    )


def _lines(
    lines: Iterable[Condition], known: Mapping[str, Fact], values: Mapping[str, Value], now: datetime
) -> tuple[ExplainedCondition, ...]:
    return tuple(_line(line, known[line.fact], values[line.fact], now) for line in lines)


def _line(line: Condition, fact: Fact, value: Value, now: datetime) -> ExplainedCondition:
    turns = _turns(line, value)
    return ExplainedCondition(
        fact=line.fact,
        text=line.text,
        meaning=format_operator(line.operator),
        settings=tuple(border.setting for border in _borders(line) if border.setting),
        value=describe_value(fact, value, now),
        state=_STATES[evaluate_condition(line.operator, value, now)],
        since=max((instant for instant in turns if instant <= now), default=None),
        until=min((instant for instant in turns if instant > now), default=None),
        place=str(line.place),
    )


def _turns(line: Condition, value: Value) -> list[datetime]:
    """Give the instants at which a clock line turns for this anchor."""
    if not isinstance(line.operator, AgeRange) or not isinstance(value, datetime):
        return []
    found = [add_or_none(value, border.value) for border in _borders(line)]  # type: ignore[arg-type]  # durations, for clocks
    return [instant for instant in found if instant is not None and _turns_at(line, value, instant)]


def _borders(line: Condition) -> list[Threshold]:
    if not isinstance(line.operator, AgeRange | NumberRange):
        return []
    return [border for border in (line.operator.low, line.operator.high) if border is not None]


def _turns_at(line: Condition, value: Value, instant: datetime) -> bool:
    return evaluate_condition(line.operator, value, instant) is not evaluate_condition(
        line.operator, value, just_before(instant)
    )


def describe_value(fact: Fact, value: Value, now: datetime) -> str:
    """Say a fact's value in words: an instant with its age at `now`, a share to a tenth of a per cent.

    Strangers' words are not made safe here.
    """
    match value:
        case Absent():
            return "not known" if value is Absent.NOT_KNOWN else "did not happen"
        case datetime():
            return f"{format_ago(value, now)} ({format_minute(value)})"
        case frozenset():
            return join_words(sorted(value), "and") if value else "none"
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case _:
            return format_share(round(value, 3)) if fact.kind == "share" else format_number(value)
