"""The soak itself: a round of each part is well, failures are found and can be repeated, and breakages have a place."""

from __future__ import annotations

import re
import shlex

import paths
import pytest
from breaking import KEYS, breakages
from mutating import FILES
from parts import PARTS, Part
from running import Round, Tally, number_of, run_round
from telling import table, write_failure

QUICK = [name for name, part in PARTS.items() if not part.is_listed]


@pytest.mark.slow
@pytest.mark.parametrize("name", QUICK)
def test_a_round_is_well(name):
    """A round of each part does something, and nothing fails."""
    found = run_round(name, number_of(1, name, 0))

    assert (found.failure, found.notes) == (None, {})
    assert found.count > 0


def test_a_round_is_repeated_by_its_number():
    """Numbers come from the seed, the part and the index alone; those of what is listed count from nought."""
    assert number_of(1, "parse", 2) == number_of(1, "parse", 2)
    assert len({number_of(seed, part, 2) for seed in (1, 2) for part in ("parse", "lint")}) == 4
    assert number_of(1, "broken", 2) == 2


def test_a_failure_is_written_with_all_that_repeats_it(monkeypatch, tmp_path):
    """The command, what was raised, and what the round was at."""

    def run(number, notes):
        notes.update(policy="name: p", report=["one"])
        raise ValueError(number)

    monkeypatch.setitem(PARTS, "parse", Part(run, 10, "policy"))

    found = run_round("parse", 7)
    text = write_failure(tmp_path / "found", found).read_text("utf-8")

    assert text.startswith("python tests/soak parse --round 7\n")
    assert "ValueError: 7\n" in text
    assert text.endswith("--- policy\nname: p\n")
    assert found.report == ("one",)


def test_the_table_tells_every_part():
    """How much of what was asked, and what the listed parts have to tell, under a head of its own."""
    tallies = {"parse": Tally(count=1_200, failures=2), "broken": Tally(report=["| a | b | `c` |", "below"])}

    report = table(tallies).splitlines()

    assert report[2].startswith("| parse | damaged policy | 1,200 | 10,000,000 |")
    assert report[2].endswith("| 2 |")
    assert report[-3:] == ["| a | b | `c` |", "", "below"]
    assert Round("parse", 1).failure is None


@pytest.mark.parametrize("entry", breakages(), ids=lambda entry: f"{entry['from']}: {entry['broken']}")
def test_a_breakage_has_its_place(entry):
    """The text that it replaces stands there once, and its tests are there."""
    assert entry.keys() >= KEYS
    assert (paths.PROJECT / entry["file"]).read_text("utf-8").count(entry["find"]) == 1
    assert all((paths.PROJECT / word).exists() for word in shlex.split(entry["tests"]) if word.startswith("tests/"))


@pytest.mark.parametrize("file", FILES)
def test_what_is_mutated_has_tests(file):
    """The file and its own tests are there."""
    assert (paths.PROJECT / "invitepolicy" / f"{file}.py").is_file()
    assert all((paths.PROJECT / name).is_file() for name in FILES[file])


def test_the_page_about_testing_names_what_is_there():
    """Every test file that it names is somewhere in the folder of tests."""
    page = (paths.PROJECT / "docs" / "testing.md").read_text("utf-8")

    assert set(re.findall(r"test_\w+\.py", page)) <= {path.name for path in paths.TESTS.rglob("test_*.py")}
