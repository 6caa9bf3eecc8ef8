"""What lint says: exactly what looking at every cell finds, and of each faulty policy exactly what its head expects."""

from __future__ import annotations

import random
import re

import pytest
from builders import policy
from locations import DATA
from small_laws import COMPARED, check_lint
from small_policies import FACTS_OF, LAWS, all_lines, records_of, small_policies, some_lines

from invitepolicy import decide, decide_account, load_policy, parse_policy
from invitepolicy._core.policy import STANDING
from invitepolicy._decide.rules import evaluate, evaluate_all
from invitepolicy._read.load import shipped_names
from invitepolicy.analysis.lint import lint_policy
from invitepolicy.analysis.lint import rules as lint_rules

FAULTY = sorted((DATA / "faulty").glob("*.yaml"))


@pytest.mark.slow
def test_lint_finds_what_looking_at_every_cell_finds():
    """On random policies of at most 500 cells there is no false finding and no miss."""
    for seed, small in small_policies(LAWS):
        check_lint(small, seed)


@pytest.mark.slow
def test_each_witness_shows_its_finding():
    """The record of a finding, decided by the plain reading, does what is said of it."""
    for seed, small in small_policies(200, start=50_000):
        decision = small.decisions["d"]
        by_place = {rule.place: rule for rule in decision.rules}
        for finding in lint_policy(small):
            if finding.witness is not None:
                witness = finding.witness
                answer = decide(small, witness.invitation, now=witness.now, account=witness.account)["d"]
                if finding.code == "undetermined":
                    assert re.search("where “(.*)” is", finding.what)[1] in answer.needs, seed
                elif finding.code == "otherwise-withdraws":
                    assert (answer.outcome, answer.rule) == ("withdraw", None), seed
                else:
                    assert answer.rule == by_place[finding.place].name, seed


@pytest.mark.slow
def test_a_promise_is_idle_where_no_record_that_it_speaks_of_is_decided():
    """Looking at every cell: no record fits, the decision never applies, or every outcome is allowed."""
    for seed, small in small_policies(LAWS):
        promise, decision = small.promises[0], small.decisions["d"]
        outcomes = [
            evaluate(decision, values, STANDING).outcome
            for values in records_of(all_lines(small), small.facts)
            if evaluate_all(promise.when, values, STANDING)
        ]
        idle = not outcomes or (
            set(outcomes) <= {"not_applicable", "undetermined"}
            and all(
                any(evaluate_all([line], values, STANDING) is not True for line in decision.applies_to)
                for values in records_of(all_lines(small), small.facts)
                if evaluate_all(promise.when, values, STANDING)
            )
            and "undetermined" not in promise.outcomes
        )
        codes = {finding.code for finding in lint_policy(small)}
        assert ("idle-promise" in codes) is idle, seed


@pytest.mark.parametrize("path", FAULTY, ids=[path.stem for path in FAULTY])
def test_a_faulty_policy_gets_exactly_the_findings_of_its_head(path):
    """The first comment lines of each file are the findings, word for word and in order."""
    head = [line[2:] for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("# ")]

    findings = lint_policy(load_policy(path))

    assert [f"{one.level} {one.code} {one.place}: {one.what}" for one in findings] == head


def test_there_are_enough_faulty_policies():
    """At least 25 of them, and every code is among what they expect."""
    codes = {finding.code for path in FAULTY for finding in lint_policy(load_policy(path))}

    assert len(FAULTY) >= 25
    assert codes == {
        *COMPARED, "covered", "idle-setting", "idle-fact", "idle-promise", "unused-outcome",
    }  # fmt: skip


@pytest.mark.parametrize("name", shipped_names())
def test_a_finding_of_a_shipped_policy_has_a_place_in_it(name):
    """Findings are sorted, warnings first, and none speaks of a file that is not in the chain."""
    shipped = load_policy(name)
    files = {document.path for document in shipped._files}

    findings = lint_policy(shipped)

    assert [finding.level for finding in findings] == sorted((f.level for f in findings), reverse=True)
    assert {finding.place.file for finding in findings} <= files
    for finding in findings:
        witness = finding.witness
        if finding.code == "undetermined":
            answers = {
                **decide(shipped, witness.invitation, now=witness.now, account=witness.account),
                **decide_account(shipped, witness.account, now=witness.now),
            }
            assert answers[finding.what.split("”")[0][1:]].outcome == "undetermined"


