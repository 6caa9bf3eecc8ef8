"""Why a rule is never reached, in words: the rules that stand above it, and the settings that make it so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invitepolicy._core.policy import AgeRange, NumberRange
from invitepolicy._core.quantities import FOREVER, format_quantity
from invitepolicy._core.text import join_words, quoted
from invitepolicy._prove.rulings import DOUBT, rulings_in
from invitepolicy.analysis.lint.layout import regions_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from invitepolicy._core.policy import Condition, Rule, Threshold
    from invitepolicy.analysis.lint.layout import LintContext

_NAMED = 3


def shown(line: Condition) -> str:
    """Show a line as it is written."""
    return quoted(f"{line.fact}: {line.text}")


def never_holds(laid: LintContext, line: Condition) -> bool:
    """Say whether a line holds of no value at all."""
    return not any(
        all(holds & laid.space.whole[index] for index, (holds, _) in masks.items())
        for masks in laid.reader.ways_to_hold(line)
    )


def why_never(line: Condition) -> str:
    """Say why a line holds of no value: a border that is never reached, or two in the wrong order."""
    if not isinstance(line.operator, AgeRange | NumberRange):
        return f"{shown(line)} holds of nothing"
    low, high = line.operator.low, line.operator.high
    if low is not None and high is not None and low.value != FOREVER:
        return f"{amount(low)} is not {_less(low)} than {amount(high)}"
    if low is not None and low.value == FOREVER:
        return f"{amount(low)} never comes"
    return f"{shown(line)} holds of nothing"


def amount(quantity: Threshold) -> str:
    """Name a setting with its value, or write the value out."""
    value = format_quantity(quantity.value, quantity.kind)
    return value if quantity.setting is None else f"{quantity.setting} ({value})"


def _less(quantity: Threshold) -> str:
    return "shorter" if quantity.kind == "duration" else "less"


def _more(quantity: Threshold) -> str:
    return "longer" if quantity.kind == "duration" else "more"


def why_unreached(laid: LintContext, number: int) -> str:
    """Say why a rule decides nothing, as what follows *because*."""
    rule = laid.decision.rules[number]
    empty = next((line for line in rule.when if never_holds(laid, line)), None)
    if empty is not None:
        return why_never(empty)
    lines, above, doubted = _deciders(laid, number)
    compared = list(dict.fromkeys(text for other in above for text in _compare(rule, other)))[:2]
    names = _names(above)
    if above and compared:
        return f"{join_words(compared, 'and')}, and {names} {'stands' if len(above) == 1 else 'stand'} above it"
    if above:
        return f"{names} above it {'decides' if len(above) == 1 else 'decide'} wherever it fits"
    if lines:
        return f"the decision does not apply there ({join_words(dict.fromkeys(map(shown, lines)), 'and')})"
    return "a rule above it always leaves it in doubt" if doubted else "its lines never hold together"


def _names(rules: list[Rule]) -> str:
    named = [quoted(rule.name) for rule in rules[:_NAMED]]
    return join_words([*named, *(["others"] if len(rules) > _NAMED else [])], "and")


def _deciders(laid: LintContext, number: int) -> tuple[list[Condition], list[Rule], bool]:
    """Find what decides where all lines of a rule hold: lines of `applies_to`, rules above it, or doubt."""
    boxes = regions_of(laid, laid.decision.rules[number], wide=False)
    lines: dict[Condition, None] = {}
    rules: dict[Rule, None] = {}
    doubted = False
    for ruled in rulings_in(laid.table, laid.base, laid.base, boxes, laid.meter):
        card = laid.table.rules[ruled.final]
        doubted = doubted or ruled.old == DOUBT
        if card.condition is not None:
            lines[card.condition] = None
        elif card.rule is not None and card.rule is not laid.decision.rules[number]:
            rules[card.rule] = None
    return list(lines), list(rules), doubted


def _compare(rule: Rule, above: Rule) -> Iterator[str]:
    """Compare the borders of two rules about one fact, where a setting is one of them."""
    for line in rule.when:
        for other in above.when:
            if line.fact == other.fact and isinstance(line.operator, AgeRange | NumberRange):
                yield from _borders(line, other)


def _borders(line: Condition, above: Condition) -> Iterable[str]:
    mine, other = line.operator, above.operator
    if not (isinstance(mine, AgeRange | NumberRange) and isinstance(other, AgeRange | NumberRange)):
        return
    if mine.low is not None and other.low is not None and _by_setting(mine.low, other.low):
        yield f"{amount(mine.low)} is not {_less(mine.low)} than {amount(other.low)}"
    if mine.high is not None and other.high is not None and _by_setting(mine.high, other.high):
        yield f"{amount(mine.high)} is not {_more(mine.high)} than {amount(other.high)}"


def _by_setting(mine: Threshold, other: Threshold) -> bool:
    return mine.setting != other.setting and bool(mine.setting or other.setting)
