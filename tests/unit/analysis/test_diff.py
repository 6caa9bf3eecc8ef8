"""What two policies decide differently, held to deciding every cell by both; and which answers that changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
import pytest
from builders import policy
from small_laws import check_diff
from small_policies import LAWS, small_facts, small_text, unproven
from strategies import NOW, random_invitations

from invitepolicy import Account, Invitation, InvitePolicyError, decide, load_policy, parse_policy, with_settings
from invitepolicy._read.load import shipped_names
from invitepolicy.analysis.diff import Affected, diff_policies, impact, is_empty

DAY = timedelta(days=1)


def pairs(number):
    """Return pairs of small policies about the same facts."""
    for seed in range(number):
        facts = small_facts(seed)
        yield seed, unproven(small_text(seed, facts)), unproven(small_text(seed + 1_000_000, facts))


@pytest.mark.slow
def test_a_difference_is_what_deciding_every_cell_shows():
    """On random pairs: the same changes of outcomes, and where those are alike of rules and reasons."""
    for seed, old, new in pairs(LAWS):
        check_diff(old, new, seed)


@pytest.mark.slow
def test_each_witness_is_decided_differently():
    """Decided by both policies a witness gets the outcomes, and the rules, of its region."""
    for seed, old, new in pairs(100):
        found = diff_policies(old, new)
        for region in (*found.outcomes, *found.reasons):
            witness = region.witness
            before, after = (
                decide(one, witness.invitation, now=witness.now, account=witness.account)["d"] for one in (old, new)
            )
            assert (before.outcome, after.outcome) == (region.before, region.after), seed
            assert region.before != region.after or (before.rule, after.rule) == (region.rule_before, region.rule_after)


@pytest.mark.parametrize("name", shipped_names())
def test_a_policy_behaves_like_itself(name):
    """Also when it is read from another file, with its own settings spelled out."""
    shipped = load_policy(name)
    values = {key: setting.value for key, setting in shipped.settings.items()}

    assert is_empty(diff_policies(shipped, shipped))
    assert is_empty(diff_policies(shipped, with_settings(shipped, **values)))


def test_a_difference_reads_well():
    """Regions are merged into sentences, in the words of people."""
    faq = load_policy("faq")

    found = diff_policies(faq, with_settings(faq, daily_wait="1 week"))

    assert [(one.decision, one.where, one.before, one.after) for one in found.outcomes] == [
        ("withdraw", "daily visitors, from 4 days to 1 week after sent, not tagged keep", "withdraw", "consider")
    ]
    assert [(one.where, one.rule_before, one.rule_after) for one in found.reasons] == [
        (
            "daily visitors, from 1 week to 2 weeks after sent, not tagged keep",
            "a daily visitor has seen it",
            "a daily visitor has seen it",
        )
    ]


BODY = """
    facts: {my_a: KIND}
    decisions:
      d:
        question: a?
        applies_to: {tags: [vip, keep]}
        rules:
          - {rule: r, when: {my_a: TEST}, then: x, because: b}
        otherwise: {then: y, because: b}
