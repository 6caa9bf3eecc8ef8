"""A review as data: what each format holds, that it is inert, and that it is read back."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime

import pytest
from builders import inert
from hypothesis import given
from hypothesis import strategies as st
from locations import EXPORT as EXAMPLE
from strategies import NOW, random_invitations

from invitepolicy import Account, Invitation, decide, load_policy
from invitepolicy._core.text import safe_text
from invitepolicy.review.data import format_csv, format_json, format_jsonl
from invitepolicy.review.model import answer_each, review_invitations
from invitepolicy.sources.csv_safe import unescape_cell
from invitepolicy.sources.jsonl import read_records
from invitepolicy.sources.linkedin import read_export

FAQ = load_policy("faq")
NASTY = st.text(st.sampled_from("=+-@'\t\r\n\x00\x1b\x7f\x9b\u202e\u2028\ufeff\uff1d\",;a é"), max_size=8)


def answered(records):
    """Answer for records."""
    return answer_each(FAQ, records, now=NOW, account=Account())


def rows(text):
    """Read CSV text back."""
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_a_line_of_json_is_an_element_of_the_whole():
    """Both are what `decide` says, in the order of the source."""
    records = random_invitations(50, seed=1)
    review = review_invitations(FAQ, records, now=NOW, summarized=False)

    whole = json.loads("".join(format_json(review)))
    lines = [json.loads(line) for line in format_jsonl(answered(records))]

    assert whole["invitations"] == lines
    assert [line["decisions"] for line in lines] == [decide(FAQ, record, now=NOW).to_dict() for record in records]
    assert list(whole) == ["policy", "now", "account", "invitations", "problems"]


@given(NASTY, NASTY)
def test_json_prints_no_control_and_loses_nothing(name, note):
    """What a terminal would obey is escaped, and read back as it was."""
    (line,) = format_jsonl(answered([Invitation(name=name, note=note)]))

    assert line.endswith("}\n")
    assert inert(line[:-1])
    found = json.loads(line)["invitation"]
    assert (found["name"], found["note"]) == (name, note)
    assert list(read_records([json.dumps(found).encode()])) == [Invitation(name=name, note=note)]


def test_a_row_has_its_columns():
    """The record's, then four for each decision about an invitation; what is not known is empty."""
    sent_at = datetime(2026, 3, 10, 12, tzinfo=UTC)

    header, row, empty = format_csv(FAQ, answered([Invitation(name="Ann", sent_at=sent_at), Invitation()]))

    names = [name for name, decision in FAQ.decisions.items() if decision.subject == "invitation"]
    about = [f"{name}{ending}" for name in names for ending in ("", "_reason", "_changes_at", "_changes_to")]
    assert header == ",".join(["name", "url", "direction", "status", "status_basis", "sent_at", *about]) + "\r\n"
    assert row.startswith(
        "Ann,,outgoing,pending,,2026-03-10T12:00:00Z,"
        "keep,They still have time to answer.,2026-03-24T12:00:00Z,withdraw,not_applicable,"
    )
    assert empty.startswith(",,outgoing,pending,,,undetermined,")


@given(st.lists(st.tuples(NASTY, NASTY), min_size=1, max_size=3))
def test_csv_is_no_formula_and_is_read_back(people):
    """But for controls, which are shown and not obeyed."""
    text = "".join(format_csv(FAQ, answered([Invitation(name=name, url=url) for name, url in people])))

    assert all(inert(line) for line in text.split("\r\n"))
    read = rows(text)
    assert [(unescape_cell(row["name"]), unescape_cell(row["url"])) for row in read] == [
        (safe_text(name), safe_text(url)) for name, url in people
    ]
    assert not any(cell[:1] in tuple("=+-@\uff1d") for row in read for cell in row.values() if cell)


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "'=1", "名取 あかり"])
def test_a_csv_review_can_be_read_as_a_people_sheet(tmp_path, name):
    """It has names and addresses, and its status is what is known then."""
    (tmp_path / "Invitations.csv").write_bytes((EXAMPLE / "Invitations.csv").read_bytes())
    records = [Invitation(name=name, url=f"https://www.linkedin.com/in/x{number}") for number in range(2)]
    sheet = tmp_path / "review.csv"
    sheet.write_text("".join(format_csv(FAQ, answered(records))).replace(",pending,", ",draft,"), encoding="utf-8")

    drafts = [one for one in read_export(tmp_path, people=sheet).invitations if one.status == "draft"]

    assert [(one.name, one.url) for one in drafts] == [(one.name, one.url) for one in records]
