"""The quantities of a line's test, written out or named by a setting, and what to write where there is none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, assert_never

from invitepolicy._model import Amount
from invitepolicy._quantities import QuantityError, QuantityKind, parse_duration, parse_number, parse_share
from invitepolicy._text import did_you_mean, in_digits, listed, nearest, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from invitepolicy._model import Setting
    from invitepolicy._vocabulary import Fact, Kind

COMPARISONS: Final = ("at least", "at most", "more than", "less than")
HALF_OPEN: Final = {"more than": "at least", "at most": "less than"}
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_WANTED: Final[dict[Kind, QuantityKind]] = {
    "clock": "duration", "share": "share", "count": "number", "number": "number",
}  # fmt: skip
_EXAMPLES: Final[dict[Kind, str]] = {
    "clock": "at least 3 weeks ago, less than 4 days ago, between 3 days and 4 days ago, given or missing",
    "share": "at least 40%, less than 20%, between 20% and 40%, given or missing",
    "count": "at least 3, less than 3, between 3 and 5, 3, given or missing",
    "number": "at least 2.5, less than 2.5, between 2 and 3, 2.5, given or missing",
}
_KINDS: Final[dict[QuantityKind, str]] = {"duration": "a duration", "share": "a share", "number": "a number"}
_PLURALS: Final[dict[QuantityKind, str]] = {"duration": "durations", "share": "shares", "number": "numbers"}
_MEANT: Final = {
    "older than": "at least", "longer than": "at least", "over": "more than", ">=": "at least", ">": "more than",
    "younger than": "less than", "newer than": "less than", "under": "less than", "<": "less than", "<=": "at most",
}  # fmt: skip


class LineError(ValueError):
    """A test that means nothing: what is wrong, what would be right, a code, and where inside the value."""

    def __init__(self, code: str, what: str, hint: str, inside: tuple[str | int, ...] = ()) -> None:
        """Keep the sentence, its remedy and the place."""
        super().__init__(what)
        self.code, self.what, self.hint, self.inside = code, what, hint, inside


def read_amount(fact: Fact, text: str, raw: str, settings: Mapping[str, Setting]) -> Amount:
    """Read a quantity of the test `raw` about `fact`: written out, or a setting's name. Raises LineError."""
    if text in settings:
        setting = settings[text]
        return checked_amount(fact, Amount(setting.value, setting.kind, text), raw)
    wanted = _WANTED[fact.kind]
    if (digits := in_digits(text)) is not None:
        raise LineError("quantity", f"{quoted(text)} is spelled out", f"write {digits}")
    if _NAME.fullmatch(text):
        raise _unknown_name(text, settings, wanted)
    if text.startswith("{"):
        raise LineError("quantity", f"{quoted(text)} stands in braces", f"write {text.strip('{} ')}")
    try:
        match wanted:
            case "duration":
                return Amount(parse_duration(text), wanted)
            case "share":
                return Amount(parse_share(text), wanted)
            case "number":
                return checked_amount(fact, Amount(parse_number(text), wanted), raw)
            case _ as never:
                assert_never(never)
    except QuantityError as error:
        raise LineError("quantity", error.what, error.hint) from None


def _unknown_name(text: str, settings: Mapping[str, Setting], wanted: QuantityKind) -> LineError:
    if text == "forever":
        return LineError("quantity", "“forever” is a setting's value", "give a setting that value and name it here")
    fitting = [name for name, setting in settings.items() if setting.kind == wanted]
    known = f"introduce it under settings; its {_PLURALS[wanted]} are {listed(fitting, 'and')}"
    hint = did_you_mean(text, settings, known if fitting else "introduce it under settings")
    return LineError("setting", f"there is no setting {quoted(text)}", hint)


def checked_amount(fact: Fact, amount: Amount, raw: object) -> Amount:
    """Hand a quantity back that fits the fact: its kind, and whole where something is counted. Raises LineError."""
    wanted = _WANTED[fact.kind]
    if amount.kind != wanted:
        example = {"duration": "3 weeks", "share": "40%", "number": "20"}[wanted]
        raise LineError(
            "kind",
            f"“{amount.setting}” is {_KINDS[amount.kind]}, and “{fact.name}” wants {_KINDS[wanted]}",
            f"name another setting, or write {example}",
        )
    if fact.kind == "count" and not isinstance(amount.value, int):
        raise LineError("kind", f"{quoted(raw)}: “{fact.name}” is counted in whole numbers", "write a whole number")
    return amount


def what_to_write(fact: Fact) -> str:
    """Give the remedy for a line about `fact` that has no test at all."""
    match fact.kind:
        case "choice":
            return f"write {listed(fact.words)}"
        case "tags":
            return "write a tag"
        case "flag":
            return "write true or false"
        case _:
            return f"write {_EXAMPLES[fact.kind]}"


def not_a_test(fact: Fact, raw: Any) -> LineError:
    """Give the refusal of a test about a quantity that is none, with what was probably meant."""
    if isinstance(raw, dict) and len(raw) == 1 and next(iter(raw.values())) is None:
        hint = f"write at least {next(iter(raw))}{' ago' if fact.kind == 'clock' else ''}, without braces"
        return LineError("test", f"braces around the test of “{fact.name}”", hint)
    hint = (_meant_test(fact, raw.strip()) if isinstance(raw, str) else None) or f"write {_EXAMPLES[fact.kind]}"
    return LineError("test", f"{quoted(raw)} is no test of “{fact.name}”", hint)


def _meant_test(fact: Fact, text: str) -> str | None:
    """Guess at a comparison that is written in other words, or mistyped: its remedy, or None."""
    one, _, more = text.removesuffix(" ago").partition(" ")
    two, _, rest = more.partition(" ")
    for words, amount in ((one, more), (f"{one} {two}", rest)):
        known = _MEANT.get(words.lower()) or nearest(words, COMPARISONS if " " in words else ("given", "missing"))
        if known in ("given", "missing"):
            return f"did you mean “{known}”?" if not amount else None
        if known is not None and amount:
            return f"write {_complete(fact, known, amount)}"
    return None


def _complete(fact: Fact, words: str, amount: str) -> str:
    if fact.kind != "clock":
        return f"{words} {amount}"
    return f"{HALF_OPEN.get(words, words)} {amount} ago"
