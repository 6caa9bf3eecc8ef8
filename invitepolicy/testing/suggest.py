"""The tests that a policy file still lacks, one for each uncovered boundary and rule, as YAML to paste."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import attrs

from invitepolicy._core.conditions import AgeRange
from invitepolicy._core.facts import OWN_PREFIX
from invitepolicy._core.policy import DEFAULT_NOW, conditions_of
from invitepolicy._core.quantities import (
    add_or_none,
    format_duration,
    format_instant,
    format_number,
    format_quantity,
    format_share,
)
from invitepolicy._core.records import Account, Invitation
from invitepolicy._core.yaml_text import format_data, format_sentence, format_word
from invitepolicy._decide.answers import read_values
from invitepolicy._decide.rules import evaluate, turning_points
from invitepolicy._prove.cells import base_fact, condition_holds
from invitepolicy._prove.regions import Budget, TooManyRegionsError, build_space, cells_of, dimension_of, replaced
from invitepolicy._prove.rulings import RuleCompiler, RuleMatrix, region_where, rulings_in
from invitepolicy._prove.witness import make_witness
from invitepolicy.testing.coverage import MINUTE
from invitepolicy.testing.run import name_decider, run_tests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from invitepolicy import Policy
    from invitepolicy._core.conditions import Condition
    from invitepolicy._core.facts import Fact
    from invitepolicy._core.policy import DecisionSpec, Rule
    from invitepolicy._core.records import Value
    from invitepolicy._prove.regions import FactSpace, Region
    from invitepolicy._prove.witness import Witness
    from invitepolicy.testing.coverage import CoveredBoundary, CoveredRule

# The greatest distances at which coverage still counts a value as close.
_STEPS: Final = {"count": 1, "share": 0.001}
_INSTANTS: Final = ("sent_at", "answered_at", "withdrawn_at", "last_active_at")


@attrs.frozen
class Suggestion:
    """A missing test: its name, the record, the account, the decision, and the outcomes to expect.

    `rule` is the rule that decides; None where the test is not about that.
    """

    name: str
    given: Invitation
    account: Account
    decision: str
    expect: tuple[str, ...]
    rule: str | None = None


def suggest_tests(policy: Policy) -> tuple[Suggestion, ...]:
    """Find a test for every boundary and every rule of the policy's own file that its tests do not cover.

    Each expects what the policy does today, right or wrong: read them before you paste them. A boundary of a date
    takes one test, the whole life of a record; one of a number takes two, a step below and above (1 of a count, a
    tenth of a percent of a share). Names differ from those of the file's tests. A boundary or a rule that no record
    can reach, that needs a note of more than 100,000 characters, or takes too long to analyse, gets no test.
    An empty tuple means that everything is covered, or cannot be. Times count from `DEFAULT_NOW`, a test's default now.
    """
    report = run_tests(policy)
    taken_names = {test.name for test in policy.tests}
    suggestions: list[Suggestion] = []
    for boundary in report.boundaries:
        if boundary.own and not boundary.covered:
            suggestions += _for_boundary(policy, boundary)
    # Boundaries come first, since their tests show rules deciding, too.
    decided = {rule for one in suggestions for rule in _deciding(policy, one)}
    for rule in report.rules:
        if rule.own and not rule.covered and (rule.decision, rule.rule) not in decided:
            suggestions += _for_rule(policy, rule)
    return tuple(_distinct(suggestions, taken_names))


def format_suggestions(suggestions: tuple[Suggestion, ...]) -> Iterator[str]:
    """Yield suggestions as elements of a policy's `tests`, line by line, indented by two spaces."""
    for one in suggestions:
        yield f"  - test: {format_sentence(one.name)}"
        given = dict(_given(one.given))
        if given:
            yield f"    given: {_flow(given)}"
        account = dict(_account(one.account))
        if account:
            yield f"    account: {_flow(account)}"
        # A single outcome is expected at now; in brackets it would have to last for ever.
        life = one.expect[0] if len(one.expect) == 1 else f"[{', '.join(one.expect)}]"
        yield f"    expect: {{{one.decision}: {life}}}"
        if one.rule is not None:
            yield f"    rule: {{{one.decision}: {format_word(one.rule)}}}"


def _deciding(policy: Policy, one: Suggestion) -> Iterator[tuple[str, str | None]]:
    """Yield the rules that decide in a suggested test, at its now and later in the life."""
    decision = policy.decisions[one.decision]
    values = read_values(decision, one.given, one.account)
    # A single outcome is expected at now alone; only a life is observed at later instants.
    later_on = [
        instant for instant in turning_points(decision, values) if instant > DEFAULT_NOW and len(one.expect) > 1
    ]
    for instant in (DEFAULT_NOW, *later_on):
        rule = evaluate(decision, values, instant).rule
        if rule is not None:
            yield one.decision, rule.name


