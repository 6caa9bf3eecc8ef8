"""Records: what they take, what they refuse without showing it, and what a fact's absence means."""

from __future__ import annotations

import pickle
from collections import namedtuple
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from enum import Enum
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given
from strategies import accounts, invitations

from invitepolicy import Account, Invitation, RecordError, as_invitation
from invitepolicy._core.facts import FACTS, OWN_PREFIX, STATUSES, Fact
from invitepolicy._core.records import NO_ACCOUNT, Absent, as_account, read_fact

SENT = datetime(2026, 3, 1, 10, tzinfo=UTC)
INSTANTS = ("sent_at", "answered_at", "withdrawn_at", "last_active_at")
COUNTS = ("pending", "sent_last_day", "sent_last_week", "settled", "email_requests", "notes_last_month")


def refused(call, *arguments, **named):
    """Return the field and the sentence of a refusal."""
    with pytest.raises(RecordError) as caught:
        call(*arguments, **named)
    return caught.value.field, f"{caught.value.what}; {caught.value.hint}"


# invitations


def test_every_field_has_a_default():
    """An outgoing pending invitation of which nothing else is known."""
    record = Invitation()

    assert attrs.asdict(record, recurse=False) == {
        "name": None,
        "url": None,
        "direction": "outgoing",
        "status": "pending",
        "status_basis": None,
        "sent_at": None,
        "answered_at": None,
        "withdrawn_at": None,
        "last_active_at": None,
        "relationship": "unknown",
        "activity": "unknown",
        "note": None,
        "email_requested": False,
        "attempts": 0,
        "tags": frozenset(),
        "facts": {},
    }


@pytest.mark.parametrize("record", [Invitation(name="A"), Account(pending=1)], ids=["invitation", "account"])
def test_records_are_frozen_slotted_and_by_keyword(record):
    """They hash, compare, pickle, and cannot be changed."""
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        record.sent_at = SENT
    with pytest.raises(TypeError):
        type(record)("A")
    assert not hasattr(record, "__dict__")
    assert pickle.loads(pickle.dumps(record)) == record
    assert hash(attrs.evolve(record)) == hash(record)


@given(invitations, accounts)
def test_records_survive_pickling_and_evolving(record, account):
    """Whatever they hold."""
    for one in (record, account):
        assert pickle.loads(pickle.dumps(one)) == one == attrs.evolve(one)


def test_no_repr_shows_a_person():
    """Neither name, nor address, nor note, nor own facts."""
    record = Invitation(name="CANARY", url="CANARY", note="CANARY", facts={"my_x": "CANARY"})

    assert "CANARY" not in repr(record)


def test_an_invitation_with_tags_and_facts_hashes():
    """They are frozen with it."""
    record = Invitation(tags=["vip", "vip"], facts={"my_met": SENT, "my_tags": ["a"], "my_none": None})

    assert record.tags == {"vip"}
    assert record.facts == {"my_met": SENT, "my_tags": frozenset({"a"})}
    assert hash(record) == hash(attrs.evolve(record))


@pytest.mark.parametrize("field", INSTANTS)
@pytest.mark.parametrize(
    "zone",
    [UTC, timezone(timedelta(), "GMT"), timezone(timedelta(hours=-8)), ZoneInfo("America/Los_Angeles")],
    ids=str,
)
def test_instants_are_brought_to_utc(field, zone):
    """From any zone."""
    found = getattr(Invitation(**{field: SENT.astimezone(zone)}), field)

    assert found == SENT
    assert found.tzinfo is UTC


class _Nowhere(tzinfo):
    """A zone that knows no offset."""

    def utcoffset(self, _):
        """Say nothing."""


