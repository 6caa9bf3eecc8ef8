"""The record that shows a finding, and its few words."""

from __future__ import annotations

import pytest
from builders import policy

from invitepolicy import Account, Invitation
from invitepolicy._core.policy import DEFAULT_NOW, conditions_of
from invitepolicy._prove.regions import build_space
from invitepolicy._prove.rulings import RuleCompiler, region_where
from invitepolicy._prove.witness import make_witness

OWN = "facts: {my_lists: tags, my_flag: flag, my_met: clock, my_trade: [finance], my_share: share}"


def witness(when):
    """Return a record for which all conditions of a rule hold."""
    text = f"""
        {OWN}
        settings: {{soon: 0 days}}
        decisions:
          d:
            question: a?
            rules:
              - {{rule: r, when: {when}, then: x, because: b}}
            otherwise: {{then: y, because: b}}
    """
    made = policy(text)
    decision = made.decisions["d"]
    space = build_space(conditions_of(decision), made.facts)
    (masks,) = RuleCompiler(space).ways_all_hold(decision.rules[0].when)
    return make_witness(space, region_where(space, masks))


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("{status: withdrawn, withdrawn: at least 2 weeks ago, tags: vip}",
         "an invitation withdrawn 14 days ago, tagged vip"),
        ("{sent: less than 3 days ago}", "an invitation sent just now"),
        ("{sent: less than soon ago}", "an invitation sent in a day"),
        ("{last_active: missing}", "an invitation whose “last_active” is not known"),
        ("{has_note: true}", "an invitation with a note of 1 character"),
        ("{has_note: false}", "an invitation without a note"),
        ("{status: draft, activity: daily}", "an invitation still a draft, with “activity” daily"),
        ("{activity: unknown}", "any record"),
        ("{email_requested: false, attempts: 2}", "an invitation with “email_requested” false, with “attempts” 2"),
        ("{account_rejected_share: at least 40%}", "an account with “account_rejected_share” 40%"),
        ("{account_restricted: missing}", "any record"),
        ("{account_sent_last_week: missing, account_sent_last_day: 3}",
         "an account with “account_sent_last_day” 3, whose “account_sent_last_week” is not known"),
        ("{my_lists: a, my_flag: true}", "an invitation with “my_flag” true, with “my_lists” a"),
        ("{my_met: at least 1 day ago, my_trade: finance}",
         "an invitation my_met 1 day ago, with “my_trade” finance"),
    ],
)  # fmt: skip
def test_a_record_in_words(when, words):
    """What is unusual is named, what is usual is left out."""
    assert witness(when).words == words


def test_a_record_and_its_account():
    """Every kind of fact is in its field; no fewer are sent in a week than in a day."""
    made = witness(
        "{my_lists: a, my_share: 30%, tags: {not: vip}, note_length: 3, sent: at least 1 day ago, "
        "account_sent_last_day: 5, account_sent_last_week: at most 7}"
    )

    assert made.invitation == Invitation(
        sent_at=made.now.replace(year=2025, month=12, day=31),
        note="xxx",
        facts={"my_lists": frozenset({"a"}), "my_share": 0.3},
    )
    assert made.account == Account(sent_last_day=5, sent_last_week=5)
    assert made.now == DEFAULT_NOW


def test_a_very_long_note_is_not_written_out():
    """A stranger's policy must not make this library fill the memory."""
    assert witness("{note_length: at least 100000}").invitation.note == "x" * 100_000
    assert witness("{note_length: more than 100000}") is None
