"""The records: an invitation, the account that sends it, and the facts that conditions read from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import Enum
from operator import attrgetter
from sys import intern
from typing import Any, Final, TypeVar, assert_never

import attrs

from invitepolicy._core.errors import InvalidInputError, RecordError
from invitepolicy._core.facts import BASES, OWN_PREFIX, Fact, field_facts
from invitepolicy._core.fields import (
    check_count,
    check_flag,
    check_number,
    check_share,
    check_text,
    check_word,
    read_instant,
    read_own_facts,
    read_tags,
)
from invitepolicy._core.frozen import ByFields, FrozenMapping
from invitepolicy._core.quantities import parse_instant, parse_share
from invitepolicy._core.text import did_you_mean, join_words


class Absent(Enum):
    """Why a fact has no value: it is not known, or it did not happen."""

    NOT_KNOWN = "not known"
    DID_NOT_HAPPEN = "did not happen"


Q = TypeVar("Q", datetime, float)
Value = str | bool | int | float | datetime | frozenset[str] | Absent


# What each field may hold follows from the facts: a new one needs a line there and a field here.
_INVITATION_WORDS: Final = {fact.field: fact.words for fact in field_facts("invitation", "choice")}
_INVITATION_INSTANTS: Final = tuple(fact.field for fact in field_facts("invitation", "clock"))
_INVITATION_FLAGS: Final = tuple(fact.field for fact in field_facts("invitation", "flag"))
_INVITATION_COUNTS: Final = tuple(fact.field for fact in field_facts("invitation", "count"))
_ACCOUNT_WORDS: Final = {fact.field: fact.words for fact in field_facts("account", "choice")}
_ACCOUNT_INSTANTS: Final = tuple(fact.field for fact in field_facts("account", "clock"))
_ACCOUNT_SHARES: Final = tuple(fact.field for fact in field_facts("account", "share"))
_ACCOUNT_COUNTS: Final = tuple(fact.field for fact in field_facts("account", "count"))
_choices_of: Final = attrgetter(*_INVITATION_WORDS)
_FLAG_TEXTS: Final = {True: "yes", False: "no"}


def _convert_instants(record: object, fields: tuple[str, ...]) -> None:
    for field in fields:
        value = getattr(record, field)
        if value is not None:
            # The record is frozen for everybody but its own constructor.
            object.__setattr__(record, field, read_instant(field, value))


class _WithLookupKey(ByFields):
    """The words and flags of an invitation as one text: the key by which its answers are looked up."""

    __slots__ = ("_lookup_key",)

    # In a base class that attrs does not make: in `Invitation` it would be a field, compared and passed in.
    _lookup_key: str


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Invitation(_WithLookupKey):
    """An invitation to connect, as far as it is known: frozen, and equal to another with equal fields.

    * `name`, `url`, `note`: text about the other person; never shown by `repr`.
    * `direction` (`outgoing`, `incoming`), `status` (`draft`, `pending`, `accepted`, `ignored`, `withdrawn`,
      `expired`), `relationship` (`known`, `logical`, `stranger`, `unknown`), `activity` (`daily`, `weekly`,
      `occasional`, `unknown`): words, compared exactly.
    * `status_basis`: how the status is known (`observed`, `joined`, `assumed`), or None; decides nothing.
    * `sent_at`, `answered_at`, `withdrawn_at`, `last_active_at` (the other person's): timezone-aware datetimes, brought
      to UTC. None is *not known*, or *did not happen* where the status says so: a pending invitation without
      `withdrawn_at` was not withdrawn, a withdrawn one was at an unknown instant.
    * `attempts`: how many invitations to the same person came before this one, 0 or more.
    * `tags`: texts, kept as a frozenset. `facts`: a policy's own facts, by names that begin with `my_`.

    Raise RecordError for the first field that does not fit: a naive datetime, an unknown word, a wrong type.
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
    tags: frozenset[str] = attrs.field(default=frozenset(), converter=read_tags)
    facts: Mapping[str, Any] = attrs.field(factory=FrozenMapping, converter=read_own_facts, repr=False)

    def __attrs_post_init__(self) -> None:
        """Check every field, and bring the instants to UTC."""
        for field, known in _INVITATION_WORDS.items():
            # Looked up here first, to save a call a field: nearly every word is right.
            if getattr(self, field) not in known:
                check_word(field, getattr(self, field), known)
        _convert_instants(self, _INVITATION_INSTANTS)
        if self.status_basis is not None:
            check_word("status_basis", self.status_basis, BASES)
        check_text("name", self.name)
        check_text("url", self.url)
        check_text("note", self.note)
        for field in _INVITATION_FLAGS:
            check_flag(field, getattr(self, field))
        for field in _INVITATION_COUNTS:
            check_count(field, getattr(self, field))
        object.__setattr__(self, "_lookup_key", _lookup_key(self))

    def __getstate__(self) -> dict[str, Any]:
        """Pickle the fields alone."""
        # Without the look-up key: text that is unpickled is not interned, so the key is made again.
        return {name: getattr(self, name) for name in _FIELDS}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take the fields as they were checked before."""
        for name, value in state.items():
            object.__setattr__(self, name, value)
        object.__setattr__(self, "_lookup_key", _lookup_key(self))


def _lookup_key(invitation: Invitation) -> str:
    note = invitation.note
    # The same as `bool(note.strip())`, as `read_fact` has it, without a copy of the note.
    has_note = note is not None and note != "" and not note.isspace()
    flags = [_FLAG_TEXTS[getattr(invitation, field)] for field in _INVITATION_FLAGS]
    # Joined and not formatted, since a word may be a member of an Enum, which formats itself in its own way.
    # Interned, so that equal keys are one object: a dictionary finds them without comparing the text.
    return intern(" ".join((*_choices_of(invitation), *flags, _FLAG_TEXTS[has_note])))


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Account(ByFields):
    """The account that sends the invitations: counts of outgoing ones, and what LinkedIn did to it.

    Counts and shares that are None are *not known*; `summarize` works them out from a list of invitations. `pending`
    counts those that wait now, `sent_last_day` and `sent_last_week` those of the last 24 hours and 7 days, `settled`
    those of the last 90 days that were answered, withdrawn or sent at least 2 weeks ago. `rejected_share` is the part
    of these that was not accepted, from 0 to 1. `email_requests` counts the people of the last 30 days whose e-mail
    address LinkedIn asked for, `notes_last_month` the invitations with a note. `restricted_at` is the instant of
    LinkedIn's last refusal; None says that there was none. `tier` is `free`, `premium` or `unknown`.

    Raise RecordError as `Invitation` does.
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
        for field in _ACCOUNT_SHARES:
            if getattr(self, field) is not None:
                check_share(field, getattr(self, field))
        _convert_instants(self, _ACCOUNT_INSTANTS)
        for field, known in _ACCOUNT_WORDS.items():
            check_word(field, getattr(self, field), known)


NO_ACCOUNT: Final = Account()
_FIELDS: Final = tuple(field.name for field in attrs.fields(Invitation))


def as_invitation(thing: object, *, facts: Iterable[str] = ()) -> Invitation:
    """Read an invitation from a mapping, or from the attributes of any object.

    A mapping's instants may be text (`2026-03-01T10:00Z`); its keys that begin with `my_` are own facts, and a key
    that is no field is refused with a suggestion. Of an object (a data class, an attrs, pydantic or ORM object) the
    attributes named as the fields are read, and those named in `facts` as own facts; others are not looked at.
    None stands for a field that is not known. An `Invitation` is returned as it is.

    Raise RecordError where the thing has none of the fields, or one that does not fit. What an attribute itself raises
    (a database that is gone) is passed on.
    """
    if isinstance(thing, Invitation):
        return thing
    # A text would be taken apart into letters, and no fact be found.
    if isinstance(facts, str):
        raise RecordError("facts", facts, "must be a list of names", "write ['my_score'] for a single one", "own-facts")
    names = tuple(facts)
    if isinstance(thing, Mapping):
        return Invitation(**_read_mapping(thing, names))
    # The attributes of a class are defaults or descriptors, not one record's values.
    if isinstance(thing, type):
        raise RecordError("record", thing, "is a class, not a record", "give one of its objects", "record")
    fields = _read_attributes(thing, _FIELDS)
    if not fields:
        raise RecordError("record", thing, "is not an invitation", f"give one of {join_words(_FIELDS)}", "record")
    return Invitation(**_read_fields(_known(fields), _known(_read_attributes(thing, names))))


def _known(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _read_attributes(thing: object, names: Iterable[str]) -> dict[str, Any]:
    """Read those attributes that the object has."""
    values = {}
    for name in names:
        try:
            values[name] = getattr(thing, name)
        except AttributeError as error:
            if isinstance(getattr(type(thing), name, None), property):
                # It is there, and fails inside: taken for missing it would silently be “not known”.
                raise RecordError(
                    name, None, "cannot be read", "give None where it is not known", "unreadable"
                ) from error
    return values


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
            hint = did_you_mean(shown, _FIELDS, hint)
            raise RecordError(shown, value, "is not a field of an invitation", hint, "unknown-field")
    return _read_fields(_known(fields), own)


def _read_fields(fields: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    for field in _INVITATION_INSTANTS:
        if isinstance(fields.get(field), str):
            fields[field] = _parse_instant(field, fields[field])
    if own:
        fields["facts"] = {**read_own_facts(fields.get("facts", {})), **own}
    return fields


def _parse_instant(field: str, text: str) -> datetime:
    return _parse(parse_instant, "instant", field, text)


def _parse(parse: Callable[[str], Q], kind: str, field: str, text: str) -> Q:
    try:
        return parse(text)
    except InvalidInputError as error:
        hint = error.hint
    # Raised out here, so that no error which quotes the text hangs on it.
    article = "an" if kind == "instant" else "a"
    raise RecordError(field, text, f"is not {article} {kind}", hint, kind)


def as_account(fields: Mapping[str, Any]) -> Account:
    """Read an account from plain data; instants and shares may be text (`2026-03-01`, `40%`). Raise RecordError."""
    known = [field.name for field in attrs.fields(Account)]
    values = {}
    for name, value in fields.items():
        if name not in known:
            hint = did_you_mean(str(name).removeprefix("account_"), known, f"it has {join_words(known, 'and')}")
            raise RecordError(str(name), value, "is not a field of an account", hint, "unknown-field")
        if value is not None:
            values[name] = _account_value(name, value)
    return Account(**values)


def _account_value(name: str, value: Any) -> Any:
    if name in _ACCOUNT_INSTANTS and isinstance(value, str):
        return _parse_instant(name, value)
    if name in _ACCOUNT_SHARES and isinstance(value, str):
        return _parse(parse_share, "share", name, value)
    return value


def read_fact(fact: Fact, invitation: Invitation, account: Account) -> Value:
    """Return a fact's value for this record, or why it has none. Raise RecordError for an own fact of a wrong kind."""
    # Blank is no note, for both facts, and a missing note has length 0: neither fact is ever absent.
    if fact.field == "note":
        note = (invitation.note or "").strip()
        return bool(note) if fact.kind == "flag" else len(note)
    if fact.name.startswith(OWN_PREFIX):
        return _read_own(fact, invitation.facts.get(fact.name))
    value: Value | None = getattr(invitation if fact.subject == "invitation" else account, fact.field)
    if value is not None:
        return value
    # A pending invitation was not withdrawn; a withdrawn one was, at an instant that is not known.
    if fact.happens is None or (fact.subject == "invitation" and invitation.status in fact.happens):
        return Absent.NOT_KNOWN
    return Absent.DID_NOT_HAPPEN


def _read_own(fact: Fact, value: Any) -> Value:
    if value is None:
        # A choice has a word for what is not known, and whoever has no tags has the empty set of them.
        return _OWN_MISSING.get(fact.kind, Absent.NOT_KNOWN)
    # Checked only now: the record does not know the policy, and the same record may meet several.
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
            return _parse_instant(fact.name, value) if isinstance(value, str) else read_instant(fact.name, value)
        case "tags":
            return frozenset({value}) if isinstance(value, str) else read_tags(value, fact.name)
        case _ as never:
            assert_never(never)
    return value  # type: ignore[no-any-return]  # checked just above


_OWN_MISSING: Final[dict[str, Value]] = {"choice": "unknown", "tags": frozenset()}
