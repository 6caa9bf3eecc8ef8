"""A decision tree cached on each policy and extended lazily, and the way through it to a record's answers.

The words and flags of an invitation are looked up in one step, then each fork adds a cell. Keys are cells, never text
from a record; a tree that has grown too large is dropped and begun again. Threads may share a tree without a lock: a
node that two of them make at once is the same node twice.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import attrs

from invitepolicy._core.conditions import thresholds
from invitepolicy._core.policy import conditions_of
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
    Route = tuple[Callable[[Invitation], Any] | None, datetime | None, Leaf | None, Leaf | None]

# A bound on memory: conditions on many facts have a cell for each combination that records bring along.
MOST_NODES: Final = 8192
# A clock, the instant that divides its cells, and the leaves on both sides: past the threshold, and ahead.
NO_ROUTE: Final[Route] = (None, None, None, None)


@attrs.define(eq=False, repr=False)
class DecisionCache:
    """The tree of a policy's decisions about invitations, as far as it has grown.

    `roots` are found by all words and flags of an invitation, `shared` by those that the policy names: records that
    differ only in others share a root. `plain` are the facts so named, and `known` their names. `own` reads the
    policy's own facts, which are checked before anything else.
    """

    context: TreeContext
    plain: tuple[Fact, ...]
    known: frozenset[str]
    own: tuple[Read, ...]
    roots: dict[Any, Fork | Leaf] = attrs.field(factory=dict)
    shared: dict[Any, Fork | Leaf] = attrs.field(factory=dict)
    nodes: int = 0


def cache_of(policy: Policy) -> DecisionCache:
    """Return the cache of a policy; an empty one is made at the first call."""
    cache: DecisionCache | None = policy._caches.table
    if cache is None:
        cache = policy._caches.table = _empty_cache(policy)
    return cache


def _empty_cache(policy: Policy) -> DecisionCache:
    decisions = tuple(decision for decision in policy.decisions.values() if decision.subject == "invitation")
    facts = {fact.name: fact for decision in decisions for fact in decision.facts}
    conditions = [condition for decision in decisions for condition in conditions_of(decision)]
    named = {condition.fact for condition in conditions}
    plain = tuple(fact for fact in facts.values() if is_plain(fact) and fact.name in named)
    # Also those that only a reason names: a value of a wrong kind is refused whichever rule decides.
    own = tuple(fact_reader(fact) for fact in facts.values() if fact.name in policy.facts)
    # A clock that is only tested for `given` or `missing` does not move: time changes nothing about it.
    moving = frozenset(condition.fact for condition in conditions if thresholds([condition]))
    return DecisionCache(TreeContext(decisions, facts, moving), plain, frozenset(fact.name for fact in plain), own)


def advise_each(
    cache: DecisionCache, invitations: Iterable[object], account: Account, now: datetime
) -> Iterator[Advice]:
    """Yield the advice on each record in turn, whatever `as_invitation` takes. Raise RecordError.

    The loop repeats `find_leaf` and `fill_in` inline for most records, since calling them would cost as much as what
    they do. At one instant a fork with one threshold is a comparison with one instant: who was sent until then is past
    it.
    """
    own, routes = cache.own, dict[str, Any]()
    for thing in invitations:
        invitation = thing if type(thing) is Invitation else as_invitation(thing)
        if own and invitation.facts:
            for check in own:
                check(invitation, account)
        read, limit, leaf, ahead = routes.get(invitation._lookup_key, NO_ROUTE)
        if read is not None:
            anchor = invitation.sent_at if read is SENT else read(invitation)
            # A missing instant has a cell of its own, which no route leads to.
            leaf = None if anchor is None else leaf if anchor <= limit else ahead
        if leaf is None:
            leaf = find_leaf(cache, invitation, account, now)
            # A route is found anew while it lacks a leaf: no record may have come yet on that side.
            if read is not None or invitation._lookup_key not in routes:
                routes[invitation._lookup_key] = _find_route(cache, invitation, now)
        if not leaf.per_record:
            yield leaf.advice
        elif leaf.fast_path is None:
            yield fill_in(cache, leaf, invitation, account, now)
        else:
            name, shared, read, after = leaf.fast_path
            draft: Any = MutableDecision()
            draft.outcome, draft.rule, draft.place, draft.needs, draft.details, draft._reason, draft.changes_to = shared
            try:
                draft.changes_at = (invitation.sent_at if read is SENT else read(invitation)) + after
            except OverflowError:  # an instant after the year 9999 is never reached
                draft.changes_at = draft.changes_to = None
            draft.__class__ = Decision
            advice: Any = MutableAdvice(leaf.answers)
            advice[name] = draft
            advice.__class__ = Advice
            yield advice


def _find_route(cache: DecisionCache, invitation: Invitation, now: datetime) -> Route:
    """Return the clock, the instant and the leaves on its two sides, where one threshold leads from a root to leaves.

    The route serves all records with the same words and flags. A root that is a leaf has no clock.
    """
    root = cache.roots.get(invitation._lookup_key)
    if isinstance(root, Leaf):
        return None, None, root, None
    if root is None or root.threshold is None or root.read is None:
        return NO_ROUTE
    # True and False are the cells 1 and 0 of `locate`: Python takes them for the same keys.
    past, ahead = root.branches.get(True), root.branches.get(False)
    # A leaf that is not there yet is None, and the route is used for the other side.
    if isinstance(past, Fork) or isinstance(ahead, Fork):
        return NO_ROUTE
    try:
        return root.read, now - root.threshold, past, ahead
    except OverflowError:  # the instant is before the year 1
        return NO_ROUTE


def find_leaf(cache: DecisionCache, invitation: Invitation, account: Account, now: datetime) -> Leaf:
    """Return the leaf of a record at `now`; it is made where no record led there yet. Raise RecordError."""
    if cache.own and invitation.facts:
        for check in cache.own:
            check(invitation, account)
    try:
        node: Any = cache.roots[invitation._lookup_key]
        # Not isinstance, which is slower; Fork has no subclasses.
        while type(node) is Fork:
            anchor = invitation.sent_at if node.is_sent else node.read and node.read(invitation)
            if anchor is None:
                node = node.branches[node.locate(invitation, account, now)]
            elif (threshold := node.threshold) is not None:
                node = node.branches[now - anchor >= threshold]
            else:
                node = node.branches[bisect_right(node.thresholds, now - anchor)]
    except KeyError:
        node = _extend(cache, invitation, account, now)
    leaf: Leaf = node
    return leaf


def _extend(cache: DecisionCache, invitation: Invitation, account: Account, now: datetime) -> Leaf:
    """Return the leaf of a record, and make what is missing on the way to it."""
    if cache.nodes >= MOST_NODES or len(cache.roots) >= MOST_NODES:
        # New dictionaries and not `clear`: another thread may be on its way through the old ones.
        cache.roots, cache.shared, cache.nodes = {}, {}, 0
    values = {name: read_fact(fact, invitation, account) for name, fact in cache.context.facts.items()}
    branches, known, cell = cache.shared, cache.known, tuple(values[fact.name] for fact in cache.plain)
    while True:
        node = branches.get(cell)
        if node is None:
            node = branches[cell] = make_node(cache.context, values, now, known)
            cache.nodes += 1
        # At the first node only, which is the root.
        if branches is cache.shared:
            cache.roots[invitation._lookup_key] = node
        if isinstance(node, Leaf):
            return node
        branches, known, cell = node.branches, known | {node.fact}, node.locate(invitation, account, now)


def fill_in(cache: DecisionCache, leaf: Leaf, invitation: Invitation, account: Account, now: datetime) -> Advice:
    """Return a leaf's advice completed for one record; answers that no record changes are shared objects."""
    advice: Any = MutableAdvice(leaf.answers)
    for entry in leaf.per_record:
        draft: Any = MutableDecision()
        draft.outcome, draft.rule, draft.place, draft.needs, draft.details, draft._reason, draft.changes_to = (
            entry.shared
        )
        if (read := entry.read) is not None:
            try:
                draft.changes_at = read(invitation) + entry.after
            except OverflowError:  # an instant after the year 9999 is never reached
                draft.changes_at = draft.changes_to = None
        else:
            draft.changes_at, draft.changes_to = _find_change(cache, entry, invitation, account, now)
        if entry.has_own_reason:
            draft._reason = LazyReason(entry.decision, entry.ruling, invitation, account, now)
        draft.__class__ = Decision
        advice[entry.name] = draft
    advice.__class__ = Advice
    frozen: Advice = advice
    return frozen


def _find_change(
    cache: DecisionCache, entry: PerRecord, invitation: Invitation, account: Account, now: datetime
) -> Change:
    """Return the next change of an answer: try the thresholds, each by a walk to the leaf at its instant."""
    for instant in _instants_ahead(entry.thresholds, invitation, account, now):
        # A whole walk for each instant: at a later one, every clock may be in another cell.
        outcome = find_leaf(cache, invitation, account, instant).advice[entry.name].outcome
        if outcome != entry.outcome:
            return instant, outcome
    return None, None


def _instants_ahead(
    thresholds: Iterable[tuple[Fact, timedelta]], invitation: Invitation, account: Account, now: datetime
) -> list[datetime]:
    instants = set()
    for fact, age in thresholds:
        anchor = read_fact(fact, invitation, account)
        instant = add_or_none(anchor, age) if isinstance(anchor, datetime) else None
        if instant is not None and instant > now:
            instants.add(instant)
    return sorted(instants)
