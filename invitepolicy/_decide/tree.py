"""A decision tree over cells: a fork finds the cell of one fact, a leaf holds the answers of all records there.

Nodes are made from the plain reading of the rules, which stays the definition. A fork asks only for a fact that can
still change a ruling: numbers, tags and own facts first and clocks last, so that below the clocks nothing but time is
left.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, assert_never

import attrs

from invitepolicy._core.conditions import AgeRange, IsKnown, IsTrue, NumberRange, OneOf, thresholds, words_of
from invitepolicy._core.facts import FACTS, fact_order
from invitepolicy._core.policy import STANDING
from invitepolicy._core.records import Absent, Account, Invitation, read_fact
from invitepolicy._decide.answers import Advice, format_reason, is_per_record, make_answer, shared_fields
from invitepolicy._decide.rules import evaluate, evaluate_all, evaluate_condition

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from invitepolicy._core.conditions import Condition
    from invitepolicy._core.facts import Fact
    from invitepolicy._core.policy import DecisionSpec
    from invitepolicy._core.records import Value
    from invitepolicy._decide.answers import Decision, SharedFields
    from invitepolicy._decide.rules import Ruling

Read = Callable[[Invitation, Account], Any]
Locate = Callable[[Invitation, Account, datetime], Any]


# One object, so that its users can be reported by identity and read the attribute without a call.
SENT: Final = attrgetter("sent_at")


def clock_getter(fact: Fact) -> Callable[[Invitation], Any]:
    """Return a function that reads a clock from its field of an invitation: `SENT` itself for the most common one."""
    return SENT if fact.name == "sent" else attrgetter(fact.field)


def is_field(fact: Fact) -> bool:
    """Return whether a fact is read from a field of the invitation without any conversion."""
    return fact.subject == "invitation" and fact.name in FACTS and fact.field != "note"


def is_plain(fact: Fact) -> bool:
    """Return whether a fact is one of the words and flags that every invitation has."""
    return fact.subject == "invitation" and fact.name in FACTS and fact.kind in ("choice", "flag")


def fact_reader(fact: Fact) -> Read:
    """Return a function that reads a fact as `read_fact` does, but finds the word of a long choice in a set."""
    if fact.name in FACTS or fact.kind != "choice":
        return partial(read_fact, fact)
    words, name = frozenset(fact.words), fact.name

    def read(invitation: Invitation, account: Account) -> Any:
        value = invitation.facts.get(name)
        # `read_fact` refuses what is not among the words; it would go through all of them for each record.
        return value if isinstance(value, str) and value in words else read_fact(fact, invitation, account)

    return read


def cell_finder(fact: Fact, conditions: Sequence[Condition], ages: list[Any]) -> Locate:
    """Return a function that finds the cell of a fact among those that the conditions about it distinguish.

    Two values in one cell are alike to every one of the conditions. Cells are identified by numbers, by the words of a
    choice or by the tags that conditions name, never by text from a record, so that a tree stays small whatever it is
    asked. A clock's cells lie between `ages`.
    """
    match fact.kind:
        case "clock":
            return _by_field_age(fact, ages) if is_field(fact) else _by_age(fact, ages)
        case "count" | "number" | "share":
            return _by_size(fact, _amounts(conditions))
        case "tags":
            return _by_tags(fact, frozenset(word for condition in conditions for word in words_of(condition)))
        case "choice" | "flag":
            return _by_value(fact)
        case _ as never:
            assert_never(never)


def _absent(value: Absent) -> int:
    # Negative: no result of bisect, and, unlike 0 and 1, not equal to False or True.
    return -1 if value is Absent.NOT_KNOWN else -2


def _by_field_age(fact: Fact, ages: list[Any]) -> Locate:
    read = clock_getter(fact)

    def locate(invitation: Invitation, account: Account, now: datetime) -> int:
        anchor = read(invitation)
        if anchor is None:
            return _absent(read_fact(fact, invitation, account))  # type: ignore[arg-type]  # there is no value
        return bisect_right(ages, now - anchor)

    return locate


def _by_age(fact: Fact, ages: list[Any]) -> Locate:
    def locate(invitation: Invitation, account: Account, now: datetime) -> int:
        anchor: Any = read_fact(fact, invitation, account)
        return _absent(anchor) if isinstance(anchor, Absent) else bisect_right(ages, now - anchor)

    return locate


def _by_size(fact: Fact, amounts: list[Any]) -> Locate:
    def locate(invitation: Invitation, account: Account, _: datetime) -> int:
        value: Any = read_fact(fact, invitation, account)
        if isinstance(value, Absent):
            return _absent(value)
        # Below, at and above an amount are three cells: conditions differ in whether they include it.
        return bisect_left(amounts, value) + bisect_right(amounts, value)

    return locate


def _amounts(conditions: Sequence[Condition]) -> list[Any]:
    amounts: set[Any] = set()
    for condition in conditions:
        match condition.operator:
            case NumberRange(low, high):
                amounts |= {threshold.value for threshold in (low, high) if threshold is not None}
            case OneOf() | IsTrue() | AgeRange() | IsKnown():
                pass  # none of them compares with a number
            case _ as never:
                assert_never(never)
    return sorted(amounts)


def _by_tags(fact: Fact, named: frozenset[str]) -> Locate:
    def locate(invitation: Invitation, account: Account, _: datetime) -> frozenset[str]:
        tags: Any = read_fact(fact, invitation, account)
        return named.intersection(tags)

    return locate


def _by_value(fact: Fact) -> Locate:
    read = fact_reader(fact)

    def locate(invitation: Invitation, account: Account, _: datetime) -> Any:
        value = read(invitation, account)
        return _absent(value) if isinstance(value, Absent) else value

    return locate


_MOST_TRIED: Final = 16  # beyond, trying each threshold costs more than the forks that it would save


@attrs.define(eq=False, repr=False)
class Fork:
    """A node that finds the cell of one fact; below it is a fork or a leaf for each cell that was met.

    The common cases are found without the call of `locate`: `read` is there for a clock in a field of the invitation,
    whose cells lie between `thresholds`; `threshold` is there if it is the only one; `is_sent` if `read` is `SENT`.
    """

    fact: str
    locate: Locate
    read: Callable[[Invitation], Any] | None
    thresholds: list[timedelta]
    threshold: timedelta | None
    is_sent: bool
    branches: dict[Any, Fork | Leaf] = attrs.field(factory=dict)


@attrs.frozen(eq=False, repr=False)
class PerRecord:
    """An answer that differs from record to record: in its next change, or, if `has_own_reason`, in its reason.

    Where only one clock of the invitation is left, the next change is `after` the instant that is `read`, and `to` that
    outcome; else `thresholds` are all that have to be tried. `shared` is what all records have in common.
    """

    name: str
    decision: DecisionSpec
    ruling: Ruling
    outcome: str
    shared: SharedFields
    has_own_reason: bool
    read: Callable[[Invitation], Any] | None = None
    after: timedelta = timedelta()
    to: str = ""
    thresholds: tuple[tuple[Fact, timedelta], ...] = ()


FastPath = tuple[str, "SharedFields", "Callable[[Invitation], Any]", timedelta]


@attrs.frozen(eq=False, repr=False)
class Leaf:
    """The answers about all records in some cells: `advice` is complete but for the answers that are `per_record`.

    Usually at most one answer depends on the record, and only in its next change. It is the `fast_path`: its name, the
    fields that all records share, the clock, and how long after it the change comes.
    """

    advice: Advice
    answers: dict[str, Decision]
    per_record: tuple[PerRecord, ...]
    fast_path: FastPath | None


@attrs.frozen(eq=False, repr=False)
class TreeContext:
    """The inputs from which a tree is built: decisions, their facts by name, and the clocks with a condition on age."""

    decisions: tuple[DecisionSpec, ...]
    facts: Mapping[str, Fact]
    moving: frozenset[str]


def make_node(context: TreeContext, values: Mapping[str, Value], now: datetime, known: frozenset[str]) -> Fork | Leaf:
    """Return the fork that finds the next fact, or, where no other fact can change a ruling, the leaf.

    `values` are those of a record in the cells of the `known` facts, at `now`: it stands for all records in them.
    """
    conditions = [condition for decision in context.decisions for condition in undecided(decision, values, now, known)]
    if not conditions:
        return _make_leaf(context, values, now)
    # Clocks last: below them only time is left, so that a leaf can say when its answers change.
    name = min(
        {condition.fact for condition in conditions}, key=lambda name: (name in context.moving, fact_order(name))
    )
    fact, about = context.facts[name], [condition for condition in conditions if condition.fact == name]
    read = clock_getter(fact) if fact.kind == "clock" and is_field(fact) else None
    ages = thresholds(about)
    # Only where no other clock is known: its age at `STANDING` would not be its age at `now`.
    if read and len(about) == len(conditions) and known.isdisjoint(context.moving):
        ages = _ages_that_matter(context, values, name, ages)
    only = ages[0] if len(ages) == 1 else None
    return Fork(name, cell_finder(fact, about, ages), read, ages, only, is_sent=read is SENT)


def _ages_that_matter(
    context: TreeContext, values: Mapping[str, Value], clock: str, ages: list[timedelta]
) -> list[timedelta]:
    """Leave out the thresholds of the only clock at which no ruling changes: the cells beside them become one."""
    if not 1 < len(ages) <= _MOST_TRIED:
        return ages
    # An age in the first cell, just below the first threshold, then the youngest age of each other cell.
    tried = [ages[0] - timedelta.resolution, *ages]
    rulings = [
        [evaluate(decision, {**values, clock: STANDING - age}, STANDING) for decision in context.decisions]
        for age in tried
    ]
    return [age for age, before, after in zip(ages, rulings, rulings[1:], strict=False) if before != after]


def undecided(
    decision: DecisionSpec, values: Mapping[str, Value], now: datetime, known: frozenset[str]
) -> list[Condition]:
    """Return the conditions about facts that are not known yet and that can still change the ruling."""
    conditions: list[Condition] = []
    applies: bool | None = True
    for condition in decision.applies_to:
        # Also above a condition that fails: the first one that fails is the one named in the answer.
        if condition.fact not in known:
            conditions.append(condition)
            continue
        holds = evaluate_condition(condition.operator, values[condition.fact], now)
        if holds is False:
            return conditions
        applies = applies and holds
    # `applies` is None where a known fact leaves it open: then no rule is reached.
    return [*conditions, *_undecided_rules(decision, values, now, known)] if applies else conditions


def _undecided_rules(
    decision: DecisionSpec, values: Mapping[str, Value], now: datetime, known: frozenset[str]
) -> list[Condition]:
    conditions: list[Condition] = []
    for rule in decision.rules:
        holds = evaluate_all((condition for condition in rule.when if condition.fact in known), values, now)
        unknown = [condition for condition in rule.when if condition.fact not in known]
        if holds is not False:
            conditions += unknown
        # Nothing below a rule that holds for certain is ever reached.
        if holds and not unknown:
            break
    return conditions


def _make_leaf(context: TreeContext, values: Mapping[str, Value], now: datetime) -> Leaf:
    answers, per_record = {}, []
    for decision in context.decisions:
        ruling = evaluate(decision, values, now)
        has_own_reason = is_per_record(ruling)
        # A reason with placeholders is rendered for each record; all others are the same for the whole leaf.
        reason = "" if has_own_reason else format_reason(decision, ruling, values, now)
        answers[decision.name] = answer = make_answer(ruling, reason)
        change = _next_change(context, decision, ruling.outcome, (values, now))
        if change or has_own_reason:
            shared = shared_fields(answer, change.get("to"))
            per_record.append(
                PerRecord(decision.name, decision, ruling, ruling.outcome, shared, has_own_reason, **change)
            )
    return Leaf(Advice(answers), answers, tuple(per_record), _fast_path(per_record))


def _fast_path(per_record: list[PerRecord]) -> FastPath | None:
    # `advise_each` fills this one case inline.
    if len(per_record) != 1 or per_record[0].has_own_reason or per_record[0].read is None:
        return None
    return per_record[0].name, per_record[0].shared, per_record[0].read, per_record[0].after


def _next_change(
    context: TreeContext, decision: DecisionSpec, outcome: str, record: tuple[Mapping[str, Value], datetime]
) -> dict[str, Any]:
    """Return the next change where one clock is left; where several are, the thresholds to be tried."""
    values, now = record
    conditions = undecided(decision, values, now, frozenset(context.facts) - context.moving)
    clocks = {condition.fact for condition in conditions}
    # Which of several clocks turns first differs between the records of one leaf.
    if len(clocks) > 1:
        pairs = ((context.facts[condition.fact], age) for condition in conditions for age in thresholds([condition]))
        return {"thresholds": tuple(pairs)}
    for name in clocks:
        for age in _ages_ahead(values[name], conditions, now):
            # At `STANDING`: this record's own instant may be too late to reach the age before the year 10000.
            changed = evaluate(decision, {**values, name: STANDING - age}, STANDING).outcome
            if changed != outcome:
                return _change_at(context.facts[name], age, changed)
    return {}


def _change_at(clock: Fact, age: timedelta, to: str) -> dict[str, Any]:
    if is_field(clock):
        return {"read": clock_getter(clock), "after": age, "to": to}
    return {"thresholds": ((clock, age),)}


def _ages_ahead(anchor: Value, conditions: Sequence[Condition], now: datetime) -> list[timedelta]:
    # An instant that is missing stays missing, however much time passes.
    if not isinstance(anchor, datetime):
        return []
    return [age for age in thresholds(conditions) if now - anchor < age]
