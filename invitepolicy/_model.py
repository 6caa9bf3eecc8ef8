"""A policy and its parts: frozen values without behaviour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import attrs

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from invitepolicy._frozen import FrozenMapping
    from invitepolicy._quantities import Quantity, QuantityKind
    from invitepolicy._records import Account, Invitation
    from invitepolicy._vocabulary import Fact, Subject


@attrs.frozen(order=True)
class Place:
    """Where something stands: `str()` is `faq.yaml:18`."""

    file: str
    line: int
    column: int = 1

    def __str__(self) -> str:
        """Give the file and the line."""
        return f"{self.file}:{self.line}"


Path = tuple[str | int, ...]
Mark = tuple[int, int]


@attrs.frozen(eq=False, repr=False)
class Document:
    """A policy file as plain data; `places` maps a path of keys and indices to the marks of its key and its value.

    `commented` holds the paths of plain texts that a ` #` cuts short.
    """

    path: str
    data: dict[str, Any]
    places: dict[Path, tuple[Mark, Mark]]
    commented: frozenset[Path] = frozenset()

    def key_mark(self, path: Path) -> Mark:
        """Give line and column of the key (of a list's element: of the element)."""
        return self.places[path][0]

    def value_mark(self, path: Path) -> Mark:
        """Give line and column of the value; where that is empty, of its key."""
        return self.places[path][1]


@attrs.frozen
class Amount:
    """A quantity in a line: its value, its kind, and the setting it came from (None where it was written out)."""

    value: Quantity
    kind: QuantityKind
    setting: str | None = None


@attrs.frozen
class OneOf:
    """`relationship: [known, logical]`: one of the words, or, negated, none of them. Also for tags."""

    words: tuple[str, ...]
    negated: bool = False


@attrs.frozen
class IsTrue:
    """`email_requested: true`: a flag is what it says."""

    wanted: bool


@attrs.frozen
class InRange:
    """`between 2 and 5`: a count, number or share between two borders, each included unless it says otherwise."""

    low: Amount | None
    high: Amount | None
    low_included: bool = True
    high_included: bool = True


@attrs.frozen
class Aged:
    """`between 3 days and 4 days ago`: at least `low` ago (included) and less than `high` ago (excluded)."""

    low: Amount | None
    high: Amount | None


@attrs.frozen
class IsGiven:
    """`given` or `missing`: whether anything is known at all."""

    wanted: bool


Test = OneOf | IsTrue | InRange | Aged | IsGiven


@attrs.frozen
class Line:
    """One line of a `when`: a fact, its test, the test's text as written, and the place."""

    fact: str
    test: Test
    text: str
    place: Place


@attrs.frozen
class Slot:
    """A placeholder of a reason: a fact's value, or its age."""

    fact: str
    age: bool = False


Reason = tuple[str | Slot, ...]


@attrs.frozen
class Rule:
    """A card: what must hold, the outcome, the reason, the details for the caller, and the place.

    `name` is None for `otherwise`; `limit` marks what the platform imposes.
    """

    name: str | None
    when: tuple[Line, ...]
    then: str
    because: Reason
    details: Any
    place: Place
    limit: bool = False


@attrs.frozen
class DecisionRules:
    """A decision as the policy states it: the question, whom it is about, and its cards in order of precedence."""

    name: str
    question: str
    subject: Subject
    applies_to: tuple[Line, ...]
    outcomes: tuple[str, ...]
    rules: tuple[Rule, ...]
    otherwise: Rule
    facts: tuple[Fact, ...]


@attrs.frozen
class Setting:
    """A quantity with a name, the bounds a style must keep to, and the grounds for it."""

    name: str
    kind: QuantityKind
    value: Quantity
    at_least: Quantity | None = None
    at_most: Quantity | None = None
    about: str = ""
    source: str = ""
    place: Place = attrs.field(default=Place("", 0), eq=False)


@attrs.frozen
class Promise:
    """What every style built on this policy must keep: under these lines only, or never, these outcomes."""

    name: str
    decision: str
    when: tuple[Line, ...]
    mode: Literal["only", "never"]
    outcomes: tuple[str, ...]
    place: Place


@attrs.frozen
class Segment:
    """A stretch of an expected life: the outcome, and how long after the test's now it begins."""

    outcome: str
    after: timedelta


@attrs.frozen
class Expectation:
    """What a test expects of one decision: a whole life, or outcomes at instants; and the deciding rule."""

    decision: str
    life: tuple[Segment, ...]
    instants: tuple[tuple[datetime, str], ...]
    place: Place


@attrs.frozen
class PolicyTest:
    """A test in the file: a record, an account, an instant, and what is to come of them."""

    name: str
    given: Invitation
    account: Account
    now: datetime
    expect: tuple[Expectation, ...]
    rule: FrozenMapping[str]
    skip: str | None
    place: Place


@attrs.define(eq=False, repr=False)
class Kept:
    """What is derived from a policy and kept beside it to be quick; a copy and a pickle hold nothing of it."""

    table: Any = None

    def __reduce__(self) -> tuple[type[Kept], tuple[()]]:
        """Pickle as an empty one."""
        return Kept, ()


@attrs.frozen
class Policy:
    """A resolved policy that cannot be changed; compares and hashes by its fingerprint.

    The fingerprint is a hash of everything that can change an answer or its reason: comments, the order of keys,
    places, tests and the spelling of durations do not change it.
    """

    name: str = attrs.field(eq=False)
    title: str = attrs.field(eq=False)
    about: str = attrs.field(eq=False, repr=False)
    settings: FrozenMapping[Setting] = attrs.field(eq=False, repr=False)
    facts: FrozenMapping[Fact] = attrs.field(eq=False, repr=False)
    decisions: FrozenMapping[DecisionRules] = attrs.field(eq=False, repr=False)
    promises: tuple[Promise, ...] = attrs.field(eq=False, repr=False)
    tests: tuple[PolicyTest, ...] = attrs.field(eq=False, repr=False)
    layers: tuple[Document, ...] = attrs.field(eq=False, repr=False)
    overrides: FrozenMapping[Any] = attrs.field(eq=False, repr=False)
    fingerprint: str
    kept: Kept = attrs.field(factory=Kept, init=False, eq=False, repr=False)
