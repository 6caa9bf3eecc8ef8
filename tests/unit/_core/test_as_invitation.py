"""Records of every kind that an application has: mappings, data classes, attrs, pydantic, rows of a database."""

from __future__ import annotations

import pickle
from collections import ChainMap, OrderedDict, UserDict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum, StrEnum
from types import MappingProxyType, SimpleNamespace
from typing import Any, NamedTuple

import attrs
import freezegun
import pytest
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import DateTime, String, create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.orm.exc import DetachedInstanceError

from invitepolicy import Invitation, RecordError, as_invitation, decide, decide_each, parse_policy

SENT = datetime(2026, 3, 1, 10, tzinfo=UTC)
NOW = SENT + timedelta(days=3)
EXPECTED = Invitation(sent_at=SENT, activity="daily", tags=["vip"], facts={"my_score": 3})
POLICY = parse_policy(
    """
invitepolicy: 1
name: p
facts: {my_score: count, my_met: clock}
decisions:
  call:
    rules:
      - {rule: liked, when: {my_score: at least 3, sent: at least 3 days ago}, then: "call", because: "{my_score}"}
    otherwise: {then: wait, because: Not yet.}
"""
)


def refused(thing, **named):
    """Return the field and the words with which a record is refused."""
    with pytest.raises(RecordError) as caught:
        as_invitation(thing, **named)
    return caught.value.field, f"{caught.value.what}; {caught.value.hint}"


# the kinds of records


@dataclass(frozen=True, slots=True)
class _Data:
    sent_at: datetime
    activity: str | None = None
    tags: list[str] = field(default_factory=list)
    my_score: int | None = None


@attrs.define
class _Attrs:
    sent_at: datetime
    activity: str = "daily"
    tags: tuple[str, ...] = ("vip",)
    my_score: int = 3


class _Model(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    sent_at: datetime = Field(alias="sentAt")
    activity: str | None = None
    tags: set[str] = set()
    my_score: int | None = None


class _Activity(StrEnum):
    DAILY = "daily"


class _Pair(NamedTuple):
    sent_at: datetime
    activity: str
    tags: list[str]
    my_score: int
    status: Any = None


class _Finer(datetime):
    """An instant that knows more than microseconds, as a data frame's does."""

    nanosecond = 999


class _Missing(datetime):
    """A data frame's mark for an instant that is missing: by its class it is one."""

    def utcoffset(self):
        raise ValueError


class _Slots:
    __slots__ = ("activity", "my_score", "sent_at", "status", "tags")

    def __init__(self):
        self.sent_at, self.activity, self.tags, self.my_score = SENT, "daily", {"vip"}, 3


class _Lazy:
    """Reads its fields when they are asked for, as a proxy does."""

    def __init__(self, fields):
        self._fields = fields

    def __getattr__(self, name):
        try:
            return self._fields[name]
        except KeyError:
            raise AttributeError(name) from None


FIELDS = {"sent_at": SENT, "activity": "daily", "tags": ["vip"], "my_score": 3}


@pytest.mark.parametrize(
    "thing",
    [
        FIELDS,
        {**FIELDS, "sent_at": "2026-03-01T11:00+01:00"},
        {**FIELDS, "note": None, "status": None, "my_met": None},
        MappingProxyType(FIELDS),
        OrderedDict(reversed(FIELDS.items())),
        ChainMap({"activity": "daily"}, {**FIELDS, "activity": "weekly"}),
        UserDict(FIELDS),
        _Data(SENT, "daily", ["vip"], 3),
        _Attrs(SENT),
        _Model(sentAt="2026-03-01T10:00Z", activity="daily", tags={"vip"}, my_score=3),
        _Model(sentAt=SENT, activity="daily", tags={"vip"}, my_score=3).model_dump(),
        SimpleNamespace(**FIELDS, note=None),
        SimpleNamespace(**{**FIELDS, "activity": _Activity.DAILY}),
        _Slots(),
        _Lazy(FIELDS),
        _Pair(**FIELDS),
    ],
    ids=lambda thing: type(thing).__name__,
)
def test_a_record_of_any_kind_is_read(thing):
    """By key or by attribute: the same invitation comes out, plain through and through."""
    found = as_invitation(thing, facts=["my_score", "my_met"])

    assert found == EXPECTED
    assert type(found.sent_at) is datetime
    assert pickle.loads(pickle.dumps(found)) == found


def test_decide_takes_whatever_as_invitation_takes():
    """Own facts stand among a mapping's keys; of an object they are named, so it is read beforehand."""
    things = [FIELDS, as_invitation(_Attrs(SENT), facts=["my_score"])]

    answers = [advice["call"] for advice in decide_each(POLICY, things, now=NOW)]

    assert [(answer.outcome, answer.reason) for answer in answers] == [("call", "3")] * 2
    assert decide(POLICY, _Attrs(SENT), now=NOW)["call"].outcome == "undetermined"


# rows of a database


class _Base(DeclarativeBase):
    pass


class _Row(_Base):
    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None] = mapped_column(String)
    sent: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    activity: Mapped[str | None] = mapped_column(String)
    my_score: Mapped[int | None]

    @property
    def sent_at(self):
        """SQLite keeps no zones: the application says which one it is."""
        return self.sent.replace(tzinfo=UTC)


