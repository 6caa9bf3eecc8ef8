"""A policy and its parts (decisions, rules, promises, policy tests): frozen values without behaviour."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal

import attrs

from invitepolicy._core.frozen import ByFields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import timedelta

    from invitepolicy._core.conditions import Condition
    from invitepolicy._core.errors import Location
    from invitepolicy._core.facts import Fact, Subject
    from invitepolicy._core.frozen import FrozenMapping
    from invitepolicy._core.quantities import Setting
    from invitepolicy._core.records import Account, Invitation


Path = tuple[str | int, ...]
Position = tuple[int, int]


@attrs.frozen(eq=False, repr=False)
class PolicyFile:
    """A policy file as plain data; `places` maps a path of keys and indices to the marks of its key and its value.

    `commented` holds the paths of plain texts that a ` #` cuts short.
    """

    path: str
    data: dict[str, Any]
    places: dict[Path, tuple[Position, Position]]
    commented: frozenset[Path] = frozenset()

    def key_mark(self, path: Path) -> Position:
        """Return line and column of the key (of a list's element: of the element)."""
        return self.places[path][0]

    def value_mark(self, path: Path) -> Position:
        """Return line and column of the value; where that is empty, of its key."""
        return self.places[path][1]


@attrs.frozen(eq=False, repr=False)
class Placeholder(ByFields):
    """A placeholder of a reason: a fact's value, or its age."""

    fact: str
    age: bool = False


Reason = tuple[str | Placeholder, ...]


@attrs.frozen(eq=False, repr=False)
class Rule(ByFields):
    """A rule: what must hold, the outcome, the reason, the details for the caller, and the place.

    `name` is None for `otherwise`; `limit` marks what the platform imposes.
    """

    name: str | None
    when: tuple[Condition, ...]
    then: str
    because: Reason
    details: Any
    place: Location
    limit: bool = False


@attrs.frozen(eq=False, repr=False)
class DecisionSpec(ByFields):
    """A decision as the policy states it: the question, whom it is about, and its rules in order of precedence."""

    name: str
    question: str
    subject: Subject
    applies_to: tuple[Condition, ...]
    outcomes: tuple[str, ...]
    rules: tuple[Rule, ...]
    otherwise: Rule
    facts: tuple[Fact, ...]


@attrs.frozen(eq=False, repr=False)
class Promise(ByFields):
    """What every style built on this policy must keep: under these conditions only, or never, these outcomes."""

    name: str
    decision: str
    when: tuple[Condition, ...]
    mode: Literal["only", "never"]
    outcomes: tuple[str, ...]
    place: Location


@attrs.frozen(eq=False, repr=False)
class ExpectedStage(ByFields):
    """A stretch of an expected life: the outcome, and how long after the test's now it begins."""

    outcome: str
    after: timedelta


@attrs.frozen(eq=False, repr=False)
class Expectation(ByFields):
    """What a test expects of one decision: a whole life, or outcomes at instants; the other of the two is empty."""

    decision: str
    life: tuple[ExpectedStage, ...]
    instants: tuple[tuple[datetime, str], ...]
    place: Location


@attrs.frozen(eq=False, repr=False)
class PolicyTest(ByFields):
    """A test in the file: a record, an account, an instant, and what is to come of them.

    `rule` names the rule that must have decided, by decision; `skip` says why the test is skipped, or is None.
    """

    name: str
    given: Invitation
    account: Account
    now: datetime
    expect: tuple[Expectation, ...]
    rule: FrozenMapping[str]
    skip: str | None
    place: Location


@attrs.define(eq=False, repr=False)
class Caches:
    """Per-policy caches, derived when first asked for; a policy that is pickled or deep-copied starts without."""

    table: Any = None
    fingerprint: str | None = None

    def __reduce__(self) -> tuple[type[Caches], tuple[()]]:
        """Pickle as an empty one."""
        return Caches, ()


@attrs.frozen(eq=False, repr=False)
class Policy:
    """A resolved policy that cannot be changed; compares and hashes by its fingerprint.

    The fingerprint is a hash of everything that can change an answer or its reason: comments, the order of keys,
    places, tests and the spelling of durations do not change it. `_read/fingerprint.py` makes it, when it is
    first asked for.
    """

    name: str
    title: str
    about: str
    settings: FrozenMapping[Setting]
    facts: FrozenMapping[Fact]
    decisions: FrozenMapping[DecisionSpec]
    promises: tuple[Promise, ...]
    tests: tuple[PolicyTest, ...]
    _files: tuple[PolicyFile, ...]
    overrides: FrozenMapping[Any]
    # Passed in, since the function that hashes is in `_read`, from which `_core` may not import.
    _identify: Callable[[], str]
    # Not an argument of the constructor, so that a policy that is evolved from another starts with its own.
    _caches: Caches = attrs.field(factory=Caches, init=False)

    @property
    def fingerprint(self) -> str:
        """Return the hash, 32 hexadecimal digits; it is made when it is first asked for."""
        caches = self._caches
        if caches.fingerprint is None:
            caches.fingerprint = self._identify()
        return caches.fingerprint

    def __eq__(self, other: object) -> bool:
        """Compare the fingerprints."""
        return self.fingerprint == other.fingerprint if isinstance(other, Policy) else NotImplemented

    def __hash__(self) -> int:
        """Hash the fingerprint."""
        return hash(self.fingerprint)

    def __repr__(self) -> str:
        """Show the name, the title and the fingerprint."""
        return f"Policy(name={self.name!r}, title={self.title!r}, fingerprint={self.fingerprint!r})"


DEFAULT_NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)  # of a test that states none
# Far enough from both ends of the calendar that `STANDING - age` exists for every age of up to 100 years.
STANDING: Final = datetime(2500, 1, 1, tzinfo=UTC)  # the instant at which a cell's own value is looked at


def conditions_of(decision: DecisionSpec) -> Iterable[Condition]:
    """Yield every condition of a decision: those of `applies_to`, then its rules'."""
    yield from decision.applies_to
    for rule in decision.rules:
        yield from rule.when


def is_own(policy: Policy, decision: str, rule: Rule) -> bool:
    """Return whether a rule stands in the policy's own file, and not in a parent's."""
    # The files are in the order in which they are merged: the oldest parent first, the policy's own last.
    raw = (policy._files[-1].data.get("decisions") or {}).get(decision) or {}
    # Only `otherwise` has no name; it is inherited unless the file states one.
    if rule.name is None:
        return raw.get("otherwise") is not None
    return any(entry["rule"] == rule.name for kind in ("limits", "rules") for entry in raw.get(kind) or ())
