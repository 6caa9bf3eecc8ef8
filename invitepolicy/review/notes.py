"""What a review says in sentences: how the account stands in numbers, and what had to be assumed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invitepolicy._core.quantities import format_count, format_share
from invitepolicy.review.model import find_unknowns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from invitepolicy.review.model import Review


def account_summary(review: Review) -> str:
    """Count what is known of the account, and say what the count leaves out."""
    account = review.account
    if account.pending is None:
        return "Its counts are not known, since not all of its records were seen; say them by --account."
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
    """Say what was taken for granted, and what knowing more would change."""
    assumed = sum(answered.invitation.status_basis == "assumed" for answered in review.answered)
    if assumed:
        yield f"{_are(assumed, 'invitation')} taken to be pending, since an export does not say how they stand."
    unsaid = find_unknowns(review)
    for one in unsaid:
        people = "1 person" if one.unknown == 1 else f"{one.unknown} people"
        yield (f"The {one.fact} of {people} is unknown; for {one.would_matter} of them it could change an answer.")
    if unsaid and is_export:
        yield "Say such things in a people.csv beside the export: “invitepolicy new --people” writes the sheet."
    yield "All times are in UTC."


def _are(number: int, noun: str) -> str:
    return f"{format_count(number, noun)} {'is' if number == 1 else 'are'}"
