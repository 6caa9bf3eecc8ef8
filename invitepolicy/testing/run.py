"""Run the tests in a policy file, by the plain reading of the rules, and measure what they cover."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

import attrs

from invitepolicy._core.errors import Location
from invitepolicy._core.facts import NOT_APPLICABLE
from invitepolicy._core.policy import ExpectedStage
from invitepolicy._decide.answers import read_values
from invitepolicy._decide.rules import evaluate, turning_points
from invitepolicy.testing.coverage import CoveredBoundary, CoveredRule, Observation, cover

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from invitepolicy import Policy
    from invitepolicy._core.policy import DecisionSpec, Expectation, PolicyTest
    from invitepolicy._core.records import Value
    from invitepolicy._decide.rules import Ruling

# The finest step of a datetime: the last instant before a turning point is a tick earlier.
TICK: Final = timedelta(microseconds=1)

Life = tuple[ExpectedStage, ...]


@attrs.frozen
class Failure:
    """An expectation that was not met, at the first instant at which it was not.

    `wants` tells whether `want` and `got` are outcomes or names of rules (where no named rule decided: `otherwise`,
    `not_applicable` or `undetermined`). `place` is that of the expectation; `ruling` is what the policy decided
    instead, with its place. The lives are empty where no life was expected.
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
    """A test that ran, or was skipped where `test.skip` gives a reason; without failures it passed."""

    test: PolicyTest
    failures: tuple[Failure, ...]


@attrs.frozen
class Report:
    """The results of a policy's tests, in the order of the file, and their coverage."""

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
    """Run the tests of a policy's own file on that resolved policy, and return results and coverage.

    The tests of parents are not run. Rulings come from the plain reading of the rules, which is the definition that
    faster ways are held to; a decision about the account takes the test's account as constant. A test with `skip` is
    not run and covers nothing; a failing one covers what it observed. A policy without tests has no results and
    nothing covered. A failing test raises no error. What counts as covered is defined by `coverage.cover`.
    """
    results: list[Result] = []
    observations: list[Observation] = []
    for test in policy.tests:
        result, observed = _run(policy, test)
        results.append(result)
        observations += observed
    return Report(policy, tuple(results), *cover(policy, observations))


def run_test(policy: Policy, test: PolicyTest) -> Result:
    """Run one test of a policy, or skip it where it has `skip`, without measuring coverage."""
    return _run(policy, test)[0]


def _run(policy: Policy, test: PolicyTest) -> tuple[Result, list[Observation]]:
    observations: list[Observation] = []
    failures: list[Failure] = []
    if test.skip is None:
        for expectation in test.expect:
            case = _make_case(policy, test, expectation.decision)
            observations += _observe_all(case, expectation, test.now)
            failures += (
                _check_life(case, expectation, test.now) if expectation.life else _check_instants(case, expectation)
            )
        # The rule is that of the test's now, whatever life is expected.
        for name, rule in test.rule.items():
            observation = _observe(_make_case(policy, test, name), test.now)
            observations.append(observation)
            failures += _check_rule(policy, test, observation, rule)
    return Result(test, tuple(failures)), observations


def _make_case(policy: Policy, test: PolicyTest, name: str) -> _Case:
    decision = policy.decisions[name]
    return _Case(decision, read_values(decision, test.given, test.account))


def _observe(case: _Case, instant: datetime) -> Observation:
    return Observation(case.decision, case.values, instant, evaluate(case.decision, case.values, instant))


def _observe_all(case: _Case, expectation: Expectation, now: datetime) -> Iterator[Observation]:
    """Observe each instant of an expectation; of a life, both sides of each turning point."""
    if not expectation.life:
        yield from (_observe(case, instant) for instant, _ in expectation.instants)
        return
    yield _observe(case, now)
    for instant in _coming_turns(case, now):
        yield _observe(case, instant - TICK)
        yield _observe(case, instant)


def _coming_turns(case: _Case, now: datetime) -> Iterator[datetime]:
    return (instant for instant in turning_points(case.decision, case.values) if instant > now)


def _check_instants(case: _Case, expectation: Expectation) -> Iterable[Failure]:
    for instant, want in sorted(expectation.instants):
        ruling = _observe(case, instant).ruling
        if ruling.outcome != want:
            yield Failure(expectation.decision, "outcome", want, ruling.outcome, instant, expectation.place, ruling)


def _check_life(case: _Case, expectation: Expectation, now: datetime) -> Iterable[Failure]:
    actual = _life(case, now)
    expected = _completed(expectation.life, actual)
    # Between these instants neither life changes. Both are needed: for what fails to come, and for what
    # comes unexpected.
    for after in sorted({stage.after for stage in (*expected, *actual)}):
        want = _outcome_at(expected, after)
        ruling = _observe(case, now + after).ruling
        if want != ruling.outcome:
            yield Failure(
                expectation.decision, "outcome", want, ruling.outcome, now + after, expectation.place, ruling,
                expectation.life, actual,
            )  # fmt: skip
            return


def _life(case: _Case, now: datetime) -> Life:
    """Return a record's life from `now` on, in which each outcome differs from the one before."""
    life = [ExpectedStage(_observe(case, now).ruling.outcome, timedelta())]
    for instant in _coming_turns(case, now):
        outcome = _observe(case, instant).ruling.outcome
        if outcome != life[-1].outcome:
            life.append(ExpectedStage(outcome, instant - now))
    return tuple(life)


def _completed(expected: Life, actual: Life) -> Life:
    """Add the closing `not_applicable` that a test may leave out."""
    # Where `applies_to` limits an age, lives end so; tests need not repeat it.
    closing = actual[-1]
    left_out = closing.outcome == NOT_APPLICABLE and closing.after > expected[-1].after
    return (*expected, closing) if left_out else expected


def _outcome_at(life: Life, after: timedelta) -> str:
    # The last that has begun; the first begins at 0, so that there always is one.
    return next(stage.outcome for stage in reversed(life) if stage.after <= after)


def _check_rule(policy: Policy, test: PolicyTest, observation: Observation, want: str) -> Iterable[Failure]:
    name = observation.decision.name
    got = name_decider(observation.ruling)
    if got != want:
        place = _locate_expected_rule(policy, test, name)
        yield Failure(name, "rule", want, got, test.now, place, observation.ruling)


def name_decider(ruling: Ruling) -> str:
    """Return the name of the rule that decided; where none did, `otherwise` or the outcome."""
    if ruling.rule is None:
        return ruling.outcome
    return ruling.rule.name or "otherwise"


def _locate_expected_rule(policy: Policy, test: PolicyTest, name: str) -> Location:
    document = policy._files[-1]
    # A test does not keep its number: it is found by its place.
    start = (test.place.line, test.place.column)
    is_test = (path[1] for path, (_, mark) in document.places.items() if path[:1] == ("tests",) and mark == start)
    return Location(document.path, *document.key_mark(("tests", next(is_test), "rule", name)))
