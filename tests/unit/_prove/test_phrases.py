"""A region in plain words."""

from __future__ import annotations

import pytest
from builders import policy

from invitepolicy._core.policy import conditions_of
from invitepolicy._prove.phrases import describe_region
from invitepolicy._prove.regions import build_space
from invitepolicy._prove.rulings import RuleCompiler, region_where

OWN = "facts: {my_lists: tags, my_flag: flag, my_met: clock, my_trade: [finance, law], my_share: share, my_n: number}"


def words(when, beside="{}"):
    """Return the description of the records for which a rule holds; conditions `beside` divide the facts too."""
    text = f"""
        {OWN}
        settings: {{few: 2, never: forever}}
        decisions:
          d:
            question: a?
            rules:
              - {{rule: r, when: {when}, then: x, because: b}}
              - {{rule: s, when: {beside}, then: x, because: b}}
            otherwise: {{then: y, because: b}}
    """
    made = policy(text)
    decision = made.decisions["d"]
    space = build_space(conditions_of(decision), made.facts)
    (masks,) = RuleCompiler(space).ways_all_hold(decision.rules[0].when)
    return describe_region(space, region_where(space, masks), space.whole)


@pytest.mark.parametrize(
    ("when", "beside", "expected"),
    [
        ("{activity: daily, sent: between 4 days and 1 week ago}", "{}",
         "daily visitors, from 4 days to 1 week after sent"),
        ("{activity: [daily, weekly]}", "{activity: daily}", "daily or weekly visitors"),
        ("{activity: [daily, unknown]}", "{}", "daily visitors or people whose activity is unknown"),
        ("{activity: {not: daily}}", "{}", "anybody but daily visitors"),
        ("{activity: [weekly, daily, unknown]}", "{}", "anybody but occasional visitors"),
        ("{relationship: stranger}", "{}", "a stranger"),
        ("{relationship: [known, logical], has_note: false}", "{}",
         "somebody you know or a logical contact, without a note"),
        ("{status: draft}", "{}", "draft"),
        ("{status: {not: draft}}", "{}", "not draft"),
        ("{account_tier: free}", "{}", "a free account"),
        ("{account_tier: {not: free}}", "{}", "not a free account"),
        ("{my_trade: law}", "{}", "my_trade law"),
        ("{sent: at least 2 weeks ago}", "{}", "from 2 weeks after sent on"),
        ("{sent: less than 2 weeks ago}", "{}", "less than 2 weeks after sent"),
        ("{sent: less than 0 days ago}", "{}", "before sent"),
        ("{sent: given}", "{sent: at least 1 day ago}", "sent at any known time"),
        ("{sent: missing}", "{sent: at least 1 day ago}", "sent not known or not sent yet"),
        ("{withdrawn: missing}", "{}", "withdrawn not known or not withdrawn"),
        ("{account_restricted: missing}", "{}", "never restricted"),
        ("{account_restricted: less than 1 week ago}", "{}", "less than 1 week after a restriction"),
        ("{last_active: less than 1 week ago}", "{}", "less than 1 week after they were last seen"),
        ("{my_met: at least 1 day ago}", "{}", "from 1 day after my_met on"),
        ("{has_note: true}", "{}", "with a note"),
        ("{note_length: at least 201}", "{}", "with a note of 201 characters or more"),
        ("{note_length: between 201 and 300}", "{}", "with a note of 201 to 300 characters"),
        ("{note_length: 300}", "{}", "with a note of 300 characters"),
        ("{note_length: 1}", "{}", "with a note of 1 character"),
        ("{note_length: at most 1}", "{}", "with a note of at most 1 character, or none"),
        ("{note_length: at most 300}", "{}", "with a note of at most 300 characters, or none"),
        ("{email_requested: true}", "{}", "asked for an address"),
        ("{my_flag: false}", "{}", "my_flag false"),
        ("{my_flag: missing}", "{}", "my_flag not known"),
        ("{tags: vip}", "{}", "tagged vip"),
        ("{tags: {not: vip}}", "{}", "not tagged vip"),
        ("{my_lists: a}", "{}", "my_lists a"),
        ("{attempts: 1}", "{}", "1 earlier invitation"),
        ("{attempts: at least 2}", "{}", "2 or more earlier invitations"),
        ("{attempts: at least 1}", "{}", "1 or more earlier invitations"),
        ("{attempts: at most 1}", "{}", "at most 1 earlier invitation"),
        ("{account_email_requests: at most 1}", "{}", "at most 1 address asked for in a month"),
        ("{account_email_requests: 1}", "{}", "1 address asked for in a month"),
        ("{account_email_requests: at most 2}", "{}", "at most 2 addresses asked for in a month"),
        ("{account_notes_last_month: less than 2}", "{}", "at most 1 note in a month"),
        ("{attempts: 0}", "{}", "no earlier invitations"),
        ("{attempts: between 2 and 4}", "{}", "2 to 4 earlier invitations"),
        ("{account_settled: given}", "{account_settled: 0}", "any known number settled"),
        ("{account_settled: at most 19}", "{}", "at most 19 settled"),
        ("{account_rejected_share: at least 70%}", "{}", "at least 70% rejected"),
        ("{account_rejected_share: more than 70%}", "{}", "more than 70% rejected"),
        ("{account_rejected_share: less than 70%}", "{}", "less than 70% rejected"),
        ("{my_share: at most 70%}", "{}", "my_share at most 70%"),
        ("{my_n: 2.5}", "{}", "my_n 2.5"),
        ("{my_n: between -1 and 2.5}", "{}", "my_n at least -1 and at most 2.5"),
        ("{my_n: given}", "{my_n: 1}", "my_n any known"),
        ("{sent: less than never ago}", "{}", "sent at any known time"),
        ("{attempts: at least 0}", "{}", "everywhere"),
    ],
)  # fmt: skip
def test_in_words(when, beside, expected):
    """Each kind of fact, and every shape of a range."""
    beside = "{email_requested: missing}" if beside == "{}" and "email" not in when else beside
    beside = "{my_flag: given}" if beside == "{}" else beside

    assert words(when, beside) == expected


def test_conditions_that_exclude_only_impossible_records_are_left_out():
    """Of a withdrawal without a date the status is enough."""
    assert words("{status: withdrawn, withdrawn: missing}", "{my_flag: given}") == "withdrawn, withdrawn not known"
