"""What every answer is held to: the plain reading of the rules, totality, and the time for which it stands."""

from __future__ import annotations

from datetime import timedelta

from random_policies import NOW, STEP

from invitepolicy import Invitation, decide, decide_account, summarize
from invitepolicy._decide.account import merge_accounts
from invitepolicy._decide.answers import make_decision, read_values
from invitepolicy._decide.rules import evaluate, next_change, turning_points

WINDOWS = [timedelta(days=days) for days in (1, 7, 14, 30, 90)]  # that an invitation leaves, or settles by
ALWAYS = {"not_applicable", "undetermined"}


def plain(policy, subject, invitation, account, now=NOW):
    """Answer by the plain reading of the rules."""
    answers = {}
    for name, decision in policy.decisions.items():
        if decision.subject == subject:
            values = read_values(decision, invitation, account)
            ruling = evaluate(decision, values, now)
            change = next_change(decision, values, now, ruling.outcome)
            answers[name] = make_decision(decision, ruling, values, now, change and (change[0], change[1].outcome))
    return answers


def check_against_plain(policy, invitation, account, now=NOW, where=None):
    """Hold every field of every answer about an invitation to the plain reading."""
    assert decide(policy, invitation, now=now, account=account) == plain(
        policy, "invitation", invitation, account, now
    ), where


def check_account_against_plain(policy, account, now=NOW, where=None):
    """Hold every field of every answer about an account to the plain reading."""
    assert decide_account(policy, account, now=now) == plain(policy, "account", Invitation(), account, now), where


def check_total(policy, invitation, account, now=NOW):
    """Hold a record to one outcome of the decision's own words, and to a reason, for every decision about it."""
    advice = decide(policy, invitation, now=now, account=account)
    asked = {name: decision for name, decision in policy.decisions.items() if decision.subject == "invitation"}
    assert advice.keys() == asked.keys()
    for name, answer in advice.items():
        assert answer.outcome in {*asked[name].outcomes, *ALWAYS}, name
        assert answer.reason, name
        assert (answer.outcome == "undetermined") is bool(answer.needs), name


def check_constant(policy, invitation, account, rng, *, now=NOW, where=None):
    """Hold answers to seven instants before each changes and to the one at which it does. Return how many those are."""
    answers = decide(policy, invitation, now=now, account=account)
    for name, decision in answers.items():
        end = decision.changes_at or now + timedelta(weeks=200)
        inside = [min(now + (end - now) * rng.random(), end - STEP) for _ in range(6)]
        for instant in (*inside, end - STEP):
            again = decide(policy, invitation, now=instant, account=account)[name]
            assert again.outcome == decision.outcome, (where, name, instant)
        after = decide(policy, invitation, now=end, account=account)[name].outcome
        assert after == (decision.changes_to or decision.outcome), (where, name)
        assert (after == decision.outcome) is (decision.changes_at is None), (where, name)
    return 8 * len(answers)


def check_account_change(policy, invitations, account, now=NOW, where=None):
    """Hold what is announced of an account to summarizing its invitations anew at every instant that might matter."""
    answers = decide_account(policy, invitations, now=now, account=account)
    leaving = {each.sent_at + window for each in invitations if each.sent_at is not None for window in WINDOWS}
    for name, answer in answers.items():
        decision = policy.decisions[name]
        turning = turning_points(decision, read_values(decision, Invitation(), account))
        changes = []
        for instant in sorted(instant for instant in {*leaving, *turning} if instant > now):
            shown = merge_accounts(summarize(invitations, now=instant), account)
            outcome = decide_account(policy, shown, now=instant)[name].outcome
            if outcome != answer.outcome:
                changes.append((instant, outcome))
                break
        assert changes == ([] if answer.changes_at is None else [(answer.changes_at, answer.changes_to)]), (where, name)
