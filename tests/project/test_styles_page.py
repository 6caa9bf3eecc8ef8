"""docs/styles.md: what it says of the shipped styles is what they are."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from locations import ROOT

from invitepolicy import Invitation, decide, load_policy, parse_policy
from invitepolicy._core.quantities import format_quantity
from invitepolicy._read.load import shipped_names
from invitepolicy.analysis.lint import lint_policy

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)
STYLES = ("linkedin", "faq", "brisk", "careful", "patient", "open")

PAGE = (ROOT / "docs" / "styles.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## `(\w+)`: (.*)$", PAGE, re.MULTILINE))
YAML = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
CASES = {
    "somebody who comes daily, 5 days": ("withdraw", {"activity": "daily", "sent_at": NOW - 5 * DAY}),
    "somebody who comes rarely, 5 days": ("withdraw", {"activity": "occasional", "sent_at": NOW - 5 * DAY}),
    "somebody who comes rarely, 10 days": ("withdraw", {"activity": "occasional", "sent_at": NOW - 10 * DAY}),
    "somebody who comes rarely, 25 days": ("withdraw", {"activity": "occasional", "sent_at": NOW - 25 * DAY}),
    "somebody who comes rarely, 40 days": ("withdraw", {"activity": "occasional", "sent_at": NOW - 40 * DAY}),
    "a stranger, still without a note": ("note", {"status": "draft", "relationship": "stranger"}),
    "somebody who works at a client, still without a note": ("note", {"status": "draft", "relationship": "logical"}),
    "a stranger who invites you without a word": ("reply", {"direction": "incoming", "relationship": "stranger"}),
    "a stranger who invites you and says why": (
        "reply", {"direction": "incoming", "relationship": "stranger", "note": "We met in Lyon."},
    ),
    "somebody who ignored this one, and was asked twice before": ("resend", {"status": "ignored", "attempts": 2}),
    "somebody who ignored this one, and was asked three times before": ("resend", {"status": "ignored", "attempts": 3}),
}  # fmt: skip


def table(heading, *columns):
    """Return the cells of the table under a heading, row by row, without its header, which must have these columns."""
    (part,) = re.findall(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE)
    found = [[cell.strip() for cell in line[1:-1].split("|")] for line in part.splitlines() if line.startswith("|")]
    assert found[0] == list(columns)
    assert set(found[1]) == {"---"}
    return found[2:]


def by_style(heading, first):
    """Return the table of a heading that has a column a style: a mapping of style to cell for each row."""
    rows = table(heading, first, *(f"`{name}`" for name in STYLES))
    return {key: dict(zip(STYLES, cells, strict=True)) for key, *cells in rows}


def written(setting):
    """Write a setting as a policy would, and a dash for none."""
    return "\N{EN DASH}" if setting is None else format_quantity(setting.value, setting.kind)


def test_the_page_speaks_of_every_shipped_style():
    """In one order, each under its title."""
    assert tuple(SECTIONS) == STYLES
    assert sorted(SECTIONS) == shipped_names()
    assert {name: load_policy(name).title for name in STYLES} == SECTIONS


def test_every_number_in_the_table_is_the_setting_of_the_policy():
    """All settings of all styles, and no other."""
    policies = {name: load_policy(name) for name in STYLES}
    settings = {key for policy in policies.values() for key in policy.settings}

    cells = by_style("The numbers of all", "setting")

    assert cells == {
        f"`{key}`": {name: written(policy.settings.get(key)) for name, policy in policies.items()} for key in settings
    }


@pytest.mark.parametrize("name", STYLES)
def test_every_style_tells_its_own_numbers_and_their_sources(name):
    """Those that it introduces or changes, all of them, in the words of its file."""
    own = [setting for setting in load_policy(name).settings.values() if setting.place.file == f"{name}.yaml"]

    cells = table(f"`{name}`: {SECTIONS[name]}", "setting", "value", "what it means", "source")

    expected = [[f"`{one.name}`", written(one), one.about, one.source] for one in own]
    assert sorted(cells) == sorted(expected)


def test_the_cases_of_the_page_are_decided_so():
    """Every cell is the outcome, in words."""
    cells = by_style("The same person in each style", "case")

    assert cells == {
        case: {
            name: decide(load_policy(name), Invitation(**record), now=NOW)[decision].outcome.replace("_", " ")
            for name in STYLES
        }
        for case, (decision, record) in CASES.items()
    }


@pytest.mark.parametrize("text", YAML, ids=lambda text: re.search("name: (.*)", text)[1])
def test_every_policy_of_the_page_loads_and_says_something_of_its_own(text):
    """It parses, differs from what it extends, and has nothing that was hardly meant."""
    policy = parse_policy(text)

    assert policy.fingerprint != load_policy(policy._files[-1].data["extends"]).fingerprint
    assert [finding for finding in lint_policy(policy) if finding.level == "warning"] == []


def test_every_style_can_be_made_ones_own_in_four_lines():
    """One block a style, in the order of the page; the longer one comes after them."""
    *short, long = YAML

    assert [parse_policy(text)._files[-1].data["extends"] for text in short] == list(STYLES)
    assert {len(text.splitlines()) for text in short} == {4}
    assert len(long.splitlines()) > 4
