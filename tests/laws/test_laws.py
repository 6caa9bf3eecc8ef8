"""Laws over random policies and random records: 20,000 pairs, or INVITEPOLICY_LAWS times as many."""

from __future__ import annotations

import os
import pickle
import random
import sys
import threading
from datetime import datetime, timedelta

import attrs
import pytest
from hypothesis import given, settings
from law_withdrawal import check_withdrawal
from random_policies import NOW, policies, random_policy, random_record, seeds
from readings import check_account_against_plain, check_against_plain, check_constant, check_total, plain

from invitepolicy import decide, decide_each, load_policy

PAIRS = 20_000 * int(os.environ.get("INVITEPOLICY_LAWS", "1"))
PARTS = 10
RECORDS = 80  # a policy
INSTANTS = ("sent_at", "answered_at", "withdrawn_at", "last_active_at")


def moved(record, names, by):
    """Move instants of a record, or raise OverflowError at the ends of time."""
    found = {name: getattr(record, name) for name in names}
    return attrs.evolve(record, **{name: value + by for name, value in found.items() if value is not None})


def everywhere(invitation, account, by):
    """Move everything that happened to a record and an account."""
    facts = {name: value + by if isinstance(value, datetime) else value for name, value in invitation.facts.items()}
    return attrs.evolve(moved(invitation, INSTANTS, by), facts=facts), moved(account, ["restricted_at"], by)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_the_fast_way_equals_the_plain_reading(part):
    """Every field of every answer is what the rules, read one by one, say of the record; for accounts as well.

    Every record gets, for every decision, one outcome of its words and a reason.
    """
    for seed in range(part, PAIRS // RECORDS, PARTS):
        policy = random_policy(seed)
        for number in range(RECORDS):
            invitation, account = random_record(policy, number)
            check_against_plain(policy, invitation, account, where=(seed, number))
            check_total(policy, invitation, account)
        check_account_against_plain(policy, account, where=seed)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_an_answer_is_constant_until_it_changes_and_different_then(part):
    """5,000 answers at eight instants: the same before `changes_at`, the promised one at it; else the same for ever."""
    rng = random.Random(part)  # noqa: S311  (a seeded test is the point)
    for seed in range(part, max(1, PAIRS // 300), 4):
        policy = random_policy(seed + 1_000_000)
        for number in range(40):
            invitation, account = random_record(policy, number)
            check_constant(policy, invitation, account, rng, where=(seed, number))


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(policy=policies, seed=seeds)
def test_shifting_now_and_all_instants_alike_changes_nothing(policy, seed):
    """Time has no favourite days: the same outcomes come of it, and the changes move along."""
    by = timedelta(days=41, seconds=7)
    for number in range(seed, seed + 20):
        invitation, account = random_record(policy, number)
        try:
            late, late_account = everywhere(invitation, account, by)
        except OverflowError:
            continue
        first = decide(policy, invitation, now=NOW, account=account)
        second = decide(policy, late, now=NOW + by, account=late_account)
        for name, decision in first.items():
            assert (decision.outcome, decision.rule, decision.needs) == (
                second[name].outcome, second[name].rule, second[name].needs,
            )  # fmt: skip
            assert (decision.changes_at and decision.changes_at + by) == second[name].changes_at


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_a_withdrawal_is_advised_by_what_fits_on_known_facts(part):
    """20,000 records: the rule fits, its facts are known, and no rule above it could have said something else."""
    found = 0
    for seed in range(part, PAIRS // RECORDS, 4):
        policy = random_policy(seed + 2_000_000)
        for number in range(RECORDS):
            found += check_withdrawal(policy, *random_record(policy, number), where=(seed, number))

    assert found > PAIRS // 8


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_neither_order_nor_duplicates_nor_chunks_change_an_answer(part):
    """20,000 answers of lists in any order and chunks, by a policy that was pickled, are those of each record alone."""
    rng = random.Random(part)  # noqa: S311
    for seed in range(part, PAIRS // RECORDS, 4):
        policy = random_policy(seed + 3_000_000)
        records = [random_record(policy, number)[0] for number in range(RECORDS // 2)]
        account = random_record(policy, seed)[1]
        known = [decide(policy, record, now=NOW, account=account) for record in records]
        order = rng.choices(range(len(records)), k=RECORDS)
        other, cut = pickle.loads(pickle.dumps(policy)), rng.randrange(RECORDS)
        for chunk in (order[:cut], order[cut:]):
            advices = decide_each(other, [records[index] for index in chunk], now=NOW, account=account)
            assert list(advices) == [known[index] for index in chunk], seed


@pytest.mark.slow
def test_threads_that_share_a_policy_get_equal_answers():
    """Eight threads ask a fresh policy at the same moment, switching every microsecond: nobody sees half a table."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for seed in range(12):
            policy = pickle.loads(pickle.dumps(load_policy("faq"))) if seed == 0 else random_policy(seed)
            pairs = [random_record(policy, number) for number in range(40)]
            expected = [plain(policy, "invitation", *pair) for pair in pairs]
            assert _ask(policy, pairs) == [expected] * 8
    finally:
        sys.setswitchinterval(interval)


def _ask(policy, pairs):
    start, answers = threading.Barrier(8), [None] * 8

    def ask(number):
        start.wait()
        answers[number] = [decide(policy, invitation, now=NOW, account=account) for invitation, account in pairs]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
