"""A calendar of coming changes that can be imported again and again."""

from __future__ import annotations

import builtins
from datetime import UTC, date, datetime, timedelta

import attrs
import icalendar
import pytest
from strategies import NOW

from invitepolicy import Invitation, InvitePolicyError, load_policy, parse_policy, with_settings
from invitepolicy.review.calendar import format_calendar
from invitepolicy.review.model import review_invitations
from invitepolicy.review.upcoming import coming_changes

DAY = timedelta(days=1)
FAQ = load_policy("faq")
SENT = datetime(2026, 3, 14, 19, tzinfo=UTC)
RECORD = Invitation(name="Ann", url="https://www.linkedin.com/in/ann", sent_at=SENT, activity="daily")


def entries(text):
    """Read a calendar back."""
    return icalendar.Calendar.from_ical(text).walk("VEVENT")


def calendar(*records, policy=FAQ, now=NOW):
    """Write a calendar of half a year."""
    review = review_invitations(policy, records, now=now, summarized=False)
    return format_calendar(review, coming_changes(review, until=now + 200 * DAY))


def test_a_calendar_holds_a_day_an_alarm_and_the_reason():
    """One entry a change, read back as it was written."""
    first, second, *others = entries(calendar(RECORD))

    assert first.decoded("dtstart") == date(2026, 3, 17)
    assert first.decoded("dtend") == date(2026, 3, 18)
    assert str(first["summary"]) == "withdraw: consider: Ann"
    assert str(first["description"]).splitlines() == [
        "They are on LinkedIn every day, and 3 days have gone by.",
        "Where to click: My Network, Manage, Sent",
        "From 2026-03-17 19:00 UTC, by the policy faq.",
    ]
    assert str(first["url"]) == RECORD.url
    (alarm,) = first.walk("VALARM")
    assert alarm.decoded("trigger") == timedelta(hours=9)
    assert str(second["summary"]) == "withdraw: withdraw: Ann"
    assert [str(entry["summary"]) for entry in others] == ["expiry: expiring: Ann", "expiry: lapsed: Ann"]


def test_importing_again_moves_an_entry_and_never_duplicates_it():
    """Also after the policy's numbers have changed; the later file has the higher sequence."""
    patient = with_settings(FAQ, first_look="5 days", daily_wait="6 days")

    before = {str(entry["uid"]): entry for entry in entries(calendar(RECORD))}
    after = {str(entry["uid"]): entry for entry in entries(calendar(RECORD, policy=patient, now=NOW + DAY))}

    assert before.keys() == after.keys()
    assert len(before) == 4
    moved = [uid for uid in before if before[uid].decoded("dtstart") != after[uid].decoded("dtstart")]
    assert len(moved) == 2
    assert all(after[uid]["sequence"] > before[uid]["sequence"] for uid in before)


def test_two_people_and_two_invitations_have_entries_of_their_own():
    """The same person asked again is another entry, and so is somebody without an address."""
    others = [
        Invitation(name="Ann", sent_at=SENT, activity="daily"),
        Invitation(name="Ann", url=RECORD.url, sent_at=SENT + DAY, activity="daily"),
        Invitation(sent_at=SENT, activity="daily"),
    ]

    uids = [str(entry["uid"]) for entry in entries(calendar(RECORD, *others))]

    assert len(set(uids)) == len(uids) == 16


def test_an_outcome_that_comes_back_is_another_entry():
    """A look after three days, none after four, a look again after five; and tomorrow's file has the same ones."""
    policy = parse_policy(
        "invitepolicy: 1\nname: p\ndecisions:\n  d:\n    rules:\n"
        "      - {rule: a, when: {sent: between 3 days and 4 days ago}, then: look, because: b}\n"
        "      - {rule: c, when: {sent: at least 5 days ago}, then: look, because: b}\n"
        "    otherwise: {then: rest, because: d}\n"
    )

    early = [str(entry["uid"]) for entry in entries(calendar(RECORD, policy=policy))]
    late = [str(entry["uid"]) for entry in entries(calendar(RECORD, policy=policy, now=SENT + 3 * DAY))]

    assert len(set(early)) == len(early) == 3
    assert late == early[1:]


@pytest.mark.parametrize(
    "name",
    [
        "a\r\nATTENDEE:mailto:x@y.example",
        "a\nEND:VEVENT",
        "a\x0bb\x85c\u2028d",
        "\u202egnp",
        "x" * 300,
        ';,\\"',
        "名取 " * 40,
    ],
)
def test_strangers_cannot_write_into_the_calendar(name):
    """Names stay inside their summary; no line is longer than 75 octets; nothing unexpected is read back."""
    text = calendar(Invitation(name=name, url=f"https://a.example/{name}", sent_at=SENT, activity="daily"))

    assert all(len(line) <= 75 for line in text.split(b"\r\n"))
    events = entries(text)
    assert len(events) == 4
    expected = {
        "UID",
        "DTSTAMP",
        "LAST-MODIFIED",
        "SEQUENCE",
        "DTSTART",
        "DTEND",
        "TRANSP",
        "SUMMARY",
        "DESCRIPTION",
        "URL",
    }
    for entry in events:
        assert set(entry.keys()) == expected
        assert len(entry.subcomponents) == 1
        assert str(entry["summary"]).isprintable()


def test_other_addresses_are_left_out():
    """A calendar opens what it is given."""
    (first, *_) = entries(calendar(Invitation(name="x", url="javascript:alert(1)", sent_at=SENT, activity="daily")))

    assert "URL" not in first


def test_without_the_library_it_says_what_to_install(monkeypatch):
    """The extra by name."""
    real = builtins.__import__

    def without(name, *rest):
        if name == "icalendar":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InvitePolicyError, match=r"pip install 'invitepolicy\[report\]'"):
        calendar()


def test_changes_may_come_one_at_a_time():
    """Invitations that live only as long as their change is written are not taken for one another."""
    records = [attrs.evolve(RECORD, name=f"Ann {number}", url=None, sent_at=SENT - number * DAY) for number in range(9)]
    review = review_invitations(FAQ, records, now=NOW, summarized=False)
    changes = coming_changes(review, until=NOW + 200 * DAY)
    one_at_a_time = (attrs.evolve(change, invitation=attrs.evolve(change.invitation)) for change in changes)

    assert format_calendar(review, one_at_a_time) == format_calendar(review, changes)
