"""A people.csv to fill in with what LinkedIn does not export: a row for each person with a pending invitation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invitepolicy.sources.csv_safe import write_table
from invitepolicy.sources.linkedin.matching import person_key
from invitepolicy.sources.linkedin.people_columns import COLUMNS

if TYPE_CHECKING:
    from invitepolicy.sources.linkedin import Export


def write_people_sheet(export: Export) -> str:
    """Return the text of a people.csv to fill in: the people whose invitations are pending, in the order of the export.

    Addresses and names are filled in, escaped where a spreadsheet would run them; `read_export` reads them back. A
    person with invitations in both directions gets one row.
    """
    people: dict[str, tuple[str, str]] = {}
    for invitation in export.invitations:
        person = person_key(invitation.url, invitation.name)
        if invitation.status == "pending":
            # A prefix, so that no name is taken for an address.
            key = person.url or f"a name: {person.name}"
            people.setdefault(key, (invitation.url or "", invitation.name or ""))
    return write_table(("url", "name", *COLUMNS), [(*names, *("" for _ in COLUMNS)) for names in people.values()])
