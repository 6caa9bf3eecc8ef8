"""The columns of a frame as the fields of records: which exist, which types they have, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn, assert_never

import attrs
import narwhals.stable.v2 as nw

from invitepolicy._core.errors import RecordError
from invitepolicy._core.facts import BASES, FACTS, OWN_PREFIX, Fact, Kind
from invitepolicy._core.quantities import MOST_DIGITS
from invitepolicy._core.records import NO_ACCOUNT, Invitation, read_fact
from invitepolicy.frames.expressions import Column, both, either, negated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from invitepolicy.frames.expressions import BoolExpr, TempColumns

FIRST: Final = datetime.min.replace(tzinfo=UTC)
LAST: Final = datetime.max.replace(tzinfo=UTC)
ColumnKind = Kind | Literal["text"]
INSTANT: Final = nw.Datetime("us", "UTC")
_UTC: Final = ("UTC", "Etc/UTC")
# No rule can ask how a status is known, so this is a column that is checked and no fact of the vocabulary.
_BASIS: Final = Fact("status_basis", "choice", "invitation", "status_basis", "how the status is known", BASES)
_READ: Final = tuple(
    fact for fact in (*FACTS.values(), _BASIS) if fact.subject == "invitation" and fact.field != "note"
)
# The record's other fields are free text; `facts` stands for the columns of own facts.
_TEXTS: Final = tuple(
    field.name for field in attrs.fields(Invitation) if field.name not in {"facts", *(fact.field for fact in _READ)}
)
_BEYOND: Final = 10**MOST_DIGITS
# As for records: only a share includes its upper bound, only a number excludes its lower one.
_BOUNDS: Final = {"count": (0, _BEYOND), "number": (-_BEYOND, _BEYOND), "share": (0, 1)}
_HOLDS: Final[dict[ColumnKind, str]] = {
    "text": "text",
    "choice": "text",
    "flag": "true and false",
    "count": "whole numbers",
    "number": "numbers",
    "share": "numbers from 0 to 1",
    "tags": "lists of text",
    "clock": "instants",
}
_REMEDIES: Final[dict[ColumnKind, str]] = {
    "count": "cast it, if necessary to a nullable type",
    "clock": "give it a type that has a time zone",
}
# White space as `str.strip` of Python removes it: engines differ, so it is spelled out for them.
_BLANKS: Final = (
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
_OUTSIDE: Final = ("must lie between the years 1 and 9999 in UTC", "check the year")


@attrs.frozen(eq=False)
class Field:
    """A column that holds a fact: its normalised expression, and the layer from which on that can be evaluated."""

    fact: Fact
    expression: nw.Expr
    layer: int
    dtype: Any

    def where(self, expression: nw.Expr) -> Column:
        """Return a boolean expression on this field as a column, false where it is null."""
        return Column(expression.fill_null(value=False), self.layer)


@attrs.frozen(eq=False)
class Check:
    """An expression that must be false in every row, and the message (what is wrong, and the remedy) if it is not.

    Without a message, the error is the one that a record with the offending value raises.
    """

    fact: Fact
    bad: BoolExpr
    message: tuple[str, str] | None = None


class ColumnReader:
    """Reads the columns of one frame, each once: types are checked by the schema, values later by `checks`."""

    def __init__(self, schema: Mapping[str, Any], implementation: nw.Implementation, temp_columns: TempColumns) -> None:
        """Read the columns that `schema` shows. Raise RecordError for one of a wrong type."""
        self.schema: Mapping[str, Any] = schema
        self.implementation: nw.Implementation = implementation
        self.temp_columns: TempColumns = temp_columns
        self.checks: list[Check] = []
        self._fields: dict[str, Field | None] = {}
        self._words: dict[tuple[str, str], BoolExpr] = {}
        # Also those that no condition names: a record is checked as a whole, too.
        for fact in _READ:
            self.field(fact)
        for name in _TEXTS:
            self._check_kind(name, "text")

    def field(self, fact: Fact) -> Field | None:
        """Return the column of a fact, or None where the frame has none."""
        name = column_of(fact)
        if name not in self._fields:
            present = name in self.schema and not self._is_empty(fact, name)
            self._fields[name] = self._read(fact, name) if present else None
        return self._fields[name]

    def is_word(self, field: Field, word: str) -> BoolExpr:
        """Return where a choice is this word; a missing value is the record's default."""
        key = (field.fact.name, word)
        if key not in self._words:
            self._words[key] = self.temp_columns.store(self._word(field, word))
        return self._words[key]

    def has_note(self, field: Field) -> Column:
        """Return where a note is more than white space."""
        return field.where(field.expression.str.contains(f"[^{_BLANKS}]"))

    def _word(self, field: Field, word: str) -> BoolExpr:
        is_word: BoolExpr = False
        if not isinstance(field.dtype, nw.Enum) or word in field.dtype.categories:
            is_word = field.where(field.expression == word)
        missing = Column(field.expression.is_null(), field.layer)
        return either([is_word, missing]) if word == _default(field.fact) else is_word

    def _is_empty(self, fact: Fact, name: str) -> bool:
        """Return whether a column has no known type, as one of missing values only; that it is so is checked later."""
        if self.schema[name] != nw.Unknown:
            return False
        self._check(fact, Column(~nw.col(name).is_null()), ("the type of this column is unknown", "cast it"))
        return True

    def _check(self, fact: Fact, bad: BoolExpr, message: tuple[str, str] | None = None) -> None:
        self.checks.append(Check(fact, bad, message))

    def _check_kind(self, name: str, kind: ColumnKind) -> None:
        dtype = self.schema.get(name, nw.Unknown)
        if dtype != nw.Unknown and not _fits(dtype, kind):
            raise RecordError(
                name, None, f"this column does not hold {_HOLDS[kind]}", _REMEDIES.get(kind, "cast it"), "column"
            )

    def _read(self, fact: Fact, name: str) -> Field:
        dtype, expression = self.schema[name], nw.col(name)
        if name == "note":
            return Field(fact, expression.cast(nw.String), 0, dtype)
        if fact.kind == "clock":
            return self._read_clock(fact, name)
        self._check_kind(name, fact.kind)
        if fact.kind == "choice":
            return self._read_choice(fact, expression, dtype)
        # Compared with a Float32 column, a threshold could be rounded to 32 bits.
        if dtype.is_float() and dtype != nw.Float64:
            expression = expression.cast(nw.Float64)
        field = Field(fact, expression, 0, dtype)
        self._check_numbers(field)
        return field

    def _read_choice(self, fact: Fact, expression: nw.Expr, dtype: Any) -> Field:
        if dtype != nw.String and self.implementation is not nw.Implementation.POLARS:
            expression, dtype = expression.cast(nw.String), nw.String
        field = Field(fact, expression, 0, dtype)
        missing: BoolExpr = Column(expression.is_null())
        if self.implementation.is_polars():  # where comparing is faster than looking up
            # A missing value counts as the default word, which is known; `status_basis` has no default.
            known = either([self.is_word(field, word) for word in fact.words])
            self._check(fact, negated(either([known, _default(fact) is None and missing])))
        else:
            self._check(fact, both([negated(missing), Column(~expression.is_in(fact.words))]))
        return field

    def _read_clock(self, fact: Fact, name: str) -> Field:
        dtype, expression = self.schema[name], nw.col(name)
        self._check_kind(name, "clock")
        if dtype.time_zone is None:
            hint = "attach the one they are in"
            raise RecordError(name, None, "the instants of this column have no time zone", hint, "column")
        layer = 0
        if dtype.time_zone not in _UTC or dtype.time_unit != "us":
            self._check_zone(name, dtype)
            expression = self.temp_columns.store_expression(expression.dt.convert_time_zone("UTC").cast(INSTANT), 0)
            layer = 1
        field = Field(fact, expression, layer, dtype)
        beyond = expression > nw.lit(LAST)
        # Spark has no earlier instants, and takes a literal of that age by the Julian calendar.
        if not self.implementation.is_spark_like():
            beyond |= expression < nw.lit(FIRST)
        self._check(fact, Column(beyond, layer), _OUTSIDE)
        return field

    def _check_zone(self, name: str, dtype: Any) -> None:
        if not (self.implementation.is_polars() or self.implementation.is_pandas_like()
                or self.implementation.is_pyarrow()):  # fmt: skip
            raise RecordError(
                name,
                None,
                f"the session's time zone is {dtype.time_zone}",
                "set it to UTC, where a day has 24 hours",
                "column",
            )

    def _check_numbers(self, field: Field) -> None:
        if field.fact.kind not in _BOUNDS:
            return
        # Bounds of the column's own type, so that comparing needs no conversion.
        low, high = map(float if field.dtype.is_float() else int, _BOUNDS[field.fact.kind])
        value = field.expression
        missing = Column(value.is_null(), field.layer)
        above = value > low if field.fact.kind == "number" else value >= low
        below = value <= high if field.fact.kind == "share" else value < high
        # Not asked as “too low or too high”: NaN is within no bounds, however an engine compares it.
        within = both([field.where(above), field.where(below)])
        self._check(field.fact, negated(either([missing, within])))


