"""Progress of long work: one line on stderr if that is a terminal, erased afterwards."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Final, TypeVar

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_T = TypeVar("_T")
_CHECK_EVERY: Final = 64  # items: reading the clock for each would cost more than some of them
_SHOW_AFTER: Final = 1.0  # seconds: shorter work needs no progress
_REDRAW_AFTER: Final = 0.2  # seconds
_ERASE: Final = "\r\x1b[K"


@attrs.define
class Progress:
    """A line of progress, drawn only if `shown`; call `erase` before anything else is written to stderr."""

    shown: bool
    drawn: bool = attrs.field(default=False, init=False)

    def follow(self, items: Iterable[_T], what: str) -> Iterator[_T]:
        """Yield the items, and draw how many there were (`reading: 12,800 records, 9,100 a second`)."""
        if not self.shown:
            yield from items
            return
        start = time.monotonic()
        due = start + _SHOW_AFTER
        try:
            for count, item in enumerate(items):
                if count % _CHECK_EVERY == 0 and (now := time.monotonic()) >= due:
                    self.draw(f"{what}: {count:,} records, {count / (now - start):,.0f} a second")
                    due = now + _REDRAW_AFTER
                yield item
        finally:
            self.erase()

    def erase(self) -> None:
        """Erase the line, if there is one."""
        if self.drawn:
            sys.stderr.write(_ERASE)
            sys.stderr.flush()
            self.drawn = False

    def draw(self, text: str) -> None:
        """Draw a line in place of the one before."""
        if not self.shown:
            return
        sys.stderr.write(f"{_ERASE}{text}")
        sys.stderr.flush()
        self.drawn = True


def open_progress(*, quiet: bool, to_terminal: bool = False) -> Progress:
    """Return a progress line: shown if stderr is a terminal, unless quiet, or results go to a terminal meanwhile."""
    return Progress(shown=sys.stderr.isatty() and not quiet and not (to_terminal and sys.stdout.isatty()))
