"""LinkedIn's own export, read as invitations: who was asked when, and who said yes."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar

import attrs

from invitepolicy import Invitation
from invitepolicy.sources.linkedin.archive import CONNECTIONS, INVITATIONS, PEOPLE, ExportError, read_file, read_files
from invitepolicy.sources.linkedin.csv_table import RowError, read_table
from invitepolicy.sources.linkedin.dates import date_reader
from invitepolicy.sources.linkedin.export_rows import (
    CONNECTION_FORM,
    INVITATION_FORM,
    PEOPLE_FORM,
    read_connection_row,
    read_invitation_row,
    read_person_row,
    unknown_columns,
)
from invitepolicy.sources.linkedin.matching import find_entry, register_entries
from invitepolicy.sources.linkedin.people_columns import ABOUT_THE_INVITATION
from invitepolicy.sources.problems import RowProblem, split_place

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from invitepolicy.sources.linkedin.archive import ExportFile
    from invitepolicy.sources.linkedin.csv_table import CsvRow, TableSchema
    from invitepolicy.sources.linkedin.dates import DateReader
    from invitepolicy.sources.linkedin.export_rows import ConnectionRow, InvitationRow, PersonRow

__all__ = ["Export", "ExportError", "RowProblem", "read_export"]

_T = TypeVar("_T")
_DAY: Final = timedelta(days=1)
_NAMESAKES: Final = "others have that name too; add the url"
_NO_DRAFT: Final = "status: this is no draft any more, since it was sent; empty it"
_EARLIER: Final = "status: the withdrawal lies before this invitation, and was of an earlier one; empty it"
_UNSAID: Final = "withdrawn_at: the status does not say withdrawn; write it there, if this invitation was"
_NOBODY: Final = "nobody in this export is this person; check the url, or leave the row for another export"


@attrs.frozen
class Export:
    """What an export holds: its owner's name, the invitations in the order of the source, and what was wrong.

    `places` says for each invitation where it stands (`Invitations.csv:12`). `problems` stand in the order of the
    files and their lines: level `error` for rows that could not be read, `note` for remarks.
    """

    owner: str | None = attrs.field(repr=False)
    invitations: tuple[Invitation, ...]
    places: tuple[str, ...]
    problems: tuple[RowProblem, ...]


def read_export(
    source: str | os.PathLike[str], *, people: str | os.PathLike[str] | None = None, dates: str | None = None
) -> Export:
    """Read an export folder, its zip, or an Invitations.csv with Connections.csv and people.csv beside it.

    `people` names another file than the people.csv beside the export. `dates`, `day-first` or `month-first`, says how
    dates like 03/04/2026 are meant, which LinkedIn does not write but spreadsheets do; without it such rows are told.

    `Sent At` is US Pacific wall-clock time, also where somebody rewrote it as 2026-03-14 18:41 without an offset: see
    `wall_times` beside this file. An export does not say how an invitation stands. Where the person is a connection
    now, by address or weakly by a name that nobody else bears, it was accepted, at 00:00 UTC of the day of connecting
    or when it was sent, whichever is later (`joined`), unless that whole day lies before it. Any other is taken to be
    pending (`assumed`). What people.csv says, or a column of the same name in Invitations.csv, wins (`observed`); but
    a withdrawal whose whole day lies before the invitation was of an earlier one.

    Where a person stands in both directions, `status`, `withdrawn_at`, `email_requested` and `attempts` of people.csv
    are about the invitation that was sent. A row of people.csv with the status `draft`, whose person was not invited,
    becomes an invitation not yet sent, at the end; its place is in people.csv.

    A person stands once in each direction: a row that says the same again, and one that a later invitation of the
    same person follows, are told and left out. Raises ExportError where a file cannot be read at all, or no time zone
    database is found.
    """
    calendar = date_reader(dates)
    files = read_files(source, (INVITATIONS, CONNECTIONS, *([PEOPLE] if people is None else [])))
    if people is not None:
        files[PEOPLE] = read_file(people)
    problems: list[RowProblem] = []
    sent = _read_rows(files.get(INVITATIONS), INVITATION_FORM, read_invitation_row, calendar, problems)
    connections = _read_rows(files.get(CONNECTIONS), CONNECTION_FORM, read_connection_row, calendar, problems)
    people_rows = _read_rows(files.get(PEOPLE), PEOPLE_FORM, read_person_row, calendar, problems)
    if CONNECTIONS not in files:
        problems.append(RowProblem(CONNECTIONS, "note", "it is missing, so nobody is known to have accepted"))
    problems += (RowProblem(row.place, "note", row.remark) for row in sent if row.remark is not None)
    found = _join(_once_a_direction(sent, problems), connections, _once_a_person(people_rows, problems), problems)
    order = [*(file.name for file in files.values()), CONNECTIONS]
    return Export(
        owner=_most_common(row.owner for row in sent),
        invitations=tuple(invitation for _, invitation in found),
        places=tuple(place for place, _ in found),
        problems=tuple(sorted(problems, key=lambda problem: _position(problem, order))),
    )


def _position(problem: RowProblem, order: list[str]) -> tuple[int, int]:
    name, line = split_place(problem.place)
    return order.index(name), line


def _most_common(names: Iterable[str]) -> str | None:
    counted = Counter(filter(None, names)).most_common(1)
    return counted[0][0] if counted else None


def _read_rows(
    file: ExportFile | None,
    form: TableSchema,
    read: Callable[[CsvRow, DateReader], _T | None],
    calendar: DateReader,
    problems: list[RowProblem],
) -> list[_T]:
    """Read the rows of a file, which may be missing; rows that cannot be read are told, those read as None dropped."""
    if file is None:
        return []
    table = read_table(file, form)
    problems += table.problems
    problems += unknown_columns(table, form)
    found = []
    for row in table.rows:
        try:
            found.append(read(row, calendar))
        except RowError as error:
            problems += (RowProblem(row.place, "error", what) for what in error.wrong)
    return [entry for entry in found if entry is not None]


def _once_a_direction(sent: list[InvitationRow], problems: list[RowProblem]) -> list[InvitationRow]:
    """Keep of a person's rows in one direction the latest; by name alone only the very same row is known again."""
    kept: dict[Any, InvitationRow] = {}
    for row in sent:
        person = row.person.url or row.person.member
        key = (row.direction, person) if person else (row.direction, row.person.name, row.sent_at)
        other = kept.setdefault(key, row)
        if other is row:
            continue
        if row.sent_at == other.sent_at:
            problems.append(RowProblem(row.place, "note", f"left out, since it repeats {other.place}"))
        else:
            older, kept[key] = sorted((row, other), key=lambda each: each.sent_at)
            what = f"left out, since the same person was invited again later, in {kept[key].place}"
            problems.append(RowProblem(older.place, "note", what))
    places = {row.place for row in kept.values()}
    return [row for row in sent if row.place in places]


