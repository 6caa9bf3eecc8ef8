"""A comparison of two policies as text: the differences by decision, then the invitations that they affect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from invitepolicy._core.facts import UNDETERMINED
from invitepolicy._core.quantities import format_minute
from invitepolicy._core.text import join_words
from invitepolicy.analysis.diff import is_empty
from invitepolicy.cli.text.review import format_name
from invitepolicy.cli.text.terminal import Style, pad_cell, wrap

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from invitepolicy import Policy
    from invitepolicy.analysis.diff import Affected, ChangedRegion, Difference, Impact

_NAME: Final = 28  # columns
_MOST_KINDS: Final = 6  # of records in one decision: more are abridged
_UNKNOWN: Final = "not known"


@attrs.frozen
class Compared:
    """Two policies, their difference, and, if there is data, its impact on these `records` from `now` to `until`."""

    old: Policy
    new: Policy
    difference: Difference
    now: datetime
    until: datetime
    impact: Impact | None = None
    records: int = 0


def format_difference(
    compared: Compared, *, names: bool, style: Style, width: int, whole: bool = False
) -> Iterator[str]:
    """Yield a comparison as lines of at most `width` columns; people are named only with `names`.

    If a decision differs for more than six kinds of records, the simplest of each change is listed, unless `whole`.
    """
    old, new = compared.old, compared.new
    yield style.heading(f"From {old.name} ({old.fingerprint[:8]}) to {new.name} ({new.fingerprint[:8]})")
    difference = compared.difference
    if is_empty(difference):
        yield "No difference: both policies give the same answers, for every record at every time."
    for decision, regions in _by_decision(difference.outcomes).items():
        yield ""
        yield style.heading(f"{decision}: {new.decisions[decision].question}")
        shown = regions if whole or len(regions) <= _MOST_KINDS else _simplest(regions)
        for region in shown:
            yield from _outcome(region, style, width)
        if len(shown) < len(regions):
            rest = f"and {len(regions) - len(shown)} more kinds of records with the same changes; --all lists them"
            yield from wrap(rest, width=width, indent="  ")
    yield from _reasons(difference.reasons, style, width, whole=whole)
    for policy, decisions in ((old, difference.only_old), (new, difference.only_new)):
        if decisions:
            yield ""
            yield from wrap(f"Only {policy.name} answers {join_words(decisions, 'and')}.", width=width)
    if compared.impact is not None:
        yield from _impact(compared, compared.impact, names=names, style=style, width=width)


def _by_decision(regions: Sequence[ChangedRegion]) -> dict[str, list[ChangedRegion]]:
    grouped: dict[str, list[ChangedRegion]] = {}
    for region in regions:
        grouped.setdefault(region.decision, []).append(region)
    return grouped


def _simplest(regions: Sequence[ChangedRegion]) -> list[ChangedRegion]:
    """Return the simplest kind of records of each change: if possible one without unknown facts, then the shortest."""
    simplest: dict[tuple[str, str], ChangedRegion] = {}
    for region in sorted(regions, key=lambda region: (_UNKNOWN in region.where, len(region.where))):
        simplest.setdefault((region.before, region.after), region)
    # What is undetermined last: it is about missing facts rather than about the policy.
    return sorted(simplest.values(), key=lambda region: UNDETERMINED in (region.before, region.after))


def _outcome(region: ChangedRegion, style: Style, width: int) -> Iterator[str]:
    yield from wrap(f"{region.where}: {_change(region.before, region.after)}", width=width, indent="  ")
    if region.witness is not None:
        yield from map(style.faint, wrap(f"such as {region.witness.words}", width=width, indent="      "))


def _change(before: str, after: str) -> str:
    return f"{before} → {after}".replace("_", " ")


def _reasons(regions: Sequence[ChangedRegion], style: Style, width: int, *, whole: bool) -> Iterator[str]:
    if not regions:
        return
    yield ""
    yield style.heading("Same outcome, but by another rule or for another reason")
    texts = [_reason(region, where=whole or len(regions) <= _MOST_KINDS) for region in regions]
    # Without the words for their records, several regions have the same text.
    for text in dict.fromkeys(texts):
        yield from wrap(text, width=width, indent="  ", hanging="    ")


def _reason(region: ChangedRegion, *, where: bool) -> str:
    before, after = (rule or "otherwise" for rule in (region.rule_before, region.rule_after))
    rules = f"“{after}”, reworded" if before == after else f"“{before}” → “{after}”"
    records = f", {region.where}" if where else ""
    return f"{region.decision}{records}: {region.after.replace('_', ' ')} by {rules}"


def _impact(compared: Compared, impact: Impact, *, names: bool, style: Style, width: int) -> Iterator[str]:
    at, until = format_minute(compared.now), format_minute(compared.until)
    for title, rows in ((f"Now ({at} UTC)", impact.now), (f"Later, until {until} UTC", impact.later)):
        # An invitation may get several other answers; None is the account.
        people = len({id(row.invitation) for row in rows if row.invitation is not None})
        yield ""
        yield style.heading(f"{title}: {people} of {compared.records} invitations would get another answer")
        for (decision, change), members in _by_change(rows).items():
            yield from wrap(f"{decision}: {change} ({len(members)})", width=width, indent="  ")
            if names:
                yield from map(_person, members)
        if not rows:
            yield "  No answer changes."


def _by_change(rows: Sequence[Affected]) -> dict[tuple[str, str], list[Affected]]:
    grouped: dict[tuple[str, str], list[Affected]] = {}
    for row in rows:
        grouped.setdefault((row.decision, _change(row.before, row.after)), []).append(row)
    return grouped


def _person(row: Affected) -> str:
    name = "your account" if row.invitation is None else format_name(row.invitation)
    return f"    {pad_cell(name, _NAME)}  from {format_minute(row.at)}"
