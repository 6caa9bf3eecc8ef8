"""A review as text: grouped by what there is to do, each group with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from invitepolicy._core.quantities import format_ago, format_count, format_date, format_minute
from invitepolicy._core.text import safe_text
from invitepolicy.cli.text.terminal import Style, pad_cell, wrap
from invitepolicy.review.model import NO_NAME
from invitepolicy.review.notes import account_summary, assumptions, problems_title
from invitepolicy.review.sections import HEADINGS, Section, find_undetermined, group_answers
from invitepolicy.review.upcoming import Change, coming_changes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from invitepolicy import Decision, Invitation
    from invitepolicy.review.model import Answered, Review

# What waits until the coming changes have been listed: nothing can be done about it now.
_AFTERWARDS: Final = (("resend", ("not_yet",)), ("resend", ("give_up",)), ("expiry", ("lapsed",)))
_DATES: Final = 40  # columns beside a name: an indent, a gap, and `withdrawn 2026-03-01, 133 days ago`
_CHANGE: Final = 44  # an indent, an instant, two gaps, and `consider withdrawing`
_NAMES: Final = (12, 32)  # columns of a name, at least and at most


@attrs.frozen
class PageHeader:
    """What the text states besides the review: the owner of the export, and how the policy was chosen."""

    owner: str | None
    why: str
    is_export: bool


@attrs.define
class _Writer:
    """Writes the sections; `clicked` are the places to click that were already printed."""

    review: Review
    style: Style
    width: int
    clicked: set[str] = attrs.field(factory=set, init=False)

    def heading(self, text: str) -> Iterator[str]:
        yield ""
        yield from map(self.style.heading, wrap(text, width=self.width))

    def section(self, section: Section) -> Iterator[str]:
        yield from self.heading(f"{section.heading.title} ({section.count})")
        for place in section.where:
            # Several sections may lead to the same place on LinkedIn: it is printed under the first.
            if place not in self.clicked:
                self.clicked.add(place)
                yield from wrap(f"Where to click: {place}", width=self.width, indent="  ")
        # Where a heading has only one outcome, it names it already.
        is_one = len(section.heading.outcomes) == 1
        for group in section.groups:
            label = "" if is_one else f"{_sentence(group.outcome)}: "
            yield from self.reason(label + group.reason)
            yield from (self.person(answered.invitation, answer) for answered, answer in group.rows)

    def reason(self, text: str) -> Iterator[str]:
        yield from map(self.style.faint, wrap(text, width=self.width, indent="  "))

    def person(self, invitation: Invitation, answer: Decision) -> str:
        return f"    {self.name(invitation)}  {self.when(invitation, answer)}"

    def name(self, invitation: Invitation, beside: int = _DATES) -> str:
        least, most = _NAMES
        return pad_cell(format_name(invitation), min(max(self.width - beside, least), most))

    def when(self, invitation: Invitation, answer: Decision) -> str:
        if answer.changes_at is not None and answer.outcome == "not_yet":
            return f"from {format_minute(answer.changes_at)}"
        # The later event first: a withdrawn invitation was sent, too.
        for word, instant in (("withdrawn", invitation.withdrawn_at), ("sent", invitation.sent_at)):
            if instant is not None:
                return f"{word} {format_date(instant)}, {format_ago(instant, self.review.now)}"
        return "not sent yet" if invitation.status == "draft" else "date not known"

    def coming(self, until: datetime) -> Iterator[str]:
        changes = coming_changes(self.review, until=until)
        yield from self.heading(f"Coming up until {format_date(until)} ({len(changes)})")
        for change in changes:
            yield f"    {format_minute(change.at)}  {self.name(change.invitation, _CHANGE)}  {_becomes(change)}"
        if not changes:
            yield "  Nothing changes by itself in this time."

    def undetermined(self) -> Iterator[str]:
        groups: dict[tuple[str, str], list[Answered]] = {}
        for answered, name, answer in find_undetermined(self.review):
            groups.setdefault((name, answer.reason), []).append(answered)
        if not groups:
            return
        yield from self.heading(f"Could not be answered ({sum(map(len, groups.values()))})")
        for (name, reason), members in groups.items():
            question = self.review.policy.decisions[name].question or _sentence(name)
            yield from self.reason(f"{question} {reason}")
            yield from (f"    {self.name(answered.invitation)}".rstrip() for answered in members)

    def account(self) -> Iterator[str]:
        yield from self.heading("Your account")
        for name, answer in self.review.account_advice.items():
            text = f"{_sentence(name)}: {_words(answer.outcome)}. {answer.reason}"
            yield from wrap(text, width=self.width, indent="  ")
            if answer.changes_at is not None:
                change = f"{_sentence(answer.changes_to or '')} from {format_minute(answer.changes_at)}"
                # Only the passing of time is foreseen: a new invitation or an answer changes the counts.
                text = f"{change}, if nothing is sent or answered."
                yield from map(self.style.faint, wrap(text, width=self.width, indent="    "))
        yield from wrap(account_summary(self.review), width=self.width, indent="  ")

    def assumed(self, *, is_export: bool) -> Iterator[str]:
        yield from self.heading("What was assumed")
        for remark in assumptions(self.review, is_export=is_export):
            yield from wrap(remark, width=self.width, indent="  ")

    def problems(self) -> Iterator[str]:
        if not self.review.problems:
            return
        yield from self.heading(f"{problems_title(self.review.problems)} ({len(self.review.problems)})")
        for problem in self.review.problems:
            left_out = "left out: " if problem.level == "error" else ""
            text = f"{problem.place}: {left_out}{problem.what}"
            yield from wrap(text, width=self.width, indent="  ", hanging="    ")


def format_review(review: Review, header: PageHeader, *, until: datetime, style: Style, width: int) -> Iterator[str]:
    """Yield a review as lines of at most `width` columns; only lines with a name may be longer, in narrow terminals."""
    writer = _Writer(review, style, width)
    owner = f" of {safe_text(header.owner)}" if header.owner else ""
    policy = review.policy
    title = f", “{policy.title}”" if policy.title else ""
    number = format_count(len(review.answered), "invitation")
    yield from map(style.heading, wrap(f"Invitations{owner}, as of {format_minute(review.now)} UTC", width=width))
    decided = f"{number}, decided by the policy {policy.name}{title} ({header.why}; {policy.fingerprint[:8]})."
    yield from wrap(decided, width=width)
    first, second = _split_by_urgency(group_answers(review))
    for section in first:
        yield from writer.section(section)
    yield from writer.coming(until)
    for section in second:
        yield from writer.section(section)
    yield from writer.undetermined()
    yield from writer.account()
    yield from writer.assumed(is_export=header.is_export)
    yield from writer.problems()
    yield ""
    yield "Nothing was sent or changed."


def _split_by_urgency(sections: Iterable[Section]) -> tuple[list[Section], list[Section]]:
    """Return the sections to act on now, and the others, each in their order."""
    parts: tuple[list[Section], list[Section]] = [], []
    for section in sections:
        # False is index 0, True is index 1.
        parts[(section.heading.decision, section.heading.outcomes) in _AFTERWARDS].append(section)
    return parts


def _becomes(change: Change) -> str:
    """Return what an answer becomes: the heading under which it will be listed, where it has one."""
    outcome = change.after.outcome
    for heading in HEADINGS:
        if heading.decision == change.decision and outcome in heading.outcomes:
            return heading.title[0].lower() + heading.title[1:]
    return f"{_words(change.decision)}: {_words(outcome)}"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _sentence(name: str) -> str:
    return _words(name).capitalize()


def format_name(invitation: Invitation) -> str:
    """Return a person's name, else the end of the address, else `(no name)`."""
    # A line break in a name must not end the line.
    name = " ".join((invitation.name or "").split())
    return name or (invitation.url or "").rstrip("/").rpartition("/")[2] or NO_NAME
