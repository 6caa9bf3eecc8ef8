"""Random policies with records on their thresholds, and the answers about the records as plain rows."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from random_policies import NOW, random_policy, random_record

from invitepolicy import decide_each

PARTS = ("", "_rule", "_changes_at", "_changes_to")


@cache
def random_case(seed, number):
    """Return a policy, as many records that stand on its thresholds, and an account that stands for all of them."""
    policy = random_policy(seed)
    records = [random_record(policy, other)[0] for other in range(number)]
    return policy, records, random_record(policy, seed)[1]


def answers(policy, records, account, now=NOW):
    """Return the answers of `decide_each`, in the form of a frame's columns."""
    return [
        {
            f"{name}{part}": value
            for name, answer in advice.items()
            for part, value in zip(
                PARTS, (answer.outcome, answer.rule, answer.changes_at, answer.changes_to), strict=True
            )
        }
        for advice in decide_each(policy, records, now=now, account=account)
    ]


def as_rows(rows, policy):
    """Return the answers of decided rows, with instants in UTC."""
    decisions = [name for name, decision in policy.decisions.items() if decision.subject == "invitation"]
    names = [f"{name}{part}" for name in decisions for part in PARTS]
    return [{name: _in_utc(row[name]) for name in names} for row in rows]


def _in_utc(value):
    return value.astimezone(UTC) if isinstance(value, datetime) else value  # Spark's are in the process's own zone
