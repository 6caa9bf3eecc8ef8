"""What is judged: an invitation, the account that sends it, and the facts that lines read from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import Enum
from sys import intern
from typing import Any, Final, TypeVar, assert_never

import attrs

from invitepolicy._core.errors import RecordError
from invitepolicy._core.facts import ACTIVITIES, BASES, DIRECTIONS, OWN_PREFIX, RELATIONSHIPS, STATUSES, TIERS, Fact
from invitepolicy._core.fields import (
    check_count,
    check_flag,
    check_number,
    check_share,
    check_text,
    check_word,
    instant_of,
    own_facts_of,
    tags_of,
)
from invitepolicy._core.frozen import ByFields, FrozenMapping
from invitepolicy._core.quantities import QuantityError, parse_instant, parse_share
from invitepolicy._core.text import did_you_mean, join_words


class Absent(Enum):
    """Why a fact has no value: nobody knows it, or it did not happen."""

    NOT_KNOWN = "not known"
    DID_NOT_HAPPEN = "did not happen"


Q = TypeVar("Q", datetime, float)
Value = str | bool | int | float | datetime | frozenset[str] | Absent


def _utc_instants(record: object, fields: tuple[str, ...]) -> None:
    for field in fields:
        value = getattr(record, field)
        if value is not None:
            object.__setattr__(record, field, instant_of(field, value))


_INVITATION_WORDS: Final = {
    "direction": DIRECTIONS,
    "status": STATUSES,
    "relationship": RELATIONSHIPS,
    "activity": ACTIVITIES,
}
_INVITATION_INSTANTS: Final = ("sent_at", "answered_at", "withdrawn_at", "last_active_at")
_ACCOUNT_COUNTS: Final = (
    "pending", "sent_last_day", "sent_last_week", "settled", "email_requests", "notes_last_month",
)  # fmt: skip


class _Plain(ByFields):
    """What an invitation keeps beside its fields: its words and flags as one text, by which deciding finds it."""

    __slots__ = ("_lookup_key",)

    _lookup_key: str


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Invitation(_Plain):
    """An invitation to connect, as far as it is known.

    Instants are datetimes with a time zone and are kept in UTC; None is *not known* (or *did not happen*: see
    `invitepolicy._core.facts`). `attempts` counts earlier invitations to the same person. `facts` holds a
    policy's own facts, by names that begin with `my_`. `status_basis` says how the status is known. Raises
    RecordError for an instant without a zone, an unknown word or a wrong type.
    """

    name: str | None = attrs.field(default=None, repr=False)
    url: str | None = attrs.field(default=None, repr=False)
    direction: str = "outgoing"
    status: str = "pending"
    status_basis: str | None = None
    sent_at: datetime | None = None
    answered_at: datetime | None = None
    withdrawn_at: datetime | None = None
    last_active_at: datetime | None = None
    relationship: str = "unknown"
    activity: str = "unknown"
    note: str | None = attrs.field(default=None, repr=False)
    email_requested: bool = False
    attempts: int = 0
    tags: frozenset[str] = attrs.field(default=frozenset(), converter=tags_of)
    facts: Mapping[str, Any] = attrs.field(factory=FrozenMapping, converter=own_facts_of, repr=False)

    def __attrs_post_init__(self) -> None:
        """Check every field, and bring the instants to UTC."""
        for field, known in _INVITATION_WORDS.items():
            if getattr(self, field) not in known:
                check_word(field, getattr(self, field), known)
        _utc_instants(self, _INVITATION_INSTANTS)
        if self.status_basis is not None:
            check_word("status_basis", self.status_basis, BASES)
        check_text("name", self.name)
        check_text("url", self.url)
        check_text("note", self.note)
        check_flag("email_requested", self.email_requested)
        check_count("attempts", self.attempts)
        object.__setattr__(self, "_lookup_key", _lookup_key(self))

    def __getstate__(self) -> dict[str, Any]:
        """Pickle the fields alone."""
        return {name: getattr(self, name) for name in _FIELDS}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take the fields as they were checked before."""
        for name, value in state.items():
            object.__setattr__(self, name, value)
        object.__setattr__(self, "_lookup_key", _lookup_key(self))


def _lookup_key(invitation: Invitation) -> str:
    note = invitation.note
    asked = "asked" if invitation.email_requested else "-"
    noted = "noted" if note is not None and note != "" and not note.isspace() else "-"
    words = (invitation.status, invitation.relationship, invitation.activity, invitation.direction)
    return intern(" ".join((*words, asked, noted)))  # joined, since a word may be of a kind that formats itself


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Account(ByFields):
    """How an account stands: counts of outgoing invitations, and what LinkedIn did to it.

    None is *not known*. `rejected_share` is a part of the whole, from 0 to 1; `restricted_at` is the instant of
    LinkedIn's last refusal, and None says that there was none. Raises RecordError as `Invitation` does.
    """

    pending: int | None = None
    sent_last_day: int | None = None
    sent_last_week: int | None = None
    settled: int | None = None
    rejected_share: float | None = None
    email_requests: int | None = None
    notes_last_month: int | None = None
    restricted_at: datetime | None = None
    tier: str = "unknown"

    def __attrs_post_init__(self) -> None:
        """Check every field, and bring the instant to UTC."""
        for field in _ACCOUNT_COUNTS:
            if getattr(self, field) is not None:
                check_count(field, getattr(self, field))
        if self.rejected_share is not None:
            check_share("rejected_share", self.rejected_share)
        _utc_instants(self, ("restricted_at",))
        check_word("tier", self.tier, TIERS)


