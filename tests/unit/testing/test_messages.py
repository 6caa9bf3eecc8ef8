"""What came of tests, in words: want, got and instant, what decided, both lives, and the coverage."""

from __future__ import annotations

import pytest
from builders import TESTED_RULES as RULES
from builders import policy

from invitepolicy import load_policy
from invitepolicy.testing.messages import describe_boundary, describe_coverage, describe_failure, describe_results
from invitepolicy.testing.run import run_tests


def described(test):
    """Return what is described of the first failure of a test."""
    (result,) = run_tests(policy(f"{RULES}  - {{test: t, {test}}}\n")).results
    return list(describe_failure(result.failures[0], result.test.now))


@pytest.mark.parametrize(
    ("test", "lines"),
    [
        (
            "expect: {withdraw: withdraw}",
            [
                "withdraw at 2026-01-01T00:00:00Z: expected withdraw, got keep (expected in p.yaml:30)",
                "  otherwise decided (p.yaml:15)",
            ],
        ),
        (
            "given: {activity: daily}, expect: {withdraw: [keep, withdraw after 4 days]}",
            [
                (
                    "withdraw at 2026-01-04T00:00:00Z (after 3 days): expected keep, got consider "
                    "(expected in p.yaml:30)"
                ),
                "  the rule “soon” decided (p.yaml:11)",
                "  expected  keep, withdraw after 4 days",
                "  got       keep, consider after 3 days, withdraw after 4 days",
            ],
        ),
        (
            "given: {sent_at: 2025-12-31T23:59:30Z}, expect: {withdraw: [keep]}",
            [
                "withdraw at 2026-01-04T23:59:30Z: expected keep, got withdraw (expected in p.yaml:30)",
                "  the rule “late” decided (p.yaml:7)",
                "  expected  keep",
                "  got       keep, withdraw at 2026-01-04T23:59:30Z",
            ],
        ),
        (
            "expect: {withdraw: {2025-12-31: withdraw}}",
            [
                (
                    "withdraw at 2025-12-31T00:00:00Z (1 day before the test's now): expected withdraw, got keep "
                    "(expected in p.yaml:30)"
                ),
                "  otherwise decided (p.yaml:15)",
            ],
        ),
        (
            "given: {sent_at: 9 days ago}, expect: {}, rule: {withdraw: soon}",
            [
                (
                    "withdraw at 2026-01-01T00:00:00Z: expected the rule “soon”, got the rule “late” "
                    "(expected in p.yaml:30)"
                ),
                "  the rule “late” decided (p.yaml:7)",
            ],
        ),
        (
            "expect: {}, rule: {withdraw: soon}",
            [
                "withdraw at 2026-01-01T00:00:00Z: expected the rule “soon”, got otherwise (expected in p.yaml:30)",
                "  otherwise decided (p.yaml:15)",
            ],
        ),
        (
            "given: {status: draft}, expect: {}, rule: {withdraw: soon}",
            [
                (
                    "withdraw at 2026-01-01T00:00:00Z: expected the rule “soon”, got not_applicable "
                    "(expected in p.yaml:30)"
                ),
                "  “status: pending” does not hold, so the outcome is not_applicable (p.yaml:4)",
            ],
        ),
        (
            "given: {sent_at: }, expect: {withdraw: keep}",
            [
                "withdraw at 2026-01-01T00:00:00Z: expected keep, got undetermined (expected in p.yaml:30)",
                "  sent must be known (p.yaml:7)",
            ],
        ),
    ],
    ids=["outcome", "life", "odd life", "before", "rule", "otherwise", "not applicable", "undetermined"],
)
def test_a_failure_is_told_whole(test, lines):
    """What was expected and where, what was got and when, and what decided and where."""
    assert described(test) == lines


def test_tests_are_counted():
    """Passed, failed and skipped; where there are none it says so."""
    text = RULES + "  - {test: a, expect: {withdraw: keep}}\n  - {test: b, expect: {withdraw: withdraw}}\n"
    text += "  - {test: s, expect: {withdraw: withdraw}, skip: later}\n"

    assert describe_results(run_tests(policy(text)).results) == "1 test passed, 1 failed, 1 skipped"
    assert describe_results(()) == "no tests"


def test_coverage_is_counted_apart():
    """The file's own, then its parents'; where there is nothing to cover it says so."""
    report = run_tests(load_policy("faq"))

    own = [rule for rule in report.rules if rule.own]
    assert describe_coverage(report.rules).startswith(f"its own {len(own)} of {len(own)}, its parents' ")
    assert describe_coverage(own) == f"its own {len(own)} of {len(own)}"
    assert describe_coverage(()) == "none"


def test_a_boundary_is_named_with_its_value():
    """Place, decision, rule, line, and what its setting is."""
    text = "settings: {wait: 4 days}\n" + RULES.replace("at least 4 days", "at least wait").lstrip("\n")
    text = (
        text.replace("applies_to: {status: pending}", "applies_to: {sent: less than 9 weeks ago}")
        .rstrip()
        .removesuffix("tests:")
    )

    assert [describe_boundary(boundary) for boundary in run_tests(policy(text)).boundaries[:3]] == [
        "p.yaml:5: withdraw, applies_to: “sent: less than 9 weeks ago” (9 weeks)",
        "p.yaml:9: withdraw, “late”: “sent: at least wait ago” (wait is 4 days)",
        "p.yaml:13: withdraw, “soon”: “sent: at least 3 days ago” (3 days)",
    ]
