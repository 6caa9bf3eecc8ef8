"""Sentences of a review: the counts of the account, what was assumed, and the title of the problems."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invitepolicy._core.quantities import format_count, format_share
from invitepolicy.review.model import find_unknowns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from invitepolicy.review.model import Review
    from invitepolicy.sources.problems import RowProblem


def account_summary(review: Review) -> str:
    """Return the counts of the account as a sentence, with what they leave out."""
    account = review.account
    # Of records on stdin nobody knows whether they are all of the account's, so that they are not counted.
    if account.pending is None:
        return "Its counts are unknown, because not all of its records were read; give them with --account."
    text = (
        f"{account.pending} pending; {account.sent_last_day} sent in the last day, "
        f"{account.sent_last_week} in the last week."
    )
    if account.rejected_share is None:
        return text
    accepted = format_share(round(1 - account.rejected_share, 2))
    return (
        f"{text} Of {account.settled} settled in 90 days {accepted} were accepted, at most: invitations that you "
        "withdrew are not in an export."
    )


def assumptions(review: Review, *, is_export: bool) -> Iterator[str]:
    """Yield the assumptions of a review as sentences, and how many answers more knowledge could change."""
    assumed = sum(answered.invitation.status_basis == "assumed" for answered in review.answered)
    if assumed:
        yield f"{_are(assumed, 'invitation')} assumed to be pending, because an export does not state their status."
    unknowns = find_unknowns(review)
    for unknown in unknowns:
        people = "1 person" if unknown.unknown == 1 else f"{unknown.unknown} people"
        effect = f"for {unknown.would_matter} of them it could change an answer"
        if unknown.unknown == 1:
            effect = "it could change an answer"
        yield f"The {unknown.fact} of {people} is unknown; {effect}."
    # In JSON Lines these facts are fields of the records; no people.csv is read beside them.
    if unknowns and is_export:
        yield "Add what you know to a people.csv beside the export; “invitepolicy new --people” writes the sheet."
    yield "All times are in UTC."


def problems_title(problems: Sequence[RowProblem]) -> str:
    """Return the title of a list of problems: with a mere remark, the row was read."""
    only_errors = all(problem.level == "error" for problem in problems)
    return "Rows that could not be read" if only_errors else "Rows with problems"


def _are(number: int, noun: str) -> str:
    return f"{format_count(number, noun)} {'is' if number == 1 else 'are'}"
