"""A policy, a record and an answer cannot be changed: no attribute can be set or deleted, nothing inside is open."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum

import attrs
import pytest
from strategies import NOW, random_invitations

import invitepolicy
from invitepolicy import Account, decide, decide_account, load_policy, parse_policy
from invitepolicy._core.frozen import FrozenMapping
from invitepolicy._core.policy import Caches, PolicyFile
from invitepolicy._core.records import Invitation

POLICIES = ("linkedin", "faq", "brisk", "careful", "patient", "open")
LEAVES = (str, int, float, bool, type(None), datetime, timedelta, Enum)
# What is left out of the walk: what is kept beside a policy to be quick, the files as they were read, of which `show`
# tells, and the way to the fingerprint.
PRIVATE = {("Policy", "_caches"), ("Policy", "_files"), ("Policy", "_identify")}
OWN = """
invitepolicy: 1
name: mine
extends: faq
facts: {my_met: clock, my_lists: tags, my_trade: [finance, health]}
decisions:
  withdraw:
    details: {keep: {where: [here, {page: 1}]}}
    rules:
      - rule: we met
        when: {my_met: at least 3 days ago, my_lists: {not: [a, b]}, my_trade: finance}
        then: keep
        because: We met {my_met.age} ago.
        details: {steps: [1, {last: true}]}
tests:
  - test: it is so
    given: {sent_at: 2026-03-01, my_met: 2026-03-01, tags: [vip]}
    now: 2026-03-02
    expect: {withdraw: keep}
"""


def values_in(value, found=None):
    """Find every value inside one, by its identity, except what is private."""
    found = {} if found is None else found
    if id(value) in found:
        return found
    found[id(value)] = value
    for part in _parts(value):
        values_in(part, found)
    return found


def _parts(value):
    if attrs.has(type(value)):
        names = [field.name for field in attrs.fields(type(value))]
        return [getattr(value, name) for name in names if (type(value).__name__, name) not in PRIVATE]
    if isinstance(value, FrozenMapping | invitepolicy.Advice):
        return [*value, *value.values()]
    return value if isinstance(value, tuple | frozenset) else ()


def public():
    """Return what people hold: policies, records, accounts, answers, problems."""
    records = random_invitations(40, seed=3)
    mine = parse_policy(OWN)
    policies = [mine, *(load_policy(name) for name in POLICIES)]
    answers = [decide(policy, record, now=NOW, account=Account()) for policy in policies for record in records]
    record = Invitation(tags=["vip"], facts={"my_lists": ["a"], "my_met": NOW})
    with pytest.raises(invitepolicy.PolicyError) as caught:
        parse_policy("invitepolicy: 1\nname: Mine\n")
    standing = decide_account(policies[1], records, now=NOW)
    return [*policies, *answers, *records, record, standing, decide(mine, record, now=NOW), caught.value.problems]


@pytest.fixture(scope="module")
def values():
    """Return every value that can be reached from them."""
    found = {}
    for value in public():
        values_in(value, found)
    return list(found.values())


def test_nothing_inside_is_open(values):
    """No list, no dictionary, no set, no object of another kind: what is reached is frozen, or has no parts."""
    kinds = {type(value) for value in values}
    closed = (*LEAVES, tuple, frozenset, FrozenMapping, invitepolicy.Advice)

    assert {kind for kind in kinds if not attrs.has(kind) and not issubclass(kind, closed)} == set()
    assert not [kind for kind in kinds if issubclass(kind, PolicyFile | Caches | list | set | bytearray)]
    assert len(kinds) > 25


def test_every_value_refuses_to_be_changed(values):
    """Setting, deleting and adding attributes, by whatever value of whatever class."""
    frozen = {type(value): value for value in values if attrs.has(type(value)) or isinstance(value, FrozenMapping)}
    assert {invitepolicy.Policy, Invitation, Account, invitepolicy.Decision, invitepolicy.Problem} <= set(frozen)
    for kind, value in frozen.items():
        names = [field.name for field in attrs.fields(kind)] if attrs.has(kind) else ["_items"]
        for name in [*names, "another"]:
            with pytest.raises(AttributeError):
                setattr(value, name, None)
            with pytest.raises(AttributeError):
                delattr(value, name)


def test_mappings_refuse_too(values):
    """Settings, facts, decisions, own facts, details and advice take no item and lose none."""
    mappings = {type(value): value for value in values if isinstance(value, FrozenMapping | invitepolicy.Advice)}
    assert set(mappings) == {FrozenMapping, invitepolicy.Advice}
    for value in mappings.values():
        with pytest.raises(TypeError):
            value["another"] = None
        with pytest.raises(TypeError):
            del value["another"]


def test_what_is_private_is_frozen_at_its_place():
    """What is left out of the walk cannot be taken from a policy or an answer either, nor be put into one."""
    policy = load_policy("faq")
    held = {"Policy": policy, "Decision": decide(policy, Invitation(), now=NOW)["withdraw"]}

    for owner, name in PRIVATE:
        before = getattr(held[owner], name)
        with pytest.raises(AttributeError):
            setattr(held[owner], name, None)
        assert getattr(held[owner], name) is before
