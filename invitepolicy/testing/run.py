"""The tests in a policy file: each run by the plain reading of the rules, and what they covered."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

import attrs

from invitepolicy._core.facts import NOT_APPLICABLE
from invitepolicy._core.policy import ExpectedStage, Location
from invitepolicy._decide.answers import read_values
from invitepolicy._decide.rules import evaluate, turning_points
from invitepolicy.testing.coverage import CoveredBoundary, CoveredRule, Observation, cover

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from invitepolicy import Policy
    from invitepolicy._core.policy import DecisionSpec, Expectation, PolicyTest
    from invitepolicy._core.records import Value
    from invitepolicy._decide.rules import Ruling

TICK: Final = timedelta(microseconds=1)

Life = tuple[ExpectedStage, ...]


@attrs.frozen
class Failure:
    """An expectation that was not met, at the first instant at which it was not.

    `wants` says whether `want` and `got` are outcomes or the names of rules (of what decided, where that has no name:
    `otherwise`, `not_applicable` or `undetermined`). `place` is the expectation's, `ruling` what the policy said
    instead, with the place of what decided. The lives are empty where no life was expected.
    """

    decision: str
    wants: Literal["outcome", "rule"]
    want: str
    got: str
    instant: datetime
    place: Location
    ruling: Ruling
    wanted_life: Life = ()
    found_life: Life = ()


@attrs.frozen
class Result:
    """A test that was run, or skipped where `test.skip` says why; it passed where there is no failure."""

    test: PolicyTest
    failures: tuple[Failure, ...]


@attrs.frozen
class Report:
    """What came of a policy's tests: a result each, in the order of the file, and the coverage."""

    policy: Policy
    results: tuple[Result, ...]
    rules: tuple[CoveredRule, ...]
    boundaries: tuple[CoveredBoundary, ...]


@attrs.frozen
class _Case:
    """A test's record as one decision sees it."""

    decision: DecisionSpec
    values: Mapping[str, Value]


def run_tests(policy: Policy) -> Report:
    """Run the tests that stand in a policy's own file, on that file's own resolved policy.

    Judged is by the plain reading of the rules; in a decision about the account, the test's account stands still. A
    test that says `skip` is not run and covers nothing; one that fails covers what it judged. What counts as covered
    stands in `coverage.cover`.
    """
    results: list[Result] = []
    probes: list[Observation] = []
    for test in policy.tests:
        result, judged = _run(policy, test)
        results.append(result)
        probes += judged
    return Report(policy, tuple(results), *cover(policy, probes))


def run_test(policy: Policy, test: PolicyTest) -> Result:
    """Run one test of a policy, or skip it where it says so, without counting what it covers."""
    return _run(policy, test)[0]


def _run(policy: Policy, test: PolicyTest) -> tuple[Result, list[Observation]]:
    probes: list[Observation] = []
    failures: list[Failure] = []
    if test.skip is None:
        for expectation in test.expect:
            case = _case(policy, test, expectation.decision)
            probes += _probes(case, expectation, test.now)
            failures += _missed_life(case, expectation, test.now) if expectation.life else _missed(case, expectation)
        for name, rule in test.rule.items():
            probe = _probe(_case(policy, test, name), test.now)
            probes.append(probe)
            failures += _missed_rule(policy, test, probe, rule)
    return Result(test, tuple(failures)), probes


def _case(policy: Policy, test: PolicyTest, name: str) -> _Case:
    decision = policy.decisions[name]
    return _Case(decision, read_values(decision, test.given, test.account))


def _probe(case: _Case, instant: datetime) -> Observation:
    return Observation(case.decision, case.values, instant, evaluate(case.decision, case.values, instant))


def _probes(case: _Case, expectation: Expectation, now: datetime) -> Iterator[Observation]:
    """Judge at the instants that are asked about; a life is asked about on both sides of each border."""
    if not expectation.life:
        yield from (_probe(case, instant) for instant, _ in expectation.instants)
        return
    yield _probe(case, now)
    for border in _coming(case, now):
        yield _probe(case, border - TICK)
        yield _probe(case, border)


def _coming(case: _Case, now: datetime) -> Iterator[datetime]:
    return (border for border in turning_points(case.decision, case.values) if border > now)


def _missed(case: _Case, expectation: Expectation) -> Iterable[Failure]:
    for instant, want in sorted(expectation.instants):
        ruling = _probe(case, instant).ruling
        if ruling.outcome != want:
            yield Failure(expectation.decision, "outcome", want, ruling.outcome, instant, expectation.place, ruling)


def _missed_life(case: _Case, expectation: Expectation, now: datetime) -> Iterable[Failure]:
    found = _life(case, now)
    wanted = _completed(expectation.life, found)
    for after in sorted({segment.after for segment in (*wanted, *found)}):
        want = _outcome_at(wanted, after)
        ruling = _probe(case, now + after).ruling
        if want != ruling.outcome:
            yield Failure(
                expectation.decision, "outcome", want, ruling.outcome, now + after, expectation.place, ruling,
                expectation.life, found,
            )  # fmt: skip
            return


def _life(case: _Case, now: datetime) -> Life:
    """Give a record's whole life from `now` on, in which each outcome differs from the one before."""
    life = [ExpectedStage(_probe(case, now).ruling.outcome, timedelta())]
    for instant in _coming(case, now):
        outcome = _probe(case, instant).ruling.outcome
        if outcome != life[-1].outcome:
            life.append(ExpectedStage(outcome, instant - now))
    return tuple(life)


def _completed(wanted: Life, found: Life) -> Life:
    """Add the closing `not_applicable` that a test may leave out."""
    closing = found[-1]
    left_out = closing.outcome == NOT_APPLICABLE and closing.after > wanted[-1].after
    return (*wanted, closing) if left_out else wanted


def _outcome_at(life: Life, after: timedelta) -> str:
    return next(segment.outcome for segment in reversed(life) if segment.after <= after)


def _missed_rule(policy: Policy, test: PolicyTest, probe: Observation, want: str) -> Iterable[Failure]:
    name = probe.decision.name
    got = rule_of(probe.ruling)
    if got != want:
        place = _place_of_rule(policy, test, name)
        yield Failure(name, "rule", want, got, test.now, place, probe.ruling)


def rule_of(ruling: Ruling) -> str:
    """Name the rule that decided; where none did, `otherwise` or the outcome that says so."""
    if ruling.rule is None:
        return ruling.outcome
    return ruling.rule.name or "otherwise"


def _place_of_rule(policy: Policy, test: PolicyTest, name: str) -> Location:
    document = policy._files[-1]
    start = (test.place.line, test.place.column)
    is_test = (path[1] for path, (_, mark) in document.places.items() if path[:1] == ("tests",) and mark == start)
    return Location(document.path, *document.key_mark(("tests", next(is_test), "rule", name)))
