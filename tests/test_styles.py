"""The shipped styles side by side: on the example export, at their borders, in chains, and as docs/styles.md says."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
import pytest
from builders import refusal
from exports import EXAMPLE

from invitepolicy import Account, Invitation, decide, decide_account, load_policy, parse_policy
from invitepolicy._load import shipped_names
from invitepolicy._quantities import format_quantity
from invitepolicy.linkedin import read_export
from invitepolicy.lint import lint_policy
from invitepolicy.review import review_invitations

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
    """Give what two reviews say differently about people."""
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


# At the borders, to the microsecond

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


# Chains, replaces, without, applies_to

OLDEST = """\
invitepolicy: 1
name: oldest
settings: {wait: 1 week}
decisions:
  withdraw:
    question: Is it time?
    applies_to: {direction: outgoing}
    outcomes: [keep, consider, withdraw]
    rules:
      - {rule: a week is enough, when: {sent: at least wait ago}, then: withdraw, because: "Enough after {wait}."}
      - {rule: vips are looked at, when: {tags: vip}, then: consider, because: A vip.}
    otherwise: {then: keep, because: There is time.}
"""
MIDDLE = """\
invitepolicy: 1
name: middle
extends: ./oldest.yaml
settings: {wait: 2 weeks}
decisions:
  withdraw:
    applies_to: {status: pending}
    rules:
      - {rule: friends stay, when: {relationship: known}, then: keep, because: A friend.}
"""
YOUNGEST = """\
invitepolicy: 1
name: youngest
extends: ./middle.yaml
"""


@pytest.fixture
def youngest(tmp_path):
    """Give a way to load a third policy that extends one that extends one."""
    (tmp_path / "oldest.yaml").write_text(OLDEST, encoding="utf-8")
    (tmp_path / "middle.yaml").write_text(MIDDLE, encoding="utf-8")
    return lambda text="": parse_policy(YOUNGEST + text, folder=tmp_path)


def in_withdraw(text):
    """Give a policy's own part of the decision."""
    return f"decisions:\n  withdraw:\n    {text}\n"


def rules(policy):
    """Name the rules of the decision, from the top."""
    return [card.name for card in policy.decisions["withdraw"].rules]


def withdraw(policy, days=0, **fields):
    """Ask about an invitation so many days after it was sent."""
    return decide(policy, Invitation(sent_at=NOW, **fields), now=NOW + days * DAY)["withdraw"]


def test_the_patient_build_on_the_careful_who_build_on_linkedin():
    """A shipped chain of three: limits on top, then the youngest's rules, then the oldest's."""
    patient = load_policy("patient")

    assert [layer.data["name"] for layer in patient.layers] == ["linkedin", "careful", "patient"]
    assert rules(patient) == [
        "what is tagged keep stays", "nearly all yeses have come by now", "a month has gone by",
    ]  # fmt: skip


def test_a_chain_of_three_reads_from_the_youngest_down(youngest):
    """Rules of each stand above its parent's; the youngest's value of a setting wins."""
    policy = youngest("settings: {wait: 3 weeks}\n" + in_withdraw(
        "rules: [{rule: nobody on the first day, when: {sent: less than 1 day ago}, then: keep, because: It is new.}]"
    ))  # fmt: skip

    assert rules(policy) == [
        "nobody on the first day", "friends stay", "a week is enough", "vips are looked at",
    ]  # fmt: skip
    assert withdraw(youngest(), 14).reason == "Enough after 2 weeks."
    assert withdraw(policy, 21).reason == "Enough after 3 weeks."
    assert withdraw(policy, 20, tags=["vip"]).changes_at == NOW + 21 * DAY
    assert withdraw(policy, 0, tags=["vip"]).rule == "nobody on the first day"
    assert withdraw(policy, 30, relationship="known").outcome == "keep"


def test_replaces_takes_the_place_of_any_ancestors_rule(youngest):
    """Below what stands above it: the friends of the middle one are still kept."""
    policy = youngest(
        in_withdraw(
            "rules: [{rule: look first, replaces: a week is enough, when: {sent: at least wait ago}, "
            "then: consider, because: Look first.}]"
        )
    )

    assert rules(policy) == ["friends stay", "look first", "vips are looked at"]
    assert withdraw(policy, 14).rule == "look first"
    assert withdraw(policy, 14, relationship="known").rule == "friends stay"


