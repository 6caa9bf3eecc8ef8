"""What came of a policy's tests, in words: what was expected, what was said instead, what decided, what was covered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invitepolicy._core.facts import NOT_APPLICABLE
from invitepolicy._core.quantities import UNITS, format_count, format_duration, format_instant, format_quantity
from invitepolicy._core.text import join_words, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from invitepolicy._decide.rules import Ruling
    from invitepolicy.testing.coverage import CoveredBoundary, CoveredRule
    from invitepolicy.testing.run import Failure, Life, Result


def describe_failure(failure: Failure, now: datetime) -> Iterator[str]:
    """Tell a failure in a few lines: want, got and the instant; what decided; both lives where one was expected.

    `now` is the test's. Each place is `file:line`.
    """
    yield f"{describe_miss(failure, now)} (expected in {failure.place})"
    yield f"  {describe_decider(failure.ruling)}"
    if failure.wanted_life:
        yield f"  expected  {describe_life(failure.wanted_life, now)}"
        yield f"  got       {describe_life(failure.found_life, now)}"


def describe_miss(failure: Failure, now: datetime) -> str:
    """Say what was expected, what was got, and when: `withdraw at 2026-01-05T00:00:00Z: expected keep, got …`."""
    at = format_instant(failure.instant)
    after = failure.instant - now
    if after and not after % UNITS["minute"]:
        length = format_duration(abs(after))
        at += f" ({length} before its now)" if failure.instant < now else f" (after {length})"
    want, got = failure.want, failure.got
    if failure.wants == "rule":
        want = f"the rule {quoted(want)}"
        got = got if failure.ruling.rule is None or failure.ruling.rule.name is None else f"the rule {quoted(got)}"
    return f"{failure.decision} at {at}: expected {want}, got {got}"


def describe_decider(ruling: Ruling) -> str:
    """Say what decided and where it stands, or why nothing could."""
    if ruling.condition is not None:
        return f"“{ruling.condition.fact}: {ruling.condition.text}” does not hold, so it is {NOT_APPLICABLE} ({ruling.place})"
    if ruling.rule is None:
        return f"{join_words(ruling.needs, 'and')} would have to be known ({ruling.place})"
    by = "otherwise" if ruling.rule.name is None else f"the rule {quoted(ruling.rule.name)}"
    return f"{by} decided ({ruling.place})"


def describe_life(life: Life, now: datetime) -> str:
    """Write a life as a test does: `keep, consider after 3 days`; an odd time is written as an instant."""
    first, *rest = life
    words = [first.outcome]
    for segment in rest:
        whole = not segment.after % UNITS["minute"]
        at = f"after {format_duration(segment.after)}" if whole else f"at {format_instant(now + segment.after)}"
        words.append(f"{segment.outcome} {at}")
    return ", ".join(words)


def describe_results(results: Sequence[Result]) -> str:
    """Count the tests: `28 tests passed, 1 failed, 1 skipped`, or `no tests`."""
    if not results:
        return "no tests"
    failed = sum(bool(result.failures) for result in results)
    skipped = sum(result.test.skip is not None for result in results)
    said = [f"{format_count(len(results) - failed - skipped, 'test')} passed"]
    said += [f"{number} {word}" for number, word in ((failed, "failed"), (skipped, "skipped")) if number]
    return ", ".join(said)


def describe_coverage(covered: Iterable[CoveredRule | CoveredBoundary]) -> str:
    """Count what was covered, the file's own and its parents' apart: `its own 9 of 10, its parents' 5 of 12`.

    Where there is nothing to cover it says `none`.
    """
    everything = list(covered)
    parts = []
    for words, mine in (("its own", True), ("its parents'", False)):
        some = [one.covered for one in everything if one.own is mine]
        if some:
            parts.append(f"{words} {sum(some)} of {len(some)}")
    return ", ".join(parts) or "none"


def describe_boundary(border: CoveredBoundary) -> str:
    """Name a border: its place, its decision and rule, its line as written, and its value."""
    rule = "what it applies to" if border.rule is None else quoted(border.rule)
    value = format_quantity(border.amount.value, border.amount.kind)
    setting = f"{border.amount.setting} is {value}" if border.amount.setting else value
    return f"{border.line.place}: {border.decision}, {rule}: “{border.line.fact}: {border.line.text}” ({setting})"
