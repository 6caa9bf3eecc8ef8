"""Quantities in lines: written out or named by a setting, and what was probably meant where there is none."""

from __future__ import annotations

from datetime import timedelta

import pytest

from invitepolicy._core.conditions import (
    Threshold,
    check_threshold,
    expected_syntax,
    not_an_operator,
    read_threshold,
)
from invitepolicy._core.errors import InvalidInputError
from invitepolicy._core.facts import FACTS
from invitepolicy._core.quantities import Setting

SETTINGS = {
    "wait": Setting("wait", "duration", timedelta(days=14)),
    "part": Setting("part", "share", 0.4),
    "few": Setting("few", "number", 3),
    "half": Setting("half", "number", 0.5),
    "three": Setting("three", "number", 3),
}


def refused(fact, text):
    """Return the sentence with which a quantity is refused."""
    with pytest.raises(InvalidInputError) as caught:
        read_threshold(FACTS[fact], text, f"at least {text}", SETTINGS)
    return f"{caught.value.what}; {caught.value.hint}"


@pytest.mark.parametrize(
    ("fact", "text", "amount"),
    [
        ("sent", "2 weeks", Threshold(timedelta(days=14), "duration")),
        ("sent", "wait", Threshold(timedelta(days=14), "duration", "wait")),
        ("account_rejected_share", "40%", Threshold(0.4, "share")),
        ("account_rejected_share", "part", Threshold(0.4, "share", "part")),
        ("attempts", "3", Threshold(3, "number")),
        ("attempts", "three", Threshold(3, "number", "three")),
    ],
)
def test_a_quantity_is_written_out_or_a_setting_s_name(fact, text, amount):
    """A setting wins over a number that is spelled out."""
    assert read_threshold(FACTS[fact], text, text, SETTINGS) == amount


@pytest.mark.parametrize(
    ("fact", "text", "problem"),
    [
        ("sent", "four weeks", "“four weeks” is spelled out; write 4 weeks"),
        ("sent", "{wait}", "“{wait}” is in braces; write wait"),
        ("sent", "wiat", "there is no setting “wiat”; did you mean “wait”?"),
        ("sent", "zebra", "there is no setting “zebra”; introduce it under settings; its durations are wait"),
        ("sent", "forever", "“forever” is a setting's value; give a setting that value and name it here"),
        ("sent", "few", "“few” is a number, and “sent” needs a duration; name another setting, or write 3 weeks"),
        ("attempts", "half", "“at least half”: “attempts” is counted in whole numbers; write a whole number"),
        ("attempts", "0.5", "“at least 0.5”: “attempts” is counted in whole numbers; write a whole number"),
        ("attempts", "3 weeks", "“3 weeks” is not a number; write digits, such as 20 or 2.5"),
    ],
)
def test_what_is_no_quantity_here_is_told_with_its_remedy(fact, text, problem):
    """Spelling, braces, names and kinds."""
    assert refused(fact, text) == problem


def test_without_fitting_settings_none_is_named():
    """Only what to do."""
    with pytest.raises(InvalidInputError, match="there is no setting “zebra”") as caught:
        read_threshold(FACTS["sent"], "zebra", "zebra", {})

    assert caught.value.hint == "introduce it under settings"


def test_a_number_of_another_fact_need_not_be_whole():
    """Only counts are."""
    amount = Threshold(0.5, "share", "part")

    assert check_threshold(FACTS["account_rejected_share"], amount, "part") is amount


@pytest.mark.parametrize(
    ("fact", "remedy"),
    [
        ("direction", "write outgoing or incoming"),
        ("tags", "write a tag"),
        ("has_note", "write true or false"),
        ("attempts", "write at least 3, less than 3, between 3 and 5, 3, given or missing"),
    ],
)
def test_each_kind_has_its_remedy(fact, remedy):
    """Where no test stands at all."""
    assert expected_syntax(FACTS[fact]) == remedy


EXAMPLES = "write at least 3 weeks ago, less than 4 days ago, between 3 days and 4 days ago, given or missing"


@pytest.mark.parametrize(
    ("fact", "raw", "hint"),
    [
        ("sent", "older than 3 days", "write at least 3 days ago"),
        ("sent", "Younger than 3 days ago", "write less than 3 days ago"),
        ("sent", "<= 3 days", "write less than 3 days ago"),
        ("sent", "at leest 3 days", "write at least 3 days ago"),
        ("sent", "at least ago", EXAMPLES),
        ("sent", "missin", "did you mean “missing”?"),
        ("sent", "missin it", EXAMPLES),
        ("sent", "soon", EXAMPLES),
        ("sent", 7, EXAMPLES),
        ("sent", {"wait": None}, "write at least wait ago, without braces"),
        ("sent", {"wait": 1}, EXAMPLES),
        ("attempts", {"few": None}, "write at least few, without braces"),
        ("attempts", ">= 3", "write at least 3"),
        ("attempts", "over 3", "write more than 3"),
    ],
)
def test_what_was_probably_meant_is_offered(fact, raw, hint):
    """Other words for a comparison, a slip in one, braces; else examples."""
    assert not_an_operator(FACTS[fact], raw).hint == hint