@pytest.fixture
def session():
    """Return a session over a database in memory that holds one row."""
    engine = create_engine("sqlite://")
    _Base.metadata.create_all(engine)
    with Session(engine) as found:
        found.add(_Row(id=1, name="Ada", sent=SENT, activity="daily", my_score=3))
        found.commit()
        yield found
    engine.dispose()


def test_an_orm_object_is_read_by_its_attributes(session):
    """Its other columns are not looked at; a property puts the zone back that the database forgot."""
    found = as_invitation(session.get(_Row, 1), facts=["my_score"])

    assert found == Invitation(name="Ada", sent_at=SENT, activity="daily", facts={"my_score": 3})


def test_a_row_without_its_zone_is_refused(session):
    """What SQLite gives back is naive, and nobody can know in which zone that was."""
    row = session.get(_Row, 1)
    mapping = {"sent_at": row.sent, "activity": row.activity}

    assert refused(mapping) == (
        "sent_at", "must be a timezone-aware datetime; add tzinfo=timezone.utc, or the zone it is in",
    )  # fmt: skip


def test_what_a_database_raises_is_passed_on(session):
    """A lost connection is no property of the record."""
    row = session.get(_Row, 1)
    session.expire(row)
    session.expunge(row)

    with pytest.raises(DetachedInstanceError) as caught:
        as_invitation(row)
    assert isinstance(caught.value, SQLAlchemyError)


def test_a_property_that_fails_inside_is_not_taken_for_missing():
    """Else a slip in the application would silently read “not known”."""

    class Row:
        status = "pending"

        @property
        def sent_at(self):
            return self.no_such_column

    field, what = refused(Row())

    assert (field, what) == ("sent_at", "cannot be read; give None where it is not known")
    with pytest.raises(RecordError) as caught:
        as_invitation(Row())
    assert isinstance(caught.value.__cause__, AttributeError)


def test_what_a_property_raises_besides_is_passed_on():
    """Whatever it is."""

    class Row:
        @property
        def note(self):
            raise OSError(5, "gone")

    with pytest.raises(OSError, match="gone"):
        as_invitation(Row())


# what is no record


def test_a_class_is_no_record():
    """Its defaults and descriptors are not data."""
    for thing in (_Data, _Attrs, _Model, _Row, Invitation):
        assert refused(thing) == ("record", "is a class, not a record; give one of its objects")


def test_an_object_of_which_nothing_is_known_is_a_record_all_the_same():
    """As an empty mapping is; an object without any of the fields is none."""
    assert as_invitation(SimpleNamespace(sent_at=None, note=None)) == as_invitation({}) == Invitation()
    assert refused(SimpleNamespace(sent=SENT))[1].startswith("is not an invitation; give one of name, url")


def test_the_names_of_own_facts_are_a_list():
    """A single text would be taken for its letters."""
    assert refused(_Attrs(SENT), facts="my_score") == (
        "facts", "must be a list of names; write ['my_score'] for a single one",
    )  # fmt: skip


