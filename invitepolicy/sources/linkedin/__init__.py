"""LinkedIn's own export, read as invitations: who was invited when, and who accepted."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar

import attrs

from invitepolicy import Invitation
from invitepolicy.sources.linkedin.archive import CONNECTIONS, INVITATIONS, PEOPLE, ExportError, read_file, read_files
from invitepolicy.sources.linkedin.csv_table import read_table
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
from invitepolicy.sources.problems import Mistake, MistakeError, RowProblem, split_place

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
_NO_CONNECTIONS: Final = Mistake("no-connections", "the file is missing, so no invitation counts as accepted")
_NAMESAKES: Final = Mistake("namesakes", "others have the same name", "add the url")
_NO_DRAFT: Final = Mistake("sent-draft", "the invitation was sent and is not a draft any more", "empty it", "status")
_EARLIER: Final = Mistake(
    "earlier-withdrawal", "the withdrawal is before this invitation, so it was of an earlier one", "empty it", "status"
)
_NOT_WITHDRAWN: Final = Mistake(
    "not-withdrawn", "the status is not withdrawn", "set it, if this invitation was withdrawn", "withdrawn_at"
)
_NO_MATCH: Final = Mistake(
    "no-match", "no invitation of this export is to or from this person", "check the url, or keep the row for another"
)


@attrs.frozen
class Export:
    """The content of an export: its owner's name, the invitations in the order of the source, and the problems.

    `places` has the place of each invitation (`Invitations.csv:12`). `problems` are in the order of the files and
    their lines: level `error` for rows that could not be read, `note` for remarks.
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
    dates like 03/04/2026 are meant, which spreadsheets write and LinkedIn does not; without it, such rows are problems.

    `Sent At` is US Pacific wall-clock time, also where it was rewritten as 2026-03-14 18:41 without an offset: see the
    module `dates`. All instants of the result are in UTC.

    An export does not contain the status of an invitation. If the person is a connection now, by address or weakly by
    a unique name, the invitation was accepted, at 00:00 UTC of the day of connecting or when it was sent, whichever is
    later (`status_basis` is `joined`), unless that whole day is before it. Any other counts as pending (`assumed`). A
    value in people.csv, or in a column of the same name in Invitations.csv, takes precedence (`observed`); but a
    withdrawal whose whole day is before the invitation was of an earlier one.

    If a person occurs in both directions, `status`, `withdrawn_at`, `email_requested` and `attempts` of people.csv are
    about the outgoing invitation. A row of people.csv with the status `draft`, whose person was not invited, becomes
    an invitation not yet sent, at the end; its place is in people.csv.

    A person occurs once in each direction: a repeated row, and one that a later invitation of the same person
    follows, are left out with a note. A row that cannot be read is left out with an `error` for each thing wrong with
    it; an export without rows has no invitations, and a missing Connections.csv is a note.

    Raise ExportError if a file cannot be read at all or is larger than 256 MiB, if Invitations.csv is missing, for
    another value of `dates`, or if there is no time zone database.
    """
    reader = date_reader(dates)
    files = read_files(source, (INVITATIONS, CONNECTIONS, *([PEOPLE] if people is None else [])))
    if people is not None:
        files[PEOPLE] = read_file(people)
    problems: list[RowProblem] = []
    sent = _read_rows(files.get(INVITATIONS), INVITATION_FORM, read_invitation_row, reader, problems)
    connections = _read_rows(files.get(CONNECTIONS), CONNECTION_FORM, read_connection_row, reader, problems)
    people_rows = _read_rows(files.get(PEOPLE), PEOPLE_FORM, read_person_row, reader, problems)
    if CONNECTIONS not in files:
        problems.append(_NO_CONNECTIONS.at(CONNECTIONS, "note"))
    problems += (row.remark.at(row.place, "note") for row in sent if row.remark is not None)
    joined = _join(_once_a_direction(sent, problems), connections, _once_a_person(people_rows, problems), problems)
    # A missing Connections.csv is no file, but has a problem. Sorting keeps the order within a line.
    order = [*(file.name for file in files.values()), CONNECTIONS]
    return Export(
        owner=_most_common(row.owner for row in sent),
        invitations=tuple(invitation for _, invitation in joined),
        places=tuple(place for place, _ in joined),
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
    reader: DateReader,
    problems: list[RowProblem],
) -> list[_T]:
    """Read the rows of a file, which may be missing; those that cannot be read become problems, None is dropped."""
    if file is None:
        return []
    table = read_table(file, form)
    problems += table.problems
    problems += unknown_columns(table, form)
    entries = []
    for row in table.rows:
        try:
            entries.append(read(row, reader))
        except MistakeError as error:
            problems += (mistake.at(row.place) for mistake in error.mistakes)
    return [entry for entry in entries if entry is not None]


def _once_a_direction(sent: list[InvitationRow], problems: list[RowProblem]) -> list[InvitationRow]:
    """Return the latest of each person's rows in one direction; by name alone, only identical rows are repeated."""
    latest: dict[Any, InvitationRow] = {}
    for row in sent:
        person = row.person.url or row.person.member
        key = (row.direction, person) if person else (row.direction, row.person.name, row.sent_at)
        other = latest.setdefault(key, row)
        if other is row:
            continue
        if row.sent_at == other.sent_at:
            problems.append(Mistake("repeated", f"left out, since it repeats {other.place}").at(row.place, "note"))
        else:
            older, latest[key] = sorted((row, other), key=lambda each: each.sent_at)
            what = f"left out, since the same person was invited again later, in {latest[key].place}"
            problems.append(Mistake("superseded", what).at(older.place, "note"))
    # `latest` is in the order of each person's first row; the result is in the order of the export.
    places = {row.place for row in latest.values()}
    return [row for row in sent if row.place in places]


