"""What following a policy would have cost and gained in the past: acceptances lost, unanswered withdrawn."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import attrs

from invitepolicy._core.errors import RecordError
from invitepolicy._core.fields import read_instant
from invitepolicy._core.quantities import format_duration
from invitepolicy._core.records import NO_ACCOUNT, Absent, Invitation, as_invitation, read_fact
from invitepolicy._core.text import did_you_mean, join_words, quoted
from invitepolicy._decide.decide import read_clock
from invitepolicy._decide.rules import evaluate, turning_points

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from invitepolicy import Policy
    from invitepolicy._core.policy import DecisionSpec
    from invitepolicy._core.records import Value

_DAY: Final = timedelta(days=1)
RESULTS: Final = ("lost_acceptances", "same_day", "never_answered")  # fields of a Backtest
_MINUTE: Final = timedelta(minutes=1)
_WITHDRAW: Final = "withdraw"  # the decision, and its outcome
# The values of these facts while the invitation was still pending.
_WAITING: Final[dict[str, Value]] = {
    "status": "pending",
    "answered": Absent.DID_NOT_HAPPEN,
    "withdrawn": Absent.DID_NOT_HAPPEN,
}


@attrs.frozen
class Withdrawal:
    """An invitation that the policy would have withdrawn, and when."""

    invitation: Invitation
    at: datetime
    wait: timedelta


@attrs.frozen
class Backtest:
    """What following a policy would have done to the outgoing invitations of the past, as of `now`.

    `sent` counts those that were evaluated; `undated` those that could not be, because a date of theirs is unknown. Of
    the `withdrawn` ones, `lost_acceptances` were accepted after the withdrawal (the cost), `same_day` on the day of it,
    since an export does not state the hour, and `never_answered` had no answer up to `now` (the gain).
    Of the `pending` ones `pending_now` would still be pending.
    """

    policy: Policy
    now: datetime
    sent: int
    accepted: int
    pending: int
    undated: int
    withdrawn: tuple[Withdrawal, ...]
    lost_acceptances: tuple[Withdrawal, ...]
    same_day: tuple[Withdrawal, ...]
    never_answered: tuple[Withdrawal, ...]
    pending_now: int

    def waits(self) -> tuple[tuple[timedelta, int], ...]:
        """Return how many invitations were withdrawn after each wait, the shortest first."""
        return tuple(sorted(Counter(withdrawal.wait for withdrawal in self.withdrawn).items()))


@attrs.frozen
class AcceptanceCurve:
    """When invitations were accepted: `days` with the number of acceptances within so many days of the sending.

    Day 0 is the first 24 hours. `accepted` counts all acceptances of which both instants are known, `sent` all
    outgoing invitations; their ratio is an upper bound, since withdrawn invitations are not in an export.
    """

    sent: int
    accepted: int
    days: tuple[tuple[int, int], ...]


def backtest(policy: Policy, invitations: Iterable[object], *, now: datetime | None = None) -> Backtest:
    """Return what a policy would have withdrawn of the outgoing invitations that were sent up to `now`.

    Each is taken as it was while pending, with all else as it is known today; the account of those days is unknown, so
    that a rule about it withdraws nothing. It would have been withdrawn at the first instant at which
    the decision `withdraw` says `withdraw`. An acceptance at that instant or later is lost; where the source states
    only days (`status_basis` is `joined`), one on that day counts as `same_day`. Without `now` the clock is read once.

    Raise RecordError, also for a policy without that decision and outcome, and a `now` without a time zone.
    """
    instant = read_clock() if now is None else read_instant("now", now)
    decision = _withdraw_decision(policy)
    sent = [invitation for invitation in map(as_invitation, invitations) if _was_sent(invitation, instant)]
    dated = [invitation for invitation in sent if _is_dated(invitation)]
    due = [
        (_classify(withdrawal), withdrawal) for withdrawal in _withdrawals(decision, dated) if withdrawal.at <= instant
    ]
    # What was accepted in time was no longer there to be withdrawn.
    withdrawn = tuple(withdrawal for result, withdrawal in due if result != "in_time")
    pending = sum(invitation.status == "pending" for invitation in sent)
    return Backtest(
        policy=policy,
        now=instant,
        sent=len(dated),
        accepted=sum(invitation.status == "accepted" for invitation in dated),
        pending=pending,
        undated=len(sent) - len(dated),
        withdrawn=withdrawn,
        pending_now=pending - sum(withdrawal.invitation.status == "pending" for withdrawal in withdrawn),
        **{name: tuple(withdrawal for result, withdrawal in due if result == name) for name in RESULTS},
    )


def acceptance_curve(invitations: Iterable[object], *, days: Sequence[int]) -> AcceptanceCurve:
    """Return, for each number of days, how many invitations were accepted within so many days of the sending.

    The numbers stay in the order of `days`. Raise RecordError for a record that cannot be used.
    """
    sent = [record for record in map(as_invitation, invitations) if _is_outgoing(record)]
    waits = sorted(
        (record.answered_at - record.sent_at) // _DAY
        for record in sent
        if record.status == "accepted" and record.sent_at is not None and record.answered_at is not None
    )
    return AcceptanceCurve(len(sent), len(waits), tuple((day, sum(wait <= day for wait in waits)) for day in days))


def find_withdraw_decision(policy: Policy) -> DecisionSpec | None:
    """Return the decision that withdraws invitations, None where the policy has none."""
    decision = policy.decisions.get(_WITHDRAW)
    # A policy may use the name for a question of its own, about the account or with other outcomes.
    is_fit = decision is not None and decision.subject == "invitation" and _WITHDRAW in decision.outcomes
    return decision if is_fit else None


def format_wait(wait: timedelta) -> str:
    """Return a wait as a duration in whole minutes, cut off."""
    # Durations have no smaller unit.
    return format_duration(wait // _MINUTE * _MINUTE)


def _withdraw_decision(policy: Policy) -> DecisionSpec:
    decision = find_withdraw_decision(policy)
    if decision is None:
        hint = did_you_mean(_WITHDRAW, policy.decisions, f"its decisions are {join_words(policy.decisions, 'and')}")
        what = f"{quoted(policy.name)} does not say when to withdraw an invitation"
        raise RecordError("policy", policy.name, what, hint, "decision")
    return decision


def _is_outgoing(invitation: Invitation) -> bool:
    return invitation.direction == "outgoing" and invitation.status != "draft"


def _was_sent(invitation: Invitation, now: datetime) -> bool:
    return _is_outgoing(invitation) and (invitation.sent_at is None or invitation.sent_at <= now)


def _is_dated(invitation: Invitation) -> bool:
    return invitation.sent_at is not None and (invitation.status != "accepted" or invitation.answered_at is not None)


def _withdrawals(decision: DecisionSpec, invitations: Iterable[Invitation]) -> Iterator[Withdrawal]:
    """Yield the withdrawal of each invitation that has one; records that differ only in `sent` wait equally long."""
    known: dict[tuple[Value, ...], timedelta | None] = {}
    for invitation in invitations:
        # As the rules would have seen it then: the status that it has today must not show.
        values = {
            fact.name: _WAITING.get(fact.name) or read_fact(fact, invitation, NO_ACCOUNT) for fact in decision.facts
        }
        sent_at: datetime = invitation.sent_at  # type: ignore[assignment]  # it is dated
        # Thresholds on `sent` move along with it, so that the wait depends on the other values alone; many
        # invitations share these, and then it is computed once.
        others = tuple(value for name, value in values.items() if name != "sent")
        # A second date, such as a last visit, is not moved along: equal values do not mean equal waits.
        if any(isinstance(value, datetime) for value in others):
            wait = _wait(decision, values, sent_at)
        elif others in known:
            wait = known[others]
        else:
            wait = known[others] = _wait(decision, values, sent_at)
        if wait is not None:
            yield Withdrawal(invitation, sent_at + wait, wait)


def _wait(decision: DecisionSpec, values: dict[str, Value], sent_at: datetime) -> timedelta | None:
    # No outcome changes between two turning points. Those before the sending belong to other dates.
    for instant in (sent_at, *turning_points(decision, values)):
        if instant >= sent_at and evaluate(decision, values, instant).outcome == _WITHDRAW:
            return instant - sent_at
    return None


def _classify(withdrawal: Withdrawal) -> str:
    """Return one of RESULTS, or `in_time` for an acceptance that came before the withdrawal."""
    answered = withdrawal.invitation.answered_at
    # The second test is for the type checker: accepted ones without an instant were left out before.
    if withdrawal.invitation.status != "accepted" or answered is None:
        return "never_answered"
    if answered >= withdrawal.at:
        return "lost_acceptances"
    # Connections.csv states only the day, so that `answered` may be the midnight at which it begins.
    if withdrawal.invitation.status_basis == "joined" and _end_of_day(answered) > withdrawal.at:
        return "same_day"
    return "in_time"


def _end_of_day(instant: datetime) -> datetime:
    return instant.replace(hour=0, minute=0, second=0, microsecond=0) + _DAY
