"""What tests cover: the rules that decided, and the boundaries that were looked at from both sides."""

from __future__ import annotations

from textwrap import indent

import pytest
from builders import policy

from invitepolicy.testing.run import run_tests

HEAD = """
facts: {my_score: number}
decisions:
  withdraw:
    question: What to do?
    rules:
      - rule: r
        when: {%s}
        then: withdraw
        because: It is time.
    otherwise: {then: keep, because: They have time.}
tests:
"""


def covered(when, *tests):
    """Return of each boundary of a rule whether tests covered it, in the order of its lines."""
    lines = "".join(f"  - {{test: t{number}, {test}}}\n" for number, test in enumerate(tests))
    report = run_tests(policy(HEAD % when + lines + "  - {test: other, expect: {}}\n"))
    return [boundary.covered for boundary in report.boundaries]


def given(fact, *values):
    """Return a test a value, which expects nothing in particular."""
    return [f"given: {{{fact}: {value}}}, expect: {{withdraw: {{2026-01-01: keep}}}}" for value in values]


def account(field, *values):
    """Return a test an account, likewise."""
    return [f"account: {{{field}: {value}}}, expect: {{withdraw: {{2026-01-01: keep}}}}" for value in values]


@pytest.mark.parametrize(
    ("tests", "wanted"),
    [
        (["expect: {withdraw: [keep, withdraw after 4 days]}"], True),
        (["expect: {withdraw: {2026-01-04T23:59Z: keep, 2026-01-05: withdraw}}"], True),
        (["expect: {withdraw: {2026-01-04T23:58:59Z: keep, 2026-01-05: withdraw}}"], False),
        (["expect: {withdraw: {2026-01-04T23:59Z: keep, 2026-01-05T00:01Z: withdraw}}"], False),
        (["expect: {withdraw: {2026-01-04T23:59Z: keep}}"], False),
        (["expect: {withdraw: {2026-01-05: withdraw}}"], False),
        (["expect: {withdraw: {2026-01-04T23:59Z: keep}}", "expect: {withdraw: {2026-01-05: withdraw}}"], True),
        (["given: {sent_at: 4 days ago}, expect: {withdraw: [withdraw]}"], False),
        (given("sent_at", "5759 minutes ago", "4 days ago"), True),
        (["given: {sent_at: }, expect: {withdraw: [undetermined]}"], False),
        (["expect: {withdraw: [keep, withdraw after 4 days]}, skip: not yet"], False),
        ([], False),
    ],
)  # fmt: skip
def test_the_boundary_of_a_clock(tests, wanted):
    """The very instant, and at most a minute before it; in one test or two; a life looks at both sides."""
    assert covered("sent: at least 4 days ago", *tests) == [wanted]


@pytest.mark.parametrize(
    ("when", "values", "wanted"),
    [
        ("at least 3", (2, 3), True),
        ("at least 3", (1, 3), False),
        ("at least 3", (2, 4), False),
        ("more than 3", (3, 4), True),
        ("more than 3", (2, 4), False),
        ("more than 3", (3, 5), False),
        ("at most 3", (3, 4), True),
        ("at most 3", (3, 5), False),
        ("less than 3", (2, 3), True),
        ("less than 3", (1, 3), False),
    ],
)
def test_the_boundary_of_a_count(when, values, wanted):
    """The number itself, and the one beside it on the other side."""
    assert covered(f"attempts: {when}", *given("attempts", *values)) == [wanted]


@pytest.mark.parametrize(
    ("values", "wanted"),
    [(("39.9%", "40%"), True), (("39.95%", "40%"), True), (("39.8%", "40%"), False), (("39.9%", "40.1%"), False)],
)
def test_the_boundary_of_a_share(values, wanted):
    """The share itself, and one at most a tenth of a percent away."""
    assert covered("account_rejected_share: at least 40%", *account("rejected_share", *values)) == [wanted]


def test_the_boundary_of_a_number_of_ones_own():
    """It has no smallest step: no other threshold of the fact may lie between."""
    assert covered("my_score: at least 2.5", *given("my_score", -7, 2.5)) == [True]
    assert covered("my_score: at least 2.5", *given("my_score", -7, 2.6)) == [False]
    assert covered("my_score: between 1 and 2.5", *given("my_score", 0, 1, 2.5, 9)) == [True, True]
    assert covered("my_score: between 1 and 2.5", *given("my_score", 0, 1, 9)) == [True, False]
    assert covered("my_score: more than 1, attempts: 0", *given("my_score", 1, 9)) == [True, False]


