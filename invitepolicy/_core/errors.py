"""What can go wrong, as values: problems of a policy with their location, and refusals of a record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from invitepolicy._core.frozen import Ordered
from invitepolicy._core.text import clip, safe_text

if TYPE_CHECKING:
    from collections.abc import Iterable

# Messages stay readable in a terminal however much is wrong; `problems` always holds everything.
_PRINTED = 20
_LONGEST = 500
# Less than a third of the line, so that a long path never leaves the message without room.
_LONGEST_PATH = 140


@attrs.frozen(eq=False, repr=False)
class Location(Ordered):
    """The file, line and column of something in a policy; `str()` is `faq.yaml:18`."""

    file: str
    line: int
    column: int = 1

    def __str__(self) -> str:
        """Return the file and the line."""
        return f"{self.file}:{self.line}"


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
        """Return the problem as one line of at most 500 characters without control characters."""
        place = f"{clip(safe_text(self.path), _LONGEST_PATH)}:{self.line}:{self.column}: "
        message = f"{self.what}; {self.hint}" if self.hint else self.what
        return place + clip(safe_text(message), _LONGEST - len(place))


class InvalidInputError(ValueError):
    """A text or value that the notation does not allow, as data: whoever knows its place turns it into a problem.

    `code` is a stable word for programs, `what` says what is wrong and `hint` what would be right. `inside` is the path
    from the value that was read to the part that is at fault, and `key` says that the part's key is. Never leaves the
    library: it becomes a `Problem` or a `RecordError`.
    """

    def __init__(
        self, code: str, what: str, hint: str, inside: tuple[str | int, ...] = (), *, key: bool = False
    ) -> None:
        """Keep the parts."""
        super().__init__(what)
        self.code, self.what, self.hint, self.inside, self.key = code, what, hint, inside, key


class InvitePolicyError(Exception):
    """Anything this library refuses: the one class to catch."""


class PolicyError(InvitePolicyError):
    """A policy that cannot be used, with every problem found, sorted by place."""

    problems: tuple[Problem, ...]

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Keep the problems, sorted by file, line and column."""
        self.problems = tuple(sorted(problems))
        # The arguments of the constructor, since an exception is pickled as its class and its `args`.
        super().__init__(self.problems)

    def __str__(self) -> str:
        """Print the first 20 problems, a line each, and the number of the rest."""
        lines = [str(problem) for problem in self.problems[:_PRINTED]]
        rest = len(self.problems) - _PRINTED
        if rest > 0:
            lines.append(f"… and {rest} more problems")
        return "\n".join(lines)


class RecordError(InvitePolicyError):
    """A record's field, or an argument, that cannot be used.

    `field` names it and `value` is what it held. `code` is a stable word for programs, `what` says what is wrong and
    `hint` what would be right. The text, `field: what; hint`, and the `repr` never repeat the value: names, notes and
    addresses do not belong in logs.
    """

    field: str
    value: object
    what: str
    hint: str
    code: str

    def __init__(self, field: str, value: object, what: str, hint: str, code: str = "value") -> None:
        """Keep the parts."""
        self.field, self.value, self.what, self.hint, self.code = field, value, what, hint, code
        # A pickled error is made again from its `args`, so they hold all five, the value too.
        super().__init__(field, value, what, hint, code)

    def __str__(self) -> str:
        """Return what is wrong and what would be right, without the value."""
        return f"{safe_text(self.field)}: {self.what}; {self.hint}"

    def __repr__(self) -> str:
        """Name the field and what is wrong with it: a log must not show the value."""
        # The `repr` that exceptions inherit would show all of `args`, and so the value.
        return f"RecordError({self.field!r}, …, {self.what!r}, {self.hint!r}, {self.code!r})"
