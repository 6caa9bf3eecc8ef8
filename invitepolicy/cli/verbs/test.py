"""`invitepolicy test POLICY…`: the tests in policy files, what failed and why, and what they cover.

Parses policies, and which of their tests to run; calls `run_tests`, or `suggest_tests` for the missing ones; prints
failed and skipped tests, and the coverage of rules and boundaries; or suggested tests as YAML; or all of it as JSON.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import attrs

from invitepolicy._core.quantities import format_count, format_instant, format_quantity
from invitepolicy._core.text import quoted, safe_text
from invitepolicy.cli import options
from invitepolicy.cli.output import COULD_NOT_RUN, FINE, FOUND, warn, write_out
from invitepolicy.cli.policies import Source, add_sources, files_named, load_each
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
    from invitepolicy.cli.text.terminal import Style
    from invitepolicy.testing.coverage import CoveredBoundary, CoveredRule
    from invitepolicy.testing.run import Failure, Report, Result


@attrs.frozen
class Tested:
    """A policy and the report of its tests, None if it could not be loaded."""

    source: Source
    report: Report | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    add_sources(parser)
    parser.add_argument(
        "-k", dest="words", metavar="WORDS", default="", help="run only tests whose names contain all of these words"
    )
    parser.add_argument("--boundaries", action="store_true", help="list the boundaries not tested on both sides")
    parser.add_argument(
        "--suggest", action="store_true", help="print the missing tests as YAML, to review and to paste into the file"
    )
    options.add_output(parser, ("text", "json"))


def run(args: argparse.Namespace) -> int:
    """Run the tests; 0 if all passed, 1 if some failed or a policy has problems, 2 if none could be run."""
    words = args.words.casefold().split()
    tested = [_run(source, words) for source in load_each(args.policies, quiet=args.quiet)]
    if args.format == "json":
        plain = [_to_dict(one) | (_suggestions_to_dict(one) if args.suggest else {}) for one in tested]
        text = json.dumps(plain, ensure_ascii=False, indent=1) + "\n"
    elif args.suggest:
        text = "".join(f"{line}\n" for one in tested for line in _suggestions(one))
    else:
        lines = _as_text(tested, options.page_style(args), boundaries=args.boundaries)
        text = "".join(f"{line}\n" for line in lines)
    write_out([text], args.output, sources=files_named(args.policies))
    # A policy that could not be loaded has reported why; whether a test of it matches is not known.
    if words and not any(one.report is None or one.report.results for one in tested):
        warn(f"no test matches {quoted(args.words)}")
        return COULD_NOT_RUN
    return max(_status(one) for one in tested)


def _run(source: Source, words: Sequence[str]) -> Tested:
    if source.policy is None:
        return Tested(source, None)
    # The coverage is then that of the selected tests alone.
    return Tested(source, run_tests(_select_tests(source.policy, words)))


def _select_tests(policy: Policy, words: Sequence[str]) -> Policy:
    """Return the policy with only those tests whose names contain all of the casefolded words."""
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
        untested = [boundary for boundary in report.boundaries if not boundary.covered]
        for boundary in sorted(untested, key=lambda boundary: not boundary.own):
            yield f"    untested  {describe_boundary(boundary)}"


def _suggestions(one: Tested) -> Iterator[str]:
    """Yield the missing tests of a policy as YAML, each expecting today's answer; remarks are YAML comments."""
    if one.report is None:
        yield from (f"# {problem}" for problem in one.source.problems)
        return
    # The policy of the report, in which -k has left out tests: what these cover counts as missing, too.
    missing = suggest_tests(one.report.policy)
    name = safe_text(one.source.name)
    if not missing:
        yield f"# {name}: its own rules and boundaries are all tested"
        return
    count = format_count(len(missing), "missing test")
    yield f"# {name}: {count}; check what each expects, then paste them under “tests:”"
    yield from format_suggestions(missing)


def _suggestions_to_dict(one: Tested) -> dict[str, Any]:
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
    """Yield the file's own rules that decided in no test."""
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
        # null where the policy could not be loaded.
        "coverage": report
        and {
            "rules": [_rule_to_dict(rule) for rule in report.rules],
            "boundaries": [_boundary_to_dict(boundary) for boundary in report.boundaries],
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
    expected, actual = (
        describe_life(life, test.now) if life else None for life in (failure.wanted_life, failure.found_life)
    )
    return {
        "decision": failure.decision,
        "wants": failure.wants,
        "want": failure.want,
        "got": failure.got,
        "at": format_instant(failure.instant),
        "place": str(failure.place),
        "decided": describe_decider(failure.ruling),
        "decided_at": str(failure.ruling.place),
        "wanted_life": expected,
        "found_life": actual,
    }


def _rule_to_dict(rule: CoveredRule) -> dict[str, Any]:
    return {**attrs.asdict(rule, recurse=False), "place": str(rule.place)}


def _boundary_to_dict(boundary: CoveredBoundary) -> dict[str, Any]:
    return {
        "decision": boundary.decision,
        "rule": boundary.rule,
        "line": f"{boundary.condition.fact}: {boundary.condition.text}",
        "value": format_quantity(boundary.threshold.value, boundary.threshold.kind),
        "setting": boundary.threshold.setting,
        "place": str(boundary.condition.place),
        "own": boundary.own,
        "covered": boundary.covered,
    }
