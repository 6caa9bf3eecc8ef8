"""Rounds in processes of their own: in fair shares, each from its own number, until all is done or time is up."""

from __future__ import annotations

import random
import resource
import signal
import sys
import time
import traceback
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path

import attrs
from parts import PARTS

MOST_FAILURES = 50  # of a part: then it is over
STATM = Path("/proc/self/statm")
GRACE = 60  # seconds
DIED = "its process died"


@attrs.frozen
class Round:
    """What a round did: how much, in how many seconds, what it tells, and how it failed.

    Memory, in MiB, is what its process held before and after, and the most that it ever held.
    """

    part: str
    number: int
    count: int = 0
    seconds: float = 0.0
    before: float = 0.0
    after: float = 0.0
    peak: float = 0.0
    report: tuple[str, ...] = ()
    failure: str | None = None
    notes: dict = attrs.field(factory=dict)


@attrs.define
class Tally:
    """What a part has done so far."""

    begun: int = 0
    busy: int = 0
    rounds: int = 0
    count: int = 0
    seconds: float = 0.0
    failures: int = 0
    report: list[str] = attrs.field(factory=list)
    memory: tuple[float, float] | None = None  # MiB, after the first round and after the last
    grown: float = 0.0  # MiB in its own rounds but the first
    peak: float = 0.0


def number_of(seed, part, index):
    """Return the number of a part's round, which is all that it depends on."""
    if PARTS[part].is_listed:
        return index
    return random.Random(f"{seed} {part} {index}").getrandbits(48)  # noqa: S311  (a seeded round is the point)


def memory():
    """Return the MiB that this process holds; where the system does not say, the most that it has held."""
    if not STATM.exists():
        return peak()
    return int(STATM.read_text("ascii").split()[1]) * resource.getpagesize() / 2**20


def peak():
    """Return the most MiB that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run_round(part, number):
    """Run a round. Whatever it raises is a failure, kept with what it was at."""
    notes: dict = {}
    before, began, count, failure = memory(), time.monotonic(), 0, None
    try:
        count = PARTS[part].run(number, notes)
    except Exception:  # noqa: BLE001  (whatever it is, no promise allows it)
        failure = traceback.format_exc()
    seconds, report = time.monotonic() - began, tuple(notes.pop("report", ()))
    return Round(part, number, count, seconds, before, memory(), peak(), report, failure, notes if failure else {})


def soak(names, *, seed, minutes, processes, keep):
    """Run rounds of the parts until each has done what is asked, or time is up, or Ctrl-C. Return the tallies.

    With `minutes`, that part goes on next that had the least time; without, one part is done after the other. `keep`
    is reported each round.
    """
    tallies = {name: Tally() for name in names}
    ends = time.monotonic() + minutes * 60 if minutes else None
    pool, pending = _pool(processes), {}
    try:
        while True:
            while len(pending) < processes and (ends is None or time.monotonic() < ends):
                name = _next(tallies, fair=ends is not None)
                if name is None:
                    break
                number = number_of(seed, name, tallies[name].begun)
                pending[pool.submit(run_round, name, number)] = name, number
                tallies[name].begun += 1
                tallies[name].busy += 1
            if not pending:
                break
            done = wait(pending, _left(ends), FIRST_COMPLETED).done
            if not done:
                break
            for future in done:
                found = _result(future, *pending.pop(future))
                _add(tallies[found.part], found)
                keep(found, tallies)
                if found.failure == DIED:
                    pool = _pool(processes)
    except KeyboardInterrupt:
        pass
    finally:
        for process in list(pool._processes.values()):
            process.terminate()
        pool.shutdown(wait=False, cancel_futures=True)
    return tallies


def _left(ends):
    """Return the seconds that a round may still take: what has begun when time is up has a minute to end."""
    return None if ends is None else max(0.0, ends - time.monotonic()) + GRACE


def _pool(processes):
    return ProcessPoolExecutor(processes, get_context("spawn"), initializer=_begin, initargs=(sys.path,))


def _begin(path):
    """Leave Ctrl-C to the parent, which ends this process with what it has begun; and import what the parent does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    sys.path[:] = path


def _next(tallies, *, fair):
    """Choose a part that is to go on: with least time, or simply the first."""
    names = [name for name, tally in tallies.items() if not _is_over(PARTS[name], tally)]
    if not fair:
        return names[0] if names else None
    return min(names, key=lambda name: (tallies[name].busy, tallies[name].seconds), default=None)


def _is_over(part, tally):
    done = tally.begun if part.is_listed else tally.count
    return done >= part.asked or tally.failures >= MOST_FAILURES


def _result(future, part, number):
    """Return a round; where its process died that is how it failed."""
    try:
        return future.result()
    except BrokenProcessPool:
        return Round(part, number, failure=DIED)


def _add(tally, found):
    tally.busy -= 1
    tally.rounds += 1
    tally.count += found.count
    tally.seconds += found.seconds
    tally.failures += found.failure is not None
    tally.report += found.report
    tally.memory = (tally.memory[0] if tally.memory else found.after, found.after)
    if tally.rounds > 1:
        tally.grown += found.after - found.before
    tally.peak = max(tally.peak, found.peak)
