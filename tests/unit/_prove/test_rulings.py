"""The walk through boxes, held to the plain reading in every cell."""

from __future__ import annotations

from itertools import product

import pytest
from small_policies import small_policies

from invitepolicy import parse_policy
from invitepolicy._core.policy import STANDING, conditions_of
from invitepolicy._decide.rules import evaluate
from invitepolicy._prove.regions import Budget, TooManyRegionsError, build_space, cells_of
from invitepolicy._prove.rulings import DOUBT, RuleCompiler, RuleMatrix, rulings_in
from invitepolicy._prove.witness import values_in


@pytest.mark.slow
def test_each_cell_lies_in_one_box_and_is_ruled_as_the_plain_reading_rules():
    """200 random policies: every possible cell is in exactly one box, with the outcome and the card of `evaluate`."""
    for seed, small in small_policies(200, start=90_000):
        decision = small.decisions["d"]
        space = build_space(conditions_of(decision), small.facts)
        table = RuleMatrix(space, RuleCompiler(space).cards_of(decision))
        seen = {}
        for ruled in rulings_in(table, table.everything, table.everything, [space.whole], Budget()):
            for point in product(*map(cells_of, ruled.box)):
                assert point not in seen, seed
                seen[point] = ruled.old
            card = None if ruled.old == DOUBT else table.cards[ruled.old]
            ruling = evaluate(decision, named(space, values_in(space, ruled.box)), STANDING)
            assert ruling.outcome == ("undetermined" if card is None else card.then), seed
            assert ruling.rule == (card and card.rule), seed


def named(space, values):
    """Give a record's facts by name."""
    found = {"tags": frozenset(), "my_lists": frozenset()}
    for dimension, value in zip(space.dimensions, values, strict=True):
        name = dimension.fact.name
        found[name] = found[name] | ({dimension.tag} if value else set()) if dimension.tag else value
    return {**found, "has_note": found.get("note_length", 0) >= 1}


def test_a_line_about_too_many_tags_is_told():
    """A thousand ways to fit are read; more are not."""
    words = [", ".join(f"{letter}{number}" for number in range(32)) for letter in "ab"]
    policy = parse_policy(
        f"""
invitepolicy: 1
name: p
facts: {{my_a: tags}}
decisions:
  d:
    question: a?
    rules:
      - {{rule: r, when: {{tags: [{words[0]}], my_a: [{words[1]}]}}, then: x, because: b}}
    otherwise: {{then: y, because: b}}
"""
    )
    decision = policy.decisions["d"]
    space = build_space(conditions_of(decision), policy.facts)

    with pytest.raises(TooManyRegionsError, match="split it into several"):
        RuleCompiler(space).cards_of(decision)
