"""Progress: seen where somebody looks, for work that is long, and gone afterwards."""

from __future__ import annotations

import io
import sys
import time

import pytest
from terminals import Terminal

from invitepolicy.cli.progress import Progress, open_progress


@pytest.fixture
def terminal(monkeypatch):
    """Stand in for stderr, once the test runs (before that pytest takes it back)."""

    def stand_in():
        stream = Terminal()
        monkeypatch.setattr(sys, "stderr", stream)
        return stream

    return stand_in


@pytest.fixture
def _hurried(monkeypatch):
    """Make the clock advance by half a second at each reading."""
    ticks = iter(range(10**6))
    monkeypatch.setattr(time, "monotonic", lambda: next(ticks) / 2)


@pytest.mark.usefixtures("_hurried")
def test_long_work_is_counted_and_the_count_goes_away(terminal):
    """After a second; with a rate."""
    seen = terminal()

    found = list(Progress(shown=True).follow(range(300), "reading"))

    assert found == list(range(300))
    first, *_, last = seen.getvalue().split("\r\x1b[K")[1:]
    assert first == "reading: 64 records, 64 a second"
    assert last == ""


@pytest.mark.usefixtures("_hurried")
def test_what_is_said_in_between_stands_on_a_line_of_its_own(terminal):
    """`erase` takes the count away, once."""
    seen, progress = terminal(), Progress(shown=True)

    for number in progress.follow(range(66), "reading"):
        if number == 64:
            progress.erase()
            progress.erase()

    assert seen.getvalue().count("\r\x1b[K") == 2


def test_short_work_and_hidden_progress_draw_nothing(terminal):
    """Items pass in either case."""
    seen = terminal()

    assert list(Progress(shown=True).follow("ab", "reading")) == ["a", "b"]
    assert list(Progress(shown=False).follow("ab", "reading")) == ["a", "b"]
    assert seen.getvalue() == ""


@pytest.mark.usefixtures("_hurried")
def test_an_interruption_leaves_no_trace(terminal):
    """Ctrl-C in the middle."""
    seen = terminal()

    def interrupted():
        yield from range(100)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(Progress(shown=True).follow(interrupted(), "reading"))

    assert seen.getvalue().endswith("\r\x1b[K")


def test_progress_is_shown_on_a_terminal_unless_quiet_or_in_the_way(terminal, monkeypatch):
    """Results that go to the same terminal as they are found need no count."""
    terminal()

    assert open_progress(quiet=False).shown
    assert not open_progress(quiet=True).shown
    assert open_progress(quiet=False, to_terminal=True).shown
    monkeypatch.setattr(sys, "stdout", Terminal())
    assert not open_progress(quiet=False, to_terminal=True).shown
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert not open_progress(quiet=False).shown
