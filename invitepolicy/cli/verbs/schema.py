"""`invitepolicy schema`: the JSON Schema of policy files, for editors and other programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from invitepolicy._read.schema import read_schema
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
    """Return the schema as text, indented by two spaces."""
    return json.dumps(read_schema(), ensure_ascii=False, indent=2) + "\n"
