"""The whole life of a record: each outcome with the instants from which and until which it holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import attrs

from invitepolicy._core.errors import RecordError
from invitepolicy._core.records import NO_ACCOUNT, Account, Invitation, as_invitation
from invitepolicy._core.text import did_you_mean, join_words, quoted
from invitepolicy._decide.answers import make_decision, read_values
from invitepolicy._decide.rules import evaluate, turning_points

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from invitepolicy import Policy
    from invitepolicy._core.policy import DecisionSpec
    from invitepolicy._core.records import Value
    from invitepolicy._decide.rules import Ruling

_NOBODY: Final = Invitation()
_FIRST: Final = datetime.min.replace(tzinfo=UTC)
_LAST: Final = datetime.max.replace(tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)


@attrs.frozen
class Stage:
    """A stretch of a life, `[start, end)`; None is no border: it was always so, or stays so for ever.

    `reason` is read at the start (of the first stretch: at its last instant), `rule` and `place` as in a `Decision`.
    """

    start: datetime | None
    end: datetime | None
    outcome: str
    rule: str | None
    reason: str
    place: str


def timeline(policy: Policy, subject: object, decision: str, *, account: Account | None = None) -> tuple[Stage, ...]:
    """Give the whole life of an invitation, or of an account that stands still, under one decision of the policy.

    The record is taken as it is known now; nothing but time passes, into the past as well as the future. Neighbours
    differ in outcome, in rule, or in what they need. Where no clock turns the life is one segment without borders.

    Raises RecordError for a decision that the policy does not have, or that is not about such a subject.
    """
    rules, values = values_of(policy, subject, decision, account)
    return tuple(_segments(rules, values))


def values_of(
    policy: Policy, subject: object, decision: str, account: Account | None
) -> tuple[DecisionSpec, dict[str, Value]]:
    """Give a decision's rules, and what the subject, an account or an invitation, says of the facts they use."""
    rules = policy.decisions.get(decision)
    if rules is None:
        hint = did_you_mean(decision, policy.decisions, f"its decisions are {join_words(policy.decisions, 'and')}")
        raise RecordError("decision", decision, f"the policy has no decision {quoted(decision)}; {hint}")
    is_account = isinstance(subject, Account)
    if is_account is not (rules.subject == "account"):
        hint = f"give an {rules.subject}" if rules.subject == "invitation" else "give an account, as summarize makes it"
        raise RecordError("subject", subject, f"{quoted(decision)} is asked about the {rules.subject}; {hint}")
    if isinstance(subject, Account):
        return rules, read_values(rules, _NOBODY, subject)
    return rules, read_values(rules, as_invitation(subject), account or NO_ACCOUNT)


def just_before(instant: datetime) -> datetime:
    """Give the last instant before another; the first of all has none and stands for itself."""
    return instant - _TICK if instant > _FIRST else instant


def _segments(rules: DecisionSpec, values: Mapping[str, Value]) -> Iterator[Stage]:
    turns = turning_points(rules, values)
    start: datetime | None = None
    ruling = evaluate(rules, values, just_before(turns[0] if turns else _LAST))
    for instant in turns:
        following = evaluate(rules, values, instant)
        if following != ruling:
            yield _segment(rules, values, ruling, start, instant)
            start, ruling = instant, following
    yield _segment(rules, values, ruling, start, None)


def _segment(
    rules: DecisionSpec, values: Mapping[str, Value], ruling: Ruling, start: datetime | None, end: datetime | None
) -> Stage:
    read_at = start or just_before(end or _LAST)
    answer = make_decision(rules, ruling, values, read_at, None)
    return Stage(start, end, answer.outcome, answer.rule, answer.reason, answer.place)
