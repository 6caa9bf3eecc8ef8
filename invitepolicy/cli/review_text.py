"""A review as a person reads it: grouped by what there is to do, each group with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from invitepolicy._quantities import format_age, format_share
from invitepolicy._rules import NOT_APPLICABLE, UNDETERMINED
from invitepolicy._text import safe_text
from invitepolicy.cli.terminal import Style, cell, fold
from invitepolicy.review import Answered, Review, coming_changes, details_of, find_unsaid

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from invitepolicy import Decision, Invitation


@attrs.frozen
class _Group:
    """A heading, and the answers that stand under it; no outcomes means any that applies."""

    title: str
    decision: str
    outcomes: tuple[str, ...] = ()


_GROUPS: Final = (
    _Group("Withdraw", "withdraw", ("withdraw",)),
    _Group("Look at once more", "withdraw", ("consider",)),
    _Group("Before you send", "note"),
    _Group("Asked for an e-mail address", "email"),
    _Group("About to lapse, or lapsed", "expiry", ("expiring", "lapsed")),
    _Group("May be sent again", "resend"),
    _Group("Waiting for your answer", "reply"),
)
_NAME: Final = 28


@attrs.frozen
class _Sheet:
    review: Review
    style: Style
    width: int

    def rows(self, group: _Group) -> list[tuple[Answered, Decision]]:
        found = []
        for answered in self.review.answered:
            decision = answered.advice.get(group.decision)
            if decision is not None and _stands_under(decision.outcome, group):
                found.append((answered, decision))
        return found

    def group(self, group: _Group) -> Iterator[str]:
        rows = self.rows(group)
        if not rows:
            return
        yield ""
        yield self.style.heading(f"{group.title} ({len(rows)})")
        yield from self.where(rows)
        for (outcome, reason), members in _by_reason(rows).items():
            label = "" if outcome in group.outcomes[:1] else f"{outcome.replace('_', ' ')}: "
            yield from map(self.style.faint, fold(label + reason, width=self.width, indent="  "))
            yield from (self.person(answered.invitation, decision) for answered, decision in members)

    def where(self, rows: Iterable[tuple[Answered, Decision]]) -> Iterator[str]:
        places = dict.fromkeys(details_of(decision, "where") for _, decision in rows)
        for place in places:
            if place:
                yield from fold(f"Where to click: {place}", width=self.width, indent="  ")

    def person(self, invitation: Invitation, decision: Decision) -> str:
        return f"    {cell(name_of(invitation), _NAME)}  {self.when(invitation, decision)}".rstrip()

    def when(self, invitation: Invitation, decision: Decision) -> str:
        if decision.changes_at is not None and decision.outcome == "not_yet":
            return f"{decision.changes_to} from {minute(decision.changes_at)}".replace("_", " ")
        for word, instant in (("withdrawn", invitation.withdrawn_at), ("sent", invitation.sent_at)):
            if instant is not None:
                ago = "in the future" if instant > self.review.now else f"{format_age(self.review.now - instant)} ago"
                return f"{word} {instant.date().isoformat()}, {ago}"
        return "not sent yet" if invitation.status == "draft" else "date not known"

    def coming(self, until: datetime) -> Iterator[str]:
        changes = coming_changes(self.review, until)
        yield ""
        yield self.style.heading(f"Coming up until {until.date().isoformat()} ({len(changes)})")
        for change in changes:
            outcome = f"{change.decision}: {change.before} → {change.after}".replace("_", " ")
            yield f"    {minute(change.at)}  {cell(name_of(change.invitation), _NAME)}  {outcome}"
        if not changes:
            yield "  Nothing changes by itself in this time."

    def doubtful(self) -> Iterator[str]:
        rows = [
            (answered, name, decision)
            for answered in self.review.answered
            for name, decision in answered.advice.items()
            if decision.outcome == UNDETERMINED
        ]
        if not rows:
            return
        yield ""
        yield self.style.heading(f"Could not be answered ({len(rows)})")
        for answered, name, decision in rows:
            yield f"    {cell(name_of(answered.invitation), _NAME)}  {name}"
            yield from map(self.style.faint, fold(decision.reason, width=self.width, indent="      "))

    def others(self) -> Iterator[str]:
        known = {group.decision for group in _GROUPS}
        for name, decision in self.review.policy.decisions.items():
            if decision.subject == "invitation" and name not in known:
                yield from self.group(_Group(safe_text(decision.question or name), name))

    def account(self) -> Iterator[str]:
        yield ""
        yield self.style.heading("Your account")
        for name, decision in self.review.account_advice.items():
            outcome = decision.outcome.replace("_", " ")
            yield from fold(f"{name}: {outcome}. {decision.reason}", width=self.width, indent="  ")
            if decision.changes_at is not None:
                change = f"{(decision.changes_to or '').replace('_', ' ')} from {minute(decision.changes_at)}"
                yield self.style.faint(f"    {change}, if nothing is sent or answered")
        yield from fold(self.counts(), width=self.width, indent="  ")

    def counts(self) -> str:
        account = self.review.account
        text = (
            f"{account.pending} pending; {account.sent_last_day} sent in the last day, "
            f"{account.sent_last_week} in the last week."
        )
        if account.rejected_share is not None:
            accepted = format_share(round(1 - account.rejected_share, 2))
            text += (
                f" Of {account.settled} settled in 90 days {accepted} were accepted, at most: invitations that you "
                "withdrew are not in an export."
            )
        return text

    def assumptions(self) -> Iterator[str]:
        yield ""
        yield self.style.heading("What was assumed")
        assumed = sum(answered.invitation.status_basis == "assumed" for answered in self.review.answered)
        if assumed:
            text = f"{assumed} invitations are taken to be pending, since an export does not say how they stand."
            yield from fold(text, width=self.width, indent="  ")
        for unsaid in find_unsaid(self.review):
            text = (
                f"The {unsaid.fact} of {unsaid.unknown} people is unknown; for {unsaid.would_matter} of them it "
                "could change an answer. Write it into people.csv."
            )
            yield from fold(text, width=self.width, indent="  ")
        yield from fold("All times are in UTC.", width=self.width, indent="  ")

    def problems(self) -> Iterator[str]:
        if not self.review.problems:
            return
        yield ""
        yield self.style.heading(f"Rows to look at ({len(self.review.problems)})")
        for problem in self.review.problems:
            left_out = "left out: " if problem.level == "error" else ""
            yield from fold(f"{problem.place}: {left_out}{problem.what}", width=self.width, indent="  ")


def format_review(
    review: Review, *, owner: str | None, why: str, until: datetime, style: Style, width: int
) -> Iterator[str]:
    """Give a review as lines of at most `width` columns (names and places are never cut below their own)."""
    sheet = _Sheet(review, style, width)
    whose = f" of {safe_text(owner)}" if owner else ""
    yield style.heading(f"Invitations{whose}, as of {minute(review.now)} UTC")
    policy = review.policy
    title = f", “{policy.title}”" if policy.title else ""
    yield from fold(f"Decided by the policy {policy.name}{title} ({why}; {policy.fingerprint[:8]}).", width=width)
    waiting, acting = _GROUPS[-1], _GROUPS[:-1]
    for group in acting:
        yield from sheet.group(group)
    yield from sheet.coming(until)
    yield from sheet.group(waiting)
    yield from sheet.others()
    yield from sheet.doubtful()
    yield from sheet.account()
    yield from sheet.assumptions()
    yield from sheet.problems()
    yield ""
    yield "Nothing was sent or changed."


def _stands_under(outcome: str, group: _Group) -> bool:
    if group.outcomes:
        return outcome in group.outcomes
    return outcome not in (NOT_APPLICABLE, UNDETERMINED)


def _by_reason(
    rows: Iterable[tuple[Answered, Decision]],
) -> dict[tuple[str, str], list[tuple[Answered, Decision]]]:
    found: dict[tuple[str, str], list[tuple[Answered, Decision]]] = {}
    for answered, decision in rows:
        found.setdefault((decision.outcome, decision.reason), []).append((answered, decision))
    return found


def name_of(invitation: Invitation) -> str:
    """Name a person: by name, else by the end of the address."""
    return invitation.name or (invitation.url or "").rstrip("/").rpartition("/")[2] or "(nobody's name)"


def minute(instant: datetime) -> str:
    """Write an instant to the minute, in UTC."""
    return instant.isoformat(sep=" ", timespec="minutes")[:16]
