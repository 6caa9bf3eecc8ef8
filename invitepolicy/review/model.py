"""A whole list of invitations under a policy at one instant: what to do, what comes up, how the account stands."""

from __future__ import annotations

from itertools import tee
from typing import TYPE_CHECKING, Any, Final

import attrs

from invitepolicy import Account, Advice, Invitation, decide_account, decide_each, summarize
from invitepolicy._core.facts import FACTS
from invitepolicy._core.quantities import format_instant
from invitepolicy._core.records import NO_ACCOUNT
from invitepolicy._decide.account import merge_accounts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from invitepolicy import Policy
    from invitepolicy.sources.problems import RowProblem

NO_NAME: Final = "(no name)"
_OFTEN_UNKNOWN: Final = ("activity", "relationship")  # no export states them
_FIELDS: Final = tuple(field.name for field in attrs.fields(Invitation))


@attrs.frozen
class Answered:
    """One invitation with the answers about it."""

    invitation: Invitation
    advice: Advice

    def to_dict(self) -> dict[str, Any]:
        """Return plain data ready for JSON."""
        return {"invitation": invitation_to_dict(self.invitation), "decisions": self.advice.to_dict()}


@attrs.frozen
class UnknownFact:
    """A fact that no export states: for how many open invitations it is unknown, and for how many it would matter."""

    fact: str
    unknown: int
    would_matter: int


@attrs.frozen
class Review:
    """The answers of a policy about a list of invitations and the account that sent them, at `now`.

    `answered` stands in the order of the source; `problems` are the rows that could not be read, and remarks.
    """

    policy: Policy
    now: datetime
    account: Account
    account_advice: Advice
    answered: tuple[Answered, ...]
    problems: tuple[RowProblem, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data ready for JSON."""
        return {
            "policy": {"name": self.policy.name, "fingerprint": self.policy.fingerprint},
            "now": format_instant(self.now),
            "account": {"facts": account_to_dict(self.account), "decisions": self.account_advice.to_dict()},
            "invitations": [answered.to_dict() for answered in self.answered],
            "problems": [attrs.asdict(problem) for problem in self.problems],
        }


def review_invitations(
    policy: Policy,
    invitations: Sequence[Invitation],
    *,
    now: datetime,
    account: Account | None = None,
    problems: Iterable[RowProblem] = (),
    summarized: bool = True,
    watch: Callable[[Iterator[Answered]], Iterator[Answered]] = iter,
) -> Review:
    """Return every answer about every invitation and about the account that sent them.

    What is known in `account` (a tier, a restriction) wins over what the invitations show. Where these are not all of
    the account's invitations, `summarized=False` takes only what `account` states. `watch` wraps the iterator of the
    answers, for example to show progress.

    Raise RecordError for an invitation that cannot be used and for a `now` without a time zone.
    """
    known = account or NO_ACCOUNT
    shown = merge_accounts(summarize(invitations, now=now), known) if summarized else known
    return Review(
        policy=policy,
        now=now,
        account=shown,
        # Not from `shown`: only from invitations is it known when each leaves its window (`changes_at`).
        account_advice=decide_account(policy, invitations if summarized else known, now=now, account=known),
        answered=tuple(watch(answer_each(policy, invitations, now=now, account=shown))),
        problems=tuple(problems),
    )


def answer_each(
    policy: Policy, invitations: Iterable[Invitation], *, now: datetime, account: Account
) -> Iterator[Answered]:
    """Yield each invitation with its answers, keeping none in memory. Raise RecordError."""
    # decide_each reads one record for each answer, so that tee never holds more than one.
    records, to_decide = tee(invitations)
    return map(Answered, records, decide_each(policy, to_decide, now=now, account=account))


def find_unknowns(review: Review) -> list[UnknownFact]:
    """Return the facts that no export states, where knowing them could change an answer about an open invitation."""
    unknowns = []
    for fact in _OFTEN_UNKNOWN:
        # Only open ones: of a settled invitation nobody needs to look the person up any more.
        unknown = [
            answered
            for answered in review.answered
            if getattr(answered.invitation, fact) == "unknown" and answered.invitation.status in ("pending", "draft")
        ]
        matters = sum(_would_matter(review, answered, fact) for answered in unknown)
        # Where it would change no answer, for example since no rule tests it, asking for it would be noise.
        if matters:
            unknowns.append(UnknownFact(fact, len(unknown), matters))
    return unknowns


def _would_matter(review: Review, answered: Answered, fact: str) -> bool:
    words = [word for word in FACTS[fact].words if word != "unknown"]
    changes: list[dict[str, Any]] = [{fact: word} for word in words]
    others = [attrs.evolve(answered.invitation, **change) for change in changes]
    answers = decide_each(review.policy, others, now=review.now, account=review.account)
    return any(_outcomes(advice) != _outcomes(answered.advice) for advice in answers)


def _outcomes(advice: Advice) -> list[tuple[str, datetime | None]]:
    # The next change counts too: that somebody visits daily may only end today's “keep” sooner.
    return [(decision.outcome, decision.changes_at) for decision in advice.values()]


def invitation_to_dict(invitation: Invitation) -> dict[str, Any]:
    """Return a record as plain data ready for JSON, with instants as text and tags in order."""
    return {name: _plain(getattr(invitation, name)) for name in _FIELDS}


def account_to_dict(account: Account) -> dict[str, Any]:
    """Return the facts of an account by the names that conditions use, ready for JSON."""
    facts = (fact for fact in FACTS.values() if fact.subject == "account")
    return {fact.name: _plain(getattr(account, fact.field)) for fact in facts}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    # A set has no order of its own, and the output must not differ from run to run.
    if isinstance(value, frozenset):
        return sorted(value)
    # The policy's own facts, whose values may again be instants or tags.
    if hasattr(value, "items"):
        return {key: _plain(item) for key, item in value.items()}
    return format_instant(value) if hasattr(value, "tzinfo") else value
