"""Running the tests in a policy file: outcomes, lives, instants, rules, accounts and skips."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
import pytest
from builders import TESTED_RULES as RULES
from builders import policy
from strategies import random_invitations

from invitepolicy import Account, load_policy
from invitepolicy._core.errors import Location
from invitepolicy._core.frozen import FrozenMapping
from invitepolicy._core.policy import Expectation, ExpectedStage, PolicyTest
from invitepolicy._read.load import shipped_names
from invitepolicy.testing.run import run_test, run_tests
from invitepolicy.timeline import timeline

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def failures(*tests):
    """Return the failures of tests, all in one file."""
    report = run_tests(
        policy(RULES + "".join(f"  - {{test: t{number}, {test}}}\n" for number, test in enumerate(tests)))
    )
    return [failure for result in report.results for failure in result.failures]


@pytest.mark.parametrize(
    "test",
    [
        "expect: {withdraw: keep}",
        "given: {sent_at: 4 days ago}, expect: {withdraw: withdraw}",
        "given: {sent_at: 2026-01-01}, now: 2026-01-05, expect: {withdraw: withdraw}",
        "given: {activity: daily}, expect: {withdraw: [keep, consider after 3 days, withdraw after 4 days]}",
        "given: {activity: daily}, expect: {withdraw: {2026-01-03T23:59Z: keep, after 3 days: consider}}",
        "given: {activity: daily}, expect: {withdraw: {2025-12-01: keep}}",
        "given: {status: draft}, expect: {withdraw: not_applicable}",
        "given: {status: draft}, expect: {withdraw: [not_applicable]}",
        "given: {sent_at: }, expect: {withdraw: undetermined}",
        "given: {sent_at: 4 days ago}, expect: {}, rule: {withdraw: late}",
        "account: {restricted_at: 1 day ago}, expect: {pace: pause}, rule: {pace: restricted}",
        "account: {restricted_at: 1 day ago, pending: 10}, expect: {pace: [pause, slow_down after 6 days]}",
        "expect: {withdraw: withdraw}, skip: not yet",
    ],
)
def test_what_is_so_passes(test):
    """An outcome, a life or instants; at the test's own now; of an account that stands still; skipped or not."""
    assert failures(test) == []


@pytest.mark.parametrize(
    ("test", "missed"),
    [
        ("expect: {withdraw: withdraw}", ("withdraw", "keep", NOW)),
        ("given: {status: draft}, expect: {withdraw: [keep]}", ("keep", "not_applicable", NOW)),
        ("given: {sent_at: }, expect: {withdraw: keep}", ("keep", "undetermined", NOW)),
        (
            "expect: {withdraw: {after 4 days: keep, after 2 days: consider}}",
            ("consider", "keep", NOW + 2 * DAY),
        ),
        ("expect: {withdraw: [keep, withdraw after 5 days]}", ("keep", "withdraw", NOW + 4 * DAY)),
        ("expect: {withdraw: [keep, withdraw after 3 days]}", ("withdraw", "keep", NOW + 3 * DAY)),
        ("expect: {withdraw: [keep]}", ("keep", "withdraw", NOW + 4 * DAY)),
        (
            "expect: {withdraw: [keep, withdraw after 4 days, keep after 5 days]}",
            ("keep", "withdraw", NOW + 5 * DAY),
        ),
        (
            "expect: {withdraw: [keep, withdraw after 4 days, not_applicable after 5 days]}",
            ("not_applicable", "withdraw", NOW + 5 * DAY),
        ),
        ("given: {sent_at: 4 days ago}, expect: {}, rule: {withdraw: soon}", ("soon", "late", NOW)),
        ("expect: {}, rule: {withdraw: soon}", ("soon", "otherwise", NOW)),
        ("given: {status: draft}, expect: {}, rule: {withdraw: soon}", ("soon", "not_applicable", NOW)),
        ("account: {pending: 9}, expect: {pace: slow_down}", ("slow_down", "send", NOW)),
    ],
)
def test_what_is_not_so_fails_where_it_first_parts(test, missed):
    """With what was wanted, what was got, and the first instant of that."""
    first = failures(test)[0]

    assert (first.want, first.got, first.instant) == missed


def test_a_life_is_exact_to_the_minute():
    """A minute sooner or later fails."""
    assert failures("expect: {withdraw: [keep, withdraw after 5759 minutes]}")
    assert failures("expect: {withdraw: [keep, withdraw after 5760 minutes]}") == []
    assert failures("expect: {withdraw: [keep, withdraw after 5761 minutes]}")


LAPSES = """
decisions:
  withdraw:
    question: What to do?
    applies_to: {sent: less than 2 weeks ago}
    rules:
      - {rule: late, when: {sent: at least 1 week ago}, then: withdraw, because: It is late.}
    otherwise: {then: keep, because: They have time.}
tests:
"""