@pytest.mark.parametrize("field", INSTANTS)
@pytest.mark.parametrize(
    ("value", "words"),
    [
        (datetime(2026, 3, 1), "must be a timezone-aware datetime; add tzinfo=timezone.utc"),  # noqa: DTZ001
        (datetime(2026, 3, 1, tzinfo=_Nowhere()), "timezone-aware"),
        (date(2026, 3, 1), "must be a timezone-aware datetime; say which instant of that day, with its zone"),
        ("2026-03-01T10:00Z", "must be a timezone-aware datetime; give an instant"),
        (1772323200, "must be a timezone-aware datetime; give an instant"),
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1))), "between the years 1 and 9999"),
        (datetime(9999, 12, 31, 23, 59, tzinfo=timezone(timedelta(minutes=-1))), "between the years 1 and 9999"),
    ],
    ids=["naive", "no offset", "date", "text", "number", "before the year 1", "after the year 9999"],
)
def test_what_is_no_instant_is_refused(field, value, words):
    """A naive datetime first of all: nobody knows where its clock hung."""
    found, what = refused(Invitation, **{field: value})

    assert found == field
    assert words in what


@pytest.mark.parametrize(
    ("fields", "field", "what"),
    [
        (
            {"direction": "outbound"},
            "direction",
            "is not an allowed value; write outgoing or incoming",
        ),
        ({"status": "pendng"}, "status", "is not an allowed value; did you mean “pending”?"),
        (
            {"relationship": None},
            "relationship",
            "is not an allowed value; write known, logical, stranger or unknown",
        ),
        (
            {"activity": 3},
            "activity",
            "is not an allowed value; write daily, weekly, occasional or unknown",
        ),
        ({"activity": ["daily"]}, "activity", None),
        ({"status_basis": "guessed"}, "status_basis", None),
        ({"status_basis": 1}, "status_basis", None),
        ({"name": 5}, "name", "must be a text; leave it out where it is not known"),
        ({"url": b"https"}, "url", "must be a text; leave it out where it is not known"),
        ({"note": ["hello"]}, "note", "must be a text; leave it out where it is not known"),
        ({"email_requested": "yes"}, "email_requested", "must be true or false; write one of the two"),
        ({"email_requested": 1}, "email_requested", "must be true or false; write one of the two"),
        ({"email_requested": None}, "email_requested", "must be true or false; write one of the two"),
        (
            {"attempts": -1},
            "attempts",
            "must be a whole number, 0 or more; give 0, 1, 2 or more, with at most 18 digits",
        ),
        (
            {"attempts": 1.0},
            "attempts",
            "must be a whole number, 0 or more; give 0, 1, 2 or more, with at most 18 digits",
        ),
        (
            {"attempts": True},
            "attempts",
            "must be a whole number, 0 or more; give 0, 1, 2 or more, with at most 18 digits",
        ),
        (
            {"attempts": "1"},
            "attempts",
            "must be a whole number, 0 or more; give 0, 1, 2 or more, with at most 18 digits",
        ),
        (
            {"attempts": 10**18},
            "attempts",
            "must be a whole number, 0 or more; give 0, 1, 2 or more, with at most 18 digits",
        ),
        ({"tags": "vip"}, "tags", "must be a list of texts; write ['vip'] for a single one"),
        ({"tags": None}, "tags", "must be a list of texts; write ['vip'] for a single one"),
        ({"tags": {"vip": False}}, "tags", "must be a list of texts; write ['vip'] for a single one"),
        ({"tags": ["vip", 1]}, "tags", "must be a list of texts; give every tag as a text"),
        ({"tags": [["vip"]]}, "tags", "must be a list of texts; give every tag as a text"),
        ({"tags": b"vip"}, "tags", "must be a list of texts; give every tag as a text"),
        ({"facts": [1]}, "facts", "must be a mapping; give names that begin with my_, and their values"),
        ({"facts": None}, "facts", "must be a mapping; give names that begin with my_, and their values"),
        (
            {"facts": {"met": 1}},
            "facts",
            "has a name that does not begin with my_; begin the name of an own fact with my_",
        ),
        (
            {"facts": {1: 1}},
            "facts",
            "has a name that does not begin with my_; begin the name of an own fact with my_",
        ),
    ],
    ids=str,
)
def test_wrong_words_and_kinds_are_refused(fields, field, what):
    """With the field, the value, and the remedy in people's words."""
    found, sentence = refused(Invitation, **fields)

    assert found == field
    assert what is None or sentence == what


