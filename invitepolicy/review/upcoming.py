"""The coming changes of all records in order, as a list or as an iCalendar file."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import attrs

from invitepolicy import Account, Decision, Invitation, as_invitation, decide, decide_each
from invitepolicy._core.errors import InvitePolicyError, RecordError
from invitepolicy._core.facts import NOT_APPLICABLE
from invitepolicy._core.text import safe_text
from invitepolicy._decide.decide import read_clock
from invitepolicy.timeline import timeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from invitepolicy import Policy

_ALARM: Final = timedelta(hours=9)  # after midnight of the day
_MINUTE: Final = 60


@attrs.frozen
class Change:
    """An answer that will be another one: when, about whom, to which question, from what to what, and why."""

    at: datetime
    invitation: Invitation
    decision: str
    before: str
    after: Decision


def coming_changes(
    policy: Policy,
    invitations: Iterable[object],
    *,
    until: datetime,
    now: datetime | None = None,
    account: Account | None = None,
) -> tuple[Change, ...]:
    """List every change of an answer after `now` and up to `until`, the earliest first, if nothing but time passes.

    A record has as many entries as its answers change. Changes to `not_applicable` are left out: there is nothing to
    do about them. Equal instants stand in the order of the invitations. Without `now` the clock is read once. Raises
    RecordError.
    """
    instant = read_clock() if now is None else now
    if until.utcoffset() is None:
        raise RecordError("until", until, "this is no instant with a time zone; add tzinfo=timezone.utc")
    records = [as_invitation(item) for item in invitations]
    advices = decide_each(policy, records, now=instant, account=account)
    changes = [
        change
        for record, advice in zip(records, advices, strict=True)
        for name in advice
        for change in _changes(policy, record, name, advice[name], until=until, account=account)
    ]
    return tuple(sorted(changes, key=lambda change: change.at))


def _changes(
    policy: Policy, record: Invitation, name: str, answer: Decision, *, until: datetime, account: Account | None
) -> Iterator[Change]:
    while answer.changes_at is not None and answer.changes_at <= until:
        at, before = answer.changes_at, answer.outcome
        answer = decide(policy, record, now=at, account=account)[name]
        if answer.outcome != NOT_APPLICABLE:
            yield Change(at, record, name, before, answer)


def format_calendar(
    policy: Policy, changes: Iterable[Change], *, now: datetime, account: Account | None = None
) -> bytes:
    """Write changes as an iCalendar file (RFC 5545): an all-day entry each, on its UTC date, with an alarm at nine.

    An entry keeps its identifier as long as the person, the invitation, the question and the outcome are the same, so
    that importing again moves it and never doubles it. Raises InvitePolicyError where icalendar is not installed.
    """
    calendar = _calendar_library()
    found = calendar.Calendar()
    found.add("prodid", "-//invitepolicy//agenda//EN")
    found.add("version", "2.0")
    found.add("method", "PUBLISH")
    for change in changes:
        found.add_component(_entry(calendar, policy, change, now, account))
    written: bytes = found.to_ical()
    return written


def _calendar_library() -> Any:
    try:
        import icalendar  # noqa: PLC0415  (an extra)
    except ImportError:
        raise InvitePolicyError("this needs icalendar; install it: pip install 'invitepolicy[report]'") from None
    return icalendar


def _entry(calendar: Any, policy: Policy, change: Change, now: datetime, account: Account | None) -> Any:
    day = change.at.astimezone(UTC).date()
    outcome = change.after.outcome.replace("_", " ")
    name = safe_text(change.invitation.name or "somebody without a name")
    entry = calendar.Event()
    entry.add("uid", _identifier(policy, change, account))
    entry.add("dtstamp", now)
    entry.add("last-modified", now)
    entry.add("sequence", int(now.timestamp()) // _MINUTE)
    entry.add("dtstart", day)
    entry.add("dtend", day + timedelta(days=1))
    entry.add("transp", "TRANSPARENT")
    entry.add("summary", f"{change.decision.replace('_', ' ')}: {outcome}: {name}")
    entry.add("description", "\n".join(_description(policy, change)))
    if (change.invitation.url or "").startswith("https://"):
        entry.add("url", safe_text(change.invitation.url or ""))
    alarm = calendar.Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", f"{outcome}: {name}")
    alarm.add("trigger", _ALARM)
    entry.add_component(alarm)
    return entry


def _description(policy: Policy, change: Change) -> Iterator[str]:
    yield safe_text(change.after.reason)
    where = change.after.details.get("where") if hasattr(change.after.details, "get") else None
    if isinstance(where, str):
        yield safe_text(f"Where to click: {where}")
    yield f"From {change.at.isoformat(sep=' ', timespec='minutes')[:16]} UTC, by the policy {policy.name}."


def _identifier(policy: Policy, change: Change, account: Account | None) -> str:
    """Hash what stays the same when a policy's numbers change: never a date that they move."""
    record = change.invitation
    person = record.url or record.name or ""
    sent = record.sent_at.isoformat() if record.sent_at else ""
    again = _times_before(policy, change, account)
    parts = (person, record.direction, sent, change.decision, change.after.outcome, str(again))
    return f"{hashlib.sha256(chr(0).join(parts).encode('utf-8', 'surrogatepass')).hexdigest()[:32]}@invitepolicy"


def _times_before(policy: Policy, change: Change, account: Account | None) -> int:
    """Count how often this outcome began before, in the whole life: an outcome may come back."""
    life = timeline(policy, change.invitation, change.decision, account=account)
    outcome = change.after.outcome
    begins = [
        segment.start
        for previous, segment in zip((None, *life), life, strict=False)
        if segment.outcome == outcome and (previous is None or previous.outcome != outcome)
    ]
    return sum(start is None or start < change.at for start in begins)
