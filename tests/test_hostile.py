"""Policies from strangers: whatever the bytes, a policy or a `PolicyError`, soon and in little memory."""

from __future__ import annotations

import json
import random
import time
import tracemalloc
from pathlib import Path

import pytest
from damage import judged, mutated, policy_sources

DATA = Path(__file__).parent / "data" / "hostile"
HOSTILE = [
    entry
    for entry in json.loads((DATA / "manifest.json").read_text(encoding="utf-8"))
    if entry["file"].startswith("policies/")
]
HEAD = b"invitepolicy: 1\nname: p\nextends: linkedin\n"
LONGEST = 1.0  # seconds of CPU
RECKONING = 0.008  # of a fixed piece of work, on the machine on which the bound was set and nothing else ran
MOST_MEMORY = 16 * 2**20


def seconds_of(source):
    """Give the seconds of CPU that judging a source takes, on a machine that is not slowed down by others."""
    slowness = max(1.0, (reckoning() + reckoning()) / 2 / RECKONING)
    began = time.process_time()
    judged(source)
    return (time.process_time() - began) / slowness


def reckoning():
    """Give the seconds of CPU that a fixed piece of work takes now."""
    began = time.process_time()
    sum(len(str(number)) for number in range(100_000))
    return time.process_time() - began


def memory_of(source):
    """Give the bytes that judging a source holds at most."""
    tracemalloc.start()
    try:
        judged(source)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("entry", HOSTILE, ids=[entry["file"] for entry in HOSTILE])
def test_hostile_policies_meet_what_they_must(entry):
    """Refused where they must be, and never at more than a second or 16 MB."""
    source = (DATA / entry["file"]).read_bytes()

    assert seconds_of(source) <= LONGEST
    assert memory_of(source) <= MOST_MEMORY
    assert not judged(source) or entry["expected"] != "must_reject"


def test_the_hostile_policies_are_all_there():
    """Each file of the manifest, and no other."""
    files = {f"policies/{path.name}" for path in (DATA / "policies").iterdir()}

    assert files == {entry["file"] for entry in HOSTILE}


@pytest.mark.parametrize(
    "source",
    [
        HEAD + b"tests:\n" + b"- {test: a, expect: {withdraw: keep}}\n" * 3_000,
        HEAD + b"settings:\n" + b"".join(b"  s%d: 1 month\n" % number for number in range(8_000)),
        HEAD + b"".join(b"k%d: 1\n" % number for number in range(9_000)),
        HEAD + b"decisions:\n" + b"".join(b"  d%d: {}\n" % number for number in range(5_000)),
        HEAD + b"facts: {my_a: [" + b", ".join(b"w%d" % number for number in range(15_000)) + b"]}\n",
        HEAD + b"facts: {my_a: [" + b"w, " * 15_000 + b"]}\n",
        HEAD + b"decisions: {withdraw: {without: [" + b"w, " * 15_000 + b"]}}\n",
        HEAD + b"decisions: {withdraw: {rules: [" + b"{rule: a}, " * 4_000 + b"]}}\n",
        HEAD + b"decisions: {withdraw: {rules: [" + b"{rule: a, when: {tags: {not: [" + b"x, " * 9_000 + b"]}}}]}}\n",
        HEAD
        + b"decisions: {withdraw: {rules: [{rule: a, then: keep, because: b, when: {"
        + b", ".join(b"sent%d: " % number for number in range(9_000))
        + b"}}]}}\n",
        HEAD
        + b"decisions: {withdraw: {rules: [{rule: a, then: keep, because: b, when: {tags: a, "
        + b", ".join(b"w%d" % number for number in range(9_000))
        + b"}}]}}\n",
        HEAD + b"decisions: {withdraw: {rules: ["
        + b", ".join(b"{rule: r%d, when: {sent: given}, then: keep, because: c}" % number for number in range(1_500))
        + b"]}}\n",
    ],
    ids=[
        "tests of one name", "settings in months", "unknown keys", "decisions without anything", "many words",
        "one word often", "one name dropped often", "cards without anything", "one tag often", "unknown facts",
        "words alone", "rules",
    ],
)  # fmt: skip
def test_much_of_anything_costs_no_more_than_reading_it(source):
    """Files of many thousand parts that are wrong in meaning only: no message costs more the more there are."""
    assert seconds_of(source) <= LONGEST


def test_mutated_policies_end_in_a_policy_or_a_refusal():
    """3,000 of them by a seed, made of the shipped policies, of the catalogue of mistakes and of the hostile ones."""
    chance = random.Random(20_260_315)  # noqa: S311  (a seeded test is the point)
    sources = policy_sources()

    accepted = sum(judged(mutated(chance, sources)) for _ in range(3_000))

    assert accepted > 0
