"""Rounds about what is said of whole policies, and of whole frames."""

from __future__ import annotations

import random
from datetime import timedelta

import polars as pl
from engines import table_of
from frame_laws import answers, as_rows
from random_policies import NOW, random_policy, random_record, random_text
from small_laws import check_diff, check_lint
from small_policies import count_cells, small_facts, small_text, unproven

from invitepolicy.frames import decide_frame

MOST_CELLS = 500  # of a policy that is looked at cell by cell
ROWS = 2_000


def lint_round(seed, notes):
    """Hold lint to looking at every cell of a small policy. Count 1."""
    text, policy = _small(seed, None)
    notes["policy"] = text
    check_lint(policy)
    return 1


def diff_round(seed, notes):
    """Hold diff to deciding every cell of two small policies about the same facts. Count 1."""
    facts = small_facts(seed)
    (old_text, old), (new_text, new) = _small(seed, facts), _small(seed + 1, facts)
    notes.update(old=old_text, new=new_text)
    check_diff(old, new)
    return 1


def _small(seed, facts):
    for number in range(seed, seed + 1_000):
        text = small_text(number, facts)
        policy = unproven(text)
        if count_cells(policy) <= MOST_CELLS:
            break
    return text, policy


def frames_round(seed, notes):
    """Hold a polars frame of records to what each of them is reported. Count the rows."""
    rng = random.Random(seed)  # noqa: S311  (a seeded round is the point)
    now = NOW + timedelta(microseconds=rng.randrange(10**15))
    policy = random_policy(seed)
    numbers = [rng.getrandbits(60) for _ in range(ROWS)]
    records = [random_record(policy, number, now)[0] for number in numbers]
    account = random_record(policy, seed, now)[1]
    notes.update(policy=random_text(seed), now=now, account=account)
    decided = as_rows(
        decide_frame(policy, pl.from_arrow(table_of(records)), now=now, account=account).to_dicts(), policy
    )
    for record, row, expected in zip(records, decided, answers(policy, records, account, now), strict=True):
        notes.update(invitation=record)
        assert row == expected
    return ROWS