@pytest.mark.parametrize(
    "value",
    ["text", True, 3, 2.5, SENT, ["a", "b"], ("a",), {"a"}, frozenset({"a"}), []],
    ids=repr,
)
def test_own_facts_are_plain(value):
    """Texts, numbers, true and false, instants, lists of texts."""
    remaining = Invitation(facts={"my_x": value}).facts["my_x"]

    assert remaining == (frozenset(value) if isinstance(value, list | tuple | set) else value)


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), object(), {"a": 1}, ["a", 1], [["a"]], b"x", date(2026, 3, 1), timedelta(1), 1j],
    ids=lambda value: type(value).__name__,
)
def test_own_facts_of_other_kinds_are_refused(value):
    """By the fact's own name."""
    field, what = refused(Invitation, facts={"my_x": value})

    assert field == "my_x"
    assert what.startswith(
        "is not a value for an own fact; give a text, a number, true or false, an instant, or a list of texts"
    )


def test_own_instants_want_their_zone_too():
    """And come to UTC."""
    zone = timezone(timedelta(hours=2))

    assert Invitation(facts={"my_met": SENT.astimezone(zone)}).facts["my_met"].tzinfo is UTC
    assert refused(Invitation, facts={"my_met": datetime(2026, 3, 1)})[0] == "my_met"  # noqa: DTZ001


def test_a_count_goes_up_to_18_digits():
    """And is whole."""
    assert Invitation(attempts=10**18 - 1).attempts == 10**18 - 1
    assert Account(pending=10**18 - 1).pending == 10**18 - 1


# accounts


@pytest.mark.parametrize("field", COUNTS)
@pytest.mark.parametrize("value", [-1, 1.0, True, "3", 10**18])
def test_an_accounts_counts_are_counts(field, value):
    """Whole numbers from 0 up."""
    assert refused(Account, **{field: value}) == (
        field,
        "must be a whole number, 0 or more; give 0, 1, 2 or more, with at most 18 digits",
    )


@pytest.mark.parametrize("value", [0, 0.0, 0.4, 1, 1.0])
def test_a_share_lies_between_nothing_and_the_whole(value):
    """Both included."""
    assert Account(rejected_share=value).rejected_share == value


@pytest.mark.parametrize("value", [-0.0001, 1.0001, 40, float("nan"), True, "40%"])
def test_a_share_outside_is_refused(value):
    """40 for 40% above all."""
    field, what = refused(Account, rejected_share=value)

    assert field == "rejected_share"
    assert what == "must be between 0% and 100%; write 0.4 for 40%"


def test_the_rest_of_an_account():
    """Its instant wants a zone, its tier is a word."""
    assert Account(restricted_at=SENT.astimezone(timezone(timedelta(hours=3)))).restricted_at.tzinfo is UTC
    assert refused(Account, restricted_at=datetime(2026, 3, 1))[0] == "restricted_at"  # noqa: DTZ001
    assert refused(Account, tier="premum") == ("tier", "is not an allowed value; did you mean “premium”?")


# from mappings


def test_an_invitation_is_itself():
    """Nothing is copied."""
    record = Invitation()

    assert as_invitation(record) is record


def test_a_mapping_is_read_by_its_keys():
    """Instants may be text, None is what nobody knows, and own facts begin with my_."""
    found = as_invitation(
        {
            "name": "Ada",
            "sent_at": "2026-03-01T11:00+01:00",
            "answered_at": None,
            "withdrawn_at": SENT,
            "relationship": None,
            "tags": ["vip"],
            "facts": {"my_a": 1, "my_b": 1},
            "my_b": 2,
            "my_c": None,
        }
    )

    assert found == Invitation(name="Ada", sent_at=SENT, withdrawn_at=SENT, tags=["vip"], facts={"my_a": 1, "my_b": 2})


