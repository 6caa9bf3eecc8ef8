"""docs/security.md: its numbers are those of the code, and its words about dependencies those of the package."""

from __future__ import annotations

import re
import tomllib

import pytest
from locations import ROOT

from invitepolicy._core import errors
from invitepolicy._core import quantities as _quantities
from invitepolicy._read import load as _load
from invitepolicy._read import yaml_source as _source
from invitepolicy.sources import jsonl as records
from invitepolicy.sources.linkedin import archive

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
LIMITS = {
    "bytes": _source.MOST_BYTES,
    "nodes": _source.MOST_NODES,
    "levels": _source.MOST_LEVELS,
    "characters in one text": _source.MOST_CHARACTERS,
    "parents in a chain": _load.MOST_PARENTS,
    "digits of a number": _quantities.MOST_DIGITS,
    "bytes of one file, unpacked": archive.LARGEST,
    "bytes of a line of JSON Lines": records.LONGEST,
    "times smaller a file in an archive may be than what it unpacks to": archive._HIGHEST_RATIO,
}


def test_the_limits_are_those_of_the_code():
    """Each row with a number, and no limit is left out."""
    rows = re.findall(r"^\| ([^|]+) \| ([0-9,]+) \|$", PAGE, re.MULTILINE)

    assert {name: int(number.replace(",", "")) for name, number in rows} == LIMITS


def test_how_much_is_told_is_what_the_code_tells():
    """So many problems, each so long."""
    assert f"problems of a file {errors._PRINTED} are printed" in PAGE
    assert f"none is longer than {errors._LONGEST} characters" in PAGE


@pytest.mark.parametrize("name", ["attrs", "jsonschema", "pyyaml"])
def test_the_lowest_versions_are_those_that_are_tested(name):
    """The full run installs just the lower bound of each dependency."""
    package = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (bound,) = [line for line in package["dependencies"] if line.startswith(f"{name}>=")]
    command = next(
        line for line in (ROOT / ".ci" / "full").read_text(encoding="utf-8").splitlines() if f"{name}==" in line
    )
    lowest = re.search(rf"{name}==([0-9.]+)", command)[1]

    assert lowest.removesuffix(".0") == bound.removeprefix(f"{name}>=").removesuffix(".0")
