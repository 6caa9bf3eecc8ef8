"""`invitepolicy test POLICY…`: the tests in policy files, what failed and why, and what they covered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import attrs

from invitepolicy._core.quantities import format_count, format_instant, format_quantity
from invitepolicy._core.text import quoted, safe_text
from invitepolicy.cli import options
from invitepolicy.cli.output import warn, write_out
from invitepolicy.cli.policies import COULD_NOT_RUN, FINE, FOUND, Source, add_sources, files_named, load_each
from invitepolicy.cli.text.terminal import Style
from invitepolicy.testing.messages import (
    describe_boundary,
    describe_coverage,
    describe_decider,
    describe_failure,
    describe_life,
    describe_results,
)
from invitepolicy.testing.run import run_tests
from invitepolicy.testing.suggest import format_suggestions, suggest_tests

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from invitepolicy import Policy
    from invitepolicy._core.policy import PolicyTest
    from invitepolicy.testing.coverage import CoveredBoundary, CoveredRule
    from invitepolicy.testing.run import Failure, Report, Result


@attrs.frozen
class Tested:
    """A policy whose tests were run; without a report where it could not be loaded."""

    source: Source
    report: Report | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """State the arguments of the verb."""
    add_sources(parser)
    parser.add_argument("-k", dest="words", metavar="WORDS", default="", help="only tests whose names hold these words")
    parser.add_argument("--boundaries", action="store_true", help="list the boundaries that no test looks at")
    parser.add_argument(
        "--suggest", action="store_true", help="print the tests that are missing, as YAML to read and to paste"
    )
    options.add_output(parser, ("text", "json"))


def run(args: argparse.Namespace) -> int:
    """Run the tests; 0 where all passed, 1 where some failed or a policy has problems, 2 where none could be run."""
    words = args.words.casefold().split()
    tested = [_run(source, words) for source in load_each(args.policies, quiet=args.quiet)]
    if args.format == "json":
        plain = [_to_dict(one) | (_suggested(one) if args.suggest else {}) for one in tested]
        text = json.dumps(plain, ensure_ascii=False, indent=1) + "\n"
    elif args.suggest:
        text = "".join(f"{line}\n" for one in tested for line in _suggestions(one))
    else:
        style = Style(options.wants_color(args.color, to_file=args.output is not None))
        text = "".join(f"{line}\n" for line in _as_text(tested, style, boundaries=args.boundaries))
    write_out([text], args.output, sources=files_named(args.policies))
    if words and not any(one.report is None or one.report.results for one in tested):
        warn(f"no test has {quoted(args.words)} in its name")
        return COULD_NOT_RUN
    return max(_status(one) for one in tested)


def _run(source: Source, words: Sequence[str]) -> Tested:
    if source.policy is None:
        return Tested(source, None)
    return Tested(source, run_tests(_narrowed(source.policy, words)))


def _narrowed(policy: Policy, words: Sequence[str]) -> Policy:
    """Keep the tests in whose names all words stand, in whatever case."""
    tests = (test for test in policy.tests if all(word in test.name.casefold() for word in words))
    return attrs.evolve(policy, tests=tuple(tests))


def _status(one: Tested) -> int:
    failed = one.report is not None and any(result.failures for result in one.report.results)
    return max(one.source.status, FOUND if failed else FINE)


def _as_text(tested: Sequence[Tested], style: Style, *, boundaries: bool) -> Iterator[str]:
    for number, one in enumerate(tested):
        if number:
            yield ""
        yield style.heading(safe_text(one.source.name))
        if one.report is None:
            yield from (f"  {problem}" for problem in one.source.problems)
        else:
            yield from _report(one.report, style, boundaries=boundaries)


def _report(report: Report, style: Style, *, boundaries: bool) -> Iterator[str]:
    for result in report.results:
        yield from _result(result, style)
    yield f"  {describe_results(report.results)}"
    yield f"  rules: {describe_coverage(report.rules)} decided"
    yield from _undecided(report.rules)
    yield f"  boundaries: {describe_coverage(report.boundaries)} tested on both sides"
    if boundaries:
        untested = [border for border in report.boundaries if not border.covered]
        for border in sorted(untested, key=lambda border: not border.own):
            yield f"    untested  {describe_boundary(border)}"


def _suggestions(one: Tested) -> Iterator[str]:
    """Write the missing tests of a policy, each what it says today, under a remark that a file may hold."""
    if one.report is None:
        yield from (f"# {problem}" for problem in one.source.problems)
        return
    found = suggest_tests(one.report.policy)
    name = safe_text(one.source.name)
    if not found:
        yield f"# {name}: its own rules and boundaries are all tested"
        return
    many = format_count(len(found), "test")
    yield f"# {name} wants {many}. Read what each expects, and paste them under “tests:”."
    yield from format_suggestions(found)


def _suggested(one: Tested) -> dict[str, Any]:
    return {"suggestions": "".join(f"{line}\n" for line in _suggestions(one))}


def _result(result: Result, style: Style) -> Iterator[str]:
    test = result.test
    if test.skip is not None:
        yield f"  skipped  {safe_text(test.name)} ({test.place}): {safe_text(test.skip)}"
    if result.failures:
        yield style.heading(f"  failed   {safe_text(test.name)} ({test.place})")
    for failure in result.failures:
        yield from (f"             {line}" for line in describe_failure(failure, test.now))


def _undecided(rules: Sequence[CoveredRule]) -> Iterator[str]:
    """Name the file's own rules that decided in no test."""
    for rule in rules:
        if rule.own and not rule.covered:
            name = "otherwise" if rule.rule is None else quoted(rule.rule)
            yield f"    undecided  {rule.place}: {rule.decision}, {name}"


def _to_dict(one: Tested) -> dict[str, Any]:
    report = one.report
    return {
        "policy": one.source.name,
        "problems": [attrs.asdict(problem) for problem in one.source.problems],
        "tests": [] if report is None else [_result_to_dict(result) for result in report.results],
        "coverage": report
        and {
            "rules": [_rule_to_dict(rule) for rule in report.rules],
            "boundaries": [_border_to_dict(border) for border in report.boundaries],
        },
    }


def _result_to_dict(result: Result) -> dict[str, Any]:
    test = result.test
    status = "skipped" if test.skip is not None else "failed" if result.failures else "passed"
    return {
        "name": test.name,
        "place": str(test.place),
        "status": status,
        "skip": test.skip,
        "failures": [_failure_to_dict(failure, test) for failure in result.failures],
    }


def _failure_to_dict(failure: Failure, test: PolicyTest) -> dict[str, Any]:
    lives = (failure.wanted_life, failure.found_life)
    wanted, found = (describe_life(life, test.now) if life else None for life in lives)
    return {
        "decision": failure.decision,
        "wants": failure.wants,
        "want": failure.want,
        "got": failure.got,
        "at": format_instant(failure.instant),
        "place": str(failure.place),
        "decided": describe_decider(failure.ruling),
        "decided_at": str(failure.ruling.place),
        "wanted_life": wanted,
        "found_life": found,
    }


def _rule_to_dict(rule: CoveredRule) -> dict[str, Any]:
    return {**attrs.asdict(rule, recurse=False), "place": str(rule.place)}


def _border_to_dict(border: CoveredBoundary) -> dict[str, Any]:
    return {
        "decision": border.decision,
        "rule": border.rule,
        "line": f"{border.condition.fact}: {border.condition.text}",
        "value": format_quantity(border.threshold.value, border.threshold.kind),
        "setting": border.threshold.setting,
        "place": str(border.condition.place),
        "own": border.own,
        "covered": border.covered,
    }