@pytest.mark.parametrize(
    ("mapping", "field", "what"),
    [
        ({"send_at": SENT}, "send_at", "is not a field of an invitation; did you mean “sent_at”?"),
        ({"sent": SENT}, "sent", None),
        ({"zebra": 1}, "zebra", None),
        ({1: 1}, "record", None),
        ({None: 1}, "record", None),
        ({"sent_at": "yesterday"}, "sent_at", "is not an instant; write 2026-03-01 or 2026-03-01T10:00Z"),
        (
            {"sent_at": "2026-03-01T10:00"},
            "sent_at",
            "is not an instant; add Z for UTC, or an offset such as +01:00",
        ),
        ({"sent_at": 20260301}, "sent_at", None),
        (
            {"facts": [1], "my_x": 1},
            "facts",
            "must be a mapping; give names that begin with my_, and their values",
        ),
        (
            {"facts": {"x": 1}},
            "facts",
            "has a name that does not begin with my_; begin the name of an own fact with my_",
        ),
    ],
    ids=str,
)
def test_a_mapping_that_does_not_fit_is_refused(mapping, field, what):
    """Unknown keys with the nearest right one."""
    found, sentence = refused(as_invitation, mapping)

    assert found == field
    assert what is None or sentence == what


def test_an_unknown_key_far_from_all_is_told_the_fields():
    """And what own facts look like."""
    _, what = refused(as_invitation, {"zebra": 1})

    assert what.startswith("is not a field of an invitation; the fields are name, url, direction")
    assert what.endswith("; own facts begin with my_")


# from objects


@dataclass
class _Row:
    """A row such as an ORM gives."""

    name: str = "Ada"
    sent_at: datetime = SENT
    activity: str | None = None
    my_score: int = 3
    my_other: int = 4
    password: str = "CANARY"  # noqa: S105


_Pair = namedtuple("_Pair", ["sent_at", "tags"])  # noqa: PYI024


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (_Row(), Invitation(name="Ada", sent_at=SENT)),
        (_Pair(SENT, ("vip",)), Invitation(sent_at=SENT, tags=["vip"])),
        (SimpleNamespace(sent_at="2026-03-01T10:00Z", note=None), Invitation(sent_at=SENT)),
        (attrs.make_class("Row", ["status"])("draft"), Invitation(status="draft")),
        (type("Row", (), {"status": property(lambda _: "draft")})(), Invitation(status="draft")),
    ],
    ids=["data class", "named tuple", "namespace", "attrs", "property"],
)
def test_an_object_is_read_by_its_attributes(thing, expected):
    """Those that are fields; None is what nobody knows, and others are not looked at."""
    assert as_invitation(thing) == expected


def test_own_facts_of_an_object_are_named():
    """Only they go to `facts`; one that it does not have is not known."""
    assert as_invitation(_Row(), facts=["my_score", "my_absent"]).facts == {"my_score": 3}
    assert as_invitation(_Row(), facts=iter(["my_score"])).facts == {"my_score": 3}
    assert as_invitation({"my_score": 3}, facts=["my_score"]).facts == {"my_score": 3}


def test_a_named_fact_begins_with_my_too():
    """So that own facts and the library's never meet."""
    assert refused(as_invitation, _Row(), facts=["password"]) == (
        "facts",
        "has a name that does not begin with my_; begin the name of an own fact with my_",
    )
    assert refused(as_invitation, {"score": 1}, facts=["score"])[0] == "facts"


@pytest.mark.parametrize("thing", [None, 3, "2026-03-01", [], object(), SENT], ids=lambda thing: type(thing).__name__)
def test_what_has_none_of_the_fields_is_no_invitation(thing):
    """And the fields are reported."""
    field, what = refused(as_invitation, thing)

    assert field == "record"
    assert what.startswith("is not an invitation; give one of name, url, direction")


# accounts from plain data


def test_an_account_is_read_from_plain_data():
    """Instants and shares may be text, None is what nobody knows."""
    found = as_account({"pending": 3, "rejected_share": "40%", "restricted_at": "2026-03-01T10:00Z", "settled": None})

    assert found == Account(pending=3, rejected_share=0.4, restricted_at=SENT)
    assert as_account({"rejected_share": 0.4, "restricted_at": SENT, "tier": "free"}).tier == "free"
    assert as_account({}) == NO_ACCOUNT


