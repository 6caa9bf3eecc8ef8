"""Promises: kept by every shipped policy, proven as checking every cell would, and refused with place and witness."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from builders import refusal
from small_policies import LAWS, all_lines, decide_plainly, records_of, small_policies

from invitepolicy import load_policy, parse_policy, with_settings
from invitepolicy._core.policy import STANDING
from invitepolicy._decide.rules import evaluate_all
from invitepolicy._prove.promises import breaks, find_breaches, prove_promises
from invitepolicy._prove.regions import Budget, build_space
from invitepolicy._read.load import shipped_names

STYLE = """
invitepolicy: 1
name: mine
extends: faq
decisions:
  resend:
    rules:
      - rule: vips are asked soon
        when: {tags: [vip, top], withdrawn: at least 1 week ago}
        then: allowed
        because: They are worth it.
"""
OWN = """
invitepolicy: 1
name: mine
settings: {wait: 3 weeks}
decisions:
  resend:
    question: May they be asked again?
    outcomes: [not_yet, allowed]
    rules:
      - rule: not yet
        when: {withdrawn: less than wait ago}
        then: not_yet
        because: Not before {wait}.
    otherwise: {then: allowed, because: They may be asked.}
promises:
  - promise: three weeks
    decision: resend
    when: {status: withdrawn, withdrawn: less than 3 weeks ago}
    MODE
"""


@pytest.mark.slow
def test_a_promise_is_proven_as_checking_every_cell_proves_it():
    """On random policies the rules that break the promise, and doubt, are found, and no others."""
    for seed, small in small_policies(LAWS, start=10_000):
        decision, promise = small.decisions["d"], small.promises[0]
        answers = [
            decide_plainly(decision, values)
            for values in records_of(all_lines(small), small.facts)
            if evaluate_all(promise.when, values, STANDING)
        ]
        space = build_space(all_lines(small), small.facts)

        breaches = [
            ("undetermined" if rule is None else rule.then, rule and rule.rule and rule.rule.name)
            for rule, _ in find_breaches(space, decision, promise, Budget())
        ]

        assert len(breaches) == len(set(breaches)), seed
        assert set(breaches) == {one[:2] for one in answers if breaks(promise, one[0], decision)}, seed


@pytest.mark.parametrize("name", shipped_names())
def test_shipped_policies_keep_their_promises(name):
    """Loading proves it, and hands the policy back."""
    policy = load_policy(name)

    assert policy.promises
    assert prove_promises(policy) is policy


def test_a_limit_keeps_a_promise_that_a_style_would_break():
    """The resend lock stands above every style's rules, so that a style with hasty rules is fine."""
    assert parse_policy(STYLE.replace("at least 1 week ago", "given")).name == "mine"


def test_a_broken_promise_is_reported_at_the_rule_with_a_record():
    """The problem names the promise, the outcome, the rule and a record, and is placed at the rule."""
    (problem,) = refusal(
        parse_policy,
        """
invitepolicy: 1
name: mine
extends: faq
decisions:
  withdraw:
    rules:
      - rule: strangers go at once
        when: {relationship: stranger, tags: [old, cold], activity: {not: daily}}
        then: withdraw
        because: They do not know you.
promises:
  - promise: a week for everybody
    decision: withdraw
    when: {sent: less than 3 days ago}
    never: withdraw
  - promise: a day for everybody
    decision: withdraw
    when: {sent: less than 1 day ago, tags: {not: [old, cold]}}
    only: [keep, consider]
""",
    )

    assert str(problem) == (
        "<policy>:8:9: the promise “a week for everybody” is broken: the rule “strangers go at once” says withdraw, "
        "for example for an invitation with “relationship” stranger, sent just now, tagged old; "
        "there “withdraw” may never say withdraw"
    )
    assert problem.code == "promise"


@pytest.mark.parametrize(
    ("mode", "line", "subject"),
    [
        ("never: not_yet", 10, "the rule “not yet” says not_yet"),
        ("only: allowed", 10, "the rule “not yet” says not_yet"),
        ("never: undetermined", None, None),
        ("never: not_applicable", None, None),
    ],
)
def test_doubt_breaks_no_promise_that_does_not_name_it(mode, line, subject):
    """And a promise is about the records for which its conditions hold, not those for which one is open."""
    text = OWN.replace("MODE", mode)

    if line is None:
        assert parse_policy(text).name == "mine"
    else:
        (problem,) = refusal(parse_policy, text)
        assert (problem.line, subject in problem.what) == (line, True)


def test_doubt_breaks_a_promise_that_names_it():
    """At the promise, since no rule is at fault."""
    text = OWN.replace("MODE", "never: undetermined").replace(", withdrawn: less than 3 weeks ago", "")

    (problem,) = refusal(parse_policy, text)

    assert str(problem) == (
        "<policy>:16:5: the promise “three weeks” is broken: the answer is undetermined, for example for an invitation "
        "withdrawn, whose “withdrawn” is not known; there “resend” may never say undetermined"
    )


def test_settings_have_the_style_s_values():
    """A promise that holds with one value of a setting is refused with another, at `otherwise`, by every way in."""
    policy = parse_policy(OWN.replace("MODE", "only: not_yet"))

    (problem,) = refusal(with_settings, policy, wait="2 weeks")

    assert (problem.line, problem.column) == (14, 5)
    assert "otherwise says allowed, for example for an invitation withdrawn 14 days ago" in problem.what
    assert with_settings(policy, wait="4 weeks").settings["wait"].value.days == 28


def test_a_parent_s_rule_is_reported_at_the_promise():
    """A style that only sets a value has no rule to point at: the problem stands at the promise, in its own file."""
    parent = OWN.replace("MODE", "only: not_yet").replace("name: mine", "name: base").replace("wait: 3", "wait: 4")

    problems = refusal_of_child(parent, "settings: {wait: 1 week}")

    assert [(problem.path.rpartition("/")[2], problem.line) for problem in problems] == [("base.yaml", 16)]


def refusal_of_child(parent, child):
    """Return the problems of a style that extends a file beside it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "base.yaml").write_text(parent, encoding="utf-8")
        text = f"invitepolicy: 1\nname: mine\nextends: ./base.yaml\n{child}\n"
        return refusal(parse_policy, text, folder=folder)


def test_what_cannot_be_proven_is_refused():
    """Where too many rules overlap the promise is reported as unproven; nothing is guessed."""
    words = [", ".join(f"{letter}{number}" for number in range(32)) for letter in "ab"]
    text = OWN.replace("MODE", "only: not_yet").replace("settings:", "facts: {my_a: tags}\nsettings:")
    text = text.replace("{withdrawn: less than wait ago}", f"{{tags: [{words[0]}], my_a: [{words[1]}]}}")

    (problem,) = refusal(
        parse_policy, text.replace(" Not before {wait}.", " b").replace("settings: {wait: 3 weeks}", "")
    )

    assert problem.what == (
        "the promise “three weeks” could not be proven: a rule names too many combinations of tags to analyse"
    )
    assert problem.hint == "split it into several rules"
