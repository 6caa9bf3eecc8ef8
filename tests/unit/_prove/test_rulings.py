"""The walk through regions, compared with the plain reading in every cell."""

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
def test_each_cell_is_in_one_region_with_the_ruling_of_the_plain_reading():
    """200 random policies: every possible cell is in one region, with the outcome and the rule of `evaluate`."""
    for seed, small in small_policies(200, start=90_000):
        decision = small.decisions["d"]
        space = build_space(conditions_of(decision), small.facts)
        matrix = RuleMatrix(space, RuleCompiler(space).compile_decision(decision))
        seen = {}
        for ruled in rulings_in(matrix, matrix.everything, matrix.everything, [space.whole], Budget()):
            for point in product(*map(cells_of, ruled.region)):
                assert point not in seen, seed
                seen[point] = ruled.old
            compiled = None if ruled.old == DOUBT else matrix.rules[ruled.old]
            ruling = evaluate(decision, named(space, values_in(space, ruled.region)), STANDING)
            assert ruling.outcome == ("undetermined" if compiled is None else compiled.then), seed
            assert ruling.rule == (compiled and compiled.rule), seed


def named(space, values):
    """Return a record's facts by name."""
    facts = {"tags": frozenset(), "my_lists": frozenset()}
    for dimension, value in zip(space.dimensions, values, strict=True):
        name = dimension.fact.name
        facts[name] = facts[name] | ({dimension.tag} if value else set()) if dimension.tag else value
    return {**facts, "has_note": facts.get("note_length", 0) >= 1}


def test_too_many_combinations_of_tags_are_an_error():
    """A thousand are compiled; more are refused."""
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
        RuleCompiler(space).compile_decision(decision)
