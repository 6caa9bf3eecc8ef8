"""A mapping that nobody can change, and plain data frozen into it and thawed again."""

from __future__ import annotations

import copy
import json
import operator
import pickle

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from invitepolicy._core.frozen import ByFields, FrozenMapping, Ordered, freeze, thaw

ITEMS = st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5) | st.none(), max_size=6)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


@given(ITEMS)
def test_it_reads_as_a_dictionary_does(items):
    """Keys, values, order, length, membership and `repr`."""
    frozen = FrozenMapping(items)

    assert frozen == items
    assert items == frozen
    assert list(frozen.items()) == list(items.items())
    assert list(frozen) == list(items)
    assert len(frozen) == len(items)
    assert all(key in frozen and frozen[key] == frozen.get(key) == value for key, value in items.items())
    assert {**frozen} == items
    assert repr(frozen) == repr(items)


@given(ITEMS, ITEMS)
def test_it_compares_by_its_items(one, other):
    """And equal ones hash alike, whatever the order."""
    assert (FrozenMapping(one) == FrozenMapping(other)) is (one == other)
    assert hash(FrozenMapping(one)) == hash(FrozenMapping(dict(reversed(one.items()))))


def test_an_unknown_key_is_a_key_error():
    """As in any mapping; `get` gives what it is reported."""
    with pytest.raises(KeyError, match="absent"):
        FrozenMapping({})["absent"]
    assert FrozenMapping().get("absent", 3) == 3


def test_it_keeps_no_hold_on_what_it_was_made_of():
    """Changing the dictionary later changes nothing."""
    items = {"a": 1}
    frozen = FrozenMapping(items)

    items["a"] = 2

    assert frozen["a"] == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda frozen: setattr(frozen, "_items", {}),
        lambda frozen: setattr(frozen, "other", 1),
        lambda frozen: delattr(frozen, "_items"),
    ],
    ids=["replace", "add", "delete"],
)
def test_nothing_can_be_set_or_deleted(change):
    """And the refusal says so."""
    frozen = FrozenMapping({"a": 1})

    with pytest.raises(AttributeError, match="a FrozenMapping cannot be changed"):
        change(frozen)
    assert frozen == {"a": 1}


def test_items_cannot_be_assigned():
    """It has no such methods."""
    assert not {"__setitem__", "__delitem__", "update", "pop", "clear", "setdefault"} & set(dir(FrozenMapping))
    assert not hasattr(FrozenMapping(), "__dict__")


def test_what_holds_a_list_cannot_be_hashed():
    """As with a tuple that holds one."""
    with pytest.raises(TypeError):
        hash(FrozenMapping({"a": [1]}))


@given(ITEMS)
def test_it_survives_pickling_and_copying(items):
    """Class and items are the same."""
    frozen = FrozenMapping(items)

    for twin in (pickle.loads(pickle.dumps(frozen)), copy.copy(frozen), copy.deepcopy(frozen)):
        assert type(twin) is FrozenMapping
        assert twin == frozen
        assert list(twin) == list(frozen)


@given(PLAIN)
def test_thawing_undoes_freezing(data):
    """And what was frozen hashes, all the way down."""
    frozen = freeze(data)

    hash(frozen)
    assert thaw(frozen) == data
    assert json.loads(json.dumps(thaw(frozen))) == data
    assert freeze(frozen) == frozen


def test_thawing_hands_out_copies():
    """Whoever changes what was handed out changes nothing else."""
    frozen = freeze({"a": [{"b": [1]}]})

    thaw(frozen)["a"][0]["b"].append(2)

    assert frozen == {"a": (FrozenMapping({"b": (1,)}),)}


@attrs.frozen(eq=False, repr=False)
class Point(ByFields):
    """A value of a test: its name is not shown, and its place is not compared."""

    name: str = attrs.field(repr=False)
    size: int
    place: int = attrs.field(default=0, eq=False)


def test_values_are_equal_by_their_fields():
    """Of the same class only; a field that is not compared does not count, and none that is hidden is shown."""
    point, twin, other = Point("a", 1, 2), Point("a", 1, 3), Point("b", 1)

    assert point == twin
    assert hash(point) == hash(twin)
    assert point != other
    assert point != ("a", 1)
    assert repr(point) == "Point(size=1, place=2)"


@attrs.frozen(eq=False, repr=False)
class Step(Ordered):
    """A value of a test that can be sorted."""

    first: int
    second: int


def test_ordered_values_sort_by_their_fields():
    """In the fields' order; values of other classes are not compared."""
    steps = [Step(2, 1), Step(1, 9), Step(1, 2)]

    assert sorted(steps) == [Step(1, 2), Step(1, 9), Step(2, 1)]
    assert Step(1, 2) <= Step(1, 2) < Step(1, 3)
    assert not Step(1, 2) < Step(1, 2)
    assert Step(2, 1) > Step(1, 2)
    assert Step(2, 1) >= Step(2, 1)
    for compare in (operator.lt, operator.le):
        with pytest.raises(TypeError):
            compare(Step(1, 2), Point("a", 1))
