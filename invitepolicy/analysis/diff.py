"""What two policies decide differently: for which records, at which times, and for which invitations of one's own."""

from __future__ import annotations

from datetime import UTC, datetime
from difflib import SequenceMatcher
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import attrs

from invitepolicy import Account, Invitation, Policy, decide, decide_account, summarize
from invitepolicy._core.errors import InvitePolicyError
from invitepolicy._core.facts import NOT_APPLICABLE, UNDETERMINED
from invitepolicy._core.policy import conditions_of
from invitepolicy._core.quantities import add_or_none
from invitepolicy._core.records import NO_ACCOUNT
from invitepolicy._core.text import quoted
from invitepolicy._decide.account import merge_accounts
from invitepolicy._prove.phrases import describe_region
from invitepolicy._prove.regions import Budget, build_space, intersect, merge
from invitepolicy._prove.rulings import DOUBT, RuleCompiler, RuleMatrix, region_where, rulings_in
from invitepolicy._prove.witness import make_witness

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import timedelta

    from invitepolicy._core.facts import Fact
    from invitepolicy._core.policy import DecisionSpec
    from invitepolicy._prove.regions import FactSpace, Region
    from invitepolicy._prove.rulings import CompiledRule
    from invitepolicy._prove.witness import Witness

# A span that would end after the year 9999 ends here.
_LAST: Final = datetime.max.replace(tzinfo=UTC)


@attrs.frozen
class ChangedRegion:
    """Records and times for which two policies answer one decision differently; `where` describes them in words.

    `before` and `after` are the outcomes. Where they are equal, `rule_before` and `rule_after` name the rules, None for
    `otherwise` and where no rule decides; where they differ, both are None, since regions of several rules are merged.
    The witness is None where only a note of more than 100,000 characters would show it.
    """

    decision: str
    where: str
    before: str
    after: str
    rule_before: str | None
    rule_after: str | None
    witness: Witness | None


@attrs.frozen
class Difference:
    """What differs: outcomes; where those are equal, rules, reasons or details; and decisions that only one has.

    The facts that an undetermined answer needs are not compared, nor are the places of rules.
    """

    outcomes: tuple[ChangedRegion, ...]
    reasons: tuple[ChangedRegion, ...]
    only_old: tuple[str, ...]
    only_new: tuple[str, ...]


@attrs.frozen
class Affected:
    """An answer that changes, and the first instant at which it does; `invitation` is None for the account."""

    at: datetime
    invitation: Invitation | None
    decision: str
    before: str
    after: str


@attrs.frozen
class Impact:
    """The answers that change at once, and those that first differ later within the span, earliest first."""

    now: tuple[Affected, ...]
    later: tuple[Affected, ...]


def diff_policies(old: Policy, new: Policy) -> Difference:
    """Find every record and time for which two policies answer differently.

    The result is exact: empty (see `is_empty`) if and only if both give the same outcomes, rules, reasons and details
    for every record at every instant. Regions of equal change are merged, and each has a witness record. Decisions of
    one name about different subjects count as two different ones. Of an own choice, only the words that both policies
    have are compared, since no record can have another in both.

    Raise InvitePolicyError where an own fact is of different kinds in both, and its subclass TooManyRegionsError where
    too many rules overlap to analyse.
    """
    facts = _common_facts(old, new)
    both = [
        name
        for name, decision in old.decisions.items()
        if name in new.decisions and new.decisions[name].subject == decision.subject
    ]
    compared = [_compare(old.decisions[name], new.decisions[name], facts) for name in both]
    return Difference(
        outcomes=tuple(region for outcomes, _ in compared for region in outcomes),
        reasons=tuple(region for _, reasons in compared for region in reasons),
        only_old=tuple(name for name in old.decisions if name not in both),
        only_new=tuple(name for name in new.decisions if name not in both),
    )


def is_empty(difference: Difference) -> bool:
    """Return whether two policies behave the same."""
    return not any(attrs.astuple(difference, recurse=False))


def _common_facts(old: Policy, new: Policy) -> dict[str, Fact]:
    """Return the own facts of both; of a choice, only the words that a record of either may have."""
    facts = {**old.facts, **new.facts}
    for name in old.facts:
        if name in new.facts:
            fact, other = old.facts[name], new.facts[name]
            if fact.kind != other.kind:
                what = f"{quoted(name)} is a {fact.kind} in {old.name} and a {other.kind} in {new.name}"
                raise InvitePolicyError(f"{what}; no record can satisfy both, so rename one of them")
            facts[name] = attrs.evolve(fact, words=tuple(word for word in fact.words if word in other.words))
    return facts


OutcomeChange = tuple[str, str, str | None, str | None]


def _compare(
    old: DecisionSpec, new: DecisionSpec, facts: Mapping[str, Fact]
) -> tuple[list[ChangedRegion], list[ChangedRegion]]:
    if old == new:
        return [], []
    space = build_space(chain(conditions_of(old), conditions_of(new)), facts)
    reader = RuleCompiler(space)
    rules, old_bits, new_bits = _align(reader.compile_decision(old), reader.compile_decision(new))
    # Both lists are walked together over one matrix, so that regions need not be intersected afterwards.
    table = RuleMatrix(space, rules)
    outcomes: dict[OutcomeChange, list[Region]] = {}
    reasons: dict[OutcomeChange, list[Region]] = {}
    for ruled in rulings_in(table, old_bits, new_bits, [space.whole], Budget()):
        before, after = _answer(rules, ruled.old), _answer(rules, ruled.new)
        if before[0] != after[0]:
            # Without the rules, so that all regions with this change can be merged.
            outcomes.setdefault((before[0], after[0], None, None), []).append(ruled.region)
        elif before != after:  # in rule, reason or details; two undetermined answers are equal here
            reasons.setdefault((before[0], after[0], before[1], after[1]), []).append(ruled.region)
    background = _background(space, reader, old, new)
    return (
        [
            region
            for change, regions in outcomes.items()
            for region in _regions(old.name, change, regions, space, background)
        ],
        [
            region
            for change, regions in reasons.items()
            for region in _regions(old.name, change, regions, space, background)
        ],
    )


