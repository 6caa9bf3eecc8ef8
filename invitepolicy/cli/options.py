"""Options that several verbs share: the policy, its settings, the account, the instant, the output."""

from __future__ import annotations

import argparse
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs

from invitepolicy import Account, Policy, RecordError, load_policy, with_settings
from invitepolicy._core.errors import InvalidInputError
from invitepolicy._core.quantities import parse_duration, parse_instant
from invitepolicy._core.records import as_account
from invitepolicy._core.text import quoted
from invitepolicy._decide.decide import read_clock
from invitepolicy.cli.text.terminal import Style
from invitepolicy.sources.linkedin.dates import ORDERS

if TYPE_CHECKING:
    from datetime import datetime, timedelta

DEFAULT_POLICY: Final = "faq"
POLICY_HELP: Final = "name of a shipped policy, or path of a policy file"
OUTPUT_HELP: Final = "write to FILE atomically"
DATES_HELP: Final = "how to read dates such as 03/04/2026, which LinkedIn itself never writes"
_HERE: Final = "*.invitepolicy.yaml"


@attrs.frozen
class Chosen:
    """The policy that decides, `why` it was chosen (a phrase for the output), and the name or path it came from."""

    policy: Policy
    why: str
    source: str


def add_policy(parser: argparse.ArgumentParser) -> None:
    """Add `--policy` and `--set`."""
    parser.add_argument(
        "-p",
        "--policy",
        metavar="POLICY",
        help=f"{POLICY_HELP}; default: $INVITEPOLICY, else the only *.invitepolicy.yaml in this folder, else "
        f"{DEFAULT_POLICY}",
    )
    add_settings(parser)


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Add `--set`."""
    parser.add_argument(
        "--set",
        metavar="SETTING=VALUE",
        action="append",
        # argparse copies the list before it appends, so that the default stays empty.
        default=[],
        type=_pair,
        help='override a setting, for example longest_wait="30 days"; may be repeated',
    )


def add_now(parser: argparse.ArgumentParser) -> None:
    """Add `--now`."""
    parser.add_argument(
        "--now",
        metavar="INSTANT",
        type=instant,
        help="decide as of INSTANT, for example 2026-03-15T12:00Z; default: the current time",
    )


def add_export(parser: argparse.ArgumentParser) -> None:
    """Add `--people` and `--dates`."""
    parser.add_argument(
        "--people", metavar="FILE", help="CSV file of what you know of people; default: people.csv beside the export"
    )
    parser.add_argument("--dates", choices=ORDERS, help=DATES_HELP)


def add_account(parser: argparse.ArgumentParser) -> None:
    """Add `--account`."""
    parser.add_argument(
        "--account",
        metavar="FIELD=VALUE,…",
        type=account,
        default=Account(),  # frozen, so that it can be shared
        help="what is known of the account, for example tier=free,restricted_at=2026-03-01",
    )


def add_output(parser: argparse.ArgumentParser, formats: tuple[str, ...]) -> None:
    """Add `--format`, `-o`, `--color` and `-q`."""
    parser.add_argument("--format", choices=formats, default=formats[0], help=f"output format; default: {formats[0]}")
    parser.add_argument("-o", "--output", metavar="FILE", help=OUTPUT_HELP)
    parser.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", help="when to use colour; default: auto"
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="suppress remarks and summaries")


def choose_policy(name: str | None, settings: list[tuple[str, str]]) -> Chosen:
    """Load the policy named, else that of $INVITEPOLICY, the folder or the default, with `settings` applied.

    Raise PolicyError.
    """
    source, why = _source(name)
    policy = load_policy(source)
    return Chosen(with_settings(policy, **dict(settings)) if settings else policy, why, source)


def _source(name: str | None) -> tuple[str, str]:
    if name is not None:
        return name, "as asked for"
    # An empty variable counts as unset.
    if from_environment := os.environ.get("INVITEPOLICY"):
        return from_environment, "by $INVITEPOLICY"
    here = sorted(Path().glob(_HERE))
    # Of several, none is the obvious one: the default is better than a guess.
    if len(here) == 1:
        return str(here[0]), "the one policy in this folder"
    return DEFAULT_POLICY, "the default" if not here else "the default, since this folder holds several policies"


def present(now: datetime | None) -> datetime:
    """Return the instant given, else the current time."""
    return read_clock() if now is None else now


def wants_color(choice: str, *, to_file: bool) -> bool:
    """Return whether to use colour: by `choice`, else by NO_COLOR and FORCE_COLOR, else if stdout is a terminal.

    NO_COLOR wins over FORCE_COLOR; empty variables count as unset (https://no-color.org). A file and a terminal with
    TERM=dumb get no colour.
    """
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR") or to_file:
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (sys.stdout.isatty() and os.environ.get("TERM") != "dumb")


def page_style(args: argparse.Namespace) -> Style:
    """Return the style of a page of text, by `--color` and `--output`."""
    return Style(wants_color(args.color, to_file=args.output not in (None, "-")))


def instant(text: str) -> datetime:
    """Parse an instant, such as `--now 2026-03-15T12:00Z`; raises ArgumentTypeError."""
    try:
        return parse_instant(text)
    except InvalidInputError as error:
        # Of a ValueError, such as this one, argparse would print only “invalid instant value”.
        message = f"{error.what}; {error.hint}"
        raise argparse.ArgumentTypeError(message) from None


def duration(text: str) -> timedelta:
    """Parse a duration, such as `--until "4 weeks"`; raises ArgumentTypeError."""
    try:
        return parse_duration(text)
    except InvalidInputError as error:
        message = f"{error.what}; {error.hint}"
        raise argparse.ArgumentTypeError(message) from None


def account(text: str) -> Account:
    """Parse `--account tier=free,restricted_at=2026-03-01`; raises ArgumentTypeError.

    Names may have the prefix `account_`, by which policies know them.
    """
    fields: dict[str, Any] = {}
    for part in text.split(","):
        name, value = _pair(part)
        fields[name.removeprefix("account_")] = _number_or_text(value)
    try:
        return as_account(fields)
    except RecordError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _number_or_text(value: str) -> str | int | float:
    # Bounded digits: Python refuses to convert very long numbers, and dates must stay text.
    if re.fullmatch(r"[0-9]{1,18}", value):
        return int(value)
    # A share, as in rejected_share=0.4; as_account reads 40% itself.
    return float(value) if re.fullmatch(r"0\.[0-9]{1,18}", value) else value


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name.strip() or not value.strip():
        message = f"{quoted(text)} is not NAME=VALUE"
        raise argparse.ArgumentTypeError(message)
    return name.strip(), value.strip()
