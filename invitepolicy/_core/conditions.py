"""Conditions and their operators: what they are, and their notation, read from a policy file and written back.

    choice, tags          word · [words] · {not: word or words}
    flag                  true · false
    count, number, share  at least N · at most N · more than N · less than N · between N and M · N
    clock                 at least D ago · less than D ago · between D and E ago
    all but choice, tags  given · missing

A quantity (N, M, D, E) is written out or is a setting's name. For dates only half-open comparisons exist (`at least`,
`less than`), so that the instant at which an answer changes is exactly `anchor + duration`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, assert_never

import attrs

from invitepolicy._core.errors import InvalidInputError
from invitepolicy._core.frozen import ByFields
from invitepolicy._core.quantities import (
    FOREVER,
    QuantityKind,
    Setting,
    checked_number,
    format_quantity,
    parse_duration,
    parse_number,
    parse_share,
)
from invitepolicy._core.text import closest, did_you_mean, in_digits, join_words, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import timedelta

    from invitepolicy._core.errors import Location
    from invitepolicy._core.facts import Fact, Kind
    from invitepolicy._core.quantities import Quantity, Setting

COMPARISONS: Final = ("at least", "at most", "more than", "less than")
# What to write for a date instead of a comparison that it does not have; the key is the word refused.
HALF_OPEN: Final = {"more than": "at least", "at most": "less than"}
_NAME = re.compile(r"[a-z][a-z0-9_]*")
WANTED_KINDS: Final[dict[Kind, QuantityKind]] = {
    "clock": "duration", "share": "share", "count": "number", "number": "number",
}  # fmt: skip
EXAMPLES: Final[dict[Kind, str]] = {
    "clock": "at least 3 weeks ago, less than 4 days ago, between 3 days and 4 days ago, given or missing",
    "share": "at least 40%, less than 20%, between 20% and 40%, given or missing",
    "count": "at least 3, less than 3, between 3 and 5, 3, given or missing",
    "number": "at least 2.5, less than 2.5, between 2 and 3, 2.5, given or missing",
}
_KINDS: Final[dict[QuantityKind, str]] = {"duration": "a duration", "share": "a share", "number": "a number"}
_PLURALS: Final[dict[QuantityKind, str]] = {"duration": "durations", "share": "shares", "number": "numbers"}
# Comparisons that people write in other words or in symbols, only to word the remedy of an error.
_MEANT: Final = {
    "older than": "at least", "longer than": "at least", "over": "more than", ">=": "at least", ">": "more than",
    "younger than": "less than", "newer than": "less than", "under": "less than", "<": "less than", "<=": "at most",
}  # fmt: skip


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
    """`email_requested: true`: a flag has the wanted value."""

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
    """`given` or `missing`: whether a fact has a value; it has none if it is not known or did not happen."""

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
            # `forever` is no age to wait for: added to an instant it overflows, so nothing turns there.
            ages: Iterable[Any] = (threshold.value for threshold in condition.thresholds)  # durations, by the kind
            return tuple(age for age in ages if age != FOREVER)
        case OneOf() | IsTrue() | NumberRange() | IsKnown():
            return ()
        case _ as never:
            assert_never(never)


def thresholds(conditions: Iterable[Condition]) -> list[timedelta]:
    """Return the ages, in order, at which conditions about one date turn."""
    return sorted({age for condition in conditions for age in ages_of(condition)})


def read_threshold(fact: Fact, text: str, raw: str, settings: Mapping[str, Setting]) -> Threshold:
    """Read a quantity of the test `raw` about `fact`: written out, or a setting's name. Raise InvalidInputError."""
    # Settings come first: whatever a policy has named is taken by its name, also a name like `three`.
    if text in settings:
        setting = settings[text]
        return check_threshold(fact, Threshold(setting.value, setting.kind, text), raw)
    wanted = WANTED_KINDS[fact.kind]
    # Before names are looked up, since `three` alone looks like one.
    if (digits := in_digits(text)) is not None:
        raise InvalidInputError("quantity", f"{quoted(text)} is spelled out", f"write {digits}")
    if _NAME.fullmatch(text):
        raise _unknown_name(text, settings, wanted)
    # `at least {longest_wait}`: the braces belong to a reason, and are a habit from there.
    if text.startswith("{"):
        raise InvalidInputError("quantity", f"{quoted(text)} is in braces", f"write {text.strip('{} ')}")
    match wanted:
        case "duration":
            return Threshold(parse_duration(text), wanted)
        case "share":
            return Threshold(parse_share(text), wanted)
        case "number":
            return check_threshold(fact, Threshold(parse_number(text), wanted), raw)
        case _ as never:
            assert_never(never)


