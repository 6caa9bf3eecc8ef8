"""`invitepolicy new [FILE]`: a four-line style with its schema for the editor, or a people.csv to fill in.

Parses the file to create and its parent, or the export that a people.csv is for; calls `parse_policy`, so that no file
with problems is written, or `read_export` and `write_people_sheet`; prints what to do next. Existing files are kept.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Final

from invitepolicy import parse_policy
from invitepolicy._core.quantities import format_count, format_quantity
from invitepolicy._core.text import safe_text
from invitepolicy.cli.options import DATES_HELP, DEFAULT_POLICY
from invitepolicy.cli.output import FINE, FOUND, OutputError, warn, write_new, write_out
from invitepolicy.cli.records import is_records
from invitepolicy.cli.verbs.schema import SCHEMA_FILE, schema_text
from invitepolicy.sources.linkedin import ExportError, read_export
from invitepolicy.sources.linkedin.archive import PEOPLE
from invitepolicy.sources.linkedin.dates import ORDERS
from invitepolicy.sources.linkedin.people_sheet import write_people_sheet

if TYPE_CHECKING:
    import argparse

    from invitepolicy import Policy

DEFAULT_FILE: Final = "mine.invitepolicy.yaml"
_FALLBACK: Final = "mine"
_LONGEST_NAME: Final = 64  # as the schema of policies allows
_FIRST_CHOICE: Final = "longest_wait"  # what most people change first
_NOT_IN_NAMES: Final = re.compile(r"[^a-z0-9]+")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument("file", metavar="FILE", nargs="?", help=f"file to create; default: {DEFAULT_FILE}")
    parser.add_argument(
        "--from",
        dest="parent",
        metavar="POLICY",
        default=DEFAULT_POLICY,
        help=f"policy to extend: a shipped one's name, or ./ and a file in the same folder; default: {DEFAULT_POLICY}",
    )
    parser.add_argument(
        "--people",
        metavar="SOURCE",
        help="instead of a style, create a people.csv for the pending invitations of this LinkedIn export",
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="path of the people.csv; default: beside the export")
    parser.add_argument("--dates", choices=ORDERS, help=DATES_HELP)
    parser.add_argument("-q", "--quiet", action="store_true", help="do not print what to do next")


def run(args: argparse.Namespace) -> int:
    """Create a style and, unless it exists, the schema; or a people.csv. Never overwrites a file."""
    if args.people is not None:
        if args.file is not None:
            raise OutputError("FILE and --people cannot be combined; leave one of them out")
        return write_people(args)
    if args.output is not None or args.dates is not None:
        raise OutputError("-o and --dates apply only with --people; leave them out")
    return _write_style(args)


def _write_style(args: argparse.Namespace) -> int:
    path = Path(args.file or DEFAULT_FILE)
    # write_new would refuse it too, but advise -o, which is only for a people.csv.
    if path.exists():
        message = f"{path} already exists; choose another name"
        raise OutputError(message)
    text = _style(path, args.parent)
    # Raise PolicyError before anything is written, for a name or a parent that cannot be used.
    parse_policy(text, folder=path.parent)
    write_new(text, path)
    schema = path.parent / SCHEMA_FILE
    schema_exists = schema.exists()
    # Other styles of the folder may use the one that is there.
    if not schema_exists:
        write_new(schema_text(), schema)
    if not args.quiet:
        write_out(_next_steps(path, schema, schema_existed=schema_exists), None)
    return FINE


def _style(path: Path, parent: str) -> str:
    lines = ["invitepolicy: 1", f"name: {_name_of(path)}", f"extends: {parent}"]
    # Without settings at first: their line needs the value that the parent gives.
    policy = parse_policy("\n".join(lines) + "\n", folder=path.parent)
    lines.insert(0, f"# yaml-language-server: $schema={SCHEMA_FILE}")
    return "\n".join([*lines, *_setting(policy)]) + "\n"


def _setting(policy: Policy) -> list[str]:
    """Return the line for the setting that most people change first, with its present value; none without settings."""
    name = _FIRST_CHOICE if _FIRST_CHOICE in policy.settings else next(iter(policy.settings), None)
    if name is None:
        return []
    setting = policy.settings[name]
    return [f"settings: {{{name}: {format_quantity(setting.value, setting.kind)}}}"]


def _name_of(path: Path) -> str:
    """Return a policy's name for a file's: `my-style` for `My Style.invitepolicy.yaml`."""
    stem = path.name.lower()
    # In this order, so that mine.invitepolicy.yaml loses both.
    for suffix in (".yaml", ".yml", ".invitepolicy"):
        stem = stem.removesuffix(suffix)
    # Stripped a second time, since the cut may leave a dash at the end.
    words = _NOT_IN_NAMES.sub("-", stem).strip("-")[:_LONGEST_NAME].strip("-")
    # A policy's name begins with a letter, so that 2026.yaml or 名前.yaml gives none.
    return words if words[:1].isalpha() else _FALLBACK


def _next_steps(path: Path, schema: Path, *, schema_existed: bool) -> list[str]:
    argument = shlex.quote(safe_text(str(path)))
    what = "already existed and was left unchanged" if schema_existed else "gives your editor completion and checks"
    return [
        f"Wrote {safe_text(str(path))}; {safe_text(str(schema))} {what}.\n",
        "Change a number in it, then check it, and see what it advises:\n",
        f"  invitepolicy check {argument}\n",
        f"  invitepolicy review YOUR-EXPORT --policy {argument}\n",
    ]


def write_people(args: argparse.Namespace) -> int:
    """Write a people.csv for the pending invitations of an export; 1 if a row of the export could not be read.

    `args` has `people` (the export: its folder, zip or Invitations.csv), `output` (a path, `-` for stdout, or None for
    people.csv beside the export), `quiet`, and perhaps `dates`. Never overwrites a file. Raise ExportError and
    OutputError.
    """
    if is_records(args.people):
        raise ExportError(
            "--people needs a LinkedIn export; in JSON Lines, put what you know of people into the records"
        )
    export = read_export(args.people, dates=getattr(args, "dates", None))
    sheet = write_people_sheet(export)
    if args.output == "-":
        write_out([sheet], None)
    else:
        path = Path(args.output) if args.output else beside_export(args.people)
        write_new(sheet, path)
        if not args.quiet:
            warn(f"wrote {path}; fill in what you know, leave the rest empty, and run the review again")
    failed = sum(problem.level == "error" for problem in export.problems)
    if failed and not args.quiet:
        warn(f"left out: {format_count(failed, 'row')} that could not be read")
    return FOUND if failed else FINE


def beside_export(source: str) -> Path:
    """Return the path at which `read_export` looks for a people.csv: in the export's folder, or beside its file."""
    path = Path(source)
    return (path if path.is_dir() else path.parent) / PEOPLE
