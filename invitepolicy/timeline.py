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

# A decision about the account reads no fact of an invitation.
_NO_INVITATION: Final = Invitation()
_FIRST: Final = datetime.min.replace(tzinfo=UTC)
_LAST: Final = datetime.max.replace(tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)  # the resolution of a datetime


@attrs.frozen
class Stage:
    """One stage of a life, `[start, end)`: the outcome does not change in it.

    `start` is None where it was always so, `end` where it stays so for ever. `reason` is as of the start (of the first
    stage: its last instant), since it may name an age. `rule` and `place` are as in a `Decision`.
    """

    start: datetime | None
    end: datetime | None
    outcome: str
    rule: str | None
    reason: str
    place: str


def timeline(policy: Policy, subject: object, decision: str, *, account: Account | None = None) -> tuple[Stage, ...]:
    """Return the whole life of an invitation or an account under one decision, as stages `[start, end)` in order.

    `subject` is an `Account`, or whatever `as_invitation` takes. It is taken as it is known now: nothing but time
    passes, into the past as well as the future, and an account's counts stay as they are. Stages touch without gaps;
    neighbours differ in outcome, in rule, or in the facts they need. The first start and the last end are None. Where
    no condition on a date changes, there is one stage. Instants after the year 9999 are never reached.

    Raise RecordError for a record that cannot be used, and for a decision that the policy does not have or that is
    about the other kind of subject.
    """
    spec, values = values_of(policy, subject, decision, account)
    return tuple(_stages(spec, values))


def values_of(
    policy: Policy, subject: object, decision: str, account: Account | None
) -> tuple[DecisionSpec, dict[str, Value]]:
    """Return a decision and the values of its facts for a subject. Raise RecordError as `timeline` does."""
    spec = policy.decisions.get(decision)
    if spec is None:
        hint = did_you_mean(decision, policy.decisions, f"its decisions are {join_words(policy.decisions, 'and')}")
        raise RecordError("decision", decision, f"the policy has no decision {quoted(decision)}", hint, "decision")
    is_account = isinstance(subject, Account)
    if is_account is not (spec.subject == "account"):
        hint = (
            f"give an {spec.subject}" if spec.subject == "invitation" else "give an account, such as summarize returns"
        )
        raise RecordError("subject", subject, f"{quoted(decision)} is about the {spec.subject}", hint, "subject")
    if isinstance(subject, Account):
        return spec, read_values(spec, _NO_INVITATION, subject)
    return spec, read_values(spec, as_invitation(subject), account or NO_ACCOUNT)


def just_before(instant: datetime) -> datetime:
    """Return the last instant before another; the first of all, in the year 1, for itself."""
    return instant - _TICK if instant > _FIRST else instant


def _stages(spec: DecisionSpec, values: Mapping[str, Value]) -> Iterator[Stage]:
    turns = turning_points(spec, values)
    start: datetime | None = None
    # Before the first turning point the ruling is constant; without any, every instant will do.
    ruling = evaluate(spec, values, just_before(turns[0] if turns else _LAST))
    for instant in turns:
        following = evaluate(spec, values, instant)
        # A condition may turn without another ruling, as below a rule that holds; then the stage goes on.
        if following != ruling:
            yield _make_stage(spec, values, ruling, start, instant)
            start, ruling = instant, following
    yield _make_stage(spec, values, ruling, start, None)


def _make_stage(
    spec: DecisionSpec, values: Mapping[str, Value], ruling: Ruling, start: datetime | None, end: datetime | None
) -> Stage:
    # The first stage has no start, so the reason is worded for its last instant.
    read_at = start or just_before(end or _LAST)
    answer = make_decision(spec, ruling, values, read_at, None)
    return Stage(start, end, answer.outcome, answer.rule, answer.reason, answer.place)
