"""`invitepolicy backtest`: the price and the gain, said honestly, and without names unless they are asked for."""

from __future__ import annotations

import json

import pytest
from exports import sent, write_export
from locations import EXPORT as EXAMPLE

from invitepolicy.cli import main
from invitepolicy.cli.text.terminal import width_of

ARGUMENTS = ["--now", "2026-03-15T12:00Z"]


@pytest.fixture
def tested(capsys):
    """Return what the command prints: its status, its text and its remarks."""

    def run(source, *words):
        status = main(["backtest", str(source), *words, *ARGUMENTS])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run


def test_the_example_says_price_and_gain(tested):
    """The FAQ would have withdrawn eleven that nobody answered, and lost two or three of seven acceptances."""
    status, text, _ = tested(EXAMPLE, "-p", "faq", "-p", "linkedin")

    assert status == 0
    assert "\n  faq          14        4 days to 2 weeks 2        1        11       5 of 12\n" in text
    assert "\n  linkedin     0         never             0        0        0        12 of 12\n" in text
    assert "When 7 of 23 invitations were accepted" in text
    assert "  by day 14  #############################              71 %\n" in text
    assert "the share of acceptances is an upper bound" in " ".join(text.split())


def test_names_are_shown_only_on_demand(tested):
    """Who would have been lost is personal."""
    _, text, _ = tested(EXAMPLE, "-p", "faq")
    _, named, _ = tested(EXAMPLE, "-p", "linkedin", "-p", "faq", "--names")

    assert "Zsófia" not in text
    assert "Acceptances that linkedin" not in named
    assert (
        "Acceptances that faq would have lost\n  Zsófia Bartókvári: withdrawn 2026-02-14, accepted 2026-03-03\n"
        in named
    )
    assert "  Chiamaka Ezeudu-Holm: withdrawn 2026-03-14, accepted 2026-03-14, the same day\n" in named


def test_without_a_policy_all_shipped_ones_are_followed(tested):
    """Side by side."""
    _, text, _ = tested(EXAMPLE, "--format", "json")

    names = [one["policy"]["name"] for one in json.loads(text)["policies"]]
    assert {"faq", "linkedin"} <= set(names)


def test_json_has_the_numbers_and_no_names(tested):
    """Unless they are asked for."""
    _, text, _ = tested(EXAMPLE, "-p", "faq", "--format", "json")
    _, named, _ = tested(EXAMPLE, "-p", "faq", "--format", "json", "--names")

    (faq,) = json.loads(text)["policies"]
    assert (faq["withdrawn"], len(faq["lost_acceptances"]), len(faq["same_day"]), len(faq["never_answered"])) == (
        14,
        2,
        1,
        11,
    )
    assert faq["waits"][0] == {"wait": "4 days", "count": 1}
    assert all(set(entry) == {"at"} for entry in faq["lost_acceptances"])
    assert json.loads(named)["policies"][0]["lost_acceptances"][0]["name"] == "Zsófia Bartókvári"
    assert json.loads(text)["curve"]["days"][0] == {"day": 0, "accepted": 4}


def test_an_export_without_an_acceptance_says_so_and_a_bad_row_is_reported(tested, tmp_path):
    """Nothing can have been lost; the exit status is 1 for the row, however quiet."""
    write_export(tmp_path, [sent("ann"), sent("ben", at="soon")])

    status, text, remark = tested(tmp_path, "-p", "faq")
    quiet = tested(tmp_path, "-p", "faq", "-q")

    assert (status, quiet[0]) == (1, 1)
    assert "No acceptance with a known date, so none can have been lost." in text
    assert remark == "invitepolicy: left out: 1 row that could not be read\n"
    assert quiet[2] == ""


def test_what_has_no_date_is_counted_apart(tested, tmp_path):
    """An acceptance that only people.csv knows has none."""
    write_export(tmp_path, [sent("ann")], people=["name,status", "Ann,accepted"])

    _, text, _ = tested(tmp_path, "-p", "faq")

    assert "1 invitation could not be evaluated, because a date is missing." in text


@pytest.mark.parametrize("color", ["always", "never"])
def test_no_line_is_wider_than_the_terminal(tested, color, monkeypatch):
    """At 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")

    _, text, _ = tested(EXAMPLE, "--color", color)

    plain = text.replace("\x1b[1m", "").replace("\x1b[0m", "")
    assert max(map(width_of, plain.splitlines())) <= 80