def _distinct(suggestions: list[Suggestion], taken_names: set[str]) -> Iterator[Suggestion]:
    """Yield each record once, and each test under a name that is not taken."""
    seen: set[Any] = set()
    for one in suggestions:
        # Without the name: two boundaries may need the same record.
        key = (one.given, one.account, one.decision, one.expect)
        if key in seen:
            continue
        seen.add(key)
        name, number = one.name, 2
        while name in taken_names:
            name, number = f"{one.name} ({number})", number + 1
        taken_names.add(name)
        yield attrs.evolve(one, name=name)


def _for_boundary(policy: Policy, boundary: CoveredBoundary) -> Iterator[Suggestion]:
    decision = policy.decisions[boundary.decision]
    rule = next((rule for rule in decision.rules if rule.name == boundary.rule), None)
    # One record will do, the first: finding them takes time.
    for witness in _witnesses(policy, decision, rule, boundary):
        title = boundary.rule or f"applies_to of {boundary.decision}"
        threshold = format_quantity(boundary.threshold.value, boundary.threshold.kind)
        if isinstance(boundary.condition.operator, AgeRange):
            # One life crosses the boundary, and so shows both of its sides.
            given, account = _at_the_beginning(policy, witness, boundary)
            life = _life(decision, given, account)
            yield Suggestion(
                f"{title}, {threshold} after {boundary.condition.fact}", given, account, decision.name, life
            )
            return
        for side, given, account in _sides(decision, witness, boundary):
            ruling = evaluate(decision, read_values(decision, given, account), DEFAULT_NOW)
            name = f"{title}, {boundary.condition.fact} {side}"
            yield Suggestion(name, given, account, decision.name, (ruling.outcome,))
        return


def _for_rule(policy: Policy, rule: CoveredRule) -> Iterator[Suggestion]:
    decision = policy.decisions[rule.decision]
    stated = next(one for one in (*decision.rules, decision.otherwise) if one.name == rule.rule)
    for witness in _witnesses(policy, decision, stated, None):
        ruling = evaluate(decision, read_values(decision, witness.invitation, witness.account), DEFAULT_NOW)
        name = f"{rule.decision}: {rule.rule or 'nothing else fits'}"
        # A test cannot ask for `otherwise` by name.
        decided = name_decider(ruling) if rule.rule is not None else None
        yield Suggestion(name, witness.invitation, witness.account, decision.name, (ruling.outcome,), decided)
        return


def _witnesses(
    policy: Policy, decision: DecisionSpec, rule: Rule | None, boundary: CoveredBoundary | None
) -> Iterator[Witness]:
    space = build_space(conditions_of(decision), policy.facts)
    reader = RuleCompiler(space)
    compiled = reader.compile_decision(decision)
    table = RuleMatrix(space, compiled)
    conditions = (*decision.applies_to, *(rule.when if rule is not None else ()))
    try:
        for masks in reader.ways_all_hold(conditions):
            region = region_where(space, masks)
            if boundary is not None:
                region = _just_inside(space, region, boundary)
            # Both lists of rules are the same, as nothing is compared; without a rule, `old` is negative.
            for ruled in rulings_in(table, table.everything, table.everything, [region], Budget()):
                if rule is None or (ruled.old >= 0 and compiled[ruled.old].rule is rule):
                    witness = make_witness(space, ruled.region)
                    if witness is not None:
                        yield _sent_now(witness, decision)
    except TooManyRegionsError:
        return


def _sent_now(witness: Witness, decision: DecisionSpec) -> Witness:
    """Set the date of sending to the test's now, the default of tests, where nothing depends on it."""
    invitation = witness.invitation
    if invitation.status == "draft" or any(fact.name == "sent" for fact in decision.facts):
        return witness
    return attrs.evolve(witness, invitation=attrs.evolve(invitation, sent_at=DEFAULT_NOW))


def _just_inside(space: FactSpace, region: Region, boundary: CoveredBoundary) -> Region:
    """Return the part of a region next to a boundary, on the side where the condition holds."""
    condition = boundary.condition
    index = dimension_of(space, base_fact(condition.fact))
    dimension = space.dimensions[index]
    holding = [cell for cell in cells_of(region[index]) if condition_holds(dimension, condition, cell)]
    low = getattr(condition.operator, "low", None)
    # Cells are in order: the first that holds is next to the lower threshold, the last next to the upper.
    cell = holding[:1] if low is boundary.threshold else holding[-1:]
    # A mask of that one cell; of none, if the condition never holds.
    return replaced(region, index, sum(1 << one for one in cell))


