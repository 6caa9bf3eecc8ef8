"""Decision trees: a fork asks only for what can still change a ruling, a leaf holds what all its records share."""

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
CONTEXT = TreeContext((DECISION,), FACTS, frozenset({"sent"}))


def values_of(**fields):
    """Return the values of the decision's facts in a record."""
    return {name: read_fact(fact, Invitation(**fields), NO_ACCOUNT) for name, fact in FACTS.items()}


def asked(known, **fields):
    """Return the facts of the conditions that are undecided."""
    return [condition.fact for condition in undecided(DECISION, values_of(**fields), NOW, frozenset(known))]


def test_nothing_known_leaves_every_condition():
    """All conditions can change the ruling, those of the decision and those of its rules."""
    assert asked([]) == [
        "status", "activity", "sent", "attempts", "last_active", "sent", "status", "attempts",
    ]  # fmt: skip


def test_a_condition_that_fails_leaves_nothing_below_it():
    """Where the decision does not apply, no rule is looked at; where a condition fails, its rule is out."""
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

    conditions = undecided(decision, values, NOW, frozenset({"last_active"}))

    assert [condition.fact for condition in conditions] == ["attempts"]


def test_clocks_are_found_last():
    """Below a clock nothing but time is left; a clock without a condition on its age is not one here."""
    known = frozenset({"status", "activity"})

    first = make_node(CONTEXT, values_of(), NOW, known)
    second = make_node(CONTEXT, values_of(last_active_at=NOW), NOW, known | {"last_active"})
    third = make_node(CONTEXT, values_of(), NOW, known | {"attempts", "last_active"})

    assert [node.fact for node in (first, second, third)] == ["last_active", "attempts", "sent"]
    assert isinstance(third, Fork)
    assert (third.thresholds, third.threshold) == ([14 * DAY], 14 * DAY)


def test_a_threshold_at_which_nothing_changes_is_left_out():
    """The cells beside it become one, unless there are so many thresholds that trying them does not pay."""
    known = frozenset(FACTS) - {"sent"}
    seen = make_node(CONTEXT, values_of(sent_at=NOW, activity="daily"), NOW, known)
    rules = "".join(f"    - {{rule: r{day}, when: {{sent: at least {day} days ago}}, then: go, because: b}}\n"
                    for day in range(17, 0, -1))  # fmt: skip
    many = build(
        f"decisions:\n  d:\n    question: What now?\n    rules:\n{rules}    otherwise: {{then: keep, because: b}}\n"
    )
    (decision,) = many.decisions.values()
    facts = {fact.name: fact for fact in decision.facts}
    whole = make_node(TreeContext((decision,), facts, frozenset(facts)), {"sent": NOW}, NOW, frozenset())

    assert (seen.thresholds, seen.threshold) == ([4 * DAY], 4 * DAY)
    assert len(whole.thresholds) == 17


def test_a_leaf_knows_the_next_change_of_one_clock():
    """The threshold that changes the outcome, and nothing where none does."""
    known = frozenset(FACTS)

    young = make_node(CONTEXT, values_of(sent_at=NOW - DAY, activity="daily"), NOW, known)
    old = make_node(CONTEXT, values_of(sent_at=NOW - 5 * DAY, activity="daily"), NOW, known)
    unknown = make_node(CONTEXT, values_of(), NOW, known)

    assert isinstance(young, Leaf)
    assert [(entry.after, entry.to) for entry in young.per_record] == [(4 * DAY, "go")]
    assert old.per_record == unknown.per_record == ()
    assert old.advice["d"].outcome == "go"


def test_a_leaf_of_reasons_that_differ_holds_no_words_of_its_first_record():
    """A reason that quotes a record is rendered for each."""
    leaf = make_node(CONTEXT, values_of(sent_at=NOW - 20 * DAY), NOW, frozenset(FACTS))

    (entry,) = leaf.per_record
    assert (entry.has_own_reason, leaf.answers["d"].reason) == (True, "")


def test_where_several_clocks_move_their_thresholds_are_listed():
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

    assert [[(fact.name, age) for fact, age in entry.thresholds] for entry in leaf.per_record] == [
        [("sent", 3 * DAY), ("last_active", DAY)],
        [("account_restricted", 7 * DAY)],
    ]
