"""`invitepolicy new`: a style of four lines with the schema beside it for the editor, or a sheet about people."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Final

from invitepolicy import parse_policy
from invitepolicy._core.quantities import format_count, format_quantity
from invitepolicy._core.text import safe_text
from invitepolicy.cli.options import DEFAULT_POLICY
from invitepolicy.cli.output import OutputError, warn, write_new, write_out
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
_LONGEST_NAME: Final = 64
_FIRST_CHOICE: Final = "longest_wait"  # what most people change first
_NO_NAME = re.compile(r"[^a-z0-9]+")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """State the arguments of the verb."""
    parser.add_argument("file", metavar="FILE", nargs="?", help=f"default: {DEFAULT_FILE}")
    parser.add_argument(
        "--from",
        dest="parent",
        metavar="POLICY",
        default=DEFAULT_POLICY,
        help=f"the policy that it extends: a shipped one's name, or ./ and a file beside it; default: {DEFAULT_POLICY}",
    )
    parser.add_argument(
        "--people",
        metavar="SOURCE",
        help="instead of a style: a people.csv to fill in, for the pending people of your LinkedIn export",
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="where the people.csv goes; default: beside the export")
    parser.add_argument("--dates", choices=ORDERS, help="how dates like 03/04/2026 in the export are meant")
    parser.add_argument("-q", "--quiet", action="store_true", help="do not say what to do next")


def run(args: argparse.Namespace) -> int:
    """Write a style and, unless one stands there, the schema; or the sheet. What exists is never overwritten."""
    if args.people is not None:
        if args.file is not None:
            raise OutputError("a style and a people.csv are two things; leave out FILE or --people")
        return write_people(args)
    if args.output is not None or args.dates is not None:
        raise OutputError("-o and --dates speak of --people; leave them out")
    return _write_style(args)


def _write_style(args: argparse.Namespace) -> int:
    path = Path(args.file or DEFAULT_FILE)
    if path.exists():
        message = f"{path} is there already, and is yours; name another file"
        raise OutputError(message)
    text = _style(path, args.parent)
    # A file that cannot be used is not written; a parent that cannot is told with its problems.
    parse_policy(text, folder=path.parent)
    write_new(text, path)
    schema = path.parent / SCHEMA_FILE
    stood_there = schema.exists()
    if not stood_there:
        write_new(schema_text(), schema)
    if not args.quiet:
        write_out(_next(path, schema, stood_there=stood_there), None)
    return 0


def _style(path: Path, parent: str) -> str:
    lines = ["invitepolicy: 1", f"name: {_name_of(path)}", f"extends: {parent}"]
    policy = parse_policy("\n".join(lines) + "\n", folder=path.parent)
    lines.insert(0, f"# yaml-language-server: $schema={SCHEMA_FILE}")
    return "\n".join([*lines, *_setting(policy)]) + "\n"


def _setting(policy: Policy) -> list[str]:
    """Write out the setting that is changed first, with the value that it has; a parent may have none."""
    name = _FIRST_CHOICE if _FIRST_CHOICE in policy.settings else next(iter(policy.settings), None)
    if name is None:
        return []
    setting = policy.settings[name]
    return [f"settings: {{{name}: {format_quantity(setting.value, setting.kind)}}}"]


def _name_of(path: Path) -> str:
    """Make a policy's name of a file's: `My Style.invitepolicy.yaml` gives `my-style`."""
    stem = path.name.lower()
    for suffix in (".yaml", ".yml", ".invitepolicy"):
        stem = stem.removesuffix(suffix)
    words = _NO_NAME.sub("-", stem).strip("-")[:_LONGEST_NAME].strip("-")
    return words if words[:1].isalpha() else _FALLBACK


def _next(path: Path, schema: Path, *, stood_there: bool) -> list[str]:
    word = shlex.quote(safe_text(str(path)))
    helps = "stood there already, and was left as it is" if stood_there else "lets your editor help you"
    return [
        f"Wrote {safe_text(str(path))}; {safe_text(str(schema))} {helps}.\n",
        "Change a number in it, then check it, and see what it advises:\n",
        f"  invitepolicy check {word}\n",
        f"  invitepolicy review YOUR-EXPORT --policy {word}\n",
    ]


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
            warn(f"{path} was written; fill in what you know, leave the rest empty, and review again")
    failed = sum(problem.level == "error" for problem in export.problems)
    if failed and not args.quiet:
        warn(f"left out: {format_count(failed, 'row')} that could not be read")
    return 1 if failed else 0


def beside_export(source: str) -> Path:
    """Give where a people.csv is found again: in the folder of an export, or beside its zip or its single file."""
    path = Path(source)
    return (path if path.is_dir() else path.parent) / PEOPLE
