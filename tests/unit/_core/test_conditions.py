"""A line's test: every kind with every form and every refusal, and back to text."""

from __future__ import annotations

from datetime import timedelta

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from invitepolicy._core.conditions import (
    AgeRange,
    IsKnown,
    IsTrue,
    NumberRange,
    OneOf,
    Threshold,
    format_operator,
    parse_operator,
)
from invitepolicy._core.errors import InvalidInputError
from invitepolicy._core.facts import FACTS, OWN_PREFIX, Fact
from invitepolicy._core.quantities import FOREVER, LONGEST, Setting

DAY = timedelta(days=1)
SETTINGS = {
    setting.name: setting
    for setting in (
        Setting("longest_wait", "duration", 14 * DAY),
        Setting("first_look", "duration", 3 * DAY),
        Setting("never", "duration", FOREVER),
        Setting("too_many", "share", 0.4),
        Setting("a_day", "number", 20),
        Setting("a_half", "number", 2.5),
    )
}


def own(kind, words=()):
    """Introduce a fact of the policy's own."""
    return Fact(f"{OWN_PREFIX}x", kind, "invitation", f"{OWN_PREFIX}x", f"{OWN_PREFIX}x", words)


FACT = {
    "choice": FACTS["relationship"],
    "tags": FACTS["tags"],
    "flag": FACTS["email_requested"],
    "clock": FACTS["sent"],
    "count": FACTS["attempts"],
    "share": FACTS["account_rejected_share"],
    "number": own("number"),
}


def days(number, setting=None):
    """Write an amount of days."""
    return Threshold(number * DAY, "duration", setting)


def number(value, setting=None):
    """Write a number."""
    return Threshold(value, "number", setting)


def share(value, setting=None):
    """Write a share."""
    return Threshold(value, "share", setting)


def refused(kind, raw, settings=SETTINGS):
    """Return code, place inside, and text of a refusal."""
    with pytest.raises(InvalidInputError) as caught:
        parse_operator(FACT[kind], raw, settings)
    error = caught.value
    assert str(error) == error.what
    return error.code, error.inside, f"{error.what}; {error.hint}"


# what is read


@pytest.mark.parametrize(
    ("kind", "raw", "test"),
    [
        ("choice", "known", OneOf(("known",))),
        ("choice", ["known", "logical"], OneOf(("known", "logical"))),
        ("choice", {"not": "known"}, OneOf(("known",), negated=True)),
        ("choice", {"not": ["known", "unknown"]}, OneOf(("known", "unknown"), negated=True)),
        ("tags", "vip", OneOf(("vip",))),
        ("tags", "old friend", OneOf(("old friend",))),
        ("tags", "given", OneOf(("given",))),
        ("tags", ["vip", "Zoë's"], OneOf(("vip", "Zoë's"))),
        ("tags", {"not": "vip"}, OneOf(("vip",), negated=True)),
        ("flag", True, IsTrue(wanted=True)),
        ("flag", False, IsTrue(wanted=False)),
        ("flag", "given", IsKnown(wanted=True)),
        ("flag", "missing", IsKnown(wanted=False)),
        ("clock", "at least 3 weeks ago", AgeRange(days(21), None)),
        ("clock", "less than 4 days ago", AgeRange(None, days(4))),
        ("clock", "between 3 days and 4 days ago", AgeRange(days(3), days(4))),
        ("clock", "at least longest_wait ago", AgeRange(days(14, "longest_wait"), None)),
        ("clock", "less than never ago", AgeRange(None, Threshold(FOREVER, "duration", "never"))),
        ("clock", "between first_look and 4 days ago", AgeRange(days(3, "first_look"), days(4))),
        ("clock", "between 0 days and longest_wait ago", AgeRange(days(0), days(14, "longest_wait"))),
        ("clock", "between longest_wait and first_look ago", AgeRange(days(14, "longest_wait"), days(3, "first_look"))),
        ("clock", " at least  3 weeks  ago ", AgeRange(days(21), None)),
        ("clock", "at least 36525 days ago", AgeRange(Threshold(LONGEST, "duration"), None)),
        ("clock", "given", IsKnown(wanted=True)),
        ("clock", "missing", IsKnown(wanted=False)),
        ("count", "at least 3", NumberRange(number(3), None)),
        ("count", "at most 3", NumberRange(None, number(3))),
        ("count", "more than 3", NumberRange(number(3), None, low_included=False)),
        ("count", "less than a_day", NumberRange(None, number(20, "a_day"), high_included=False)),
        ("count", "between 3 and 5", NumberRange(number(3), number(5))),
        ("count", "between 3 and 3", NumberRange(number(3), number(3))),
        ("count", "between a_day and 5", NumberRange(number(20, "a_day"), number(5))),
        ("count", "at least 3.0", NumberRange(number(3), None)),
        ("count", 3, NumberRange(number(3), number(3))),
        ("count", 3.0, NumberRange(number(3), number(3))),
        ("count", "3", NumberRange(number(3), number(3))),
        ("count", 0, NumberRange(number(0), number(0))),
        ("count", "given", IsKnown(wanted=True)),
        ("count", "missing", IsKnown(wanted=False)),
        ("number", "at least 2.5", NumberRange(number(2.5), None)),
        ("number", "at least -2", NumberRange(number(-2), None)),
        ("number", "at least a_half", NumberRange(number(2.5, "a_half"), None)),
        ("number", 2.5, NumberRange(number(2.5), number(2.5))),
        ("number", "-2", NumberRange(number(-2), number(-2))),
        ("number", "between -2 and 2.5", NumberRange(number(-2), number(2.5))),
        ("share", "at least 40%", NumberRange(share(0.4), None)),
        ("share", "less than too_many", NumberRange(None, share(0.4, "too_many"), high_included=False)),
        ("share", "between 0% and 100%", NumberRange(share(0.0), share(1.0))),
        ("share", "40%", NumberRange(share(0.4), share(0.4))),
        ("share", "missing", IsKnown(wanted=False)),
    ],
)
def test_every_kind_has_its_tests(kind, raw, test):
    """Page 1, section 6, row by row; a quantity is written out or a setting's name."""
    found = parse_operator(FACT[kind], raw, SETTINGS)

    assert found == test
    if isinstance(test, NumberRange):
        assert [type(amount.value) for amount in (found.low, found.high) if amount] == [
            type(amount.value) for amount in (test.low, test.high) if amount
        ]