def _once_a_person(people: list[PersonRow], problems: list[RowProblem]) -> list[PersonRow]:
    """Return the first row of each address."""
    first: dict[str, PersonRow] = {}
    for row in people:
        # Two rows that only have a name may be two people, so that each counts by its own place.
        other = first.setdefault(row.person.url or row.place, row)
        if other is not row:
            problems.append(Mistake("twice", f"the same person is in {other.place}", "keep one row").at(row.place))
    return list(first.values())


def _shared_names(sent: list[InvitationRow]) -> frozenset[str]:
    """Return the names that several people share: without addresses, two rows in one direction are two people."""
    bearers: dict[str, set[str | int]] = {}
    seen: Counter[tuple[str, str]] = Counter()
    for row in sent:
        name = row.person.name or ""
        # A row that only has a name counts by its number within its direction: the first one out and the
        # first one in are one person, who invited the owner and was invited; the second one out is another.
        seen[row.direction, name] += 1
        bearers.setdefault(name, set()).add(row.person.url or row.person.member or seen[row.direction, name])
    return frozenset(name for name, people in bearers.items() if len(people) > 1)


def _join(
    sent: list[InvitationRow], connections: list[ConnectionRow], people: list[PersonRow], problems: list[RowProblem]
) -> list[tuple[str, Invitation]]:
    """Join the three files by person, and return each invitation with its place."""
    shared = _shared_names(sent)
    connected = register_entries((entry.person, entry) for entry in connections)
    register = register_entries((entry.person, entry) for entry in people)
    known = [find_entry(register, row.person, shared) for row in sent]
    # The rows of people.csv whose person was invited: what they say of an invitation is about that one.
    invited = {entry.place for row, entry in zip(sent, known, strict=True) if entry and row.direction == "outgoing"}
    invitations = []
    for row, entry in zip(sent, known, strict=True):
        fields = _fields(row, entry, invited, problems)
        invitations.append((row.place, _invitation(row, find_entry(connected, row.person, shared), fields)))
    # Each row of people.csv ends as knowledge, as a draft, or as a remark.
    joined = {entry.place for entry in known if entry is not None}
    for entry in people:
        # Not `joined`: a draft to somebody who has only invited the owner is still to be sent.
        if entry.known.get("status") == "draft" and entry.place not in invited:
            invitations.append((entry.place, _draft(entry)))
        elif entry.place not in joined:
            others = entry.person.name in shared or len(register.by_name.get(entry.person.name or "", ())) > 1
            mistake = _NAMESAKES if entry.person.url is None and others else _NO_MATCH
            problems.append(mistake.at(entry.place, "note"))
    return invitations


def _fields(
    row: InvitationRow, entry: PersonRow | None, invited: set[str], problems: list[RowProblem]
) -> dict[str, Any]:
    """Return what the user knows of an invitation: from its own row, and from people.csv, which takes precedence."""
    observed = {} if entry is None else dict(entry.known)
    # A draft is always outgoing, so that it is not about an invitation that came in.
    if (
        entry is not None
        and row.direction == "incoming"
        and (entry.place in invited or observed.get("status") == "draft")
    ):
        observed = {name: value for name, value in observed.items() if name not in ABOUT_THE_INVITATION}
    fields = {**row.known, **observed, "facts": {**row.known.get("facts", {}), **observed.get("facts", {})}}
    remark = _remark(fields.get("status"), fields.get("withdrawn_at"), row.sent_at)
    # The remark belongs in the file in which the user wrote the status or the date.
    if remark is not None:
        in_people = entry is not None and ("status" in observed or "withdrawn_at" in observed)
        problems.append(remark.at(entry.place if entry is not None and in_people else row.place, "note"))
    # Only the status goes: an earlier withdrawal keeps its date, and the status follows from the connections.
    if remark in (_NO_DRAFT, _EARLIER):
        del fields["status"]
    return fields


def _remark(status: str | None, withdrawn_at: datetime | None, sent_at: datetime) -> Mistake | None:
    """Return what is wrong with the status or the date of withdrawal that a user gave, or None."""
    if status == "draft":
        return _NO_DRAFT
    if withdrawn_at is None:
        return None
    # A date alone is read as 00:00 UTC, but stands for any time of its day.
    is_earlier = withdrawn_at + _DAY <= sent_at
    if status == "withdrawn" and is_earlier:
        return _EARLIER
    # A date without a status belongs to an earlier invitation, or the status was forgotten.
    return _NOT_WITHDRAWN if status is None and not is_earlier else None


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
            # With another observed status (withdrawn, say), the connection came about in another way.
            "answered_at": accepted_at if status == "accepted" else None,
            "note": row.note,
        }
    )


def _accepted_at(sent_at: datetime, connection: ConnectionRow | None) -> datetime | None:
    """Return when a connection accepted; None if the whole day of connecting is before the invitation."""
    if connection is None or connection.since + _DAY <= sent_at:
        return None
    # The day of connecting has no time: on the day of the invitation, 00:00 would be before it.
    return max(sent_at, connection.since)


def _draft(entry: PersonRow) -> Invitation:
    return Invitation(**{**entry.known, "name": entry.name, "url": entry.url, "status_basis": "observed"})
