"""Trees of cells: a fork asks only for what can still turn a ruling, and a leaf holds what all its records share."""

from __future__ import annotations

from datetime import timedelta

from builders import policy as build
from random_policies import NOW

from invitepolicy import Account, Invitation
from invitepolicy._core.records import NO_ACCOUNT, read_fact
from invitepolicy._decide.tree import Fork, Leaf, TreeContext, make_node, undecided

DAY = timedelta(days=1)
POLICY = build("""
    decisions:
      d:
        question: What now?
        applies_to: {status: pending}
        rules:
        - {rule: seen, when: {activity: daily, sent: at least 4 days ago}, then: go, because: b}
        - {rule: again, when: {attempts: at least 2, last_active: given}, then: go, because: b}
        - {rule: left, when: {sent: at least 2 weeks ago}, then: go, because: "{sent}"}
        - {rule: rest, when: {status: pending}, then: keep, because: b}
        - {rule: never met, when: {attempts: 7}, then: keep, because: b}
        otherwise: {then: keep, because: b}
    """)
DECISION = POLICY.decisions["d"]
FACTS = {fact.name: fact for fact in DECISION.facts}
GROUND = TreeContext((DECISION,), FACTS, frozenset({"sent"}))


def values_of(**fields):
    """Read the decision's facts from a record."""
    return {name: read_fact(fact, Invitation(**fields), NO_ACCOUNT) for name, fact in FACTS.items()}


def asked(known, **fields):
    """Name the facts of the lines that are undecided."""
    return [line.fact for line in undecided(DECISION, values_of(**fields), NOW, frozenset(known))]


def test_nothing_known_leaves_every_line():
    """All lines can turn the ruling, those of the decision and those of its rules."""
    assert asked([]) == [
        "status", "activity", "sent", "attempts", "last_active", "sent", "status", "attempts",
    ]  # fmt: skip


def test_a_line_that_fails_leaves_nothing_below_it():
    """Where the decision does not apply, no rule is looked at; where a line fails, its rule is out."""
    assert asked(["status"], status="accepted") == []
    assert asked(["status", "activity"]) == ["attempts", "last_active", "sent"]
    assert asked(["status", "activity", "attempts"], activity="daily") == ["sent", "sent"]


def test_a_rule_that_holds_hides_those_below():
    """What stands below it cannot decide; what stands above still can."""
    assert asked(["status", "activity", "attempts", "last_active"], attempts=2, last_active_at=NOW) == []


def test_an_open_decision_asks_for_no_rule():
    """It is undetermined whatever the rules say."""
    policy = build("""
        decisions:
          d:
            question: What now?
            applies_to: {last_active: at least 1 day ago, attempts: 2}
            rules: [{rule: r, when: {sent: given}, then: a, because: b}]
            otherwise: {then: c, because: b}
        """)
    decision = policy.decisions["d"]
    values = {fact.name: read_fact(fact, Invitation(), NO_ACCOUNT) for fact in decision.facts}

    lines = undecided(decision, values, NOW, frozenset({"last_active"}))

    assert [line.fact for line in lines] == ["attempts"]


def test_clocks_are_found_last():
    """So that below a clock nothing but time is left; a clock of which no line has an age is no clock here."""
    known = frozenset({"status", "activity"})

    first = make_node(GROUND, values_of(), NOW, known)
    second = make_node(GROUND, values_of(last_active_at=NOW), NOW, known | {"last_active"})
    third = make_node(GROUND, values_of(), NOW, known | {"attempts", "last_active"})

    assert [node.fact for node in (first, second, third)] == ["last_active", "attempts", "sent"]
    assert isinstance(third, Fork)
    assert (third.borders, third.border) == ([14 * DAY], 14 * DAY)


def test_a_border_at_which_nothing_turns_is_left_out():
    """The cells beside it are one, unless so many borders would have to be looked at that it does not pay."""
    known = frozenset(FACTS) - {"sent"}
    seen = make_node(GROUND, values_of(sent_at=NOW, activity="daily"), NOW, known)
    rules = "".join(f"    - {{rule: r{day}, when: {{sent: at least {day} days ago}}, then: go, because: b}}\n"
                    for day in range(17, 0, -1))  # fmt: skip
    many = build(
        f"decisions:\n  d:\n    question: What now?\n    rules:\n{rules}    otherwise: {{then: keep, because: b}}\n"
    )
    (decision,) = many.decisions.values()
    facts = {fact.name: fact for fact in decision.facts}
    whole = make_node(TreeContext((decision,), facts, frozenset(facts)), {"sent": NOW}, NOW, frozenset())

    assert (seen.borders, seen.border) == ([4 * DAY], 4 * DAY)
    assert len(whole.borders) == 17


def test_a_leaf_knows_the_next_change_of_one_clock():
    """The border whose crossing changes the outcome, and nothing where none does."""
    known = frozenset(FACTS)

    young = make_node(GROUND, values_of(sent_at=NOW - DAY, activity="daily"), NOW, known)
    old = make_node(GROUND, values_of(sent_at=NOW - 5 * DAY, activity="daily"), NOW, known)
    unknown = make_node(GROUND, values_of(), NOW, known)

    assert isinstance(young, Leaf)
    assert [(fresh.after, fresh.to) for fresh in young.fresh] == [(4 * DAY, "go")]
    assert old.fresh == unknown.fresh == ()
    assert old.advice["d"].outcome == "go"


def test_a_leaf_of_reasons_that_differ_keeps_no_words_of_its_first_record():
    """What tells of a record is worded for each."""
    leaf = make_node(GROUND, values_of(sent_at=NOW - 20 * DAY), NOW, frozenset(FACTS))

    (fresh,) = leaf.fresh
    assert (fresh.tells, leaf.answers["d"].reason) == (True, "")


def test_where_several_clocks_move_their_borders_are_kept():
    """Which comes first differs from record to record; so it is with a clock that is no field of the invitation."""
    policy = build("""
        decisions:
          d:
            question: What now?
            rules:
            - {rule: both, when: {sent: at least 3 days ago, last_active: less than 1 day ago}, then: go, because: b}
            otherwise: {then: keep, because: b}
          e:
            question: What now?
            rules: [{rule: refused, when: {account_restricted: less than 1 week ago}, then: wait, because: b}]
            otherwise: {then: keep, because: b}
        """)
    decisions = tuple(policy.decisions.values())
    facts = {fact.name: fact for decision in decisions for fact in decision.facts}
    account = Account(restricted_at=NOW)
    values = {name: read_fact(fact, Invitation(sent_at=NOW), account) for name, fact in facts.items()}

    leaf = make_node(TreeContext(decisions, facts, frozenset(facts)), values, NOW, frozenset(facts))

    assert [[(fact.name, age) for fact, age in fresh.borders] for fresh in leaf.fresh] == [
        [("sent", 3 * DAY), ("last_active", DAY)],
        [("account_restricted", 7 * DAY)],
    ]
