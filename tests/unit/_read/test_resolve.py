"""Data to a policy: parents folded in, settings put in, tests read; or every problem of the first file that has any."""

from __future__ import annotations

from datetime import timedelta

import pytest
from builders import codes, lines, messages, policy

from invitepolicy import load_policy, parse_policy

DAY = timedelta(days=1)
BODY = lines(
    """
    title: A title
    about: About it.
    settings: {wait: {value: 2 weeks, at_least: 1 week}, few: 3}
    facts: {my_met: clock}
    decisions:
      d:
        applies_to: {status: pending, direction: outgoing, sent: given}
        outcomes: [keep, leave]
        details: {leave: {where: here}}
        rules:
          - {rule: one, when: {sent: at least wait ago, activity: daily}, then: leave, because: "{answered} {wait}."}
          - {rule: two, when: {attempts: between few and 9}, then: leave, because: b, details: own}
          - {rule: three, when: {my_met: less than 3 days ago}, then: keep, because: b}
        otherwise: {then: keep, because: "{note_length}"}
    promises: [{promise: p, decision: d, when: {sent: less than wait ago}, never: leave}]
    tests: [{test: a, given: {sent_at: 1 day ago}, expect: {d: keep}}]
    """
)


def test_a_policy_has_all_that_its_file_says():
    """Texts, settings, facts, decisions, promises, tests, and the files it came from."""
    found = policy(BODY)

    assert (found.name, found.title, found.about) == ("p", "A title", "About it.")
    assert (list(found.settings), list(found.facts), list(found.decisions)) == (["wait", "few"], ["my_met"], ["d"])
    assert ([promise.name for promise in found.promises], [test.name for test in found.tests]) == (["p"], ["a"])
    assert [layer.path for layer in found._files] == ["p.yaml"]


def test_texts_are_empty_where_none_are_given():
    """Not missing."""
    assert (policy("").title, policy("title: \n").about) == ("", "")


def test_values_of_settings_are_put_into_lines_reasons_and_promises():
    """With the setting's name beside them; the reason keeps its facts."""
    found = policy(BODY, wait="3 weeks", few=4)
    one, two, three = found.decisions["d"].rules

    assert (one.when[0].operator.low.value, one.when[0].operator.low.setting) == (21 * DAY, "wait")
    assert (two.when[0].operator.low.value, two.when[0].operator.high.value) == (4, 9)
    assert three.when[0].operator.high.setting is None
    assert "".join(map(str, one.because[1:])) == " 3 weeks."
    assert found.promises[0].when[0].operator.high.value == 21 * DAY
    assert found.overrides == {"wait": "3 weeks", "few": 4}


def test_details_of_an_outcome_are_a_default():
    """A rule's own win."""
    found = policy(BODY).decisions["d"]

    assert [rule.details for rule in found.rules] == [{"where": "here"}, "own", None]


def test_a_decision_names_its_facts_in_one_order():
    """Those of lines and of reasons, each once; `applies_to` stands in the same order."""
    found = policy(BODY).decisions["d"]

    assert {fact.name for fact in found.facts} == {
        "direction", "status", "activity", "sent", "answered", "note_length", "attempts", "my_met",
    }  # fmt: skip
    order = [fact.name for fact in found.facts]
    assert [line.fact for line in found.applies_to] == sorted(["status", "direction", "sent"], key=order.index)


def test_tests_belong_to_the_file_that_states_them():
    """A parent's are not run on a child, nor any once settings are overridden."""
    assert policy(BODY, "").tests == ()
    assert policy(BODY, wait="3 weeks").tests == ()


def test_a_file_that_is_wrong_hides_what_its_children_say():
    """One mistake, one message; the place is that in the parent."""
    assert [line.partition(": ")[0] for line in messages("settings: {a: 1 month}\n", "settings: {b: 1 month}\n")] == [
        "parent1.yaml:1:15"
    ]
    assert messages("", "settings: {a: 1 month}\n", "nonsense: 1\n")[0].startswith("parent2.yaml:1:15: ")


def test_problems_of_tests_are_told_with_no_others():
    """They are read against the resolved policy."""
    assert codes(BODY.replace("d: keep", "d: kep")) == [(16, 60, "outcome")]
    assert messages(BODY.replace("d: keep", "d: kep"))[0].startswith("p.yaml:16:60: ")


@pytest.mark.parametrize(
    ("overrides", "problem"),
    [
        ({"wiat": "3 weeks"}, "<settings>:1:1: there is no setting “wiat”; did you mean “wait”?"),
        ({"zebra": 1}, "<settings>:1:1: there is no setting “zebra”; the settings are wait and few"),
        (
            {"wait": "1 month"},
            "<settings>:1:1: “wait”: “1 month” has no fixed length; write 30 days or 4 weeks",
        ),
        (
            {"wait": "6 days"},
            "<settings>:1:1: “wait” may not be less than 1 week, and “6 days” is; write 1 week or more",
        ),
        (
            {"few": 2.5},
            "<settings>:1:1: “few” counts something, and “2.5” is not a whole number; write a whole number",
        ),
        ({"few": 2 * DAY}, "<settings>:1:1: “few” is a number, and “2 days” is not; write a number, such as 20"),
    ],
)
def test_overridden_settings_are_checked_again(overrides, problem):
    """Names, kinds and bounds, in the words for a file; there is no place to show."""
    assert messages(BODY, **overrides) == [problem]


def test_each_overridden_setting_is_told_with_its_code():
    """Whatever is wrong with those before it; programs may go by the code."""
    overrides = {"wiat": "3 weeks", "few": 2 * DAY, "zebra": 1, "wait": "1 month"}

    assert codes(BODY, **overrides) == [(1, 1, code) for code in ("setting", "setting", "kind", "quantity")]


def test_policies_of_two_names_are_two():
    """What is asked for by name is not distinguished by what it says alone."""
    one, other = (parse_policy(f"invitepolicy: 1\nname: {name}\n") for name in "pq")

    assert one != other
    assert one.fingerprint != other.fingerprint


def test_a_chain_of_three_files_in_folders_of_their_own(tmp_path):
    """The oldest parent comes first, a shipped one too; each file's path is its own."""
    (tmp_path / "team").mkdir()
    (tmp_path / "team" / "base.yaml").write_text(
        "invitepolicy: 1\nname: base\nextends: linkedin\nsettings: {resend_lock: 4 weeks}\n", encoding="utf-8"
    )
    (tmp_path / "team" / "ours.yaml").write_text(
        "invitepolicy: 1\nname: ours\nextends: ./base.yaml\nsettings: {note_limit: 250}\n", encoding="utf-8"
    )
    path = tmp_path / "mine.yaml"
    path.write_text(
        "invitepolicy: 1\nname: mine\nextends: ./team/ours.yaml\nsettings: {note_limit: 200}\n", encoding="utf-8"
    )

    found = load_policy(path)

    assert [layer.data["name"] for layer in found._files] == ["linkedin", "base", "ours", "mine"]
    assert found.settings["resend_lock"].value == 28 * DAY
    assert found.settings["note_limit"].value == 200
    assert found.decisions["resend"].rules[0].because[0].endswith("up to 4 weeks after a withdrawal, and yours was on ")


def test_a_text_alone_is_built_too():
    """The shortest policy answers nothing."""
    assert parse_policy("invitepolicy: 1\nname: p\n").decisions == {}
