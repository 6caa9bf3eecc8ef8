"""Small random policies, and everything that can be said of one by looking at each of its cells in turn."""

from __future__ import annotations

import os
import random
from itertools import chain, product

import attrs

from invitepolicy._core.conditions import Condition, OneOf
from invitepolicy._core.errors import Location
from invitepolicy._core.facts import FACTS
from invitepolicy._core.policy import STANDING, conditions_of
from invitepolicy._core.records import Absent
from invitepolicy._decide.rules import evaluate, evaluate_condition
from invitepolicy._prove.cells import cut_facts, value_in
from invitepolicy._read.resolve import build_policy
from invitepolicy._read.yaml_source import parse_source

LAWS = 300 * int(os.environ.get("INVITEPOLICY_LAWS", "1"))  # the policies that a law is tried on
DAYS = ["0 days", "1 day", "3 days", "1 week", "short", "long", "never"]
WORDS = {
    "direction": ["outgoing", "incoming"],
    "status": ["draft", "pending", "accepted", "ignored", "withdrawn", "expired"],
    "relationship": ["known", "logical", "stranger", "unknown"],
    "activity": ["daily", "weekly", "occasional", "unknown"],
    "account_tier": ["free", "premium", "unknown"],
    "my_trade": ["finance", "health", "unknown"],
    "tags": ["vip", "keep"],
    "my_lists": ["a", "b"],
}
CLOCKS = ["sent", "sent", "answered", "withdrawn", "last_active", "account_restricted", "my_met"]
COUNTS = ["attempts", "note_length", "account_pending", "account_sent_last_day", "account_sent_last_week", "my_count"]
FLAGS = ["has_note", "email_requested", "my_flag"]
SHARES = ["account_rejected_share", "my_share"]
OUTCOMES = ["keep", "withdraw", "wait"]
MODES = ["only: [keep, wait]", "never: withdraw", "never: [undetermined, wait]", "only: keep"]
FACTS_OF = [*WORDS, *CLOCKS, *COUNTS, *FLAGS, *SHARES]
OWN = """
facts: {my_trade: [finance, health], my_lists: tags, my_met: clock, my_count: count, my_flag: flag, my_share: share}
settings: {short: 1 day, long: SETTING, never: forever, few: 1, some: 30%}
"""


def _line(rng, fact):
    if fact in WORDS:
        some = rng.sample(WORDS[fact], rng.randint(1, 2))
        text = f"[{', '.join(some)}]"
        return f"{{not: {text}}}" if rng.random() < 0.4 else text
    if rng.random() < 0.15:
        return rng.choice(["given", "missing"])
    if fact in FLAGS:
        return rng.choice(["true", "false"])
    if fact in CLOCKS:
        low, high = rng.sample(DAYS, 2)
        if rng.random() < 0.3:
            low, high = rng.choice([("0 days", "1 day"), ("short", "long"), ("1 day", "long"), ("3 days", "1 week")])
            return f"between {low} and {high} ago"
        return rng.choice([f"at least {low} ago", f"less than {high} ago"])
    some = ["0", "1", "2", "few"] if fact in COUNTS else ["0%", "30%", "some", "100%"]
    how = rng.choice(["at least", "at most", "more than", "less than"])
    return f"{how} {rng.choice(some)}"


def _lines(rng, facts, most):
    some = rng.sample(facts, min(len(facts), rng.randint(0, most)))
    return f"{{{', '.join(f'{fact}: {_line(rng, fact)}' for fact in some)}}}"


def some_lines(rng, facts):
    """Write the lines of a rule about exactly three of the facts."""
    return f"{{{', '.join(f'{fact}: {_line(rng, fact)}' for fact in rng.sample(facts, 3))}}}"


def small_text(seed, facts=None):
    """Write a policy of one decision about few facts."""
    rng = random.Random(seed)  # noqa: S311  (a seeded test is the point)
    facts = facts or list(dict.fromkeys(rng.sample(FACTS_OF, rng.randint(1, 4))))
    rules = [
        f"  - {{rule: r{number}, when: {_lines(rng, facts, 3)}, then: {rng.choice(OUTCOMES)}, because: b}}"
        for number in range(rng.randint(1, 5))
    ]
    applies = _lines(rng, facts, 2) if rng.random() < 0.5 else "{}"
    when, mode = _lines(rng, facts, 2), rng.choice(MODES)
    return "\n".join(
        [
            "invitepolicy: 1",
            "name: small",
            OWN.replace("SETTING", rng.choice(["1 day", "3 days", "2 weeks"])),
            "decisions:",
            " d:",
            f"  applies_to: {applies}",
            "  question: what?",
            "  outcomes: [keep, withdraw, wait]",
            "  rules:",
            *rules,
            f"  otherwise: {{then: {rng.choice(['keep', 'withdraw'])}, because: o}}",
            "promises:",
            f"- {{promise: p, decision: d, when: {when}, {mode}}}",
        ]
    )


def small_facts(seed):
    """Choose few facts, so that two policies can speak of the same ones."""
    rng = random.Random(seed)  # noqa: S311  (a seeded test is the point)
    return list(dict.fromkeys(rng.sample(FACTS_OF, rng.randint(1, 4))))


