"""Rules among those of the parents: what stands first, what is replaced, what is dropped, and what cannot be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invitepolicy._core.errors import Location
from invitepolicy._core.policy import Rule
from invitepolicy._read.inherit import RuleChanges, apply_overrides, find_conflicts


def rule(name, line=1):
    """Make a rule."""
    return Rule(name, (), "keep", (), None, Location("p.yaml", line))


def changes(limits=(), rules=(), replaces=(), without=()):
    """Make what a file says of its rules, a line each."""
    placed = [rule(name, line) for line, name in enumerate(rules, 10)]
    targets = [*replaces, *[None] * (len(rules) - len(replaces))]
    return RuleChanges([rule(name, line) for line, name in enumerate(limits, 1)], placed, targets, without)


def named(rules):
    """Return the rules' names."""
    return [rule.name for rule in rules]


PARENT = [rule("a"), rule("b"), rule("c")]
LIMITS = [rule("fixed")]


def conflicts(**edits):
    """Return the conflicts with a parent of the limit `fixed` and the rules a, b and c: path and sentence."""
    return [(found.path, f"{found.what}; {found.hint}") for found in find_conflicts(LIMITS, PARENT, changes(**edits))]


@pytest.mark.parametrize(
    ("edits", "order"),
    [
        (changes(), "a b c"),
        (changes(rules=["x", "y"]), "x y a b c"),
        (changes(rules=["x"], replaces=["b"]), "a x c"),
        (changes(rules=["b"], replaces=["b"]), "a b c"),
        (changes(rules=["x", "y"], replaces=["c", None]), "y a b x"),
        (changes(without=["a", "c"]), "b"),
        (changes(rules=["a"], without=["a"]), "a b c"),
        (changes(rules=["x"], replaces=["b"], without=["a"]), "x c"),
    ],
)
def test_own_rules_come_first_or_in_the_place_of_what_they_replace(edits, order):
    """In their order; what is dropped is gone, and its name is free again."""
    arranged = apply_overrides(PARENT, edits)

    assert named(arranged) == order.split()
    assert not list(find_conflicts(LIMITS, PARENT, edits))


def test_what_replaces_is_the_new_card():
    """Not the old one under another name."""
    arranged = apply_overrides(PARENT, changes(rules=["b"], replaces=["b"]))

    assert arranged[1].place.line == 10


@pytest.mark.parametrize(
    ("edits", "found"),
    [
        ({"rules": ["x", "x"]}, [(("rules", 1, "rule"), "a second rule “x”; line 10 has it; rename one")]),
        ({"limits": ["x"], "rules": ["x"]}, [(("rules", 0, "rule"), "a second rule “x”; line 1 has it; rename one")]),
        (
            {"rules": ["a"]},
            [
                (
                    ("rules", 0, "rule"),
                    "a parent has a rule “a” already; add “replaces: a” to stand in its place, or take another name",
                )
            ],
        ),
        (
            {"rules": ["a"], "replaces": ["b"]},
            [
                (
                    ("rules", 0, "rule"),
                    "a parent has a rule “a” already; add “replaces: a” to stand in its place, or take another name",
                )
            ],
        ),
        (
            {"limits": ["fixed"]},
            [
                (
                    ("limits", 0, "rule"),
                    "a parent has a rule “fixed” already; take another name, since it is a limit and stays",
                )
            ],
        ),
        (
            {"without": ["fixed"]},
            [
                (
                    ("without", 0),
                    "“fixed” is a limit and cannot be dropped; delete the line, since a limit stands in every style",
                )
            ],
        ),
        ({"without": ["zebra"]}, [(("without", 0), "no parent has a rule “zebra”; its rules are a, b and c")]),
        (
            {"rules": ["x"], "replaces": ["fixed"]},
            [
                (
                    ("rules", 0, "replaces"),
                    "“fixed” is a limit and cannot be replaced; delete the line, since a limit stands in every style",
                )
            ],
        ),
        (
            {"rules": ["x"], "replaces": ["zebra"]},
            [(("rules", 0, "replaces"), "no parent has a rule “zebra”; its rules are a, b and c")],
        ),
        (
            {"rules": ["x", "y"], "replaces": ["a", "a"]},
            [
                (
                    ("rules", 1, "replaces"),
                    "“a” is replaced twice; the rule in line 10 replaces it already; delete one of the two",
                )
            ],
        ),
        (
            {"rules": ["x"], "replaces": ["a"], "without": ["a"]},
            [(("rules", 0, "replaces"), "“a” is dropped by without; drop it or replace it, not both")],
        ),
    ],
)
def test_what_cannot_be_arranged_is_told_at_its_place(edits, found):
    """One mistake, one message."""
    assert conflicts(**edits) == found


def test_without_rules_of_a_parent_there_is_nothing_to_name():
    """And the remedy says so."""
    (found,) = find_conflicts([], [], changes(without=["a"]))

    assert found.hint == "delete the line, since no parent has rules here"


NAMES = st.sampled_from("abcxyz")


@given(st.lists(NAMES, unique=True), st.data())
def test_what_has_no_conflict_keeps_every_rule_or_says_why_not(rules, data):
    """Each inherited rule is there, or replaced, or dropped; each own one is there; no name comes twice."""
    replaces = [data.draw(st.sampled_from([None, "a", "b", "c"])) for _ in rules]
    without = data.draw(st.lists(st.sampled_from("abc"), unique=True))
    edits = changes(rules=rules, replaces=replaces, without=without)
    if any(True for _ in find_conflicts(LIMITS, PARENT, edits)):
        return

    found = named(apply_overrides(PARENT, edits))

    assert len(set(found)) == len(found)
    assert set(found) == set(rules) | ({"a", "b", "c"} - set(without) - set(filter(None, replaces)))
