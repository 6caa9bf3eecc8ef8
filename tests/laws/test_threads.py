"""One policy shared by sixteen threads, and swapped for another while they decide: an answer is wholly of one."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from threading import Barrier, Event, Thread

import pytest
from random_policies import NOW, random_policy, random_record
from readings import plain
from strategies import random_invitations

from invitepolicy import Account, decide, decide_each, load_policy, parse_policy
from invitepolicy.store import PolicyStore

THREADS = 16
WAITS = range(20, 28)
TURNS = 12


@contextmanager
def switching():
    """Let the interpreter change threads each microsecond."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)


def in_threads(ask, meanwhile=lambda: None):
    """Ask in sixteen threads that begin together, do something meanwhile, and give what each found."""
    start, found, failures = Barrier(THREADS), [None] * THREADS, []

    def work(number):
        start.wait()
        try:
            found[number] = ask(number)
        except BaseException as error:  # noqa: BLE001  (whatever it is, the test is to see it)
            failures.append(error)

    threads = [Thread(target=work, args=(number,)) for number in range(THREADS)]
    with switching():
        for thread in threads:
            thread.start()
        try:
            meanwhile()
        finally:
            for thread in threads:
                thread.join()
    assert failures == []
    return found


def style(days):
    """Return the text of a style that waits so long, and says so in each of its answers."""
    return (
        f"invitepolicy: 1\nname: mine\nextends: faq\nsettings: {{longest_wait: {days} days, daily_wait: {days} days}}\n"
    )


def expected(policies, records):
    """Give, by each policy's fingerprint, its answers to records, as the rules read without any table."""
    return {
        policy.fingerprint: [plain(policy, "invitation", record, Account()) for record in records]
        for policy in policies
    }


@pytest.mark.slow
def test_no_thread_sees_half_a_table():
    """Sixteen threads fill the tables of a fresh policy together: 20,000 answers, all the plain reading's."""
    asked = 0
    for seed in range(32):
        policy = random_policy(seed + 5_000_000)
        pairs = [random_record(policy, number) for number in range(40)]
        known = [plain(policy, "invitation", *pair) for pair in pairs]

        def ask(number, policy=policy, pairs=pairs):
            order = [*pairs[number:], *pairs[:number]]
            answers = [decide(policy, invitation, now=NOW, account=account) for invitation, account in order]
            return [*answers[len(pairs) - number :], *answers[: len(pairs) - number]]

        assert in_threads(ask) == [known] * THREADS
        asked += THREADS * len(pairs)

    assert asked > 20_000


def test_a_policy_that_is_swapped_while_it_decides():
    """Of an attribute that is set anew all the time, whoever read it once gets answers of that one policy only."""
    records = random_invitations(8, seed=1)
    known = expected([parse_policy(style(days)) for days in WAITS], records)

    fresh = [parse_policy(style(WAITS[turn % len(WAITS)])) for turn in range(24)]

    class Host:
        policy = fresh[0]

    def swap(turn):
        Host.policy = fresh[turn % len(fresh)]
        Event().wait(0.003)

    found = _ask_while(lambda: Host.policy, records, swap)

    assert len({fingerprint for fingerprint, _ in found}) > 1
    assert all(answers == known[fingerprint] for fingerprint, answers in found)


@pytest.mark.slow
def test_a_store_whose_file_is_edited_while_it_decides(tmp_path):
    """Of a file that is replaced all the time, every list is answered by one good policy from its first to its last."""
    records = random_invitations(8, seed=2)
    store = PolicyStore(tmp_path)
    known = expected([load_policy("faq"), *(parse_policy(style(days)) for days in WAITS)], records)
    path, beside = tmp_path / "mine.yaml", tmp_path / "mine.new"
    path.write_text(style(20), encoding="utf-8")

    def edit(turn):
        text = style(WAITS[turn % len(WAITS)])
        beside.write_text(text if turn % 5 else text[:-9], encoding="utf-8")
        os.utime(beside, (1_700_000_000 + turn,) * 2)
        beside.replace(path)
        Event().wait(0.01)

    found = _ask_while(lambda: store.get("mine"), records, edit)

    assert len({fingerprint for fingerprint, _ in found}) > 1
    assert all(answers == known[fingerprint] for fingerprint, answers in found)


def _ask_while(policy_of, records, change):
    """Ask all the time while something changes, a dozen times and until two policies have answered.

    Return the fingerprints with the answers of each list.
    """
    done, found = Event(), []

    def ask(_):
        while not done.is_set():
            policy = policy_of()
            found.append((policy.fingerprint, list(decide_each(policy, records, now=NOW))))

    def meanwhile():
        try:
            for turn in range(2_000):
                change(turn)
                if turn >= TURNS and len({fingerprint for fingerprint, _ in found}) > 1:
                    break
        finally:
            done.set()

    in_threads(ask, meanwhile)
    return found
