"""The tests in a policy file: records, instants and expected outcomes read, and what is wrong with them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from builders import lines, messages, policy

from invitepolicy import Account, Invitation
from invitepolicy._core.policy import ExpectedStage

DAY = timedelta(days=1)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
BODY = lines(
    """
    settings: {wait: 2 weeks}
    facts: {my_met: clock, my_count: count, my_flag: flag, my_trade: [finance], my_lists: tags}
    decisions:
      d:
        outcomes: [keep, leave]
        limits: [{rule: fixed, when: {tags: keep}, then: keep, because: b}]
        rules: [{rule: one, when: {sent: at least wait ago}, then: leave, because: b}]
        otherwise: {then: keep, because: b}
    """
)


def case(text):
    """Read a policy's one test."""
    (found,) = policy(f"{BODY}tests:\n  - {{test: a, {text}}}\n").tests
    return found


def given(text, **more):
    """Read the record of a test."""
    return case(f"given: {{{text}}}, expect: {{d: keep}}").given


def refused(text):
    """Return what is wrong with a test: the column and the sentence."""
    return [line.partition("p.yaml:10:")[2] for line in messages(f"{BODY}tests:\n  - {{test: a, {text}}}\n")]


def refused_record(text):
    """Return what is wrong with a record."""
    return [line.partition(": ")[2] for line in refused(f"given: {{{text}}}, expect: {{d: keep}}")]


def refused_life(text):
    """Return what is wrong with what is expected."""
    return [line.partition(": ")[2] for line in refused(f"expect: {text}")]


# records


def test_a_record_was_sent_now_unless_it_says_otherwise():
    """A draft was not sent at all; an empty date is not known."""
    assert given("") == Invitation(sent_at=NOW)
    assert case("expect: {d: keep}").given == Invitation(sent_at=NOW)
    assert given("status: draft") == Invitation(status="draft")
    assert given("sent_at: ") == Invitation()
    assert given("status: draft, sent_at: 1 day ago").sent_at == NOW - DAY


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2025-12-31", NOW - DAY),
        ("2025-12-31T10:00Z", NOW - timedelta(hours=14)),
        ("2026-01-01 01:00+01:00", NOW),
        ("3 days ago", NOW - 3 * DAY),
        ("0 days ago", NOW),
    ],
)
def test_instants_are_absolute_or_so_long_before_now(text, instant):
    """Of the record, of its own facts, and of the account."""
    found = case(f"given: {{sent_at: {text}, my_met: {text}}}, account: {{restricted_at: {text}}}, expect: {{d: keep}}")

    assert found.given.sent_at == found.given.facts["my_met"] == found.account.restricted_at == instant


def test_now_is_the_first_of_january_2026_unless_the_test_says_otherwise():
    """Then everything is counted from there."""
    found = case("now: 2026-03-01T10:00Z, given: {answered_at: 1 hour ago}, expect: {d: keep}")
    instant = datetime(2026, 3, 1, 10, tzinfo=UTC)

    assert case("expect: {d: keep}").now == NOW
    assert (found.now, found.given.sent_at, found.given.answered_at) == (instant, instant, instant - DAY / 24)


def test_own_facts_are_fields_too():
    """Beside the others, or together."""
    assert given("my_count: 3, my_flag: true, my_met: ").facts == {"my_count": 3, "my_flag": True}
    assert given("facts: {my_count: 3}, my_lists: [a]").facts == {"my_count": 3, "my_lists": frozenset({"a"})}


def test_an_account_may_be_given():
    """Its share in per cent, or as a part of the whole."""
    found = case("account: {pending: 3, rejected_share: 40%, tier: free, restricted_at: }, expect: {d: keep}")

    assert found.account == Account(pending=3, rejected_share=0.4, tier="free")
    assert case("account: {rejected_share: 0.4}, expect: {d: keep}").account.rejected_share == 0.4
    assert case("account: , expect: {d: keep}").account == Account()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("activty: daily", "“activty” is not a field of an invitation; did you mean “activity”?"),
        ("sent: 3 days ago", "“sent” is not a field of an invitation; a record has “sent_at”"),
        ("activity: dayly", "“activity”: “dayly” is not an allowed value; did you mean “daily”?"),
        ("activity: ", "“activity” is empty; write its value, or delete the line"),
        ("my_count: ", "“my_count” is empty; write its value, or delete the line"),
        ("my_cont: 3", "“my_cont” is not a fact of this policy; did you mean “my_count”?"),
        ("facts: {my_zebra: 3}", "“my_zebra” is not a fact of this policy; introduce it under facts"),
        (
            "facts: {my_count: many}",
            "“my_count” must be a whole number, 0 or more, not “many”; write digits, such as 3",
        ),
        ("my_trade: law", "“my_trade”: “law” is not an allowed value; write finance or unknown"),
        ("my_met: yesterday", "“yesterday” is not a date or an instant; write 2026-03-01T10:00Z, or 3 days ago"),
        ("sent_at: 2026-02-30", "“2026-02-30” does not exist; check the month, the day, the hour and the offset"),
        ("sent_at: 7", "“7” is not a date or an instant; write 2026-03-01T10:00Z, or 3 days ago"),
        ("sent_at: 1 month ago", "“1 month” has no fixed length; write 30 days or 4 weeks"),
        ("email_requested: yes", "“email_requested” must be true or false, not “yes”; write one of the two"),
        ("attempts: -1", "“attempts” must be a whole number, 0 or more, not “-1”; write digits, such as 3"),
        ("note: 7", "“note” must be a text, not “7”; put the text in quotes"),
        ("tags: vip", "“tags” must be a list, not “vip”; write [vip]"),
        ("tags: [vip, 7]", "“tags” must contain texts, not “7”; put it in quotes"),
        (
            "facts: 7",
            "“facts” must be a mapping, not “7”; give names that begin with my_, and their values",
        ),
    ],
)
def test_a_field_that_cannot_be_is_told_in_the_words_of_the_file(text, problem):
    """With the value, which a policy's author wrote, and the remedy for a file."""
    assert refused_record(text) == [problem]


