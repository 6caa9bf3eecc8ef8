"""A decision over a whole frame: one boolean expression per outcome, now and at each turning point of a clock.

A rule assigns its outcome to the rows in which it holds, and withdraws every other outcome from the rows in which it
may hold; rows that end up without an outcome are `undetermined`. The same is evaluated again at each turning point of a
clock, where that clock's cell is known, and compared with the outcome now.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, assert_never

import attrs
import narwhals.stable.v2 as nw

from invitepolicy._core.conditions import AgeRange, IsKnown, IsTrue, NumberRange, OneOf
from invitepolicy._core.facts import NOT_APPLICABLE, UNDETERMINED
from invitepolicy._core.policy import conditions_of
from invitepolicy._core.quantities import add_or_none
from invitepolicy._prove.cells import AgeCell, base_fact, condition_holds, cut_facts
from invitepolicy.frames.expressions import both, either, negated
from invitepolicy.frames.membership import Instant, in_microseconds
from invitepolicy.frames.next_change import NEVER, Turn, first_turn, sooner_turn, where

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from invitepolicy._core.conditions import Condition
    from invitepolicy._core.policy import DecisionSpec
    from invitepolicy._prove.cells import Dimension
    from invitepolicy.frames.columns import Field
    from invitepolicy.frames.expressions import BoolExpr, TempColumns
    from invitepolicy.frames.membership import Membership

_FEW: Final = 16  # entries in one chain of conditions: engines reject deeply nested expressions
_WITHOUT: Final = 1  # mask of the cell in which a tag is absent
_WITH: Final = 2  # mask of the cell in which it is present

Clause = tuple[tuple[int, int], ...]  # dimensions with masks of their cells: true where one of them is
When = tuple[Clause, ...]  # true where all clauses are
# By outcome: where rules assign it, and where they leave it to the rules below.
Outcomes = dict[str, tuple["BoolExpr", "BoolExpr"]]


@attrs.frozen
class RuleExpr:
    """A rule over cells: where it holds, and where it does not fail (it holds or is open)."""

    then: str
    holds: When
    not_failing: When


class DecisionExpressions:
    """Builds the expressions that answer one decision for all rows of a frame."""

    def __init__(self, decision: DecisionSpec, membership: Membership) -> None:
        """Divide the facts of the decision's conditions into cells, and read its rules over them."""
        self.decision: DecisionSpec = decision
        self.membership: Membership = membership
        self.temp_columns: TempColumns = membership.reader.temp_columns
        own = {fact.name: fact for fact in decision.facts}
        self.dimensions: tuple[Dimension, ...] = cut_facts(conditions_of(decision), own)
        self.index_of: dict[tuple[str, str | None], int] = {
            (dimension.fact.name, dimension.tag): index for index, dimension in enumerate(self.dimensions)
        }
        self.rules: list[RuleExpr] = [RuleExpr(rule.then, *self._read(rule.when)) for rule in decision.rules]
        self.scope: RuleExpr = RuleExpr("", *self._read(decision.applies_to))
        self._combined: dict[tuple[int, tuple[tuple[BoolExpr, ...], ...]], Outcomes] = {}
        self._exprs: dict[tuple[When, Instant | None], BoolExpr] = {}

    def _read(self, conditions: Iterable[Condition]) -> tuple[When, When]:
        holds: dict[int, int] = {}
        not_failing: dict[int, int] = {}
        tags: list[Clause] = []
        for condition in conditions:
            index = self.index_of.get((base_fact(condition.fact), None))
            if index is None:
                tags += self._tag_clauses(condition)
                continue
            dimension = self.dimensions[index]
            states = [condition_holds(dimension, condition, cell) for cell in range(len(dimension.cells))]
            # -1 has all bits set. Several conditions can share a dimension: `has_note` and `note_length` do.
            holds[index] = holds.get(index, -1) & _mask(state is True for state in states)
            not_failing[index] = not_failing.get(index, -1) & _mask(state is not False for state in states)
        # A condition on tags is never open, since a record without tags has none of them.
        return (*((pair,) for pair in holds.items()), *tags), (*((pair,) for pair in not_failing.items()), *tags)

    def _tag_clauses(self, condition: Condition) -> Iterator[Clause]:
        match condition.operator:
            case OneOf(words, negated=True):
                # A clause for each tag, all of which must be absent.
                yield from (((self.index_of[condition.fact, word], _WITHOUT),) for word in words)
            case OneOf(words):
                yield tuple((self.index_of[condition.fact, word], _WITH) for word in words)
            case IsTrue() | NumberRange() | AgeRange() | IsKnown():  # refused when a policy is read
                message = f"no condition on tags: {condition.text}"
                raise LookupError(message)
            case _ as never:
                assert_never(never)

    def _expr_of(self, when: When, instant: Instant, known: Mapping[int, int]) -> BoolExpr:
        """Return where a `when` is true at an instant, at which the cells of the clocks in `known` are known."""
        remaining = _without_known(when, known)
        if remaining is None:
            return False
        has_clock = any(self.dimensions[index].fact.kind == "clock" for clause in remaining for index, _ in clause)
        key = (remaining, instant if has_clock else None)  # without a clock it is the same at every instant
        if key not in self._exprs:
            every = [either([self._in_cells(index, mask, instant) for index, mask in clause]) for clause in remaining]
            self._exprs[key] = self.temp_columns.store(both(every))
        return self._exprs[key]

    def _in_cells(self, index: int, mask: int, instant: Instant) -> BoolExpr:
        dimension = self.dimensions[index]
        every = _mask(True for _ in dimension.cells)
        mask &= every
        return self.membership.in_cells(dimension, mask, instant) if mask not in (0, every) else bool(mask)

    def outcomes_at(self, instant: Instant, known: Mapping[int, int]) -> dict[str, BoolExpr]:
        """Return for each outcome where it is the answer at an instant; outcomes that are nowhere are left out."""
        rules = tuple(
            tuple(self._expr_of(when, instant, known) for when in (rule.holds, rule.not_failing)) for rule in self.rules
        )
        final = self.decision.otherwise.then
        by_rules = {
            outcome: assigned if outcome != final else either([assigned, left])
            for outcome, (assigned, left) in self._combine(0, rules).items()
        }
        applies = self._expr_of(self.scope.holds, instant, known)
        answers = {outcome: self.temp_columns.store(both([expr, applies])) for outcome, expr in by_rules.items()}
        answers[NOT_APPLICABLE] = self.temp_columns.store(
            negated(self._expr_of(self.scope.not_failing, instant, known))
        )
        # Without a condition that can be open, one of the other answers is true in each row.
        if any(rule.holds != rule.not_failing for rule in (*self.rules, self.scope)):
            answers[UNDETERMINED] = self.temp_columns.store(negated(either(answers.values())))
        return {outcome: expr for outcome, expr in answers.items() if expr is not False}

    def _combine(self, first: int, rules: tuple[tuple[BoolExpr, ...], ...]) -> Outcomes:
        """Return for each outcome where the rules from `first` on assign it, and where they leave it to those below.

        Results are cached by the rules' expressions: few rules change at a turning point, so most halves are reused.
        """
        key = (first, rules)
        if key not in self._combined:
            self._combined[key] = self._combine_halves(first, rules) if len(rules) > 1 else self._single(first, rules)
        return self._combined[key]

    def _single(self, first: int, rules: tuple[tuple[BoolExpr, ...], ...]) -> Outcomes:
        outcomes = {*(rule.then for rule in self.rules), self.decision.otherwise.then}
        if not rules:
            return dict.fromkeys(outcomes, (False, True))
        ((holds, not_failing),) = rules
        # Where a rule is open, its own outcome may still follow from the rules below, whether it holds or
        # not; any other outcome would be wrong if it holds.
        left = negated(not_failing)
        # A rule that cannot be open gets one expression for all outcomes, which is stored once.
        # Comparing by identity is enough: `_expr_of` returns the same object for the same conditions.
        own = left if holds is not_failing else True
        return {**dict.fromkeys(outcomes, (False, left)), self.rules[first].then: (holds, own)}

    def _combine_halves(self, first: int, rules: tuple[tuple[BoolExpr, ...], ...]) -> Outcomes:
        half = len(rules) // 2
        above, below = self._combine(first, rules[:half]), self._combine(first + half, rules[half:])
        left_by_both: dict[tuple[BoolExpr, BoolExpr], BoolExpr] = {}
        combined = {}
        for outcome, (assigned, left) in above.items():
            assigned_below, left_below = below[outcome]
            if (left, left_below) not in left_by_both:  # most outcomes share it where no rule can be open
                left_by_both[left, left_below] = self.temp_columns.store_if_long(both([left, left_below]))
            assigned_here = self.temp_columns.store_if_long(either([assigned, both([assigned_below, left])]))
            combined[outcome] = assigned_here, left_by_both[left, left_below]
        return combined

    def deciding(self, outcomes: Mapping[str, BoolExpr]) -> Iterator[tuple[str | None, BoolExpr]]:
        """Yield, from the top, the name of each rule and where it holds; first None, where no rule decides."""
        now = Instant(self.membership.now)
        yield None, either([outcomes.get(outcome, False) for outcome in (NOT_APPLICABLE, UNDETERMINED)])
        for rule, expr in zip(self.decision.rules, self.rules, strict=True):
            yield rule.name, self._expr_of(expr.holds, now, {})

    def change(self, outcomes: Mapping[str, BoolExpr]) -> Turn | None:
        """Return the first turning point of any clock at which the outcome is another one than now, if there is one."""
        change = None
        for index, dimension in enumerate(self.dimensions):
            anchor = self.membership.anchor(dimension.fact) if dimension.fact.kind == "clock" else None
            turns = [] if anchor is None else [*self._turns(index, dimension, anchor, outcomes)]
            if turns:
                first = first_turn(turns, self.temp_columns)
                change = first if change is None else sooner_turn(change, first, self.temp_columns)
        return change

    def _turns(
        self, index: int, dimension: Dimension, anchor: Field | datetime, outcomes: Mapping[str, BoolExpr]
    ) -> Iterator[Turn]:
        clock = dimension.fact
        for cell, ages in enumerate(dimension.cells):
            # A clock turns where a cell begins; the first has no beginning, and a missing value no age.
            if not isinstance(ages, AgeCell) or ages.low is None:
                continue
            if isinstance(anchor, datetime):
                turning_point = add_or_none(anchor, ages.low)
                if turning_point is None or turning_point <= self.membership.now:
                    continue
                is_coming: BoolExpr = True
                instant, expression = Instant(turning_point), nw.lit(turning_point)
            else:
                is_coming = self.membership.is_coming(clock, ages.low)
                instant = Instant(clock=clock, age=ages.low)
                expression = anchor.expression
                if ages.low:
                    expression = expression.dt.offset_by(in_microseconds(ages.low))
            # At its own turning point the clock lies in this cell in every row: nothing is compared for it.
            then = self.outcomes_at(instant, {index: cell})
            same = either(both([expr, outcomes.get(outcome, False)]) for outcome, expr in then.items())
            turns = self.temp_columns.store(both([is_coming, negated(same)]))
            if turns is not False:
                yield Turn(turns, {word: both([turns, expr]) for word, expr in then.items()}, expression)


