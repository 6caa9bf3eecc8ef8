"""`invitepolicy test`: failures with both places, coverage always, boundaries on request."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from invitepolicy.cli import main

POLICY = """\
invitepolicy: 1
name: p
decisions:
  withdraw:
    question: What to do?
    rules:
      - rule: late
        when: {sent: at least 4 days ago}
        then: withdraw
        because: It is late.
      - rule: known
        when: {relationship: known, attempts: at least 2}
        then: consider
        because: Call them.
    otherwise: {then: keep, because: They have time.}
tests:
  - test: four days
    expect: {withdraw: [keep, withdraw after 4 days]}
  - test: Five Days, in vain
    expect:
      withdraw: [keep, withdraw after 5 days]
  - test: some day
    expect: {withdraw: withdraw}
    skip: nobody knows yet
"""


FAILED = (
    "p.yaml\n"
    "  failed   Five Days, in vain (p.yaml:19)\n"
    "             withdraw at 2026-01-05T00:00:00Z (after 4 days): expected keep, got withdraw "
    "(expected in p.yaml:21)\n"
    "               the rule “late” decided (p.yaml:7)\n"
    "               expected  keep, withdraw after 5 days\n"
    "               got       keep, withdraw after 4 days\n"
    "  skipped  some day (p.yaml:22): nobody knows yet\n"
    "  1 test passed, 1 failed, 1 skipped\n"
    "  rules: its own 2 of 3 decided\n"
    "    undecided  p.yaml:11: withdraw, “known”\n"
    "  boundaries: its own 1 of 2 tested on both sides\n"
)


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run the verb beside the policy `p.yaml`: the status, what is printed, and the remarks."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    Path("p.yaml").write_text(POLICY, encoding="utf-8")

    def verb(*arguments):
        status = main(["test", *arguments])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return verb


def test_a_failure_shows_both_places_and_both_lives(run):
    """And what was skipped, and the coverage, always; undecided rules are named."""
    assert run("p.yaml") == (1, FAILED, "")


def test_boundaries_are_listed_with_their_places(run):
    """Those that no test looks at from both sides, the file's own first."""
    Path("child.yaml").write_text(
        "invitepolicy: 1\nname: c\nextends: ./p.yaml\ndecisions:\n  withdraw:\n    applies_to: {attempts: at most 9}\n",
        encoding="utf-8",
    )

    status, text, _ = run("child.yaml", "--boundaries")

    assert status == 0
    assert text.splitlines()[1:] == [
        "  no tests",
        "  rules: its parents' 0 of 3 decided",
        "  boundaries: its own 0 of 1, its parents' 0 of 2 tested on both sides",
        "    untested  child.yaml:6: withdraw, applies_to: “attempts: at most 9” (9)",
        "    untested  p.yaml:8: withdraw, “late”: “sent: at least 4 days ago” (4 days)",
        "    untested  p.yaml:12: withdraw, “known”: “attempts: at least 2” (2)",
    ]


def test_an_undecided_otherwise_is_named(run):
    """As `otherwise`."""
    Path("p.yaml").write_text(POLICY.partition("tests:")[0], encoding="utf-8")

    assert "    undecided  p.yaml:15: withdraw, otherwise\n" in run("p.yaml")[1]


def test_tests_are_chosen_by_words(run):
    """All words, in whatever case; where none is found nothing could run."""
    assert run("p.yaml", "-k", "FOUR days")[0] == 0
    assert "1 failed" in run("p.yaml", "-k", "days five")[1]
    assert run("p.yaml", "-k", "nobody")[::2] == (2, "invitepolicy: no test matches “nobody”\n")


def test_several_policies_stand_apart(run):
    """With an empty line between; shipped ones by their names."""
    status, text, _ = run("faq", "linkedin")

    faq, linkedin = text.split("\n\n")
    assert status == 0
    assert faq.startswith("faq\n  ")
    assert linkedin.startswith("linkedin\n  ")
    assert all(" tests passed\n" in part for part in (faq, linkedin))


