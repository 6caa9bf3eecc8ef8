"""Rounds about answers: total, as the plain reading says, and constant for as long as they say."""

from __future__ import annotations

import random
from datetime import timedelta

from law_withdrawal import check_withdrawal
from random_policies import NOW, random_policy, random_record, random_text
from readings import check_account_against_plain, check_account_change, check_against_plain, check_constant, check_total

from invitepolicy import Account, Invitation

RECORDS = 500  # a policy
LISTS = 30  # a policy
DAY = timedelta(days=1)


def _case(seed, notes):
    rng = random.Random(seed)  # noqa: S311  (a seeded round is the point)
    now = NOW + timedelta(microseconds=rng.randrange(10**15))
    policy = random_policy(seed)
    notes.update(policy=random_text(seed), now=now)
    return policy, now, rng


def _records(policy, now, rng, notes, number):
    for _ in range(number):
        invitation, account = random_record(policy, rng.getrandbits(60), now)
        notes.update(invitation=invitation, account=account)
        yield invitation, account


def decide_round(seed, notes):
    """Decide the records of a policy, and its account: total, as the plain reading says, in no doubt. Count records."""
    policy, now, rng = _case(seed, notes)
    for number, (invitation, account) in enumerate(_records(policy, now, rng, notes, RECORDS)):
        check_total(policy, invitation, account, now)
        check_against_plain(policy, invitation, account, now)
        check_withdrawal(policy, invitation, account, now)
        if number % 10 == 0:
            check_account_against_plain(policy, account, now)
    return RECORDS


def constant_round(seed, notes):
    """Ask again before, and at, the instant for which each answer announces another. Count the instants."""
    policy, now, rng = _case(seed, notes)
    return sum(
        check_constant(policy, invitation, account, rng, now=now)
        for invitation, account in _records(policy, now, rng, notes, RECORDS // 5)
    )


def account_round(seed, notes):
    """Hold what is announced of accounts, whose windows end where clocks turn, to every instant that might matter.

    Count the lists of invitations.
    """
    policy, now, rng = _case(seed, notes)
    for _ in range(LISTS):
        sent = [now - rng.randrange(100) * DAY + timedelta(microseconds=rng.randrange(-1, 2)) for _ in range(5)]
        invitations = [_invitation(rng, instant) for instant in sent]
        account = Account(restricted_at=now - rng.randrange(40) * DAY)
        notes.update(invitations=invitations, account=account)
        check_account_change(policy, invitations, account, now)
    return LISTS


def _invitation(rng, sent):
    return Invitation(
        name=rng.choice("abc"),
        status=rng.choice(["pending", "accepted", "withdrawn"]),
        sent_at=sent,
        note=rng.choice([None, "n"]),
        email_requested=rng.random() < 0.5,
    )
