"""One place for a fact: a change is tried in a copy of the library, and reaches everything that follows from it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec

import pytest
from locations import ROOT

from invitepolicy._core.facts import FACTS

pytestmark = pytest.mark.slow

SENIORITY = '''
import io, json
from invitepolicy import Invitation, as_invitation, decide, decide_each, parse_policy
from invitepolicy._read.schema import read_schema
from invitepolicy.analysis import lint_policy
from invitepolicy.sources import anonymize, read_export, read_records
from invitepolicy.testing import format_suggestions, run_tests, suggest_tests

TEXT = """
invitepolicy: 1
name: mine
decisions:
  d:
    question: What now?
    rules:
      - {rule: for the senior, when: {seniority: senior}, then: bow, because: "They are {seniority}."}
    otherwise: {then: nod, because: They are not.}
tests:
  - {test: a, given: {seniority: senior}, expect: {d: bow}}
"""
policy = parse_policy(TEXT)
people = [Invitation(seniority=word) for word in ("junior", "senior", "junior", "unknown", "senior")]
assert [advice["d"].outcome for advice in decide_each(policy, people)] == ["nod", "bow", "nod", "nod", "bow"]
assert [decide(policy, person)["d"].outcome for person in people] == ["nod", "bow", "nod", "nod", "bow"]
assert decide(policy, {"seniority": "senior"})["d"].reason == "They are senior."
try:
    as_invitation({"seniority": "senor"})
except Exception as error:
    assert "did you mean “senior”?" in str(error)
else:
    raise SystemExit("a wrong word was taken")
schema = read_schema()["$defs"]
assert "seniority" in schema["conditions"]["properties"]
assert schema["test"]["properties"]["given"]["properties"]["seniority"]["enum"] == ["junior", "senior", "unknown"]
assert not [finding for finding in lint_policy(policy) if finding.level == "warning"]
assert run_tests(policy).results[0].failures == ()
untested = parse_policy(TEXT.partition("tests:")[0])
assert any("seniority: senior" in line for line in format_suggestions(suggest_tests(untested)))
assert next(iter(anonymize(policy, [people[1]]))).seniority == "senior"
(record,) = read_records(io.BytesIO(b'{"seniority": "senior"}'))
assert record.seniority == "senior"
export = read_export("export")
assert {one.seniority for one in export.invitations} == {"unknown", "senior"}
import polars as pl
from invitepolicy.frames import decide_frame
frame = decide_frame(policy, pl.DataFrame({"seniority": ["senior", "junior", None]}))
assert frame["d"].to_list() == ["bow", "nod", "nod"]
print("reached")
'''
FORTNIGHT = """
from invitepolicy._core.quantities import format_duration, parse_duration
from invitepolicy import parse_policy, with_settings
from invitepolicy._read.schema import read_schema
import json
assert parse_duration("2 fortnights").days == 28
assert format_duration(parse_duration("4 weeks")) == "2 fortnights"
text = "invitepolicy: 1\\nname: mine\\nextends: faq\\nsettings: {longest_wait: 1 fortnight}\\n"
assert parse_policy(text) == parse_policy(text.replace("1 fortnight", "14 days"))
assert json.dumps(read_schema()).count("fortnight") == 4
print("reached")
"""


@pytest.fixture
def changed(tmp_path):
    """Return what changes the library in a copy, and runs a program with it."""
    for name in ("invitepolicy", "policies", "schemas"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))

    def run(changes, program):
        for name, old, new in changes:
            path = tmp_path / "invitepolicy" / name
            text = path.read_text(encoding="utf-8")
            assert text.count(old) == 1, (name, old)
            path.write_text(text.replace(old, new), encoding="utf-8")
        return subprocess.run(
            [sys.executable, "-c", program],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_a_fact_is_a_line_and_a_field(changed, tmp_path):
    """`seniority`, a choice of an invitation: deciding, the schema, people.csv, frames and the rest follow."""
    shutil.copytree(ROOT / "examples" / "linkedin-export", tmp_path / "export")
    sheet = "name,seniority\nPriyamvada Sengottuvel,senior\n"
    (tmp_path / "export" / "people.csv").write_text(sheet, encoding="utf-8")
    fact = (
        '        _invitation("seniority", "choice", "seniority", "how senior they are", '
        'words=("junior", "senior", "unknown")),\n'
    )
    activity = '        _invitation("activity", "choice", "activity"'

    ran = changed(
        [
            ("_core/facts.py", activity, fact + activity),
            (
                "_core/records.py",
                '    activity: str = "unknown"\n',
                '    activity: str = "unknown"\n    seniority: str = "unknown"\n',
            ),
        ],
        SENIORITY,
    )

    assert (ran.stdout[-300:], ran.stderr[-900:]) == ("reached\n", "")


def test_a_unit_is_a_line(changed):
    """`fortnight`: read, printed, and known to the schema."""
    week = '    "week": timedelta(weeks=1),\n'

    ran = changed([("_core/quantities.py", week, '    "fortnight": timedelta(weeks=2),\n' + week)], FORTNIGHT)

    assert (ran.stdout[-300:], ran.stderr[-900:]) == ("reached\n", "")


@pytest.mark.skipif(find_spec("mypy") is None, reason="mypy is part of the extra lint")
def test_an_operator_reaches_every_reader(changed, tmp_path):
    """`Contains`, a new kind of condition: mypy names each place that would otherwise pass it over in silence."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    union = "Operator = OneOf | IsTrue"
    operator = """@attrs.frozen(eq=False, repr=False)
class Contains(ByFields):
    words: tuple[str, ...]


Operator = Contains | OneOf | IsTrue"""
    run_mypy = (
        "import sys; sys.argv = ['mypy', '--no-incremental']; from mypy.__main__ import console_entry as run; run()"
    )

    ran = changed([("_core/conditions.py", union, operator)], run_mypy)

    reached = re.findall(r"invitepolicy/(\S+)\.py:[0-9]+: error: Argument 1 to \"assert_never\"", ran.stdout)
    assert set(reached) >= {
        "_core/conditions",
        "_decide/rules",
        "_decide/tree",
        "_prove/cells",
        "_prove/rulings",
        "_read/resolve",
        "frames/evaluate",
        "testing/coverage",
    }
    assert f"Found {len(reached)} errors" in ran.stdout


def test_the_schema_that_is_published_is_the_one_that_follows(capsys):
    """schemas/policy.schema.json is what `invitepolicy schema` prints; write it anew by that command."""
    from invitepolicy.cli import main  # noqa: PLC0415

    assert main(["schema"]) == 0
    assert capsys.readouterr().out == (ROOT / "schemas" / "policy.schema.json").read_text(encoding="utf-8")


def test_the_table_of_facts_in_the_documentation_is_the_one_that_follows():
    """docs/language.md lists the facts of an invitation with their meaning and words; write what this test expects."""
    page = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
    rows = [
        f"| `{fact.name}` | {fact.meaning} | {', '.join(fact.words)} |".replace("|  |", "| |")
        for fact in FACTS.values()
        if fact.subject == "invitation"
    ]

    assert "\n".join(rows) in page
    assert [fact.name for fact in FACTS.values() if fact.subject == "account" and f"`{fact.name}`" not in page] == []
