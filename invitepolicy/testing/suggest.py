"""The tests that a policy file still wants: one for each border and each rule that none covers, as YAML to paste."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import attrs

from invitepolicy._core.facts import OWN_PREFIX
from invitepolicy._core.policy import DEFAULT_NOW, AgeRange, conditions_of
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
from invitepolicy.testing.run import rule_of, run_tests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from invitepolicy import Policy
    from invitepolicy._core.facts import Fact
    from invitepolicy._core.policy import Condition, DecisionSpec, Rule
    from invitepolicy._core.records import Value
    from invitepolicy._prove.regions import FactSpace, Region
    from invitepolicy._prove.witness import Witness
    from invitepolicy.testing.coverage import CoveredBoundary, CoveredRule

_STEPS: Final = {"count": 1, "share": 0.001}
_INSTANTS: Final = ("sent_at", "answered_at", "withdrawn_at", "last_active_at")


@attrs.frozen
class Suggestion:
    """A test that is missing: its name, the record, the account, the decision, and what is to be expected of it.

    `rule` is which rule decides, None where that is not what the test is about.
    """

    name: str
    given: Invitation
    account: Account
    decision: str
    expect: tuple[str, ...]
    rule: str | None = None


def suggest_tests(policy: Policy) -> tuple[Suggestion, ...]:
    """Find a test for every border and every rule of the policy's own file that its tests do not cover.

    Each expects what the policy says today: read them before you paste them. A border of a clock wants one test, the
    whole life of a record; one of a number wants two. What no record can reach, or is too entangled to be found, is
    left out.
    """
    report = run_tests(policy)
    taken = {test.name for test in policy.tests}
    found: list[Suggestion] = []
    for border in report.boundaries:
        if border.own and not border.covered:
            found += _for_border(policy, border)
    decided = {card for one in found for card in _deciding(policy, one)}
    for rule in report.rules:
        if rule.own and not rule.covered and (rule.decision, rule.rule) not in decided:
            found += _for_rule(policy, rule)
    return tuple(_distinct(found, taken))


def format_suggestions(suggestions: tuple[Suggestion, ...]) -> Iterator[str]:
    """Write suggestions as elements of a policy's `tests`, a line at a time."""
    for one in suggestions:
        yield f"  - test: {format_sentence(one.name)}"
        given = dict(_given(one.given))
        if given:
            yield f"    given: {_flow(given)}"
        account = dict(_account(one.account))
        if account:
            yield f"    account: {_flow(account)}"
        life = one.expect[0] if len(one.expect) == 1 else f"[{', '.join(one.expect)}]"
        yield f"    expect: {{{one.decision}: {life}}}"
        if one.rule is not None:
            yield f"    rule: {{{one.decision}: {format_word(one.rule)}}}"


def _deciding(policy: Policy, one: Suggestion) -> Iterator[tuple[str, str | None]]:
    """Name the rules that decide in a suggested test, at its now and later in a life."""
    decision = policy.decisions[one.decision]
    values = read_values(decision, one.given, one.account)
    later_on = [
        instant for instant in turning_points(decision, values) if instant > DEFAULT_NOW and len(one.expect) > 1
    ]
    for instant in (DEFAULT_NOW, *later_on):
        card = evaluate(decision, values, instant).rule
        if card is not None:
            yield one.decision, card.name


def _distinct(found: list[Suggestion], taken: set[str]) -> Iterator[Suggestion]:
    """Give each test a name of its own, and each record once."""
    seen: set[Any] = set()
    for one in found:
        key = (one.given, one.account, one.decision, one.expect)
        if key in seen:
            continue
        seen.add(key)
        name, number = one.name, 2
        while name in taken:
            name, number = f"{one.name} ({number})", number + 1
        taken.add(name)
        yield attrs.evolve(one, name=name)


def _for_border(policy: Policy, border: CoveredBoundary) -> Iterator[Suggestion]:
    decision = policy.decisions[border.decision]
    card = next((card for card in decision.rules if card.name == border.rule), None)
    for witness in _witnesses(policy, decision, card, border):
        title = border.rule or f"whom {border.decision} is asked about"
        amount = format_quantity(border.amount.value, border.amount.kind)
        if isinstance(border.line.operator, AgeRange):
            given, account = _at_the_beginning(policy, witness, border)
            life = _life(decision, given, account)
            yield Suggestion(f"{title}, {amount} after {border.line.fact}", given, account, decision.name, life)
            return
        for side, given, account in _sides(decision, witness, border):
            ruling = evaluate(decision, read_values(decision, given, account), DEFAULT_NOW)
            name = f"{title}, {border.line.fact} {side}"
            yield Suggestion(name, given, account, decision.name, (ruling.outcome,))
        return


def _for_rule(policy: Policy, rule: CoveredRule) -> Iterator[Suggestion]:
    decision = policy.decisions[rule.decision]
    card = next(card for card in (*decision.rules, decision.otherwise) if card.name == rule.rule)
    for witness in _witnesses(policy, decision, card, None):
        ruling = evaluate(decision, read_values(decision, witness.invitation, witness.account), DEFAULT_NOW)
        name = f"{rule.decision}: {rule.rule or 'nothing else fits'}"
        decided = rule_of(ruling) if rule.rule is not None else None
        yield Suggestion(name, witness.invitation, witness.account, decision.name, (ruling.outcome,), decided)
        return


