"""A policy as tables of people and times: what they say is what `decide` says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from strategies import NOW, invitations

from invitepolicy import Account, Invitation, decide, decide_account, load_policy, parse_policy
from invitepolicy._read.load import shipped_names
from invitepolicy.analysis.timetable import make_timetable

DAY = timedelta(days=1)
FAQ = load_policy("faq")


def table(decision, policy=FAQ):
    """Return a timetable as plain data."""
    found = make_timetable(policy, decision)
    return found.clock, found.columns, [(row.who, row.outcomes) for row in found.rows]


def test_who_waits_how_long():
    """From the rarest kind of people to all the others; the style's two waits, and the platform's."""
    assert table("withdraw") == (
        "sent",
        ("at once", "3 days", "4 days", "2 weeks", "180 days"),
        [
            ("tagged keep", ("keep", "keep", "keep", "keep", "not_applicable")),
            ("daily visitors", ("keep", "consider", "withdraw", "withdraw", "not_applicable")),
            ("everybody else", ("keep", "keep", "keep", "withdraw", "not_applicable")),
        ],
    )


def test_what_never_happened_is_a_column_of_its_own():
    """An invitation that lapsed was not withdrawn."""
    assert table("resend") == (
        "withdrawn",
        ("never", "at once", "3 weeks"),
        [("everybody", ("allowed", "not_yet", "allowed"))],
    )


def test_without_a_clock_there_is_one_column():
    """Who they are decides, whenever it is."""
    assert table("reply") == (
        None,
        ("",),
        [
            ("somebody you know or a logical contact", ("accept",)),
            ("with a note", ("accept",)),
            ("everybody else", ("ask_for_context",)),
        ],
    )


def test_an_account_has_a_table_too():
    """A restriction passes; shares stand in rows."""
    clock, columns, rows = table("standing")

    assert (clock, columns) == ("account_restricted", ("never", "at once", "30 days"))
    assert rows[0] == ("20 or more settled, at least 85% rejected", ("at_risk", "at_risk", "at_risk"))
    assert rows[-1] == ("everybody else", ("too_early", "at_risk", "too_early"))


def test_what_is_not_the_most_common_kind_has_words():
    """Where the most common kind of people is asked nothing, every row is named."""
    policy = parse_policy(
        "invitepolicy: 1\nname: p\ndecisions:\n  d:\n    applies_to: {tags: [vip, keep]}\n"
        "    rules: [{rule: r, when: {sent: at least 1 day ago, tags: vip}, then: a, because: b}]\n"
        "    otherwise: {then: c, because: d}\n"
    )

    assert table("d", policy) == (
        "sent",
        ("at once", "1 day"),
        [("tagged keep, not tagged vip", ("c", "c")), ("tagged vip", ("c", "a"))],
    )


@pytest.mark.parametrize(
    "rules", ["", "    rules: [{rule: r, when: {sent: at least 1 day ago}, then: a, because: b}]\n"]
)
def test_a_question_of_nobody_has_no_rows(rules):
    """Lines that no record fits."""
    policy = parse_policy(
        "invitepolicy: 1\nname: p\ndecisions:\n  d:\n    applies_to: {note_length: less than 1, has_note: true}\n"
        f"{rules}    otherwise: {{then: c, because: d}}\n"
    )

    assert table("d", policy)[2] == []


def test_a_decision_that_is_not_there_is_refused():
    """By name."""
    with pytest.raises(KeyError):
        make_timetable(FAQ, "withdrew")


@pytest.mark.parametrize("name", shipped_names())
def test_every_shipped_decision_has_a_table(name):
    """None overlaps in too many ways, and each has somebody in it."""
    policy = load_policy(name)

    for decision in policy.decisions:
        found = make_timetable(policy, decision)
        assert found.rows
        assert all(len(row.outcomes) == len(found.columns) for row in found.rows)


@pytest.mark.parametrize("activity", ["daily", "weekly", "unknown"])
@pytest.mark.parametrize("keep", [True, False])
def test_a_table_says_what_decide_says(activity, keep):
    """At the beginning of each column and at its end."""
    _, columns, rows = table("withdraw")
    (outcomes,) = (
        outcomes
        for who, outcomes in rows
        if who == ("tagged keep" if keep else "daily visitors" if activity == "daily" else "everybody else")
    )
    starts = [timedelta(), 3 * DAY, 4 * DAY, 14 * DAY, 180 * DAY]
    record = Invitation(sent_at=NOW, activity=activity, tags=["keep"] if keep else [])

    for start, end, outcome in zip(starts, [*starts[1:], 400 * DAY], outcomes, strict=True):
        assert decide(FAQ, record, now=NOW + start)["withdraw"].outcome == outcome
        assert decide(FAQ, record, now=NOW + end - timedelta(microseconds=1))["withdraw"].outcome == outcome
    assert len(columns) == len(starts)


@settings(max_examples=60, deadline=None)
@given(record=invitations)
def test_no_outcome_is_missing_from_a_table(record):
    """Whatever `decide` says of a record of which all is known stands in some row."""
    account = Account(settled=30, rejected_share=0.5, email_requests=1, notes_last_month=0)
    for name, answer in decide(FAQ, record, now=NOW, account=account).items():
        if answer.outcome not in ("not_applicable", "undetermined"):
            assert any(answer.outcome in outcomes for _, outcomes in table(name)[2])
    for name, answer in decide_account(FAQ, account, now=NOW).items():
        assert any(answer.outcome in outcomes for _, outcomes in table(name)[2])
