"""`invitepolicy check POLICY…`: all problems of policies, what the linter finds, and the failures of their tests.

Parses policies; calls `load_policy`, `lint_policy` and `run_tests`; prints a line for each problem, warning and failed
test, with the line of the file that it is about, or JSON, or annotations for GitHub.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import attrs

from invitepolicy._core.quantities import format_count
from invitepolicy._core.text import clip, quoted, safe_text
from invitepolicy.analysis.lint import lint_policy
from invitepolicy.cli import options
from invitepolicy.cli.output import FINE, FOUND, write_out
from invitepolicy.cli.policies import Source, add_sources, files_named, load_each
from invitepolicy.cli.text.excerpt import excerpt
from invitepolicy.cli.text.terminal import Style, screen_width
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

_LONGEST: Final = 500  # characters of a message
_PRINTED: Final = 20  # entries of a policy: mending these first is work enough
_WORDS: Final = {"error": "problem", "warning": "warning", "note": "note"}
_COMMANDS: Final = {"error": "error", "warning": "warning", "note": "notice"}


@attrs.frozen
class Entry:
    """One finding of a check, with its place; its level is `error`, `warning` or `note`, as in JSON."""

    path: str
    line: int
    column: int
    level: str
    code: str
    what: str
    hint: str


@attrs.frozen
class Checked:
    """A policy that was checked: the findings, and, if it could be loaded, the report of its tests."""

    source: Source
    entries: tuple[Entry, ...]
    report: Report | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    add_sources(parser)
    parser.add_argument("--notes", action="store_true", help="also list notes, which do not affect the exit status")
    options.add_output(parser, ("text", "json", "github"))


def run(args: argparse.Namespace) -> int:
    """Check policies; 0 if there are at most notes, 1 if there are problems or warnings, 2 if one could not be read."""
    checked = [_check(source) for source in load_each(args.policies, quiet=args.quiet)]
    entries = [entry for one in checked for entry in one.entries]
    if args.format == "json":
        text = json.dumps([attrs.asdict(entry) for entry in entries], ensure_ascii=False, indent=1) + "\n"
    elif args.format == "github":
        text = "".join(f"{_as_command(entry)}\n" for entry in entries if args.notes or entry.level != "note")
    else:
        lines = _as_text(checked, options.page_style(args), screen_width(), notes=args.notes, quiet=args.quiet)
        text = "".join(f"{line}\n" for line in lines)
    write_out([text], args.output, sources=files_named(args.policies))
    status = FOUND if any(entry.level != "note" for entry in entries) else FINE
    # The statuses are in the order of their gravity: 2, could not run, outweighs 1.
    return max(status, *(one.source.status for one in checked))


def _check(source: Source) -> Checked:
    if source.policy is None:
        return Checked(source, tuple(map(_problem_entry, source.problems)), None)
    report = run_tests(source.policy)
    return Checked(source, (*_lint_entries(source.policy), *_test_entries(report)), report)


def _problem_entry(problem: Problem) -> Entry:
    return Entry(problem.path, problem.line, problem.column, "error", problem.code, problem.what, problem.hint)


def _lint_entries(policy: Policy) -> Iterator[Entry]:
    path = policy._files[-1].path  # findings are about the policy's own file
    for finding in lint_policy(policy):
        what = finding.what
        if finding.level == "warning" and finding.witness is not None:
            what += f" (such as {finding.witness.words})"
        yield Entry(path, finding.place.line, finding.place.column, finding.level, finding.code, what, finding.hint)


def _test_entries(report: Report) -> Iterator[Entry]:
    for result in report.results:
        for failure in result.failures:
            yield _failure_entry(result, failure)


def _failure_entry(result: Result, failure: Failure) -> Entry:
    test, place = result.test, failure.place
    hint = describe_decider(failure.ruling)
    if failure.found_life:
        hint += f"; its life is {describe_life(failure.found_life, test.now)}"
    what = f"the test {quoted(test.name)} fails: {describe_miss(failure, test.now)}"
    return Entry(place.file, place.line, place.column, "error", "test", what, hint)


def _as_command(entry: Entry) -> str:
    """Return a workflow command, which GitHub shows beside the line of a file.

    https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
    """
    place = f"file={_in_property(entry.path)},line={entry.line},col={entry.column},title={_in_property(entry.code)}"
    return f"::{_COMMANDS[entry.level]} {place}::{_in_message(_message(entry))}"


def _in_message(text: str) -> str:
    # The percent sign first, or it would escape the escapes of the others.
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _in_property(text: str) -> str:
    return _in_message(text).replace(":", "%3A").replace(",", "%2C")


def _message(entry: Entry) -> str:
    return f"{entry.what}; {entry.hint}" if entry.hint else entry.what


def _as_text(checked: Sequence[Checked], style: Style, width: int, *, notes: bool, quiet: bool) -> Iterator[str]:
    for one in checked:
        shown = [entry for entry in one.entries if notes or entry.level != "note"]
        for entry in shown[:_PRINTED]:
            yield style.heading(_as_line(entry))
            yield from excerpt(one.source.name, entry.path, (entry.line, entry.column), width=width)
        if len(shown) > _PRINTED:
            yield f"… and {len(shown) - _PRINTED} more in {safe_text(one.source.name)}; --format json lists them all"
        if not quiet and one.report is not None:
            yield style.faint(f"{safe_text(one.source.name)}: {_summary(one.report)}")
    if not quiet:
        yield _total(checked, notes=notes)


def _as_line(entry: Entry) -> str:
    level = "" if entry.level == "error" else f"{entry.level}: "
    return clip(safe_text(f"{entry.path}:{entry.line}:{entry.column}: {level}{_message(entry)}"), _LONGEST)


def _summary(report: Report) -> str:
    covered = f"rules: {describe_coverage(report.rules)} · boundaries: {describe_coverage(report.boundaries)}"
    return f"{describe_results(report.results)} · {covered}"


def _total(checked: Sequence[Checked], *, notes: bool) -> str:
    policies = "1 policy" if len(checked) == 1 else f"{len(checked)} policies"
    levels = [entry.level for one in checked for entry in one.entries]
    counts = [format_count(levels.count(level), word) for level, word in _WORDS.items() if level in levels]
    # Also where there is no entry at all.
    if set(levels) <= {"note"}:
        counts.insert(0, "no problems")
    unlisted = "; --notes lists them" if "note" in levels and not notes else ""
    return f"{policies} checked: {', '.join(counts)}{unlisted}"
