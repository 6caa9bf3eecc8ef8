"""Rounds about answers: total, as the plain reading says, and constant for as long as they say."""

from __future__ import annotations

import random
from datetime import timedelta

from law_withdrawal import hold_withdrawal
from random_policies import NOW, random_policy, random_record, random_text
from readings import hold_account_change, hold_account_to_plain, hold_constant, hold_to_plain, hold_total

from invitepolicy import Account, Invitation

RECORDS = 500  # a policy
LISTS = 30  # a policy
DAY = timedelta(days=1)


def _case(seed, notes):
    chance = random.Random(seed)  # noqa: S311  (a seeded round is the point)
    now = NOW + timedelta(microseconds=chance.randrange(10**15))
    policy = random_policy(seed)
    notes.update(policy=random_text(seed), now=now)
    return policy, now, chance


def _records(policy, now, chance, notes, number):
    for _ in range(number):
        invitation, account = random_record(policy, chance.getrandbits(60), now)
        notes.update(invitation=invitation, account=account)
        yield invitation, account


def decide_round(seed, notes):
    """Decide the records of a policy, and its account: total, as the plain reading says, in no doubt. Count records."""
    policy, now, chance = _case(seed, notes)
    for number, (invitation, account) in enumerate(_records(policy, now, chance, notes, RECORDS)):
        hold_total(policy, invitation, account, now)
        hold_to_plain(policy, invitation, account, now)
        hold_withdrawal(policy, invitation, account, now)
        if number % 10 == 0:
            hold_account_to_plain(policy, account, now)
    return RECORDS


def constant_round(seed, notes):
    """Ask again before, and at, the instant for which each answer announces another. Count the instants."""
    policy, now, chance = _case(seed, notes)
    return sum(
        hold_constant(policy, invitation, account, chance, now=now)
        for invitation, account in _records(policy, now, chance, notes, RECORDS // 5)
    )


def account_round(seed, notes):
    """Hold what is announced of accounts, whose windows end where clocks turn, to every instant that might matter.

    Count the lists of invitations.
    """
    policy, now, chance = _case(seed, notes)
    for _ in range(LISTS):
        sent = [now - chance.randrange(100) * DAY + timedelta(microseconds=chance.randrange(-1, 2)) for _ in range(5)]
        invitations = [_invitation(chance, instant) for instant in sent]
        account = Account(restricted_at=now - chance.randrange(40) * DAY)
        notes.update(invitations=invitations, account=account)
        hold_account_change(policy, invitations, account, now)
    return LISTS


def _invitation(chance, sent):
    return Invitation(
        name=chance.choice("abc"),
        status=chance.choice(["pending", "accepted", "withdrawn"]),
        sent_at=sent,
        note=chance.choice([None, "n"]),
        email_requested=chance.random() < 0.5,
    )
