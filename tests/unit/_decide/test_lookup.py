"""Decision caches: one per policy, extended as records are met, bounded, shared, and neither pickled nor copied."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime, timedelta

import pytest
from builders import policy as build
from random_policies import NOW, random_policy, random_record
from readings import plain

from invitepolicy import Account, Invitation, RecordError, decide, decide_each, with_settings
from invitepolicy._core.records import NO_ACCOUNT
from invitepolicy._decide import lookup as lookup_module
from invitepolicy._decide.lookup import cache_of

DAY = timedelta(days=1)
PLAIN = """
    decisions:
      d:
        question: What now?
        rules: [{rule: r, when: {status: pending}, then: a, because: b}]
        otherwise: {then: c, because: b}
    """
CLOCKS = """
    settings: {wait: 2 weeks}
    facts: {my_met: clock}
    decisions:
      d:
        question: What now?
        rules:
        - {rule: both, when: {sent: at least wait ago, last_active: at least 3 days ago}, then: go, because: b}
        - {rule: met, when: {my_met: less than 1 day ago}, then: meet, because: b}
        otherwise: {then: keep, because: b}
    """


def own(**facts):
    """Return a record with facts of the user's own."""
    return Invitation(sent_at=NOW - DAY, facts=facts)


def test_equal_answers_are_one_object():
    """Where nothing differs from record to record all records of some cells share their advice."""
    policy = build(PLAIN)

    first, second, third = decide_each(policy, [Invitation(name="a"), Invitation(name="b"), Invitation(attempts=3)])

    assert first is second is third


def test_a_cache_is_made_once_and_is_not_pickled():
    """It is made once; a pickle and a deep copy begin with an empty one, and so do other settings."""
    policy = build(CLOCKS)
    decide(policy, own(), now=NOW)

    assert cache_of(policy) is cache_of(policy)
    assert policy._caches.table.nodes
    for other in (pickle.loads(pickle.dumps(policy)), copy.deepcopy(policy), with_settings(policy, wait="3 weeks")):
        assert other._caches.table is None
        assert decide(other, own(), now=NOW)["d"].outcome == "undetermined"


def test_equal_policies_have_caches_of_their_own():
    """Their fingerprints may be one where the places differ, and answers carry places."""
    policy, moved = build(CLOCKS), build(CLOCKS.replace("    settings", "    # moved\n    settings"))

    assert policy == moved
    assert decide(policy, own(), now=NOW)["d"].place != decide(moved, own(), now=NOW)["d"].place


def test_text_from_records_is_no_key():
    """Notes, tags, names and own facts without a word in the policy make no node."""
    policy = build(CLOCKS)
    decide(policy, own(), now=NOW)
    nodes = policy._caches.table.nodes

    for number in range(50):
        text = f"text {number}"
        record = Invitation(
            sent_at=NOW - DAY, name=text, tags=[text], facts={"my_other": text}, attempts=number, status_basis="joined"
        )
        decide(policy, record, now=NOW)
    assert policy._caches.table.nodes == nodes
    assert len(policy._caches.table.roots) == 1


def test_a_tree_that_has_grown_too_large_is_dropped(monkeypatch):
    """And grows anew: the answers are the same, and the nodes are few, whatever is asked."""
    monkeypatch.setattr(lookup_module, "MOST_NODES", 20)
    policy = random_policy(5)

    for number in range(300):
        invitation, account = random_record(policy, number)
        assert decide(policy, invitation, now=NOW, account=account) == plain(policy, "invitation", invitation, account)
        assert policy._caches.table.nodes < 20 + 10
        assert len(policy._caches.table.roots) <= 768  # the words and flags that there are


def test_roots_that_differ_in_what_nobody_asks_for_are_one():
    """The words of a record lead to the root of those that the policy names."""
    policy = build(PLAIN)

    list(decide_each(policy, [Invitation(activity="daily"), Invitation(note="hello"), Invitation(status="draft")]))

    cache = policy._caches.table
    assert (len(cache.roots), len(cache.shared), cache.nodes) == (3, 2, 2)


def test_several_clocks_are_walked_from_threshold_to_threshold():
    """The change comes at the last of them, or at the first that matters; one of them may never be reached."""
    policy = build(CLOCKS)

    def change(**fields):
        answer = decide(policy, Invitation(**fields), now=NOW)["d"]
        return answer.outcome, answer.changes_at, answer.changes_to

    met = {"facts": {"my_met": NOW}}
    end = datetime(9999, 12, 31, tzinfo=UTC)
    assert change(sent_at=NOW, last_active_at=NOW, **met) == ("meet", NOW + DAY, "keep")
    assert change(sent_at=NOW - 13 * DAY, last_active_at=NOW, facts={"my_met": NOW - 9 * DAY}) == (
        "keep", NOW + 3 * DAY, "go",
    )  # fmt: skip
    assert change(sent_at=end, last_active_at=end, facts={"my_met": NOW - 9 * DAY}) == ("keep", None, None)


