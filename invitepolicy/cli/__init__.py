"""The command `invitepolicy VERB` with its table of verbs; each parses its arguments, calls the library, and prints."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol

from invitepolicy import __version__
from invitepolicy._core.errors import InvitePolicyError, PolicyError
from invitepolicy._core.text import did_you_mean, join_words, quoted
from invitepolicy.cli.output import COULD_NOT_RUN, FINE, INTERRUPTED, OutputError, tolerate_unencodable, warn
from invitepolicy.cli.verbs import backtest, check, diff, explain, new, review, schema, show, test

if TYPE_CHECKING:
    from collections.abc import Sequence


class Verb(Protocol):
    """What a module of `verbs/` provides."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the arguments of the verb."""

    def run(self, args: argparse.Namespace) -> int:
        """Carry the verb out, and return the exit status."""


# The one table of verbs: a new verb is a module of `verbs/` and a line here. The order is that of the help.
_VERBS: Final[dict[str, tuple[Verb, str]]] = {
    "review": (review, "show what to do with the invitations of a LinkedIn export, when, and why"),
    "explain": (explain, "explain the decisions about one invitation or about the account"),
    "backtest": (backtest, "show what following a policy would have cost and saved in the past"),
    "diff": (diff, "show what another policy would decide differently, and for which of your invitations"),
    "check": (check, "report all problems in policy files, and run their tests"),
    "test": (test, "run the tests in policy files, and report what they cover"),
    "new": (new, "create a four-line style and its schema for the editor, or a people.csv to fill in"),
    "schema": (schema, "print the JSON Schema of policy files"),
    "show": (show, "list the shipped policies, or print one with everything it inherits"),
}


class _Parser(argparse.ArgumentParser):
    """A parser that suggests the closest valid choice."""

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Raise ArgumentError for a value that is not among the choices."""
        # argparse has no public hook for the wording of this error.
        choices = [str(choice) for choice in action.choices or ()]
        if choices and str(value) not in choices:
            hint = did_you_mean(str(value), choices, f"write {join_words(choices)}")
            raise argparse.ArgumentError(action, f"there is no {quoted(value)}; {hint}")


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command, with a subparser for each verb."""
    parser = _Parser(
        prog="invitepolicy",
        description="Etiquette for LinkedIn invitations. It decides; it never sends, clicks or connects to anything.",
        epilog="Exit status: 0 success, 1 problems or differences found, 2 could not run.",
    )
    parser.add_argument("--version", action="version", version=f"invitepolicy {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", parser_class=_Parser)
    for name, (verb, purpose) in _VERBS.items():
        sub = verbs.add_parser(name, help=purpose, description=f"{purpose[0].upper()}{purpose[1:]}.")
        verb.add_arguments(sub)
        sub.set_defaults(run=verb.run)
    # For a command line without a verb only: the default of a verb's parser takes precedence.
    parser.set_defaults(run=partial(_help, parser))
    return parser


def _help(parser: argparse.ArgumentParser, _: argparse.Namespace) -> int:
    """Print the help, for a command line without a verb."""
    parser.print_help(sys.stderr)
    return COULD_NOT_RUN


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status: 0 success, 1 findings, 2 could not run, 130 interrupted.

    `argv` defaults to the arguments of the process. Raises SystemExit, as argparse does, for `--help`, `--version` and
    a command line that cannot be parsed.
    """
    tolerate_unencodable(sys.stdout, sys.stderr)
    try:
        args = build_parser().parse_args(argv)
        status: int = args.run(args)
        # Inside the try: a full disk or a closed pipe may show only when the last part is written.
        sys.stdout.flush()
    except PolicyError as error:
        # Caught before its base class: it has a line for each problem, which `warn` would join to one.
        warn("the policy cannot be used:")
        sys.stderr.write(f"{error}\n")
        return COULD_NOT_RUN
    except (InvitePolicyError, OutputError) as error:
        warn(str(error))
        return COULD_NOT_RUN
    except BrokenPipeError:
        # The reader has gone (`invitepolicy … | head`): it has what it wanted.
        _abandon_stdout()
        return FINE
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        _abandon_stdout()
        warn(f"writing failed: {(error.strerror or 'no reason given').lower()}")
        return COULD_NOT_RUN
    return status


def _abandon_stdout() -> None:
    """Point stdout at the null device, so that Python does not try to flush it again when it exits."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
