"""What lines tell apart: the ages at which they turn, and the words that they name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from invitepolicy._model import Aged, OneOf
from invitepolicy._quantities import FOREVER

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import timedelta

    from invitepolicy._model import Line

STANDING: Final = datetime(2500, 1, 1, tzinfo=UTC)  # the instant at which a cell's own value is looked at


def words_of(line: Line) -> tuple[str, ...]:
    """Give the words that a line names."""
    return line.test.words if isinstance(line.test, OneOf) else ()


def thresholds(lines: Iterable[Line]) -> list[timedelta]:
    """Give the ages, in order, at which lines about one clock turn; nothing turns at `forever`."""
    found: set[Any] = {
        border.value
        for line in lines
        if isinstance(line.test, Aged)
        for border in (line.test.low, line.test.high)
        if border is not None and border.value != FOREVER
    }
    return sorted(found)  # durations only, by the fact's kind