def _unknown_name(text: str, settings: Mapping[str, Setting], wanted: QuantityKind) -> InvalidInputError:
    if text == "forever":
        return InvalidInputError(
            "quantity", "“forever” is a setting's value", "give a setting that value and name it here"
        )
    fitting = [name for name, setting in settings.items() if setting.kind == wanted]
    known = f"introduce it under settings; its {_PLURALS[wanted]} are {join_words(fitting, 'and')}"
    hint = did_you_mean(text, settings, known if fitting else "introduce it under settings")
    return InvalidInputError("setting", f"there is no setting {quoted(text)}", hint)


def check_threshold(fact: Fact, amount: Threshold, raw: object) -> Threshold:
    """Return a threshold that fits the fact: of its kind, and whole where it counts. Raise InvalidInputError."""
    wanted = WANTED_KINDS[fact.kind]
    if amount.kind != wanted:
        example = {"duration": "3 weeks", "share": "40%", "number": "20"}[wanted]
        raise InvalidInputError(
            "kind",
            f"“{amount.setting}” is {_KINDS[amount.kind]}, and “{fact.name}” needs {_KINDS[wanted]}",
            f"name another setting, or write {example}",
        )
    if fact.kind == "count" and not isinstance(amount.value, int):
        raise InvalidInputError(
            "kind", f"{quoted(raw)}: “{fact.name}” is counted in whole numbers", "write a whole number"
        )
    return amount


def expected_syntax(fact: Fact) -> str:
    """Return the remedy for a condition about `fact` that has no operator at all."""
    match fact.kind:
        case "choice":
            return f"write {join_words(fact.words)}"
        case "tags":
            return "write a tag"
        case "flag":
            return "write true or false"
        case _:
            return f"write {EXAMPLES[fact.kind]}"


def not_an_operator(fact: Fact, raw: Any) -> InvalidInputError:
    """Return the error for a condition on a quantity whose operator does not exist, with what was probably meant."""
    # YAML reads `sent: {longest_wait}` as a mapping whose one key has no value.
    if isinstance(raw, dict) and len(raw) == 1 and next(iter(raw.values())) is None:
        hint = f"write at least {next(iter(raw))}{' ago' if fact.kind == 'clock' else ''}, without braces"
        return InvalidInputError("test", f"braces around the test of “{fact.name}”", hint)
    hint = (_meant_test(fact, raw.strip()) if isinstance(raw, str) else None) or f"write {EXAMPLES[fact.kind]}"
    return InvalidInputError("test", f"{quoted(raw)} is not a test of “{fact.name}”", hint)


def _meant_test(fact: Fact, text: str) -> str | None:
    """Guess at a comparison that is written in other words, or mistyped: its remedy, or None."""
    one, _, more = text.removesuffix(" ago").partition(" ")
    two, _, rest = more.partition(" ")
    # `over 3` has one word before the amount, `older than 3 weeks` has two.
    for words, amount in ((one, more), (f"{one} {two}", rest)):
        known = _MEANT.get(words.lower()) or closest(words, COMPARISONS if " " in words else ("given", "missing"))
        if known in ("given", "missing"):
            return f"did you mean “{known}”?" if not amount else None
        if known is not None and amount:
            return f"write {_complete(fact, known, amount)}"
    return None


