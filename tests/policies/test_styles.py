"""The shipped styles side by side: on the example export, and at their thresholds."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import attrs
import pytest
from locations import EXPORT as EXAMPLE

from invitepolicy import Account, Invitation, decide, decide_account, load_policy
from invitepolicy.analysis.lint import lint_policy
from invitepolicy.review.model import review_invitations
from invitepolicy.sources.linkedin import read_export

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
STYLES = ("linkedin", "faq", "brisk", "careful", "patient", "open")

# On the example export

BLANK = {"Bartholomew Quill-Ferris", "Kasimir Dellarosa", "Demetrius Fallowfield", "Barnaby Oxenford"}
WITH_A_WORD = {
    "Hyacinth Morrowby", "Philippa Underhay", "عمر الزهراني",
    "Ezra Palfreyman", "Leopold Vance🚀", "Agnieszka Thornfield",
}  # fmt: skip
FRIENDS = {"Oluwaseun Dappleton", "Tobiah Renn-Castell"}
ASKED = ("email", "account_restricted", "recipient_setting", {"Casimir Boldrewood"},
         "LinkedIn asks for his address alone; only the FAQ takes the account for the likelier cause")  # fmt: skip
DAILY = ("withdraw", "consider", "keep", {"Saoirse  Vandermolen, PhD"},
         "three days old; no other style treats somebody who comes daily differently")  # fmt: skip
NO_NOTE = ("note", "recommended", "not_needed", {"Isolde Farnaby"}, "a stranger, and a blank invitation is fine")
WELCOME = ("reply", "ask_for_context", "accept", BLANK, "everybody is welcome, with a word or without")
THREE_WEEKS = (
    DAILY,
    ("withdraw", "withdraw", "keep", {"Priyamvada Sengottuvel", "Benedikt Auerswald"},
     "8 and 14 days old, which the FAQ ends and three weeks do not"),
    ("resend", "allowed", "give_up", {"Ulrika Steingrim"}, "asked three times before; two are enough"),
    ("note", "not_needed", "recommended", {"Casimir Boldrewood"}, "he works at a client, but does not know her"),
    ("reply", "ask_for_context", "leave", BLANK, "somebody who writes nothing is left alone"),
    ("reply", "accept", "ask_for_context", WITH_A_WORD, "a word alone earns a question, not yet a yes"),
    ASKED,
)  # fmt: skip
NEVER = (
    DAILY,
    ("withdraw", "withdraw", "keep",
     {"Priyamvada Sengottuvel", "Benedikt Auerswald", "Corvin Ashdale", "Yewande Brightwater"},
     "nothing is withdrawn, however old"),
    NO_NOTE,
    ASKED,
)  # fmt: skip

# of each style: the decision, what the FAQ says, what the style says, of whom, why
DIFFERENCES = {
    "linkedin": (
        *NEVER,
        ("reply", "ask_for_context", "leave", BLANK, "LinkedIn asks nothing of whoever receives"),
        ("reply", "accept", "leave", WITH_A_WORD | FRIENDS, "the same, whoever writes"),
    ),
    "brisk": (
        DAILY,
        ("withdraw", "keep", "withdraw", {"Jørn Ødegaardsli"}, "ten days old, and a week is enough"),
        ("resend", "allowed", "give_up", {"Ulrika Steingrim"}, "asked three times before; there are others"),
        NO_NOTE,
        WELCOME,
        ASKED,
    ),
    "careful": THREE_WEEKS,
    "patient": THREE_WEEKS,  # nobody in the example waits for between three weeks and 30 days
    "open": (*NEVER, WELCOME),
}


def review(policy):
    """Review the example export."""
    return review_invitations(policy, read_export(EXAMPLE).invitations, now=NOW)


def changes(old, new):
    """Return what two reviews say differently about people."""
    return {
        (answered.invitation.name, key, decision.outcome, other.advice[key].outcome)
        for answered, other in zip(old.answered, new.answered, strict=True)
        for key, decision in answered.advice.items()
        if decision.outcome != other.advice[key].outcome
    }


@pytest.mark.parametrize("name", DIFFERENCES)
def test_a_style_differs_from_faq_where_its_author_would_expect(name):
    """Exactly the rows of the table, and about the account nothing: twelve settled invitations say little."""
    faq = review(load_policy("faq"))
    style = review(load_policy(name))

    expected = {
        (person, decision, before, after)
        for decision, before, after, people, _ in DIFFERENCES[name]
        for person in people
    }
    assert changes(faq, style) == expected
    for found in (faq, style):
        assert {key: answer.outcome for key, answer in found.account_advice.items()} == {
            "standing": "too_early", "pace": "send",
        }  # fmt: skip


def test_the_example_ten_days_later_tells_the_patient_from_the_careful():
    """Benedikt, 24 days old by then, is given up by the one and looked at by the other."""
    later = [
        review_invitations(load_policy(name), read_export(EXAMPLE).invitations, now=NOW + 10 * DAY)
        for name in ("careful", "patient")
    ]

    assert changes(*later) == {("Benedikt Auerswald", "withdraw", "withdraw", "consider")}


# At the thresholds, to the microsecond

SENT = {"sent_at": NOW}
WITHDRAWN = {"status": "withdrawn", "withdrawn_at": NOW}
EVERY_STYLE = [
    (name, decision, record, age, outcomes)
    for name in STYLES
    for decision, record, age, outcomes in (
        ("resend", WITHDRAWN, 21 * DAY, ("not_yet", "allowed")),
        ("expiry", SENT, 166 * DAY, ("open", "expiring")),
        ("expiry", SENT, 180 * DAY, ("expiring", "lapsed")),
        ("expiry", SENT | {"direction": "incoming"}, 180 * DAY, ("expiring", "lapsed")),
        ("withdraw", SENT | {"tags": ["keep"], "activity": "daily"}, 180 * DAY, ("keep", "not_applicable")),
    )
]
CLOCKS = [
    ("linkedin", "withdraw", SENT, 180 * DAY, ("keep", "not_applicable")),
    ("faq", "withdraw", SENT | {"activity": "daily"}, 3 * DAY, ("keep", "consider")),
    ("faq", "withdraw", SENT | {"activity": "daily"}, 4 * DAY, ("consider", "withdraw")),
    ("faq", "withdraw", SENT | {"activity": "weekly"}, 14 * DAY, ("keep", "withdraw")),
    ("faq", "withdraw", SENT, 180 * DAY, ("withdraw", "not_applicable")),
    ("brisk", "withdraw", SENT | {"activity": "daily"}, 7 * DAY, ("keep", "withdraw")),
    ("brisk", "withdraw", SENT, 180 * DAY, ("withdraw", "not_applicable")),
    ("careful", "withdraw", SENT | {"activity": "daily"}, 21 * DAY, ("keep", "withdraw")),
    ("careful", "withdraw", SENT, 180 * DAY, ("withdraw", "not_applicable")),
    ("careful", "resend", WITHDRAWN | {"attempts": 2}, 21 * DAY, ("not_yet", "give_up")),
    ("patient", "withdraw", SENT | {"activity": "daily"}, 21 * DAY, ("keep", "consider")),
    ("patient", "withdraw", SENT, 30 * DAY, ("consider", "withdraw")),
    ("patient", "withdraw", SENT, 180 * DAY, ("withdraw", "not_applicable")),
    ("open", "withdraw", SENT | {"activity": "daily"}, 180 * DAY, ("keep", "not_applicable")),
    *EVERY_STYLE,
]


@pytest.mark.parametrize(("name", "decision", "record", "age", "outcomes"), CLOCKS)
def test_a_border_is_exact(name, decision, record, age, outcomes):
    """A microsecond before it the old outcome stands and says when it ends; at it, and just after it, the new one."""
    policy, invitation = load_policy(name), Invitation(**record)
    before, after = outcomes

    early, there, late = (
        decide(policy, invitation, now=NOW + age + step)[decision] for step in (-TICK, timedelta(), TICK)
    )

    assert (early.outcome, early.changes_at, early.changes_to) == (before, NOW + age, after)
    assert (there.outcome, late.outcome) == (after, after)


QUIET = Account(
    pending=0, sent_last_day=0, sent_last_week=0, settled=20, rejected_share=0.0, email_requests=0, notes_last_month=0
)
CAREFUL = [
    (name, decision, fact, value, outcomes)
    for name in ("careful", "patient")
    for decision, fact, value, outcomes in (
        ("standing", "pending", 500, ("fine", "watch")),
        ("standing", "pending", 700, ("watch", "at_risk")),
        ("standing", "rejected_share", 0.7, ("fine", "watch")),
        ("standing", "rejected_share", 0.8, ("watch", "at_risk")),
        ("pace", "sent_last_week", 60, ("send", "slow_down")),
        ("pace", "sent_last_week", 100, ("slow_down", "pause")),
        ("pace", "pending", 500, ("send", "slow_down")),
        ("pace", "pending", 700, ("slow_down", "pause")),
        ("pace", "rejected_share", 0.8, ("send", "slow_down")),
    )
]
AMOUNTS = [
    ("linkedin", "standing", "settled", 20, ("too_early", "fine")),
    ("faq", "standing", "rejected_share", 0.7, ("fine", "watch")),
    ("faq", "standing", "rejected_share", 0.85, ("watch", "at_risk")),
    ("faq", "pace", "rejected_share", 0.85, ("send", "slow_down")),
    ("brisk", "standing", "rejected_share", 0.8, ("fine", "watch")),
    ("brisk", "standing", "rejected_share", 0.85, ("watch", "at_risk")),
    ("brisk", "pace", "sent_last_day", 20, ("send", "pause")),
    ("brisk", "pace", "sent_last_week", 100, ("send", "pause")),
    ("brisk", "pace", "rejected_share", 0.8, ("send", "slow_down")),
    *CAREFUL,
    ("open", "standing", "pending", 700, ("fine", "at_risk")),
    ("open", "standing", "rejected_share", 0.85, ("fine", "at_risk")),
    ("open", "pace", "pending", 700, ("send", "slow_down")),
    ("open", "pace", "rejected_share", 0.85, ("send", "slow_down")),
]


@pytest.mark.parametrize(("name", "decision", "fact", "value", "outcomes"), AMOUNTS)
def test_an_amount_counts_from_its_very_value_on(name, decision, fact, value, outcomes):
    """One less, or the next smaller share that there is, does not reach it."""
    less = math.nextafter(value, 0) if fact == "rejected_share" else value - 1

    early, there = (
        decide_account(load_policy(name), attrs.evolve(QUIET, **{fact: amount}), now=NOW)[decision].outcome
        for amount in (less, value)
    )

    assert (early, there) == outcomes


@pytest.mark.parametrize(("name", "most"), [("brisk", 3), ("careful", 2), ("patient", 2)])
def test_some_styles_give_up(name, most):
    """After so many earlier invitations; one less, and they may be asked again."""
    early, there = (
        decide(load_policy(name), Invitation(status="ignored", attempts=number), now=NOW)["resend"].outcome
        for number in (most - 1, most)
    )

    assert (early, there) == ("allowed", "give_up")


@pytest.mark.parametrize("name", STYLES)
def test_a_restriction_is_over_to_the_microsecond(name):
    """In every style a week of pause, then slowly until a month is over, for the standing too."""
    restricted = attrs.evolve(QUIET, restricted_at=NOW)
    instants = [NOW + age + step for age in (7 * DAY, 30 * DAY) for step in (-TICK, timedelta())]

    answers = [decide_account(load_policy(name), restricted, now=instant) for instant in instants]

    assert [answer["pace"].outcome for answer in answers] == ["pause", "slow_down", "slow_down", "send"]
    assert [answer["standing"].outcome for answer in answers] == ["at_risk", "at_risk", "at_risk", "fine"]


@pytest.mark.parametrize("name", STYLES)
def test_a_style_has_no_warnings(name):
    """No rule is unreachable, no line idle, no setting of its own without effect, and none stands below a wider one."""
    findings = lint_policy(load_policy(name))

    assert [finding for finding in findings if finding.level == "warning"] == []
    assert {finding.code for finding in findings} <= {"undetermined", "order", "no-difference", "unused-outcome"}
    if name != "linkedin":  # which has outcomes, and a limit, for what styles add
        assert {finding.code for finding in findings} <= {"undetermined", "order"}
