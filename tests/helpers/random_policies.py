"""Random policies over the whole language, and random records that stand on their thresholds.

`random_policy(seed)` is a valid policy with every kind of line on every kind of fact, settings, own facts, limits and
doubt; `random_record(policy, seed, now)` is a record of which no comparison of the policy is safe: values lie on a
threshold and the smallest step beside it, are missing, or lie at the ends of time.
"""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from invitepolicy import Account, Invitation, parse_policy
from invitepolicy._core.conditions import AgeRange, NumberRange
from invitepolicy._core.facts import ACTIVITIES, DIRECTIONS, FACTS, RELATIONSHIPS, STATUSES, TIERS
from invitepolicy._core.policy import conditions_of
from invitepolicy._core.quantities import FOREVER

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
STEP = timedelta(microseconds=1)
DURATIONS = ["0 days", "90 minutes", "1 day", "3 days", "4 days", "2 weeks", "3 weeks", "100 weeks"]  # by length
NUMBERS = ["0", "1", "2", "3", "200", "300"]  # by size
SHARES = ["0%", "12.5%", "40%", "85%", "100%"]  # by size
SETTINGS = {"a_while": "duration", "longer": "duration", "never": "duration", "a_few": "number", "many": "share"}
OWN = {"my_count": "count", "my_number": "number", "my_share": "share", "my_flag": "flag", "my_met": "clock",
       "my_lists": "tags", "my_trade": ["finance", "health"]}  # fmt: skip
OWN_WORDS = {"my_lists": ["a", "b"], "my_trade": ["finance", "health", "unknown"], "tags": ["vip", "keep", "x y"]}
KINDS = {**{name: fact.kind for name, fact in FACTS.items()}, **OWN, "my_trade": "choice"}
OF_ACCOUNTS = [name for name, fact in FACTS.items() if fact.subject == "account"]
OF_INVITATIONS = [name for name in KINDS if name not in OF_ACCOUNTS]
OUTCOMES = ["keep", "wait", "withdraw", "consider"]
TAGS = ["vip", "keep", "x y", "a", "b", "other"]


def random_policy(seed):
    """Return a valid policy; the same seed gives the same."""
    return parse_policy(random_text(seed))


def random_text(seed):
    """Write a valid policy of one to three decisions about invitations, and often one about the account."""
    rng = random.Random(seed)  # noqa: S311  (a seeded test is the point)
    settings = {
        "a_while": rng.choice(DURATIONS),
        "longer": rng.choice([*DURATIONS, "forever"]),
        "never": "forever",
        "a_few": int(rng.choice(NUMBERS)),
        "many": rng.choice(SHARES),
    }
    decisions = {f"d{number}": _decision(rng, "invitation") for number in range(rng.randint(1, 3))}
    if rng.random() < 0.5:
        decisions["pace"] = _decision(rng, "account")
    policy = {"invitepolicy": 1, "name": "random", "settings": settings, "facts": OWN, "decisions": decisions}
    return json.dumps(policy, indent=1, ensure_ascii=False)


def _decision(rng, subject):
    usable = OF_ACCOUNTS if subject == "account" else [*OF_INVITATIONS, *OF_INVITATIONS, *OF_ACCOUNTS]
    facts = list(dict.fromkeys(rng.choices(usable, k=rng.randint(1, 5))))
    rules = [_rule(rng, facts, f"rule {number}") for number in range(rng.randint(0, 6))]
    limits = rules[: rng.choice([0, 0, 1])]
    decision = {"question": "What now?", "subject": subject, "outcomes": OUTCOMES}
    if rng.random() < 0.5:
        decision["applies_to"] = _when(rng, facts, 2)
    if limits:
        decision["limits"] = limits
    decision["rules"] = rules[len(limits) :]
    decision["otherwise"] = {"then": rng.choice(OUTCOMES), "because": _because(rng, facts)}
    if rng.random() < 0.3:
        decision["details"] = {"keep": {"where": ["here", {"page": 1}]}}
    return decision


def _rule(rng, facts, name):
    rule = {"rule": name, "when": _when(rng, facts, 3), "then": rng.choice(OUTCOMES)}
    rule["because"] = _because(rng, facts)
    if rng.random() < 0.2:
        rule["details"] = {"steps": [1, 2, {"last": True}]}
    return rule


def _because(rng, facts):
    fact = rng.choice(facts)
    about = f"{{{fact}.age}}" if KINDS[fact] == "clock" and rng.random() < 0.5 else f"{{{fact}}}"
    return rng.choice(["It is so.", "After {a_while}.", "After {longer}: {{so}}.", f"It is {about}."])


def _when(rng, facts, most):
    return {fact: _test(rng, fact) for fact in rng.sample(facts, min(len(facts), rng.randint(1, most)))}


