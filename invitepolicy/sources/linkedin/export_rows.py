"""The rows of an export: an invitation, a connection, and what the user knows of a person."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any, Final, TypeVar

import attrs

from invitepolicy._core.text import closest, did_you_mean, quoted
from invitepolicy.sources.csv_safe import unescape_cell
from invitepolicy.sources.linkedin.csv_table import TableSchema
from invitepolicy.sources.linkedin.dates import is_dated, read_day, read_wall_time
from invitepolicy.sources.linkedin.matching import PersonKey, person_key
from invitepolicy.sources.linkedin.people_columns import COLUMNS, is_known, read_knowledge
from invitepolicy.sources.problems import Mistake, MistakeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from invitepolicy.sources.linkedin.csv_table import CsvRow, CsvTable
    from invitepolicy.sources.linkedin.dates import DateReader
    from invitepolicy.sources.problems import RowProblem

_T = TypeVar("_T")
_DIRECTIONS: Final = {"OUTGOING": "outgoing", "INCOMING": "incoming"}
# The columns of a party: name, address, and the member number of older exports.
_INVITER: Final = ("From", "inviterProfileUrl", "inviterProfileUrn")
_INVITEE: Final = ("To", "inviteeProfileUrl", "inviteeProfileUrn")
_NO_DIRECTION: Final = Mistake("direction", "must be OUTGOING or INCOMING", column="Direction")
_NOBODY: Final = Mistake("nobody", "the row names nobody", "give a url or a name")
_AS_EXPORTED: Final = "give the file as LinkedIn exported it, with its header in English"

INVITATION_FORM: Final = TableSchema(
    needed=(("From",), ("To",), ("Sent At",), ("Message",), ("Direction",)),
    optional=(*_INVITER[1:], *_INVITEE[1:], *COLUMNS),
    remedy=_AS_EXPORTED,
    # A line inside a note hardly has a direction and a date in just these columns.
    is_row=lambda row: row.read("Direction").upper() in _DIRECTIONS and is_dated(row.read("Sent At")),
)
CONNECTION_FORM: Final = TableSchema(
    needed=(("First Name",), ("Last Name",), ("Connected On",)),
    optional=("URL",),
    remedy=_AS_EXPORTED,
    is_row=lambda row: is_dated(row.read("Connected On")),
)
PEOPLE_FORM: Final = TableSchema(
    needed=(("url", "name"),),
    optional=("url", "name", *COLUMNS),
    remedy=f"begin the file with a line that names its columns: {', '.join(('url', 'name', *COLUMNS))}",
    # There is no column for notes, whose lines could look like rows: the number of cells is enough.
    is_row=lambda _: True,
)


@attrs.frozen
class InvitationRow:
    """A row of Invitations.csv: the owner, the other person, when and with which note, and the user's own columns."""

    place: str
    owner: str = attrs.field(repr=False)
    person: PersonKey
    direction: str
    name: str | None = attrs.field(repr=False)
    url: str | None = attrs.field(repr=False)
    sent_at: datetime
    remark: Mistake | None
    note: str | None = attrs.field(repr=False)
    known: Mapping[str, Any] = attrs.field(repr=False)


@attrs.frozen
class ConnectionRow:
    """A row of Connections.csv: a person, and the first instant of the day of connecting."""

    place: str
    person: PersonKey
    since: datetime


@attrs.frozen
class PersonRow:
    """A row of people.csv: a person, and the fields of their invitation that the user knows."""

    place: str
    person: PersonKey
    name: str | None = attrs.field(repr=False)
    url: str | None = attrs.field(repr=False)
    known: Mapping[str, Any] = attrs.field(repr=False)


def read_invitation_row(row: CsvRow, dates: DateReader) -> InvitationRow:
    """Read a row of Invitations.csv, also of a copy in which formulas were escaped. Raise MistakeError."""
    known, mistakes = read_knowledge(row, dates)
    direction = _DIRECTIONS.get(row.read("Direction").upper())
    # Without it nothing says which party is the other person, so that no further cell is judged.
    if direction is None:
        raise MistakeError(_NO_DIRECTION)
    owners, theirs = (_INVITER, _INVITEE) if direction == "outgoing" else (_INVITEE, _INVITER)
    name, url, member = (unescape_cell(row.read(column)) or None for column in theirs)
    if name is None and url is None:
        mistakes.append(Mistake("empty", "is empty", "give the other person's name or address", theirs[0]))
    # Everything that is wrong with the row is reported at once, its date first.
    try:
        sent_at, remark = _dated(row, "Sent At", dates, read_wall_time)
    except MistakeError as error:
        raise MistakeError(*error.mistakes, *mistakes) from None
    if mistakes:
        raise MistakeError(*mistakes)
    return InvitationRow(
        place=row.place,
        owner=unescape_cell(row.read(owners[0])),
        person=person_key(url, name, member),
        direction=direction,
        name=name,
        url=url,
        sent_at=sent_at,
        remark=remark,
        # Not by `read`, since the white space of a note belongs to it.
        note=_note(row.cells["Message"]),
        known=known,
    )


def read_connection_row(row: CsvRow, dates: DateReader) -> ConnectionRow | None:
    """Read a row of Connections.csv; one that names nobody (a hidden member) is None. Raise MistakeError."""
    person = person_key(row.read("URL"), f"{row.read('First Name')} {row.read('Last Name')}".strip())
    if person == person_key(None, None):
        return None
    day = _dated(row, "Connected On", dates, read_day)
    return ConnectionRow(row.place, person, datetime.combine(day, time(), UTC))


def read_person_row(row: CsvRow, dates: DateReader) -> PersonRow:
    """Read a row of people.csv. Raise MistakeError with everything that is wrong with it."""
    known, mistakes = read_knowledge(row, dates)
    name, url = (unescape_cell(row.read(column)) or None for column in ("name", "url"))
    if name is None and url is None:
        mistakes.append(_NOBODY)
    if mistakes:
        raise MistakeError(*mistakes)
    return PersonRow(row.place, person_key(url, name), name, url, known)


def unknown_columns(table: CsvTable, form: TableSchema) -> Iterator[RowProblem]:
    """Yield a note for each unread column of people.csv, and for each likely misspelling in Invitations.csv."""
    for column in table.columns:
        if not column or is_known(column) or column in form.optional or (column,) in form.needed:
            continue
        hint = did_you_mean(column, COLUMNS, f"its columns are {', '.join(PEOPLE_FORM.optional)}, and my_…")
        # LinkedIn's own files have columns that nobody needs: there, only a likely misspelling is noted.
        if form is PEOPLE_FORM or (form is INVITATION_FORM and closest(column, COLUMNS) is not None):
            yield Mistake("unknown-column", f"the column {quoted(column)} is not read", hint).at(table.header, "note")


def _dated(row: CsvRow, column: str, dates: DateReader, read: Callable[[str, DateReader], _T]) -> _T:
    text = row.read(column)
    if not text:
        raise MistakeError(Mistake("empty", "is empty", "write a date like 2026-03-14 18:41", column))
    try:
        return read(text, dates)
    except MistakeError as error:
        raise MistakeError(*(attrs.evolve(mistake, column=column) for mistake in error.mistakes)) from None


def _note(text: str) -> str | None:
    """Return a note as it stands, with one character for each line break; a blank one is None."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if text.strip() else None