def test_only_a_closing_not_applicable_may_be_left_out():
    """Where something else is expected beyond it, it counts."""

    def fails(life):
        report = run_tests(policy(LAPSES + f"  - {{test: t, expect: {{withdraw: {life}}}}}"))
        return [(failure.want, failure.got, failure.instant - NOW) for failure in report.results[0].failures]

    assert fails("[keep, withdraw after 1 week]") == []
    assert fails("[keep, withdraw after 1 week, not_applicable after 2 weeks]") == []
    assert fails("[keep, withdraw after 1 week, keep after 3 weeks]") == [
        ("withdraw", "not_applicable", timedelta(weeks=2))
    ]
    assert fails("[keep, withdraw after 1 week, not_applicable after 3 weeks]") == [
        ("withdraw", "not_applicable", timedelta(weeks=2))
    ]


def test_a_failure_holds_both_places_and_both_lives():
    """The expectation's place and the deciding rule's; the life wanted and the life got."""
    (failure,) = failures("given: {activity: daily}, expect: {withdraw: [keep, withdraw after 4 days]}")

    assert (str(failure.place), str(failure.ruling.place)) == ("p.yaml:30", "p.yaml:11")
    assert failure.place.column > 1
    assert failure.ruling.rule.name == "soon"
    assert [(stage.outcome, stage.after) for stage in failure.wanted_life] == [
        ("keep", 0 * DAY),
        ("withdraw", 4 * DAY),
    ]
    assert [(stage.outcome, stage.after) for stage in failure.found_life] == [
        ("keep", 0 * DAY),
        ("consider", 3 * DAY),
        ("withdraw", 4 * DAY),
    ]


def test_a_wrong_rule_points_at_its_own_line():
    """At the decision's name under `rule`, in the right test."""
    text = (
        RULES
        + "  - {test: a, expect: {withdraw: keep}}\n  - test: b\n    expect: {}\n    rule:\n      withdraw: soon\n"
    )

    (failure,) = run_tests(policy(text)).results[1].failures

    assert (failure.wants, failure.place.line, failure.place.column) == ("rule", 34, 7)


def test_a_skipped_test_is_not_run_and_covers_nothing():
    """Its result says so, without failures."""
    report = run_tests(policy(RULES + "  - {test: t, expect: {withdraw: withdraw}, skip: not yet}\n"))

    assert [(result.test.skip, result.failures) for result in report.results] == [("not yet", ())]
    assert not any(rule.covered for rule in report.rules)
    assert not any(boundary.covered for boundary in report.boundaries)


def test_a_policy_without_tests_has_an_empty_report():
    """No results, nothing covered."""
    report = run_tests(policy(RULES.removesuffix("tests:\n")))

    assert report.results == ()
    assert {rule.covered for rule in report.rules} == {False}


def test_a_boundary_after_the_year_9999_is_never_reached():
    """The life ends before it."""
    assert failures("given: {sent_at: 9999-12-31}, now: 9999-12-31, expect: {withdraw: [keep]}") == []


@pytest.mark.parametrize("name", shipped_names())
def test_one_test_alone_says_what_it_says_among_all(name):
    """`run_test` is a part of `run_tests`, and results have the order of the file."""
    whole = load_policy(name)

    report = run_tests(whole)

    assert report.results == tuple(run_test(whole, test) for test in whole.tests)


def test_a_test_runs_on_the_resolved_policy_of_its_own_file():
    """A child's test sees the child's settings; the parent's tests stay the parent's."""
    parent = RULES.replace("4 days", "wait").replace("decisions:", "settings: {wait: 4 days}\ndecisions:")
    child = "settings: {wait: 5 days}\ntests:\n  - {test: t, expect: {withdraw: [keep, withdraw after 5 days]}}\n"

    (result,) = run_tests(
        policy(parent + "  - {test: u, expect: {withdraw: keep}}\n", "extends: parent1\n" + child)
    ).results

    assert (result.test.name, result.failures) == ("t", ())


def test_a_report_is_a_value():
    """Frozen, and the same twice."""
    faq = load_policy("faq")

    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        run_tests(faq).results = ()
    assert run_tests(faq) == run_tests(faq)


@pytest.mark.slow
def test_the_life_that_is_expected_is_the_one_that_decide_gives():
    """2,000 seeded records: a test that states the life as the timeline tells it passes, a minute later it fails."""
    faq = load_policy("faq")

    for record in random_invitations(2_000, seed=4):
        life = tuple(
            ExpectedStage(stage.outcome, max(stage.start or NOW, NOW) - NOW)
            for stage in timeline(faq, record, "withdraw")
            if stage.end is None or stage.end > NOW
        )
        late = tuple(attrs.evolve(stage, after=stage.after + MINUTE * bool(stage.after)) for stage in life)

        assert not missed_by(faq, record, life)
        assert bool(missed_by(faq, record, late)) is (len({stage.outcome for stage in life}) > 1)


def missed_by(whole, record, life):
    """Return what a test misses that expects a life of a record."""
    expectation = Expectation("withdraw", life, (), Location("p.yaml", 1))
    test = PolicyTest("t", record, Account(), NOW, (expectation,), FrozenMapping(), None, Location("p.yaml", 1))
    return run_test(whole, test).failures
