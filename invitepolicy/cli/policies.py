"""The policies that a command line names: each loaded, or with its problems."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs

from invitepolicy import Policy, PolicyError, Problem, load_policy
from invitepolicy._core.text import clip, safe_text
from invitepolicy.cli.options import POLICY_HELP
from invitepolicy.cli.output import COULD_NOT_RUN, FINE, FOUND
from invitepolicy.cli.progress import Progress, open_progress

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

_LONGEST: Final = 60  # characters of a name in the progress line
_NO_SUCH: Final = ("file", "policy")  # codes of problems with a name, not with what a file says


@attrs.frozen
class Source:
    """A policy by the name given: loaded, or with its problems; `status` is the exit status that these call for."""

    name: str
    policy: Policy | None
    problems: tuple[Problem, ...]
    status: int


def add_sources(parser: argparse.ArgumentParser) -> None:
    """Add POLICY, once or more."""
    parser.add_argument("policies", metavar="POLICY", nargs="+", help=POLICY_HELP)


def load_each(names: Sequence[str], *, quiet: bool) -> Iterator[Source]:
    """Load policies one after the other, and yield each; progress is shown on stderr if that is a terminal."""
    progress = open_progress(quiet=quiet) if len(names) > 1 else Progress(shown=False)
    for number, name in enumerate(names, 1):
        progress.draw(f"{number} of {len(names)}: {clip(safe_text(name), _LONGEST)}")
        loaded = _load(name)
        progress.erase()
        yield loaded


def files_named(names: Sequence[str]) -> list[str]:
    """Return those names that are files, which no output may overwrite."""
    # Path.is_file raises for a NUL.
    return [name for name in names if "\0" not in name and Path(name).is_file()]


def _load(name: str) -> Source:
    try:
        return Source(name, load_policy(name), (), FINE)
    except PolicyError as error:
        first = error.problems[0]
        # The same code at another place is about a parent: then the file named was read, and has a problem.
        absent = first.code in _NO_SUCH and (first.path, first.line, first.column) == (str(Path(name)), 1, 1)
        return Source(name, None, error.problems, COULD_NOT_RUN if absent else FOUND)
