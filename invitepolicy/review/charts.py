"""The pictures of a report as plain numbers: lives on a common time axis, and the curve of the yeses.

Everything is in thousandths of a picture's width and height, from the left and from the top.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import attrs

from invitepolicy._core.facts import NOT_APPLICABLE, UNDETERMINED

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
        """Give where an instant stands, cut off at both ends."""
        part = (instant - self.start) / (self.end - self.start)
        return round(min(max(part, 0.0), 1.0) * WHOLE)


@attrs.frozen
class Bar:
    """A stretch of a life as it is drawn: place and width, the outcome, and its shade.

    Shades: `0` to `2` from the first outcome of the decision to its last, `none` where nothing is asked, `open` where
    nobody can say. `begins` is the instant at which it begins inside the picture, None where it began before.
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
    """Give the axis from `back` before now to `ahead` behind it. Both are longer than nothing."""
    return Axis(now - back, now, now + ahead)


def weekly_ticks(axis: Axis) -> tuple[Tick, ...]:
    """Mark the weeks before and after now; now itself is 0."""
    first = -int((axis.now - axis.start) // _WEEK)
    last = int((axis.end - axis.now) // _WEEK)
    weeks = range(first, last + 1)
    return tuple(Tick(axis.at(axis.now + week * _WEEK), _week_label(axis.now + week * _WEEK, week)) for week in weeks)


def _week_label(instant: datetime, week: int) -> str:
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return "today" if not week else f"{instant.day} {months[instant.month - 1]}"


def life_bars(life: Sequence[Stage], axis: Axis, outcomes: Sequence[str], *, since: datetime | None) -> tuple[Bar, ...]:
    """Draw a life from `since` on (the sending): one bar an outcome; what lies outside the axis is left out."""
    return tuple(bar for bar in _bars(life, axis, outcomes, since) if bar.width)


def _bars(life: Sequence[Stage], axis: Axis, outcomes: Sequence[str], since: datetime | None) -> Iterator[Bar]:
    drawn_from = max(since or axis.start, axis.start)
    start, outcome = drawn_from, life[0].outcome
    for segment in (*life[1:], None):
        if segment is not None and segment.outcome == outcome:
            continue
        end = axis.end if segment is None or segment.start is None else segment.start
        begin = max(start, drawn_from)
        x, to = axis.at(begin), axis.at(end)
        begins = begin if begin > axis.start else None
        yield Bar(x, max(to - x, 0) if end > drawn_from else 0, outcome, shade_of(outcome, outcomes), begins)
        if segment is not None:
            start, outcome = end, segment.outcome


def shade_of(outcome: str, outcomes: Sequence[str]) -> str:
    """Give an outcome's shade, by its place among the decision's."""
    if outcome == NOT_APPLICABLE:
        return "none"
    if outcome == UNDETERMINED or outcome not in outcomes:
        return "open"
    place = list(outcomes).index(outcome)
    return str(round(2 * place / max(len(outcomes) - 1, 1)))


def curve_steps(curve: AcceptanceCurve) -> str:
    """Draw the curve as an SVG path of steps; empty where no yes is known.

    The width is the last day of the curve, the height all yeses.
    """
    if not curve.accepted:
        return ""
    last = curve.days[-1][0] or 1
    points = [(round(day * WHOLE / last), WHOLE - round(count * WHOLE / curve.accepted)) for day, count in curve.days]
    steps = [f"M0 {WHOLE}", f"V{points[0][1]}"]
    for x, y in points[1:]:
        steps += (f"H{x}", f"V{y}")
    return "".join(steps)
