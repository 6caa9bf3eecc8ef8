"""What there is to do, grouped: every answer that wants something stands under a heading."""

from __future__ import annotations

from datetime import timedelta

from strategies import NOW, random_invitations

from invitepolicy import Invitation, load_policy, parse_policy
from invitepolicy.review.model import review_invitations
from invitepolicy.review.sections import click_path, find_undetermined, group_answers

FAQ = load_policy("faq")
DAY = timedelta(days=1)
OWN = parse_policy(
    "invitepolicy: 1\nname: p\ndecisions:\n"
    '  withdraw: {question: "Withdraw?", outcomes: [keep, ask_first, withdraw],'
    " otherwise: {then: ask_first, because: Ask., details: [1]}}\n"
    '  praise: {question: "Praise them?", otherwise: {then: please, because: They like it.}}\n'
    "  rest: {otherwise: {then: rested, because: b}}\n"
    "  me: {subject: account, otherwise: {then: fine, because: b}}\n"
)


def titles(policy, *records):
    """Return headings with their counts and groups."""
    review = review_invitations(policy, records, now=NOW)
    return [
        (section.heading.title, section.count, [(group.outcome, len(group.rows)) for group in section.groups])
        for section in group_answers(review)
    ]


def test_answers_stand_under_their_heading_grouped_by_reason():
    """The most urgent first; what needs nothing done is not listed."""
    records = [
        Invitation(sent_at=NOW - 15 * DAY),
        Invitation(sent_at=NOW - 4 * DAY, activity="daily"),
        Invitation(sent_at=NOW - 16 * DAY),
        Invitation(sent_at=NOW),
        Invitation(status="draft", relationship="known"),
        Invitation(status="withdrawn", withdrawn_at=NOW),
        Invitation(direction="incoming", sent_at=NOW),
    ]

    assert titles(FAQ, *records) == [
        ("Withdraw", 3, [("withdraw", 2), ("withdraw", 1)]),
        ("Before you send", 1, [("not_needed", 1)]),
        ("Waiting for your answer", 1, [("ask_for_context", 1)]),
        ("Not to be invited again yet", 1, [("not_yet", 1)]),
    ]


def test_a_policy_s_own_questions_and_outcomes_have_headings_too():
    """By its question, else by its name; what is asked about the account stands elsewhere."""
    assert titles(OWN, Invitation(sent_at=NOW)) == [
        ("Withdraw?", 1, [("ask_first", 1)]),
        ("Praise them?", 1, [("please", 1)]),
        ("rest", 1, [("rested", 1)]),
    ]


def test_where_to_click_comes_from_the_policy_s_details():
    """Once a section; details of another form say nothing."""
    review = review_invitations(FAQ, [Invitation(sent_at=NOW - 15 * DAY)] * 2, now=NOW)
    (section,) = group_answers(review)
    (other, *_) = review_invitations(OWN, [Invitation(sent_at=NOW)], now=NOW).answered

    assert section.where == ("My Network, Manage, Sent",)
    assert click_path(other.advice["withdraw"]) is None


def test_nothing_that_applies_is_lost():
    """Every answer needs nothing done, stands in one section, or is undetermined."""
    review = review_invitations(FAQ, random_invitations(500, seed=5), now=NOW)
    shown = sum(section.count for section in group_answers(review)) + len(find_undetermined(review))

    applying = [
        (name, answer.outcome)
        for answered in review.answered
        for name, answer in answered.advice.items()
        if answer.outcome != "not_applicable"
    ]
    silent = [answer for answer in applying if answer in (("withdraw", "keep"), ("expiry", "open"))]
    assert shown + len(silent) == len(applying)
