"""Progress of long work: a count and a rate on stderr where that is a terminal, and no trace of it afterwards."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Final, TypeVar

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_T = TypeVar("_T")
_LOOKED_AT: Final = 64  # items: looking at the clock for each would cost more than some of them
_AFTER: Final = 1.0  # seconds: shorter work needs no progress
_EVERY: Final = 0.2
_ERASE: Final = "\r\x1b[K"


@attrs.define
class Progress:
    """A line of progress, where somebody can see it; `erase` takes it away before something else is said."""

    shown: bool
    drawn: bool = attrs.field(default=False, init=False)

    def follow(self, items: Iterable[_T], what: str) -> Iterator[_T]:
        """Pass items on, and draw how many there were (`reading: 12,800 records, 9,100 a second`)."""
        if not self.shown:
            yield from items
            return
        start = time.monotonic()
        due = start + _AFTER
        try:
            for count, item in enumerate(items):
                if count % _LOOKED_AT == 0 and (now := time.monotonic()) >= due:
                    self._draw(f"{what}: {count:,} records, {count / (now - start):,.0f} a second")
                    due = now + _EVERY
                yield item
        finally:
            self.erase()

    def erase(self) -> None:
        """Take the line away."""
        if self.drawn:
            sys.stderr.write(_ERASE)
            sys.stderr.flush()
            self.drawn = False

    def _draw(self, text: str) -> None:
        sys.stderr.write(f"{_ERASE}{text}")
        sys.stderr.flush()
        self.drawn = True


def open_progress(*, quiet: bool, to_terminal: bool = False) -> Progress:
    """Show progress where stderr is a terminal, unless quiet, or results go to that terminal at the same time."""
    return Progress(shown=sys.stderr.isatty() and not quiet and not (to_terminal and sys.stdout.isatty()))
