"""The page in a real browser: no message, no request, no overflow, nothing for the judge of accessibility to find."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import attrs
import pytest
from locations import EXPORT as EXAMPLE
from naughty import STRINGS, record

from invitepolicy import load_policy
from invitepolicy._read.load import shipped_names
from invitepolicy.review.html import format_report
from invitepolicy.review.model import review_invitations
from invitepolicy.sources.linkedin import read_export

pytestmark = pytest.mark.full

HERE = Path(__file__).parent
NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
FAQ = load_policy("faq")
SLOWEST = 20_000  # milliseconds to open ten thousand: a guard against a page that never opens, not a bar


def write(path, records, **named):
    """Write the page of a few records."""
    review = review_invitations(FAQ, records, now=NOW, problems=named.pop("problems", ()))
    path.write_text(format_report(review, **named), encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """Open three pages, each at two widths and in two colours: the example, ten thousand, and naughty strings."""
    assert (HERE / "node_modules").exists(), "install it: npm install --no-package-lock --prefix tests/full/browser"
    folder = tmp_path_factory.mktemp("pages")
    export = read_export(EXAMPLE)
    others = [load_policy(name) for name in shipped_names() if name != "faq"]
    records = export.invitations
    many = [attrs.evolve(records[index % len(records)], name=f"Person {index}") for index in range(10_000)]
    pages = [
        write(folder / "example.html", records, owner=export.owner, compare=others, problems=export.problems),
        write(folder / "many.html", many, owner=export.owner),
        write(folder / "plain.html", [record("plain") for _ in STRINGS], owner="plain"),
        write(folder / "naughty.html", [record(text) for text in STRINGS], owner=STRINGS[-1]),
    ]
    command = [shutil.which("node") or "node", str(HERE / "look.js"), str(folder), *pages]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)
    return json.loads(ran.stdout)


@pytest.mark.parametrize("page", ["example.html", "many.html", "naughty.html"])
def test_nothing_is_said_asked_or_spilled(seen, page):
    """At the widths of a phone and a desk, in light and dark."""
    looks = [look for look in seen if look["page"] == page]

    assert len(looks) == 4
    for look in looks:
        where = (look["name"], look["colorScheme"])
        assert look["messages"] == [], where
        assert look["requests"] == [], where
        assert look["overflow"] <= 0, where
        assert look["violations"] == [], where
        assert look["handlers"] == 0, where


def test_ten_thousand_open_at_once(seen):
    """The browser does not choke on them."""
    assert all(look["opened"] < SLOWEST for look in seen if look["page"] == "many.html")


def test_naughty_strings_leave_the_structure_as_it_is(seen):
    """As the browser's own parser sees it."""
    plain = [look["structure"] for look in seen if look["page"] == "plain.html"]
    naughty = [look["structure"] for look in seen if look["page"] == "naughty.html"]

    assert naughty == plain
