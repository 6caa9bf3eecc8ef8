"""The account that a list of invitations shows, now and as invitations leave the windows in which they count."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import attrs

from invitepolicy._core.quantities import add_or_none
from invitepolicy._core.records import NO_ACCOUNT, Account

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from invitepolicy._core.records import Invitation

LAST_DAY: Final = timedelta(days=1)
LAST_WEEK: Final = timedelta(days=7)
LAST_MONTH: Final = timedelta(days=30)
SETTLED_AFTER: Final = timedelta(weeks=2)
SETTLED_WITHIN: Final = timedelta(days=90)
_ANSWERED: Final = ("accepted", "ignored", "withdrawn")


@attrs.define(eq=False, repr=False)
class _Tally:
    """The counts that change as time passes."""

    sent_last_day: int = 0
    sent_last_week: int = 0
    notes_last_month: int = 0
    settled: int = 0
    rejected: int = 0
    asked: Counter[Any] = attrs.field(factory=Counter)

    def account(self, pending: int) -> Account:
        return Account(
            pending=pending,
            sent_last_day=self.sent_last_day,
            sent_last_week=self.sent_last_week,
            settled=self.settled,
            # Of no settled invitations the share is not known, and not 0, which would be a good record.
            rejected_share=self.rejected / self.settled if self.settled else None,
            # The plus drops people whose count is 0 again; somebody asked for twice is one person.
            email_requests=len(+self.asked),
            notes_last_month=self.notes_last_month,
        )


if TYPE_CHECKING:
    _Change = Callable[[_Tally, int], None]


def account_history(
    invitations: Iterable[Invitation], now: datetime, *, ahead: bool = True
) -> Iterator[tuple[datetime, Account]]:
    """Yield the account at `now`, then at each later instant at which an invitation leaves or enters a window.

    Without `ahead` only the first is yielded, and memory holds no more than the people whose address was asked for,
    however long the list. Only outgoing invitations that were sent count; a draft for which an address is asked counts
    as asked now. A window of a day holds an invitation while `now < sent + 24 hours`; an invitation without an instant
    is in no window.
    """
    tally = _Tally()
    coming: list[tuple[datetime, _Change, int]] = []
    pending = 0
    for number, invitation in enumerate(invitations):
        if invitation.direction != "outgoing":
            continue
        pending += invitation.status == "pending"
        for start, end, change in _windows(invitation, number):
            # The end is excluded: exactly 24 hours later an invitation is out of its day.
            if end is not None and end <= now:
                continue
            if start <= now:
                change(tally, 1)
            elif ahead:
                coming.append((start, change, 1))
            if ahead and end is not None:
                coming.append((end, change, -1))
    yield now, tally.account(pending)
    # By the instant alone: changes cannot be compared, and those of one instant are applied together.
    coming.sort(key=lambda entry: entry[0])
    for index, (instant, change, delta) in enumerate(coming):
        change(tally, delta)
        if index + 1 == len(coming) or coming[index + 1][0] != instant:
            yield instant, tally.account(pending)


# The start of a window that has no beginning: it holds an invitation from the first instant looked at.
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


def _windows(invitation: Invitation, number: int) -> Iterator[tuple[datetime, datetime | None, _Change]]:
    """Yield the windows in which an invitation counts, and the change that it makes to the tally in each."""
    sent = invitation.sent_at
    if invitation.status == "draft":
        if invitation.email_requested:
            yield _LONG_AGO, None, _asked(_person(invitation, number))
        return
    if sent is None:
        return
    yield _LONG_AGO, add_or_none(sent, LAST_DAY), _sent_last_day
    yield _LONG_AGO, add_or_none(sent, LAST_WEEK), _sent_last_week
    if invitation.email_requested:
        yield _LONG_AGO, add_or_none(sent, LAST_MONTH), _asked(_person(invitation, number))
    if (invitation.note or "").strip():
        yield _LONG_AGO, add_or_none(sent, LAST_MONTH), _notes
    # An answer or a withdrawal settles at once; what waits or expired counts as rejected after 2 weeks.
    settles = _LONG_AGO if invitation.status in _ANSWERED else add_or_none(sent, SETTLED_AFTER)
    if settles is not None:
        yield settles, add_or_none(sent, SETTLED_WITHIN), _settled if invitation.status == "accepted" else _rejected


def _person(invitation: Invitation, number: int) -> Any:
    """Return a key of the person: the address, else the name; without either, everyone is somebody else."""
    return invitation.url or invitation.name or number


def _sent_last_day(tally: _Tally, delta: int) -> None:
    tally.sent_last_day += delta


def _sent_last_week(tally: _Tally, delta: int) -> None:
    tally.sent_last_week += delta


def _notes(tally: _Tally, delta: int) -> None:
    tally.notes_last_month += delta


def _settled(tally: _Tally, delta: int) -> None:
    tally.settled += delta


def _rejected(tally: _Tally, delta: int) -> None:
    tally.settled += delta
    tally.rejected += delta


def _asked(person: Any) -> _Change:
    def change(tally: _Tally, delta: int) -> None:
        tally.asked[person] += delta

    return change


def merge_accounts(shown: Account, known: Account) -> Account:
    """Return the account that invitations show, with the values of a known account in place of theirs."""
    # A field that has its default is not known, and takes nothing away from what the invitations show.
    return attrs.evolve(shown, **{name: value for name, value in _values(known) if value != getattr(NO_ACCOUNT, name)})


def _values(account: Account) -> Iterator[tuple[str, Any]]:
    return ((field.name, getattr(account, field.name)) for field in attrs.fields(Account))