def _complete(fact: Fact, words: str, amount: str) -> str:
    if fact.kind != "clock":
        return f"{words} {amount}"
    return f"{HALF_OPEN.get(words, words)} {amount} ago"


_PLAIN_WORD: Final = r"[A-Za-z][A-Za-z0-9_-]*(?: [A-Za-z0-9_-]+)*"
_READ_DIFFERENTLY: Final = ("true", "false", "null", "yes", "no", "on", "off", "y", "n")  # by some YAML reader or other
_BETWEEN_WORDS: Final = r", *| or | and "


def parse_operator(fact: Fact, raw: Any, settings: Mapping[str, Setting]) -> Operator:
    """Read the operator of a condition about `fact`, from data as YAML gives it. Raise InvalidInputError."""
    if raw is None:
        raise InvalidInputError("test", f"“{fact.name}” has no test", expected_syntax(fact))
    match fact.kind:
        case "choice" | "tags":
            return _parse_words(fact, raw)
        case "flag":
            return _parse_flag(fact, raw)
        case "clock" | "share" | "count" | "number":
            return _parse_quantities(fact, raw, settings)
        case _ as never:
            assert_never(never)


def _parse_words(fact: Fact, raw: Any) -> OneOf:
    if isinstance(raw, dict):
        if list(raw) != ["not"]:
            raise InvalidInputError(
                "test", f"the only word allowed in braces after “{fact.name}” is not", "write {not: word}"
            )
        return OneOf(_words(fact, raw["not"], ("not",)), negated=True)
    return OneOf(_words(fact, raw, ()))


def _words(fact: Fact, raw: Any, inside: tuple[str | int, ...]) -> tuple[str, ...]:
    if not isinstance(raw, list):
        return (_word(fact, raw, inside),)
    if not raw:
        raise InvalidInputError("test", "the list is empty", f"name the words of “{fact.name}” that fit", inside)
    words = tuple(_word(fact, item, (*inside, index)) for index, item in enumerate(raw))
    # Written out and not with a set, so that the error is located at the second of the two.
    for index, word in enumerate(words):
        if word in words[:index]:
            raise InvalidInputError("test", f"{quoted(word)} is named twice", "name it once", (*inside, index))
    return words


def _word(fact: Fact, raw: Any, inside: tuple[str | int, ...]) -> str:
    if fact.kind == "tags":
        if isinstance(raw, str) and raw.strip():
            return raw
        raise InvalidInputError("word", f"{quoted(raw)} is not a tag", "write a text in quotes", inside)
    if isinstance(raw, str) and raw in fact.words:
        return raw
    what = f"{quoted(raw)} is not a word of “{fact.name}”"
    # A choice always has a value: where it is not known, that value is the word `unknown`.
    if raw in ("given", "missing"):
        hint = "a choice always has a word" + (", so test for unknown" if "unknown" in fact.words else "")
        raise InvalidInputError("word", what, hint, inside)
    choices = f"its words are {join_words(fact.words)}"
    raise InvalidInputError(
        "word", what, _meant_words(fact, raw) or choices if isinstance(raw, str) else choices, inside
    )


def _meant_words(fact: Fact, raw: str) -> str | None:
    several = re.split(_BETWEEN_WORDS, raw)
    if len(several) > 1 and all(part in fact.words for part in several):
        return f"write a list in brackets: [{', '.join(several)}]"
    if raw.removeprefix("not ") in fact.words:
        return f"write {{not: {raw.removeprefix('not ')}}}"
    word = closest(raw, fact.words)
    return None if word is None else f"did you mean “{word}”?"


def _parse_flag(fact: Fact, raw: Any) -> IsTrue | IsKnown:
    match raw:
        case bool():
            return IsTrue(raw)
        case "given" | "missing":
            return IsKnown(raw == "given")
    # Other YAML readers take these for booleans; here they are text, so that a file means what it shows.
    meant = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}
    meant |= {"true": "true, without quotes", "false": "false, without quotes"}
    word = meant.get(raw.lower()) if isinstance(raw, str) else None
    raise InvalidInputError(
        "test",
        f"{quoted(raw)} is not a test of “{fact.name}”",
        f"write {word}" if word else "write true or false",
    )


