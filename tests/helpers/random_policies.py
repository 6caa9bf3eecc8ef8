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
from invitepolicy._core.facts import ACTIVITIES, DIRECTIONS, FACTS, RELATIONSHIPS, STATUSES, TIERS
from invitepolicy._core.policy import AgeRange, NumberRange, conditions_of
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
    """Give a valid policy; the same seed gives the same."""
    return parse_policy(random_text(seed))


def random_text(seed):
    """Write a valid policy of one to three decisions about invitations, and often one about the account."""
    chance = random.Random(seed)  # noqa: S311  (a seeded test is the point)
    settings = {
        "a_while": chance.choice(DURATIONS),
        "longer": chance.choice([*DURATIONS, "forever"]),
        "never": "forever",
        "a_few": int(chance.choice(NUMBERS)),
        "many": chance.choice(SHARES),
    }
    decisions = {f"d{number}": _decision(chance, "invitation") for number in range(chance.randint(1, 3))}
    if chance.random() < 0.5:
        decisions["pace"] = _decision(chance, "account")
    policy = {"invitepolicy": 1, "name": "random", "settings": settings, "facts": OWN, "decisions": decisions}
    return json.dumps(policy, indent=1, ensure_ascii=False)


def _decision(chance, subject):
    usable = OF_ACCOUNTS if subject == "account" else [*OF_INVITATIONS, *OF_INVITATIONS, *OF_ACCOUNTS]
    facts = list(dict.fromkeys(chance.choices(usable, k=chance.randint(1, 5))))
    cards = [_card(chance, facts, f"rule {number}") for number in range(chance.randint(0, 6))]
    limits = cards[: chance.choice([0, 0, 1])]
    decision = {"question": "What now?", "subject": subject, "outcomes": OUTCOMES}
    if chance.random() < 0.5:
        decision["applies_to"] = _when(chance, facts, 2)
    if limits:
        decision["limits"] = limits
    decision["rules"] = cards[len(limits) :]
    decision["otherwise"] = {"then": chance.choice(OUTCOMES), "because": _because(chance, facts)}
    if chance.random() < 0.3:
        decision["details"] = {"keep": {"where": ["here", {"page": 1}]}}
    return decision


def _card(chance, facts, name):
    card = {"rule": name, "when": _when(chance, facts, 3), "then": chance.choice(OUTCOMES)}
    card["because"] = _because(chance, facts)
    if chance.random() < 0.2:
        card["details"] = {"steps": [1, 2, {"last": True}]}
    return card


def _because(chance, facts):
    fact = chance.choice(facts)
    about = f"{{{fact}.age}}" if KINDS[fact] == "clock" and chance.random() < 0.5 else f"{{{fact}}}"
    return chance.choice(["It is so.", "After {a_while}.", "After {longer}: {{so}}.", f"It is {about}."])


def _when(chance, facts, most):
    return {fact: _test(chance, fact) for fact in chance.sample(facts, min(len(facts), chance.randint(1, most)))}


def _test(chance, fact):
    kind = KINDS[fact]
    if kind in ("choice", "tags"):
        words = FACTS[fact].words if fact in FACTS and kind == "choice" else OWN_WORDS[fact]
        some = chance.sample(list(words), chance.randint(1, min(3, len(words))))
        test = some[0] if len(some) == 1 and chance.random() < 0.7 else some
        return {"not": test} if chance.random() < 0.35 else test
    if chance.random() < 0.15:
        return chance.choice(["given", "missing"])
    if kind == "flag":
        return chance.random() < 0.5
    if kind == "clock":
        return _aged(chance)
    return _in_range(chance, kind)


def _aged(chance):
    if chance.random() < 0.35:
        low, high = sorted(chance.sample(range(len(DURATIONS)), 2))
        ends = chance.choice([(DURATIONS[low], DURATIONS[high]), ("a_while", DURATIONS[high]), ("a_while", "longer")])
        if ends[0] != DURATIONS[high]:
            return f"between {ends[0]} and {ends[1]} ago"
    return chance.choice(["at least {} ago", "less than {} ago"]).format(
        chance.choice([*DURATIONS, "a_while", "longer", "never"])
    )


