"""Cells found fast: values in one cell are alike to every condition, and no key is text from a record."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from random_policies import NOW, OWN_WORDS, TAGS, policies, random_record, seeds

from invitepolicy import Invitation, RecordError, parse_policy
from invitepolicy._core.conditions import thresholds
from invitepolicy._core.facts import FACTS
from invitepolicy._core.policy import conditions_of
from invitepolicy._core.records import NO_ACCOUNT, read_fact
from invitepolicy._decide.rules import evaluate_condition
from invitepolicy._decide.tree import cell_finder, fact_reader, is_field, is_plain


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(policy=policies, seed=seeds)
def test_records_in_one_cell_are_alike_to_every_condition(policy, seed):
    """Whatever the kind: the cell decides whether each of the conditions holds."""
    conditions = [condition for decision in policy.decisions.values() for condition in conditions_of(decision)]
    for name in {condition.fact for condition in conditions}:
        fact = FACTS.get(name) or policy.facts[name]
        about, seen = [condition for condition in conditions if condition.fact == name], {}
        locate = cell_finder(fact, about, thresholds(about))
        for number in range(seed, seed + 30):
            record = random_record(policy, number)
            value = read_fact(fact, *record)
            cell = locate(*record, NOW)
            assert isinstance(cell, int | bool) or set(cell if isinstance(cell, frozenset) else {cell}) <= words(fact)
            results = [evaluate_condition(condition.operator, value, NOW) for condition in about]
            assert seen.setdefault(cell, results) == results


def words(fact):
    """Return all texts that a policy can name of a fact."""
    return {*fact.words, *OWN_WORDS.get(fact.name, ())} - ({"other"} & set(TAGS))


def test_what_is_plain_stands_in_every_invitation():
    """The words and flags; what may be missing, or is free text, is not."""
    plain = {name for name, fact in FACTS.items() if is_plain(fact)}

    assert plain == {"direction", "status", "relationship", "activity", "has_note", "email_requested"}
    assert is_field(FACTS["sent"])
    assert not is_field(FACTS["note_length"])
    assert not is_field(FACTS["account_tier"])


def test_the_word_of_a_choice_is_looked_up():
    """It is read as before: missing is unknown, and what is no word of it is refused."""
    policy = parse_policy("""
invitepolicy: 1
name: own
facts: {my_trade: [finance, health]}
decisions: {d: {question: 'What?', otherwise: {then: x, because: b}}}
""")
    read = fact_reader(policy.facts["my_trade"])

    assert read(Invitation(facts={"my_trade": "health"}), NO_ACCOUNT) == "health"
    assert read(Invitation(), NO_ACCOUNT) == "unknown"
    for wrong in ("healt", 3, ["finance"]):
        with pytest.raises(RecordError, match="my_trade"):
            read(Invitation(facts={"my_trade": wrong}), NO_ACCOUNT)
