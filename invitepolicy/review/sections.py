"""The sections of a review, in text and on the page: their headings, their order, and the answers under them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from invitepolicy._core.facts import NOT_APPLICABLE, UNDETERMINED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from invitepolicy import Decision
    from invitepolicy.review.model import Answered, Review


@attrs.frozen
class Heading:
    """A heading: a decision, and the outcomes listed under it; an empty tuple means every outcome that applies."""

    title: str
    decision: str
    outcomes: tuple[str, ...] = ()


@attrs.frozen
class Group:
    """Answers with the same outcome for the same reason, in the order of the source."""

    outcome: str
    reason: str
    rows: tuple[tuple[Answered, Decision], ...]


@attrs.frozen
class Section:
    """A heading with its answers; `where` lists where to click, as far as the policy states it."""

    heading: Heading
    groups: tuple[Group, ...]
    where: tuple[str, ...]

    @property
    def count(self) -> int:
        """Return the number of answers."""
        return sum(len(group.rows) for group in self.groups)


HEADINGS: Final = (
    Heading("Withdraw", "withdraw", ("withdraw",)),
    Heading("Consider withdrawing", "withdraw", ("consider",)),
    Heading("About to lapse", "expiry", ("expiring",)),
    Heading("Before you send", "note"),
    Heading("Asked for an e-mail address", "email"),
    Heading("May be invited again", "resend", ("allowed",)),
    Heading("Waiting for your answer", "reply"),
    Heading("Not to be invited again yet", "resend", ("not_yet",)),
    Heading("Not worth inviting again", "resend", ("give_up",)),
    Heading("Lapsed", "expiry", ("lapsed",)),
)
_UNLISTED: Final = {"withdraw": ("keep",), "expiry": ("open",)}  # there is nothing to do about them


def group_answers(review: Review) -> Iterator[Section]:
    """Yield the sections that have answers, the most urgent first; then those of the policy's own decisions."""
    for heading in (*HEADINGS, *_own_headings(review)):
        # A policy without a parent need not have the decisions of the table.
        rows = [
            (answered, answered.advice[heading.decision])
            for answered in review.answered
            if heading.decision in answered.advice and _belongs_under(answered.advice[heading.decision], heading)
        ]
        if rows:
            yield _section(heading, rows)


def _own_headings(review: Review) -> Iterator[Heading]:
    """Yield a heading for each decision, and each outcome of a known one, that the table does not name."""
    known = {heading.decision for heading in HEADINGS}
    for name, decision in review.policy.decisions.items():
        if decision.subject != "invitation":  # the account has a section of its own
            continue
        if name not in known:
            yield Heading(decision.question or name, name)
            continue
        # A heading without outcomes lists them all: then `named` is empty, and no outcome is left over.
        named = {outcome for heading in HEADINGS if heading.decision == name for outcome in heading.outcomes}
        others = [word for word in decision.outcomes if named and word not in (*named, *_UNLISTED.get(name, ()))]
        if others:
            yield Heading(decision.question or name, name, tuple(others))


def _belongs_under(answer: Decision, heading: Heading) -> bool:
    if heading.outcomes:
        return answer.outcome in heading.outcomes
    # find_undetermined lists undetermined answers apart.
    return answer.outcome not in (NOT_APPLICABLE, UNDETERMINED)


def _section(heading: Heading, rows: list[tuple[Answered, Decision]]) -> Section:
    groups: dict[tuple[str, str], list[tuple[Answered, Decision]]] = {}
    for answered, answer in rows:
        groups.setdefault((answer.outcome, answer.reason), []).append((answered, answer))
    places = dict.fromkeys(place for _, answer in rows if (place := click_path(answer)))
    return Section(
        heading,
        tuple(Group(outcome, reason, tuple(members)) for (outcome, reason), members in groups.items()),
        tuple(places),
    )


def click_path(answer: Decision) -> str | None:
    """Return where to click, as the details of an answer state it under `where`; None without."""
    # Details are whatever the author of the policy wrote, for example a list.
    where = answer.details.get("where") if hasattr(answer.details, "get") else None
    return where if isinstance(where, str) else None


def find_undetermined(review: Review) -> list[tuple[Answered, str, Decision]]:
    """Return the undetermined answers, each with its record and the name of its decision."""
    return [
        (answered, name, answer)
        for answered in review.answered
        for name, answer in answered.advice.items()
        if answer.outcome == UNDETERMINED
    ]
