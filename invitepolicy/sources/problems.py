"""A row that could not be read, or a remark about one that was: its place, and what."""

from __future__ import annotations

from typing import Literal

import attrs


@attrs.frozen
class RowProblem:
    """Something about a row: its place (`Invitations.csv:12`, `Invitations.csv:12-14`), and what.

    Level `error`: the row was left out. Level `note`: a remark, which changes no exit status.
    """

    place: str
    level: Literal["error", "note"]
    what: str


def split_place(place: str) -> tuple[str, int]:
    """Give the file and the first line of a place; line 0 where it is the whole file."""
    name, _, line = place.rpartition(":")
    first = line.partition("-")[0]
    return (name, int(first)) if name and first.isdecimal() else (place, 0)
