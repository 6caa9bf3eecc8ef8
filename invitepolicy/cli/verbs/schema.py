"""`invitepolicy schema`: the JSON Schema of policy files, for editors and other programs.

Parses `-o` only; prints the schema that is shipped with the library, byte for byte.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from invitepolicy._read.schema import read_schema
from invitepolicy.cli.options import OUTPUT_HELP
from invitepolicy.cli.output import FINE, write_out

if TYPE_CHECKING:
    import argparse

SCHEMA_FILE: Final = "policy.schema.json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument("-o", "--output", metavar="FILE", help=OUTPUT_HELP)


def run(args: argparse.Namespace) -> int:
    """Print the schema; always 0."""
    write_out([schema_text()], args.output)
    return FINE


def schema_text() -> str:
    """Return the schema as text, indented by two spaces."""
    # The file was written by this verb with these options, so that the bytes are the same.
    return json.dumps(read_schema(), ensure_ascii=False, indent=2) + "\n"