def test_a_problem_stands_at_the_value_or_at_the_unknown_key():
    """Also inside of `facts` and of `tags`."""
    places = [
        refused(f"given: {{{text}}}, expect: {{d: keep}}")[0].partition(":")[0]
        for text in ("activity: dayly", "activty: daily", "facts: {my_count: x}", "facts: {my_x: 1}", "tags: [7]")
    ]

    assert places == ["33", "23", "41", "31", "30"]


def test_an_account_that_cannot_be_is_told_likewise():
    """Its fields have the names of the facts, without `account_`."""
    assert refused("account: {account_pending: 3}, expect: {d: keep}") == [
        "25: “account_pending” is not a field of an account; a record has “pending”"
    ]
    assert refused("account: {pending: }, expect: {d: keep}") == [
        "25: “pending” is empty; write its value, or delete the line"
    ]
    assert refused("account: {rejected_share: 40}, expect: {d: keep}") == [
        "41: “rejected_share” must be between 0% and 100%, not “40”; write a percentage, such as 40%"
    ]


def test_instants_may_lie_outside_the_calendar():
    """Not in a record."""
    (early,) = refused("now: 0001-01-01, given: {sent_at: 1 day ago}, expect: {d: keep}")
    (late,) = refused("now: 9999-12-31, expect: {d: {after 1 week: keep}}")

    assert early.endswith("“1 day ago” lies outside the years 1 to 9999; take a smaller duration")
    assert late.endswith("“after 1 week” lies outside the years 1 to 9999; take a smaller duration")


# what is expected


def test_an_outcome_is_expected_now():
    """At the test's now."""
    (found,) = case("expect: {d: keep}").expect

    assert (found.decision, found.life, found.instants) == ("d", (), ((NOW, "keep"),))


def test_a_life_is_counted_from_now():
    """The first outcome stands alone; the library's own outcomes may come too."""
    (found,) = case("expect: {d: [keep, leave after 4 days, not_applicable after 5 weeks]}").expect

    assert found.life == (
        ExpectedStage("keep", 0 * DAY),
        ExpectedStage("leave", 4 * DAY),
        ExpectedStage("not_applicable", 35 * DAY),
    )
    assert found.instants == ()


def test_instants_may_be_absolute_or_so_long_after_now():
    """In any order."""
    (found,) = case("expect: {d: {2026-03-04T23:59Z: keep, after 4 days: leave}}").expect

    assert found.instants == ((datetime(2026, 3, 4, 23, 59, tzinfo=UTC), "keep"), (NOW + 4 * DAY, "leave"))


def test_a_test_may_name_the_rule_and_may_be_skipped():
    """Any rule of the decision; why it is skipped."""
    found = case("expect: {d: keep}, rule: {d: fixed}, skip: not yet")

    assert (found.rule, found.skip, found.name) == ({"d": "fixed"}, "not yet", "a")
    assert (found.place.file, found.place.line) == ("p.yaml", 10)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{e: keep}", "there is no decision “e”; the decisions are d"),
        ("{d: kep}", "“kep” is not an outcome of “d”; did you mean “keep”?"),
        ("{d: true}", "“true” is not an outcome of “d”; its outcomes are keep or leave"),
        ("{d: }", ("nothing is expected of “d”; "
            "write an outcome, such as keep, or a life, such as [keep, withdraw after 4 days]")),
        ("{d: [kep]}", "“kep” is not an outcome of “d”; did you mean “keep”?"),
        ("{d: [keep, leave after 1 month]}", "“1 month” has no fixed length; write 30 days or 4 weeks"),
        ("{d: [keep, leave after 0 days]}", ("“leave after 0 days” is not later than the one before it; "
            "put the outcomes in order of time")),
        ("{d: [7]}", ("“7” does not fit into a life; "
            "write the first outcome alone, each further one with its time: withdraw after 4 days")),
        ("{d: [keep after 1 day]}", ("“keep after 1 day” does not fit into a life; "
            "write the first outcome alone, each further one with its time: withdraw after 4 days")),
        ("{d: [keep, leave]}", ("“leave” does not fit into a life; "
            "write the first outcome alone, each further one with its time: withdraw after 4 days")),
        ("{d: {today: keep}}", "“today” is not a date or an instant; write 2026-03-01T10:00Z, or after 3 days"),
        ("{d: {after 3 days: kep}}", "“kep” is not an outcome of “d”; did you mean “keep”?"),
        ("{d: keep}, rule: {e: one}", "there is no decision “e”; the decisions are d"),
        ("{d: keep}, rule: {d: two}", "“two” is not a rule of “d”; its rules are fixed or one"),
        ("{d: keep}, now: today", "“today” is not a date or an instant; write 2026-03-01 or 2026-03-01T10:00Z"),
    ],
)  # fmt: skip
def test_what_cannot_be_expected_is_told_with_its_remedy(text, problem):
    """Decisions, outcomes, lives, instants, rules."""
    assert refused_life(text) == [problem]


def test_a_test_s_name_is_its_own():
    """The line of the other is reported."""
    body = f"{BODY}tests:\n  - {{test: a, expect: {{d: keep}}}}\n  - {{test: a, expect: {{d: keep}}}}\n"

    assert messages(body) == ["p.yaml:11:12: a second test “a”; line 10 has it; rename one"]
