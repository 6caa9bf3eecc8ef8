"""Coming changes as an iCalendar file (RFC 5545)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from invitepolicy._core.errors import InvitePolicyError
from invitepolicy._core.quantities import format_minute
from invitepolicy._core.text import safe_text
from invitepolicy.review.model import NO_NAME
from invitepolicy.review.sections import click_path
from invitepolicy.timeline import timeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from invitepolicy import Invitation, Policy
    from invitepolicy.review.model import Review
    from invitepolicy.review.upcoming import Change
    from invitepolicy.timeline import Stage

_ALARM: Final = timedelta(hours=9)  # after midnight of the day
_MINUTE: Final = 60


def format_calendar(review: Review, changes: Iterable[Change]) -> bytes:
    """Return the coming changes of a review as an iCalendar file: an all-day entry each, with an alarm at nine.

    An entry stands on the UTC date of its change. It keeps its identifier as long as the person, the invitation, the
    decision and the outcome are the same, so that importing again moves it and never duplicates it.

    Raise InvitePolicyError where icalendar is not installed.
    """
    library = _calendar_library()
    calendar = library.Calendar()
    calendar.add("prodid", "-//invitepolicy//agenda//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    # One timeline serves all changes of an invitation in a decision. By id, which is cheaper than a hash of
    # every field; the review keeps its invitations alive, so that no id is used twice.
    timelines: dict[tuple[Invitation, str], tuple[Stage, ...]] = {}
    for change in changes:
        key = (change.invitation, change.decision)
        if key not in timelines:
            timelines[key] = timeline(review.policy, change.invitation, change.decision, account=review.account)
        identifier = _identifier(change, timelines[key])
        calendar.add_component(_entry(library, review.policy, change, identifier, review.now))
    content: bytes = calendar.to_ical()
    return content


def _calendar_library() -> Any:
    try:
        import icalendar  # noqa: PLC0415  (an extra)
    except ImportError:
        raise InvitePolicyError("this needs icalendar; install it: pip install 'invitepolicy[report]'") from None
    return icalendar


def _entry(library: Any, policy: Policy, change: Change, identifier: str, now: datetime) -> Any:
    day = change.at.astimezone(UTC).date()
    outcome = change.after.outcome.replace("_", " ")
    name = safe_text(change.invitation.name or NO_NAME)
    entry = library.Event()
    entry.add("uid", identifier)
    # The instant of the review and not the clock: the same review makes the same file.
    entry.add("dtstamp", now)
    entry.add("last-modified", now)
    # The entry with the higher number replaces the other. It counts minutes, since seconds would pass the
    # largest integer of iCalendar, 2147483647, in 2038.
    entry.add("sequence", int(now.timestamp()) // _MINUTE)
    entry.add("dtstart", day)
    entry.add("dtend", day + timedelta(days=1))  # exclusive: the end of an all-day entry is the day after it
    entry.add("transp", "TRANSPARENT")
    entry.add("summary", f"{change.decision.replace('_', ' ')}: {outcome}: {name}")
    entry.add("description", "\n".join(_description(policy, change)))
    # A calendar opens what it is given, javascript: and file: included.
    if (change.invitation.url or "").startswith("https://"):
        entry.add("url", safe_text(change.invitation.url or ""))
    alarm = library.Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", f"{outcome}: {name}")
    alarm.add("trigger", _ALARM)
    entry.add_component(alarm)
    return entry


def _description(policy: Policy, change: Change) -> Iterator[str]:
    yield safe_text(change.after.reason)
    if (where := click_path(change.after)) is not None:
        yield safe_text(f"Where to click: {where}")
    yield f"From {format_minute(change.at)} UTC, by the policy {policy.name}."


def _identifier(change: Change, stages: Sequence[Stage]) -> str:
    """Return a hash of what stays the same when a policy's numbers change: never a date that they move."""
    record = change.invitation
    person = record.url or record.name or ""
    sent = record.sent_at.isoformat() if record.sent_at else ""
    count = _count_earlier(change, stages)
    # NUL keeps the parts apart: “ab” and “c” are not “a” and “bc”. A name that was set in Python may hold
    # half of a surrogate pair, which plain UTF-8 refuses.
    parts = (person, record.direction, sent, change.decision, change.after.outcome, str(count))
    return f"{hashlib.sha256(chr(0).join(parts).encode('utf-8', 'surrogatepass')).hexdigest()[:32]}@invitepolicy"


def _count_earlier(change: Change, stages: Sequence[Stage]) -> int:
    """Return how often the outcome began before the change: an outcome may come back."""
    outcome = change.after.outcome
    starts = [
        stage.start
        # Neighbours may have the same outcome, by another rule: only the first of them begins it.
        for previous, stage in zip((None, *stages), stages, strict=False)
        if stage.outcome == outcome and (previous is None or previous.outcome != outcome)
    ]
    return sum(start is None or start < change.at for start in starts)
