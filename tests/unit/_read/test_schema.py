"""The shape of a file against the schema, in words of our own: one mistake, one message, at the key or the value."""

from __future__ import annotations

import pytest
from builders import document, lines, refusal

from invitepolicy._read.schema import check_shape, read_schema

RULE = "{rule: a, when: {activity: daily}, then: keep, because: b}"
LINES = "write a line for each fact that must hold: the fact, a colon, and its test"


def messages(text):
    """Return the problems of a body's shape as they are printed."""
    return [str(problem).removeprefix("p.yaml:") for problem in refusal(check_shape, document(text))]


def in_rules(text):
    """Return a decision with rules."""
    return f"decisions: {{d: {{rules: [{text}]}}}}\n"


def test_a_good_shape_says_nothing():
    """Whatever the lines mean; that is judged later."""
    check_shape(document(in_rules("{rule: a, when: {zodiac: [[x]]}, then: keep, because: b}")))
    check_shape(
        document("settings: {a: 1 month, b: {value: 1 month}}\ntests: [{test: a, given: {x: {}}, expect: {d: 7}}]\n")
    )


def test_the_schema_is_read_anew_each_time():
    """Nobody can change the one that files are held against."""
    read_schema().clear()

    assert read_schema()["title"]


@pytest.mark.parametrize(
    ("version", "problem"),
    [
        ("2", "written in format 2, and this library reads format 1; update to invitepolicy 2, or later"),
        ("0", "“0” is not a version of this format; write invitepolicy: 1"),
        ("1.0", "“1.0” is not a version of this format; write invitepolicy: 1"),
        ("true", "“true” is not a version of this format; write invitepolicy: 1"),
        ("latest", "“latest” is not a version of this format; write invitepolicy: 1"),
        ("", "the version is missing; write invitepolicy: 1"),
    ],
)
def test_another_version_is_told_alone(version, problem):
    """What another version means by the rest nobody knows."""
    text = document("nonsense: 1\n")
    text.data["invitepolicy"] = None if version == "" else {"1.0": 1.0, "true": True}.get(version, version)
    if version in ("2", "0"):
        text.data["invitepolicy"] = int(version)

    (found,) = refusal(check_shape, text)

    assert f"{found.what}; {found.hint}".endswith(problem)
    assert found.code == "version"