def _witnesses(
    policy: Policy, decision: DecisionSpec, card: Rule | None, border: CoveredBoundary | None
) -> Iterator[Witness]:
    space = build_space(conditions_of(decision), policy.facts)
    reader = RuleCompiler(space)
    cards = reader.compile_decision(decision)
    table = RuleMatrix(space, cards)
    lines = (*decision.applies_to, *(card.when if card is not None else ()))
    try:
        for masks in reader.ways_all_hold(lines):
            box = region_where(space, masks)
            if border is not None:
                box = _just_inside(space, box, border)
            for ruled in rulings_in(table, table.everything, table.everything, [box], Budget()):
                if card is None or (ruled.old >= 0 and cards[ruled.old].rule is card):
                    witness = make_witness(space, ruled.region)
                    if witness is not None:
                        yield _sent_now(witness, decision)
    except TooManyRegionsError:
        return


def _sent_now(witness: Witness, decision: DecisionSpec) -> Witness:
    """Let a record be sent at the test's now, as tests are that do not speak of it, where nothing depends on it."""
    invitation = witness.invitation
    if invitation.status == "draft" or any(fact.name == "sent" for fact in decision.facts):
        return witness
    return attrs.evolve(witness, invitation=attrs.evolve(invitation, sent_at=DEFAULT_NOW))


def _just_inside(space: FactSpace, box: Region, border: CoveredBoundary) -> Region:
    """Narrow a box to the cell beside a border in which the line holds."""
    line = border.line
    index = dimension_of(space, base_fact(line.fact))
    dimension = space.dimensions[index]
    holding = [cell for cell in cells_of(box[index]) if condition_holds(dimension, line, cell)]
    low = getattr(line.operator, "low", None)
    cell = holding[:1] if low is border.amount else holding[-1:]
    return replaced(box, index, sum(1 << one for one in cell))


def _at_the_beginning(policy: Policy, witness: Witness, border: CoveredBoundary) -> tuple[Invitation, Account]:
    """Move a record in time so that the border's clock begins to run at the test's now."""
    fact = next(fact for fact in policy.decisions[border.decision].facts if fact.name == border.line.fact)
    source: Any = witness.account if fact.subject == "account" else witness.invitation
    anchor = source.facts[fact.name] if fact.name.startswith(OWN_PREFIX) else getattr(source, fact.field)
    by = DEFAULT_NOW - anchor
    invitation = witness.invitation
    fields = {name: _moved(getattr(invitation, name), by) for name in _INSTANTS}
    facts = {name: _moved(value, by) for name, value in invitation.facts.items()}
    account = attrs.evolve(witness.account, restricted_at=_moved(witness.account.restricted_at, by))
    return attrs.evolve(invitation, **fields, facts=facts), account


def _moved(value: Any, by: timedelta) -> Any:
    return add_or_none(value, by) if isinstance(value, datetime) else value


def _life(decision: DecisionSpec, given: Invitation, account: Account) -> tuple[str, ...]:
    values: dict[str, Value] = read_values(decision, given, account)
    life = [evaluate(decision, values, DEFAULT_NOW).outcome]
    said = [life[0]]
    for instant in turning_points(decision, values):
        outcome = evaluate(decision, values, instant).outcome
        if instant > DEFAULT_NOW and outcome != life[-1]:
            life.append(outcome)
            said.append(f"{outcome} after {format_duration((instant - DEFAULT_NOW) // MINUTE * MINUTE)}")
    return tuple(said)


def _sides(
    decision: DecisionSpec, witness: Witness, border: CoveredBoundary
) -> Iterator[tuple[str, Invitation, Account]]:
    """Put the fact of a number's border on either side of it: the very value, and one step away."""
    fact = next(fact for fact in decision.facts if fact.name == border.line.fact)
    test: Any = border.line.operator
    is_low = test.low is border.amount
    value: float = border.amount.value  # type: ignore[assignment]  # numbers only, by the fact's kind
    included = test.low_included if is_low else test.high_included
    step = _STEPS.get(fact.kind) or _gap(decision, border.line, value)
    below_is_value = included is not is_low
    other = value + step if below_is_value else value - step
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
    return attrs.evolve(invitation, **({"note": "x" * int(number)} if fact.field == "note" else change)), account


def _gap(decision: DecisionSpec, line: Condition, value: float) -> float:
    """Give a step of a number of one's own that reaches no other threshold of it."""
    ends: Iterator[Any] = (
        end.value
        for other in conditions_of(decision)
        if other.fact == line.fact
        for end in (getattr(other.operator, "low", None), getattr(other.operator, "high", None))
        if end is not None and end.value != value
    )
    return min((abs(end - value) / 2 for end in ends), default=1.0)


def _given(invitation: Invitation) -> Iterator[tuple[str, str]]:
    """Give the fields of a record that are not as they are by themselves, as YAML."""
    ordinary = Invitation(sent_at=None if invitation.status == "draft" else DEFAULT_NOW)
    for field in attrs.fields(Invitation):
        value = getattr(invitation, field.name)
        if field.name == "facts":
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
