"""Why an answer is what it is: every rule in order, and every condition with its value and its next change."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

import attrs

from invitepolicy._core.conditions import AgeRange, format_operator, thresholds_in
from invitepolicy._core.facts import FACTS
from invitepolicy._core.fields import read_instant
from invitepolicy._core.quantities import add_or_none, format_ago, format_minute, format_number, format_share
from invitepolicy._core.records import Absent, Account, as_invitation
from invitepolicy._core.text import join_words
from invitepolicy._decide.decide import decide, decide_account, read_clock
from invitepolicy._decide.rules import evaluate_all, evaluate_condition
from invitepolicy.timeline import just_before, values_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from invitepolicy import Policy
    from invitepolicy._core.conditions import Condition
    from invitepolicy._core.facts import Fact
    from invitepolicy._core.policy import Rule
    from invitepolicy._core.records import Value
    from invitepolicy._decide.answers import Decision

State = Literal["holds", "fails", "open"]
_STATES: Final[dict[bool | None, State]] = {True: "holds", False: "fails", None: "open"}


@attrs.frozen
class ExplainedCondition:
    """A condition, the value it was evaluated on, and whether it holds, fails, or is open as the value is not known.

    `text` is the condition as written, `meaning` the same with its settings' values, `settings` names those.
    `since` is the instant at which a condition on a date last changed, `until` the one at which it changes next, if
    nothing but time passes; None if there is none. `place` is `file:line`.
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
    """A rule, and whether it matches (`holds`), does not (`fails`), or is open; `decides` marks the one that answered.

    `rule` is None for `otherwise`. `limit` marks what LinkedIn imposes. `place` is `file:line`.
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
    """A decision's answer at `now` and the reasons for it: the conditions of `applies_to`, and every rule in order."""

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
    """Explain the answer to one decision about an invitation or an account at `now`.

    `subject` is an `Account`, or whatever `as_invitation` takes; an account is taken as constant, and so is `account`,
    which a decision about an invitation may use. `now` must be timezone-aware; without it the clock is read once. All
    rules are listed in order, also those after the one that decides. Where the decision does not apply, or its outcome
    is undetermined, no rule decides. `explanation.answer` is what `decide` or `decide_account` returns.

    Raise RecordError for a record or a `now` that cannot be used, and for a decision that the policy does not have or
    that is about the other kind of subject.
    """
    instant = read_clock() if now is None else read_instant("now", now)
    spec, values = values_of(policy, subject, decision, account)
    if isinstance(subject, Account):
        answer = decide_account(policy, subject, now=instant)[decision]
    else:
        answer = decide(policy, as_invitation(subject), now=instant, account=account)[decision]
    known = {**FACTS, **policy.facts}
    applies = _explain_conditions(spec.applies_to, known, values, instant)
    is_applicable = all(condition.state == "holds" for condition in applies)
    rules_in_order = (*spec.rules, spec.otherwise)
    return Explanation(
        decision=decision,
        question=spec.question,
        now=instant,
        answer=answer,
        applies_to=applies,
        rules=tuple(
            _explain_rule(rule, answer, known, values, instant, is_applicable=is_applicable) for rule in rules_in_order
        ),
    )


def _explain_rule(
    rule: Rule,
    answer: Decision,
    known: Mapping[str, Fact],
    values: Mapping[str, Value],
    now: datetime,
    *,
    is_applicable: bool,
) -> ExplainedRule:
    return ExplainedRule(
        rule=rule.name,
        limit=rule.limit,
        then=rule.then,
        state=_STATES[evaluate_all(rule.when, values, now)],
        # By name, which no two rules share. `otherwise` has none, but neither has an undetermined answer, so the
        # outcome is compared too.
        decides=is_applicable and answer.outcome == rule.then and answer.rule == rule.name,
        conditions=_explain_conditions(rule.when, known, values, now),
        place=str(rule.place),
    )


def _explain_conditions(
    conditions: Iterable[Condition], known: Mapping[str, Fact], values: Mapping[str, Value], now: datetime
) -> tuple[ExplainedCondition, ...]:
    return tuple(
        _explain_condition(condition, known[condition.fact], values[condition.fact], now) for condition in conditions
    )


def _explain_condition(condition: Condition, fact: Fact, value: Value, now: datetime) -> ExplainedCondition:
    # A threshold that is reached exactly now has changed already: it counts for `since`.
    turns = _turning_points(condition, value)
    return ExplainedCondition(
        fact=condition.fact,
        text=condition.text,
        meaning=format_operator(condition.operator),
        settings=tuple(threshold.setting for threshold in thresholds_in(condition.operator) if threshold.setting),
        value=describe_value(fact, value, now),
        state=_STATES[evaluate_condition(condition.operator, value, now)],
        since=max((instant for instant in turns if instant <= now), default=None),
        until=min((instant for instant in turns if instant > now), default=None),
        place=str(condition.place),
    )


def _turning_points(condition: Condition, value: Value) -> list[datetime]:
    """Return the instants at which a condition on a date changes for this value; none for other conditions."""
    if not isinstance(condition.operator, AgeRange) or not isinstance(value, datetime):
        return []
    instants = [add_or_none(value, threshold.value) for threshold in thresholds_in(condition.operator)]  # type: ignore[arg-type]  # durations, for clocks
    # A threshold need not change anything: in `between a and b ago` settings can make `a` the longer one.
    return [instant for instant in instants if instant is not None and _changes_at(condition, value, instant)]


def _changes_at(condition: Condition, value: Value, instant: datetime) -> bool:
    # A condition changes at the threshold itself, so the last instant before it has the old state.
    return evaluate_condition(condition.operator, value, instant) is not evaluate_condition(
        condition.operator, value, just_before(instant)
    )


def describe_value(fact: Fact, value: Value, now: datetime) -> str:
    """Return a fact's value in words: an instant with its age at `now`, a share to a tenth of a percent.

    Text from records is not made safe for a terminal here; that is the caller's part.
    """
    match value:
        case Absent():
            return "not known" if value is Absent.NOT_KNOWN else "did not happen"
        case datetime():
            return f"{format_ago(value, now)} ({format_minute(value)})"
        case frozenset():
            return join_words(sorted(value), "and") if value else "none"
        case bool():  # before the numbers, since a bool is an int
            return "true" if value else "false"
        case str():
            return value
        case _:
            return format_share(round(value, 3)) if fact.kind == "share" else format_number(value)