def note_length(note: Field) -> Field:
    """Return the length of a note in characters, without surrounding white space; null without a note."""
    length = note.expression.str.strip_chars(_BLANKS).str.len_chars()
    return attrs.evolve(note, expression=length, dtype=nw.Int64())


def column_of(fact: Fact) -> str:
    """Return the name of a fact's column: the record's field, or the own fact's name."""
    return fact.name if fact.name.startswith(OWN_PREFIX) else fact.field


def _default(fact: Fact) -> str | None:
    """Return the value of a choice that a record leaves out."""
    if fact is _BASIS:
        return None
    return str(read_fact(fact, Invitation(), NO_ACCOUNT))


def _fits(dtype: Any, kind: ColumnKind) -> bool:
    match kind:
        case "text" | "choice":
            return dtype in (nw.String, nw.Categorical, nw.Enum)
        case "flag":
            return bool(dtype == nw.Boolean)
        case "count":
            return bool(dtype.is_integer())
        case "tags":
            # Where all lists are empty or null, their elements have no known type.
            return bool(dtype == nw.List and dtype.inner in (nw.String, nw.Unknown))
        case "number" | "share":
            return bool(dtype.is_integer() or dtype.is_float())
        case "clock":
            return bool(dtype == nw.Datetime)
        case _ as never:
            assert_never(never)


