"""The problems of one file, collected as they are found: what is wrong at which path, and where that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from invitepolicy._core.errors import PolicyError, Problem
from invitepolicy._core.frozen import ByFields

if TYPE_CHECKING:
    from invitepolicy._core.policy import Path, PolicyFile, Position

# A stranger's file may hold a mistake every few bytes: this bounds the time and the memory that they cost.
MOST_PROBLEMS: Final = 200


@attrs.frozen(eq=False, repr=False)
class PathProblem(ByFields):
    """Something wrong at a path of the data; `key` says that the key itself is at fault."""

    path: Path
    code: str
    what: str
    hint: str
    key: bool = False


@attrs.define(eq=False, repr=False)
class ProblemCollector:
    """Collects the problems of one file; after 200 it stops looking for more."""

    path: str
    problems: list[Problem] = attrs.field(factory=list)

    def add(self, mark: Position, code: str, what: str, hint: str) -> None:
        """Record a problem at a position. Raise PolicyError once there are 200."""
        # The last one is recorded before it is raised, so that the error lists it.
        error = self.fatal(mark, code, what, hint)
        if len(self.problems) >= MOST_PROBLEMS:
            raise error

    def report(self, document: PolicyFile, problem: PathProblem) -> None:
        """Record a problem at the position that its path has in the file."""
        mark = document.key_mark(problem.path) if problem.key else document.value_mark(problem.path)
        self.add(mark, problem.code, problem.what, problem.hint)

    def fatal(self, mark: Position, code: str, what: str, hint: str) -> PolicyError:
        """Record a problem that stops parsing and return the error to raise."""
        self.problems.append(Problem(self.path, *mark, what, hint, code))
        return PolicyError(self.problems)

    def raise_if_any(self) -> None:
        """Raise PolicyError with every problem recorded, if there is any."""
        if self.problems:
            raise PolicyError(self.problems)
