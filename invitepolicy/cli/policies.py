"""The policies that a command line names: each loaded, or every reason why not."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs

from invitepolicy import Policy, PolicyError, Problem, load_policy
from invitepolicy._core.text import clip, safe_text

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

FINE: Final = 0
FOUND: Final = 1
COULD_NOT_RUN: Final = 2
_CLEAR: Final = "\r\x1b[K"
_LONGEST: Final = 60
_NO_SUCH: Final = ("file", "policy")


@attrs.frozen
class Source:
    """A policy as it was named: loaded, or with its problems; `status` is what these alone make of the exit status."""

    name: str
    policy: Policy | None
    problems: tuple[Problem, ...]
    status: int


def add_sources(parser: argparse.ArgumentParser) -> None:
    """Add the policies."""
    parser.add_argument("policies", metavar="POLICY", nargs="+", help="a shipped policy's name or a file's path")


def load_each(names: Sequence[str], *, quiet: bool) -> Iterator[Source]:
    """Load policies one after the other, with progress on stderr where that is a terminal."""
    shown = len(names) > 1 and not quiet and sys.stderr.isatty()
    for number, name in enumerate(names, 1):
        if shown:
            sys.stderr.write(f"{_CLEAR}{number} of {len(names)}: {clip(safe_text(name), _LONGEST)}")
            sys.stderr.flush()
        loaded = _load(name)
        if shown:
            sys.stderr.write(_CLEAR)
            sys.stderr.flush()
        yield loaded


def files_named(names: Sequence[str]) -> list[str]:
    """Give the names that are files, which no output may overwrite."""
    return [name for name in names if "\0" not in name and Path(name).is_file()]


def _load(name: str) -> Source:
    try:
        return Source(name, load_policy(name), (), FINE)
    except PolicyError as error:
        first = error.problems[0]
        absent = first.code in _NO_SUCH and (first.path, first.line, first.column) == (str(Path(name)), 1, 1)
        return Source(name, None, error.problems, COULD_NOT_RUN if absent else FOUND)
