"""Files folded into one another: settings, facts, decisions and promises of a file among those of its parents."""

from __future__ import annotations

import pytest
from builders import codes, lines, messages, policy

PARENT = lines(
    """
    settings: {wait: 2 weeks, few: 3}
    facts: {my_trade: [finance, health], my_count: count}
    decisions:
      d:
        question: What now?
        applies_to: {direction: outgoing}
        outcomes: [keep, leave, ask]
        details: {keep: 1, leave: 2}
        limits:
          - {rule: fixed, when: {tags: keep}, then: keep, because: Kept.}
        rules:
          - {rule: one, when: {sent: at least wait ago}, then: leave, because: "After {wait}."}
          - {rule: two, when: {attempts: at least few}, then: ask, because: b}
        otherwise: {then: keep, because: Time enough.}
    """
)
RULE = "{rule: RULE, when: {sent: given}, then: keep, because: b}"


def decision(*bodies):
    """Return the decision `d` of a policy of these bodies."""
    return policy(*bodies).decisions["d"]


def rules(*bodies):
    """Return the names of its rules in order."""
    return [rule.name for rule in decision(*bodies).rules]


def in_d(text):
    """Return a body that says something of the decision `d`."""
    return f"decisions: {{d: {{{text}}}}}\n"


# merging


def test_a_child_that_says_nothing_changes_nothing():
    """But its name."""
    assert policy(PARENT, "") == policy(PARENT, "decisions: {d: }\n") == policy(PARENT)


def test_a_child_s_limits_stand_below_its_parents_and_above_every_rule():
    """From the oldest parent down."""
    child = in_d(f"limits: [{RULE.replace('RULE', 'mine')}], rules: [{RULE.replace('RULE', 'new')}]")
    grandchild = in_d(f"limits: [{RULE.replace('RULE', 'ours')}], rules: [{RULE.replace('RULE', 'newest')}]")

    assert rules(PARENT, child) == ["fixed", "mine", "new", "one", "two"]
    assert rules(PARENT, child, grandchild) == ["fixed", "mine", "ours", "newest", "new", "one", "two"]
    assert [rule.limit for rule in decision(PARENT, child).rules] == [True, True, False, False, False]


def test_texts_settings_and_otherwise_of_a_child_win():
    """Also in the rules of the parent."""
    child = "settings: {wait: 3 weeks}\n" + in_d(
        "question: 'Really?', otherwise: {then: ask, because: o}, details: {keep: 3}"
    )
    found = decision(PARENT, child)

    assert (found.question, found.otherwise.then, found.otherwise.because) == ("Really?", "ask", ("o",))
    assert found.rules[1].because == ("After 3 weeks.",)
    assert found.rules[1].when[0].operator.low.value.days == 21
    assert [rule.details for rule in found.rules] == [3, 2, None]


def test_applies_to_of_both_must_hold():
    """Each line of the parent's, and each of the child's."""
    assert [line.fact for line in decision(PARENT, in_d("applies_to: {status: pending}")).applies_to] == [
        "direction",
        "status",
    ]


def test_replacing_and_dropping():
    """In the place of the other, or gone; what was dropped may come again."""
    replaced = in_d("rules: [{rule: new, replaces: one, when: {sent: given}, then: keep, because: b}]")
    dropped = in_d(f"without: [one], rules: [{RULE.replace('RULE', 'one')}]")

    assert rules(PARENT, replaced) == ["fixed", "new", "two"]
    assert rules(PARENT, dropped) == ["fixed", "one", "two"]
    assert rules(PARENT, replaced, in_d("without: [new]")) == ["fixed", "two"]


def test_the_same_outcomes_may_be_said_again():
    """In any order."""
    assert policy(PARENT, in_d("outcomes: [ask, keep, leave]")) == policy(PARENT)


def test_outcomes_are_those_that_the_introducing_policy_uses():
    """Where it lists none: of limits, rules and otherwise, each once."""
    body = in_d(f"limits: [{RULE.replace('RULE', 'x').replace('keep', 'b')}], rules: [{RULE.replace('RULE', 'y')}], "
                "otherwise: {then: c, because: b}")  # fmt: skip

    assert decision(body).outcomes == ("b", "keep", "c")


def test_facts_and_promises_are_gathered():
    """A choice has `unknown` besides its words; `only` and `never` take a word or a list."""
    found = policy(
        PARENT + "promises: [{promise: p, decision: d, when: {sent: given}, never: leave}]\n",
        "facts: {my_met: clock}\npromises: [{promise: q, decision: d, only: [keep, undetermined]}]\n",
    )

    assert found.facts["my_trade"].words == ("finance", "health", "unknown")
    assert found.facts["my_met"].kind == "clock"
    assert [(promise.name, promise.mode, promise.outcomes, len(promise.when)) for promise in found.promises] == [
        ("p", "never", ("leave",), 1),
        ("q", "only", ("keep", "undetermined"), 0),
    ]


def test_a_subject_may_be_said_again():
    """And an account's decision reads its facts only."""
    body = "decisions: {d: {subject: account, otherwise: {then: a, because: b}}}\n"

    assert policy(body, "decisions: {d: {subject: account}}\n").decisions["d"].subject == "account"


