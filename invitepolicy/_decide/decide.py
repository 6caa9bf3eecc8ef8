"""Decide: from a policy, a record and an instant to the answer. No other module of the library reads a clock."""

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

# For questions about the account: neither their conditions nor their reasons name facts of an invitation.
_NOBODY: Final = Invitation()


def read_clock() -> datetime:
    """Return the present instant. `datetime` is looked up at the call, so that freezegun and time-machine both work."""
    return datetime.now(UTC)


def decide(
    policy: Policy, invitation: object, *, now: datetime | None = None, account: Account | None = None
) -> Advice:
    """Return the answer to each decision of the policy about one invitation, as it stands at `now`.

    The result is an immutable mapping from the decision's name to a `Decision`, in the policy's order; it has every
    decision about invitations, also where the outcome is `not_applicable` or `undetermined`, and none about the
    account. It is empty for a policy without such decisions.

    `invitation` is an `Invitation`, or whatever `as_invitation` takes. `now` is a timezone-aware datetime; without it
    the clock is read once. An age of exactly a threshold counts as *at least*; a later instant is less than every
    duration ago. Without an `account` its counts and shares are not known, its tier is `unknown` and it was never
    restricted; the account is taken to stand still, so `changes_at` tells what passing time alone changes.

    Raise RecordError for a record that cannot be used and for a naive `now`. Nothing is shared between calls but the
    policy's own caches, so threads may decide by one policy at once.
    """
    record = invitation if isinstance(invitation, Invitation) else as_invitation(invitation)
    instant = now if isinstance(now, datetime) and now.tzinfo is UTC else _instant(now)
    # The attribute is read here to save a call; only the first decision has to make the cache.
    cache = policy._caches.table or cache_of(policy)
    account = account or NO_ACCOUNT
    leaf = find_leaf(cache, record, account, instant)
    return fill_in(cache, leaf, record, account, instant) if leaf.per_record else leaf.advice


def decide_each(
    policy: Policy, invitations: Iterable[object], *, now: datetime | None = None, account: Account | None = None
) -> Iterator[Advice]:
    """Return an iterator of the answers about each invitation in turn, all at the same instant.

    Each element is what `decide` returns for that invitation; an empty iterable yields none. The clock is read at the
    call, not at the first answer, and a naive `now` is refused there. Invitations are taken one at a time, so that any
    number of them is answered in the memory of one.

    Raise RecordError as `decide` does, when the record that cannot be used is reached.
    """
    # Not a generator itself, so that a naive `now` is refused at the call and not at the first answer.
    return advise_each(cache_of(policy), invitations, account or NO_ACCOUNT, _instant(now))


def decide_account(
    policy: Policy,
    account_or_invitations: Account | Iterable[object],
    *,
    now: datetime | None = None,
    account: Account | None = None,
) -> Advice:
    """Return the answers to the policy's questions about the account.

    Given an `Account`, its counts are taken to stay as they are. Given invitations, they are summarized, and
    `changes_at` is the instant at which passing time alone, as invitations leave their windows, changes the answer;
    what is known in `account` besides (a tier, a restriction, a better count) takes precedence over what they show.
    Raise RecordError as `decide` does.
    """
    instant = _instant(now)
    if isinstance(account_or_invitations, Account):
        history: Iterable[tuple[datetime, Account]] = [(instant, account_or_invitations)]
    else:
        shown = account_history(map(as_invitation, account_or_invitations), instant)
        history = ((start, merge_accounts(counts, account or NO_ACCOUNT)) for start, counts in shown)
    decisions = [decision for decision in policy.decisions.values() if decision.subject == "account"]
    # A policy that asks nothing about the account spares the walk through the invitations.
    return _advise_account(decisions, list(history) if decisions else [])


def summarize(invitations: Iterable[object], *, now: datetime | None = None) -> Account:
    """Return the account that a list of invitations shows at `now`.

    Only outgoing invitations count; a window (24 hours, 7, 30, 90 days) holds one as long as `now` is before
    `sent_at` plus the window. An empty list shows counts of 0 and a `rejected_share` of None. What no list shows stays
    unknown: whether LinkedIn restricted the account, and its tier. Raise RecordError as `decide` does.
    """
    return next(account_history(map(as_invitation, invitations), _instant(now), ahead=False))[1]


def _instant(now: datetime | None) -> datetime:
    if now is None:
        return read_clock()
    return read_instant("now", now)


def _advise_account(decisions: list[DecisionSpec], history: list[tuple[datetime, Account]]) -> Advice:
    answers = {}
    for decision in decisions:
        now, account = history[0]
        values = read_values(decision, _NOBODY, account)
        ruling = evaluate(decision, values, now)
        answers[decision.name] = make_decision(
            decision, ruling, values, now, _account_change(decision, ruling.outcome, history)
        )
    return Advice(answers)


def _account_change(
    decision: DecisionSpec, outcome: str, history: list[tuple[datetime, Account]]
) -> tuple[datetime, str] | None:
    """Return the first change: walk from one account of the history to the next, between which only clocks turn."""
    for index, (start, account) in enumerate(history):
        values = read_values(decision, _NOBODY, account)
        ruling = evaluate(decision, values, start)
        # The counts that apply from `start` on give another outcome at once.
        if ruling.outcome != outcome:
            return start, ruling.outcome
        change = next_change(decision, values, start, outcome)
        # A change at or after the next account's start is left to it: other counts apply there.
        if change and (index + 1 == len(history) or change[0] < history[index + 1][0]):
            return change[0], change[1].outcome
    return None
