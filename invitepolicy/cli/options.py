"""What several verbs have in common: the policy, its settings, the account, the instant and the colours."""

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
from invitepolicy.sources.linkedin.dates import ORDERS

if TYPE_CHECKING:
    from datetime import datetime, timedelta

DEFAULT_POLICY: Final = "faq"
_HERE: Final = "*.invitepolicy.yaml"


@attrs.frozen
class Chosen:
    """The policy that decides, and how it came to be chosen."""

    policy: Policy
    why: str
    source: str


def add_policy(parser: argparse.ArgumentParser) -> None:
    """Add `--policy` and `--set`."""
    parser.add_argument(
        "-p",
        "--policy",
        metavar="POLICY",
        help="a shipped policy's name or a file's path; else $INVITEPOLICY, else the one *.invitepolicy.yaml here, "
        "else faq",
    )
    add_settings(parser)


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Add `--set`."""
    parser.add_argument(
        "--set",
        metavar="SETTING=VALUE",
        action="append",
        default=[],
        type=_pair,
        help='another value for a setting, such as --set longest_wait="30 days"; may be given several times',
    )


def add_now(parser: argparse.ArgumentParser) -> None:
    """Add `--now`."""
    parser.add_argument(
        "--now", metavar="INSTANT", type=instant, help="decide as of this instant, such as 2026-03-15T12:00Z"
    )


def add_export(parser: argparse.ArgumentParser) -> None:
    """Add `--people` and `--dates`."""
    parser.add_argument(
        "--people", metavar="FILE", help="what you know of people; else the people.csv beside the export"
    )
    parser.add_argument(
        "--dates", choices=ORDERS, help="how dates like 03/04/2026 are meant, which LinkedIn does not write"
    )


def add_account(parser: argparse.ArgumentParser) -> None:
    """Add `--account`."""
    parser.add_argument(
        "--account",
        metavar="FIELD=VALUE,…",
        type=account,
        default=Account(),
        help="what is known of the account, such as tier=free,restricted_at=2026-03-01",
    )


def add_output(parser: argparse.ArgumentParser, formats: tuple[str, ...]) -> None:
    """Add `--format`, `-o`, `--color` and `-q`."""
    parser.add_argument("--format", choices=formats, default=formats[0], help=f"default: {formats[0]}")
    parser.add_argument("-o", "--output", metavar="FILE", help="write to a file, which appears whole or not at all")
    parser.add_argument("--color", choices=("auto", "always", "never"), default="auto", help="default: auto")
    parser.add_argument("-q", "--quiet", action="store_true", help="no remarks on stderr")


def choose_policy(name: str | None, settings: list[tuple[str, str]]) -> Chosen:
    """Load the policy that is asked for, or the one that stands for none; raises PolicyError."""
    source, why = _source(name)
    policy = load_policy(source)
    return Chosen(with_settings(policy, **dict(settings)) if settings else policy, why, source)


def _source(name: str | None) -> tuple[str, str]:
    if name is not None:
        return name, "as asked for"
    if from_environment := os.environ.get("INVITEPOLICY"):
        return from_environment, "by $INVITEPOLICY"
    here = sorted(Path().glob(_HERE))
    if len(here) == 1:
        return str(here[0]), "the one policy in this folder"
    return DEFAULT_POLICY, "the default" if not here else "the default, since this folder holds several policies"


def present(now: datetime | None) -> datetime:
    """Give the instant asked for, or read the clock."""
    return read_clock() if now is None else now


def wants_color(choice: str, *, to_file: bool) -> bool:
    """Say whether to colour: as asked for, else by NO_COLOR and FORCE_COLOR, else where stdout is a terminal.

    NO_COLOR wins over FORCE_COLOR, each where it is not empty; a file, and a terminal that calls itself dumb, get none.
    """
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR") or to_file:
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (sys.stdout.isatty() and os.environ.get("TERM") != "dumb")


def instant(text: str) -> datetime:
    """Read `--now`."""
    try:
        return parse_instant(text)
    except InvalidInputError as error:
        message = f"{error.what}; {error.hint}"
        raise argparse.ArgumentTypeError(message) from None


def duration(text: str) -> timedelta:
    """Read a duration, such as `--until "4 weeks"`."""
    try:
        return parse_duration(text)
    except InvalidInputError as error:
        message = f"{error.what}; {error.hint}"
        raise argparse.ArgumentTypeError(message) from None


def account(text: str) -> Account:
    """Read `--account tier=free,restricted_at=2026-03-01`."""
    fields: dict[str, Any] = {}
    for part in text.split(","):
        name, value = _pair(part)
        fields[name.removeprefix("account_")] = _plain(value)
    try:
        return as_account(fields)
    except RecordError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _plain(value: str) -> str | int | float:
    if re.fullmatch(r"[0-9]{1,18}", value):
        return int(value)
    return float(value) if re.fullmatch(r"0\.[0-9]{1,18}", value) else value


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name.strip() or not value.strip():
        message = f"{quoted(text)} is no name=value"
        raise argparse.ArgumentTypeError(message)
    return name.strip(), value.strip()
