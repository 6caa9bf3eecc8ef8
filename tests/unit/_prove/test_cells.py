"""Cells: that they cover every value once, and that all values in one are alike to every condition."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from random_policies import KINDS, NOW, policies, random_policy, random_record, seeds

from invitepolicy import parse_policy
from invitepolicy._core.facts import FACTS
from invitepolicy._core.policy import conditions_of
from invitepolicy._core.records import Absent, read_fact
from invitepolicy._decide.rules import evaluate_condition
from invitepolicy._prove.cells import (
    STANDING,
    AgeCell,
    Boundary,
    ChoiceCell,
    Dimension,
    FlagCell,
    MissingCell,
    RangeCell,
    base_fact,
    condition_holds,
    cut_facts,
    find_cell,
    thresholds,
    value_in,
    words_of,
)

DAY = timedelta(days=1)


def conditions_about(**operators):
    """Return the conditions of a rule."""
    when = "".join(f"        {fact}: {operator}\n" for fact, operator in operators.items())
    policy = parse_policy(f"""
invitepolicy: 1
name: cut
settings: {{never: forever}}
facts: {{my_count: count, my_number: number, my_share: share, my_met: clock, my_flag: flag, my_lists: tags,
  my_trade: [a, b, c]}}
decisions:
  d:
    question: What now?
    rules:
    - rule: r
      then: x
      because: b
      when:
{when}
    otherwise: {{then: y, because: b}}
