"""A decision over a whole frame: each outcome a condition, the rules read from below, the borders walked in order.

A rule takes the rows in which it holds to its outcome, and takes those in which it may hold from every other; the rows
that are left without an outcome in the end are `undetermined`. The same is read again at each border of a clock, with
what lies in that clock's cells known, and compared with now.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import attrs
import narwhals.stable.v2 as nw

from invitepolicy._core.facts import NOT_APPLICABLE, UNDETERMINED
from invitepolicy._core.policy import conditions_of
from invitepolicy._core.quantities import add_or_none
from invitepolicy._prove.cells import AgeCell, base_fact, condition_holds, cut_facts
from invitepolicy.frames.expressions import both, either, negated
from invitepolicy.frames.membership import Instant, in_microseconds
from invitepolicy.frames.next_change import NEVER, Turn, first_turn, sooner_turn, where

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from invitepolicy._core.policy import Condition, DecisionSpec
    from invitepolicy._prove.cells import Dimension
    from invitepolicy.frames.columns import Field
    from invitepolicy.frames.expressions import BoolExpr, TempColumns
    from invitepolicy.frames.membership import Membership

_FEW: Final = 16  # words that are asked for one by one: engines read no deep expression
_WITHOUT: Final = 1
_WITH: Final = 2

Some = tuple[tuple[int, int], ...]  # cells of dimensions: it holds where one of them does
When = tuple[Some, ...]  # it holds where all do
Fold = dict[
    str, tuple["BoolExpr", "BoolExpr"]
]  # by outcome: where rules take it, and where they leave what stood below


@attrs.frozen
class RuleExpr:
    """A rule over cells: where it holds, and where it does not fail."""

    then: str
    holds: When
    lives: When


class DecisionExpressions:
    """Answers one decision for all rows of a frame."""

    def __init__(self, decision: DecisionSpec, lying: Membership) -> None:
        """Cut the decision's lines into cells."""
        self.decision: DecisionSpec = decision
        self.lying: Membership = lying
        self.sheet: TempColumns = lying.reader.sheet
        own = {fact.name: fact for fact in decision.facts}
        self.dimensions: tuple[Dimension, ...] = cut_facts(conditions_of(decision), own)
        self.place: dict[tuple[str, str | None], int] = {
            (cut.fact.name, cut.tag): index for index, cut in enumerate(self.dimensions)
        }
        self.cards: list[RuleExpr] = [RuleExpr(rule.then, *self._read(rule.when)) for rule in decision.rules]
        self.asked: RuleExpr = RuleExpr("", *self._read(decision.applies_to))
        self._folds: dict[tuple[int, tuple[tuple[BoolExpr, ...], ...]], Fold] = {}
        self._met: dict[tuple[When, Instant | None], BoolExpr] = {}

    def _read(self, lines: Iterable[Condition]) -> tuple[When, When]:
        holds: dict[int, int] = {}
        lives: dict[int, int] = {}
        tags: list[Some] = []
        for line in lines:
            index = self.place.get((base_fact(line.fact), None))
            if index is None:
                tags += self._tagged(line)
                continue
            dimension = self.dimensions[index]
            states = [condition_holds(dimension, line, cell) for cell in range(len(dimension.cells))]
            holds[index] = holds.get(index, -1) & _mask(state is True for state in states)
            lives[index] = lives.get(index, -1) & _mask(state is not False for state in states)
        return (*((pair,) for pair in holds.items()), *tags), (*((pair,) for pair in lives.items()), *tags)

    def _tagged(self, line: Condition) -> Iterator[Some]:
        test = line.operator
        cell = _WITHOUT if test.negated else _WITH  # type: ignore[union-attr]
        some = [(self.place[line.fact, word], cell) for word in test.words]  # type: ignore[union-attr]
        if test.negated:  # type: ignore[union-attr]
            yield from ((pair,) for pair in some)
        else:
            yield tuple(some)

    def _meets(self, when: When, instant: Instant, known: Mapping[int, int]) -> BoolExpr:
        """Say where all of a card's conditions are met at an instant, at which the cells of some clocks are known."""
        left = _settled(when, known)
        if left is None:
            return False
        moves = any(self.dimensions[index].fact.kind == "clock" for some in left for index, _ in some)
        key = (left, instant if moves else None)  # what no clock turns is the same at every instant
        if key not in self._met:
            every = [either([self._lies(index, mask, instant) for index, mask in some]) for some in left]
            self._met[key] = self.sheet.keep(both(every))
        return self._met[key]

    def _lies(self, index: int, mask: int, instant: Instant) -> BoolExpr:
        dimension = self.dimensions[index]
        whole = _mask(True for _ in dimension.cells)
        if not mask & whole or mask & whole == whole:
            return bool(mask & whole)
        return self.lying.in_cells(dimension, mask & whole, instant)

    def outcomes_at(self, instant: Instant, known: Mapping[int, int]) -> dict[str, BoolExpr]:
        """Say for each outcome where it is the answer at an instant."""
        met = [tuple(self._meets(when, instant, known) for when in (card.holds, card.lives)) for card in self.cards]
        final = self.decision.otherwise.then
        found = {
            outcome: taken if outcome != final else either([taken, left])
            for outcome, (taken, left) in self._fold(0, tuple(met)).items()
        }
        applies = self._meets(self.asked.holds, instant, known)
        answers = {outcome: self.sheet.keep(both([truth, applies])) for outcome, truth in found.items()}
        answers[NOT_APPLICABLE] = self.sheet.keep(negated(self._meets(self.asked.lives, instant, known)))
        if any(card.holds != card.lives for card in (*self.cards, self.asked)):
            answers[UNDETERMINED] = self.sheet.keep(negated(either(answers.values())))
        return {outcome: truth for outcome, truth in answers.items() if truth is not False}

    def _fold(self, first: int, met: tuple[tuple[BoolExpr, ...], ...]) -> Fold:
        """Say for each outcome what some rules take to it, and what they leave with it of what stood below them.

        Halves that are met as at another instant are not put together again: few rules turn at a border.
        """
        key = (first, met)
        if key not in self._folds:
            self._folds[key] = self._joined(first, met) if len(met) > 1 else self._single(first, met)
        return self._folds[key]

    def _single(self, first: int, met: tuple[tuple[BoolExpr, ...], ...]) -> Fold:
        outcomes = {*(card.then for card in self.cards), self.decision.otherwise.then}
        found: Fold = {}
        for holds, lives in met:
            left = negated(lives)
            own = left if holds is lives else True  # without doubt one condition serves all outcomes
            found = dict.fromkeys(outcomes, (False, left)) | {self.cards[first].then: (holds, own)}
        return found or dict.fromkeys(outcomes, (False, True))

    def _joined(self, first: int, met: tuple[tuple[BoolExpr, ...], ...]) -> Fold:
        half = len(met) // 2
        above, below = self._fold(first, met[:half]), self._fold(first + half, met[half:])
        passed: dict[tuple[BoolExpr, BoolExpr], BoolExpr] = {}
        found = {}
        for outcome, (taken, left) in above.items():
            taken_below, left_below = below[outcome]
            if (left, left_below) not in passed:  # few differ where there is no doubt
                passed[left, left_below] = self.sheet.shortened(both([left, left_below]))
            taken_here = self.sheet.shortened(either([taken, both([taken_below, left])]))
            found[outcome] = taken_here, passed[left, left_below]
        return found

    def deciding(self, outcomes: Mapping[str, BoolExpr]) -> Iterator[tuple[str | None, BoolExpr]]:
        """Go through what decides, from the top: nothing, where no rule does, then each rule where it holds."""
        now = Instant(self.lying.now)
        yield None, either([outcomes.get(outcome, False) for outcome in (NOT_APPLICABLE, UNDETERMINED)])
        for rule, card in zip(self.decision.rules, self.cards, strict=True):
            yield rule.name, self._meets(card.holds, now, {})

    def change(self, outcomes: Mapping[str, BoolExpr]) -> Turn | None:
        """Walk each clock's borders in order to the first one at which the outcome is another one than now."""
        found = None
        for index, dimension in enumerate(self.dimensions):
            anchor = self.lying.anchor(dimension.fact) if dimension.fact.kind == "clock" else None
            borders = [] if anchor is None else [*self._borders(index, dimension, anchor, outcomes)]
            if borders:
                first = first_turn(borders, self.sheet)
                found = first if found is None else sooner_turn(found, first, self.sheet)
        return found

    def _borders(
        self, index: int, dimension: Dimension, anchor: Field | datetime, outcomes: Mapping[str, BoolExpr]
    ) -> Iterator[Turn]:
        clock = dimension.fact
        for cell, ages in enumerate(dimension.cells):
            if not isinstance(ages, AgeCell) or ages.low is None:
                continue
            if isinstance(anchor, datetime):
                border = add_or_none(anchor, ages.low)
                if border is None or border <= self.lying.now:
                    continue
                comes: BoolExpr = True
                instant, expression = Instant(border), nw.lit(border)
            else:
                comes = self.lying.comes(clock, ages.low)
                instant = Instant(clock=clock, age=ages.low)
                expression = anchor.expression
                if ages.low:
                    expression = expression.dt.offset_by(in_microseconds(ages.low))
            then = self.outcomes_at(instant, {index: cell})
            same = either(both([truth, outcomes.get(outcome, False)]) for outcome, truth in then.items())
            turns = self.sheet.keep(both([comes, negated(same)]))
            if turns is not False:
                yield Turn(turns, {word: both([turns, truth]) for word, truth in then.items()}, expression)


