"""Promises: proven of every record when a policy is loaded, or refused with a record that breaks one."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

from invitepolicy._core.errors import PolicyError, Problem
from invitepolicy._core.facts import UNDETERMINED
from invitepolicy._core.policy import conditions_of, is_own
from invitepolicy._core.text import clip, join_words, quoted
from invitepolicy._prove.regions import Budget, TooManyRegionsError, build_space
from invitepolicy._prove.rulings import DOUBT, RuleCompiler, RuleMatrix, region_where, rulings_in
from invitepolicy._prove.witness import describe_record, values_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from invitepolicy._core.policy import DecisionSpec, Location, Policy, Promise, Rule
    from invitepolicy._prove.regions import FactSpace
    from invitepolicy._prove.rulings import CompiledRule, RuledRegion

_MOST_BOXES = 20_000  # of all promises together: a file from a stranger must not take long to refuse


def prove_promises(policy: Policy) -> Policy:
    """Hand a policy back if it keeps every promise of its own and its parents'.

    `undetermined` and `not_applicable` break no promise that does not name them. Raises PolicyError with a problem
    for each rule that breaks one, and where a promise would take too long to prove.
    """
    meter = Budget(_MOST_BOXES)
    problems = [problem for promise in policy.promises for problem in _broken(policy, promise, meter)]
    if problems:
        raise PolicyError(problems)
    return policy


def _broken(policy: Policy, promise: Promise, meter: Budget) -> Iterator[Problem]:
    decision = policy.decisions[promise.decision]
    try:
        space = build_space(chain(conditions_of(decision), promise.when), policy.facts)
        for card, ruled in find_breaches(space, decision, promise, meter):
            yield _problem(policy, promise, card, space, ruled)
    except TooManyRegionsError as error:
        what, _, hint = str(error).partition("; ")
        path, place = _where(policy, promise.place)
        what = f"whether the promise {quoted(promise.name)} is kept cannot be told: {what}"
        yield Problem(path, place.line, place.column, what, hint, "promise")


def find_breaches(
    space: FactSpace, decision: DecisionSpec, promise: Promise, meter: Budget
) -> Iterator[tuple[CompiledRule | None, RuledRegion]]:
    """Find each card that breaks a promise, once, with a box in which it does; None stands for doubt."""
    reader = RuleCompiler(space)
    table = RuleMatrix(space, reader.cards_of(decision))
    boxes = [region_where(space, masks) for masks in reader.fitting(promise.when)]
    seen = set()
    for ruled in rulings_in(table, table.everything, table.everything, boxes, meter):
        card = None if ruled.old == DOUBT else table.cards[ruled.old]
        outcome = UNDETERMINED if card is None else card.then
        by = (outcome, None if card is None else card.rule)
        if by not in seen and breaks(promise, outcome, decision):
            seen.add(by)
            yield card, ruled


def breaks(promise: Promise, outcome: str, decision: DecisionSpec) -> bool:
    """Say whether an outcome breaks a promise where that speaks."""
    if promise.mode == "never":
        return outcome in promise.outcomes
    return outcome in decision.outcomes and outcome not in promise.outcomes


def _problem(
    policy: Policy, promise: Promise, card: CompiledRule | None, space: FactSpace, ruled: RuledRegion
) -> Problem:
    rule = None if card is None else card.rule
    outcome = UNDETERMINED if card is None else card.then
    record = describe_record(space, values_in(space, ruled.box))
    what = f"the promise {quoted(promise.name)} is broken: {_by(rule)} {outcome}, for example for {clip(record, 150)}"
    path, place = _at_fault(policy, promise, rule)
    words = join_words(promise.outcomes, "or")
    hint = f"there “{promise.decision}” may {'only say' if promise.mode == 'only' else 'never say'} {words}"
    return Problem(path, place.line, place.column, what, hint, "promise")


def _by(rule: Rule | None) -> str:
    if rule is None:
        return "the answer is"
    return f"the rule {quoted(rule.name)} says" if rule.name is not None else "otherwise says"


def _at_fault(policy: Policy, promise: Promise, rule: Rule | None) -> tuple[str, Location]:
    """Point at the rule if it stands in the style itself; else the promise is all that can be pointed at."""
    own = rule is not None and is_own(policy, promise.decision, rule)
    return _where(policy, rule.place if own and rule is not None else promise.place)


def _where(policy: Policy, place: Location) -> tuple[str, Location]:
    """Find the path of the file that a place speaks of; the youngest of that name."""
    paths = (document.path for document in reversed(policy._files))
    return next(path for path in paths if re.split(r"[/\\]", path)[-1] == place.file), place
