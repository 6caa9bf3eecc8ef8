"""The results of a policy's tests in words: what was expected, what came instead, what decided, what was covered."""

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
    """Yield the lines that describe a failure: expected, got and when; what decided; both lives if one was expected.

    `now` is the test's. Each place is `file:line`.
    """
    yield f"{describe_miss(failure, now)} (expected in {failure.place})"
    yield f"  {describe_decider(failure.ruling)}"
    if failure.wanted_life:
        yield f"  expected  {describe_life(failure.wanted_life, now)}"
        yield f"  got       {describe_life(failure.found_life, now)}"


def describe_miss(failure: Failure, now: datetime) -> str:
    """Return what was expected, what came, and when: `withdraw at 2026-01-05T00:00:00Z: expected keep, got …`."""
    at = format_instant(failure.instant)
    after = failure.instant - now
    # A duration is whole minutes; what is finer is shown as the instant alone.
    if after and not after % UNITS["minute"]:
        length = format_duration(abs(after))
        at += f" ({length} before the test's now)" if failure.instant < now else f" (after {length})"
    want, got = failure.want, failure.got
    if failure.wants == "rule":
        want = f"the rule {quoted(want)}"
        # `otherwise`, `not_applicable` and `undetermined` are no names of rules.
        got = got if failure.ruling.rule is None or failure.ruling.rule.name is None else f"the rule {quoted(got)}"
    return f"{failure.decision} at {at}: expected {want}, got {got}"


def describe_decider(ruling: Ruling) -> str:
    """Return what decided and where it is, or why nothing could decide."""
    # First, since without a rule an outcome is either not applicable or undetermined.
    if ruling.condition is not None:
        stated = f"“{ruling.condition.fact}: {ruling.condition.text}”"
        return f"{stated} does not hold, so the outcome is {NOT_APPLICABLE} ({ruling.place})"
    if ruling.rule is None:
        return f"{join_words(ruling.needs, 'and')} must be known ({ruling.place})"
    decider = "otherwise" if ruling.rule.name is None else f"the rule {quoted(ruling.rule.name)}"
    return f"{decider} decided ({ruling.place})"


def describe_life(life: Life, now: datetime) -> str:
    """Return a life as a test writes it: `keep, consider after 3 days`; an age not in whole minutes as an instant."""
    first, *rest = life
    words = [first.outcome]
    for stage in rest:
        in_minutes = not stage.after % UNITS["minute"]
        at = f"after {format_duration(stage.after)}" if in_minutes else f"at {format_instant(now + stage.after)}"
        words.append(f"{stage.outcome} {at}")
    return ", ".join(words)


def describe_results(results: Sequence[Result]) -> str:
    """Return the numbers of tests: `28 tests passed, 1 failed, 1 skipped`, or `no tests`."""
    if not results:
        return "no tests"
    failed = sum(bool(result.failures) for result in results)
    skipped = sum(result.test.skip is not None for result in results)
    counts = [f"{format_count(len(results) - failed - skipped, 'test')} passed"]
    counts += [f"{number} {word}" for number, word in ((failed, "failed"), (skipped, "skipped")) if number]
    return ", ".join(counts)


def describe_coverage(covered: Iterable[CoveredRule | CoveredBoundary]) -> str:
    """Return how much is covered, own and parents' separately: `its own 9 of 10, its parents' 5 of 12`.

    Return `none` where there is nothing to cover.
    """
    everything = list(covered)
    parts = []
    for words, is_own in (("its own", True), ("its parents'", False)):
        flags = [one.covered for one in everything if one.own is is_own]
        if flags:
            parts.append(f"{words} {sum(flags)} of {len(flags)}")
    return ", ".join(parts) or "none"


def describe_boundary(boundary: CoveredBoundary) -> str:
    """Return a boundary in words: its place, its decision and rule, its condition as written, and its value."""
    rule = "applies_to" if boundary.rule is None else quoted(boundary.rule)
    value = format_quantity(boundary.threshold.value, boundary.threshold.kind)
    setting = f"{boundary.threshold.setting} is {value}" if boundary.threshold.setting else value
    condition = boundary.condition
    stated = f"“{condition.fact}: {condition.text}”"
    return f"{condition.place}: {boundary.decision}, {rule}: {stated} ({setting})"
