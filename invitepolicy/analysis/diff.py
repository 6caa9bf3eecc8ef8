"""What two policies decide differently: in which records, at which times, and for which of one's own invitations."""

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

_LAST: Final = datetime.max.replace(tzinfo=UTC)


@attrs.frozen
class ChangedRegion:
    """Records and times in which two policies say something else of one decision: `where` says it in words.

    `before` and `after` are the outcomes; `rule_before` and `rule_after` the rules, None where that is `otherwise`, or
    no rule decides. The witness is None where only a note of more than 100,000 characters would show it.
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
    """What differs: outcomes; where they are alike, rules, reasons or details; and decisions that only one has.

    What an undetermined answer needs is not compared, nor the places of the rules.
    """

    outcomes: tuple[ChangedRegion, ...]
    reasons: tuple[ChangedRegion, ...]
    only_old: tuple[str, ...]
    only_new: tuple[str, ...]


@attrs.frozen
class Affected:
    """An answer that would be another one: `at` is the first instant from which it is; no invitation is the account."""

    at: datetime
    invitation: Invitation | None
    decision: str
    before: str
    after: str


@attrs.frozen
class Impact:
    """Whose answers change at once, and whose first differ within the span, the earliest first."""

    now: tuple[Affected, ...]
    later: tuple[Affected, ...]


def diff_policies(old: Policy, new: Policy) -> Difference:
    """Find every record and time in which two policies answer differently; empty exactly when they behave alike.

    Raises InvitePolicyError where both mean different things by an own fact, and TooManyRegionsError, which is one,
    where the rules overlap in too many ways.
    """
    facts = _common_facts(old, new)
    both = [
        name
        for name, decision in old.decisions.items()
        if name in new.decisions and new.decisions[name].subject == decision.subject
    ]
    found = [_compare(old.decisions[name], new.decisions[name], facts) for name in both]
    return Difference(
        outcomes=tuple(region for outcomes, _ in found for region in outcomes),
        reasons=tuple(region for _, reasons in found for region in reasons),
        only_old=tuple(name for name in old.decisions if name not in both),
        only_new=tuple(name for name in new.decisions if name not in both),
    )


def is_empty(difference: Difference) -> bool:
    """Say whether two policies behave alike."""
    return not any(attrs.astuple(difference, recurse=False))


def _common_facts(old: Policy, new: Policy) -> dict[str, Fact]:
    """Join the own facts of both; of a choice only the words that both know can stand in a record of both."""
    facts = {**old.facts, **new.facts}
    for name in old.facts:
        if name in new.facts:
            fact, other = old.facts[name], new.facts[name]
            if fact.kind != other.kind:
                what = f"{quoted(name)} is a {fact.kind} in {old.name} and a {other.kind} in {new.name}"
                raise InvitePolicyError(f"{what}; no record fits both, so give one of them another name")
            facts[name] = attrs.evolve(fact, words=tuple(word for word in fact.words if word in other.words))
    return facts


Pair = tuple[str, str, str | None, str | None]


def _compare(
    old: DecisionSpec, new: DecisionSpec, facts: Mapping[str, Fact]
) -> tuple[list[ChangedRegion], list[ChangedRegion]]:
    if old == new:
        return [], []
    space = build_space(chain(conditions_of(old), conditions_of(new)), facts)
    reader = RuleCompiler(space)
    cards, left, right = _beside(reader.compile_decision(old), reader.compile_decision(new))
    table = RuleMatrix(space, cards)
    outcomes: dict[Pair, list[Region]] = {}
    reasons: dict[Pair, list[Region]] = {}
    for ruled in rulings_in(table, left, right, [space.whole], Budget()):
        before, after = _answer(cards, ruled.old), _answer(cards, ruled.new)
        if before[0] != after[0]:
            outcomes.setdefault((before[0], after[0], None, None), []).append(ruled.region)
        elif before != after:
            reasons.setdefault((before[0], after[0], before[1], after[1]), []).append(ruled.region)
    granted = _granted(space, reader, old, new)
    return (
        [region for pair, boxes in outcomes.items() for region in _regions(old.name, pair, boxes, space, granted)],
        [region for pair, boxes in reasons.items() for region in _regions(old.name, pair, boxes, space, granted)],
    )


def _beside(old: Sequence[CompiledRule], new: Sequence[CompiledRule]) -> tuple[list[CompiledRule], int, int]:
    """Lay two lists of cards out as one in which both keep their order, with what they have in common once."""
    cards: list[CompiledRule] = []
    left = right = 0
    matcher = SequenceMatcher(None, [*map(_key, old)], [*map(_key, new)], autojunk=False)
    for kind, start, end, begin, stop in matcher.get_opcodes():
        shared = kind == "equal"
        for bits_of_old, some in ((True, old[start:end]), (False, [] if shared else new[begin:stop])):
            bits = ((1 << len(some)) - 1) << len(cards)
            left |= bits if bits_of_old else 0
            right |= bits if shared or not bits_of_old else 0
            cards += some
    return cards, left, right


def _key(card: CompiledRule) -> tuple[Any, ...]:
    return card.then, tuple(sorted(card.masks.items())), _said(card)


def _said(card: CompiledRule) -> tuple[Any, ...]:
    """Give what an answer shows of the card that decided, besides the outcome."""
    if card.rule is not None:
        return card.rule.name, card.rule.because, card.rule.details
    line = card.condition
    return () if line is None or card.then == UNDETERMINED else (None, line.fact, line.operator)


def _answer(cards: Sequence[CompiledRule], number: int) -> tuple[Any, ...]:
    if number == DOUBT or cards[number].then == UNDETERMINED:
        return UNDETERMINED, None
    return cards[number].then, *_said(cards[number])


def _granted(space: FactSpace, reader: RuleCompiler, old: DecisionSpec, new: DecisionSpec) -> Region:
    """Give the box outside which both say the same, since a line of both `applies_to` fails there or is open."""
    box = space.whole
    common = {(line.fact, line.operator) for line in old.applies_to}
    for line in new.applies_to:
        ways = reader.ways_to_hold(line)
        if (line.fact, line.operator) in common and len(ways) == 1:
            box = intersect(box, region_where(space, ways[0]))
    return box


def _regions(
    decision: str, pair: Pair, boxes: list[Region], space: FactSpace, granted: Region
) -> Iterator[ChangedRegion]:
    before, after, rule_before, rule_after = pair
    unsaid = space.whole if NOT_APPLICABLE in (before, after) else granted
    for box in merge(boxes):
        where = describe_region(space, box, unsaid)
        yield ChangedRegion(decision, where, before, after, rule_before, rule_after, make_witness(space, box))


def impact(
    old: Policy,
    new: Policy,
    invitations: Iterable[Invitation],
    now: datetime,
    *,
    within: timedelta | None = None,
    account: Account | None = None,
) -> Impact:
    """Find whose answers another policy changes at `now`, and, with `within`, whose first differ up to then.

    The account is what the invitations show at `now`, and what is known of it wins; it is taken to stand still.
    Raises RecordError.
    """
    known = list(invitations)
    shown = merge_accounts(summarize(known, now=now), account or NO_ACCOUNT)
    end = now if within is None else add_or_none(now, within) or _LAST
    found: list[Affected] = []
    for invitation in (*known, None):
        found += _affected((old, new), invitation, shown, now, end)
    return Impact(
        tuple(one for one in found if one.at == now),
        tuple(sorted((one for one in found if one.at > now), key=lambda one: one.at)),
    )


def _affected(
    policies: tuple[Policy, Policy], invitation: Invitation | None, account: Account, now: datetime, end: datetime
) -> Iterator[Affected]:
    """Go from change to change until the answers to each question differ, or the end is reached."""
    told: set[str] = set()
    moment: datetime | None = now
    while moment is not None and moment <= end:
        before, after = (_advice(policy, invitation, account, moment) for policy in policies)
        for name in before:
            if name in after and name not in told and before[name].outcome != after[name].outcome:
                told.add(name)
                yield Affected(moment, invitation, name, before[name].outcome, after[name].outcome)
        changes = [one.changes_at for advice in (before, after) for one in advice.values()]
        moment = min((change for change in changes if change is not None), default=None)


def _advice(policy: Policy, invitation: Invitation | None, account: Account, now: datetime) -> Mapping[str, Any]:
    if invitation is None:
        return decide_account(policy, account, now=now)
    return decide(policy, invitation, now=now, account=account)