def _parse_quantities(fact: Fact, raw: Any, settings: Mapping[str, Setting]) -> Operator:
    # `true` is an int to Python, but no number to whoever writes it.
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return _exactly(fact, raw)
    if not isinstance(raw, str):
        raise not_an_operator(fact, raw)
    text = raw.strip()
    if text in ("given", "missing"):
        return IsKnown(text == "given")
    words, amounts, ago = _taken_apart(text)
    if words == "between":
        return _between(fact, amounts, raw, settings, ago=ago)
    if words is not None:
        return _comparison(fact, words, amounts[0], raw, settings, ago=ago)
    return _bare(fact, raw, text, settings)


def _taken_apart(text: str) -> tuple[str | None, list[str], bool]:
    """Find the words of a comparison, its amounts, and whether it ends in `ago`.

    Text is only split: a regular expression that backtracks could take hours for a hostile text.
    """
    rest, _, last = text.rpartition(" ")
    ago = last == "ago"
    text = rest.rstrip(" ") if ago else text
    words = next((words for words in (*COMPARISONS, "between") if text.startswith(f"{words} ")), None)
    amounts = [text.removeprefix(words or "").strip(" ")]
    if words == "between":
        low, _, high = amounts[0].partition(" and ")
        amounts = [low.rstrip(" "), high.lstrip(" ")]
    # A comparison without an amount (`at least`, `between 2`) is none: the caller gives the remedy.
    return words if all(amounts) else None, amounts, ago


def _exactly(fact: Fact, raw: float) -> NumberRange:
    # `70` for `70%` is the common slip; a part such as `0.7` gets the general remedy.
    if fact.kind == "share" and raw > 1:
        shown = quoted(raw).strip("“”")
        hint = f"write at least {shown}% or less than {shown}%, if that is what you mean"
        raise InvalidInputError("test", f"{quoted(raw)} is not a test of “{fact.name}”", hint)
    if fact.kind in ("clock", "share"):
        raise not_an_operator(fact, raw)
    amount = check_threshold(fact, Threshold(checked_number(raw), "number"), raw)
    return NumberRange(amount, amount)


def _between(
    fact: Fact, amounts: list[str], raw: str, settings: Mapping[str, Setting], *, ago: bool
) -> AgeRange | NumberRange:
    # `between 3 and 4 days ago`: the unit is written once, behind the second number.
    if fact.kind == "clock" and amounts[0].isdigit():
        unit = amounts[1].partition(" ")[2] or "days"
        hint = f"write between {amounts[0]} {unit} and {amounts[1].partition(' ')[0]} {unit} ago"
        raise InvalidInputError("quantity", f"{quoted(amounts[0])} has no unit", hint)
    low, high = (read_threshold(fact, text, raw, settings) for text in amounts)
    _check_ago(fact, raw, ago=ago)
    # Only quantities that are written out are final: a style may still give a setting another value.
    written_out = low.setting is None and high.setting is None
    clock = fact.kind == "clock"
    # A date's upper threshold is excluded, so equal thresholds leave nothing; numbers include both.
    if written_out and (low.value >= high.value if clock else low.value > high.value):  # type: ignore[operator]
        hint = "the smaller quantity comes first"
        if low.value == high.value:
            hint = "the second value is not included, so it must be the larger one"
        raise InvalidInputError("empty", f"{quoted(raw)} can never hold", hint)
    return AgeRange(low, high) if clock else NumberRange(low, high)


