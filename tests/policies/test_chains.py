"""Styles built on styles: chains, and what `replaces`, `without` and `applies_to` do in them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from builders import refusal

from invitepolicy import Invitation, decide, load_policy, parse_policy

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)

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
    """Return a function that loads a third policy that extends one that extends one."""
    (tmp_path / "oldest.yaml").write_text(OLDEST, encoding="utf-8")
    (tmp_path / "middle.yaml").write_text(MIDDLE, encoding="utf-8")
    return lambda text="": parse_policy(YOUNGEST + text, folder=tmp_path)


def in_withdraw(text):
    """Return a policy's own part of the decision."""
    return f"decisions:\n  withdraw:\n    {text}\n"


def rules(policy):
    """Name the rules of the decision, from the top."""
    return [rule.name for rule in policy.decisions["withdraw"].rules]


def withdraw(policy, days=0, **fields):
    """Ask about an invitation so many days after it was sent."""
    return decide(policy, Invitation(sent_at=NOW, **fields), now=NOW + days * DAY)["withdraw"]


def test_the_patient_build_on_the_careful_who_build_on_linkedin():
    """A shipped chain of three: limits on top, then the youngest's rules, then the oldest's."""
    patient = load_policy("patient")

    assert [layer.data["name"] for layer in patient._files] == ["linkedin", "careful", "patient"]
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