def test_a_missing_version_is_a_missing_key():
    """Reported with what else is missing."""
    empty = document("")
    empty.data.clear()

    assert [problem.what for problem in refusal(check_shape, empty)] == [
        "the policy has no “invitepolicy”",
        "the policy has no “name”",
    ]


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        # keys
        ("setings: {}\n", ["1:1: there is no key “setings”; did you mean “settings”?"]),
        ("d: {rules: []}\n", ["1:1: there is no key “d”; a decision stands under decisions"]),
        ("decisions: {d: {rule: []}}\n", ["1:17: in “d” there is no key “rule”; did you mean “rules”?"]),
        (
            in_rules("{rule: a, if: {sent: given}, then: keep, because: b}"),
            ["1:35: in “rules” there is no key “if”; did you mean “when”?"],
        ),
        (
            in_rules("{rule: a, whn: {sent: given}, then: keep, becaus: b}"),
            [
                "1:35: in “rules” there is no key “whn”; did you mean “when”?",
                "1:67: in “rules” there is no key “becaus”; did you mean “because”?",
            ],
        ),
        (
            "decisions: {d: {otherwise: {when: {}, then: a, because: b}}}\n",
            ["1:29: in “otherwise” there is no key “when”; the keys are then, because and details"],
        ),
        # what is missing
        (in_rules("{rule: a, then: keep, because: b}"), [f"1:25: this rule has no “when”; add when: {LINES}"]),
        (
            in_rules("{when: {sent: given}, then: keep, because: b}"),
            ["1:25: this rule has no name; add rule: a name that reads as a sentence, unique in its decision"],
        ),
        ("settings: {a: {}}\n", [("1:12: “a” has no “value”; "
            "add value: write a duration (3 weeks, forever), a share (40%) or a number (20)")]),
        (
            "promises: [{promise: a, decision: d}]\n",
            [
                (
                    "1:12: this promise says neither “only” nor “never”; "
                    "add never: the outcomes that may not come, or only with those that may"
                )
            ],
        ),
        (
            "promises: [{promise: a, decision: d, only: a, never: b}]\n",
            ["1:47: this promise says both “only” and “never”; keep one of them"],
        ),
        # one rule taken apart
        (
            ("decisions:\n  d:\n    rules:\n    - rule: a\n    - when: {sent: "
            "given}\n    - then: keep\n    - because: b\n"),
            ["5:7: extra “-”: this line belongs to the entry above it; delete the dash"],
        ),
        ("tests:\n- test: a\n- expect: {d: b}\n- test: c\n  expect: {d: b}\n", [
            "3:3: extra “-”: this line belongs to the entry above it; delete the dash"
        ]),
        (
            "tests:\n- test: a\n- expect: {d: b}\n  skip: c\n",
            [
                (
                    "2:3: this test has no “expect”; add expect: write each decision with what is expected of it: "
                    "an outcome, a life such as [keep, withdraw after 4 days], or instants with their outcomes"
                ),
                "3:3: this test has no name; add test: what is tested, in a few words",
            ],
        ),
        ("tests:\n- expect: {d: b}\n", ["2:3: this test has no name; add test: what is tested, in a few words"]),
        # kinds
        (in_rules("a"), [("1:25: “rules” must contain keys and values, not “a”; "
            "write a rule as keys and values: rule, when, then and because")]),
        ("facts: {my_a: [1]}\n", ["1:16: “my_a” must contain texts, not “1”; put it in quotes"]),
        ("title: 2026\n", ["1:8: “title” must be a text, not “2026”; put it in quotes"]),
        ("title: true\n", ["1:8: “title” must be a text, not “true”; write a few words for people"]),
        ("title: [a]\n", ["1:8: “title” must be a text, not a list; a text that begins with a bracket [ needs quotes"]),
        ("title: {a}\n", [("1:8: “title” must be a text, not keys and values; "
            "a text that begins with a brace { needs quotes")]),
        ("title:\n", ["1:1: “title” is empty; write a few words for people"]),
        ("decisions: {d: {otherwise: {then: [a], because: b}}}\n", [("1:35: “then” must be a text, not a list; "
            "write one of the decision's outcomes")]),
        ("decisions: {d: [a]}\n", ["1:16: “d” must be keys and values, not a list; put the rules under “rules”"]),
        (in_rules("{rule: a, when: [sent: given], then: a, because: "
            "b}"), [("1:41: “when” must be keys and values, not a list; "
            "write the lines without dashes")]),
        ("settings:\n  a:4 weeks\n", [("2:3: “settings” must be keys and values, not “a:4 weeks”; "
            "put a space after each colon, and each line below the other")]),
        ("settings: 7\n", [("1:11: “settings” must be keys and values, not “7”; "
            "write each setting with its value: a duration, a share or a number")]),
        ("decisions: {d: {without: a b}}\n", ["1:26: “without” must be a list, not “a b”; write [a b]"]),
        ("tests: {test: a}\n", [("1:8: “tests” must be a list, not keys and values; "
            "put a dash before the first line of each: - test")]),
        ("tests: {}\n", [("1:8: “tests” must be a list, not keys and values; "
            "put a dash before the first line of each: - tests")]),
        # words and names
        ("decisions: {d: {subject: invitations}}\n", [("1:26: “subject” cannot be “invitations”; "
            "did you mean “invitation”?")]),
        ("decisions: {d: {subject: 7}}\n", [("1:26: “subject” cannot be “7”; "
            "write whom the question is about: an invitation (the default), or the account that sends them")]),
        ("facts: {my_a: }\n", [("1:9: “my_a” is empty; "
            "write count, number, share, flag, clock or tags, or [the words of a choice]")]),
        ("decisions: {d: {outcomes: [A]}}\n", [("1:28: “A” cannot stand in “outcomes”; "
            "write a word in small letters, with _ for a space")]),
        (in_rules(RULE.replace("because: b", "because: ' '")), [("1:81: “because” is empty; "
            "say why, in a sentence for people")]),
        ("settings: {Long-Wait: 3 days}\n", [("1:12: “Long-Wait” cannot be a name here; write long_wait; "
            "a name is made of small letters, digits and _, and begins with a letter")]),
        ("facts: {met: clock}\n", [("1:9: “met” cannot be a name here; write my_met; "
            "the name of an own fact begins with my_ and is made of small letters, digits and _")]),
        ("settings: {3d: 3 days}\n", [("1:12: “3d” cannot be a name here; "
            "a name is made of small letters, digits and _, and begins with a letter")]),
        ("settings: {'': 3 days}\n", [("1:12: “” cannot be a name here; "
            "a name is made of small letters, digits and _, and begins with a letter")]),
        # lists
        ("decisions: {d: {outcomes: []}}\n", ["1:27: “outcomes” is empty; write the words that rules may answer"]),
        (in_rules("{rule: a, when: {}, then: a, because: b}"), [f"1:41: “when” is empty; {LINES}"]),
        ("decisions: {d: {outcomes: [a, b, a]}}\n", ["1:34: “a” is named twice; name it once"]),
    ],
)  # fmt: skip
def test_each_kind_of_mistake_has_its_words(text, problems):
    """Keys, what is missing, kinds, words, names and lists; the remedy is what to write."""
    assert messages(text) == problems


def test_a_problem_is_told_once():
    """A wrong kind in two places is reported in both, a wrong key once."""
    text = lines(
        """
        tests:
          - {test: 1, expect: {d: a}, skp: x}
          - {test: 2, expect: {d: a}}
        """
    )

    assert [line.partition(": ")[0] for line in messages(text)] == ["2:12", "2:31", "3:12"]


def test_no_more_than_two_hundred_problems_are_looked_for():
    """In a file that is wrong throughout."""
    assert len(messages("tests: [" + "{test: 1}, " * 300 + "]\n")) <= 200
