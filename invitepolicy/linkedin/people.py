"""The sheet in which the user says what LinkedIn does not export: one row for each person who is waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invitepolicy.linkedin.joining import identify
from invitepolicy.linkedin.knowledge import COLUMNS
from invitepolicy.spreadsheet import write_table

if TYPE_CHECKING:
    from invitepolicy.linkedin import Export


def write_people_sheet(export: Export) -> str:
    """Write a people.csv for the people whose invitations are pending, in the order of the export, to be filled in.

    Addresses and names are filled in, and are no formulas to a spreadsheet; `read_export` reads them back. A person
    who stands in both directions gets one row.
    """
    people: dict[str, tuple[str, str]] = {}
    for invitation in export.invitations:
        person = identify(invitation.url, invitation.name)
        if invitation.status == "pending":
            key = person.url or f"a name: {person.name}"
            people.setdefault(key, (invitation.url or "", invitation.name or ""))
    return write_table(("url", "name", *COLUMNS), [(*names, *("" for _ in COLUMNS)) for names in people.values()])
