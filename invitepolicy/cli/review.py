"""`invitepolicy review SOURCE`: what to do now, what comes up and when, and how the account stands."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from typing import TYPE_CHECKING

from invitepolicy.cli import options
from invitepolicy.cli.output import say, write_out
from invitepolicy.cli.review_text import format_review
from invitepolicy.cli.terminal import Style
from invitepolicy.linkedin import read_export
from invitepolicy.review import review_invitations

if TYPE_CHECKING:
    import argparse

AHEAD = timedelta(weeks=4)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """State the arguments of the verb."""
    parser.add_argument("source", metavar="SOURCE", help="the folder of a LinkedIn export")
    options.add_policy(parser)
    parser.add_argument("--people", metavar="FILE", help="what you know of people; else the people.csv in the folder")
    options.add_account(parser)
    options.add_now(parser)
    options.add_output(parser, ("text", "json"))


def run(args: argparse.Namespace) -> int:
    """Review an export; 1 where a row of it could not be read."""
    chosen = options.choose_policy(args.policy, args.set)
    now = options.present(args.now)
    export = read_export(args.source, people=args.people)
    review = review_invitations(
        chosen.policy, export.invitations, now=now, account=args.account, problems=export.problems
    )
    if args.format == "json":
        text = json.dumps(review.to_dict(), ensure_ascii=False, indent=1) + "\n"
    else:
        style = Style(options.wants_color(args.color, to_file=args.output is not None))
        width = min(shutil.get_terminal_size((80, 24)).columns, 120)
        lines = format_review(review, owner=export.owner, why=chosen.why, until=now + AHEAD, style=style, width=width)
        text = "".join(f"{line}\n" for line in lines)
    write_out([text], args.output, sources=[args.source, *([args.people] if args.people else [])])
    failed = sum(problem.level == "error" for problem in review.problems)
    if failed and not args.quiet:
        say(f"{failed} of the rows could not be read and were left out")
    return 1 if failed else 0
