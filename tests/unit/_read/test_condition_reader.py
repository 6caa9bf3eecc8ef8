"""Lines and reasons of a file: facts and settings looked up, what they use kept, one mistake reported once."""

from __future__ import annotations

import pytest
from builders import document

from invitepolicy._core.facts import Fact
from invitepolicy._core.policy import Placeholder
from invitepolicy._core.quantities import UNITS, Setting
from invitepolicy._read.condition_reader import ConditionReader, Scope, named_in
from invitepolicy._read.problems import ProblemCollector

WAIT = Setting("wait", "duration", 3 * UNITS["day"])
FEW = Setting("few", "number", 3)


def reader(text, **broken):
    """Return a reader of a text, what it knows, and the problems that it finds."""
    known = Scope({"wait": WAIT, "few": FEW}, {"my_met": Fact("my_met", "clock", "invitation", "my_met", "my_met")})
    source, problems = document(text, "folder/p.yaml"), ProblemCollector("p.yaml")
    found = ConditionReader(source, known, problems)
    found.broken.update(broken)
    return found, source.data, known, problems


def read(text, subject="invitation", **broken):
    """Read the lines of `when`: what comes of them, and the problems as they are printed."""
    found, data, _, problems = reader(f"when: {text}\n", **broken)
    lines = found.read_conditions(data["when"], subject, ("when",))
    return lines, [str(problem).removeprefix("p.yaml:1:") for problem in problems.problems]


def test_a_line_has_its_fact_its_test_its_text_and_its_place():
    """The text as it was written; the place is that of the fact."""
    lines, problems = read("{sent: at least wait ago, tags: {not: [a, b]}, has_note: true}")

    assert [(line.fact, line.text, line.place.column) for line in lines] == [
        ("sent", "at least wait ago", 8),
        ("tags", "{not: [a, b]}", 33),
        ("has_note", "true", 54),
    ]
    assert str(lines[0].place) == "p.yaml:1"
    assert not problems


def test_settings_that_are_used_or_count_something_are_kept():
    """Also where a line is refused for another reason."""
    found, data, known, _ = reader("when: {sent: between wait and wait ago, attempts: few, zebra: at least other}\n")

    found.read_conditions(data["when"], "invitation", ("when",))

    assert found.used >= {"wait", "few", "other"}
    assert known.counting == set()


def test_what_counts_is_kept():
    """A setting that stands in the test of a count."""
    found, data, known, _ = reader("when: {attempts: at least few, my_met: less than wait ago}\n")

    found.read_conditions(data["when"], "invitation", ("when",))

    assert (found.used, known.counting) == ({"few", "wait"}, {"few"})


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("{activty: daily}", ["8: there is no fact “activty”; did you mean “activity”?"]),
        ("{sent_at: given}", ["8: there is no fact “sent_at”; the record's “sent_at” is the fact “sent”"]),
        ("{my_meet: given}", ["8: there is no fact “my_meet”; did you mean “my_met”?"]),
        ("{my_zebra: given}", ["8: there is no fact “my_zebra”; introduce it under facts"]),
        ("{activity: dayly}", ["18: “dayly” is not a word of “activity”; did you mean “daily”?"]),
        ("{activity: [daily, dayly]}", ["26: “dayly” is not a word of “activity”; did you mean “daily”?"]),
        (
            "{relationship: known, logical}",
            ["29: “logical” is on its own here; write a list in brackets: relationship: [known, logical]"],
        ),
        (
            "{sent: given, tags: vip, a, b, has_note: true}",
            ["32: “a” is on its own here; write a list in brackets: tags: [vip, a, b]"],
        ),
        ("{sent: given, zebra}", None),
        ("{zebra, sent: given}", None),
        ("{tags: vip, a, zebra: 3}", None),
    ],
)
def test_each_mistake_is_told_once(text, problems):
    """At the fact or at the word."""
    found = read(text)[1]

    if problems is None:
        assert {line.partition("“")[2].partition("”")[0] for line in found} <= {"zebra", "a"}
    else:
        assert found == problems


def test_facts_are_listed_by_whom_they_are_about():
    """An account's decision knows the account's facts only."""
    (many,) = read("{zebra: 1}")[1]
    (account,) = read("{account_xxxxxxxxxxxxxxxxxxxxxxxx: 1}")[1]
    (other,) = read("{note_length: 1}", "account")[1]
    (own,) = read("{my_met: given}", "account")[1]
    (none,) = read("{zebra: 1}", "account")[1]

    assert many.endswith("tags and my_met, and those of the account, which begin with account_")
    assert "the account's facts are account_pending, " in account
    assert "“note_length” is a fact of an invitation, and this decision is about the account" in other
    assert "“my_met” is a fact of an invitation" in own
    assert "the account's facts are account_pending, " in none


def test_a_setting_that_was_refused_is_not_told_again():
    """Where a line names it."""
    assert read("{sent: at least wiat ago}", wiat=Setting("wiat", "number", 0)) == ((), [])
    assert len(read("{sent: at least wiat ago}")[1]) == 1


def reason(text):
    """Read a reason: what comes of it, the settings used, and the codes of the problems."""
    found, data, _, problems = reader(f"because: {text}\n")
    return (
        found.read_reason(data["because"], "invitation", ("because",)),
        found.used,
        [problem.code for problem in problems.problems],
    )


@pytest.mark.parametrize(
    ("text", "parts", "used", "codes"),
    [
        ("After {wait}.", ("After ", Placeholder("wait"), "."), {"wait"}, []),
        ("On {sent}.", ("On ", Placeholder("sent"), "."), set(), []),
        ("Met {my_met.age} ago.", ("Met ", Placeholder("my_met", age=True), " ago."), set(), []),
        ("Cut # short.", ("Cut",), set(), ["cut-short"]),
        ("After {zebra}.", (), {"fter", "zebra"}, ["placeholder"]),
    ],
)
def test_reasons_are_read_with_what_they_use(text, parts, used, codes):
    """A comment that cuts one short is reported."""
    assert reason(text) == (parts, used, codes)


def test_every_word_of_raw_data_may_be_a_name():
    """In lists, keys and values; numbers are none."""
    assert named_in({"a": ["b c", True, 3], "d_e": None}) >= {"a", "b", "c", "d_e", "true"}
    assert named_in(3) == set()
