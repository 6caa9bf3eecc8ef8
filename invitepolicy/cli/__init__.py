"""The command `invitepolicy VERB`: each verb parses, calls one function of the library, and prints."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from invitepolicy import __version__
from invitepolicy._core.errors import InvitePolicyError, PolicyError
from invitepolicy._core.text import did_you_mean, join_words, quoted
from invitepolicy.cli.output import OutputError, tolerate_unencodable, warn
from invitepolicy.cli.verbs import backtest, check, diff, explain, new, review, schema, show, test

if TYPE_CHECKING:
    from collections.abc import Sequence


# A verb is a module of this folder with `add_arguments` and `run`.
_VERBS: Final = {
    "review": (review, "say what to do with the invitations of a LinkedIn export, when, and why"),
    "explain": (explain, "say why, for one invitation or for the account"),
    "backtest": (backtest, "say what following a policy would have cost and saved in the past"),
    "diff": (diff, "say what another policy would decide differently, and for which of your invitations"),
    "check": (check, "tell every problem of policies, and run the tests in their files"),
    "test": (test, "run the tests in policy files, and say what they cover"),
    "new": (new, "write a style of four lines to begin with, and the schema beside it for the editor"),
    "schema": (schema, "print the JSON Schema of policy files"),
    "show": (show, "list the shipped policies, or show one with all that its parents say"),
}
_COULD_NOT_RUN: Final = 2
_INTERRUPTED: Final = 130


class _Parser(argparse.ArgumentParser):
    """A parser that knows the nearest right word."""

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Refuse a word that is none of the choices: by a hook of argparse, which has no public one for it."""
        choices = [str(choice) for choice in action.choices or ()]
        if choices and str(value) not in choices:
            hint = did_you_mean(str(value), choices, f"write {join_words(choices)}")
            raise argparse.ArgumentError(action, f"there is no {quoted(value)}; {hint}")


def build_parser() -> argparse.ArgumentParser:
    """Build the parser of the whole command."""
    parser = _Parser(
        prog="invitepolicy",
        description="Etiquette for LinkedIn invitations. It decides; it never sends, clicks or connects to anything.",
        epilog="Exit status: 0 fine, 1 something was found, 2 it could not run.",
    )
    parser.add_argument("--version", action="version", version=f"invitepolicy {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", parser_class=_Parser)
    for name, (verb, purpose) in _VERBS.items():
        sub = verbs.add_parser(name, help=purpose, description=f"{purpose[0].upper()}{purpose[1:]}.")
        verb.add_arguments(sub)
        sub.set_defaults(run=verb.run)
    parser.set_defaults(run=partial(_help, parser))
    return parser


def _help(parser: argparse.ArgumentParser, _: argparse.Namespace) -> int:
    """Say what there is to whoever names no verb."""
    parser.print_help(sys.stderr)
    return _COULD_NOT_RUN


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and give its exit status: 0 fine, 1 findings, 2 could not run, 130 interrupted."""
    tolerate_unencodable(sys.stdout, sys.stderr)
    try:
        args = build_parser().parse_args(argv)
        status: int = args.run(args)
        sys.stdout.flush()
    except PolicyError as error:
        warn("the policy cannot be used:")
        sys.stderr.write(f"{error}\n")
        return _COULD_NOT_RUN
    except (InvitePolicyError, OutputError) as error:
        warn(str(error))
        return _COULD_NOT_RUN
    except BrokenPipeError:
        _abandon_stdout()
        return 0
    except KeyboardInterrupt:
        return _INTERRUPTED
    except OSError as error:
        _abandon_stdout()
        warn(f"writing failed: {(error.strerror or 'no reason given').lower()}")
        return _COULD_NOT_RUN
    return status


def _abandon_stdout() -> None:
    """Let what is still buffered go nowhere: nobody reads it, or there is no room, and Python would try again."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