@pytest.mark.parametrize(
    ("fields", "field", "what"),
    [
        ({"account_pending": 3}, "account_pending", "is not a field of an account; did you mean “pending”?"),
        ({"pendng": 3}, "pendng", "is not a field of an account; did you mean “pending”?"),
        (
            {"zebra": 3},
            "zebra",
            f"is not a field of an account; it has {', '.join(attrs.fields_dict(Account))}".replace(
                ", tier", " and tier"
            ),
        ),
        ({1: 3}, "1", None),
        (
            {"rejected_share": "140%"},
            "rejected_share",
            "is not a share; write a percentage from 0% to 100%, such as 40%",
        ),
        ({"restricted_at": "soon"}, "restricted_at", "is not an instant; write 2026-03-01 or 2026-03-01T10:00Z"),
        ({"pending": "3"}, "pending", None),
    ],
    ids=str,
)
def test_an_account_that_does_not_fit_is_refused(fields, field, what):
    """With the nearest right word."""
    found, sentence = refused(as_account, fields)

    assert found == field
    assert what is None or sentence == what


# facts


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("direction", "incoming"),
        ("status", "accepted"),
        ("relationship", "known"),
        ("activity", "weekly"),
        ("sent", SENT),
        ("answered", SENT),
        ("withdrawn", SENT),
        ("last_active", SENT),
        ("has_note", True),
        ("note_length", 5),
        ("email_requested", True),
        ("attempts", 2),
        ("tags", frozenset({"vip"})),
        ("account_pending", 1),
        ("account_sent_last_day", 2),
        ("account_sent_last_week", 3),
        ("account_settled", 4),
        ("account_rejected_share", 0.5),
        ("account_email_requests", 6),
        ("account_notes_last_month", 7),
        ("account_restricted", SENT),
        ("account_tier", "free"),
    ],
)
def test_every_fact_is_read_from_its_field(name, value):
    """As the table says."""
    record = Invitation(
        direction="incoming", status="accepted", relationship="known", activity="weekly", sent_at=SENT,
        answered_at=SENT, withdrawn_at=SENT, last_active_at=SENT, note=" hello\n", email_requested=True, attempts=2,
        tags=["vip"],
    )  # fmt: skip
    account = Account(
        pending=1, sent_last_day=2, sent_last_week=3, settled=4, rejected_share=0.5, email_requests=6,
        notes_last_month=7, restricted_at=SENT, tier="free",
    )  # fmt: skip

    assert read_fact(FACTS[name], record, account) == value


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize(
    ("name", "not_known"),
    [
        ("sent", {"pending", "accepted", "ignored", "withdrawn", "expired"}),
        ("answered", {"accepted", "ignored"}),
        ("withdrawn", {"withdrawn"}),
        ("last_active", set(STATUSES)),
        ("account_restricted", set()),
        ("account_pending", set(STATUSES)),
        ("account_rejected_share", set(STATUSES)),
    ],
)
def test_a_missing_value_is_not_known_or_did_not_happen(name, not_known, status):
    """By the record's status, as the table says."""
    expected = Absent.NOT_KNOWN if status in not_known else Absent.DID_NOT_HAPPEN

    assert read_fact(FACTS[name], Invitation(status=status), NO_ACCOUNT) is expected


@pytest.mark.parametrize(
    ("note", "length"),
    [(None, 0), ("", 0), (" \t\n\u00a0 ", 0), ("hello", 5), ("  hello  you \n", 10), ("👩\u200d💻", 3)],
    ids=repr,
)
def test_a_note_counts_without_the_white_space_around_it(note, length):
    """`has_note` is true exactly when `note_length` is at least 1."""
    record = Invitation(note=note)

    assert read_fact(FACTS["note_length"], record, NO_ACCOUNT) == length
    assert read_fact(FACTS["has_note"], record, NO_ACCOUNT) is (length >= 1)


def test_a_date_that_a_record_has_counts_whatever_its_status():
    """Records are dirty: a pending invitation may carry the date of an earlier withdrawal."""
    record = Invitation(status="draft", sent_at=SENT, withdrawn_at=SENT)

    assert read_fact(FACTS["sent"], record, NO_ACCOUNT) == SENT
    assert read_fact(FACTS["withdrawn"], record, NO_ACCOUNT) == SENT


