"""A policy and its parts: frozen values without behaviour."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal, assert_never

import attrs

from invitepolicy._core.frozen import ByFields, Ordered
from invitepolicy._core.quantities import FOREVER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import timedelta

    from invitepolicy._core.facts import Fact, Subject
    from invitepolicy._core.frozen import FrozenMapping
    from invitepolicy._core.quantities import Quantity, QuantityKind
    from invitepolicy._core.records import Account, Invitation


@attrs.frozen(eq=False, repr=False)
class Location(Ordered):
    """The file, line and column of something in a policy; `str()` is `faq.yaml:18`."""

    file: str
    line: int
    column: int = 1

    def __str__(self) -> str:
        """Return the file and the line."""
        return f"{self.file}:{self.line}"


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
class Threshold(ByFields):
    """A quantity in a condition: its value, its kind, and the setting it came from (None where it was written out)."""

    value: Quantity
    kind: QuantityKind
    setting: str | None = None


@attrs.frozen(eq=False, repr=False)
class OneOf(ByFields):
    """`relationship: [known, logical]`: one of the words, or, negated, none of them. Also for tags."""

    words: tuple[str, ...]
    negated: bool = False


@attrs.frozen(eq=False, repr=False)
class IsTrue(ByFields):
    """`email_requested: true`: a flag is what it says."""

    wanted: bool


@attrs.frozen(eq=False, repr=False)
class NumberRange(ByFields):
    """`between 2 and 5`: a count, number or share between two thresholds, each included unless it says otherwise."""

    low: Threshold | None
    high: Threshold | None
    low_included: bool = True
    high_included: bool = True


@attrs.frozen(eq=False, repr=False)
class AgeRange(ByFields):
    """`between 3 days and 4 days ago`: at least `low` ago (included) and less than `high` ago (excluded)."""

    low: Threshold | None
    high: Threshold | None


@attrs.frozen(eq=False, repr=False)
class IsKnown(ByFields):
    """`given` or `missing`: whether anything is known at all."""

    wanted: bool


Operator = OneOf | IsTrue | NumberRange | AgeRange | IsKnown


def thresholds_in(operator: Operator) -> tuple[Threshold, ...]:
    """Return the quantities at which an operator turns, the lower one first."""
    match operator:
        case AgeRange() | NumberRange():
            return tuple(threshold for threshold in (operator.low, operator.high) if threshold is not None)
        case OneOf() | IsTrue() | IsKnown():
            return ()
        case _ as never:
            assert_never(never)


@attrs.frozen(eq=False, repr=False)
class Condition(ByFields):
    """One condition of a `when`: a fact, its operator, the operator's text as written, and the location."""

    fact: str
    operator: Operator
    text: str
    place: Location

    @property
    def thresholds(self) -> tuple[Threshold, ...]:
        """Return the quantities at which the condition turns, the lower one first; none for words and flags."""
        return thresholds_in(self.operator)


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
class Setting(ByFields):
    """A quantity with a name, the bounds a style must keep to, and the grounds for it."""

    name: str
    kind: QuantityKind
    value: Quantity
    at_least: Quantity | None = None
    at_most: Quantity | None = None
    about: str = ""
    source: str = ""
    place: Location = attrs.field(default=Location("", 0), eq=False)


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
    """What a test expects of one decision: a whole life, or outcomes at instants; and the deciding rule."""

    decision: str
    life: tuple[ExpectedStage, ...]
    instants: tuple[tuple[datetime, str], ...]
    place: Location


@attrs.frozen(eq=False, repr=False)
class PolicyTest(ByFields):
    """A test in the file: a record, an account, an instant, and what is to come of them."""

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
    """Per-policy caches, derived when first asked for; never pickled or copied."""

    table: Any = None
    fingerprint: str | None = None

    def __reduce__(self) -> tuple[type[Caches], tuple[()]]:
        """Pickle as an empty one."""
        return Caches, ()


@attrs.frozen(eq=False, repr=False)
class Policy:
    """A resolved policy that cannot be changed; compares and hashes by its fingerprint.

    The fingerprint is a hash of everything that can change an answer or its reason: comments, the order of keys,
    places, tests and the spelling of durations do not change it. `person_key` makes it, when it is first asked for.
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
    _identify: Callable[[], str]
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
STANDING: Final = datetime(2500, 1, 1, tzinfo=UTC)  # the instant at which a cell's own value is looked at


def words_of(condition: Condition) -> tuple[str, ...]:
    """Return the words of a choice, or the tags, that a condition names."""
    match condition.operator:
        case OneOf() as operator:
            return operator.words
        case IsTrue() | NumberRange() | AgeRange() | IsKnown():
            return ()
        case _ as never:
            assert_never(never)


def ages_of(condition: Condition) -> tuple[timedelta, ...]:
    """Return the ages at which a condition about a date turns; nothing turns at `forever`."""
    match condition.operator:
        case AgeRange():
            ages: Iterable[Any] = (threshold.value for threshold in condition.thresholds)  # durations, by the kind
            return tuple(age for age in ages if age != FOREVER)
        case OneOf() | IsTrue() | NumberRange() | IsKnown():
            return ()
        case _ as never:
            assert_never(never)


def thresholds(conditions: Iterable[Condition]) -> list[timedelta]:
    """Return the ages, in order, at which conditions about one date turn."""
    return sorted({age for condition in conditions for age in ages_of(condition)})


def conditions_of(decision: DecisionSpec) -> Iterable[Condition]:
    """Yield every condition of a decision: those of `applies_to`, then its rules'."""
    yield from decision.applies_to
    for rule in decision.rules:
        yield from rule.when


def is_own(policy: Policy, decision: str, rule: Rule) -> bool:
    """Return whether a rule stands in the policy's own file, and not in a parent's."""
    raw = (policy._files[-1].data.get("decisions") or {}).get(decision) or {}
    if rule.name is None:
        return raw.get("otherwise") is not None
    return any(entry["rule"] == rule.name for kind in ("limits", "rules") for entry in raw.get(kind) or ())
