"""What a person who writes no code does first: four lines in a new file, and slips of the pen in them."""

from __future__ import annotations

import json

import pytest
from locations import EXPORT as EXAMPLE

from invitepolicy.cli import main

EXPORT = str(EXAMPLE)
NOW = "2026-03-15T12:00Z"
MINE = "invitepolicy: 1\nname: mine\nextends: faq\nsettings: {longest_wait: 30 days}\n"
RULE = """invitepolicy: 1
name: mine
extends: faq
decisions:
  withdraw:
    rules:
      - rule: vips get a call
        when: {tags: vip}
        then: consider
        because: Call them.
"""


def review(tmp_path, capsys, text):
    """Review the example export with a policy of this text: what to do about each person, or the problems."""
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    status = main(["review", EXPORT, "--policy", str(path), "--now", NOW, "--format", "json"])
    printed = capsys.readouterr()
    if status == 2:
        return [line.replace(str(path), "mine.yaml") for line in printed.err.splitlines()[1:]]
    found = json.loads(printed.out)["invitations"]
    return {item["invitation"]["name"]: item["decisions"]["withdraw"]["outcome"] for item in found}


def test_four_lines_change_the_review_as_their_author_would_expect(tmp_path, capsys):
    """A month instead of two weeks: whoever was asked less than 30 days ago and comes rarely is kept now."""
    faq = review(tmp_path, capsys, "invitepolicy: 1\nname: mine\nextends: faq\n")
    mine = review(tmp_path, capsys, MINE)

    changed = {name: (outcome, mine[name]) for name, outcome in faq.items() if mine[name] != outcome}
    assert changed == {"Benedikt Auerswald": ("withdraw", "keep")}


def test_a_rule_of_ones_own_stands_first(tmp_path, capsys):
    """Below what is tagged keep, which no style touches."""
    faq = review(tmp_path, capsys, "invitepolicy: 1\nname: mine\nextends: faq\n")
    mine = review(tmp_path, capsys, RULE)

    changed = {name: (outcome, mine[name]) for name, outcome in faq.items() if mine[name] != outcome}
    assert changed == {"Fennimore Okwudili": ("keep", "consider")}
    assert mine["Dagny Marlowe"] == "keep"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            MINE.replace("settings", "setings"),
            "mine.yaml:4:1: there is no key “setings”; did you mean “settings”?",
        ),
        (
            RULE.replace("tags: vip", "tag: vip"),
            "mine.yaml:8:16: there is no fact “tag”; did you mean “tags”?",
        ),
        (
            RULE.replace("then: consider", "then: consder"),
            "mine.yaml:9:15: “consder” is not an outcome of “withdraw”; did you mean “consider”?",
        ),
        (
            MINE.replace("longest_wait", "longst_wait"),
            (
                "mine.yaml:4:12: no parent has a setting “longst_wait”, and nothing here uses it; "
                "did you mean “longest_wait”?"
            ),
        ),
        (
            MINE.replace("30 days", "1 month"),
            "mine.yaml:4:26: “1 month” has no fixed length; write 30 days or 4 weeks",
        ),
        (
            MINE + "name: yours\n",
            "mine.yaml:5:1: “name” is given twice; it is already on line 2; keep one of them",
        ),
    ],
    ids=["a key", "a fact", "an outcome", "a setting", "months", "a key given twice"],
)
def test_each_slip_is_one_line_that_says_where_and_what_to_write(tmp_path, capsys, text, problem):
    """File, line and column, the user's own word, and the remedy."""
    assert review(tmp_path, capsys, text) == [problem]
