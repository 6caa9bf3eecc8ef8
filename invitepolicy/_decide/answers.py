"""Answers: what a decision holds, and how a ruling becomes one; its reason is rendered when it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn

import attrs

from invitepolicy._core.conditions import format_operator
from invitepolicy._core.frozen import thaw
from invitepolicy._core.policy import Placeholder
from invitepolicy._core.quantities import format_instant
from invitepolicy._core.reasons import render_reason
from invitepolicy._core.records import read_fact
from invitepolicy._core.text import join_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from invitepolicy._core.conditions import Condition
    from invitepolicy._core.facts import Fact
    from invitepolicy._core.policy import DecisionSpec
    from invitepolicy._core.records import Account, Invitation, Value
    from invitepolicy._decide.rules import Ruling

    Change = tuple[datetime, str]
    SharedFields = tuple[str, str | None, str, tuple[str, ...], Any, str | "LazyReason", str | None]

# The order of the constructor's arguments, of `repr`, and of positional patterns: part of the interface.
_FIELDS: Final = ("outcome", "rule", "reason", "place", "changes_at", "changes_to", "needs", "details")


class LazyReason(NamedTuple):
    """A reason that is not rendered yet: what decided, the record and the instant."""

    decision: DecisionSpec
    ruling: Ruling
    invitation: Invitation
    account: Account
    now: datetime


# attrs would list `_reason` in `__match_args__`; without weak references the slots are `MutableDecision`'s.
@attrs.frozen(eq=False, repr=False, match_args=False, weakref_slot=False)
class Decision:
    """The answer to one question about one record.

    `rule` is None where `otherwise` decided, or nothing did; `place` is the file and line of what decided.
    `changes_at` is the exact instant from which the outcome is `changes_to` if nothing but time passes, None if
    never. `needs` names the facts that an `undetermined` outcome lacks. `details` are the policy's, frozen. `reason`
    is rendered when it is read, so that a list of which only outcomes are read costs no rendering.
    """

    __match_args__ = _FIELDS

    outcome: str
    rule: str | None
    _reason: str | LazyReason = attrs.field(alias="reason")
    place: str
    changes_at: datetime | None
    changes_to: str | None
    needs: tuple[str, ...]
    details: Any

    @property
    def reason(self) -> str:
        """Return the reason in the policy's words, filled from the record and the instant."""
        reason = self._reason
        return reason if isinstance(reason, str) else _render(reason)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data ready for JSON, with instants as `2026-03-04T00:00:00Z`."""
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

    def __eq__(self, other: object) -> bool:
        """Compare every field, the reason as it reads."""
        return _field_values(self) == _field_values(other) if isinstance(other, Decision) else NotImplemented

    def __hash__(self) -> int:
        """Hash every field, the reason as it reads."""
        return hash(_field_values(self))

    def __repr__(self) -> str:
        """Show every field by its name."""
        pairs = zip(_FIELDS, _field_values(self), strict=True)
        return f"Decision({', '.join(f'{name}={value!r}' for name, value in pairs)})"

    def __reduce__(self) -> tuple[type[Decision], tuple[Any, ...]]:
        """Pickle the fields alone: the record and the policy that a reason is rendered from stay behind."""
        return Decision, _field_values(self)

    def __bool__(self) -> NoReturn:
        """Raise TypeError: every outcome, also `keep`, would be true."""
        message = "a decision has no truth value; compare its outcome"
        raise TypeError(message)


def _field_values(decision: Decision) -> tuple[Any, ...]:
    return tuple(getattr(decision, name) for name in _FIELDS)


class Advice(dict[str, Decision]):
    """The answers about one record by decision name; cannot be changed."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain data ready for JSON."""
        return {name: decision.to_dict() for name, decision in self.items()}

    def __hash__(self) -> int:  # type: ignore[override]  # what cannot be changed may be a key
        """Hash the answers, whatever their order."""
        return hash(frozenset(self.items()))

    def __reduce__(self) -> tuple[type[Advice], tuple[dict[str, Decision]]]:
        """Pickle as the answers alone."""
        return Advice, (dict(self),)

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        """Raise TypeError: advice is shared between records and threads."""
        message = "advice cannot be changed"
        raise TypeError(message)

    # Each of these would change the dictionary; reading is left to dict, which is fast.
    __setitem__: Any = _refuse
    __delitem__: Any = _refuse
    __ior__: Any = _refuse
    clear: Any = _refuse
    pop: Any = _refuse
    popitem: Any = _refuse
    setdefault: Any = _refuse
    update: Any = _refuse