# what is wrong


@pytest.mark.parametrize(
    ("child", "problem"),
    [
        ("settings: {wait: 40%}\n", (1, 18, "kind")),
        ("settings: {wait: {value: 40%}}\n", (1, 26, "kind")),
        ("settings: {wait: {value: 1 day, at_most: 2 days}}\n", (1, 33, "bounds")),
        ("settings: {few: 2.5}\n", (1, 17, "kind")),
        ("settings: {least: 1 day}\n", (1, 12, "name")),
        ("settings: {wiat: 1 day}\n", (1, 12, "setting")),
        ("facts: {my_trade: clock}\n", (1, 9, "fact")),
        (in_d("question: What now"), (1, 27, "question")),
        (in_d("subject: account"), (1, 26, "subject")),
        (in_d("outcomes: [keep]"), (1, 17, "outcome")),
        (in_d("details: {kep: 1}"), (1, 27, "outcome")),
        (in_d("otherwise: {then: kep, because: b}"), (1, 35, "outcome")),
        (in_d("otherwise: {then: undetermined, because: b}"), (1, 35, "outcome")),
        (in_d("otherwise: {then: not_applicable, because: b}"), (1, 35, "outcome")),
        (in_d(f"rules: [{RULE.replace('RULE', 'one')}]"), (1, 32, "rule")),
        (
            in_d("limits: [{rule: x, replaces: one, when: {sent: given}, then: keep, because: b}]"),
            (1, 36, "rule"),
        ),
        (in_d("without: [three]"), (1, 27, "rule")),
        ("decisions: {e: {question: 'A?'}}\n", (1, 13, "otherwise")),
        ("promises: [{promise: p, decision: e, never: a}]\n", (1, 35, "decision")),
        ("promises: [{promise: p, decision: d, never: a}]\n", (1, 45, "outcome")),
        ("promises: [{promise: p, decision: d, only: [keep, a]}]\n", (1, 51, "outcome")),
    ],
)
def test_each_mistake_of_a_child_is_told_at_its_place(child, problem):
    """One message, at the key or the value at fault."""
    assert codes(PARENT, child) == [problem]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (in_d("outcomes: [a, undetermined], otherwise: {then: a, because: b}"), (1, 31, "outcome")),
        (in_d("details: {b: 1}, otherwise: {then: a, because: b}"), (1, 27, "outcome")),
        (in_d("question: 'A?'"), (1, 13, "otherwise")),
    ],
)
def test_what_a_first_policy_may_not_say(body, problem):
    """The library's own outcomes, details of others, and a decision without `otherwise`."""
    assert codes(body) == [problem]


def test_a_parent_s_partial_decision_may_be_completed():
    """Only the last file's decisions must be total; where that has none, the problem is reported at its `extends`."""
    partial = in_d(f"rules: [{RULE.replace('RULE', 'x')}]")

    assert decision(partial, in_d("otherwise: {then: keep, because: b}")).otherwise.then == "keep"
    assert codes(partial, "extends: parent1\n") == [(1, 1, "otherwise")]
    assert codes(partial, "") == [(2, 1, "otherwise")]


@pytest.mark.parametrize(
    "use",
    [
        in_d("rules: [{rule: x, when: {sent: at least own ago}, then: keep, because: b}]"),
        in_d("rules: [{rule: x, when: {sent: given}, then: keep, because: '{own}'}]"),
        in_d("applies_to: {sent: less than own ago}"),
        "promises: [{promise: p, decision: d, when: {sent: less than own ago}, never: undetermined}]\n",
    ],
)
def test_a_new_setting_of_a_child_wants_to_be_used(use):
    """In a line, a reason or a promise; a first policy may keep one for its children."""
    assert policy(PARENT, "settings: {own: 1 day}\n" + use).settings["own"].value.days == 1
    assert "own" in policy("settings: {own: 1 day}\n").settings


@pytest.mark.parametrize(
    ("body", "number"),
    [
        ("settings: {own: 1 month}\n" + in_d("applies_to: {sent: less than own ago}"), 1),
        ("settings: {own: 1 month}\n" + in_d("otherwise: {then: keep, because: '{own}'}"), 1),
        ("settings: {own: 1 day}\n" + in_d("applies_to: {snt: less than own ago}"), 1),
        ("settings: {own: 1 day}\n" + in_d("applies_to: {attempts: at least own}"), 1),
        ("settings: {own: 1 day}\n" + in_d("otherwise: {then: keep, because: '{own} {zebra}'}"), 1),
        (("settings: {own: 1 day}\npromises: [{promise: p, decision: x, when: "
            "{sent: less than own ago}, never: a}]\n"), 1),
        ("settings: {own: 1 month}\npromises: [{promise: p, decision: x, never: a}]\n", 2),
    ],
)  # fmt: skip
def test_what_is_wrong_where_a_setting_is_used_is_no_second_mistake(body, number):
    """A refused setting is not missing, and one in a line that is refused is used."""
    assert len(messages(PARENT, body)) == number
