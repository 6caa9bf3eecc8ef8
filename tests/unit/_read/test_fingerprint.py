"""The fingerprint: it changes with all that can change an answer or its reason, and with nothing else."""

from __future__ import annotations

import re

import pytest
from builders import lines, policy

BODY = lines(
    """
    settings:
      wait: {value: 2 weeks, at_least: 1 day, at_most: 30 days, about: We say so., source: ours}
      few: 3
    facts:
      my_trade: [finance, health]
      my_met: clock
    decisions:
      d:
        question: What now?
        applies_to: {direction: outgoing, status: pending}
        outcomes: [keep, leave, ask]
        details: {keep: {where: [here, 1]}}
        limits:
        - {rule: fixed, when: {tags: keep}, then: keep, because: Kept.}
        rules:
        - {rule: one, when: {sent: at least wait ago, activity: [daily, weekly]}, then: leave, because: "After {wait}."}
        - {rule: two, when: {attempts: at least few}, then: ask, because: "{attempts} times.", details: {a: 1}}
        otherwise: {then: keep, because: Time enough.}
      e:
        question: Whom?
        subject: account
        otherwise: {then: yes_please, because: Why not.}
    promises:
      - {promise: p, decision: d, when: {sent: less than 1 day ago}, never: [leave, ask]}
      - {promise: q, decision: e, only: yes_please}
    tests:
      - {test: a, given: {activity: daily}, expect: {d: keep}}
    """
)


def print_of(body, **overrides):
    """Return the fingerprint of a policy of this body."""
    return policy(body, **overrides).fingerprint


def changed(old, new):
    """Return the body with something else in one place."""
    assert BODY.count(old) == 1, old
    return BODY.replace(old, new)


def test_it_is_a_short_hexadecimal_number():
    """The same in every process."""
    assert re.fullmatch("[0-9a-f]{32}", print_of(BODY))
    assert print_of("decisions: {}\n") == print_of("decisions:\n")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("value: 2 weeks", "value: 14 days"),
        ("at_least: 1 day", "at_least: 24 hours"),
        ("few: 3", 'few: "3"'),
        ("about: We say so., source: ours", "about: I say so., source: mine"),
        (", about: We say so., source: ours", ""),
        ("{value: 2 weeks, at_least: 1 day,", "{at_least: 1 day, value: 2 weeks,"),
        ("{direction: outgoing, status: pending}", "{status: pending, direction: outgoing}"),
        ("outcomes: [keep, leave, ask]", "outcomes: [ask, keep, leave]"),
        ("activity: [daily, weekly]", "activity: [weekly, daily]"),
        ("activity: [daily, weekly]", 'activity: ["daily", weekly]'),
        (
            ("{sent: at least wait ago, activity: [daily, weekly]}"),
            "{activity: [daily, weekly], sent: at least wait ago}",
        ),
        ("sent: at least wait ago", "sent: at least 2 weeks ago"),
        ("less than 1 day ago", "less than 24 hours ago"),
        ("never: [leave, ask]", "never: [ask, leave]"),
        ("only: yes_please", "only: [yes_please]"),
        ("[finance, health]", "[health, finance, unknown]"),
        ("{where: [here, 1]}", "{'where': [here, 1]}"),
        ("tests:\n", "tests:\n  - {test: b, expect: {d: keep}}\n"),
        ("decisions:\n", "# a comment\n\ndecisions:\n"),
        ("decisions:\n", "title: A title\nabout: About it.\ndecisions:\n"),
        ('"After {wait}."', '"After 2 weeks."'),
    ],
)
def test_spelling_order_of_keys_comments_places_and_tests_do_not_change_it(old, new):
    """What is said is the same."""
    assert print_of(changed(old, new)) == print_of(BODY)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("value: 2 weeks", "value: 15 days"),
        ("at_least: 1 day", "at_least: 2 days"),
        (", at_least: 1 day", ""),
        ("at_most: 30 days", "at_most: 31 days"),
        ("few: 3", "few: 4"),
        ("[finance, health]", "[finance, law]"),
        ("my_met: clock", "my_met: flag"),
        ("  my_met: clock\n", ""),
        ("What now?", "What else?"),
        ("applies_to: {direction: outgoing, status: pending}", "applies_to: {direction: outgoing}"),
        ("status: pending", "status: draft"),
        ("outcomes: [keep, leave, ask]", "outcomes: [keep, leave, ask, wait]"),
        ("{where: [here, 1]}", "{where: [here, 2]}"),
        ("details: {a: 1}", "details: {a: true}"),
        (", details: {a: 1}", ""),
        ("limits:\n", "rules:\n"),
        ("rule: fixed", "rule: mended"),
        ("sent: at least wait ago", "sent: less than wait ago"),
        ("activity: [daily, weekly]", "activity: {not: [daily, weekly]}"),
        ("then: leave", "then: ask"),
        ('"After {wait}."', '"Behind {wait}."'),
        ('"{attempts} times."', '"{attempts} {attempts}."'),
        ("attempts: at least few", "attempts: more than few"),
        ("{then: keep, because: Time enough.}", "{then: leave, because: Time enough.}"),
        ("because: Time enough.", "because: Enough."),
        ("because: Time enough.", "because: Time enough., details: 1"),
        ("subject: account", "subject: invitation"),
        ("promise: p,", "promise: r,"),
        ("decision: e, only", "decision: d, only"),
        ("less than 1 day ago", "less than 2 days ago"),
        ("never: [leave, ask]", "only: [leave, ask]"),
        ("never: [leave, ask]", "never: leave"),
    ],
)
def test_every_part_that_can_change_an_answer_or_its_reason_changes_it(old, new):
    """Settings with their bounds, facts, questions, lines, outcomes, details, reasons, promises: each alone."""
    body = changed(old, new)
    if new == "rules:\n":
        first, second = body.split("    rules:\n    - {rule: fixed")
        body = first + "    rules:\n    - {rule: fixed" + second.replace("    rules:\n", "")
    if "decision: d, only" in body:
        body = body.replace("only: yes_please", "only: keep")

    assert print_of(body) != print_of(BODY)


def test_the_order_of_rules_changes_it():
    """The first that fits decides."""
    first, second = [line for line in BODY.splitlines(keepends=True) if "rule: one" in line or "rule: two" in line]

    swapped = BODY.replace(first, "\0").replace(second, first).replace("\0", second)

    assert print_of(swapped) != print_of(BODY)


def test_an_age_is_another_reason_than_a_date():
    """`{sent.age}` and `{sent}`."""
    body = changed('"After {wait}."', '"{sent}"')

    assert print_of(body) != print_of(body.replace("{sent}", "{sent.age}"))


def test_what_a_parent_says_is_as_good_as_what_the_file_says():
    """Only what comes of it counts, and the name."""
    assert print_of(BODY, wait="3 weeks") == print_of(changed("value: 2 weeks", "value: 3 weeks"))
    assert policy(BODY, "settings: {wait: 3 weeks}\n").fingerprint == print_of(BODY, wait="3 weeks")
    assert policy(BODY, "settings: {wait: 3 weeks}\n") != policy(BODY)


def test_policies_compare_and_hash_by_it():
    """One is as good as another of the same content."""
    assert policy(BODY) == policy(changed("value: 2 weeks", "value: 14 days"))
    assert len({policy(BODY), policy(BODY), policy(BODY, wait="3 weeks")}) == 2