def _mask(bits: Iterable[bool]) -> int:
    return sum(1 << index for index, bit in enumerate(bits) if bit)


def _without_known(when: When, known: Mapping[int, int]) -> When | None:
    """Return the clauses that the known cells leave open, or None where one of them is false."""
    remaining = []
    for clause in when:
        index, mask = clause[0]  # a clause about a clock has no second part: only tags share a clause
        if index not in known:
            remaining.append(clause)
        elif not mask >> known[index] & 1:
            return None
    return tuple(remaining)


def answer_columns(
    decision: DecisionSpec, membership: Membership, name: str, kind: Any
) -> Iterator[tuple[str, nw.Expr]]:
    """Yield the columns that answer a decision: outcome, rule, instant and outcome of the next change."""
    expressions = DecisionExpressions(decision, membership)
    outcomes = expressions.outcomes_at(Instant(membership.now), {})
    words = tuple(sorted({*decision.outcomes, NOT_APPLICABLE, UNDETERMINED}))
    yield name, _choose(list(outcomes.items()), kind(words))
    rules = tuple(rule.name for rule in decision.rules if rule.name is not None)
    yield f"{name}_rule", _choose([*expressions.deciding(outcomes), (None, True)], kind(rules))
    yield from _change_columns(expressions.change(outcomes), name, kind(words))


