"""A finding of lint: its level, its place, its remedy and a record that shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

import attrs

from invitepolicy._core.errors import Location

if TYPE_CHECKING:
    from invitepolicy._core.policy import Path, Policy
    from invitepolicy._prove.witness import Witness

Level = Literal["warning", "note"]
FEWER: Final = "use fewer rules, fewer facts, or fewer tags in one rule"  # the remedy of every `unproven`


@attrs.frozen
class Finding:
    """Something in a policy that is valid but probably not intended (a warning), or worth knowing (a note).

    `code` is stable, for programs. `what` and `hint` are sentences without a full stop, for people. `witness` is a
    record that shows the finding; None where no single record can (a setting without effect, say).
    """

    level: Level
    code: str
    place: Location
    what: str
    hint: str
    witness: Witness | None = None


def own_data(policy: Policy) -> dict[str, Any]:
    """Return the data of the policy's own file, without that of its parents."""
    # The parents' files come first, the policy's own is the last.
    return policy._files[-1].data


def locate_key(policy: Policy, path: Path) -> Location:
    """Return the place of a key in the policy's own file."""
    document = policy._files[-1]
    return Location(document.path.replace("\\", "/").rpartition("/")[2], *document.key_mark(path))