# what is refused


WORDS = "its words are known, logical, stranger or unknown"
CLOCK = "write at least 3 weeks ago, less than 4 days ago, between 3 days and 4 days ago, given or missing"
COUNT = "write at least 3, less than 3, between 3 and 5, 3, given or missing"
SHARE = "write at least 40%, less than 20%, between 20% and 40%, given or missing"
NUMBER = "write at least 2.5, less than 2.5, between 2 and 3, 2.5, given or missing"
BAD_WORD = "is not a word of “relationship”"
BRACKETS = "write a list in brackets: [known, logical]"
NO_TEST = "the only word allowed in braces after “relationship” is not; write {not: word}"


@pytest.mark.parametrize(
    ("kind", "raw", "code", "inside", "text"),
    [
        # choices
        ("choice", "knwon", "word", (), f"“knwon” {BAD_WORD}; did you mean “known”?"),
        ("choice", "Known", "word", (), f"“Known” {BAD_WORD}; did you mean “known”?"),
        ("choice", "friend", "word", (), f"“friend” {BAD_WORD}; {WORDS}"),
        ("choice", "", "word", (), f"“” {BAD_WORD}; {WORDS}"),
        ("choice", None, "test", (), "“relationship” has no test; write known, logical, stranger or unknown"),
        ("choice", [None], "word", (0,), f"nothing {BAD_WORD}; {WORDS}"),
        ("choice", "known or logical", "word", (), f"“known or logical” {BAD_WORD}; {BRACKETS}"),
        ("choice", "known, friend", "word", (), f"“known, friend” {BAD_WORD}; {WORDS}"),
        ("choice", "not known", "word", (), f"“not known” {BAD_WORD}; write {{not: known}}"),
        ("choice", True, "word", (), f"“true” {BAD_WORD}; {WORDS}"),
        ("choice", 3, "word", (), f"“3” {BAD_WORD}; {WORDS}"),
        ("choice", "given", "word", (), f"“given” {BAD_WORD}; a choice always has a word, so test for unknown"),
        ("choice", "missing", "word", (), f"“missing” {BAD_WORD}; a choice always has a word, so test for unknown"),
        (
            "choice",
            "known, logical",
            "word",
            (),
            f"“known, logical” {BAD_WORD}; write a list in brackets: [known, logical]",
        ),
        ("choice", ["known", "frend"], "word", (1,), f"“frend” {BAD_WORD}; {WORDS}"),
        ("choice", ["known", ["logical"]], "word", (1,), f"a list {BAD_WORD}; {WORDS}"),
        ("choice", ["known", "logical", "known"], "test", (2,), "“known” is named twice; name it once"),
        ("choice", [], "test", (), "the list is empty; name the words of “relationship” that fit"),
        ("choice", {"not": []}, "test", ("not",), "the list is empty; name the words of “relationship” that fit"),
        ("choice", {"not": "knwon"}, "word", ("not",), f"“knwon” {BAD_WORD}; did you mean “known”?"),
        ("choice", {"not": ["known", "x"]}, "word", ("not", 1), f"“x” {BAD_WORD}; {WORDS}"),
        ("choice", {"not": {"not": "known"}}, "word", ("not",), f"keys and values {BAD_WORD}; {WORDS}"),
        ("choice", {"any": "known"}, "test", (), NO_TEST),
        ("choice", {"not": "known", "or": "x"}, "test", (), NO_TEST),
        ("choice", {}, "test", (), NO_TEST),
        # tags
        ("tags", None, "test", (), "“tags” has no test; write a tag"),
        ("tags", 2026, "word", (), "“2026” is not a tag; write a text in quotes"),
        ("tags", True, "word", (), "“true” is not a tag; write a text in quotes"),
        ("tags", "  ", "word", (), "“  ” is not a tag; write a text in quotes"),
        ("tags", ["vip", 1], "word", (1,), "“1” is not a tag; write a text in quotes"),
        ("tags", ["vip", "vip"], "test", (1,), "“vip” is named twice; name it once"),
        ("tags", [], "test", (), "the list is empty; name the words of “tags” that fit"),
        # flags
        ("flag", "yes", "test", (), "“yes” is not a test of “email_requested”; write true"),
        ("flag", "On", "test", (), "“On” is not a test of “email_requested”; write true"),
        ("flag", "no", "test", (), "“no” is not a test of “email_requested”; write false"),
        ("flag", "true", "test", (), "“true” is not a test of “email_requested”; write true, without quotes"),
        ("flag", "maybe", "test", (), "“maybe” is not a test of “email_requested”; write true or false"),
        ("flag", 1, "test", (), "“1” is not a test of “email_requested”; write true or false"),
        ("flag", None, "test", (), "“email_requested” has no test; write true or false"),
        ("flag", [True], "test", (), "a list is not a test of “email_requested”; write true or false"),
        (
            "flag",
            {"not": True},
            "test",
            (),
            "keys and values is not a test of “email_requested”; write true or false",
        ),
        # clocks: half-open tests only
        (
            "clock",
            "more than 3 weeks ago",
            "half-open",
            (),
            ("“more than 3 weeks ago”: dates do not support “more than”; "
            "write at least 3 weeks ago, so that the instant of the change is clear"),
        ),
        (
            "clock",
            "at most longest_wait ago",
            "half-open",
            (),
            ("“at most longest_wait ago”: dates do not support “at most”; "
            "write less than longest_wait ago, so that the instant of the change is clear"),
        ),
        (
            "clock",
            "at least 3 weeks",
            "test",
            (),
            "“at least 3 weeks” is missing “ago”; write at least 3 weeks ago",
        ),
        (
            "clock",
            "between 3 days and 4 days",
            "test",
            (),
            "“between 3 days and 4 days” is missing “ago”; write between 3 days and 4 days ago",
        ),
        (
            "clock",
            "3 weeks ago",
            "test",
            (),
            "“3 weeks ago” is not a test; write at least 3 weeks ago, or less than 3 weeks ago",
        ),
        (
            "clock", "3 weeks", "test", (),
            "“3 weeks” is not a test; write at least 3 weeks ago, or less than 3 weeks ago",
        ),
        ("clock", "longest_wait ago", "test", (), ("“longest_wait” is a setting, not a test; "
         "write at least longest_wait ago")),
        ("clock", "longest_wait", "test", (), ("“longest_wait” is a setting, not a test; "
         "write at least longest_wait ago")),
        ("clock", "yesterday", "test", (), f"“yesterday” is not a test of “sent”; {CLOCK}"),
        (
            "clock", "At least 3 days", "test", (),
            "“At least 3 days” is not a test of “sent”; write at least 3 days ago",
        ),
        (
            "clock",
            "at lest 3 weeks",
            "test",
            (),
            "“at lest 3 weeks” is not a test of “sent”; write at least 3 weeks ago",
        ),
        (
            "clock",
            "older than 3 days",
            "test",
            (),
            "“older than 3 days” is not a test of “sent”; write at least 3 days ago",
        ),
        ("clock", "> 3 weeks ago", "test", (), "“> 3 weeks ago” is not a test of “sent”; write at least 3 weeks ago"),
        ("clock", "<= 3 weeks", "test", (), "“<= 3 weeks” is not a test of “sent”; write less than 3 weeks ago"),
        ("clock", "gven", "test", (), "“gven” is not a test of “sent”; did you mean “given”?"),
        ("clock", "gven today", "test", (), f"“gven today” is not a test of “sent”; {CLOCK}"),
        ("clock", "between 3 and 4 days ago", "quantity", (), "“3” has no unit; write between 3 days and 4 days ago"),
        ("clock", "between 3 and 4 ago", "quantity", (), "“3” has no unit; write between 3 days and 4 days ago"),
        ("clock", "at least ago", "test", (), f"“at least ago” is not a test of “sent”; {CLOCK}"),
        ("clock", "at least", "test", (), f"“at least” is not a test of “sent”; {CLOCK}"),
        ("clock", "ago", "test", (), f"“ago” is not a test of “sent”; {CLOCK}"),
        ("clock", "", "test", (), f"“” is not a test of “sent”; {CLOCK}"),
        ("clock", "between 3 days ago", "test", (), f"“between 3 days ago” is not a test of “sent”; {CLOCK}"),
        ("clock", "between and 4 days ago", "test", (), f"“between and 4 days ago” is not a test of “sent”; {CLOCK}"),
        ("clock", None, "test", (), f"“sent” has no test; {CLOCK}"),
        ("clock", True, "test", (), f"“true” is not a test of “sent”; {CLOCK}"),
        ("clock", 3, "test", (), f"“3” is not a test of “sent”; {CLOCK}"),
        ("clock", ["given"], "test", (), f"a list is not a test of “sent”; {CLOCK}"),
        (
            "clock",
            {"not": "given"},
            "test",
            (),
            f"keys and values is not a test of “sent”; {CLOCK}",
        ),
        (
            "clock",
            {"longest_wait": None},
            "test",
            (),
            "braces around the test of “sent”; write at least longest_wait ago, without braces",
        ),
        (
            "clock",
            "at least {longest_wait} ago",
            "quantity",
            (),
            "“{longest_wait}” is in braces; write longest_wait",
        ),
        ("clock", "at least three weeks ago", "quantity", (), "“three weeks” is spelled out; write 3 weeks"),
        ("clock", "at least 1 month ago", "quantity", (), "“1 month” has no fixed length; write 30 days or 4 weeks"),
        ("clock", "at least 3weeks ago", "quantity", (), "“3weeks” is not a duration; write 3 weeks"),
        (
            "clock",
            "at least 36526 days ago",
            "quantity",
            (),
            "“36526 days” is longer than 100 years; write forever if it is never to happen",
        ),
        (
            "clock",
            "at least forever ago",
            "quantity",
            (),
            "“forever” is a setting's value; give a setting that value and name it here",
        ),
        (
            "clock",
            "at least 40% ago",
            "quantity",
            (),
            "“40%” is not a duration; write a number and a unit, such as 3 weeks, 4 days or 12 hours",
        ),
        (
            "clock",
            "at least longst_wait ago",
            "setting",
            (),
            "there is no setting “longst_wait”; did you mean “longest_wait”?",
        ),
        (
            "clock",
            "at least patience ago",
            "setting",
            (),
            ("there is no setting “patience”; introduce it under settings; "
            "its durations are longest_wait, first_look and never"),
        ),
        (
            "clock",
            "between first_look and patience ago",
            "setting",
            (),
            ("there is no setting “patience”; introduce it under settings; "
            "its durations are longest_wait, first_look and never"),
        ),
        (
            "clock",
            "at least a_day ago",
            "kind",
            (),
            "“a_day” is a number, and “sent” needs a duration; name another setting, or write 3 weeks",
        ),
        (
            "clock",
            "between 4 days and 3 days ago",
            "empty",
            (),
            "“between 4 days and 3 days ago” can never hold; the smaller quantity comes first",
        ),
        (
            "clock",
            "between 1 week and 7 days ago",
            "empty",
            (),
            ("“between 1 week and 7 days ago” can never hold; "
            "the second value is not included, so it must be the larger one"),
        ),
        ("clock", "at least 3 weeks ago\nx", "quantity", (), None),
        # numbers
        (
            "count", "at least 3 ago", "test", (),
            "“at least 3 ago”: “attempts” is not a date, so “ago” does not apply; write at least 3",
        ),
        (
            "count",
            "between 3 and 5 ago",
            "test",
            (),
            "“between 3 and 5 ago”: “attempts” is not a date, so “ago” does not apply; write between 3 and 5",
        ),
        ("count", "between 5 and 3", "empty", (), "“between 5 and 3” can never hold; the smaller quantity comes first"),
        ("count", "a_day", "test", (), "“a_day” is a setting, not a test; write at least a_day"),
        ("count", "many", "test", (), f"“many” is not a test of “attempts”; {COUNT}"),
        ("count", "", "test", (), f"“” is not a test of “attempts”; {COUNT}"),
        ("count", None, "test", (), f"“attempts” has no test; {COUNT}"),
        ("count", True, "test", (), f"“true” is not a test of “attempts”; {COUNT}"),
        ("count", [3], "test", (), f"a list is not a test of “attempts”; {COUNT}"),
        ("count", {}, "test", (), f"keys and values is not a test of “attempts”; {COUNT}"),
        ("count", 2.5, "kind", (), "“2.5”: “attempts” is counted in whole numbers; write a whole number"),
        (
            "count",
            "at least 2.5",
            "kind",
            (),
            "“at least 2.5”: “attempts” is counted in whole numbers; write a whole number",
        ),
        (
            "count",
            "at least a_half",
            "kind",
            (),
            "“at least a_half”: “attempts” is counted in whole numbers; write a whole number",
        ),
        ("count", "at least two", "quantity", (), "“two” is spelled out; write 2"),
        ("count", "at least Twelve", "quantity", (), "“Twelve” is spelled out; write 12"),
        ("count", "at least 3 weeks", "quantity", (), "“3 weeks” is not a number; write digits, such as 20 or 2.5"),
        ("count", "3 weeks", "quantity", (), "“3 weeks” is not a number; write digits, such as 20 or 2.5"),
        ("count", 10**18, "quantity", (), None),
        (
            "count",
            "at least longest_wait",
            "kind",
            (),
            "“longest_wait” is a duration, and “attempts” needs a number; name another setting, or write 20",
        ),
        ("number", "x", "test", (), f"“x” is not a test of “my_x”; {NUMBER}"),
        ("number", "at least 1e3", "quantity", (), "“1e3” is not a number; write digits, such as 20 or 2.5"),
        # shares
        ("share", 0.4, "test", (), f"“0.4” is not a test of “account_rejected_share”; {SHARE}"),
        ("share", 1, "test", (), f"“1” is not a test of “account_rejected_share”; {SHARE}"),
        ("share", 40, "test", (), ("“40” is not a test of “account_rejected_share”; "
         "write at least 40% or less than 40%, if that is what you mean")),
        ("share", "at least 40", "quantity", (), "“40” is not a share; write 40%, if that is what you mean"),
        ("share", "> 40%", "test", (), "“> 40%” is not a test of “account_rejected_share”; write more than 40%"),
        ("share", "2,5%", "quantity", (), "“2,5%” has a comma; write a point, as in 2.5, and a thousand as 1000"),
        (
            "share",
            "at least 0.4",
            "quantity",
            (),
            "“0.4” is not a share; write a percentage from 0% to 100%, such as 40%",
        ),
        (
            "share",
            "at least 140%",
            "quantity",
            (),
            "“140%” must be between 0% and 100%; write a percentage from 0% to 100%, such as 40%",
        ),
        (
            "share",
            "at least a_day",
            "kind",
            (),
            "“a_day” is a number, and “account_rejected_share” needs a share; name another setting, or write 40%",
        ),
        ("share", "too_many", "test", (), "“too_many” is a setting, not a test; write at least too_many"),
    ],
)  # fmt: skip
def test_every_refusal_says_what_to_write(kind, raw, code, inside, text):
    """With the nearest right word, or an example of the kind."""
    found = refused(kind, raw)

    assert found[:2] == (code, inside)
    assert text is None or found[2] == text