""")
    return policy.decisions["d"].rules[0].when, policy.facts


def cells_of(**operators):
    """Return the cells into which one condition divides its fact."""
    (dimension,) = cut_facts(*conditions_about(**operators))
    return list(dimension.cells)


NOT_KNOWN, DID_NOT_HAPPEN = MissingCell(Absent.NOT_KNOWN), MissingCell(Absent.DID_NOT_HAPPEN)


@pytest.mark.parametrize(
    ("fact", "operator", "cells"),
    [
        ("direction", "incoming", [ChoiceCell(("outgoing",)), ChoiceCell(("incoming",))]),
        ("activity", "[daily, weekly]", [ChoiceCell(("daily", "weekly")), ChoiceCell(("occasional", "unknown"))]),
        ("my_trade", "{not: a}", [ChoiceCell(("a",)), ChoiceCell(("b", "c", "unknown"))]),
        ("email_requested", "true", [FlagCell(value=False), FlagCell(value=True)]),
        ("tags", "vip", [FlagCell(value=False), FlagCell(value=True)]),
        ("has_note", "true", [RangeCell(None, Boundary(1)), RangeCell(Boundary(1), None)]),
        ("attempts", "2", [
            RangeCell(None, Boundary(2)), RangeCell(Boundary(2), Boundary(3)), RangeCell(Boundary(3), None),
        ]),
        ("attempts", "at least 0", [RangeCell(None, None)]),
        ("my_count", "more than 2", [RangeCell(None, Boundary(3)), RangeCell(Boundary(3), None), NOT_KNOWN]),
        ("my_number", "more than 2", [
            RangeCell(None, Boundary(2, after=True)), RangeCell(Boundary(2, after=True), None), NOT_KNOWN,
        ]),
        ("my_share", "at most 100%", [RangeCell(None, None), NOT_KNOWN]),
        ("account_rejected_share", "given", [RangeCell(None, None), NOT_KNOWN]),
        ("sent", "at least 3 days ago", [AgeCell(None, 3 * DAY), AgeCell(3 * DAY, None), NOT_KNOWN, DID_NOT_HAPPEN]),
        ("sent", "at least never ago", [AgeCell(None, None), NOT_KNOWN, DID_NOT_HAPPEN]),
        ("account_restricted", "missing", [AgeCell(None, None), DID_NOT_HAPPEN]),
        ("last_active", "less than 1 day ago", [AgeCell(None, DAY), AgeCell(DAY, None), NOT_KNOWN]),
        ("my_met", "between 0 days and 1 day ago", [
            AgeCell(None, 0 * DAY), AgeCell(0 * DAY, DAY), AgeCell(DAY, None), NOT_KNOWN,
        ]),
    ],
)  # fmt: skip
def test_a_condition_divides_its_fact_into_few_cells(fact, operator, cells):
    """Only what the condition distinguishes, and what can be, is a cell."""
    assert cells_of(**{fact: operator}) == cells


def test_each_tag_is_a_dimension_of_its_own():
    """Tags do not exclude each other, so every one that is named is true or false by itself."""
    dimensions = cut_facts(*conditions_about(tags="[vip, keep]", my_lists="{not: a}", status="pending"))

    assert [(dimension.fact.name, dimension.tag) for dimension in dimensions] == [
        ("status", None), ("tags", "keep"), ("tags", "vip"), ("my_lists", "a"),
    ]  # fmt: skip


def test_whether_there_is_a_note_is_derived_from_its_length():
    """Both facts are one dimension, so that no cell holds a note of no length."""
    (dimension,) = cut_facts(*conditions_about(has_note="false", note_length="at most 200"))

    assert (dimension.fact, base_fact("has_note"), base_fact("sent")) == (FACTS["note_length"], "note_length", "sent")
    assert list(dimension.cells) == [
        RangeCell(None, Boundary(1)),
        RangeCell(Boundary(1), Boundary(201)),
        RangeCell(Boundary(201), None),
    ]


def test_what_conditions_name_is_returned_in_order():
    """Ages once each, the smallest first; words as they are written."""
    sent, tags = conditions_about(sent="between 1 day and 3 days ago", tags="[b, a]")[0]

    assert thresholds([sent, sent, tags]) == [DAY, 3 * DAY]
    assert (words_of(sent), words_of(tags)) == ((), ("b", "a"))


def test_a_value_of_no_cell_is_an_error_of_the_program():
    """A fact that is always known cannot be missing, and a flag cannot be a text."""
    attempts, flag = cut_facts(*conditions_about(attempts="2", my_flag="true"))

    for dimension, value in ((attempts, Absent.NOT_KNOWN), (flag, "yes")):
        with pytest.raises(LookupError, match="no cell of"):
            find_cell(dimension, value, NOW)


@pytest.mark.parametrize(
    ("fact", "cell", "value"),
    [
        ("activity", ChoiceCell(("occasional", "unknown")), "unknown"),
        ("activity", ChoiceCell(("daily", "weekly")), "daily"),
        ("sent", AgeCell(None, 0 * DAY), STANDING + DAY),
        ("sent", AgeCell(None, DAY), STANDING),
        ("sent", AgeCell(DAY, None), STANDING - DAY),
        ("my_number", RangeCell(None, None), 0),
        ("my_number", RangeCell(None, Boundary(2)), 1),
        ("my_number", RangeCell(None, Boundary(2, after=True)), 2),
        ("my_number", RangeCell(Boundary(2, after=True), None), 3),
        ("my_number", RangeCell(Boundary(2, after=True), Boundary(3)), 2.5),
        ("account_rejected_share", RangeCell(Boundary(0.5, after=True), None), 0.75),
        ("attempts", RangeCell(None, Boundary(2)), 0),
    ],
)
def test_the_value_of_a_cell_is_as_plain_as_can_be(fact, cell, value):
    """Witnesses show it: words are the usual ones where possible, and ages and numbers are round."""
    known = {**FACTS, **conditions_about(my_number="given")[1]}

    assert value_in(Dimension(known[fact], (cell,)), 0) == value


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(policy=policies)
def test_the_value_of_a_cell_is_in_it(policy):
    """`find_cell` returns the cell whose value it is, whatever divides the fact."""
    for dimension in dimensions_of(policy):
        for index, _ in enumerate(dimension.cells):
            value = value_in(dimension, index)
            if dimension.tag is not None:
                value = frozenset({dimension.tag} if value else ())
            assert find_cell(dimension, value, STANDING) == index


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(policy=policies, seed=seeds)
def test_a_condition_holds_in_a_cell_as_it_does_of_each_value(policy, seed):
    """On thresholds, a microsecond beside them, missing, and at the ends of time."""
    dimensions, checked = dimensions_of(policy), 0
    for number in range(seed, seed + 20):
        invitation, account = random_record(policy, number)
        for dimension in dimensions:
            value = read_fact(dimension.fact, invitation, account)
            index = find_cell(dimension, value, NOW)
            for condition in conditions_with(policy, dimension):
                seen = read_fact(FACTS.get(condition.fact) or policy.facts[condition.fact], invitation, account)
                if dimension.tag is not None:
                    seen &= {dimension.tag}
                assert condition_holds(dimension, condition, index) is evaluate_condition(condition.operator, seen, NOW)
                checked += 1
    assert checked or not dimensions


def dimensions_of(policy):
    """Return the dimensions of all conditions of a policy."""
    return cut_facts(
        [condition for decision in policy.decisions.values() for condition in conditions_of(decision)], policy.facts
    )


def conditions_with(policy, dimension: Dimension):
    """Return the conditions that a dimension is about."""
    conditions = [condition for decision in policy.decisions.values() for condition in conditions_of(decision)]
    return [condition for condition in conditions if base_fact(condition.fact) == dimension.fact.name]


@pytest.mark.slow
def test_the_random_policies_cover_everything():
    """Every fact and every operator is in some of the first two hundred policies."""
    conditions = [
        condition
        for seed in range(200)
        for decision in random_policy(seed).decisions.values()
        for condition in conditions_of(decision)
    ]  # fmt: skip

    assert {condition.fact for condition in conditions} == set(KINDS)
    kinds = {(KINDS[condition.fact], type(condition.operator).__name__) for condition in conditions}
    assert len(kinds) == 12
    assert any(getattr(condition.operator, "negated", False) for condition in conditions)
