"""The tree that is kept with a policy and grows as records are met, and the way through it to a record's answers.

The words and flags of an invitation are found all at once, then each fork finds a cell more. Keys are cells, never
what a record brings; a tree that has grown too large is dropped, and grows anew. Threads may share one: a node that
two of them make is the same node twice.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import attrs

from invitepolicy._core.policy import conditions_of, thresholds
from invitepolicy._core.quantities import add_or_none
from invitepolicy._core.records import Invitation, as_invitation, read_fact
from invitepolicy._decide.answers import Advice, Decision, LazyReason, MutableAdvice, MutableDecision
from invitepolicy._decide.tree import SENT, Fork, Leaf, PerRecord, TreeContext, fact_reader, is_plain, make_node

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import timedelta

    from invitepolicy._core.facts import Fact
    from invitepolicy._core.policy import Policy
    from invitepolicy._core.records import Account
    from invitepolicy._decide.tree import Read

    Change = tuple[datetime, str] | tuple[None, None]
    Way = tuple[Callable[[Invitation], Any] | None, datetime | None, Leaf | None, Leaf | None]

MOST_NODES: Final = 8192
NO_WAY: Final[Way] = (None, None, None, None)


@attrs.define(eq=False, repr=False)
class DecisionCache:
    """The tree of a policy's decisions about invitations, as far as it has grown.

    `roots` are found by the words and flags of an invitation, whether the policy asks for them or not; records that
    differ only in what it does not ask for share the root that is found by what it does: the `plain` facts, `known`
    by their names. `own` reads the policy's own facts, which are checked first.
    """

    ground: TreeContext
    plain: tuple[Fact, ...]
    known: frozenset[str]
    own: tuple[Read, ...]
    roots: dict[Any, Fork | Leaf] = attrs.field(factory=dict)
    shared: dict[Any, Fork | Leaf] = attrs.field(factory=dict)
    nodes: int = 0


def cache_of(policy: Policy) -> DecisionCache:
    """Give the table that is kept with a policy."""
    table: DecisionCache | None = policy._caches.table
    if table is None:
        table = policy._caches.table = _empty_cache(policy)
    return table


def _empty_cache(policy: Policy) -> DecisionCache:
    decisions = tuple(decision for decision in policy.decisions.values() if decision.subject == "invitation")
    facts = {fact.name: fact for decision in decisions for fact in decision.facts}
    lines = [line for decision in decisions for line in conditions_of(decision)]
    named = {line.fact for line in lines}
    plain = tuple(fact for fact in facts.values() if is_plain(fact) and fact.name in named)
    own = tuple(fact_reader(fact) for fact in facts.values() if fact.name in policy.facts)
    moving = frozenset(line.fact for line in lines if thresholds([line]))
    return DecisionCache(TreeContext(decisions, facts, moving), plain, frozenset(fact.name for fact in plain), own)


def advise_each(
    table: DecisionCache, invitations: Iterable[object], account: Account, now: datetime
) -> Iterator[Advice]:
    """Give what is said of each record in turn, whatever `as_invitation` takes. Raises RecordError.

    Its loop is `find_leaf` and `fill_in` once more for what most records are, without the calls, which would cost as
    much as what they do. At one instant a fork of one border is an instant too: who was sent until then is past it.
    """
    own, ways = table.own, dict[str, Any]()
    for thing in invitations:
        invitation = thing if type(thing) is Invitation else as_invitation(thing)
        if own and invitation.facts:
            for check in own:
                check(invitation, account)
        read, limit, leaf, ahead = ways.get(invitation._lookup_key, NO_WAY)
        if read is not None:
            anchor = invitation.sent_at if read is SENT else read(invitation)
            leaf = None if anchor is None else leaf if anchor <= limit else ahead
        if leaf is None:
            leaf = find_leaf(table, invitation, account, now)
            if read is not None or invitation._lookup_key not in ways:
                ways[invitation._lookup_key] = _way(table, invitation, now)
        if not leaf.fresh:
            yield leaf.advice
        elif leaf.sole is None:
            yield fill_in(table, leaf, invitation, account, now)
        else:
            name, same, read, after = leaf.sole
            draft: Any = MutableDecision()
            draft.outcome, draft.rule, draft.place, draft.needs, draft.details, draft._reason, draft.changes_to = same
            try:
                draft.changes_at = (invitation.sent_at if read is SENT else read(invitation)) + after
            except OverflowError:  # a border after the year 9999 is never reached
                draft.changes_at = draft.changes_to = None
            draft.__class__ = Decision
            advice: Any = MutableAdvice(leaf.answers)
            advice[name] = draft
            advice.__class__ = Advice
            yield advice


def _way(table: DecisionCache, invitation: Invitation, now: datetime) -> Way:
    """Give the way to the leaves of all records that have a record's words and flags, where one clock tells them."""
    root = table.roots.get(invitation._lookup_key)
    if isinstance(root, Leaf):
        return None, None, root, None
    if root is None or root.border is None or root.read is None:
        return NO_WAY
    past, ahead = root.branches.get(True), root.branches.get(False)
    if isinstance(past, Fork) or isinstance(ahead, Fork):
        return NO_WAY
    try:
        return root.read, now - root.border, past, ahead
    except OverflowError:  # nobody was sent before the year 1
        return NO_WAY


