"""What is wrong with the rows of a source: as data while it is read, as a RowProblem once its place is known."""

from __future__ import annotations

from typing import Literal

import attrs

Level = Literal["error", "note"]


@attrs.frozen
class RowProblem:
    """Something about a row: its place (`Invitations.csv:12`, `Invitations.csv:12-14`), and what, with its remedy.

    Level `error`: the row was left out. Level `note`: a remark, which changes no exit status.
    """

    place: str
    level: Level
    what: str


@attrs.frozen
class Mistake:
    """What is wrong with a cell, a row or a line: a stable code, what is wrong, what would be right, and the column.

    No part repeats what might be a name, a note or an address.
    """

    code: str
    what: str
    hint: str = ""
    column: str = ""

    def __str__(self) -> str:
        """Return `column: what; hint`, without the parts that are empty."""
        text = f"{self.what}; {self.hint}" if self.hint else self.what
        return f"{self.column}: {text}" if self.column else text

    def at(self, place: str, level: Level = "error") -> RowProblem:
        """Return this mistake as a problem at a place."""
        return RowProblem(place, level, str(self))


class MistakeError(ValueError):
    """A cell, a row or a line that cannot be read: everything that is wrong with it."""

    mistakes: tuple[Mistake, ...]

    def __init__(self, *mistakes: Mistake) -> None:
        """Keep the mistakes, in the order in which they are reported."""
        super().__init__(*mistakes)
        self.mistakes = mistakes

    def __str__(self) -> str:
        """Return the mistakes, a line each."""
        return "\n".join(map(str, self.mistakes))


def split_place(place: str) -> tuple[str, int]:
    """Return the file and the first line of a place; line 0 where the place is a whole file."""
    # The last colon, since the name of a file may hold others: `a:b.csv:12`.
    name, _, line = place.rpartition(":")
    first = line.partition("-")[0]
    return (name, int(first)) if name and first.isdecimal() else (place, 0)