def _test(rng, fact):
    kind = KINDS[fact]
    if kind in ("choice", "tags"):
        words = FACTS[fact].words if fact in FACTS and kind == "choice" else OWN_WORDS[fact]
        some = rng.sample(list(words), rng.randint(1, min(3, len(words))))
        test = some[0] if len(some) == 1 and rng.random() < 0.7 else some
        return {"not": test} if rng.random() < 0.35 else test
    if rng.random() < 0.15:
        return rng.choice(["given", "missing"])
    if kind == "flag":
        return rng.random() < 0.5
    if kind == "clock":
        return _aged(rng)
    return _in_range(rng, kind)


def _aged(rng):
    if rng.random() < 0.35:
        low, high = sorted(rng.sample(range(len(DURATIONS)), 2))
        ends = rng.choice([(DURATIONS[low], DURATIONS[high]), ("a_while", DURATIONS[high]), ("a_while", "longer")])
        if ends[0] != DURATIONS[high]:
            return f"between {ends[0]} and {ends[1]} ago"
    return rng.choice(["at least {} ago", "less than {} ago"]).format(
        rng.choice([*DURATIONS, "a_while", "longer", "never"])
    )


def _in_range(rng, kind):
    written, setting = (SHARES, "many") if kind == "share" else (NUMBERS, "a_few")
    if kind == "number":
        written = ["-2.5", "0", "0.5", "1", "2"]
    if rng.random() < 0.3:
        low, high = sorted(rng.sample(range(len(written)), 2))
        return f"between {rng.choice([written[low], setting])} and {written[high]}"
    if kind != "share" and rng.random() < 0.2:
        return json.loads(rng.choice(written))
    how = rng.choice(["at least", "at most", "more than", "less than"])
    return f"{how} {rng.choice([*written, setting])}"


def random_record(policy, seed, now=NOW):
    """Return an invitation and an account that stand on the policy's thresholds at `now`, or just beside them."""
    rng = random.Random(seed)  # noqa: S311
    lines = [line for decision in policy.decisions.values() for line in conditions_of(decision)]

    def instant(fact):
        return _instant(rng, _thresholds(lines, fact, AgeRange), now)

    def number(fact, step=1):
        near = [threshold + by for threshold in _thresholds(lines, fact, NumberRange) for by in (-step, 0, step)]
        return rng.choice([*near, *near, 0, 1, 5])

    def count(fact):
        return max(0, int(number(fact)))

    def share(fact):
        return min(1, max(0, number(fact, 1e-9)))

    def perhaps(value):
        return None if rng.random() < 0.25 else value

    facts = {
        "my_count": count("my_count"),
        "my_number": number("my_number", 1e-9),
        "my_share": share("my_share"),
        "my_flag": rng.random() < 0.5,
        "my_met": instant("my_met"),
        "my_lists": rng.sample(TAGS, rng.randint(0, 3)),
        "my_trade": rng.choice(OWN_WORDS["my_trade"]),
        "my_unnamed": "nobody asks",
    }
    note = perhaps(" " * rng.randint(0, 2) + "n" * count("note_length") + "\n" * rng.randint(0, 2))
    invitation = Invitation(
        name=perhaps("Ada"),
        direction=rng.choice(DIRECTIONS),
        status=rng.choice(STATUSES),
        relationship=rng.choice(RELATIONSHIPS),
        activity=rng.choice(ACTIVITIES),
        sent_at=instant("sent"),
        answered_at=instant("answered"),
        withdrawn_at=instant("withdrawn"),
        last_active_at=instant("last_active"),
        note=note,
        email_requested=rng.random() < 0.5,
        attempts=count("attempts"),
        tags=rng.sample(TAGS, rng.randint(0, 3)),
        facts={name: value for name, value in facts.items() if rng.random() < 0.7},
    )
    if rng.random() < 0.2:
        return invitation, Account()
    account = Account(
        pending=perhaps(count("account_pending")),
        sent_last_day=perhaps(count("account_sent_last_day")),
        sent_last_week=perhaps(count("account_sent_last_week")),
        settled=perhaps(count("account_settled")),
        rejected_share=perhaps(share("account_rejected_share")),
        email_requests=perhaps(count("account_email_requests")),
        notes_last_month=perhaps(count("account_notes_last_month")),
        restricted_at=instant("account_restricted"),
        tier=rng.choice(TIERS),
    )
    return invitation, account


def _thresholds(lines, fact, kind):
    return [
        threshold.value
        for line in lines
        if line.fact == fact and isinstance(line.operator, kind)
        for threshold in (line.operator.low, line.operator.high)
        if threshold is not None and threshold.value != FOREVER
    ]


def _instant(rng, thresholds, now):
    """Return no instant, one on a threshold, a microsecond beside it, the ends of time, the future, or any day."""
    match rng.randrange(10):
        case 0 | 1:
            return None
        case 2:
            return rng.choice([datetime(9999, 12, 31, 23, 59, 59, 999999, UTC), datetime(1, 1, 1, tzinfo=UTC)])
        case 3 | 4:
            return now + timedelta(seconds=rng.uniform(-40 * 86400, 10 * 86400))
        case _:
            threshold = rng.choice([*thresholds, timedelta(), timedelta(days=3)])
            return now - threshold + rng.choice([-STEP, timedelta(), STEP])


seeds = st.integers(0, 2**32)
policies = seeds.map(random_policy)