def _once_a_person(people: list[PersonRow], problems: list[RowProblem]) -> list[PersonRow]:
    """Keep the first row of each address."""
    kept: dict[str, PersonRow] = {}
    for row in people:
        other = kept.setdefault(row.person.url or row.place, row)
        if other is not row:
            problems.append(RowProblem(row.place, "error", f"this person stands in {other.place} too; keep one row"))
    return list(kept.values())


def _shared_names(sent: list[InvitationRow]) -> frozenset[str]:
    """Find the names that several people bear: without addresses, two rows in one direction are two people."""
    bearers: dict[str, set[str | int]] = {}
    seen: Counter[tuple[str, str]] = Counter()
    for row in sent:
        name = row.person.name or ""
        seen[row.direction, name] += 1
        bearers.setdefault(name, set()).add(row.person.url or row.person.member or seen[row.direction, name])
    return frozenset(name for name, people in bearers.items() if len(people) > 1)


def _join(
    sent: list[InvitationRow], connections: list[ConnectionRow], people: list[PersonRow], problems: list[RowProblem]
) -> list[tuple[str, Invitation]]:
    """Bring together what the three files say of a person, and give each invitation with its place."""
    shared = _shared_names(sent)
    connected = register_entries((entry.person, entry) for entry in connections)
    register = register_entries((entry.person, entry) for entry in people)
    known = [find_entry(register, row.person, shared) for row in sent]
    invited = {entry.place for row, entry in zip(sent, known, strict=True) if entry and row.direction == "outgoing"}
    found = []
    for row, entry in zip(sent, known, strict=True):
        fields = _fields(row, entry, invited, problems)
        found.append((row.place, _invitation(row, find_entry(connected, row.person, shared), fields)))
    joined = {entry.place for entry in known if entry is not None}
    for entry in people:
        if entry.known.get("status") == "draft" and entry.place not in invited:
            found.append((entry.place, _draft(entry)))
        elif entry.place not in joined:
            others = entry.person.name in shared or len(register.by_name.get(entry.person.name or "", ())) > 1
            what = _NAMESAKES if entry.person.url is None and others else _NOBODY
            problems.append(RowProblem(entry.place, "note", what))
    return found