NO_ACCOUNT: Final = Account()
_FIELDS: Final = tuple(field.name for field in attrs.fields(Invitation))


def as_invitation(thing: object, *, facts: Iterable[str] = ()) -> Invitation:
    """Read an invitation from a mapping, or from the attributes of any object.

    A mapping's instants may be text (`2026-03-01T10:00Z`); its keys that begin with `my_` are own facts, and a key
    that is no field is refused with a suggestion. Of an object (a data class, an attrs, pydantic or ORM object) the
    attributes named as the fields are read, and those named in `facts` as own facts; others are not looked at.
    None stands for a field that is not known. Raises RecordError; what an attribute itself raises (a database that
    is gone) is passed on.
    """
    if isinstance(thing, Invitation):
        return thing
    if isinstance(facts, str):
        raise RecordError("facts", facts, "facts are a list of names; write ['my_score'] for a single one")
    names = tuple(facts)
    if isinstance(thing, Mapping):
        return Invitation(**_read_mapping(thing, names))
    if isinstance(thing, type):
        raise RecordError("record", thing, "this is a class, and no record of it; give one of its objects")
    found = _read_attributes(thing, _FIELDS)
    if not found:
        raise RecordError("record", thing, f"this is not an invitation; it has none of {join_words(_FIELDS)}")
    return Invitation(**_read_fields(_known(found), _known(_read_attributes(thing, names))))


def _known(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _read_attributes(thing: object, names: Iterable[str]) -> dict[str, Any]:
    """Read those attributes that the object has."""
    found = {}
    for name in names:
        try:
            found[name] = getattr(thing, name)
        except AttributeError as error:
            if isinstance(getattr(type(thing), name, None), property):
                # It is there, and fails inside: taken for missing it would silently be “not known”.
                raise RecordError(name, None, "reading it failed; give None where it is not known") from error
    return found


def _read_mapping(thing: Mapping[Any, Any], facts: tuple[str, ...]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    own: dict[str, Any] = {}
    for key, value in thing.items():
        if key in _FIELDS:
            fields[key] = value
        elif isinstance(key, str) and (key.startswith(OWN_PREFIX) or key in facts):
            own[key] = value
        else:
            hint = f"the fields are {join_words(_FIELDS, 'and')}; own facts begin with my_"
            shown = key if isinstance(key, str) else "record"
            raise RecordError(shown, value, f"an invitation has no such field; {did_you_mean(shown, _FIELDS, hint)}")
    return _read_fields(_known(fields), own)


def _read_fields(fields: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    for field in _INVITATION_INSTANTS:
        if isinstance(fields.get(field), str):
            fields[field] = _read_instant(field, fields[field])
    if own:
        fields["facts"] = {**own_facts_of(fields.get("facts", {})), **own}
    return fields


def _read_instant(field: str, text: str) -> datetime:
    return _read_text(parse_instant, "instant", field, text)


def _read_text(parse: Callable[[str], Q], what: str, field: str, text: str) -> Q:
    try:
        return parse(text)
    except QuantityError as error:
        hint = error.hint
    # Raised out here, so that no error which quotes the text hangs on it.
    raise RecordError(field, text, f"this is no {what}; {hint}")


def as_account(fields: Mapping[str, Any]) -> Account:
    """Read an account from plain data; instants and shares may be text (`2026-03-01`, `40%`). Raises RecordError."""
    known = [field.name for field in attrs.fields(Account)]
    found = {}
    for name, value in fields.items():
        if name not in known:
            hint = did_you_mean(str(name).removeprefix("account_"), known, f"it has {join_words(known, 'and')}")
            raise RecordError(str(name), value, f"an account has no such field; {hint}")
        if value is not None:
            found[name] = _account_value(name, value)
    return Account(**found)


def _account_value(name: str, value: Any) -> Any:
    if name == "restricted_at" and isinstance(value, str):
        return _read_instant(name, value)
    if name == "rejected_share" and isinstance(value, str):
        return _read_text(parse_share, "share", name, value)
    return value


def read_fact(fact: Fact, invitation: Invitation, account: Account) -> Value:
    """Give a fact's value for this record, or why it has none. Raises RecordError for an own fact of a wrong kind."""
    if fact.field == "note":
        note = (invitation.note or "").strip()
        return bool(note) if fact.kind == "flag" else len(note)
    if fact.name.startswith(OWN_PREFIX):
        return _read_own(fact, invitation.facts.get(fact.name))
    value: Value | None = getattr(invitation if fact.subject == "invitation" else account, fact.field)
    if value is not None:
        return value
    if fact.happens is None or (fact.subject == "invitation" and invitation.status in fact.happens):
        return Absent.NOT_KNOWN
    return Absent.DID_NOT_HAPPEN


def _read_own(fact: Fact, value: Any) -> Value:
    if value is None:
        return _OWN_MISSING.get(fact.kind, Absent.NOT_KNOWN)
    match fact.kind:
        case "choice":
            check_word(fact.name, value, fact.words)
        case "flag":
            check_flag(fact.name, value)
        case "count":
            check_count(fact.name, value)
        case "number":
            check_number(fact.name, value)
        case "share":
            check_share(fact.name, value)
        case "clock":
            return _read_instant(fact.name, value) if isinstance(value, str) else instant_of(fact.name, value)
        case "tags":
            return frozenset({value}) if isinstance(value, str) else tags_of(value, fact.name)
        case _ as never:
            assert_never(never)
    return value  # type: ignore[no-any-return]  # checked just above


_OWN_MISSING: Final[dict[str, Value]] = {"choice": "unknown", "tags": frozenset()}