def find_leaf(table: DecisionCache, invitation: Invitation, account: Account, now: datetime) -> Leaf:
    """Find what is said of a record at `now`, and make it where nobody asked yet. Raises RecordError."""
    if table.own and invitation.facts:
        for check in table.own:
            check(invitation, account)
    try:
        node: Any = table.roots[invitation._lookup_key]
        while type(node) is Fork:
            anchor = invitation.sent_at if node.is_sent else node.read and node.read(invitation)
            if anchor is None:
                node = node.branches[node.locate(invitation, account, now)]
            elif (border := node.border) is not None:
                node = node.branches[now - anchor >= border]
            else:
                node = node.branches[bisect_right(node.borders, now - anchor)]
    except KeyError:
        node = _extend(table, invitation, account, now)
    leaf: Leaf = node
    return leaf


def _extend(table: DecisionCache, invitation: Invitation, account: Account, now: datetime) -> Leaf:
    """Go down to a record's leaf, and make what is missing on the way."""
    if table.nodes >= MOST_NODES or len(table.roots) >= MOST_NODES:
        table.roots, table.shared, table.nodes = {}, {}, 0
    values = {name: read_fact(fact, invitation, account) for name, fact in table.ground.facts.items()}
    branches, known, cell = table.shared, table.known, tuple(values[fact.name] for fact in table.plain)
    while True:
        node = branches.get(cell)
        if node is None:
            node = branches[cell] = make_node(table.ground, values, now, known)
            table.nodes += 1
        if branches is table.shared:
            table.roots[invitation._lookup_key] = node
        if isinstance(node, Leaf):
            return node
        branches, known, cell = node.branches, known | {node.fact}, node.locate(invitation, account, now)


def fill_in(table: DecisionCache, leaf: Leaf, invitation: Invitation, account: Account, now: datetime) -> Advice:
    """Put what differs from record to record into a leaf's answers; the others are shared."""
    advice: Any = MutableAdvice(leaf.answers)
    for fresh in leaf.fresh:
        draft: Any = MutableDecision()
        draft.outcome, draft.rule, draft.place, draft.needs, draft.details, draft._reason, draft.changes_to = fresh.same
        if (read := fresh.read) is not None:
            try:
                draft.changes_at = read(invitation) + fresh.after
            except OverflowError:  # a border after the year 9999 is never reached
                draft.changes_at = draft.changes_to = None
        else:
            draft.changes_at, draft.changes_to = _find_change(table, fresh, invitation, account, now)
        if fresh.tells:
            draft._reason = LazyReason(fresh.decision, fresh.ruling, invitation, account, now)
        draft.__class__ = Decision
        advice[fresh.name] = draft
    advice.__class__ = Advice
    frozen: Advice = advice
    return frozen


def _find_change(
    table: DecisionCache, fresh: PerRecord, invitation: Invitation, account: Account, now: datetime
) -> Change:
    """Find the next change of an answer by trying borders, each of them by a walk to the leaf at that instant."""
    for instant in _instants(fresh.borders, invitation, account, now):
        outcome = find_leaf(table, invitation, account, instant).advice[fresh.name].outcome
        if outcome != fresh.outcome:
            return instant, outcome
    return None, None


def _instants(
    borders: Iterable[tuple[Fact, timedelta]], invitation: Invitation, account: Account, now: datetime
) -> list[datetime]:
    found = set()
    for fact, border in borders:
        anchor = read_fact(fact, invitation, account)
        instant = add_or_none(anchor, border) if isinstance(anchor, datetime) else None
        if instant is not None and instant > now:
            found.add(instant)
    return sorted(found)
