"""What following a policy would have cost and saved in the past: yeses given up, silence ended, and when."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import attrs

from invitepolicy._core.errors import RecordError
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
_WITHDRAW: Final = "withdraw"  # the decision, and its outcome
# What a record did not yet say while the invitation was waited for.
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

    `sent` counts those that were judged; `undated` those that could not be, since nobody knows when they were sent or
    accepted. Of the `withdrawn` ones, `lost` were accepted later than that (the price), `unclear` on that very day,
    of which an export does not know the hour, and `spared` stayed silent up to `now` (the gain). `pending_now` of the
    `pending` ones would still be.
    """

    policy: Policy
    now: datetime
    sent: int
    accepted: int
    pending: int
    undated: int
    withdrawn: tuple[Withdrawal, ...]
    lost: tuple[Withdrawal, ...]
    unclear: tuple[Withdrawal, ...]
    spared: tuple[Withdrawal, ...]
    pending_now: int

    def waits(self) -> tuple[tuple[timedelta, int], ...]:
        """Count the withdrawals by how long the invitation had waited, the shortest first."""
        return tuple(sorted(Counter(withdrawal.wait for withdrawal in self.withdrawn).items()))


@attrs.frozen
class AcceptanceCurve:
    """When the yeses came: `days` with the number of acceptances within so many days of the sending.

    Day 0 is the first 24 hours. `accepted` counts all acceptances of which both instants are known, `sent` all
    outgoing invitations; their ratio is an upper bound, since withdrawn invitations are not in an export.
    """

    sent: int
    accepted: int
    days: tuple[tuple[int, int], ...]


def backtest(policy: Policy, invitations: Iterable[object], *, now: datetime | None = None) -> Backtest:
    """Follow a policy through the past of a list of invitations: the outgoing ones that were sent up to `now`.

    Each is taken as it was while it was waited for, with all else as it is known today; the account of those days is
    not known, so that a rule about it withdraws nothing. It would have been withdrawn at the first instant at which
    the decision `withdraw` says `withdraw`. An acceptance at that instant or later is lost; where the source knows
    days only (`status_basis` is `joined`), one on that day is unclear. Without `now` the clock is read once.

    Raises RecordError, also for a policy without that decision and outcome, and a `now` without a zone.
    """
    instant = read_clock() if now is None else now
    if instant.utcoffset() is None:
        raise RecordError("now", now, "this is no instant with a time zone; add tzinfo=timezone.utc")
    rules = _withdrawing_rules(policy)
    sent = [invitation for invitation in map(as_invitation, invitations) if _was_sent(invitation, instant)]
    dated = [invitation for invitation in sent if _is_dated(invitation)]
    due = [found for found in _withdrawals(rules, dated) if found.at <= instant]
    fates = {fate: tuple(found for found in due if _fate(found) == fate) for fate in ("lost", "unclear", "spared")}
    withdrawn = tuple(found for found in due if _fate(found) != "in_time")
    pending = sum(invitation.status == "pending" for invitation in sent)
    return Backtest(
        policy=policy,
        now=instant,
        sent=len(dated),
        accepted=sum(invitation.status == "accepted" for invitation in dated),
        pending=pending,
        undated=len(sent) - len(dated),
        withdrawn=withdrawn,
        pending_now=pending - sum(found.invitation.status == "pending" for found in withdrawn),
        **fates,
    )


def acceptance_curve(invitations: Iterable[object], *, days: Sequence[int]) -> AcceptanceCurve:
    """Count, for each number of days, the acceptances that had come within so many days of the sending."""
    sent = [one for one in map(as_invitation, invitations) if one.direction == "outgoing" and one.status != "draft"]
    waits = sorted(
        (one.answered_at - one.sent_at) // _DAY
        for one in sent
        if one.status == "accepted" and one.sent_at is not None and one.answered_at is not None
    )
    return AcceptanceCurve(len(sent), len(waits), tuple((day, sum(wait <= day for wait in waits)) for day in days))


def _withdrawing_rules(policy: Policy) -> DecisionSpec:
    rules = policy.decisions.get(_WITHDRAW)
    if rules is None or rules.subject != "invitation" or _WITHDRAW not in rules.outcomes:
        hint = did_you_mean(_WITHDRAW, policy.decisions, f"its decisions are {join_words(policy.decisions, 'and')}")
        what = f"{quoted(policy.name)} does not say when to withdraw an invitation"
        raise RecordError("policy", policy.name, f"{what}; {hint}")
    return rules


def _was_sent(invitation: Invitation, now: datetime) -> bool:
    if invitation.direction != "outgoing" or invitation.status == "draft":
        return False
    return invitation.sent_at is None or invitation.sent_at <= now


def _is_dated(invitation: Invitation) -> bool:
    return invitation.sent_at is not None and (invitation.status != "accepted" or invitation.answered_at is not None)


def _withdrawals(rules: DecisionSpec, invitations: Iterable[Invitation]) -> Iterator[Withdrawal]:
    """Find when each would have been withdrawn; invitations of which the same is known wait equally long."""
    known: dict[tuple[Value, ...], timedelta | None] = {}
    for invitation in invitations:
        values = {fact.name: _WAITING.get(fact.name) or read_fact(fact, invitation, NO_ACCOUNT) for fact in rules.facts}
        sent_at: datetime = invitation.sent_at  # type: ignore[assignment]  # it is dated
        others = tuple(value for name, value in values.items() if name != "sent")
        if any(isinstance(value, datetime) for value in others):
            wait = _wait(rules, values, sent_at)
        elif others in known:
            wait = known[others]
        else:
            wait = known[others] = _wait(rules, values, sent_at)
        if wait is not None:
            yield Withdrawal(invitation, sent_at + wait, wait)


def _wait(rules: DecisionSpec, values: dict[str, Value], sent_at: datetime) -> timedelta | None:
    for instant in (sent_at, *turning_points(rules, values)):
        if instant >= sent_at and evaluate(rules, values, instant).outcome == _WITHDRAW:
            return instant - sent_at
    return None


def _fate(found: Withdrawal) -> str:
    """Say what became of an invitation that would have been withdrawn: `in_time` is a yes that came before."""
    answered = found.invitation.answered_at
    if found.invitation.status != "accepted" or answered is None:
        return "spared"
    if answered >= found.at:
        return "lost"
    if found.invitation.status_basis == "joined" and _end_of_day(answered) > found.at:
        return "unclear"
    return "in_time"


def _end_of_day(instant: datetime) -> datetime:
    return instant.replace(hour=0, minute=0, second=0, microsecond=0) + _DAY