def _choose(entries: Iterable[tuple[str | None, BoolExpr]], dtype: Any) -> nw.Expr:
    """Return the word of the first expression that is true; the last one is taken to be true."""
    return _branch([*_until_certain(entries)], dtype)


def _branch(entries: Sequence[tuple[str | None, BoolExpr]], dtype: Any) -> nw.Expr:
    if len(entries) == 1:
        return nw.lit(entries[0][0], dtype=dtype)
    # A few entries make a chain; more are halved first, since a chain is nested as deep as it is long.
    half = 1 if len(entries) <= _FEW else len(entries) // 2
    above = either(expr for _, expr in entries[:half])
    return where(above, _branch(entries[:half], dtype), _branch(entries[half:], dtype))


def _until_certain(entries: Iterable[tuple[str | None, BoolExpr]]) -> Iterator[tuple[str | None, BoolExpr]]:
    for word, expr in entries:
        if expr is not False:
            yield word, expr
        if expr is True:
            return


def _change_columns(change: Turn | None, name: str, dtype: Any) -> Iterator[tuple[str, nw.Expr]]:
    if change is None:
        yield f"{name}_changes_at", NEVER
        yield f"{name}_changes_to", nw.lit(None, dtype=dtype)
        return
    yield f"{name}_changes_at", where(change.turns, change.instant, NEVER)
    yield f"{name}_changes_to", _choose([*change.outcomes.items(), (None, True)], dtype)
