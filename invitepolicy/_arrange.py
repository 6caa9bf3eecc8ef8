"""The rules of a file among those of its parents: what stands first, what is replaced, what is dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from invitepolicy._frozen import ByFields
from invitepolicy._problems import Fault
from invitepolicy._text import did_you_mean, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from invitepolicy._model import Path, Rule


@attrs.frozen(eq=False, repr=False)
class Cards(ByFields):
    """What a file says of a decision's rules: its cards, whom each one replaces, and what it drops."""

    limits: Sequence[Rule]
    rules: Sequence[Rule]
    replaces: Sequence[str | None]
    without: Sequence[str]


def arrange_rules(rules: Sequence[Rule], cards: Cards) -> list[Rule]:
    """Put a file's rules above its parents' `rules`, or in the place of those that they replace."""
    replaced = {target: card for target, card in zip(cards.replaces, cards.rules, strict=True) if target is not None}
    own = [card for target, card in zip(cards.replaces, cards.rules, strict=True) if target is None]
    return own + [replaced.get(rule.name or "", rule) for rule in rules if rule.name not in cards.without]


def find_conflicts(limits: Sequence[Rule], rules: Sequence[Rule], cards: Cards) -> Iterator[Fault]:
    """Say what cannot be arranged: names given twice or taken, and rules replaced or dropped that no parent has."""
    fixed = [rule.name for rule in limits]
    inherited = [rule.name for rule in rules]
    yield from _double_names(cards)
    for kind, group in (("limits", cards.limits), ("rules", cards.rules)):
        for index, card in enumerate(group):
            target = cards.replaces[index] if kind == "rules" else None
            free = card.name in cards.without or card.name == target
            if card.name in fixed or (card.name in inherited and not free):
                yield Fault((kind, index, "rule"), "rule", *_taken(card, fixed))
    for index, name in enumerate(cards.without):
        if name not in inherited:
            yield Fault(("without", index), "rule", *_no_such_rule(name, fixed, inherited, "dropped"))
    yield from _bad_targets(cards, fixed, inherited)


def _double_names(cards: Cards) -> Iterator[Fault]:
    seen: dict[str | None, int] = {}
    for kind, group in (("limits", cards.limits), ("rules", cards.rules)):
        for index, card in enumerate(group):
            if card.name in seen:
                hint = f"line {seen[card.name]} has it; rename one"
                yield Fault((kind, index, "rule"), "twice", f"a second rule {quoted(card.name)}", hint)
            seen.setdefault(card.name, card.place.line)


def _bad_targets(cards: Cards, fixed: Sequence[str | None], inherited: Sequence[str | None]) -> Iterator[Fault]:
    replaced: dict[str, int] = {}
    for index, target in enumerate(cards.replaces):
        if target is None:
            continue
        path: Path = ("rules", index, "replaces")
        if target in cards.without:
            yield Fault(path, "rule", f"{quoted(target)} is dropped by without", "drop it or replace it, not both")
        elif target not in inherited:
            yield Fault(path, "rule", *_no_such_rule(target, fixed, inherited, "replaced"))
        elif target in replaced:
            hint = f"the rule in line {replaced[target]} replaces it already; delete one of the two"
            yield Fault(path, "rule", f"{quoted(target)} is replaced twice", hint)
        replaced.setdefault(target, cards.rules[index].place.line)


def _taken(card: Rule, fixed: Sequence[str | None]) -> tuple[str, str]:
    what = f"a parent has a rule {quoted(card.name)} already"
    if card.name in fixed:
        return what, "take another name, since it is a limit and stays"
    return what, f"add “replaces: {card.name}” to stand in its place, or take another name"


def _no_such_rule(
    name: str, fixed: Sequence[str | None], inherited: Sequence[str | None], verb: str
) -> tuple[str, str]:
    if name in fixed:
        return f"{quoted(name)} is a limit and cannot be {verb}", "delete the line, since a limit stands in every style"
    known = [rule for rule in inherited if rule]
    hint = f"its rules are {listed(known, 'and')}" if known else "delete the line, since no parent has rules here"
    return f"no parent has a rule {quoted(name)}", did_you_mean(name, known, hint)