def test_a_threshold_after_the_year_9999_is_never_reached():
    """The change of a single clock as well."""
    policy = build("decisions: {d: {question: 'What?', rules: [{rule: r, when: {sent: at least 1 day ago}, then: a, "
                   "because: b}], otherwise: {then: c, because: b}}}")  # fmt: skip
    last = Invitation(sent_at=datetime(9999, 12, 31, 12, tzinfo=UTC))

    first, second = decide_each(policy, [Invitation(sent_at=NOW), last], now=NOW)

    assert (first["d"].changes_at, first["d"].changes_to) == (NOW + DAY, "a")
    assert (second["d"].outcome, second["d"].changes_at, second["d"].changes_to) == ("c", None, None)


@pytest.mark.parametrize("ask", [decide, lambda policy, record, **named: list(decide_each(policy, [record], **named))])
def test_an_own_fact_of_a_wrong_kind_is_refused_wherever_the_decision_uses_it(ask):
    """Also where its value would not matter, before and after the tree has grown."""
    policy = build(CLOCKS)

    for _ in range(2):
        with pytest.raises(RecordError, match="my_met"):
            ask(policy, own(my_met=3), now=NOW)
        ask(policy, own(my_other=3), now=NOW)
    assert policy._caches.table.nodes


def test_what_is_no_invitation_is_read_on_the_way():
    """A list may hold whatever `as_invitation` takes."""
    policy = build(CLOCKS)
    record = {"sent_at": "2026-03-14T12:00Z", "my_met": "2026-03-15T11:00Z"}

    (advice,) = decide_each(policy, [record], now=NOW)

    assert advice == decide(policy, record, now=NOW)
    assert advice["d"].outcome == "meet"


def test_a_list_finds_the_tree_that_it_grew(monkeypatch):
    """Also where the old one is dropped while the list is being decided."""
    monkeypatch.setattr(lookup_module, "MOST_NODES", 3)
    policy = build(CLOCKS)
    ages = [0, 5, 20, 0, 5, 20, 0]
    records = [Invitation(sent_at=NOW - age * DAY, last_active_at=NOW - age * DAY) for age in ages]

    outcomes = [advice["d"].outcome for advice in decide_each(policy, records, now=NOW, account=Account(tier="free"))]

    assert outcomes == [plain(policy, "invitation", record, NO_ACCOUNT)["d"].outcome for record in records]


def test_several_thresholds_of_a_clock_are_looked_up():
    """One by one and in a list: keep, then consider, then withdraw, exactly at the thresholds."""
    policy = build("""
        decisions:
          d:
            question: What now?
            rules:
            - {rule: left, when: {sent: at least 4 days ago}, then: withdraw, because: b}
            - {rule: look, when: {sent: at least 3 days ago}, then: consider, because: b}
            otherwise: {then: keep, because: b}
        """)
    step = timedelta(microseconds=1)
    records = [Invitation(sent_at=NOW - age) for age in (3 * DAY - step, 3 * DAY, 4 * DAY - step, 4 * DAY)] * 2
    outcomes = ["keep", "consider", "consider", "withdraw"] * 2

    assert [decide(policy, record, now=NOW)["d"].outcome for record in records] == outcomes
    assert [advice["d"].outcome for advice in decide_each(policy, records, now=NOW)] == outcomes


def test_a_shared_leaf_renders_a_reason_for_each_record():
    """Its values are those of the record and the instant."""
    policy = build(CLOCKS.replace("then: keep, because: b", 'then: keep, because: "{sent.age}, {tags}"'))
    records = [Invitation(sent_at=NOW - age * DAY, tags=[tag], facts={"my_met": NOW - 9 * DAY})
               for age, tag in ((2, "vip"), (3, "keep"))]  # fmt: skip

    reasons = [advice["d"].reason for advice in decide_each(policy, records, now=NOW + DAY / 2)]

    assert reasons == ["2 days, vip", "3 days, keep"]


ONE_CLOCK = """
    decisions:
      d:
        question: What now?
        rules:
        - {rule: seen, when: {activity: daily, sent: at least 4 days ago}, then: go, because: b}
        - {rule: left, when: {sent: at least 2 weeks ago}, then: go, because: b}
        otherwise: {then: keep, because: b}
    """


def test_a_list_is_decided_by_one_instant_a_fork():
    """On both sides of it and at it, where it is not known, and where the other side was never met before."""
    policy = build(ONE_CLOCK)
    step = timedelta(microseconds=1)
    ages = [14 * DAY, 15 * DAY, 14 * DAY - step, None, timedelta(), 14 * DAY, -DAY]
    records = [Invitation(sent_at=None if age is None else NOW - age) for age in ages]

    answers = [(advice["d"].outcome, advice["d"].changes_at) for advice in decide_each(policy, records, now=NOW)]

    assert [outcome for outcome, _ in answers] == ["go", "go", "keep", "undetermined", "keep", "go", "keep"]
    assert [at for _, at in answers] == [None, None, NOW + step, None, NOW + 14 * DAY, None, NOW + 15 * DAY]


@pytest.mark.parametrize("now", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_a_list_at_the_ends_of_time(now):
    """No instant lies two weeks before the first one, and no change comes after the last."""
    policy = build(ONE_CLOCK)
    records = [Invitation(sent_at=now)] * 3

    answers = [(advice["d"].outcome, advice["d"].changes_at) for advice in decide_each(policy, records, now=now)]

    later = None if now.year > 1 else now + 14 * DAY
    assert answers == [("keep", later)] * 3