# what does not fit


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("sentAt", "did you mean “sent_at”?"),
        ("Sent At", "did you mean “sent_at”?"),
        ("sent", "did you mean “sent_at”?"),
        ("zebra", "the fields are name, url, direction"),
        ("Activity", "did you mean “activity”?"),
        ("relation", "did you mean “relationship”?"),
        ("tag", "did you mean “tags”?"),
        ("score", "own facts begin with my_"),
        (3, "own facts begin with my_"),
        (None, "own facts begin with my_"),
    ],
)
def test_an_unknown_key_is_refused_with_a_suggestion(key, words):
    """So that a mistyped one is not silently “not known”."""
    _, what = refused({"status": "pending", key: "x"})

    assert what.startswith("is not a field of an invitation; ")
    assert words in what


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"sent_at": datetime(2026, 3, 1)}, "must be a timezone-aware datetime; add tzinfo=timezone.utc"),  # noqa: DTZ001
        ({"sent_at": date(2026, 3, 1)}, "say which instant of that day, with its zone"),
        ({"sent_at": 1_772_359_200}, "must be a timezone-aware datetime; give an instant"),
        ({"sent_at": "2026-03-01T10:00"}, "is not an instant; add Z for UTC, or an offset such as +01:00"),
        ({"sent_at": "01.03.2026"}, "is not an instant; write 2026-03-01 or 2026-03-01T10:00Z"),
        ({"sent_at": "20260301"}, "is not an instant; write 2026-03-01"),
        ({"sent_at": "2026-02-30"}, "is not an instant; check the month, the day"),
        ({"sent_at": ""}, "is not an instant"),
        ({"sent_at": b"2026-03-01"}, "must be a timezone-aware datetime"),
        ({"sent_at": _Missing(1, 1, 1)}, "is not an instant; leave it out where it is not known"),
        ({"sent_at": datetime.min.replace(tzinfo=timezone(timedelta(hours=1)))}, "between the years 1 and 9999"),
        ({"activity": "Daily"}, "did you mean “daily”?"),
        ({"activity": Enum("Activity", ["daily"])(1)}, "write daily, weekly, occasional or unknown"),
        ({"status": True}, "is not an allowed value"),
        ({"status": ["draft"]}, "is not an allowed value"),
        ({"attempts": 1.0}, "must be a whole number, 0 or more; give 0, 1, 2 or more, with at most 18 digits"),
        ({"attempts": "1"}, "must be a whole number"),
        ({"attempts": -1}, "must be a whole number"),
        ({"attempts": True}, "must be a whole number"),
        ({"email_requested": 1}, "must be true or false; write one of the two"),
        ({"email_requested": "yes"}, "must be true or false; write one of the two"),
        ({"note": 3}, "must be a text; leave it out where it is not known"),
        ({"tags": "vip"}, "must be a list of texts; write ['vip'] for a single one"),
        ({"tags": 3}, "must be a list of texts"),
        ({"tags": ["vip", None]}, "must be a list of texts; give every tag as a text"),
        ({"facts": ["my_score"]}, "must be a mapping; give names"),
        ({"facts": {"score": 1}}, "has a name that does not begin with my_; begin the name of an own fact with my_"),
        ({"my_met": datetime(2026, 3, 1)}, "must be a timezone-aware datetime"),  # noqa: DTZ001
        ({"my_met": date(2026, 3, 1)}, "give a text, a number, true or false"),
        ({"my_score": float("nan")}, "give a text, a number, true or false"),
    ],
)
def test_a_wrong_value_is_refused_whichever_way_it_comes(fields, what):
    """From a mapping and from an object, by the field's name; the text shows no value."""
    (name,) = fields

    for thing in (fields, SimpleNamespace(**{"url": None, **fields})):
        field, sentence = refused(thing, facts=["my_met", "my_score"])
        assert what in sentence
        assert name in (field, "facts")


def test_facts_may_stand_together_and_apart():
    """Those among the keys win over those under `facts`."""
    found = as_invitation({"facts": {"my_score": 1, "my_met": SENT}, "my_score": 2})

    assert found.facts == {"my_score": 2, "my_met": SENT}


def test_text_instants_of_objects_and_of_own_clocks_are_read():
    """Where a policy says that an own fact is a clock."""
    row = SimpleNamespace(sent_at="2026-03-01T10:00Z", my_met="2026-03-01")
    policy = parse_policy(
        "invitepolicy: 1\nname: p\nfacts: {my_met: clock}\ndecisions: {d: {rules: [{rule: r, "
        "when: {my_met: at least 3 days ago}, then: a, because: '{my_met}'}], otherwise: {then: b, because: x}}}\n"
    )

    answer = decide(policy, as_invitation(row, facts=["my_met"]), now=NOW)["d"]

    assert as_invitation(row).sent_at == SENT
    assert (answer.outcome, answer.reason) == ("a", "2026-03-01")


@pytest.mark.parametrize(
    "instant",
    [
        _Finer(2026, 3, 1, 11, tzinfo=timezone(timedelta(hours=1))),
        _Finer(2026, 3, 1, 10, tzinfo=UTC),
        SENT.astimezone(timezone(timedelta(hours=-9, minutes=-30))),
    ],
)
def test_instants_of_other_kinds_become_plain_ones_in_utc(instant):
    """A data frame's nanoseconds are cut, so that whatever is printed can be read."""
    found = as_invitation({"sent_at": instant}).sent_at

    assert type(found) is datetime
    assert found == SENT
    assert found.tzinfo is UTC


def test_a_frozen_clock_s_instants_become_plain_ones():
    """So that a record made in a test survives it."""
    with freezegun.freeze_time(SENT):
        found = as_invitation({"sent_at": datetime.now(UTC)}).sent_at

    assert pickle.dumps(found) == pickle.dumps(SENT)
