"""The charts of a report as plain numbers: timelines on a common axis, and the curve of acceptances.

All coordinates are in thousandths of a chart's width and height, from the left and from the top.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import attrs

from invitepolicy._core.facts import NOT_APPLICABLE, UNDETERMINED
from invitepolicy._core.quantities import format_short_date

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from invitepolicy.review.backtest import AcceptanceCurve
    from invitepolicy.timeline import Stage

WHOLE: Final = 1000
_WEEK: Final = timedelta(weeks=1)


@attrs.frozen
class Axis:
    """A stretch of time that is drawn: `[start, end)`, with the present somewhere in it."""

    start: datetime
    now: datetime
    end: datetime

    def at(self, instant: datetime) -> int:
        """Return the coordinate of an instant, clamped to the axis."""
        part = (instant - self.start) / (self.end - self.start)
        return round(min(max(part, 0.0), 1.0) * WHOLE)


@attrs.frozen
class Bar:
    """A stage of a timeline as it is drawn: position and width, the outcome, and its shade.

    Shades: `0` to `2` from the first outcome of the decision to its last, `none` for not applicable, `open` for
    undetermined. `begins` is the instant at which it begins inside the chart, None where it began before.
    """

    x: int
    width: int
    outcome: str
    shade: str
    begins: datetime | None


@attrs.frozen
class Tick:
    """A mark on an axis: its place and its label."""

    at: int
    label: str


def time_axis(now: datetime, *, back: timedelta, ahead: timedelta) -> Axis:
    """Return the axis from `back` before now to `ahead` after it; both must be positive."""
    return Axis(now - back, now, now + ahead)


def weekly_ticks(axis: Axis) -> tuple[Tick, ...]:
    """Return a tick for now, labelled “today”, and one for every whole week before and after it."""
    # Counted from now and not from the edge, so that one tick falls on today.
    first = -int((axis.now - axis.start) // _WEEK)
    last = int((axis.end - axis.now) // _WEEK)
    weeks = range(first, last + 1)
    return tuple(Tick(axis.at(axis.now + week * _WEEK), _week_label(axis.now + week * _WEEK, week)) for week in weeks)


def _week_label(instant: datetime, week: int) -> str:
    return format_short_date(instant) if week else "today"


def timeline_bars(
    stages: Sequence[Stage], axis: Axis, outcomes: Sequence[str], *, since: datetime | None
) -> tuple[Bar, ...]:
    """Return a bar for each outcome of a timeline from `since` on (the sending); bars outside the axis are left out."""
    return tuple(bar for bar in _bars(stages, axis, outcomes, since) if bar.width)


def _bars(stages: Sequence[Stage], axis: Axis, outcomes: Sequence[str], since: datetime | None) -> Iterator[Bar]:
    drawn_from = max(since or axis.start, axis.start)
    start, outcome = drawn_from, stages[0].outcome
    # Stages of one outcome, which differ in their rule, make one bar. None closes the last one.
    for stage in (*stages[1:], None):
        if stage is not None and stage.outcome == outcome:
            continue
        # Only the first stage, which the loop leaves out, has no start: the test is for the type checker.
        end = axis.end if stage is None or stage.start is None else stage.start
        begin = max(start, drawn_from)
        x, to = axis.at(begin), axis.at(end)
        begins = begin if begin > axis.start else None
        # Width 0, for what lies before or behind the picture, is dropped by timeline_bars.
        yield Bar(x, max(to - x, 0) if end > drawn_from else 0, outcome, shade_of(outcome, outcomes), begins)
        if stage is not None:
            start, outcome = end, stage.outcome


def shade_of(outcome: str, outcomes: Sequence[str]) -> str:
    """Return the shade of an outcome, by its position among the outcomes of the decision."""
    if outcome == NOT_APPLICABLE:
        return "none"
    if outcome == UNDETERMINED or outcome not in outcomes:
        return "open"
    position = list(outcomes).index(outcome)
    # Spread over three shades: two outcomes get 0 and 2, four get 0, 1, 1 and 2, a single one 0.
    return str(round(2 * position / max(len(outcomes) - 1, 1)))


def curve_steps(curve: AcceptanceCurve) -> str:
    """Return the curve as an SVG path of steps, empty without acceptances.

    The width is the last day of the curve, the height all acceptances.
    """
    if not curve.accepted:
        return ""
    # A curve of day 0 alone has no width to divide by.
    last = curve.days[-1][0] or 1
    points = [(round(day * WHOLE / last), WHOLE - round(count * WHOLE / curve.accepted)) for day, count in curve.days]
    steps = [f"M0 {WHOLE}", f"V{points[0][1]}"]
    for x, y in points[1:]:
        # First across, then up: the count rises at the day, not on the way to it.
        steps += (f"H{x}", f"V{y}")
    return "".join(steps)