def records_of(lines, facts):
    """Yield the values of every record that lines can tell apart, ties kept: facts by name, at `STANDING`."""
    lines = list(lines)
    for line in list(lines):
        happens = FACTS[line.fact].happens if line.fact in FACTS else None
        if happens:
            lines.append(Condition("status", OneOf(happens), "", Location("", 0)))
    dimensions = cut_facts(lines, facts)
    for cells in product(*(range(len(dimension.cells)) for dimension in dimensions)):
        found = {"tags": set(), "my_lists": set()}
        most = {}
        for dimension, index in zip(dimensions, cells, strict=True):
            value, name = value_in(dimension, index), dimension.fact.name
            if dimension.tag is not None:
                found[name] |= {dimension.tag} if value else set()
            else:
                found[name] = value
                most[name] = getattr(dimension.cells[index], "high", None)
        if not _can_be(found, most):
            continue
        found["has_note"] = found.get("note_length", 0) >= 1
        yield {name: frozenset(value) if isinstance(value, set) else value for name, value in found.items()}


def _can_be(found, most):
    for name, value in found.items():
        happens = FACTS[name].happens if name in FACTS else None
        known = value is not Absent.NOT_KNOWN
        if isinstance(value, Absent) and happens and known is (found["status"] in happens):
            return False
    day, week = found.get("account_sent_last_day", 0), found.get("account_sent_last_week", Absent.NOT_KNOWN)
    if not isinstance(day, Absent) and not isinstance(week, Absent) and day > week:
        high = most["account_sent_last_week"]
        if high is not None and day >= high.at:
            return False
        found["account_sent_last_week"] = day
    return True


def count_cells(policy):
    """Count the cells of the one decision and its promise."""
    number = 1
    for dimension in cut_facts(all_lines(policy), policy.facts):
        number *= len(dimension.cells)
    return number


def all_lines(*policies):
    """Return the lines of the decision, and of the promise, of policies."""
    return list(chain.from_iterable((*conditions_of(one.decisions["d"]), *one.promises[0].when) for one in policies))


def decide_plainly(decision, values):
    """Return the outcome and the rule that decides."""
    ruling = evaluate(decision, values, STANDING)
    return ruling.outcome, ruling.rule and ruling.rule.name, ruling.rule


def expected_findings(policy):
    """Find by looking at every cell what lint is to say of the decision: codes, lines and columns."""
    decision = policy.decisions["d"]
    records = list(records_of(all_lines(policy), policy.facts))
    rulings = [evaluate(decision, values, STANDING) for values in records]
    answers = [decide_plainly(decision, values) for values in records]
    found = set()
    for number, rule in enumerate(decision.rules):
        empty = [line for line in rule.when if _is_empty_between(line, records)]
        found |= {("empty-between", line.place, "") for line in empty}
        if not any(ruling.rule == rule for ruling in rulings):
            found |= {("unreached", rule.place, "")} if not empty else set()
            continue
        rules = (*decision.rules[:number], *decision.rules[number + 1 :])
        others = [decide_plainly(attrs.evolve(decision, rules=rules), values) for values in records]
        if all(one[0] == other[0] for one, other in zip(answers, others, strict=True)):
            found.add(("no-difference", rule.place, ""))
        if any(
            one[2] == rule and other[1] is not None and other[0] != one[0]
            for one, other in zip(answers, others, strict=True)
        ):
            found.add(("order", rule.place, ""))
        for index, line in enumerate(rule.when):
            looser = attrs.evolve(rule, when=(*rule.when[:index], *rule.when[index + 1 :]))
            rules = (*decision.rules[:number], looser, *decision.rules[number + 1 :])
            if _alike(answers, attrs.evolve(decision, rules=rules), records):
                found.add(("idle-line", line.place, ""))
    for index, line in enumerate(decision.applies_to):
        lines = (*decision.applies_to[:index], *decision.applies_to[index + 1 :])
        if _alike(answers, attrs.evolve(decision, applies_to=lines), records):
            found.add(("idle-line", line.place, ""))
    if decision.otherwise.then == "withdraw" and any(ruling.rule == decision.otherwise for ruling in rulings):
        found.add(("otherwise-withdraws", decision.otherwise.place, ""))
    found |= {("undetermined", None, fact) for ruling in rulings for fact in ruling.needs}
    return found


def _alike(answers, decision, records):
    return all(one[:2] == decide_plainly(decision, values)[:2] for one, values in zip(answers, records, strict=True))


def _is_empty_between(line, records):
    low, high = getattr(line.operator, "low", None), getattr(line.operator, "high", None)
    return None not in (low, high) and not any(
        evaluate_condition(line.operator, values[line.fact], STANDING) for values in records
    )


def small_policies(number, *, start=0):
    """Yield policies of at most 500 cells, by a seed."""
    seed, given = start, 0
    while given < number:
        policy = unproven(small_text(seed))
        seed += 1
        if count_cells(policy) <= 500:
            given += 1
            yield seed - 1, policy


def unproven(text):
    """Build a policy whose promise may be broken."""
    return build_policy([parse_source(text, "p.yaml")], {})
