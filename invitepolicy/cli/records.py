"""The records that a command line names: a LinkedIn export in any of its forms, a JSON Lines file, or stdin."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs

from invitepolicy import Invitation, RecordError
from invitepolicy._core.quantities import format_count
from invitepolicy._core.text import safe_text
from invitepolicy.cli.output import warn
from invitepolicy.sources.jsonl import check_facts, read_records
from invitepolicy.sources.linkedin import ExportError, read_export
from invitepolicy.sources.linkedin.archive import CONNECTIONS, INVITATIONS, PEOPLE
from invitepolicy.sources.problems import RowProblem

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator

    from invitepolicy import Policy
    from invitepolicy._core.facts import Fact

STDIN: Final = "-"
_SUFFIX: Final = ".jsonl"
# Without regard to case, as the reader of exports finds them.
_EXPORT_FILES: Final = {name.casefold() for name in (INVITATIONS, CONNECTIONS, PEOPLE)}


@attrs.frozen
class Input:
    """Records, and problems of rows that could not be read, in their order; `owner` is the name in the export.

    JSON Lines are read lazily: a file anew for each iteration, stdin only once (`is_once`).
    """

    rows: Iterable[Invitation | RowProblem]
    is_export: bool
    is_once: bool = False
    owner: str | None = attrs.field(default=None, repr=False)


@attrs.frozen
class _RecordFile:
    """A file of JSON Lines, opened anew for each iteration."""

    path: Path
    facts: tuple[Fact, ...]

    def __iter__(self) -> Iterator[Invitation | RowProblem]:
        try:
            with self.path.open("rb") as stream:
                yield from read_records(stream, name=safe_text(self.path.name), facts=self.facts)
        except OSError as error:
            raise _unreadable(str(self.path), error) from None


def add_source(parser: argparse.ArgumentParser) -> None:
    """Add SOURCE."""
    parser.add_argument(
        "source",
        metavar="SOURCE",
        help="a LinkedIn export (its folder, zip or Invitations.csv), a .jsonl file of records, or - for JSON Lines on "
        "stdin",
    )


def open_input(source: str, *, people: str | None, dates: str | None, facts: Iterable[Fact]) -> Input:
    """Open an export folder, its zip or its Invitations.csv, a `.jsonl`, or `-` for JSON Lines on stdin.

    `facts` are the policy's own: a record with a value of another kind for one of them becomes a problem. Raises
    ExportError if the source cannot be read, or if `people` or `dates` is given for JSON Lines.
    """
    own_facts = tuple(facts)
    if not is_records(source):
        export = read_export(source, people=people, dates=dates)
        # read_export knows no policy, so that the values of a policy's own facts are checked here.
        rows = [_checked(*placed, own_facts) for placed in zip(export.places, export.invitations, strict=True)]
        return Input([*export.problems, *rows], is_export=True, owner=export.owner)
    if people is not None or dates is not None:
        raise ExportError("--people and --dates apply only to a LinkedIn export; put these values into the records")
    if source == STDIN:
        return Input(_stdin(own_facts), is_export=False, is_once=True)
    # Said now, since a _RecordFile opens its file only when the first record is asked for.
    if not Path(source).is_file():
        raise ExportError(f"{safe_text(source)} does not exist or is not a file; check its name, or use - for stdin")
    return Input(_RecordFile(Path(source), own_facts), is_export=False)


@attrs.frozen
class Records:
    """All records of a source, and the problems of rows that could not be read."""

    invitations: tuple[Invitation, ...]
    problems: tuple[RowProblem, ...]
    is_once: bool

    @property
    def failed(self) -> int:
        """The number of rows that could not be read."""
        return sum(problem.level == "error" for problem in self.problems)


def read_all(args: argparse.Namespace, policies: Iterable[Policy]) -> Records:
    """Return all records of `args.source`, read with `args.people` and `args.dates`; raises ExportError."""
    facts = {fact.name: fact for policy in policies for fact in policy.facts.values()}
    opened = open_input(args.source, people=args.people, dates=args.dates, facts=facts.values())
    rows = list(opened.rows)
    return Records(
        tuple(row for row in rows if isinstance(row, Invitation)),
        tuple(row for row in rows if isinstance(row, RowProblem)),
        opened.is_once,
    )


def tell_left_out(records: Records, *, quiet: bool) -> None:
    """Warn on stderr how many rows could not be read, if any."""
    if records.failed and not quiet:
        warn(f"left out: {format_count(records.failed, 'row')} that could not be read")


def sources_of(args: argparse.Namespace) -> list[str]:
    """Return the paths of the files that a command line reads, which no output may overwrite."""
    return [*files_of(args.source), *([args.people] if args.people else [])]


def is_records(source: str) -> bool:
    """Return whether a source is JSON Lines, not an export."""
    # A folder is an export, also if its name ends in .jsonl.
    return source == STDIN or (Path(source).suffix.lower() == _SUFFIX and not Path(source).is_dir())


def files_of(source: str) -> Iterator[str]:
    """Yield the paths of the files that a source may consist of, which no output may overwrite."""
    yield source
    path = Path(source)
    # Beside a zip a people.csv may be read, beside an Invitations.csv also a Connections.csv.
    folder = path if path.is_dir() else path.parent
    if not is_records(source) and folder.is_dir():
        yield from (str(each) for each in folder.iterdir() if each.name.casefold() in _EXPORT_FILES)


def _checked(place: str, invitation: Invitation, facts: tuple[Fact, ...]) -> Invitation | RowProblem:
    try:
        check_facts(invitation, facts)
    except RecordError as error:
        return RowProblem(place, "error", str(error))
    return invitation


def _stdin(facts: tuple[Fact, ...]) -> Iterator[Invitation | RowProblem]:
    try:
        # Bytes: records are UTF-8, whatever the encoding of the terminal.
        yield from read_records(sys.stdin.buffer, name="stdin", facts=facts)
    except OSError as error:
        raise _unreadable("stdin", error) from None


def _unreadable(name: str, error: OSError) -> ExportError:
    reason = (error.strerror or "no reason given").lower()
    return ExportError(f"{safe_text(name)} cannot be read ({reason}); check its permissions")