def test_just_a_number_has_two_boundaries():
    """Below it and above it."""
    assert covered("attempts: 2", *given("attempts", 1, 2)) == [True, False]
    assert covered("attempts: 2", *given("attempts", 2, 3)) == [False, True]


@pytest.mark.parametrize(
    "when",
    [
        "attempts: at least 0",
        "account_rejected_share: at least 0%",
        "account_rejected_share: at most 100%",
        "sent: at least never ago",
        "status: pending, sent: given",
    ],
)
def test_nothing_lies_beyond_some_boundaries(when):
    """Less than none, more than all, later than forever: these are no boundaries, nor is a test without a quantity."""
    text = (HEAD % when).replace("facts:", "settings: {never: forever}\nfacts:" if "never" in when else "facts:")

    assert run_tests(policy(text + "  - {test: t, expect: {}}\n")).boundaries == ()


def test_the_line_must_decide():
    """A record that fits for another reason, or fails for another reason, shows nothing."""
    when = "sent: at least 4 days ago, activity: daily"
    life = "[keep, withdraw after 4 days]"

    assert covered(when, f"given: {{activity: daily}}, expect: {{withdraw: {life}}}") == [True]
    assert covered(when, "given: {activity: weekly}, expect: {withdraw: [keep]}") == [False]


TWO = """
settings: {first: 3 days, wait: 4 days, lapse: 9 days}
decisions:
  withdraw:
    question: What to do?
    applies_to: {sent: less than lapse ago}
    outcomes: [keep, consider, withdraw]
    rules:
      - rule: late
        when: {sent: at least wait ago}
        then: withdraw
        because: It is late.
      - rule: soon
        when: {sent: between first and wait ago}
        then: consider
        because: It is soon late.
    otherwise: {then: keep, because: They have time.}
"""
LIFE = "tests:\n  - {test: t, expect: {withdraw: [keep, consider after %s, withdraw after %s]}}\n"


def test_where_a_line_fails_another_rule_may_decide():
    """A boundary shared with the rule above is looked at from both sides by the life that crosses it."""
    report = run_tests(policy(TWO + LIFE % ("3 days", "4 days")))

    assert [(boundary.rule, boundary.threshold.setting, boundary.covered) for boundary in report.boundaries] == [
        (None, "lapse", True),
        ("late", "wait", True),
        ("soon", "first", True),
        ("soon", "wait", True),
    ]
    assert [(rule.rule, rule.covered) for rule in report.rules] == [("late", True), ("soon", True), (None, True)]


def test_a_failing_test_covers_what_it_judged():
    """What was looked at was looked at."""
    report = run_tests(policy(TWO + LIFE % ("1 day", "2 days")))

    assert report.results[0].failures
    assert all(boundary.covered for boundary in report.boundaries)


def test_a_rule_counts_as_covered_where_it_decided():
    """In an instant, in a life between its ends, or where only `rule` asks for it; not where it merely fits."""
    one = run_tests(policy(TWO + "tests:\n  - {test: t, expect: {withdraw: {after 3 days: consider}}}\n"))
    two = run_tests(
        policy(TWO + "tests:\n  - {test: t, given: {sent_at: 3 days ago}, expect: {}, rule: {withdraw: soon}}\n")
    )

    for report in (one, two):
        assert [rule.rule for rule in report.rules if rule.covered] == ["soon"]


def test_own_and_parents_are_counted_apart():
    """Own are the file's rules, and thresholds of which the file has the condition or the setting."""
    child = f"""
extends: parent1
settings: {{first: 2 days}}
decisions:
  withdraw:
    applies_to: {{attempts: at most 5}}
    rules:
      - {{rule: again, when: {{attempts: at least 2}}, then: withdraw, because: Enough.}}
{indent(LIFE % ("2 days", "4 days"), "")}"""

    report = run_tests(policy(TWO, child))

    assert [(rule.rule, rule.own) for rule in report.rules] == [
        ("again", True),
        ("late", False),
        ("soon", False),
        (None, False),
    ]
    assert [(boundary.rule, boundary.condition.fact, boundary.own) for boundary in report.boundaries] == [
        (None, "sent", False),
        (None, "attempts", True),
        ("again", "attempts", True),
        ("late", "sent", False),
        ("soon", "sent", True),
        ("soon", "sent", False),
    ]