class MutableAdvice(dict[str, Decision]):
    """Advice while it is filled: the same mapping, but mutable."""

    __slots__ = ()


class MutableDecision:
    """A decision while it is filled: the same slots, but mutable; a frozen value takes three times as long to fill."""

    __slots__ = ("_reason", "changes_at", "changes_to", "details", "needs", "outcome", "place", "rule")


def shared_fields(decision: Decision, changes_to: str | None) -> SharedFields:
    """Return the fields that all answers in the same cells have in common, and the outcome that they change to."""
    common = (decision.outcome, decision.rule, decision.place, decision.needs, decision.details)
    return (*common, decision._reason, changes_to)


def make_decision(
    decision: DecisionSpec,
    ruling: Ruling,
    values: Mapping[str, Value],
    now: datetime,
    change: Change | None,
) -> Decision:
    """Return a ruling as an answer, its reason rendered from the values and the instant."""
    return make_answer(ruling, format_reason(decision, ruling, values, now), change)


def make_answer(ruling: Ruling, reason: str, change: Change | None = None) -> Decision:
    """Return a ruling as an answer with a reason that is rendered already."""
    rule = ruling.rule
    return Decision(
        outcome=ruling.outcome,
        rule=None if rule is None else rule.name,
        reason=reason,
        place=str(ruling.place),
        changes_at=None if change is None else change[0],
        changes_to=None if change is None else change[1],
        needs=ruling.needs,
        details=None if rule is None else rule.details,
    )


def read_values(decision: DecisionSpec, invitation: Invitation, account: Account) -> dict[str, Value]:
    """Return the values of the facts that a decision uses, read from a record."""
    return {fact.name: read_fact(fact, invitation, account) for fact in decision.facts}


def is_per_record(ruling: Ruling) -> bool:
    """Return whether a ruling's reason differs from record to record, or from instant to instant."""
    return ruling.rule is not None and any(isinstance(part, Placeholder) for part in ruling.rule.because)


def _render(reason: LazyReason) -> str:
    # Read again rather than kept: most reasons are never asked for, and the records cannot change.
    values = read_values(reason.decision, reason.invitation, reason.account)
    return format_reason(reason.decision, reason.ruling, values, reason.now)


def format_reason(decision: DecisionSpec, ruling: Ruling, values: Mapping[str, Value], now: datetime) -> str:
    """Return the reason of a ruling, filled from a record's values and the instant."""
    facts = {fact.name: fact for fact in decision.facts}
    if ruling.rule is not None:
        return render_reason(ruling.rule.because, facts, values, now)
    if ruling.condition is not None:
        return f"Only asked where {_describe(ruling.condition)}."
    # Neither a rule nor a condition decided, so the outcome is `undetermined`.
    return f"To answer, this is needed: {join_words((_describe_missing(facts[name]) for name in ruling.needs), 'and')}."


def _describe(condition: Condition) -> str:
    return f"{condition.fact} is {format_operator(condition.operator)}"


def _describe_missing(fact: Fact) -> str:
    field = f"the account's {fact.field}" if fact.subject == "account" else fact.field
    # A fact of the policy's own has no meaning but its name, which need not be said twice.
    return field if fact.meaning == fact.name else f"{field} ({fact.meaning})"