def test_without_drops_any_ancestors_rules_and_frees_their_names(youngest):
    """What is dropped decides no more; a rule of one's own may take the name, and stands on top."""
    policy = youngest(
        in_withdraw(
            "without: [friends stay, vips are looked at]\n"
            "    rules: [{rule: friends stay, when: {relationship: logical}, then: keep, because: A colleague.}]"
        )
    )

    assert rules(policy) == ["friends stay", "a week is enough"]
    assert withdraw(policy, 14, relationship="known").outcome == "withdraw"
    assert withdraw(policy, 14, relationship="logical").outcome == "keep"
    assert withdraw(policy, 0, tags=["vip"]).rule is None


def test_a_rule_that_the_chain_dropped_cannot_be_dropped_again(youngest, tmp_path):
    """Only what the parent has left has a name; the problem stands at the word."""
    dropping = tmp_path / "dropping.yaml"
    dropping.write_text(
        YOUNGEST.replace("youngest", "dropping") + in_withdraw("without: [friends stay]"), encoding="utf-8"
    )

    (problem,) = refusal(
        parse_policy,
        YOUNGEST.replace("middle", "dropping") + in_withdraw("without: [friends stay]"),
        folder=tmp_path,
    )

    assert "friends stay" in problem.what
    assert (problem.line, problem.column) == (6, 15)


def test_applies_to_of_parent_and_child_must_both_hold(youngest):
    """Outgoing, says the oldest; pending, the middle one; not a vip, the youngest."""
    policy = youngest(in_withdraw("applies_to: {tags: {not: vip}}"))

    assert withdraw(policy, 14).outcome == "withdraw"
    assert withdraw(policy, 14, direction="incoming").outcome == "not_applicable"
    assert withdraw(policy, 14, status="ignored").outcome == "not_applicable"
    assert withdraw(policy, 14, tags=["vip"]).outcome == "not_applicable"
    assert withdraw(youngest(), 0, tags=["vip"]).outcome == "consider"


def test_the_reason_for_not_applicable_is_the_line_that_fails_whosever_it_is(youngest):
    """Its place names the file that says it."""
    policy = youngest(in_withdraw("applies_to: {tags: {not: vip}}"))

    places = [
        str(withdraw(policy, 14, **fields).place)
        for fields in ({"direction": "incoming"}, {"status": "ignored"}, {"tags": ["vip"]})
    ]

    assert [place.rpartition("/")[2] for place in places] == ["oldest.yaml:7", "middle.yaml:7", "<policy>:6"]


# docs/styles.md

PAGE = (Path(__file__).parent.parent / "docs" / "styles.md").read_text(encoding="utf-8")
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
    """Give the cells of the table under a heading, row by row, without its header, which must have these columns."""
    (part,) = re.findall(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE)
    found = [[cell.strip() for cell in line[1:-1].split("|")] for line in part.splitlines() if line.startswith("|")]
    assert found[0] == list(columns)
    assert set(found[1]) == {"---"}
    return found[2:]


def by_style(heading, first):
    """Give the table of a heading that has a column a style: a mapping of style to cell for each row."""
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

    said = by_style("The numbers of all", "setting")

    assert said == {
        f"`{key}`": {name: written(policy.settings.get(key)) for name, policy in policies.items()} for key in settings
    }


@pytest.mark.parametrize("name", STYLES)
def test_every_style_tells_its_own_numbers_and_their_sources(name):
    """Those that it introduces or changes, all of them, in the words of its file."""
    own = [setting for setting in load_policy(name).settings.values() if setting.place.file == f"{name}.yaml"]

    said = table(f"`{name}`: {SECTIONS[name]}", "setting", "value", "what it means", "source")

    expected = [[f"`{one.name}`", written(one), one.about, one.source] for one in own]
    assert sorted(said) == sorted(expected)


def test_the_cases_of_the_page_are_decided_so():
    """Every cell is the outcome, in words."""
    said = by_style("The same person in each style", "case")

    assert said == {
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

    assert policy.fingerprint != load_policy(policy.layers[-1].data["extends"]).fingerprint
    assert [finding for finding in lint_policy(policy) if finding.level == "warning"] == []


def test_every_style_can_be_made_ones_own_in_four_lines():
    """One block a style, in the order of the page; the longer one comes after them."""
    *short, long = YAML

    assert [parse_policy(text).layers[-1].data["extends"] for text in short] == list(STYLES)
    assert {len(text.splitlines()) for text in short} == {4}
    assert len(long.splitlines()) > 4
