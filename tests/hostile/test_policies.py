"""Policies from strangers: whatever the bytes, a policy or a `PolicyError`, soon and in little memory."""

from __future__ import annotations

import json
import os
import random
import time
import tracemalloc

import pytest
from builders import inert
from damage import MOST_LETTERS, judged, mutated, policy_sources
from locations import DATA

from invitepolicy import PolicyError, load_policy, parse_policy
from invitepolicy._read.problems import MOST_PROBLEMS
from invitepolicy.cli import main

FOLDER = DATA / "hostile"
HOSTILE = [
    entry
    for entry in json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
    if entry["file"].startswith("policies/")
]
HEAD = b"invitepolicy: 1\nname: p\nextends: linkedin\n"
LONGEST = 1.0  # seconds of CPU
RECKONING = 0.008  # of a fixed piece of work, on the machine on which the bound was set and nothing else ran
MOST_MEMORY = 16 * 2**20
MUTATED = 3_000 * (7 if int(os.environ.get("INVITEPOLICY_LAWS", "1")) > 1 else 1)


def seconds_of(source):
    """Return the seconds of CPU that judging a source takes, on a machine that is not slowed down by others."""
    slowness = max(1.0, (reckoning() + reckoning()) / 2 / RECKONING)
    began = time.process_time()
    judged(source)
    return (time.process_time() - began) / slowness


def reckoning():
    """Return the seconds of CPU that a fixed piece of work takes now."""
    began = time.process_time()
    sum(len(str(number)) for number in range(100_000))
    return time.process_time() - began


def memory_of(source):
    """Return the bytes that judging a source holds at most."""
    tracemalloc.start()
    try:
        judged(source)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
@pytest.mark.parametrize("entry", HOSTILE, ids=[entry["file"] for entry in HOSTILE])
def test_hostile_policies_meet_what_they_must(entry):
    """Refused where they must be, and never at more than a second or 16 MB."""
    source = (FOLDER / entry["file"]).read_bytes()

    assert seconds_of(source) <= LONGEST
    assert memory_of(source) <= MOST_MEMORY
    assert not judged(source) or entry["expected"] != "must_reject"


@pytest.mark.slow
@pytest.mark.parametrize("form", ["text", "json", "github"])
@pytest.mark.parametrize("entry", HOSTILE, ids=[entry["file"] for entry in HOSTILE])
def test_hostile_policies_are_checked_without_harm(entry, form, capsys):
    """`check` ends with what was found, prints nothing that a terminal obeys, and a bounded number of lines."""
    status = main(["check", str(FOLDER / entry["file"]), "--format", form])

    printed = capsys.readouterr()
    lines = printed.out.splitlines()
    assert status in ({0, 1} if entry["expected"] != "must_reject" else {1})
    assert all(inert(line) for line in (printed.out + printed.err).splitlines())
    assert form == "json" or max(map(len, lines), default=0) <= MOST_LETTERS + 200
    assert form == "json" or len(lines) <= 3 * MOST_PROBLEMS + 1


@pytest.mark.parametrize("entry", HOSTILE, ids=[entry["file"] for entry in HOSTILE])
def test_hostile_policies_are_the_same_to_a_path_as_to_their_bytes(entry):
    """`load_policy` refuses what `parse_policy` refuses."""
    try:
        load_policy(FOLDER / entry["file"])
    except PolicyError as error:
        lines = str(error).splitlines()
        assert len(lines) <= 21
        assert all(inert(line) and len(line) <= MOST_LETTERS for line in lines)
    else:
        assert judged((FOLDER / entry["file"]).read_bytes())


def test_twenty_problems_are_printed_and_the_rest_counted():
    """However many there are."""
    with pytest.raises(PolicyError) as caught:
        parse_policy(HEAD + b"".join(b"k%d: 1\n" % number for number in range(60)))

    lines = str(caught.value).splitlines()
    assert len(lines) == 21
    assert lines[-1] == f"… and {len(caught.value.problems) - 20} more problems"


def test_the_hostile_policies_are_all_there():
    """Each file of the manifest, and no other."""
    files = {f"policies/{path.name}" for path in (FOLDER / "policies").iterdir()}

    assert files == {entry["file"] for entry in HOSTILE}


@pytest.mark.slow
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
        "one word often", "one name dropped often", "rules without anything", "one tag often", "unknown facts",
        "words alone", "rules",
    ],
)  # fmt: skip
def test_much_of_anything_costs_no_more_than_reading_it(source):
    """Files of many thousand parts that are wrong in meaning only: no message costs more the more there are."""
    assert seconds_of(source) <= LONGEST


@pytest.mark.slow
def test_mutated_policies_end_in_a_policy_or_a_refusal():
    """3,000 by a seed (21,000 in `.ci/run`), of shipped policies, mistakes and hostile ones."""
    rng = random.Random(20_260_315)  # noqa: S311  (a seeded test is the point)
    sources = policy_sources()

    accepted = sum(judged(mutated(rng, sources)) for _ in range(MUTATED))

    assert accepted > 0
