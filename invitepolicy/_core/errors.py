"""What can go wrong, as values: problems of a policy, and refusals of a record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from invitepolicy._core.frozen import Ordered
from invitepolicy._core.text import clip, safe_text

if TYPE_CHECKING:
    from collections.abc import Iterable

_PRINTED = 20
_LONGEST = 500
_LONGEST_PATH = 140


@attrs.frozen(eq=False, repr=False)
class Problem(Ordered):
    """One thing that is wrong with a policy file, with its place and its remedy.

    `line` and `column` count from 1. `what` says what is wrong, `hint` what would be right, and `code` is a
    stable word for programs. `str(problem)` is `file:line:column: what; hint`.
    """

    path: str
    line: int
    column: int
    what: str
    hint: str
    code: str

    def __str__(self) -> str:
        """Give the problem as one line of at most 500 characters without control characters."""
        place = f"{clip(safe_text(self.path), _LONGEST_PATH)}:{self.line}:{self.column}: "
        said = f"{self.what}; {self.hint}" if self.hint else self.what
        return place + clip(safe_text(said), _LONGEST - len(place))


class InvitePolicyError(Exception):
    """Anything this library refuses: the one class to catch."""


class PolicyError(InvitePolicyError):
    """A policy that cannot be used, with every problem found, sorted by place."""

    problems: tuple[Problem, ...]

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Keep the problems, sorted by file, line and column."""
        self.problems = tuple(sorted(problems))
        super().__init__(self.problems)

    def __str__(self) -> str:
        """Print the first 20 problems, a line each, and the number of the rest."""
        lines = [str(problem) for problem in self.problems[:_PRINTED]]
        rest = len(self.problems) - _PRINTED
        if rest > 0:
            lines.append(f"… and {rest} more problems")
        return "\n".join(lines)


class RecordError(InvitePolicyError):
    """A record's field that cannot be used: `field`, the `value` it had, and in the text what would be right.

    The text never repeats the value: names, notes and addresses do not belong in logs.
    """

    field: str
    value: object
    what: str

    def __init__(self, field: str, value: object, what: str) -> None:
        """Keep the field's name, the value as given, and the sentence."""
        self.field, self.value, self.what = field, value, what
        super().__init__(field, value, what)

    def __str__(self) -> str:
        """Say what is wrong, without the value."""
        return f"{safe_text(self.field)}: {self.what}"

    def __repr__(self) -> str:
        """Name the field only: a log must not show the value."""
        return f"RecordError({self.field!r}, …, {self.what!r})"