def _align(old: Sequence[CompiledRule], new: Sequence[CompiledRule]) -> tuple[list[CompiledRule], int, int]:
    """Merge two lists of rules, keeping both orders and equal rules once; return it and the bits of each.

    Sharing equal rules keeps the comparison to the regions where the two differ.
    """
    rules: list[CompiledRule] = []
    old_bits = new_bits = 0
    # `autojunk` would not share rules that occur often in a list of 200 or more.
    matcher = SequenceMatcher(None, [*map(_key, old)], [*map(_key, new)], autojunk=False)
    for kind, start, end, begin, stop in matcher.get_opcodes():
        shared = kind == "equal"
        # Where one stretch replaces another, their relative order is free: no list reads both.
        for bits_of_old, some in ((True, old[start:end]), (False, [] if shared else new[begin:stop])):
            bits = ((1 << len(some)) - 1) << len(rules)  # of the rules that are appended next
            old_bits |= bits if bits_of_old else 0
            new_bits |= bits if shared or not bits_of_old else 0
            rules += some
    return rules, old_bits, new_bits


def _key(rule: CompiledRule) -> tuple[Any, ...]:
    return rule.then, tuple(sorted(rule.masks.items())), _shown_parts(rule)


def _shown_parts(rule: CompiledRule) -> tuple[Any, ...]:
    """Return what an answer shows of the rule that decided, besides the outcome."""
    if rule.rule is not None:
        return rule.rule.name, rule.rule.because, rule.rule.details
    condition = rule.condition
    # None stands in the place of a rule's name, which `_compare` reads.
    return () if condition is None or rule.then == UNDETERMINED else (None, condition.fact, condition.operator)


def _answer(rules: Sequence[CompiledRule], number: int) -> tuple[Any, ...]:
    if number == DOUBT or rules[number].then == UNDETERMINED:
        return UNDETERMINED, None
    return rules[number].then, *_shown_parts(rules[number])


def _background(space: FactSpace, reader: RuleCompiler, old: DecisionSpec, new: DecisionSpec) -> Region:
    """Return the region that both `applies_to` require; outside it both answer alike, so it needs no words."""
    region = space.whole
    common = {(condition.fact, condition.operator) for condition in old.applies_to}
    for condition in new.applies_to:
        alternatives = reader.ways_to_hold(condition)
        # Several alternatives, as of `tags: [a, b]`, are no single region.
        if (condition.fact, condition.operator) in common and len(alternatives) == 1:
            region = intersect(region, region_where(space, alternatives[0]))
    return region


def _regions(
    decision: str, change: OutcomeChange, regions: list[Region], space: FactSpace, background: Region
) -> Iterator[ChangedRegion]:
    before, after, rule_before, rule_after = change
    # Where one of them does not apply, `applies_to` is what differs, and has to be described.
    implied = space.whole if NOT_APPLICABLE in (before, after) else background
    for region in merge(regions):
        where = describe_region(space, region, implied)
        yield ChangedRegion(decision, where, before, after, rule_before, rule_after, make_witness(space, region))


def impact(
    old: Policy,
    new: Policy,
    invitations: Iterable[Invitation],
    now: datetime,
    *,
    within: timedelta | None = None,
    account: Account | None = None,
) -> Impact:
    """Find the answers that another policy changes at `now` and, with `within`, those that first differ by then.

    `within` is a duration from `now`, its end included; a span beyond the year 9999 ends with it, and without one
    `later` is empty. Each decision that both policies have is listed at most once for an invitation, and once for the
    account. The account is what the invitations show at `now`, overridden by what `account` states, and is taken as
    constant over the span. Raise RecordError for an invitation or a `now` that cannot be used.
    """
    records = list(invitations)
    shown = merge_accounts(summarize(records, now=now), account or NO_ACCOUNT)
    end = now if within is None else add_or_none(now, within) or _LAST
    affected: list[Affected] = []
    for invitation in (*records, None):  # None for the account
        affected += _affected((old, new), invitation, shown, now, end)
    return Impact(
        tuple(one for one in affected if one.at == now),
        tuple(sorted((one for one in affected if one.at > now), key=lambda one: one.at)),
    )


def _affected(
    policies: tuple[Policy, Policy], invitation: Invitation | None, account: Account, now: datetime, end: datetime
) -> Iterator[Affected]:
    """Yield each answer that differs, at the first instant at which it does, up to `end`."""
    changed: set[str] = set()
    moment: datetime | None = now
    # Between these moments no outcome changes, so that the first difference is at one of them.
    while moment is not None and moment <= end:
        before, after = (_advice(policy, invitation, account, moment) for policy in policies)
        for name in before:
            # Only the first difference of a decision counts, also where the outcomes agree again later.
            if name in after and name not in changed and before[name].outcome != after[name].outcome:
                changed.add(name)
                yield Affected(moment, invitation, name, before[name].outcome, after[name].outcome)
        changes = [one.changes_at for advice in (before, after) for one in advice.values()]
        moment = min((change for change in changes if change is not None), default=None)


def _advice(policy: Policy, invitation: Invitation | None, account: Account, now: datetime) -> Mapping[str, Any]:
    if invitation is None:
        return decide_account(policy, account, now=now)
    return decide(policy, invitation, now=now, account=account)
