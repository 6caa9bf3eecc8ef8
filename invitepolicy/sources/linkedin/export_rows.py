"""The rows of an export: an invitation, a connection, and what the user knows of a person."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any, Final, TypeVar

import attrs

from invitepolicy._core.text import did_you_mean, quoted
from invitepolicy.sources.csv_safe import unescape_cell
from invitepolicy.sources.linkedin.csv_table import CellError, RowError, TableSchema
from invitepolicy.sources.linkedin.dates import is_dated, read_day, read_wall_time
from invitepolicy.sources.linkedin.matching import PersonKey, person_key
from invitepolicy.sources.linkedin.people_columns import COLUMNS, is_known, read_knowledge
from invitepolicy.sources.problems import RowProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from invitepolicy.sources.linkedin.csv_table import CsvRow, CsvTable
    from invitepolicy.sources.linkedin.dates import DateReader

_T = TypeVar("_T")
_DIRECTIONS: Final = {"OUTGOING": "outgoing", "INCOMING": "incoming"}
_INVITER: Final = ("From", "inviterProfileUrl", "inviterProfileUrn")
_INVITEE: Final = ("To", "inviteeProfileUrl", "inviteeProfileUrn")
_AS_EXPORTED: Final = "give the file as LinkedIn exported it, with its header in English"

INVITATION_FORM: Final = TableSchema(
    needed=(("From",), ("To",), ("Sent At",), ("Message",), ("Direction",)),
    optional=(*_INVITER[1:], *_INVITEE[1:], *COLUMNS),
    remedy=_AS_EXPORTED,
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
    remedy=f"begin it with a line that names its columns: {', '.join(('url', 'name', *COLUMNS))}",
    is_row=lambda _: True,
)


@attrs.frozen
class InvitationRow:
    """A row of Invitations.csv: the owner, the other person, when and with which note, and columns of the user's."""

    place: str
    owner: str = attrs.field(repr=False)
    person: PersonKey
    direction: str
    name: str | None = attrs.field(repr=False)
    url: str | None = attrs.field(repr=False)
    sent_at: datetime
    remark: str | None
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


def read_invitation_row(row: CsvRow, calendar: DateReader) -> InvitationRow:
    """Read a row of Invitations.csv, also of a copy in which formulas were defused. Raises RowError."""
    known, wrong = read_knowledge(row, calendar)
    direction = _DIRECTIONS.get(row.read("Direction").upper())
    if direction is None:
        raise RowError("Direction: this is neither OUTGOING nor INCOMING")
    mine, theirs = (_INVITER, _INVITEE) if direction == "outgoing" else (_INVITEE, _INVITER)
    name, url, member = (unescape_cell(row.read(column)) or None for column in theirs)
    if name is None and url is None:
        wrong.append(f"{theirs[0]}: it is empty; nobody knows who this is")
    try:
        sent_at, remark = _dated(row, "Sent At", calendar, read_wall_time)
    except RowError as error:
        raise RowError(*error.wrong, *wrong) from None
    if wrong:
        raise RowError(*wrong)
    return InvitationRow(
        place=row.place,
        owner=unescape_cell(row.read(mine[0])),
        person=person_key(url, name, member),
        direction=direction,
        name=name,
        url=url,
        sent_at=sent_at,
        remark=remark,
        note=_note(row.cells["Message"]),
        known=known,
    )


def read_connection_row(row: CsvRow, calendar: DateReader) -> ConnectionRow | None:
    """Read a row of Connections.csv; one that names nobody (a hidden member) is None. Raises RowError."""
    person = person_key(row.read("URL"), f"{row.read('First Name')} {row.read('Last Name')}".strip())
    if person == person_key(None, None):
        return None
    day = _dated(row, "Connected On", calendar, read_day)
    return ConnectionRow(row.place, person, datetime.combine(day, time(), UTC))


def read_person_row(row: CsvRow, calendar: DateReader) -> PersonRow:
    """Read a row of people.csv. Raises RowError."""
    known, wrong = read_knowledge(row, calendar)
    name, url = (unescape_cell(row.read(column)) or None for column in ("name", "url"))
    if name is None and url is None:
        wrong.append("it names nobody; give a url or a name")
    if wrong:
        raise RowError(*wrong)
    return PersonRow(row.place, person_key(url, name), name, url, known)


def unknown_columns(table: CsvTable, form: TableSchema) -> Iterator[RowProblem]:
    """Remark on the columns of people.csv that nobody reads, and on slips of the pen in those of Invitations.csv."""
    for column in table.columns:
        if not column or is_known(column) or column in form.optional or (column,) in form.needed:
            continue
        hint = did_you_mean(column, COLUMNS, f"its columns are {', '.join(PEOPLE_FORM.optional)}, and my_…")
        if form is PEOPLE_FORM or (form is INVITATION_FORM and hint.endswith("?")):
            yield RowProblem(table.header, "note", f"the column {quoted(column)} is not read; {hint}")


def _dated(row: CsvRow, column: str, calendar: DateReader, read: Callable[[str, DateReader], _T]) -> _T:
    text = row.read(column)
    if not text:
        raise RowError(f"{column}: it is empty; write a date like 2026-03-14 18:41")
    try:
        return read(text, calendar)
    except CellError as error:
        raise RowError(f"{column}: {error.what}") from None


def _note(text: str) -> str | None:
    """Give a note as it stands, its line breaks as one character each; a blank one is none."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if text.strip() else None