def _in_range(chance, kind):
    written, setting = (SHARES, "many") if kind == "share" else (NUMBERS, "a_few")
    if kind == "number":
        written = ["-2.5", "0", "0.5", "1", "2"]
    if chance.random() < 0.3:
        low, high = sorted(chance.sample(range(len(written)), 2))
        return f"between {chance.choice([written[low], setting])} and {written[high]}"
    if kind != "share" and chance.random() < 0.2:
        return json.loads(chance.choice(written))
    how = chance.choice(["at least", "at most", "more than", "less than"])
    return f"{how} {chance.choice([*written, setting])}"


def random_record(policy, seed, now=NOW):
    """Give an invitation and an account that stand on the policy's thresholds at `now`, or just beside them."""
    chance = random.Random(seed)  # noqa: S311
    lines = [line for decision in policy.decisions.values() for line in conditions_of(decision)]

    def instant(fact):
        return _instant(chance, _borders(lines, fact, AgeRange), now)

    def number(fact, step=1):
        near = [border + by for border in _borders(lines, fact, NumberRange) for by in (-step, 0, step)]
        return chance.choice([*near, *near, 0, 1, 5])

    def count(fact):
        return max(0, int(number(fact)))

    def share(fact):
        return min(1, max(0, number(fact, 1e-9)))

    def perhaps(value):
        return None if chance.random() < 0.25 else value

    facts = {
        "my_count": count("my_count"),
        "my_number": number("my_number", 1e-9),
        "my_share": share("my_share"),
        "my_flag": chance.random() < 0.5,
        "my_met": instant("my_met"),
        "my_lists": chance.sample(TAGS, chance.randint(0, 3)),
        "my_trade": chance.choice(OWN_WORDS["my_trade"]),
        "my_unnamed": "nobody asks",
    }
    note = perhaps(" " * chance.randint(0, 2) + "n" * count("note_length") + "\n" * chance.randint(0, 2))
    invitation = Invitation(
        name=perhaps("Ada"),
        direction=chance.choice(DIRECTIONS),
        status=chance.choice(STATUSES),
        relationship=chance.choice(RELATIONSHIPS),
        activity=chance.choice(ACTIVITIES),
        sent_at=instant("sent"),
        answered_at=instant("answered"),
        withdrawn_at=instant("withdrawn"),
        last_active_at=instant("last_active"),
        note=note,
        email_requested=chance.random() < 0.5,
        attempts=count("attempts"),
        tags=chance.sample(TAGS, chance.randint(0, 3)),
        facts={name: value for name, value in facts.items() if chance.random() < 0.7},
    )
    if chance.random() < 0.2:
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
        tier=chance.choice(TIERS),
    )
    return invitation, account


def _borders(lines, fact, kind):
    return [
        border.value
        for line in lines
        if line.fact == fact and isinstance(line.operator, kind)
        for border in (line.operator.low, line.operator.high)
        if border is not None and border.value != FOREVER
    ]


def _instant(chance, borders, now):
    """Give no instant, one on a border, a microsecond beside it, the ends of time, the future, or any day."""
    match chance.randrange(10):
        case 0 | 1:
            return None
        case 2:
            return chance.choice([datetime(9999, 12, 31, 23, 59, 59, 999999, UTC), datetime(1, 1, 1, tzinfo=UTC)])
        case 3 | 4:
            return now + timedelta(seconds=chance.uniform(-40 * 86400, 10 * 86400))
        case _:
            border = chance.choice([*borders, timedelta(), timedelta(days=3)])
            return now - border + chance.choice([-STEP, timedelta(), STEP])


seeds = st.integers(0, 2**32)
policies = seeds.map(random_policy)