def test_where_no_setting_fits_the_hint_says_so():
    """And a choice without `unknown` does not speak of it."""
    text = "there is no setting “wait”; introduce it under settings"

    assert refused("clock", "at least wait ago", {}) == ("setting", (), text)
    with pytest.raises(InvalidInputError) as caught:
        parse_operator(FACTS["status"], "missing", {})
    assert caught.value.hint == "a choice always has a word"


@pytest.mark.parametrize(
    "raw",
    [
        "at least" + " " * 8000 + "\nx",
        "at least x" + " " * 8000 + "\nx",
        "between" + " and" * 2000 + "\nx",
        "between" + " " * 8000,
        "at least " + "ago " * 2000 + "ago",
        "less than {" + "{" * 8000,
    ],
    ids=["spaces", "spaces behind", "and", "nothing", "ago", "braces"],
)
@pytest.mark.parametrize("kind", ["clock", "count"])
def test_a_refusal_costs_no_more_than_reading(kind, raw):
    """However often the words of the grammar stand in the text."""
    assert refused(kind, raw)


# back to text


@pytest.mark.parametrize(
    ("kind", "raw", "text", "named"),
    [
        ("choice", "known", "known", None),
        ("choice", ["known"], "known", None),
        ("choice", ["stranger", "known"], "[known, stranger]", None),
        ("choice", {"not": ["stranger", "known"]}, "{not: [known, stranger]}", None),
        ("choice", {"not": "known"}, "{not: known}", None),
        ("tags", ["a, b", "true", "old friend", 'q"'], '["a, b", "q\\"", "true", old friend]', None),
        ("flag", True, "true", None),
        ("flag", False, "false", None),
        ("flag", "given", "given", None),
        ("clock", "missing", "missing", None),
        ("clock", "at least 14 days ago", "at least 2 weeks ago", None),
        ("clock", "at least longest_wait ago", "at least 2 weeks ago", "at least longest_wait ago"),
        ("clock", "less than never ago", "less than forever ago", "less than never ago"),
        (
            "clock",
            "between first_look and 96 hours ago",
            "between 3 days and 4 days ago",
            "between first_look and 4 days ago",
        ),
        ("count", 3, "3", None),
        ("count", "between 3 and 3", "3", None),
        ("count", "between a_day and a_day", "20", "between a_day and a_day"),
        ("count", "more than 3", "more than 3", None),
        ("count", "at most a_day", "at most 20", "at most a_day"),
        ("count", "less than 3", "less than 3", None),
        ("count", "between 3 and 5", "between 3 and 5", None),
        ("share", "at least 40.0%", "at least 40%", None),
        ("number", "2.50", "2.5", None),
    ],
)
def test_a_test_is_written_as_a_policy_would(kind, raw, text, named):
    """In one spelling; on demand with the settings' names."""
    test = parse_operator(FACT[kind], raw, SETTINGS)

    assert format_operator(test) == text
    assert format_operator(test, names=True) == (named or text)


