"""What lint says: a finding, its level, its place, its remedy and the record that shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import attrs

from invitepolicy._core.policy import Location

if TYPE_CHECKING:
    from invitepolicy._core.policy import Path, Policy
    from invitepolicy._prove.witness import Witness

Level = Literal["warning", "note"]


@attrs.frozen
class Finding:
    """Something in a policy that is allowed and hardly meant (a warning), or good to know (a note).

    `code` is a stable word for programs; `witness` is a record that shows it, where one can.
    """

    level: Level
    code: str
    place: Location
    what: str
    hint: str
    witness: Witness | None = None


def own(policy: Policy) -> dict[str, Any]:
    """Give the data of the policy's own file, without its parents."""
    return policy._files[-1].data


def place_of(policy: Policy, path: Path) -> Location:
    """Give the place of a key of the policy's own file."""
    document = policy._files[-1]
    return Location(document.path.replace("\\", "/").rpartition("/")[2], *document.key_mark(path))