def _comparison(
    fact: Fact, words: str, text: str, raw: str, settings: Mapping[str, Setting], *, ago: bool
) -> AgeRange | NumberRange:
    if fact.kind == "clock":
        # Refused before the quantity is read: the words are at fault, whatever the quantity is.
        if words in ("more than", "at most"):
            raise InvalidInputError(
                "half-open",
                f"{quoted(raw)}: dates do not support “{words}”",
                f"write {HALF_OPEN[words]} {text} ago, so that the instant of the change is clear",
            )
        amount = read_threshold(fact, text, raw, settings)
        _check_ago(fact, raw, ago=ago)
        return AgeRange(amount, None) if words == "at least" else AgeRange(None, amount)
    amount = read_threshold(fact, text, raw, settings)
    _check_ago(fact, raw, ago=ago)
    match words:
        case "at least":
            return NumberRange(amount, None)
        case "more than":
            return NumberRange(amount, None, low_included=False)
        case "at most":
            return NumberRange(None, amount)
        case _:
            return NumberRange(None, amount, high_included=False)


def _check_ago(fact: Fact, raw: str, *, ago: bool) -> None:
    if fact.kind == "clock" and not ago:
        raise InvalidInputError("test", f"{quoted(raw)} is missing “ago”", f"write {raw.strip()} ago")
    if fact.kind != "clock" and ago:
        raise InvalidInputError(
            "test",
            f"{quoted(raw)}: “{fact.name}” is not a date, so “ago” does not apply",
            f"write {raw.strip()[:-4].strip()}",
        )


def _bare(fact: Fact, raw: str, text: str, settings: Mapping[str, Setting]) -> NumberRange:
    ago = " ago" if fact.kind == "clock" else ""
    shown = text.removesuffix(ago)
    if shown in settings:
        raise InvalidInputError("test", f"{quoted(shown)} is a setting, not a test", f"write at least {shown}{ago}")
    # `3 weeks ago` alone leaves open which side of it is meant.
    if ago:
        try:
            parse_duration(shown)
        except InvalidInputError:
            raise not_an_operator(fact, raw) from None
        raise InvalidInputError(
            "test", f"{quoted(raw)} is not a test", f"write at least {shown} ago, or less than {shown} ago"
        )
    if text[:1].isdigit() or text[:1] == "-":
        amount = read_threshold(fact, text, raw, settings)
        return NumberRange(amount, amount)
    raise not_an_operator(fact, raw)


def format_operator(test: Operator, *, names: bool = False) -> str:
    """Write a test as a policy would, with quantities written out, or with the settings' names. Words are sorted."""
    match test:
        case OneOf():
            words = ", ".join(sorted(_in_yaml(word) for word in test.words))
            text = f"[{words}]" if len(test.words) > 1 else words
            return f"{{not: {text}}}" if test.negated else text
        case IsTrue():
            return "true" if test.wanted else "false"
        case IsKnown():
            return "given" if test.wanted else "missing"
        case AgeRange():
            return f"{_format_range(test.low, test.high, 'at least', 'less than', names=names)} ago"
        case NumberRange():
            # A setting's name alone is no condition, so `between x and x` is written, which reads back.
            if test.low is not None and test.low == test.high and not (names and test.low.setting):
                return _format_amount(test.low, names=names)
            low = "at least" if test.low_included else "more than"
            high = "at most" if test.high_included else "less than"
            return _format_range(test.low, test.high, low, high, names=names)
        case _ as never:
            assert_never(never)


def _in_yaml(word: str) -> str:
    plain = re.fullmatch(_PLAIN_WORD, word) and word.lower() not in _READ_DIFFERENTLY
    if plain:
        return word
    import json  # noqa: PLC0415  (imported late: few words need quotes)

    return json.dumps(word, ensure_ascii=False)


def _format_range(
    low: Threshold | None, high: Threshold | None, low_words: str, high_words: str, *, names: bool
) -> str:
    if low is not None and high is not None:
        return f"between {_format_amount(low, names=names)} and {_format_amount(high, names=names)}"
    if low is not None:
        return f"{low_words} {_format_amount(low, names=names)}"
    return f"{high_words} {_format_amount(high, names=names)}" if high is not None else ""


def _format_amount(amount: Threshold, *, names: bool) -> str:
    return amount.setting if names and amount.setting else format_quantity(amount.value, amount.kind)
