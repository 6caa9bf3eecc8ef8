"""The page: whole, self-contained, readable without script, and unmoved by whatever strangers write."""

from __future__ import annotations

import builtins
from collections import Counter
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import attrs
import pytest
from locations import EXPORT as EXAMPLE
from naughty import STRINGS, record
from strategies import NOW, random_invitations

from invitepolicy import Account, Invitation, InvitePolicyError, load_policy, parse_policy, with_settings
from invitepolicy._prove.regions import TooManyRegionsError
from invitepolicy.analysis.timetable import make_timetable
from invitepolicy.review.html import _template, format_report
from invitepolicy.review.model import review_invitations
from invitepolicy.sources.linkedin import read_export
from invitepolicy.sources.problems import RowProblem

FAQ = load_policy("faq")
VOID = {"meta", "link", "img", "br", "hr", "input", "rect", "path"}


class Page(HTMLParser):
    """The elements of a page, its text, and what is not closed."""

    def __init__(self, text):
        """Read a page."""
        super().__init__()
        self.elements, self.attributes, self.text, self.open = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        """Count it."""
        self.elements.append(tag)
        self.attributes += [(tag, *attribute) for attribute in attributes]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        """Count it, closed as it is."""
        self.elements.append(tag)
        self.attributes += [(tag, *attribute) for attribute in attributes]

    def handle_endtag(self, tag):
        """Hold it against what is open."""
        assert self.open.pop() == tag

    def handle_data(self, data):
        """Keep the text."""
        self.text.append(data)


def report(records, policy=FAQ, **named):
    """Return the page of a few records."""
    review = review_invitations(policy, records, now=NOW, account=Account(), problems=named.pop("problems", ()))
    return format_report(review, **named)


@pytest.fixture(scope="module")
def example():
    """Return the page of the example export."""
    export = read_export(EXAMPLE)
    now = datetime(2026, 3, 15, 12, tzinfo=UTC)
    review = review_invitations(FAQ, export.invitations, now=now, problems=export.problems)
    return format_report(review, owner=export.owner, why="the default", compare=[load_policy("linkedin")])


def test_the_page_is_well_formed_and_says_what_it_is(example):
    """Every element is closed; it has a language, a title and one first heading."""
    page = Page(example)

    assert page.open == []
    assert page.elements.count("h1") == 1
    assert ("html", "lang", "en") in page.attributes
    assert example.startswith("<!doctype html>")
    assert "Invitations of Marisol Quintervane, 2026-03-15" in page.text


def test_the_page_asks_nothing_of_anybody(example):
    """No script, no picture from elsewhere, no style from elsewhere; a policy in the page forbids all of it."""
    page = Page(example)

    assert not {"script", "img", "link", "iframe", "object", "embed", "form"} & set(page.elements)
    assert not [name for _, name, _ in page.attributes if name.startswith("on") or name in ("src", "srcset")]
    assert "url(" not in example
    assert "@import" not in example
    assert any("default-src 'none'" in (value or "") for _, _, value in page.attributes)
    hrefs = {value for _, name, value in page.attributes if name == "href"}
    assert all(href.startswith(("#i", "https://www.linkedin.com/in/")) for href in hrefs)


def test_every_link_inside_the_page_leads_somewhere(example):
    """And every anchor stands once."""
    page = Page(example)
    anchors = Counter(value for _, name, value in page.attributes if name == "id")

    assert {value[1:] for _, name, value in page.attributes if name == "href" and value.startswith("#")} <= set(anchors)
    assert max(anchors.values()) == 1
    assert {value for _, name, value in page.attributes if name == "aria-labelledby"} <= set(anchors)


def test_it_says_what_to_do_and_what_comes_and_how_the_account_stands(example):
    """The same answers as the text."""
    text = " ".join(" ".join(Page(example).text).split())

    for words in (
        "Withdraw 4 Where to click: My Network, Manage, Sent",
        "They are on LinkedIn every day and have had 4 days to answer.",
        "Saoirse Vandermolen, PhD withdraw: consider → withdraw",
        "standing: too early. Of the invitations of the last 90 days 12 are settled",
        "accepted, at most: invitations that you withdrew are not in an export",
        "Of 7 acceptances of 23 invitations",
        "Vertical lines: faq: 4 days; faq: 2 weeks.",
        "Nothing was sent or changed.",
    ):
        assert words in text


