"""`invitepolicy review SOURCE`: what to do now, what comes up and when, and how the account stands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import attrs

from invitepolicy import Invitation, load_policy, summarize
from invitepolicy._core.quantities import add_or_none, format_count
from invitepolicy._decide.account import merge_accounts
from invitepolicy._read.load import shipped_names
from invitepolicy.cli import options
from invitepolicy.cli.output import FINE, FOUND, warn, write_out
from invitepolicy.cli.progress import Progress, open_progress
from invitepolicy.cli.records import STDIN, Input, add_source, open_input, sources_of
from invitepolicy.cli.text.review import PageHeader, format_review
from invitepolicy.cli.text.terminal import screen_width
from invitepolicy.review.calendar import format_calendar
from invitepolicy.review.data import format_csv, format_json, format_jsonl
from invitepolicy.review.html import format_report
from invitepolicy.review.model import Review, answer_each, review_invitations
from invitepolicy.review.upcoming import coming_changes
from invitepolicy.sources.anonymize import anonymize
from invitepolicy.sources.problems import RowProblem

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator

AHEAD: Final = timedelta(weeks=4)
_STREAMED: Final = ("jsonl", "csv")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    add_source(parser)
    options.add_policy(parser)
    options.add_export(parser)
    options.add_account(parser)
    options.add_now(parser)
    parser.add_argument(
        "--until",
        metavar="DURATION",
        type=options.duration,
        default=AHEAD,
        help="how far ahead text, page and calendar list changes; default: 4 weeks",
    )
    parser.add_argument(
        "--anonymize", action="store_true", help="replace names by numbers, and leave out what people wrote"
    )
    options.add_output(parser, ("text", "json", *_STREAMED, "html", "ics"))


def run(args: argparse.Namespace) -> int:
    """Review an export or records; return 1 where a row could not be read, whatever the format."""
    chosen = options.choose_policy(args.policy, args.set)
    now = options.present(args.now)
    source = open_input(args.source, people=args.people, dates=args.dates, facts=chosen.policy.facts.values())
    is_streamed = args.format in _STREAMED
    progress = open_progress(quiet=args.quiet, to_terminal=is_streamed and args.output in (None, "-"))
    job = _ReviewJob(chosen, now, source, progress, args)
    text = job.stream() if is_streamed else job.whole()
    # Another program may wait for one answer before it sends the next record.
    live = is_streamed and args.source == STDIN
    write_out(
        text,
        args.output,
        sources=[*sources_of(args), chosen.source],
        live=live,
    )
    # Only now: a stream counts them while it is written.
    if job.failed and not args.quiet:
        warn(f"left out: {format_count(job.failed, 'row')} that could not be read")
    return FOUND if job.failed else FINE


@attrs.define
class _ReviewJob:
    """A review being made: its inputs, and how many rows could not be read so far."""

    chosen: options.Chosen
    now: datetime
    source: Input
    progress: Progress
    args: argparse.Namespace
    failed: int = attrs.field(default=0, init=False)
    numbers: dict[str, int] = attrs.field(factory=dict, init=False)

    def stream(self) -> Iterator[str]:
        """Return records with their answers as they are decided; report unreadable rows on stderr."""
        policy, account = self.chosen.policy, self.args.account
        if not self.source.is_once:
            # A first pass counts, so that the second one knows the account from its first record on.
            counted = self.progress.follow(self.source.rows, "counting")
            summary = summarize((row for row in counted if isinstance(row, Invitation)), now=self.now)
            account = merge_accounts(summary, account)
        rows = self.records(self.progress.follow(self.source.rows, "deciding"))
        answered = answer_each(policy, rows, now=self.now, account=account)
        return format_csv(policy, answered) if self.args.format == "csv" else format_jsonl(answered)

    def records(self, rows: Iterable[Invitation | RowProblem]) -> Iterator[Invitation]:
        """Yield the records; report problems and remarks on stderr."""
        for row in rows:
            if isinstance(row, Invitation):
                # One at a time, to hold nothing up; `numbers` keeps each person's number from row to row.
                yield from self.shown([row])
                continue
            self.failed += row.level == "error"
            if not self.args.quiet:
                self.progress.erase()
                left_out = "left out: " if row.level == "error" else ""
                warn(f"{row.place}: {left_out}{row.what}")

    def whole(self) -> Iterator[str]:
        """Return a review in a format that needs all records at once."""
        rows = list(self.progress.follow(self.source.rows, "reading"))
        problems = [row for row in rows if isinstance(row, RowProblem)]
        self.failed = sum(problem.level == "error" for problem in problems)
        review = review_invitations(
            self.chosen.policy,
            # Anonymized before they are decided: the outcomes are the same.
            list(self.shown(row for row in rows if isinstance(row, Invitation))),
            now=self.now,
            account=self.args.account,
            problems=problems,
            summarized=not self.source.is_once,
            watch=lambda answers: self.progress.follow(answers, "deciding"),
        )
        match self.args.format:
            case "json":
                return format_json(review)
            case "html":
                return iter([self.page(review)])
            case "ics":
                return iter([self.calendar(review)])
        return self.text(review)

    def shown(self, records: Iterable[Invitation]) -> Iterable[Invitation]:
        """Return the records, anonymized where that was asked for."""
        return anonymize(self.chosen.policy, records, self.numbers) if self.args.anonymize else records

    @property
    def owner(self) -> str | None:
        """The owner of the export, if that may be shown."""
        return None if self.args.anonymize else self.source.owner

    def page(self, review: Review) -> str:
        """Return a review as an HTML page that compares the chosen policy with the shipped ones."""
        others = [load_policy(name) for name in shipped_names() if name != review.policy.name]
        return format_report(review, owner=self.owner, why=self.chosen.why, ahead=self.args.until, compare=others)

    def calendar(self, review: Review) -> str:
        """Return the coming changes as an iCalendar file."""
        return format_calendar(review, coming_changes(review, until=self.until)).decode()

    @property
    def until(self) -> datetime:
        """The last instant of the changes that are listed."""
        # There is no instant beyond the year 9999.
        return add_or_none(self.now, self.args.until) or datetime.max.replace(tzinfo=UTC)

    def text(self, review: Review) -> Iterator[str]:
        """Return a review as lines of text."""
        style = options.page_style(self.args)
        width = screen_width()
        header = PageHeader(self.owner, self.chosen.why, is_export=self.source.is_export)
        return (f"{line}\n" for line in format_review(review, header, until=self.until, style=style, width=width))
