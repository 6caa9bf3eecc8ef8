"""A policy, a record and an instant: the answer. The only place of the library that reads a clock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from invitepolicy._core.fields import read_instant
from invitepolicy._core.records import NO_ACCOUNT, Account, Invitation, as_invitation
from invitepolicy._decide.account import account_history, merge_accounts
from invitepolicy._decide.answers import Advice, make_decision, read_values
from invitepolicy._decide.lookup import advise_each, cache_of, fill_in, find_leaf
from invitepolicy._decide.rules import evaluate, next_change

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from invitepolicy._core.policy import DecisionSpec, Policy

_NOBODY: Final = Invitation()


def read_clock() -> datetime:
    """Give the present instant. The clock is looked up late, so that freezegun and time-machine both work."""
    return datetime.now(UTC)


def decide(
    policy: Policy, invitation: object, *, now: datetime | None = None, account: Account | None = None
) -> Advice:
    """Answer every question of the policy about one invitation, as it stands at `now`.

    `invitation` is an `Invitation`, or whatever `as_invitation` takes. Without `now` the clock is read once. Without
    an `account` its counts and shares are not known. Raises RecordError.
    """
    record = invitation if isinstance(invitation, Invitation) else as_invitation(invitation)
    instant = now if isinstance(now, datetime) and now.tzinfo is UTC else _instant(now)
    table = policy._caches.table or cache_of(policy)
    whose = account or NO_ACCOUNT
    leaf = find_leaf(table, record, whose, instant)
    return fill_in(table, leaf, record, whose, instant) if leaf.fresh else leaf.advice


def decide_each(
    policy: Policy, invitations: Iterable[object], *, now: datetime | None = None, account: Account | None = None
) -> Iterator[Advice]:
    """Answer for each invitation in turn, all at the same instant; the clock is read at the call, not as it goes."""
    return advise_each(cache_of(policy), invitations, account or NO_ACCOUNT, _instant(now))


def decide_account(
    policy: Policy,
    account_or_invitations: Account | Iterable[object],
    *,
    now: datetime | None = None,
    account: Account | None = None,
) -> Advice:
    """Answer the policy's questions about the account.

    Given an `Account`, it is taken to stand still. Given invitations, they are summarized, and `changes_at` is the
    instant at which passing time alone, as invitations leave their windows, changes the answer; what is known in
    `account` besides (a tier, a restriction, a better count) wins over what they show.
    """
    instant = _instant(now)
    if isinstance(account_or_invitations, Account):
        moves: Iterable[tuple[datetime, Account]] = [(instant, account_or_invitations)]
    else:
        seen = account_history(map(as_invitation, account_or_invitations), instant)
        moves = ((moment, merge_accounts(shown, account or NO_ACCOUNT)) for moment, shown in seen)
    decisions = [decision for decision in policy.decisions.values() if decision.subject == "account"]
    return _advise_account(decisions, list(moves) if decisions else [])


def summarize(invitations: Iterable[object], *, now: datetime | None = None) -> Account:
    """Count what a list of invitations shows of the account that sent them, at `now`.

    What no list shows is left out: whether LinkedIn restricted the account, and its tier.
    """
    return next(account_history(map(as_invitation, invitations), _instant(now), ahead=False))[1]


def _instant(now: datetime | None) -> datetime:
    if now is None:
        return read_clock()
    return read_instant("now", now)


def _advise_account(decisions: list[DecisionSpec], moves: list[tuple[datetime, Account]]) -> Advice:
    answers = {}
    for decision in decisions:
        now, account = moves[0]
        values = read_values(decision, _NOBODY, account)
        ruling = evaluate(decision, values, now)
        answers[decision.name] = make_decision(
            decision, ruling, values, now, _account_change(decision, ruling.outcome, moves)
        )
    return Advice(answers)


def _account_change(
    decision: DecisionSpec, outcome: str, moves: list[tuple[datetime, Account]]
) -> tuple[datetime, str] | None:
    """Walk through the stretches between moves; inside each only the clocks turn."""
    for index, (start, account) in enumerate(moves):
        values = read_values(decision, _NOBODY, account)
        ruling = evaluate(decision, values, start)
        if ruling.outcome != outcome:
            return start, ruling.outcome
        change = next_change(decision, values, start, outcome)
        if change and (index + 1 == len(moves) or change[0] < moves[index + 1][0]):
            return change[0], change[1].outcome
    return None
