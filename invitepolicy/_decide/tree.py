"""A tree of cells: a fork finds the cell of one fact, a leaf holds what is said of every record there.

Nodes are made from the plain reading of the rules, which stays the definition. A fork asks only for what can still
turn a ruling: numbers, tags and own facts first, and the clocks last, so that what is left open below is a matter of
time alone.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, assert_never

import attrs

from invitepolicy._core.facts import FACTS, fact_order
from invitepolicy._core.policy import STANDING, NumberRange, thresholds, words_of
from invitepolicy._core.records import Absent, Account, Invitation, read_fact
from invitepolicy._decide.answers import Advice, format_reason, is_per_record, make_answer, shared_fields
from invitepolicy._decide.rules import evaluate, evaluate_all, evaluate_condition

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from invitepolicy._core.facts import Fact
    from invitepolicy._core.policy import Condition, DecisionSpec
    from invitepolicy._core.records import Value
    from invitepolicy._decide.answers import Decision, SharedFields
    from invitepolicy._decide.rules import Ruling

Read = Callable[[Invitation, Account], Any]
Locate = Callable[[Invitation, Account, datetime], Any]


SENT: Final = attrgetter("sent_at")


def clock_getter(fact: Fact) -> Callable[[Invitation], Any]:
    """Make what reads a clock from its field of an invitation; what most clocks count from is always `SENT`."""
    return SENT if fact.name == "sent" else attrgetter(fact.field)


def is_field(fact: Fact) -> bool:
    """Say whether a fact is read as it stands in a field of the invitation."""
    return fact.subject == "invitation" and fact.name in FACTS and fact.field != "note"


def is_plain(fact: Fact) -> bool:
    """Say whether a fact is one of the words and flags that every invitation has."""
    return fact.subject == "invitation" and fact.name in FACTS and fact.kind in ("choice", "flag")


def fact_reader(fact: Fact) -> Read:
    """Make what reads a fact as `read_fact` does; the words of a long choice are looked up, not gone through."""
    if fact.name in FACTS or fact.kind != "choice":
        return partial(read_fact, fact)
    words, name = frozenset(fact.words), fact.name

    def read(invitation: Invitation, account: Account) -> Any:
        value = invitation.facts.get(name)
        return value if isinstance(value, str) and value in words else read_fact(fact, invitation, account)

    return read


def cell_finder(fact: Fact, lines: Sequence[Condition], borders: list[Any]) -> Locate:
    """Make what finds the cell of a fact among those that lines about it tell apart.

    Cells are told apart by numbers, by the words of a choice, or by the tags that lines name: never by what a record
    brings. Two values in one cell are alike to every one of the lines. A clock's cells lie between `turning_points`.
    """
    match fact.kind:
        case "clock":
            return _by_field_age(fact, borders) if is_field(fact) else _by_age(fact, borders)
        case "count" | "number" | "share":
            return _by_size(fact, _amounts(lines))
        case "tags":
            return _by_tags(fact, frozenset(word for line in lines for word in words_of(line)))
        case "choice" | "flag":
            return _by_value(fact)
        case _ as never:
            assert_never(never)


def _absent(value: Absent) -> int:
    return -1 if value is Absent.NOT_KNOWN else -2


def _by_field_age(fact: Fact, borders: list[Any]) -> Locate:
    read = clock_getter(fact)

    def locate(invitation: Invitation, account: Account, now: datetime) -> int:
        anchor = read(invitation)
        if anchor is None:
            return _absent(read_fact(fact, invitation, account))  # type: ignore[arg-type]  # there is no value
        return bisect_right(borders, now - anchor)

    return locate


def _by_age(fact: Fact, borders: list[Any]) -> Locate:
    def locate(invitation: Invitation, account: Account, now: datetime) -> int:
        anchor: Any = read_fact(fact, invitation, account)
        return _absent(anchor) if isinstance(anchor, Absent) else bisect_right(borders, now - anchor)

    return locate


def _by_size(fact: Fact, borders: list[Any]) -> Locate:
    def locate(invitation: Invitation, account: Account, _: datetime) -> int:
        value: Any = read_fact(fact, invitation, account)
        if isinstance(value, Absent):
            return _absent(value)
        # Below, at and above a border are three cells: whether it is included is the line's affair.
        return bisect_left(borders, value) + bisect_right(borders, value)

    return locate


def _amounts(lines: Sequence[Condition]) -> list[Any]:
    borders = (
        border
        for line in lines
        if isinstance(line.operator, NumberRange)
        for border in (line.operator.low, line.operator.high)
    )
    found: set[Any] = {border.value for border in borders if border is not None}
    return sorted(found)


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


_FEW_BORDERS: Final = 16  # so many are worth looking at one by one


@attrs.define(eq=False, repr=False)
class Fork:
    """A place at which one fact's cell is found; below it lie a fork or a leaf for each cell that was met.

    What most forks are is written out, to be found without a call: `read` is there for a clock in a field of the
    invitation, whose ages the `turning_points` tell apart, or the one `border`; most clocks count from when it `is_sent`.
    """

    fact: str
    locate: Locate
    read: Callable[[Invitation], Any] | None
    borders: list[timedelta]
    border: timedelta | None
    is_sent: bool
    branches: dict[Any, Fork | Leaf] = attrs.field(factory=dict)


@attrs.frozen(eq=False, repr=False)
class PerRecord:
    """An answer that differs from record to record: in its change, or, where it `tells` of the record, in its reason.

    Where one clock of the invitation moves, the next change is `after` what is `read`, and `to` that outcome; else
    `turning_points` are all that there are to try. `same` is what every record has in common.
    """

    name: str
    decision: DecisionSpec
    ruling: Ruling
    outcome: str
    same: SharedFields
    tells: bool
    read: Callable[[Invitation], Any] | None = None
    after: timedelta = timedelta()
    to: str = ""
    borders: tuple[tuple[Fact, timedelta], ...] = ()


FastPath = tuple[str, "SharedFields", "Callable[[Invitation], Any]", timedelta]


@attrs.frozen(eq=False, repr=False)
class Leaf:
    """All that is said of the records of some cells: the same of each, but for what is `fresh`.

    Most leaves have at most a `sole` answer that is fresh, by its change alone: its name, what it has in common, the
    clock, and how long after it the change is.
    """

    advice: Advice
    answers: dict[str, Decision]
    fresh: tuple[PerRecord, ...]
    sole: FastPath | None


@attrs.frozen(eq=False, repr=False)
class TreeContext:
    """What a tree stands on: decisions, the facts that they use, and the clocks among these that turn lines in time."""

    decisions: tuple[DecisionSpec, ...]
    facts: Mapping[str, Fact]
    moving: frozenset[str]


def make_node(ground: TreeContext, values: Mapping[str, Value], now: datetime, known: frozenset[str]) -> Fork | Leaf:
    """Make the fork at which the next fact is found, or, where no other can turn a ruling, the leaf.

    `values` are those of a record that lies in the cells of the `known` facts, at `now`: it stands for all of them.
    """
    lines = [line for decision in ground.decisions for line in undecided(decision, values, now, known)]
    if not lines:
        return _make_leaf(ground, values, now)
    name = min({line.fact for line in lines}, key=lambda name: (name in ground.moving, fact_order(name)))
    fact, about = ground.facts[name], [line for line in lines if line.fact == name]
    read = clock_getter(fact) if fact.kind == "clock" and is_field(fact) else None
    borders = thresholds(about)
    if read and len(about) == len(lines) and known.isdisjoint(ground.moving):
        borders = _turning(ground, values, name, borders)
    border = borders[0] if len(borders) == 1 else None
    return Fork(name, cell_finder(fact, about, borders), read, borders, border, is_sent=read is SENT)


def _turning(ground: TreeContext, values: Mapping[str, Value], clock: str, borders: list[timedelta]) -> list[timedelta]:
    """Leave out the borders of the only clock at which no ruling turns: the cells beside them are one."""
    if not 1 < len(borders) <= _FEW_BORDERS:
        return borders
    ages = [borders[0] - timedelta.resolution, *borders]
    rulings = [
        [evaluate(decision, {**values, clock: STANDING - age}, STANDING) for decision in ground.decisions]
        for age in ages
    ]
    return [border for border, before, then in zip(borders, rulings, rulings[1:], strict=False) if before != then]


def undecided(
    decision: DecisionSpec, values: Mapping[str, Value], now: datetime, known: frozenset[str]
) -> list[Condition]:
    """Give the lines whose facts are not among the known ones and that can still turn the ruling."""
    lines: list[Condition] = []
    fits: bool | None = True
    for line in decision.applies_to:
        if line.fact not in known:
            lines.append(line)
            continue
        holding = evaluate_condition(line.operator, values[line.fact], now)
        if holding is False:
            return lines
        fits = fits and holding
    return [*lines, *_undecided_rules(decision, values, now, known)] if fits else lines


def _undecided_rules(
    decision: DecisionSpec, values: Mapping[str, Value], now: datetime, known: frozenset[str]
) -> list[Condition]:
    lines: list[Condition] = []
    for card in decision.rules:
        fits = evaluate_all((line for line in card.when if line.fact in known), values, now)
        unknown = [line for line in card.when if line.fact not in known]
        if fits is not False:
            lines += unknown
        if fits and not unknown:
            break
    return lines


def _make_leaf(ground: TreeContext, values: Mapping[str, Value], now: datetime) -> Leaf:
    answers, fresh = {}, []
    for decision in ground.decisions:
        ruling = evaluate(decision, values, now)
        tells = is_per_record(ruling)
        told = "" if tells else format_reason(decision, ruling, values, now)
        answers[decision.name] = answer = make_answer(ruling, told)
        change = _next_change(ground, decision, ruling.outcome, (values, now))
        if change or tells:
            same = shared_fields(answer, change.get("to"))
            fresh.append(PerRecord(decision.name, decision, ruling, ruling.outcome, same, tells, **change))
    return Leaf(Advice(answers), answers, tuple(fresh), _sole(fresh))


def _sole(fresh: list[PerRecord]) -> FastPath | None:
    if len(fresh) != 1 or fresh[0].tells or fresh[0].read is None:
        return None
    return fresh[0].name, fresh[0].same, fresh[0].read, fresh[0].after


def _next_change(
    ground: TreeContext, decision: DecisionSpec, outcome: str, record: tuple[Mapping[str, Value], datetime]
) -> dict[str, Any]:
    """Give the next change where one clock moves; where several do, the borders to be tried."""
    values, now = record
    lines = undecided(decision, values, now, frozenset(ground.facts) - ground.moving)
    clocks = {line.fact for line in lines}
    if len(clocks) > 1:
        return {"borders": tuple((ground.facts[line.fact], border) for line in lines for border in thresholds([line]))}
    for name in clocks:
        for border in _borders_ahead(values[name], lines, now):
            # The record's own instant may be too late for this border to come before the year 10000.
            then = evaluate(decision, {**values, name: STANDING - border}, STANDING).outcome
            if then != outcome:
                return _turn(ground.facts[name], border, then)
    return {}


def _turn(clock: Fact, border: timedelta, to: str) -> dict[str, Any]:
    if is_field(clock):
        return {"read": clock_getter(clock), "after": border, "to": to}
    return {"borders": ((clock, border),)}


def _borders_ahead(anchor: Value, lines: Sequence[Condition], now: datetime) -> list[timedelta]:
    if not isinstance(anchor, datetime):
        return []
    return [border for border in thresholds(lines) if now - anchor < border]