amounts = {
    "clock": st.integers(0, 10**6).map(lambda minutes: f"{minutes} minutes"),
    "count": st.integers(-5, 10**6).map(str),
    "share": st.integers(0, 1000).map(lambda number: f"{number / 10}%"),
}


@given(st.data(), st.sampled_from(["clock", "count", "share"]))
def test_what_is_written_of_a_test_reads_back(data, kind):
    """For quantities written out, `parse(format(test)) == test`."""
    low, high = data.draw(amounts[kind]), data.draw(amounts[kind])
    form = data.draw(
        st.sampled_from(["at least {}", "less than {}", "more than {}", "at most {}", "between {} and {}"])
    )
    text = form.format(low, high) + (" ago" if kind == "clock" else "")
    try:
        test = parse_operator(FACT[kind], text, {})
    except InvalidInputError as error:
        refused = error.code
    else:
        refused = None
        assert parse_operator(FACT[kind], format_operator(test), {}) == test

    assert refused in (None, "empty", "half-open")


@given(st.lists(st.text(min_size=1, max_size=8).filter(str.strip), min_size=1, max_size=4, unique=True), st.booleans())
def test_what_is_written_of_words_reads_back(words, negated):
    """As YAML, whatever the tags hold."""
    test = OneOf(tuple(words), negated)
    text = format_operator(test)
    try:
        raw = yaml.safe_load(text)
    except yaml.YAMLError:  # control characters: no policy file can hold them
        return

    if not any(character in text for character in "\x85\u2028\u2029"):
        found = parse_operator(FACT["tags"], raw, {})
        assert (set(found.words), found.negated) == (set(words), negated)
