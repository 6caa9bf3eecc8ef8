"""Promises: proven for all records when a policy is loaded, or refused with a record that breaks one."""

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

    from invitepolicy._core.errors import Location
    from invitepolicy._core.policy import DecisionSpec, Policy, Promise, Rule
    from invitepolicy._prove.regions import FactSpace
    from invitepolicy._prove.rulings import CompiledRule, RuledRegion

_MOST_REGIONS = 20_000  # for all promises together: a file from a stranger must not take long to refuse


def prove_promises(policy: Policy) -> Policy:
    """Return the policy if it keeps every promise of its own and its parents'.

    `undetermined` and `not_applicable` break no promise that does not name them. Raise PolicyError with a problem for
    each rule that breaks a promise, and for each promise that would take too long to prove.
    """
    budget = Budget(_MOST_REGIONS)
    problems = [problem for promise in policy.promises for problem in _broken(policy, promise, budget)]
    if problems:
        raise PolicyError(problems)
    return policy


def _broken(policy: Policy, promise: Promise, budget: Budget) -> Iterator[Problem]:
    decision = policy.decisions[promise.decision]
    try:
        space = build_space(chain(conditions_of(decision), promise.when), policy.facts)
        for compiled, ruled in find_breaches(space, decision, promise, budget):
            yield _problem(policy, promise, compiled, space, ruled)
    except TooManyRegionsError as error:
        # A problem like the others, so that one promise does not hide what is wrong with the rest.
        path, place = _find_file(policy, promise.place)
        what = f"the promise {quoted(promise.name)} could not be proven: {error.what}"
        yield Problem(path, place.line, place.column, what, error.hint, "promise")


def find_breaches(
    space: FactSpace, decision: DecisionSpec, promise: Promise, budget: Budget
) -> Iterator[tuple[CompiledRule | None, RuledRegion]]:
    """Yield each rule that breaks a promise, once, with a region in which it does; None stands for doubt."""
    compiler = RuleCompiler(space)
    matrix = RuleMatrix(space, compiler.compile_decision(decision))
    regions = [region_where(space, masks) for masks in compiler.ways_all_hold(promise.when)]
    seen = set()
    for ruled in rulings_in(matrix, matrix.everything, matrix.everything, regions, budget):
        compiled = None if ruled.old == DOUBT else matrix.rules[ruled.old]
        outcome = UNDETERMINED if compiled is None else compiled.then
        # By the rule, not the compiled one: a rule that names several tags is compiled to several.
        breach = (outcome, None if compiled is None else compiled.rule)
        if breach not in seen and breaks(promise, outcome, decision):
            seen.add(breach)
            yield compiled, ruled


def breaks(promise: Promise, outcome: str, decision: DecisionSpec) -> bool:
    """Return whether an outcome breaks a promise in a region where the promise applies."""
    if promise.mode == "never":
        return outcome in promise.outcomes
    # The reserved outcomes are not among the decision's, so `only` allows them.
    return outcome in decision.outcomes and outcome not in promise.outcomes


def _problem(
    policy: Policy, promise: Promise, compiled: CompiledRule | None, space: FactSpace, ruled: RuledRegion
) -> Problem:
    rule = None if compiled is None else compiled.rule
    outcome = UNDETERMINED if compiled is None else compiled.then
    record = describe_record(space, values_in(space, ruled.region))
    what = (
        f"the promise {quoted(promise.name)} is broken: {_subject(rule)} {outcome}, for example for {clip(record, 150)}"
    )
    path, place = _blame(policy, promise, rule)
    words = join_words(promise.outcomes, "or")
    hint = f"there “{promise.decision}” may {'only say' if promise.mode == 'only' else 'never say'} {words}"
    return Problem(path, place.line, place.column, what, hint, "promise")


def _subject(rule: Rule | None) -> str:
    if rule is None:
        return "the answer is"
    return f"the rule {quoted(rule.name)} says" if rule.name is not None else "otherwise says"


def _blame(policy: Policy, promise: Promise, rule: Rule | None) -> tuple[str, Location]:
    """Return the place of the rule if it is in the style itself; else of the promise, which is all there is to show."""
    if rule is not None and is_own(policy, promise.decision, rule):
        return _find_file(policy, rule.place)
    return _find_file(policy, promise.place)


def _find_file(policy: Policy, place: Location) -> tuple[str, Location]:
    """Return the path of the file of a place, and the place; of files with one name the style's own comes first."""
    paths = (document.path for document in reversed(policy._files))
    return next(path for path in paths if re.split(r"[/\\]", path)[-1] == place.file), place
