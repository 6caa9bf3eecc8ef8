"""A policy, a record and an instant: the answer. The only place of the library that reads a clock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NoReturn

import attrs

from invitepolicy._account import account_moves, merge_accounts
from invitepolicy._frozen import FrozenMapping, thaw
from invitepolicy._lines import format_test
from invitepolicy._quantities import format_instant
from invitepolicy._reasons import render_reason
from invitepolicy._records import NO_ACCOUNT, Account, Invitation, as_invitation, read_fact
from invitepolicy._rules import judge, next_change
from invitepolicy._text import listed
from invitepolicy.errors import RecordError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from invitepolicy._model import DecisionRules, Line, Policy
    from invitepolicy._records import Value
    from invitepolicy._rules import Ruling
    from invitepolicy._vocabulary import Fact

_NOBODY: Final = Invitation()


def read_clock() -> datetime:
    """Give the present instant. The clock is looked up late, so that freezegun and time-machine both work."""
    return datetime.now(UTC)


@attrs.frozen
class Decision:
    """The answer to one question about one record.

    `rule` is None where `otherwise` decided, or nothing did; `place` is the file and line of what decided.
    `changes_at` is the exact instant from which the outcome is `changes_to` if nothing but time passes, None if
    never. `needs` names the facts that an `undetermined` outcome lacks. `details` are the policy's, frozen.
    """

    outcome: str
    rule: str | None
    reason: str
    place: str
    changes_at: datetime | None
    changes_to: str | None
    needs: tuple[str, ...]
    details: Any

    def to_dict(self) -> dict[str, Any]:
        """Give plain data ready for JSON, with instants as `2026-03-04T00:00:00Z`."""
        return {
            "outcome": self.outcome,
            "rule": self.rule,
            "reason": self.reason,
            "place": self.place,
            "changes_at": None if self.changes_at is None else format_instant(self.changes_at),
            "changes_to": self.changes_to,
            "needs": list(self.needs),
            "details": thaw(self.details),
        }

    def __bool__(self) -> NoReturn:
        """Refuse: an outcome is no yes."""
        message = "a decision is neither true nor false; compare its outcome"
        raise TypeError(message)


class Advice(FrozenMapping[Decision]):
    """The answers about one record, by the decision's name; cannot be changed."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """Give plain data ready for JSON."""
        return {name: decision.to_dict() for name, decision in self.items()}


def decide(
    policy: Policy, invitation: object, *, now: datetime | None = None, account: Account | None = None
) -> Advice:
    """Answer every question of the policy about one invitation, as it stands at `now`.

    `invitation` is an `Invitation`, or whatever `as_invitation` takes. Without `now` the clock is read once. Without
    an `account` its counts and shares are not known. Raises RecordError.
    """
    return _advise(policy, as_invitation(invitation), _instant(now), account or NO_ACCOUNT)


def decide_each(
    policy: Policy, invitations: Iterable[object], *, now: datetime | None = None, account: Account | None = None
) -> Iterator[Advice]:
    """Answer for each invitation in turn, all at the same instant; the clock is read at the call, not as it goes."""
    instant = _instant(now)
    return (_advise(policy, as_invitation(item), instant, account or NO_ACCOUNT) for item in invitations)


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
        seen = account_moves(map(as_invitation, account_or_invitations), instant)
        moves = ((moment, merge_accounts(shown, account or NO_ACCOUNT)) for moment, shown in seen)
    decisions = [decision for decision in policy.decisions.values() if decision.subject == "account"]
    return _advise_account(decisions, list(moves) if decisions else [])


def summarize(invitations: Iterable[object], *, now: datetime | None = None) -> Account:
    """Count what a list of invitations shows of the account that sent them, at `now`.

    What no list shows is left out: whether LinkedIn restricted the account, and its tier.
    """
    return next(account_moves(map(as_invitation, invitations), _instant(now)))[1]


def _instant(now: datetime | None) -> datetime:
    if now is None:
        return read_clock()
    if not isinstance(now, datetime) or now.utcoffset() is None:
        raise RecordError("now", now, "this is no instant with a time zone; add tzinfo=timezone.utc")
    return now.astimezone(UTC)


def _advise(policy: Policy, invitation: Invitation, now: datetime, account: Account) -> Advice:
    return Advice(
        {
            name: _answer(decision, invitation, now, account)
            for name, decision in policy.decisions.items()
            if decision.subject == "invitation"
        }
    )


def _answer(decision: DecisionRules, invitation: Invitation, now: datetime, account: Account) -> Decision:
    values = read_values(decision, invitation, account)
    ruling = judge(decision, values, now)
    change = next_change(decision, values, now, ruling.outcome)
    return decision_of(decision, ruling, values, now, (change[0], change[1].outcome) if change else None)


def read_values(decision: DecisionRules, invitation: Invitation, account: Account) -> dict[str, Value]:
    """Read from a record the facts that a decision uses."""
    return {fact.name: read_fact(fact, invitation, account) for fact in decision.facts}


def _advise_account(decisions: list[DecisionRules], moves: list[tuple[datetime, Account]]) -> Advice:
    answers = {}
    for decision in decisions:
        now, account = moves[0]
        values = read_values(decision, _NOBODY, account)
        ruling = judge(decision, values, now)
        answers[decision.name] = decision_of(
            decision, ruling, values, now, _account_change(decision, ruling.outcome, moves)
        )
    return Advice(answers)


def _account_change(
    decision: DecisionRules, outcome: str, moves: list[tuple[datetime, Account]]
) -> tuple[datetime, str] | None:
    """Walk through the stretches between moves; inside each only the clocks turn."""
    seen: Any = None
    for index, (start, account) in enumerate(moves):
        values = read_values(decision, _NOBODY, account)
        if index and values != seen:
            ruling = judge(decision, values, start)
            if ruling.outcome != outcome:
                return start, ruling.outcome
        seen = values
        change = next_change(decision, values, start, outcome)
        if change and (index + 1 == len(moves) or change[0] < moves[index + 1][0]):
            return change[0], change[1].outcome
    return None


def decision_of(
    decision: DecisionRules,
    ruling: Ruling,
    values: Mapping[str, Value],
    now: datetime,
    change: tuple[datetime, str] | None,
) -> Decision:
    """Word a ruling as an answer."""
    card = ruling.card
    return Decision(
        outcome=ruling.outcome,
        rule=None if card is None else card.name,
        reason=_reason(decision, ruling, values, now),
        place=str(ruling.place),
        changes_at=None if change is None else change[0],
        changes_to=None if change is None else change[1],
        needs=ruling.needs,
        details=None if card is None else card.details,
    )


def _reason(decision: DecisionRules, ruling: Ruling, values: Mapping[str, Value], now: datetime) -> str:
    facts = {fact.name: fact for fact in decision.facts}
    if ruling.card is not None:
        return render_reason(ruling.card.because, facts, values, now)
    if ruling.line is not None:
        return f"Only asked where {_in_words(ruling.line)}."
    return f"To answer, this is needed: {listed((_missing(facts[name]) for name in ruling.needs), 'and')}."


def _in_words(line: Line) -> str:
    return f"{line.fact} is {format_test(line.test)}"


def _missing(fact: Fact) -> str:
    field = f"the account's {fact.field}" if fact.subject == "account" else fact.field
    return field if fact.meaning == fact.name else f"{field} ({fact.meaning})"
