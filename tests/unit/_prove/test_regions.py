"""The algebra of regions, compared with sets of cells."""

from __future__ import annotations

import random
from itertools import product

import pytest
from builders import policy

from invitepolicy import InvitePolicyError
from invitepolicy._core.policy import conditions_of
from invitepolicy._prove.regions import (
    Budget,
    TooManyRegionsError,
    build_space,
    cells_of,
    intersect,
    is_possible,
    merge,
    simplify,
    subtract,
)


def points(region):
    """Return the points of a region: a cell of each dimension."""
    return set(product(*map(cells_of, region)))


def random_regions(seed, number=2, dimensions=3):
    """Return random regions that are not empty."""
    rng = random.Random(seed)  # noqa: S311  (a seeded test is the point)
    return [tuple(rng.randint(1, 15) for _ in range(dimensions)) for _ in range(number)]


def space(when, facts=""):
    """Return the space of the conditions of one rule."""
    text = f"""
        {facts}
        decisions:
          d:
            question: a?
            rules:
              - {{rule: r, when: {when}, then: x, because: b}}
            otherwise: {{then: y, because: b}}
    """
    made = policy(text)
    return build_space(conditions_of(made.decisions["d"]), made.facts)


@pytest.mark.parametrize("seed", range(200))
def test_regions_are_sets(seed):
    """Intersection, difference and union are those of the sets of cells; a difference is disjoint."""
    first, second = random_regions(seed)

    rest = list(subtract(first, second))

    assert points(intersect(first, second)) == points(first) & points(second)
    assert sorted(point for region in rest for point in points(region)) == sorted(points(first) - points(second))
    many = random_regions(seed, 6)
    assert set().union(*map(points, merge(many))) == set().union(*map(points, many))


def test_merging_joins_neighbours():
    """Regions that differ in one dimension become one, also in several steps; of none comes none."""
    assert merge([(1, 1), (2, 1), (1, 2), (2, 2)]) == [(3, 3)]
    assert merge([(1, 1), (1, 1), (2, 2)]) == [(1, 1), (2, 2)]
    assert merge([]) == []


def test_why_a_clock_is_missing_depends_on_the_status():
    """A draft was not sent; every other invitation was, if at an instant that is not known."""
    made = space("{status: draft, sent: at least 3 days ago}")
    status, sent = (next(i for i, d in enumerate(made.dimensions) if d.fact.name == n) for n in ("status", "sent"))
    not_known, did_not_happen = 1 << 2, 1 << 3
    possible = {
        (draft, missing): is_possible(made, tuple({status: draft, sent: missing}[i] for i in range(2)))
        for draft in (1, 2)
        for missing in (not_known, did_not_happen)
    }

    assert possible == {
        (1, not_known): False,
        (1, did_not_happen): True,
        (2, not_known): True,
        (2, did_not_happen): False,
    }


def test_a_day_sends_at_most_what_a_week_does():
    """More than 20 on a day and less than 10 in a week is no account."""
    made = space("{account_sent_last_day: at least 20, account_sent_last_week: at least 10}")

    assert is_possible(made, (2, 2))
    assert not is_possible(made, (2, 1))
    assert is_possible(made, (2, 4))
    assert simplify(made, (2, 2 | 4)) == (2, 7)


def test_numbers_that_no_record_holds_have_no_cell():
    """Past 18 digits there is no count, and between two shares that touch there is none."""
    many = space("{attempts: more than 999999999999999999}")
    close = space("{my_s: more than 0.3%}", "facts: {my_s: share}")

    assert many.whole == (1,)
    assert close.whole == (7,)


def test_the_limit_is_an_error():
    """One region beyond the budget is refused, with what is too much and the remedy as data."""
    budget = Budget(1)
    budget.spend()

    with pytest.raises(TooManyRegionsError, match="too many overlapping rules to analyse; use fewer rules") as caught:
        budget.spend()
    assert (caught.value.what, caught.value.hint) == (
        "too many overlapping rules to analyse", "use fewer rules, or fewer facts",
    )  # fmt: skip
    assert issubclass(TooManyRegionsError, InvitePolicyError)