def test_too_many_regions_are_reported():
    """Where too many rules overlap, lint reports that instead of guessing."""
    tags = ", ".join(f"t{number}" for number in range(40))
    other = ", ".join(f"u{number}" for number in range(40))
    text = f"""
        facts: {{my_a: tags}}
        decisions:
          d:
            question: a?
            rules:
              - rule: any of many
                when: {{tags: [{tags}], my_a: [{other}]}}
                then: x
                because: b
            otherwise: {{then: y, because: b}}
    """

    (finding,) = lint_policy(policy(text))

    assert (finding.level, finding.code) == ("warning", "unproven")
    assert finding.what == "“d”: too many overlapping rules to analyse"


def test_a_reason_uses_a_setting():
    """A setting that only a reason names is in use."""
    text = """
        settings: {wait: 3 days}
        decisions:
          d:
            question: a?
            rules:
              - {rule: r, when: {email_requested: true}, then: x, because: "after {wait}"}
            otherwise: {then: y, because: "not before {wait}"}
    """

    assert [finding.code for finding in lint_policy(policy(text)) if finding.level == "warning"] == []


def test_a_rule_that_is_too_hard_hides_no_other(monkeypatch):
    """What can be proven of the other rules is said; the ones that cannot are named."""
    monkeypatch.setattr(lint_rules, "_BUDGET_PER_RULE", 2)
    text = """
        decisions:
          d:
            question: a?
            rules:
              - {rule: easy, when: {direction: outgoing}, then: x, because: b}
              - {rule: again, when: {direction: outgoing}, then: x, because: b}
              - {rule: s, when: {relationship: stranger}, then: y, because: b}
              - {rule: t, when: {activity: daily}, then: z, because: b}
              - {rule: u, when: {attempts: 3}, then: x, because: b}
              - {rule: v, when: {email_requested: true}, then: y, because: b}
            otherwise: {then: y, because: b}
    """

    findings = [finding for finding in lint_policy(policy(text)) if finding.level == "warning"]

    assert [(finding.code, finding.place.line) for finding in findings] == [("unproven", 5), ("unreached", 6)]
    assert findings[0].what == ("“d”: too many rules overlap with “easy”, “s”, “t” and others to analyse them all")


@pytest.mark.slow
def test_a_decision_of_400_rules_is_linted_within_the_bound():
    """However many rules overlap: what takes too long is reported as unproven, and the rest is found."""
    rng = random.Random(4)  # noqa: S311  (a seeded test is the point)
    facts = [fact for fact in dict.fromkeys(FACTS_OF) if not fact.startswith("my_")][:12]
    rules = "\n".join(
        f"{' ' * 14}- {{rule: r{number}, when: {some_lines(rng, facts)}, then: {rng.choice('xyz')}, because: b}}"
        for number in range(400)
    )
    text = f"""
        settings: {{short: 1 day, long: 3 days, never: forever, few: 1, some: 30%}}
        decisions:
          d:
            question: a?
            rules:
{rules}
            otherwise: {{then: y, because: b}}
    """

    findings = lint_policy(policy(text))

    assert {"unproven", "unreached", "order"} <= {finding.code for finding in findings}


def test_four_lines_have_no_findings():
    """A style that only sets values has no findings about its parent's decisions."""
    style = parse_policy("invitepolicy: 1\nname: mine\nextends: faq\nsettings: {longest_wait: 30 days}\n")

    assert lint_policy(style) == ()


def test_thresholds_are_compared_with_those_of_a_single_rule_only():
    """Where it takes two rules to cover a third, neither threshold alone says why it is never reached."""
    covered = parse_policy("""
invitepolicy: 1
name: p
settings: {a: 3 days, b: 5 days}
decisions:
  d:
    question: q?
    outcomes: [x, y, z]
    rules:
      - {rule: one, when: {sent: less than b ago}, then: x, because: t}
      - {rule: two, when: {sent: at least b ago}, then: y, because: t}
      - {rule: three, when: {sent: at least a ago}, then: z, because: t}
    otherwise: {then: x, because: t}
""")

    (finding,) = (finding for finding in lint_policy(covered) if finding.code == "unreached")
    assert "shorter" not in finding.what
    assert "“one” and “two”" in finding.what
