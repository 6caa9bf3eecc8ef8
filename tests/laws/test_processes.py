"""The same answers in every process: its zone, language, hash seed, flags, how it began, what its host did before."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import answering
import pytest
from locations import ROOT, TESTS
from random_policies import random_record, random_text

from invitepolicy import Account, Invitation, parse_policy

pytestmark = pytest.mark.slow

PROGRAM = Path(answering.__file__)
ZONES = ("UTC", "Asia/Tokyo", "America/St_Johns", "Pacific/Apia")
LOCALES = ("C", "C.UTF-8", "tr_TR.UTF-8")  # where one is not installed, it is C to the process
SEEDS = ("0", "1", "random")
# Every two values of different kinds meet once.
PLACES = [(zone, LOCALES[(at + turn) % 3], SEEDS[turn]) for at, zone in enumerate(ZONES) for turn in range(3)]


# Of a record of which nothing is known, five facts are needed; they are reported in the order of the vocabulary.
NEEDY = """
invitepolicy: 1
name: needy
facts: {my_met: clock, my_rank: count, my_share: share}
decisions:
  d:
    question: What now?
    rules:
    - rule: all
      when:
        sent: at least 1 day ago
        last_active: at least 1 day ago
        my_met: at least 1 day ago
        my_rank: at least 1
        my_share: at least 1%
      then: go
      because: b
    otherwise: {then: stay, because: b}
"""


def pairs():
    """Return policies, as text and as values, with records on their thresholds, or of which nothing is known."""
    found = [(NEEDY, parse_policy(NEEDY), [Invitation()], Account())]
    for seed in range(5):
        text = random_text(seed + 4_000_000)
        policy = parse_policy(text)
        records = [random_record(policy, number)[0] for number in range(400)]
        found.append((text, policy, records, random_record(policy, seed)[1]))
    return found


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    """Return 2,000 records to be answered, and the folder where they stand for other processes."""
    folder = tmp_path_factory.mktemp("processes")
    asked = pairs()
    (folder / "given").write_bytes(pickle.dumps(asked))
    return folder, asked


@pytest.fixture(scope="module")
def here(given):
    """Return what this process answers."""
    folder, _ = given
    answering.run(folder / "given", folder / "here", "pickled")
    return (folder / "here.json").read_bytes()


def run_there(folder, name, *how, flags=(), **environment):
    """Answer in a process of its own, and give the JSON that it wrote."""
    path = os.pathsep.join([str(ROOT), str(TESTS / "helpers")])
    words = [sys.executable, *flags, str(PROGRAM), str(folder / "given"), str(folder / name), *how]
    env = {**os.environ, "PYTHONPATH": path, **environment}
    done = subprocess.run(words, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return (folder / f"{name}.json").read_bytes()


def test_zone_language_and_hash_seed_change_no_byte(given, here):
    """Of the answers to 2,000 records on their thresholds, and of a review, in twelve processes."""
    folder, _ = given

    def there(place):
        zone, language, seed = place
        spoken = {"TZ": zone, "LANG": language, "LC_ALL": language, "PYTHONHASHSEED": seed}
        return run_there(folder, "-".join(place).replace("/", "-"), **spoken)

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(there, PLACES))

    assert {*found} == {here}
    assert len(found) == 12


@pytest.mark.parametrize(
    ("how", "flags"),
    [
        ([], ["-OO"]),
        ([], ["-W", "error"]),
        ([], ["-X", "utf8=0"]),
        (["fork"], []),
        (["spawn"], []),
        (["poisoned"], []),
    ],
    ids=["-OO", "-W error", "no UTF-8", "fork", "spawn", "a poisoned loader"],
)
def test_how_a_process_began_changes_no_byte(given, here, how, flags):
    """Neither what is left out of it, nor what it makes of warnings, nor whose child it is, nor its host's YAML."""
    folder, _ = given
    name = "".join([*how, *flags]).replace(" ", "")

    assert run_there(folder, name, *how, flags=flags, LC_ALL="C") == here


def test_answers_policies_and_records_travel(given, here):
    """What another process pickled, with another hash seed, is here what it was there."""
    folder, asked = given
    run_there(folder, "travelled", "pickled", PYTHONHASHSEED="7")

    answers, policies, back = pickle.loads((folder / "travelled.pickle").read_bytes())

    assert answers == pickle.loads((folder / "here.pickle").read_bytes())[0] == answering.answer(asked)
    assert policies == [policy for _, policy, _, _ in asked]
    assert [policy.fingerprint for policy in policies] == [policy.fingerprint for _, policy, _, _ in asked]
    assert [(records, account) for _, _, records, account in back] == [
        (records, account) for _, _, records, account in asked
    ]
    assert {hash(record) for *_, records, _ in back for record in records} == {
        hash(record) for *_, records, _ in asked for record in records
    }


def test_without_a_time_zone_database_all_but_an_export_is_answered(given, here):
    """The answers are the same; reading an export says what to install, and could not be done."""
    folder, _ = given
    known, found = json.loads(here), json.loads(run_there(folder, "bare", "bare", PYTHONTZPATH=""))

    assert found["answers"] == known["answers"]
    assert known["review"][0] == 0
    status, printed, remarked = found["review"]
    assert (status, printed) == (2, "")
    assert "install it: pip install tzdata" in remarked


def test_a_guest_leaves_its_host_as_it_was():
    """Using every leaf changes no limit, filter, signal, handler, registry, locale or context of the process."""
    done = subprocess.run(
        [sys.executable, str(TESTS / "helpers" / "guest.py")], capture_output=True, text=True, check=False
    )

    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout == "compared: 23\n"