def run_checks(frame: Any, checks: Sequence[Check]) -> None:
    """Query the values of a frame that has its first layer. Raise RecordError for the first bad column."""
    if not checks:
        return
    # One query for all checks: a lazy frame is collected once, and a second time only for an error.
    queries = {f"check{number}": _column(check).any() for number, check in enumerate(checks)}
    for is_bad, check in zip(_collected(frame.select(**queries)).row(0), checks, strict=True):
        if is_bad:
            _refuse(frame, check)


def _column(check: Check) -> nw.Expr:
    return check.bad.expression  # type: ignore[union-attr]  # a check on a column is never the same in every row


def _collected(frame: Any) -> Any:
    return frame.collect() if isinstance(frame, nw.LazyFrame) else frame


def _refuse(frame: Any, check: Check) -> NoReturn:
    name = column_of(check.fact)
    if check.message is not None:
        what, hint = check.message
        raise RecordError(name, None, what, hint, "column")
    (value,) = _collected(frame.filter(_column(check)).select(name).head(1))[name].to_list()
    if name.startswith(OWN_PREFIX):
        read_fact(check.fact, Invitation(facts={name: value}), NO_ACCOUNT)
    else:
        Invitation(**{name: value})
    # Reached only if a check refuses what a record takes: the frame is refused all the same.
    raise RecordError(name, value, "no record can have this value", "check the column", "column")