def test_a_policy_with_problems_is_reported_and_the_rest_is_run(run):
    """Problems are findings; what cannot be read could not run."""
    Path("bad.yaml").write_text("invitepolicy: 1\nnam: bad\n", encoding="utf-8")

    status, text, _ = run("bad.yaml", "faq")
    assert status == 1
    assert text.startswith("bad.yaml\n  bad.yaml:2:1: there is no key “nam”; did you mean “name”?\n")
    assert "\nfaq\n" in text
    assert run("nope", "faq")[0] == 2
    assert run("nope", "-k", "days")[0] == 2


def test_json_holds_all_of_it(run):
    """Per policy: its problems, each test with its failures, and the coverage."""
    Path("bad.yaml").write_text("invitepolicy: 1\nnam: bad\n", encoding="utf-8")
    status, text, _ = run("p.yaml", "bad.yaml", "--format", "json")
    found, bad = json.loads(text)

    assert status == 1
    assert (found["policy"], found["problems"]) == ("p.yaml", [])
    assert [(test["name"], test["place"], test["status"], test["skip"]) for test in found["tests"]] == [
        ("four days", "p.yaml:17", "passed", None),
        ("Five Days, in vain", "p.yaml:19", "failed", None),
        ("some day", "p.yaml:22", "skipped", "nobody knows yet"),
    ]
    assert found["tests"][1]["failures"] == [
        {
            "decision": "withdraw",
            "wants": "outcome",
            "want": "keep",
            "got": "withdraw",
            "at": "2026-01-05T00:00:00Z",
            "place": "p.yaml:21",
            "decided": "the rule “late” decided (p.yaml:7)",
            "decided_at": "p.yaml:7",
            "wanted_life": "keep, withdraw after 5 days",
            "found_life": "keep, withdraw after 4 days",
        }
    ]
    assert found["coverage"]["rules"][1] == {
        "decision": "withdraw",
        "rule": "known",
        "place": "p.yaml:11",
        "own": True,
        "covered": False,
    }
    assert found["coverage"]["boundaries"][0] == {
        "decision": "withdraw",
        "rule": "late",
        "line": "sent: at least 4 days ago",
        "value": "4 days",
        "setting": None,
        "place": "p.yaml:8",
        "own": True,
        "covered": True,
    }
    assert (bad["policy"], bad["tests"], bad["coverage"]) == ("bad.yaml", [], None)
    assert bad["problems"][0]["code"] == "key"


def test_json_of_an_outcome_has_no_lives(run):
    """They are null."""
    Path("p.yaml").write_text(POLICY.replace("    skip: nobody knows yet\n", ""), encoding="utf-8")

    (failure,) = json.loads(run("p.yaml", "-k", "some", "--format", "json")[1])[0]["tests"][0]["failures"]

    assert (failure["wanted_life"], failure["found_life"]) == (None, None)


def test_what_is_missing_is_suggested_as_yaml(run):
    """The suggestions, pasted, are tests that pass and cover the rest; then there is nothing left to suggest."""
    _, text, _ = run("p.yaml", "--suggest")

    assert text.startswith("# p.yaml: ")
    pasted = POLICY.replace("withdraw after 5 days", "withdraw after 4 days") + text
    Path("p.yaml").write_text(pasted, encoding="utf-8")
    status, again, _ = run("p.yaml")
    _, nothing, _ = run("p.yaml", "--suggest")
    assert status == 0
    assert "rules: its own 3 of 3 decided" in again
    assert "boundaries: its own 2 of 2 tested on both sides" in again
    assert nothing == "# p.yaml: its own rules and boundaries are all tested\n"


def test_suggestions_are_data_too(run):
    """Beside the results."""
    _, text, _ = run("p.yaml", "--suggest", "--format", "json")

    assert json.loads(text)[0]["suggestions"].startswith("# p.yaml: ")


def test_of_a_policy_with_problems_nothing_is_suggested(run):
    """They are printed as YAML comments."""
    Path("p.yaml").write_text(POLICY.replace("then: withdraw", "then: withdrew"), encoding="utf-8")

    status, text, _ = run("p.yaml", "--suggest")

    assert status == 1
    assert all(line.startswith("# p.yaml:") for line in text.splitlines())
