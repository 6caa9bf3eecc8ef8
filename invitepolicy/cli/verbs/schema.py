"""`invitepolicy schema`: the JSON Schema of policy files, for editors and other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from invitepolicy._core.resources import resource_folder
from invitepolicy.cli.output import write_out

if TYPE_CHECKING:
    import argparse

SCHEMA_FILE: Final = "policy.schema.json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """State the arguments of the verb."""
    parser.add_argument("-o", "--output", metavar="FILE", help="write to a file, which appears whole or not at all")


def run(args: argparse.Namespace) -> int:
    """Print the schema."""
    write_out([schema_text()], args.output)
    return 0


def schema_text() -> str:
    """Read the schema that travels with the library."""
    return Path(resource_folder("schemas"), SCHEMA_FILE).read_text(encoding="utf-8")
