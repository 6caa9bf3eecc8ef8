"""Suggested tests: pasted into the file they pass, and nothing of its own is left uncovered."""

from __future__ import annotations

import pytest
from locations import ROOT

from invitepolicy import parse_policy
from invitepolicy._prove.regions import Budget
from invitepolicy._read.load import shipped_names
from invitepolicy.testing.run import run_tests
from invitepolicy.testing.suggest import format_suggestions, suggest_tests

POLICIES = ROOT / "policies"
ODD = """invitepolicy: 1
name: odd
facts: {my_met: clock, my_score: number, my_part: share, my_mood: [good, bad], my_marks: tags}
settings: {never: forever, half: 50%}
decisions:
  next:
    applies_to: {direction: outgoing, sent: less than 30 days ago}
    rules:
      - {rule: "a: colon", when: {my_met: between 1 day and 2 days ago, my_mood: {not: bad}}, then: a, because: b}
      - {rule: scored, when: {my_score: more than 2.5, tags: [vip, "x: y"]}, then: c, because: d}
      - {rule: parted, when: {my_part: between 10% and half, my_marks: {not: [p, q]}}, then: e, because: f}
      - {rule: noted, when: {note_length: at most 3, has_note: true}, then: g, because: h}
      - {rule: tried, when: {attempts: between 2 and 4, email_requested: true}, then: i, because: j}
      - {rule: waited, when: {sent: at least never ago}, then: k, because: l}
      - {rule: seen, when: {last_active: less than 90 minutes ago, status: pending}, then: m, because: n}
    otherwise: {then: z, because: z}
  me:
    subject: account
    rules:
      - rule: rested
        when: {account_restricted: at least 1 week ago, account_pending: less than 10}
        then: a
        because: b
    otherwise: {then: z, because: z}
"""


def pasted(text):
    """Return what a file still lacks, and its tests that fail, once its suggestions are pasted into it."""
    policy = parse_policy(text)
    suggestions = suggest_tests(policy)
    report = run_tests(
        parse_policy(f"{text}tests:\n" + "".join(f"{line}\n" for line in format_suggestions(suggestions)))
    )
    failed = [result.test.name for result in report.results if result.failures]
    boundaries = [
        (boundary.rule, boundary.condition.text)
        for boundary in report.boundaries
        if boundary.own and not boundary.covered
    ]
    rules = [rule.rule for rule in report.rules if rule.own and not rule.covered]
    return failed, boundaries, rules


def bare(name):
    """Return a shipped policy without its tests."""
    text, found, _ = (POLICIES / f"{name}.yaml").read_text(encoding="utf-8").partition("\ntests:")
    assert found
    return text + "\n"


@pytest.mark.parametrize("name", shipped_names())
def test_suggestions_cover_a_shipped_policy(name):
    """All of its own rules and boundaries, from no test at all."""
    assert pasted(bare(name)) == ([], [], [])


def test_suggestions_cover_every_kind_of_fact():
    """Own facts, tags, shares, notes, both ends of `between`; what nothing can reach is left out."""
    failed, boundaries, rules = pasted(ODD)

    assert (failed, boundaries) == ([], [])
    assert rules == ["waited"]


@pytest.mark.parametrize("name", shipped_names())
def test_what_is_covered_is_not_suggested(name):
    """The shipped policies want nothing."""
    text = (POLICIES / f"{name}.yaml").read_text(encoding="utf-8")

    assert suggest_tests(parse_policy(text)) == ()


def test_a_life_is_suggested_for_a_clock_and_two_records_for_a_number():
    """In words that a policy's author would write."""
    text = """invitepolicy: 1
name: mine
extends: linkedin
decisions:
  withdraw:
    rules:
      - {rule: enough, when: {sent: at least 9 days ago}, then: withdraw, because: b}
  resend:
    rules:
      - {rule: often, when: {attempts: at least 4}, then: give_up, because: b}
"""

    lines = list(format_suggestions(suggest_tests(parse_policy(text))))

    assert lines == [
        "  - test: enough, 9 days after sent",
        "    expect: {withdraw: [keep, withdraw after 9 days, not_applicable after 180 days]}",
        "  - test: often, attempts 3",
        "    given: {status: ignored, attempts: 3}",
        "    expect: {resend: allowed}",
        "  - test: often, attempts 4",
        "    given: {status: ignored, attempts: 4}",
        "    expect: {resend: give_up}",
    ]


def test_names_that_are_taken_get_a_number():
    """Two boundaries of one rule and fact have names of their own anyway; a test of that name may be there already."""
    text = """invitepolicy: 1
name: p
decisions:
  d:
    rules:
      - {rule: r, when: {attempts: at least 4}, then: a, because: b}
    otherwise: {then: c, because: d}
tests:
  - {test: "r, attempts 4", given: {attempts: 9}, expect: {d: a}}
"""

    names = [one.name for one in suggest_tests(parse_policy(text))]

    assert names == ["r, attempts 3", "r, attempts 4 (2)"]


def test_what_is_too_entangled_is_left_out(monkeypatch):
    """Nothing is guessed."""
    monkeypatch.setattr("invitepolicy.testing.suggest.Budget", lambda: Budget(0))

    assert suggest_tests(parse_policy(ODD)) == ()


def test_a_missing_date_and_a_note_beyond_measure():
    """A record that was sent nobody knows when is written so; a note of 200,000 characters is not written out."""
    text = """invitepolicy: 1
name: p
decisions:
  d:
    rules:
      - {rule: undated, when: {sent: missing}, then: a, because: b}
      - {rule: endless, when: {note_length: at least 200000}, then: c, because: b}
    otherwise: {then: e, because: f}
"""

    lines = list(format_suggestions(suggest_tests(parse_policy(text))))

    assert "    given: {sent_at: }" in lines
    assert not any("endless" in line for line in lines)
    assert pasted(text) == ([], [("endless", "at least 200000")], ["endless"])
