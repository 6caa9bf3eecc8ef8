"""The answers of a review that will change, in order of time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from invitepolicy import Decision, Invitation, decide
from invitepolicy._core.facts import NOT_APPLICABLE
from invitepolicy._core.fields import read_instant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from invitepolicy import Advice
    from invitepolicy.review.model import Answered, Review


@attrs.frozen
class Change:
    """An answer that will change: when, about which invitation, in which decision, from what to what, and why."""

    at: datetime
    invitation: Invitation
    decision: str
    before: str
    after: Decision


def coming_changes(review: Review, *, until: datetime) -> tuple[Change, ...]:
    """Return every change of an answer after the review and up to `until`, the earliest first, as time passes.

    A record has as many entries as its answers change. Changes to `not_applicable` are left out: nothing is to be done
    about them. Changes at equal instants keep the order of the invitations. The account is taken as the review has it.

    Raise RecordError where `until` has no time zone.
    """
    until = read_instant("until", until)
    changes = [change for answered in review.answered for change in _changes(review, answered, until)]
    return tuple(sorted(changes, key=lambda change: change.at))


def _changes(review: Review, answered: Answered, until: datetime) -> Iterator[Change]:
    invitation = answered.invitation
    # Several answers may change at one instant: one call answers all of them.
    advices: dict[datetime, Advice] = {}
    for name, answer in answered.advice.items():
        # This ends: each answer is decided at the change of the one before, and its own change comes later.
        while answer.changes_at is not None and answer.changes_at <= until:
            at, before = answer.changes_at, answer.outcome
            if at not in advices:
                advices[at] = decide(review.policy, invitation, now=at, account=review.account)
            answer = advices[at][name]  # noqa: PLW2901  (follow the answer through time)
            # The loop goes on in any case, since a decision may apply again later.
            if answer.outcome != NOT_APPLICABLE:
                yield Change(at, invitation, name, before, answer)