def test_a_chart_has_a_text_alternative(example):
    """For those who cannot see it."""
    labels = [value for tag, name, value in Page(example).attributes if tag == "svg" and name == "aria-label"]

    assert "keep from 2026-03-11, consider from 2026-03-14, withdraw from 2026-03-15" in labels
    assert len(labels) == 12 + 1


def test_strangers_cannot_move_the_page():
    """Naughty strings in every field leave the elements and attributes as they are with plain ones."""
    plain = Page(report([record("plain") for _ in STRINGS]))
    naughty = Page(report([record(text) for text in STRINGS]))

    assert naughty.elements == plain.elements
    assert [entry[:2] for entry in naughty.attributes] == [entry[:2] for entry in plain.attributes]


@pytest.mark.parametrize("owner", ["</title><script>", '" onload=x', "'><b>", "&lt;", "{{ 7 * 7 }}"])
def test_the_owner_cannot_move_it_either(owner):
    """Their name stands in the title and in the heading."""
    page = Page(report([], owner=owner))

    assert page.elements == Page(report([], owner="plain")).elements
    assert page.text.count(f"Invitations of {owner}") == 1


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "ftp://x.example", "/etc/passwd"])
def test_only_addresses_of_the_web_can_be_followed(url):
    """Others are left out."""
    page = Page(report([Invitation(name="x", url=url, sent_at=NOW)]))

    assert not [value for tag, name, value in page.attributes if tag == "a" and not value.startswith("#")]


def test_an_empty_list_is_a_page():
    """Nothing to do, nothing pending, no acceptance."""
    text = " ".join(Page(report([])).text)

    assert "Nothing." in text
    assert "Nothing changes by itself in this time." in text
    assert "No acceptance with a known date." in text


def test_records_of_every_kind_make_a_page():
    """Dates missing, in the future, drafts, incoming ones, and long lists that are cut at the top."""
    records = [*random_invitations(600, seed=3), Invitation(name="later", sent_at=NOW + timedelta(days=3))]
    problems = [RowProblem(f"Invitations.csv:{line}", "error", "this is not a date") for line in range(2, 90)]

    page = Page(report(records, problems=problems))

    text = " ".join(" ".join(page.text).split())
    assert page.open == []
    assert page.elements.count("details") == len(records)
    assert "in the future" in text
    assert "more, below" in text
    assert "left out: this is not a date" in text
    assert "and 38 more" in text


def test_a_policy_without_withdrawals_has_no_pictures():
    """Nor has one in which the decision of that name is about the account."""
    nothing = parse_policy("invitepolicy: 1\nname: p\n")
    account = parse_policy(
        "invitepolicy: 1\nname: p\ndecisions:\n  withdraw:\n    subject: account\n"
        "    otherwise: {then: withdraw, because: b}\n"
    )

    for policy in (nothing, account):
        page = Page(report([Invitation(sent_at=NOW)], policy))
        assert "svg" not in page.elements
        assert "unanswered withdrawn" not in page.text


def test_waits_beyond_the_picture_have_no_line_in_it():
    """The table below says them."""
    patient = with_settings(FAQ, longest_wait="40 days")
    accepted = Invitation(status="accepted", sent_at=NOW - timedelta(days=60), answered_at=NOW - timedelta(days=59))

    text = " ".join(Page(report([accepted, Invitation(sent_at=NOW - timedelta(days=50))], patient)).text)

    assert "40 days" in text
    assert "Vertical lines" not in text


def test_a_decision_too_entangled_for_a_table_has_none(monkeypatch):
    """The others have theirs."""
    real = make_timetable

    def entangled(policy, decision):
        if decision == "withdraw":
            raise TooManyRegionsError(decision, "use fewer rules")
        return real(policy, decision)

    monkeypatch.setattr("invitepolicy.review.html.make_timetable", entangled)

    titles = Page(report([])).text
    assert "Is this invitation about to lapse?" in titles
    assert "Is it time to withdraw this invitation?" not in titles


def test_without_the_library_it_says_what_to_install(monkeypatch):
    """The extra by name."""
    real = builtins.__import__

    def without(name, *rest):
        if name == "jinja2":
            raise ImportError(name)
        return real(name, *rest)

    _template.cache_clear()
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InvitePolicyError, match=r"pip install 'invitepolicy\[report\]'"):
        report([])


def test_what_does_not_decide_is_not_shown():
    """Notes stay out of the page."""
    page = report([attrs.evolve(record("x"), note="a secret note")])

    assert "secret" not in page
