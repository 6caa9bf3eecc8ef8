"""The problems of a file as they are found: what is wrong at which path, and where that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from invitepolicy._core.errors import PolicyError, Problem
from invitepolicy._core.frozen import ByFields

if TYPE_CHECKING:
    from invitepolicy._core.policy import Path, PolicyFile, Position

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
    """The problems of a file, as they are found; more than 200 are not looked for."""

    path: str
    found: list[Problem] = attrs.field(factory=list)

    def add(self, mark: Position, code: str, what: str, hint: str) -> None:
        """Note a problem. Raises PolicyError once there are 200."""
        error = self.fatal(mark, code, what, hint)
        if len(self.found) >= MOST_PROBLEMS:
            raise error

    def report(self, document: PolicyFile, finding: PathProblem) -> None:
        """Note a finding at its place in the document."""
        mark = document.key_mark(finding.path) if finding.key else document.value_mark(finding.path)
        self.add(mark, finding.code, finding.what, finding.hint)

    def fatal(self, mark: Position, code: str, what: str, hint: str) -> PolicyError:
        """Note a problem behind which nothing can be read, and give the error to raise."""
        self.found.append(Problem(self.path, *mark, what, hint, code))
        return PolicyError(self.found)

    def raise_if_any(self) -> None:
        """Raise what was found, if anything was."""
        if self.found:
            raise PolicyError(self.found)