def own(kind, words=()):
    """Introduce a fact of the policy's own."""
    return Fact(f"{OWN_PREFIX}x", kind, "invitation", f"{OWN_PREFIX}x", f"{OWN_PREFIX}x", words)


INDUSTRY = ("finance", "health", "unknown")


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("count", 3, 3),
        ("number", 2.5, 2.5),
        ("number", -3, -3),
        ("share", 0.4, 0.4),
        ("flag", False, False),
        ("clock", SENT, SENT),
        ("clock", "2026-03-01T10:00Z", SENT),
        ("tags", ["a", "b"], frozenset({"a", "b"})),
        ("tags", "a", frozenset({"a"})),
        ("choice", "health", "health"),
        ("count", None, Absent.NOT_KNOWN),
        ("number", None, Absent.NOT_KNOWN),
        ("share", None, Absent.NOT_KNOWN),
        ("flag", None, Absent.NOT_KNOWN),
        ("clock", None, Absent.NOT_KNOWN),
        ("tags", None, frozenset()),
        ("choice", None, "unknown"),
    ],
)
def test_own_facts_are_read_by_their_kind(kind, value, expected):
    """A choice is `unknown` and tags are none where the record does not say; the rest is not known."""
    record = Invitation(facts={"my_x": value})

    assert read_fact(own(kind, INDUSTRY if kind == "choice" else ()), record, NO_ACCOUNT) == expected


@pytest.mark.parametrize(
    ("kind", "value", "what"),
    [
        ("count", 2.5, "must be a whole number, 0 or more; give 0, 1, 2 or more, with at most 18 digits"),
        ("count", -1, "must be a whole number, 0 or more; give 0, 1, 2 or more, with at most 18 digits"),
        ("number", True, "must be a number; give one of at most 18 digits"),
        ("number", "3", "must be a number; give one of at most 18 digits"),
        ("number", -(10**18), "must be a number; give one of at most 18 digits"),
        ("number", 10**18, "must be a number; give one of at most 18 digits"),
        ("share", 40, "must be between 0% and 100%; write 0.4 for 40%"),
        ("flag", "yes", "must be true or false; write one of the two"),
        ("flag", 1, "must be true or false; write one of the two"),
        ("clock", "soon", "is not an instant; write 2026-03-01 or 2026-03-01T10:00Z"),
        ("clock", 3, None),
        ("tags", 3, "must be a list of texts; write ['vip'] for a single one"),
        ("choice", "helth", "is not an allowed value; did you mean “health”?"),
        ("choice", ["health"], "is not an allowed value; write finance, health or unknown"),
    ],
)
def test_own_facts_of_a_wrong_kind_are_refused_when_read(kind, value, what):
    """By their name; a record does not know the policy before."""
    field, sentence = refused(
        read_fact, own(kind, INDUSTRY if kind == "choice" else ()), Invitation(facts={"my_x": value}), NO_ACCOUNT
    )

    assert field == "my_x"
    assert what is None or sentence == what


def test_what_a_policy_does_not_name_is_not_looked_at():
    """So that styles stay interchangeable."""
    assert Invitation(facts={"my_unheard_of": "anything"}).facts


@pytest.mark.parametrize("note", [None, "", " \n", " hello "])
def test_the_words_and_flags_of_an_invitation_are_one_text(note):
    """By which deciding finds it: the same whatever kind of text the words are, and after a journey."""

    class Status(str, Enum):  # noqa: UP042  (the older way, whose members format themselves by another name)
        GONE = "withdrawn"

    record = Invitation(status="withdrawn", note=note, email_requested=True, activity="daily")
    other = Invitation(status=Status.GONE, note=note, email_requested=True, activity="daily", attempts=3)

    assert record._lookup_key == other._lookup_key == pickle.loads(pickle.dumps(record))._lookup_key
    assert record._lookup_key == f"outgoing withdrawn unknown daily yes {'yes' if note == ' hello ' else 'no'}"
    assert pickle.loads(pickle.dumps(record)) == record
