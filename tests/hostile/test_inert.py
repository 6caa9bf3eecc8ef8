"""Naughty strings in every field that a stranger writes, in every format, read back: nothing obeys them."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from html.parser import HTMLParser

import icalendar
import pytest
from builders import inert
from naughty import STRINGS, record

from invitepolicy._core.text import safe_text
from invitepolicy.cli import main
from invitepolicy.sources.csv_safe import unescape_cell

NOW = "2026-03-15T12:00:00Z"
FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


def as_line(text):
    """Return a JSON line of a record with a text in every field that a stranger can write."""
    one = record(text)
    given = {"name": one.name, "url": one.url, "note": one.note, "tags": sorted(one.tags), "facts": dict(one.facts)}
    sent = {"sent_at": "2026-03-14T12:00:00Z", "activity": "daily"}
    return json.dumps({**given, **sent})


def write(folder, name, texts):
    """Write records of texts, one a line."""
    path = folder / f"{name}.jsonl"
    path.write_text("\n".join(as_line(text) for text in texts) + "\n", encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """Return a source of naughty strings, and one of as many plain ones."""
    folder = tmp_path_factory.mktemp("inert")
    called = {text: f"plain {at}" for at, text in enumerate(dict.fromkeys(STRINGS))}  # some of them stand there twice
    return {
        "naughty": write(folder, "naughty", STRINGS),
        "plain": write(folder, "plain", [called[text] for text in STRINGS]),
        "one": write(folder, "one", ["plain"]),
        "policy": _policy(folder),
    }


def _policy(folder):
    """Write a policy whose reasons show what a stranger wrote in a tag."""
    path = folder / "mine.yaml"
    path.write_text(
        "invitepolicy: 1\nname: mine\nextends: faq\ndecisions:\n  tagged:\n    question: What now?\n"
        "    outcomes: [look]\n    rules: []\n    otherwise: {then: look, because: 'Tagged {tags}.'}\n",
        encoding="utf-8",
    )
    return str(path)


@pytest.fixture
def output_of(sources, capfd):
    """Run a verb on one of the sources, and give what it prints and remarks."""

    def run(verb, name, *words):
        status = main([verb, sources[name], *words, "-p", sources["policy"], "--now", NOW])
        printed, remarked = capfd.readouterr()
        assert status in (0, 1), remarked
        assert all(inert(line) for line in remarked.split("\n"))
        return printed

    return run


def readable(text):
    """Return whether every line of a terminal's text is inert."""
    return all(inert(line) for line in text.split("\n"))


def test_a_terminal_obeys_nothing(output_of):
    """The review has no control, no bidirectional mark and nothing hidden, and as many lines as with plain names."""
    assert readable(output_of("review", "naughty"))


def test_neither_do_the_other_verbs(output_of, sources, capfd):
    """An account, a difference on one's own invitations, and the past; and an explanation of each kind of string."""
    for verb in ("explain", "backtest"):
        assert readable(output_of(verb, "naughty"))
    status = main(["diff", "faq", "brisk", "--data", sources["naughty"], "--now", NOW])
    printed, remarked = capfd.readouterr()
    assert status in (0, 1), remarked
    assert readable(printed)
    assert readable(remarked)


@pytest.mark.slow
def test_nor_does_an_explanation(tmp_path, capfd, sources):
    """Of any one invitation, asked for by what the stranger wrote, whether it is found or not."""
    for number, text in enumerate(STRINGS[::12]):
        path = write(tmp_path, f"one{number}", [text])
        main(["explain", "-p", sources["policy"], "--now", NOW, "--", path, text])
        printed, remarked = capfd.readouterr()
        assert readable(printed), text
        assert readable(remarked), text


@pytest.mark.slow
@pytest.mark.parametrize("format_", ["json", "jsonl"])
def test_json_says_what_was_written(output_of, format_):
    """As text that comes back, each record in its place and no key more, with no control character in the file."""
    printed = output_of("review", "naughty", "--format", format_)
    if format_ == "json":
        found = json.loads(printed)["invitations"]
    else:
        found = [json.loads(line) for line in printed.rstrip("\n").split("\n")]

    assert [one["invitation"]["name"] for one in found] == STRINGS
    assert [one["invitation"]["url"] for one in found] == [record(text).url for text in STRINGS]
    assert len({tuple(one["decisions"]) for one in found}) == 1
    assert not [one for one in printed if one != "\n" and unicodedata.category(one) == "Cc"]


def test_a_spreadsheet_runs_nothing(output_of):
    """No cell begins as a formula does, no row is split, and our reader gives back what was written.

    Characters that a terminal would obey are spelt, since a file may be looked at in one.
    """
    printed = output_of("review", "naughty", "--format", "csv")
    header, *rows = csv.reader(io.StringIO(printed, newline=""), strict=True)

    assert len(rows) == len(STRINGS)
    assert {len(row) for row in rows} == {len(header)}
    assert not [cell for row in rows for cell in row if cell.startswith(FORMULA)]
    assert [unescape_cell(row[header.index("name")]) for row in rows] == [safe_text(text) for text in STRINGS]
    assert [unescape_cell(row[header.index("url")]) for row in rows] == [
        safe_text(record(text).url) for text in STRINGS
    ]
    assert readable(printed.replace("\r\n", "\n"))


class _Page(HTMLParser):
    """The elements of a page with the names of their attributes, and its links."""

    def __init__(self, text):
        super().__init__()
        self.found, self.links, self.rest = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        """Keep it; a link's address apart."""
        self.found.append((tag, tuple(name for name, _ in attributes)))
        self.links += [value for name, value in attributes if name in ("href", "src", "action")]

    def handle_comment(self, data):
        """Keep what no page of ours has."""
        self.rest.append(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


@pytest.mark.slow
def test_a_browser_sees_the_elements_of_a_plain_page(output_of):
    """Not an element, an attribute, a comment or a declaration more; links lead to http(s) addresses or inside."""
    plain = _Page(output_of("review", "plain", "--format", "html"))
    naughty = _Page(output_of("review", "naughty", "--format", "html"))

    assert naughty.found == plain.found
    assert naughty.rest == plain.rest
    assert all(re.match("https?://|#", link) for link in naughty.links)
    assert len(naughty.links) == len(plain.links)


@pytest.mark.slow
def test_a_calendar_holds_the_components_of_a_plain_one(output_of):
    """No event, alarm or property more, and of each as many as there are people; no line is longer than 75 octets."""
    one, many = (output_of("review", name, "--format", "ics") for name in ("one", "naughty"))
    plain, naughty = _components(one), _components(many)

    assert {*map(_shape, naughty)} == {*map(_shape, plain)}
    events = [component for component in naughty if component.name == "VEVENT"]
    assert len(events) == sum(component.name == "VEVENT" for component in plain) * len(STRINGS)
    assert len(naughty) == len(events) * 2 + 1
    assert all(len(line.encode()) <= 75 for line in re.split("\r?\n", many))
    assert all(inert(str(event["SUMMARY"])) for event in events)


def _components(text):
    return icalendar.Calendar.from_ical(text).walk()


def _shape(component):
    """Return a component's name with its properties; an address that no calendar could open may be left out."""
    return component.name, tuple(sorted({*component.keys()} - {"URL"}))