def _fields(
    row: InvitationRow, entry: PersonRow | None, invited: set[str], problems: list[RowProblem]
) -> dict[str, Any]:
    """Give what the user knows of an invitation: from its own row, and from people.csv, which wins."""
    said = {} if entry is None else dict(entry.known)
    if entry is not None and row.direction == "incoming" and (entry.place in invited or said.get("status") == "draft"):
        said = {name: value for name, value in said.items() if name not in ABOUT_THE_INVITATION}
    fields = {**row.known, **said, "facts": {**row.known.get("facts", {}), **said.get("facts", {})}}
    remark = _remark(fields.get("status"), fields.get("withdrawn_at"), row.sent_at)
    if remark is not None:
        in_people = entry is not None and ("status" in said or "withdrawn_at" in said)
        problems.append(RowProblem(entry.place if entry is not None and in_people else row.place, "note", remark))
    if remark in (_NO_DRAFT, _EARLIER):
        del fields["status"]
    return fields


def _remark(status: str | None, withdrawn_at: datetime | None, sent_at: datetime) -> str | None:
    """Say what about a status cannot be of this invitation, or is missing."""
    if status == "draft":
        return _NO_DRAFT
    if withdrawn_at is None:
        return None
    is_earlier = withdrawn_at + _DAY <= sent_at
    if status == "withdrawn" and is_earlier:
        return _EARLIER
    return _UNSAID if status is None and not is_earlier else None


def _invitation(row: InvitationRow, connection: ConnectionRow | None, known: Mapping[str, Any]) -> Invitation:
    accepted_at = _accepted_at(row.sent_at, connection)
    derived = ("pending", "assumed") if accepted_at is None else ("accepted", "joined")
    status, basis = (known["status"], "observed") if "status" in known else derived
    return Invitation(
        **{
            **known,
            "name": row.name,
            "url": row.url,
            "direction": row.direction,
            "status": status,
            "status_basis": basis,
            "sent_at": row.sent_at,
            "answered_at": accepted_at if status == "accepted" else None,
            "note": row.note,
        }
    )


def _accepted_at(sent_at: datetime, connection: ConnectionRow | None) -> datetime | None:
    """Give when a connection accepted; None where the whole day of connecting lies before the invitation."""
    if connection is None or connection.since + _DAY <= sent_at:
        return None
    return max(sent_at, connection.since)


def _draft(entry: PersonRow) -> Invitation:
    return Invitation(**{**entry.known, "name": entry.name, "url": entry.url, "status_basis": "observed"})
