"""`invitepolicy check POLICY…`: every problem of a policy, what it can hardly mean, then the tests in its file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import attrs

from invitepolicy._core.quantities import format_count
from invitepolicy._core.text import clip, quoted, safe_text
from invitepolicy.analysis.lint import lint_policy
from invitepolicy.cli import options
from invitepolicy.cli.output import write_out
from invitepolicy.cli.policies import FINE, FOUND, Source, add_sources, files_named, load_each
from invitepolicy.cli.text.excerpt import excerpt
from invitepolicy.cli.text.terminal import Style, terminal_width
from invitepolicy.testing.messages import (
    describe_coverage,
    describe_decider,
    describe_life,
    describe_miss,
    describe_results,
)
from invitepolicy.testing.run import run_tests

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from invitepolicy import Policy, Problem
    from invitepolicy.testing.run import Failure, Report, Result

_LONGEST: Final = 500
_PRINTED: Final = 20  # of a policy: who has more begins with these
_WORDS: Final = {"error": "problem", "warning": "warning", "note": "note"}
_COMMANDS: Final = {"error": "error", "warning": "warning", "note": "notice"}


@attrs.frozen
class Entry:
    """One thing that a check tells, with its place; only a `note` changes no exit status."""

    path: str
    line: int
    column: int
    level: str
    code: str
    what: str
    hint: str


@attrs.frozen
class Checked:
    """A policy that was checked: what is told of it, and, where it could be loaded, what came of its tests."""

    source: Source
    entries: tuple[Entry, ...]
    report: Report | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """State the arguments of the verb."""
    add_sources(parser)
    parser.add_argument("--notes", action="store_true", help="list the notes too, which change no exit status")
    options.add_output(parser, ("text", "json", "github"))


def run(args: argparse.Namespace) -> int:
    """Check policies; 0 where all is fine, 1 where something was found, 2 where one could not be read."""
    checked = [_check(source) for source in load_each(args.policies, quiet=args.quiet)]
    entries = [entry for one in checked for entry in one.entries]
    if args.format == "json":
        text = json.dumps([attrs.asdict(entry) for entry in entries], ensure_ascii=False, indent=1) + "\n"
    elif args.format == "github":
        text = "".join(f"{_as_command(entry)}\n" for entry in entries if args.notes or entry.level != "note")
    else:
        style = Style(options.wants_color(args.color, to_file=args.output is not None))
        text = "".join(f"{line}\n" for line in _as_text(checked, style, notes=args.notes, quiet=args.quiet))
    write_out([text], args.output, sources=files_named(args.policies))
    found = FOUND if any(entry.level != "note" for entry in entries) else FINE
    return max(found, *(one.source.status for one in checked))


def _check(source: Source) -> Checked:
    if source.policy is None:
        return Checked(source, tuple(map(_of_problem, source.problems)), None)
    report = run_tests(source.policy)
    return Checked(source, (*_of_lint(source.policy), *_of_tests(report)), report)


def _of_problem(problem: Problem) -> Entry:
    return Entry(problem.path, problem.line, problem.column, "error", problem.code, problem.what, problem.hint)


def _of_lint(policy: Policy) -> Iterator[Entry]:
    path = policy._files[-1].path  # findings are about the policy's own file
    for finding in lint_policy(policy):
        what = finding.what
        if finding.level == "warning" and finding.witness is not None:
            what += f" (such as {finding.witness.words})"
        yield Entry(path, finding.place.line, finding.place.column, finding.level, finding.code, what, finding.hint)


def _of_tests(report: Report) -> Iterator[Entry]:
    for result in report.results:
        for failure in result.failures:
            yield _of_failure(result, failure)


def _of_failure(result: Result, failure: Failure) -> Entry:
    test, place = result.test, failure.place
    hint = describe_decider(failure.ruling)
    if failure.found_life:
        hint += f"; its life is {describe_life(failure.found_life, test.now)}"
    what = f"the test {quoted(test.name)} fails: {describe_miss(failure, test.now)}"
    return Entry(place.file, place.line, place.column, "error", "test", what, hint)


def _as_command(entry: Entry) -> str:
    """Write a workflow command, which GitHub shows beside the line of a file."""
    place = f"file={_in_property(entry.path)},line={entry.line},col={entry.column},title={_in_property(entry.code)}"
    return f"::{_COMMANDS[entry.level]} {place}::{_in_message(_said(entry))}"


def _in_message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _in_property(text: str) -> str:
    return _in_message(text).replace(":", "%3A").replace(",", "%2C")


def _said(entry: Entry) -> str:
    return f"{entry.what}; {entry.hint}" if entry.hint else entry.what


def _as_text(checked: Sequence[Checked], style: Style, *, notes: bool, quiet: bool) -> Iterator[str]:
    width = terminal_width()
    for one in checked:
        told = [entry for entry in one.entries if notes or entry.level != "note"]
        for entry in told[:_PRINTED]:
            yield style.heading(_as_line(entry))
            yield from excerpt(one.source.name, entry.path, (entry.line, entry.column), width=width)
        if len(told) > _PRINTED:
            yield f"… and {len(told) - _PRINTED} more in {safe_text(one.source.name)}; --format json lists them all"
        if not quiet and one.report is not None:
            yield style.faint(f"{safe_text(one.source.name)}: {_summary(one.report)}")
    if not quiet:
        yield _total(checked, notes=notes)


def _as_line(entry: Entry) -> str:
    level = "" if entry.level == "error" else f"{entry.level}: "
    return clip(safe_text(f"{entry.path}:{entry.line}:{entry.column}: {level}{_said(entry)}"), _LONGEST)


def _summary(report: Report) -> str:
    covered = f"rules: {describe_coverage(report.rules)} · boundaries: {describe_coverage(report.boundaries)}"
    return f"{describe_results(report.results)} · {covered}"


def _total(checked: Sequence[Checked], *, notes: bool) -> str:
    policies = "1 policy" if len(checked) == 1 else f"{len(checked)} policies"
    levels = [entry.level for one in checked for entry in one.entries]
    found = [format_count(levels.count(level), word) for level, word in _WORDS.items() if level in levels]
    if set(levels) <= {"note"}:
        found.insert(0, "no problems")
    unlisted = "; --notes lists them" if "note" in levels and not notes else ""
    return f"{policies} checked: {', '.join(found)}{unlisted}"
