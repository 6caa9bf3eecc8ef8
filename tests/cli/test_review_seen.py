"""`review --format html|ics` and `--anonymize`: what is looked at rather than read."""

from __future__ import annotations

import icalendar
import pytest
from locations import EXPORT as EXAMPLE

from invitepolicy.cli import main

NOW = ["--now", "2026-03-15T12:00Z"]


@pytest.fixture
def reviewed(capsys):
    """Return what the command prints: its status, its text and its remarks."""

    def run(*words):
        status = main(["review", str(EXAMPLE), *words, *NOW])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run


def test_a_page_for_the_browser(reviewed, tmp_path):
    """With the price of the other styles beside that of the chosen one."""
    path = tmp_path / "review.html"

    status, text, _ = reviewed("-p", "patient", "--format", "html", "-o", str(path))

    page = path.read_text(encoding="utf-8")
    assert (status, text) == (0, "")
    assert page.startswith("<!doctype html>")
    assert "Invitations of Marisol Quintervane" in page
    assert page.index('<th scope="row">patient</th>') < page.index('<th scope="row">faq</th>')
    assert page.count('<th scope="row">patient</th>') == 1


def test_a_calendar_of_what_comes_up(reviewed):
    """As many entries as the text lists; further ahead, more of them."""
    _, near, _ = reviewed("--format", "ics")
    _, far, _ = reviewed("--format", "ics", "--until", "26 weeks")

    entries = icalendar.Calendar.from_ical(near).walk("VEVENT")
    assert len(entries) == 7
    assert {str(entry["summary"]) for entry in entries} >= {"withdraw: withdraw: Saoirse  Vandermolen, PhD"}
    assert len(icalendar.Calendar.from_ical(far).walk("VEVENT")) > len(entries)
    assert "\r\n" in near or near.count("\n") > 50


@pytest.mark.parametrize("form", ["text", "json", "jsonl", "csv", "html", "ics"])
def test_anonymous_output_names_nobody(reviewed, form):
    """In no format: neither the owner, nor anybody else, nor an address, nor a note; the outcomes stay."""
    _, text, _ = reviewed("--format", form, "--anonymize")

    assert "Person " in text
    for words in ("Marisol", "Saoirse", "linkedin.com/in/", "Harbour Data", "municipal"):
        assert words not in text


def test_the_same_person_has_the_same_number_in_every_format(reviewed):
    """Streamed or whole."""
    _, lines, _ = reviewed("--format", "jsonl", "--anonymize")
    _, whole, _ = reviewed("--format", "json", "--anonymize")

    numbers = [line.partition('"name": "')[2].partition('"')[0] for line in lines.splitlines()]
    assert numbers[0] == "Person 1"
    assert numbers.count("Person 1") == 2  # invited, and inviting
    assert [f'"name": "{number}"' in whole for number in numbers] == [True] * len(numbers)
