"""What lint says of rules and their lines: what is never reached, never matters, or decides by order alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from invitepolicy._core.facts import UNDETERMINED, fact_order
from invitepolicy._core.policy import AgeRange, NumberRange, is_own
from invitepolicy._core.text import join_words, quoted
from invitepolicy._prove.regions import Budget, TooManyRegionsError
from invitepolicy._prove.rulings import DOUBT, region_where, rulings_in
from invitepolicy._prove.witness import make_witness
from invitepolicy.analysis.lint.causes import never_holds, shown, why_never, why_unreached
from invitepolicy.analysis.lint.findings import Finding, place_of
from invitepolicy.analysis.lint.layout import open_regions, regions_of, regions_without

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from invitepolicy._core.policy import Condition, Policy, Rule
    from invitepolicy._prove.regions import Region
    from invitepolicy._prove.rulings import RuledRegion
    from invitepolicy.analysis.lint.layout import LintContext

_WITHDRAW: Final = "withdraw"
_BOXES_A_RULE: Final = 5_000


@attrs.define
class _Seen:
    """What a walk with and without a rule has met: a box that it decides, one whose outcome it changes, and so on."""

    decides: RuledRegion | None = None
    changes: RuledRegion | None = None
    ordered: RuledRegion | None = None


def find_in_rules(policy: Policy, laid: LintContext) -> Iterator[Finding]:
    """Find what is to be said of each rule, in the order in which they are read, and tell those that are too hard."""
    unproven: list[Rule] = []
    for number, rule in enumerate(laid.decision.rules):
        meter = Budget(min(_BOXES_A_RULE, laid.meter.left))
        granted = meter.left
        try:
            yield from _of_rule(policy, attrs.evolve(laid, meter=meter), number)
        except TooManyRegionsError:
            unproven.append(rule)
        laid.meter.left -= granted - max(meter.left, 0)
    if unproven:
        names = join_words(
            [*(quoted(rule.name) for rule in unproven[:3]), *(["others"] if unproven[3:] else [])], "and"
        )
        what = f"of “{laid.decision.name}” not all can be proven: others overlap with {names} in too many ways"
        yield Finding("warning", "unproven", unproven[0].place, what, "say it with fewer rules, or with fewer facts")


def _of_rule(policy: Policy, laid: LintContext, number: int) -> Iterator[Finding]:
    rule = laid.decision.rules[number]
    mine = is_own(policy, laid.decision.name, rule)
    empty = [line for line in rule.when if _is_empty_between(laid, line)] if mine else []
    for line in empty:
        what = f"{shown(line)} never holds, because {why_never(line)}"
        yield Finding("warning", "empty-between", line.place, what, "change one of the two")
    seen = _compare(laid, number)
    if seen.decides is None and not empty:
        yield _unreached(laid, number, mine=mine)
    if seen.decides is not None and mine:
        yield from _of_reached(policy, laid, number, seen)
        yield from _idle_lines(laid, number)


def find_elsewhere(policy: Policy, laid: LintContext) -> Iterator[Finding]:
    """Find what is to be said of `applies_to`, of `otherwise`, and of what can be undetermined."""
    decision = laid.decision
    if decision.otherwise.then == _WITHDRAW and is_own(policy, decision.name, decision.otherwise):
        yield from _otherwise(laid)
    raw = (policy._files[-1].data.get("decisions") or {}).get(decision.name) or {}
    for number, line in enumerate(decision.applies_to):
        if line.fact in (raw.get("applies_to") or {}) and line.place.file == place_of(policy, ("name",)).file:
            yield from _idle_applies(laid, number)
    if decision.name in (policy._files[-1].data.get("decisions") or {}):
        yield from _undetermined(policy, laid)


def _is_empty_between(laid: LintContext, line: Condition) -> bool:
    both = (
        isinstance(line.operator, AgeRange | NumberRange)
        and line.operator.low is not None
        and line.operator.high is not None
    )
    return both and never_holds(laid, line)


def _compare(laid: LintContext, number: int) -> _Seen:
    """Walk through the boxes in which a rule may fit, with it and without it, until everything has been met."""
    seen = _Seen()
    bits = laid.rules[number]
    boxes = regions_of(laid, laid.decision.rules[number], wide=True)
    for ruled in rulings_in(laid.table, laid.base, laid.base & ~bits, boxes, laid.meter):
        decides = ruled.old != DOUBT and bits >> ruled.old & 1
        changes = _outcome(laid, ruled.old) != _outcome(laid, ruled.new)
        if decides:
            seen.decides = seen.decides or ruled
        if changes:
            seen.changes = seen.changes or ruled
        if decides and changes and _is_rule(laid, ruled.new):
            seen.ordered = ruled
            break
    return seen


def _outcome(laid: LintContext, number: int) -> str:
    return UNDETERMINED if number == DOUBT else laid.table.rules[number].then


def _is_rule(laid: LintContext, number: int) -> bool:
    rule = None if number == DOUBT else laid.table.rules[number].rule
    return rule is not None and rule.name is not None


def _unreached(laid: LintContext, number: int, *, mine: bool) -> Finding:
    rule = laid.decision.rules[number]
    because = why_unreached(laid, number)
    if mine:
        what = f"the rule {quoted(rule.name)} is never reached, because {because}"
        return Finding("warning", "unreached", rule.place, what, "change one of them, or delete the rule")
    what = f"the parent's rule {quoted(rule.name)} is never reached here, because {because}"
    return Finding("note", "covered", rule.place, what, "drop it by name under without, if that is meant")


def _of_reached(policy: Policy, laid: LintContext, number: int, seen: _Seen) -> Iterator[Finding]:
    rule = laid.decision.rules[number]
    if seen.changes is None and seen.decides is not None:
        what = f"without the rule {quoted(rule.name)} every outcome of “{laid.decision.name}” would be the same"
        hint = "keep it for its reason, or delete it"
        yield Finding("note", "no-difference", rule.place, what, hint, make_witness(laid.space, seen.decides.region))
    if seen.ordered is not None:
        other = laid.table.rules[seen.ordered.new].rule
        if other is not None and is_own(policy, laid.decision.name, other):
            what = f"{quoted(rule.name)} ({rule.then}) and {quoted(other.name)} ({other.then}) both fit some records"
            hint = "the upper one decides; keep them in this order"
            yield Finding("note", "order", rule.place, what, hint, make_witness(laid.space, seen.ordered.region))


def _idle_lines(laid: LintContext, number: int) -> Iterator[Finding]:
    rule = laid.decision.rules[number]
    for index, line in enumerate(rule.when):
        other = laid.base & ~laid.rules[number] | laid.without[number, index]
        if not _differs(laid, other, regions_without(laid, rule, index)):
            what = f"{shown(line)} never matters in the rule {quoted(rule.name)}: {_why_idle(laid, rule, line)}"
            yield Finding("warning", "idle-line", line.place, what, "delete the line")


def _why_idle(laid: LintContext, rule: Rule, line: Condition) -> str:
    if all(region_where(laid.space, masks) == laid.space.whole for masks in laid.reader.ways_to_hold(line)):
        return "it always holds"
    return (
        "what it leaves out does not apply, or rules above decide it"
        if len(rule.when) == 1
        else ("where the other lines hold, what it leaves out does not apply, or is decided above")
    )


def _differs(laid: LintContext, other: int, boxes: Iterable[Region]) -> bool:
    """Say whether an answer, its outcome or its rule, differs anywhere in boxes."""
    return any(
        _answer(laid, ruled.old) != _answer(laid, ruled.new)
        for ruled in rulings_in(laid.table, laid.base, other, boxes, laid.meter)
    )


def _answer(laid: LintContext, number: int) -> tuple[str, int]:
    """Give the outcome, and the rule by what it is: rules may be alike in all but their place."""
    rule = None if number == DOUBT else laid.table.rules[number].rule
    return _outcome(laid, number), id(rule)


def _idle_applies(laid: LintContext, number: int) -> Iterator[Finding]:
    line = laid.decision.applies_to[number]
    cards = (*laid.reader.compile_failing(line), *laid.reader.compile_open(line))
    boxes = [region_where(laid.space, card.masks) for card in cards]
    if not _differs(laid, laid.base & ~laid.applies[number], boxes):
        what = f"{shown(line)} never matters to whether “{laid.decision.name}” applies"
        yield Finding("warning", "idle-line", line.place, what, "delete the line")


def _otherwise(laid: LintContext) -> Iterator[Finding]:
    for ruled in rulings_in(laid.table, laid.base, laid.base, [laid.space.whole], laid.meter):
        if ruled.old != DOUBT and laid.rules[-1] >> ruled.old & 1:
            what = f"the otherwise of “{laid.decision.name}” withdraws: whatever no rule speaks of is withdrawn"
            hint = "let a rule say what is withdrawn, and otherwise keep"
            place = laid.decision.otherwise.place
            yield Finding("warning", "otherwise-withdraws", place, what, hint, make_witness(laid.space, ruled.region))
            return


def _undetermined(policy: Policy, laid: LintContext) -> Iterator[Finding]:
    decision = laid.decision
    lines = [*decision.applies_to, *(line for rule in decision.rules for line in rule.when)]
    place = place_of(policy, ("decisions", decision.name))
    for fact in sorted({line.fact for line in lines}, key=fact_order):
        box = next(_in_doubt(laid, fact), None)
        if box is not None:
            what = f"“{decision.name}” can be undetermined where “{fact}” is not known"
            hint = "fine if that is meant; a rule with missing can answer it"
            yield Finding("note", "undetermined", place, what, hint, make_witness(laid.space, box))


def _in_doubt(laid: LintContext, fact: str) -> Iterator[Region]:
    """Go through boxes in which the answer needs a fact."""
    for line in laid.decision.applies_to:
        boxes = [region_where(laid.space, card.masks) for card in laid.reader.compile_open(line) if line.fact == fact]
        for ruled in rulings_in(laid.table, laid.base, laid.base, boxes, laid.meter):
            if _outcome(laid, ruled.old) == UNDETERMINED and ruled.old != DOUBT:
                yield ruled.region
    for number, rule in enumerate(laid.decision.rules):
        boxes = [box for line in rule.when if line.fact == fact for box in open_regions(laid, rule, line)]
        for ruled in rulings_in(laid.table, laid.base, laid.base, boxes, laid.meter):
            if ruled.old == DOUBT and _is_doubtful(laid, number, ruled):
                yield ruled.region


def _is_doubtful(laid: LintContext, number: int, ruled: RuledRegion) -> bool:
    final = laid.table.rules[ruled.final]
    return laid.rules[number] < 1 << ruled.final and final.then != laid.decision.rules[number].then