"""


def body(kind, test):
    """Build a policy with an own fact."""
    return policy(BODY.replace("KIND", kind).replace("TEST", test))


def test_an_own_fact_of_two_kinds_fits_no_record():
    """It is refused in words, and a choice of other words is compared by those in common."""
    with pytest.raises(InvitePolicyError, match="“my_a” is a count in p and a flag in p; no record can satisfy both"):
        diff_policies(body("count", "given"), body("flag", "given"))

    found = diff_policies(body("[a, b]", "a"), body("[a, c]", "c"))

    assert [(one.where, one.before, one.after) for one in found.outcomes] == [
        ("tagged keep, not tagged vip, my_a a", "x", "y"),
        ("tagged vip, my_a a", "x", "y"),
    ]
    assert is_empty(diff_policies(body("count", "given"), body("count", "given")))


def test_an_own_fact_of_one_policy_alone_is_compared():
    """The other does not look at it."""
    plain = policy(BODY.replace("    facts: {my_a: KIND}\n", "").replace("my_a: TEST", "attempts: 1"))

    found = diff_policies(body("flag", "true"), plain)

    assert ("1 earlier invitation, tagged vip, my_a false", "y", "x") in [
        (one.where, one.before, one.after) for one in found.outcomes
    ]


def test_decisions_that_one_policy_alone_has_are_reported():
    """A decision about the account is another one than one about an invitation."""
    one = policy(
        'decisions: {d: {question: "a?", otherwise: {then: x, because: b}}, e: {otherwise: {then: x, because: b}}}'
    )
    other = policy('decisions: {d: {question: "a?", subject: account, otherwise: {then: x, because: b}}}')

    found = diff_policies(one, other)

    assert (found.only_old, found.only_new, found.outcomes) == (("d", "e"), ("d",), ())
    assert not is_empty(found)


def test_where_a_decision_applies_is_compared_too():
    """A line of `applies_to` that only one policy has is said in full; other lines in another reason."""
    old = policy('decisions: {d: {question: "a?", applies_to: {status: pending}, otherwise: {then: x, because: b}}}')
    new = policy(
        'decisions: {d: {question: "a?", applies_to: {status: [pending, draft]}, otherwise: {then: x, because: b}}}'
    )

    found = diff_policies(old, new)

    assert [(one.where, one.before, one.after) for one in found.outcomes] == [("draft", "not_applicable", "x")]
    assert [one.where for one in found.reasons] == ["not draft or pending"]


def test_impact_tells_now_and_later():
    """Who is answered otherwise at once, who first within the span, and who not at all; each question once."""
    faq = load_policy("faq")
    patient = with_settings(faq, longest_wait="30 days")
    people = [Invitation(sent_at=NOW - days * DAY) for days in (1, 5, 20, 40)]

    found = impact(faq, patient, people, NOW, within=10 * DAY)

    assert found.now == (Affected(NOW, people[2], "withdraw", "withdraw", "keep"),)
    assert found.later == (Affected(NOW + 9 * DAY, people[1], "withdraw", "withdraw", "keep"),)
    assert impact(faq, patient, people, NOW).later == ()


def test_impact_speaks_of_the_account():
    """What is known of the account wins over what the invitations show; its answers have no invitation."""
    linkedin = load_policy("linkedin")
    new = with_settings(linkedin, restriction_pause="2 weeks")
    known = Account(settled=50, restricted_at=NOW - 5 * DAY)

    found = impact(linkedin, new, [], NOW, within=timedelta(days=36_500), account=known)

    assert [(one.at - NOW, one.invitation, one.decision, one.before, one.after) for one in found.later] == [
        (2 * DAY, None, "pace", "slow_down", "pause")
    ]
    assert found.now == ()


def test_impact_agrees_with_deciding():
    """On random records: an answer is reported exactly from the first instant at which the outcomes differ."""
    faq = load_policy("faq")
    new = with_settings(faq, longest_wait="1 week", daily_wait="6 days", expires_soon="100 days")
    people = random_invitations(60, seed=5)

    found = impact(faq, new, people, NOW, within=30 * DAY, account=Account(tier="free"))

    def differ(invitation, now, name):
        return decide(faq, invitation, now=now)[name].outcome != decide(new, invitation, now=now)[name].outcome

    reported = {(id(one.invitation), one.decision): one.at for one in (*found.now, *found.later)}
    for invitation in people:
        for name in ("withdraw", "expiry"):
            at = reported.get((id(invitation), name))
            days = [NOW + half * DAY / 2 for half in range(60)]
            assert not any(differ(invitation, day, name) for day in days if at is None or day < at)
            assert at is None or differ(invitation, at, name)


def test_the_end_of_time_ends_the_span():
    """A span that would end after the year 9999 ends with it."""
    faq = load_policy("faq")
    late = datetime(9999, 1, 1, tzinfo=UTC)

    found = impact(faq, with_settings(faq, longest_wait="30 days"), [Invitation(sent_at=late)], late, within=9000 * DAY)

    assert [one.at for one in found.later] == [late + 14 * DAY]


def test_rules_that_overlap_in_too_many_ways_are_refused():
    """Instead of guessing: an error of the library's own."""
    words = [", ".join(f"{letter}{number}" for number in range(32)) for letter in "ab"]
    text = BODY.replace("KIND", "tags").replace("{my_a: TEST}", f"{{tags: [{words[0]}], my_a: [{words[1]}]}}")

    with pytest.raises(InvitePolicyError, match="too many combinations of tags to analyse"):
        diff_policies(policy(text), body("tags", "a"))


def test_a_difference_is_a_value():
    """It compares, and cannot be changed."""
    faq = load_policy("faq")
    found = diff_policies(
        faq, parse_policy("invitepolicy: 1\nname: m\nextends: faq\nsettings: {longest_wait: 30 days}")
    )

    assert found == diff_policies(faq, with_settings(faq, longest_wait="30 days"))
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        found.outcomes = ()