def _at_the_beginning(policy: Policy, witness: Witness, boundary: CoveredBoundary) -> tuple[Invitation, Account]:
    """Shift a record in time so that the boundary's date is the test's now."""
    fact = next(fact for fact in policy.decisions[boundary.decision].facts if fact.name == boundary.condition.fact)
    source: Any = witness.account if fact.subject == "account" else witness.invitation
    anchor = source.facts[fact.name] if fact.name.startswith(OWN_PREFIX) else getattr(source, fact.field)
    # All instants move alike, so that the distances between them stay.
    shift = DEFAULT_NOW - anchor
    invitation = witness.invitation
    fields = {name: _shifted(getattr(invitation, name), shift) for name in _INSTANTS}
    facts = {name: _shifted(value, shift) for name, value in invitation.facts.items()}
    account = attrs.evolve(witness.account, restricted_at=_shifted(witness.account.restricted_at, shift))
    return attrs.evolve(invitation, **fields, facts=facts), account


def _shifted(value: Any, shift: timedelta) -> Any:
    return add_or_none(value, shift) if isinstance(value, datetime) else value


def _life(decision: DecisionSpec, given: Invitation, account: Account) -> tuple[str, ...]:
    values: dict[str, Value] = read_values(decision, given, account)
    life = [evaluate(decision, values, DEFAULT_NOW).outcome]
    stages = [life[0]]
    for instant in turning_points(decision, values):
        outcome = evaluate(decision, values, instant).outcome
        if instant > DEFAULT_NOW and outcome != life[-1]:
            life.append(outcome)
            # A test's durations are whole minutes.
            stages.append(f"{outcome} after {format_duration((instant - DEFAULT_NOW) // MINUTE * MINUTE)}")
    return tuple(stages)


def _sides(
    decision: DecisionSpec, witness: Witness, boundary: CoveredBoundary
) -> Iterator[tuple[str, Invitation, Account]]:
    """Yield the record on either side of a number's boundary: exactly on it, and one step away."""
    fact = next(fact for fact in decision.facts if fact.name == boundary.condition.fact)
    test: Any = boundary.condition.operator
    is_low = test.low is boundary.threshold
    value: float = boundary.threshold.value  # type: ignore[assignment]  # numbers only, by the fact's kind
    included = test.low_included if is_low else test.high_included
    step = _STEPS.get(fact.kind) or _gap(decision, boundary.condition, value)
    # `more than 3` and `at most 3` turn between 3 and 4, the other two between 2 and 3.
    below_is_value = included is not is_low
    other = value + step if below_is_value else value - step
    # Rounded, since binary differences of shares have long tails.
    for number in sorted((value, round(other, 6))):
        shown = format_share(number) if fact.kind == "share" else format_number(number)
        yield shown, *_with_number(witness, fact, number)


def _with_number(witness: Witness, fact: Fact, number: float) -> tuple[Invitation, Account]:
    invitation, account = witness.invitation, witness.account
    change: dict[str, Any] = {fact.field: number}
    if fact.name.startswith(OWN_PREFIX):
        return attrs.evolve(invitation, facts={**invitation.facts, **change}), account
    if fact.subject == "account":
        return invitation, attrs.evolve(account, **change)
    # A note's length is that of its text, so there must be such a text.
    return attrs.evolve(invitation, **({"note": "x" * int(number)} if fact.field == "note" else change)), account


def _gap(decision: DecisionSpec, condition: Condition, value: float) -> float:
    """Return a step of an own number, which has no smallest one, that reaches no other threshold."""
    ends: Iterator[Any] = (
        end.value
        for other in conditions_of(decision)
        if other.fact == condition.fact
        for end in (getattr(other.operator, "low", None), getattr(other.operator, "high", None))
        if end is not None and end.value != value
    )
    return min((abs(end - value) / 2 for end in ends), default=1.0)


def _given(invitation: Invitation) -> Iterator[tuple[str, str]]:
    """Yield the fields of a record that differ from the defaults, as YAML."""
    # What a test that leaves everything out gets: unless it is a draft, it was sent at the test's now.
    ordinary = Invitation(sent_at=None if invitation.status == "draft" else DEFAULT_NOW)
    for field in attrs.fields(Invitation):
        value = getattr(invitation, field.name)
        if field.name == "facts":
            # In a test, own facts stand beside the other fields.
            yield from ((name, _value(own)) for name, own in value.items())
        elif value not in (getattr(ordinary, field.name), ""):
            yield field.name, _value(value)


def _account(account: Account) -> Iterator[tuple[str, str]]:
    for field in attrs.fields(Account):
        value = getattr(account, field.name)
        if value != field.default:
            yield field.name, format_share(value) if field.name == "rejected_share" else _value(value)


def _value(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return format_instant(value)
    return format_data(sorted(value) if isinstance(value, frozenset) else value)


def _flow(items: dict[str, str]) -> str:
    return f"{{{', '.join(f'{name}: {value}' for name, value in items.items())}}}"