def _mask(bits: Iterable[bool]) -> int:
    return sum(1 << index for index, bit in enumerate(bits) if bit)


def _settled(when: When, known: Mapping[int, int]) -> When | None:
    """Leave out what holds in the known cells; None where something does not."""
    left = []
    for some in when:
        if some[0][0] not in known:  # a clock is alone: only tags stand together
            left.append(some)
        elif not some[0][1] >> known[some[0][0]] & 1:
            return None
    return tuple(left)


def answer_columns(decision: DecisionSpec, lying: Membership, name: str, kind: Any) -> Iterator[tuple[str, nw.Expr]]:
    """Give the columns that answer a decision: the outcome, the rule, the next change and what it is to."""
    answering = DecisionExpressions(decision, lying)
    outcomes = answering.outcomes_at(Instant(lying.now), {})
    words = tuple(sorted({*decision.outcomes, NOT_APPLICABLE, UNDETERMINED}))
    yield name, _choose(list(outcomes.items()), kind(words))
    rules = tuple(rule.name for rule in decision.rules if rule.name is not None)
    yield f"{name}_rule", _choose([*answering.deciding(outcomes), (None, True)], kind(rules))
    yield from _changes(answering.change(outcomes), name, kind(words))


def _choose(entries: Iterable[tuple[str | None, BoolExpr]], dtype: Any) -> nw.Expr:
    """Give the word of the first condition that holds; the last one is taken to hold."""
    return _chosen([*_until_sure(entries)], dtype)


def _chosen(entries: Sequence[tuple[str | None, BoolExpr]], dtype: Any) -> nw.Expr:
    if len(entries) == 1:
        return nw.lit(entries[0][0], dtype=dtype)
    half = 1 if len(entries) <= _FEW else len(entries) // 2
    above = either(truth for _, truth in entries[:half])
    return where(above, _chosen(entries[:half], dtype), _chosen(entries[half:], dtype))


def _until_sure(entries: Iterable[tuple[str | None, BoolExpr]]) -> Iterator[tuple[str | None, BoolExpr]]:
    for word, truth in entries:
        if truth is not False:
            yield word, truth
        if truth is True:
            return


def _changes(found: Turn | None, name: str, dtype: Any) -> Iterator[tuple[str, nw.Expr]]:
    if found is None:
        yield f"{name}_changes_at", NEVER
        yield f"{name}_changes_to", nw.lit(None, dtype=dtype)
        return
    yield f"{name}_changes_at", where(found.turns, found.instant, NEVER)
    yield f"{name}_changes_to", _choose([*found.outcomes.items(), (None, True)], dtype)
