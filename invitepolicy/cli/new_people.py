"""`invitepolicy new --people SOURCE`: the sheet in which to say what LinkedIn does not export, for those waited for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from invitepolicy._quantities import format_count
from invitepolicy.cli.inputs import is_records
from invitepolicy.cli.output import say, write_new, write_out
from invitepolicy.linkedin import ExportError, read_export
from invitepolicy.linkedin.archive import PEOPLE
from invitepolicy.linkedin.people import write_people_sheet

if TYPE_CHECKING:
    import argparse


def write_people(args: argparse.Namespace) -> int:
    """Write a people.csv for the pending people of an export; 1 where a row of the export could not be read.

    `args` has `people` (the export: its folder, zip or Invitations.csv), `output` (a path, `-` for stdout, or None for
    people.csv beside the export), `quiet`, and perhaps `dates`. A file that is there is never overwritten. Raises
    ExportError, OutputError.
    """
    if is_records(args.people):
        raise ExportError("records say themselves what is known of people; the sheet is for an export of LinkedIn's")
    export = read_export(args.people, dates=getattr(args, "dates", None))
    sheet = write_people_sheet(export)
    if args.output == "-":
        write_out([sheet], None)
    else:
        path = Path(args.output) if args.output else beside_export(args.people)
        write_new(sheet, path)
        if not args.quiet:
            say(f"{path} was written; fill in what you know, leave the rest empty, and review again")
    failed = sum(problem.level == "error" for problem in export.problems)
    if failed and not args.quiet:
        say(f"left out: {format_count(failed, 'row')} that could not be read")
    return 1 if failed else 0


def beside_export(source: str) -> Path:
    """Give where a people.csv is found again: in the folder of an export, or beside its zip or its single file."""
    path = Path(source)
    return (path if path.is_dir() else path.parent) / PEOPLE
