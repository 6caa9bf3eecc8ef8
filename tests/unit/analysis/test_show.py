"""A policy in one file: the same policy, under every setting, with the origin behind every line."""

from __future__ import annotations

import json
import re
from textwrap import dedent

import pytest
import yaml
from builders import policy as build
from builders import refusal
from hypothesis import given, settings
from hypothesis import strategies as st
from locations import ROOT

from invitepolicy import load_policy, parse_policy, with_settings
from invitepolicy._core.policy import Placeholder
from invitepolicy._core.reasons import format_reason, parse_reason
from invitepolicy._read.load import _checked, shipped_names
from invitepolicy._read.resolve import build_policy
from invitepolicy._read.yaml_source import parse_source
from invitepolicy.analysis.show import format_policy
from invitepolicy.cli import main

PARENT = """
    settings:
      wait: {value: 14 days, at_least: 1 day, at_most: forever, about: How long anybody gets., source: "us: #1"}
      part: 30%
      few: 3
    facts: {my_met: clock, my_field: [finance, "no", "a: b"], my_marks: tags}
    decisions:
      withdraw:
        question: Is it time?
        applies_to: {status: pending}
        outcomes: [keep, ask, withdraw]
        details: {withdraw: {where: "My Network, Sent"}, ask: {by: telephone}}
        limits:
          - {rule: stays, when: {tags: ["no", "a, b", vip]}, then: keep, because: "You said: keep #1."}
        rules:
          - rule: they wait long
            when: {sent: at least wait ago, attempts: between few and few, my_field: {not: ["no", "a: b"]}}
            then: withdraw
            because: It is {sent.age} old, and {wait} is enough {{so}} we {my_field}.
          - rule: they ask
            when: {email_requested: given, account_rejected_share: between 10% and part}
            then: ask
            because: They ask.
            details: {by: letter}
        otherwise: {then: keep, because: There is time.}
      standing:
        subject: account
        rules:
          - {rule: many wait, when: {account_pending: more than few}, then: full, because: "{account_pending} wait."}
        otherwise: {then: fine, because: Few wait.}
    promises:
      - {promise: vips are not withdrawn, decision: withdraw, when: {tags: vip}, never: withdraw}
"""
CHILD = """
    title: "on"
    about: "Two lines:\\nand a tab\\t."
    settings: {wait: {about: Our own grounds.}, few: 4, look: 2 days}
    decisions:
      withdraw:
        applies_to: {direction: outgoing}
        without: [they ask]
        rules:
          - rule: they wait longest
            replaces: they wait long
            when: {sent: between look and wait ago}
            then: withdraw
            because: Enough.
        otherwise: {then: ask, because: "Who knows: {wait}?", details: [1, 2.5, null, {"y": true}]}
"""


def shown(policy):
    """Return a policy as one text."""
    return "".join(f"{line}\n" for line in format_policy(policy))


def origins(text):
    """Return each line that has an origin by what stands before it."""
    found = (line.rpartition("  # ") for line in text.splitlines())
    return {said.strip(): origin for said, sign, origin in found if sign}


@pytest.mark.parametrize("name", shipped_names())
def test_a_shipped_policy_in_one_file_is_the_same_policy(name):
    """For us and for programs that read YAML 1.1; nothing is extended, and no line lost."""
    policy = load_policy(name)
    text = shown(policy)
    found = parse_policy(text)

    assert found == policy
    assert (found.title, found.about) == (policy.title, policy.about)
    assert {key: str(setting) for key, setting in found.settings.items()}.keys() == policy.settings.keys()
    assert [setting.about for setting in found.settings.values()] == [
        setting.about for setting in policy.settings.values()
    ]
    assert yaml.safe_load(text) == parse_source(text, "p.yaml").data
    assert len(found._files) == 1


@pytest.mark.parametrize("name", shipped_names())
def test_it_stays_the_same_under_other_settings(name):
    """Names stand where names stood: who edits the file's settings gets what the policy would have become."""
    policy = load_policy(name)
    changed = {
        setting: value * 2 if not isinstance(value, float) else value / 2
        for setting, value in ((key, found.value) for key, found in policy.settings.items())
    }

    once = with_settings(policy, **changed)

    assert with_settings(parse_policy(shown(policy)), **changed) == once
    assert parse_policy(shown(once)) == once


@pytest.mark.parametrize("name", shipped_names())
def test_every_origin_is_where_the_line_stands(name):
    """The named line of the named file begins with the same key, or holds it in braces."""
    policy = load_policy(name)
    lines = {layer.path: (ROOT / "policies" / layer.path).read_text("utf-8").splitlines() for layer in policy._files}
    structure = re.compile(r"\s*(- )?(invitepolicy: 1|[a-z_]+:)|# .*")

    for line in shown(policy).splitlines():
        said, sign, origin = line.rpartition("  # ")
        if not sign:
            assert structure.fullmatch(line), line
            continue
        file, _, number = origin.rpartition(":")
        key = said.strip().removeprefix("- ").partition(":")[0]
        assert key in lines[file][int(number) - 1], line


def test_a_chain_reads_so():
    """Parents folded in, quoted where need be, with each line's own file: this is the form."""
    text = shown(build(PARENT, CHILD, wait="30 days"))

    assert text == dedent(
        """\
        # p, resolved. Fingerprint FINGERPRINT
        invitepolicy: 1
        name: p  # p.yaml:17
        title: "on"  # p.yaml:1
        about: "Two lines:\\nand a tab\\t."  # p.yaml:2
        settings:
          wait:
            value: 30 days  # set by the caller
            at_least: 1 day  # parent1.yaml:2
            at_most: forever  # parent1.yaml:2
            about: Our own grounds.  # p.yaml:3
            source: "us: #1"  # parent1.yaml:2
          part: 30%  # parent1.yaml:3
          few: 4  # p.yaml:3
          look: 2 days  # p.yaml:3
        facts:
          my_met: clock  # parent1.yaml:5
          my_field: [finance, "no", "a: b", unknown]  # parent1.yaml:5
          my_marks: tags  # parent1.yaml:5
        decisions:
          withdraw:
            question: Is it time?  # parent1.yaml:8
            applies_to:
              direction: outgoing  # p.yaml:6
              status: pending  # parent1.yaml:9
            outcomes: [keep, ask, withdraw]  # parent1.yaml:10
            details:
              withdraw: {where: "My Network, Sent"}  # parent1.yaml:11
              ask: {by: telephone}  # parent1.yaml:11
            limits:
              - rule: stays  # parent1.yaml:13
                when:
                  tags: ["a, b", "no", vip]  # parent1.yaml:13
                then: keep  # parent1.yaml:13
                because: "You said: keep #1."  # parent1.yaml:13
            rules:
              - rule: they wait longest  # p.yaml:9
                when:
                  sent: between look and wait ago  # p.yaml:11
                then: withdraw  # p.yaml:12
                because: "Enough."  # p.yaml:13
            otherwise:
              then: ask  # p.yaml:14
              because: "Who knows: {wait}?"  # p.yaml:14
              details: [1, 2.5, null, {"y": true}]  # p.yaml:14
          standing:
            subject: account  # parent1.yaml:26
            outcomes: [full, fine]
            rules:
              - rule: many wait  # parent1.yaml:28
                when:
                  account_pending: more than few  # parent1.yaml:28
                then: full  # parent1.yaml:28
                because: "{account_pending} wait."  # parent1.yaml:28
            otherwise:
              then: fine  # parent1.yaml:29
              because: "Few wait."  # parent1.yaml:29
        promises:
          - promise: vips are not withdrawn  # parent1.yaml:31
            decision: withdraw  # parent1.yaml:31
            when:
              tags: vip  # parent1.yaml:31
            never: [withdraw]  # parent1.yaml:31
        """
    ).replace("FINGERPRINT", build(PARENT, CHILD, wait="30 days").fingerprint)


def test_the_parent_by_itself_keeps_its_tests_and_braces():
    """A count between two settings, a doubled brace, an age, and the details of one rule alone."""
    policy = build(PARENT)
    text = shown(policy)

    assert parse_policy(text) == policy
    assert "attempts: between few and few  # " in text
    assert 'because: "It is {sent.age} old, and {wait} is enough {{so}} we {my_field}."  # ' in text
    assert "details: {by: letter}  # " in text
    assert "value: 2 weeks  # p.yaml:2" in text


def test_the_smallest_policy():
    """A policy that asks nothing is three lines."""
    assert shown(build("settings: {}")).splitlines()[1:] == ["invitepolicy: 1", "name: p  # p.yaml:3"]


def test_rules_at_one_place_of_two_files_are_distinguished():
    """Files in two folders may have one name: the reason shown is the one that decides."""

    def file(path, wait, **more):
        rule = {"rule": "one", "when": {"tags": "x"}, "then": "a", "because": f"We wait {wait}.", **more}
        decision = {"rules": [rule], "otherwise": {"then": "a", "because": "x"}}
        body = {"invitepolicy": 1, "name": "p", "settings": {"wait": "2 weeks"}, "decisions": {"d": decision}}
        return parse_source(json.dumps(body), path)

    policy = build_policy([file("a/p.yaml", "long"), file("b\\p.yaml", "{wait}", replaces="one")], {})

    assert parse_policy(shown(policy)) == policy
    assert [line.strip() for line in shown(policy).splitlines() if "because" in line] == [
        'because: "We wait {wait}."  # p.yaml:1',
        'because: "x"  # p.yaml:1',
    ]


def test_a_reason_that_a_child_made_ambiguous_is_shown_filled():
    """A child's setting stands bare in a parent's text: the file says so when it is read."""
    parent = 'decisions: {d: {otherwise: {then: a, because: "Say so_much."}}}'
    child = """
        settings: {so_much: 1 day}
        decisions: {d: {rules: [{rule: r, when: {sent: at least so_much ago}, then: a, because: x}]}}
    """
    policy = build(parent, child)

    text = shown(policy)

    assert 'because: "Say so_much."' in text
    assert [problem.code for problem in refusal(parse_policy, text)] == ["placeholder"]


def test_two_lines_about_one_fact_cannot_be_said_in_one_file():
    """A parent's and a child's `applies_to` on one fact: both are shown, and reading the file says that."""
    decision = "decisions: {d: {applies_to: {status: %s}, outcomes: [a], otherwise: {then: a, because: x}}}"
    policy = build(decision % "[pending, accepted]", decision % "[accepted, draft]")

    text = shown(policy)

    assert "# Both conditions on one fact must hold. They come from two files; one file cannot express this." in text
    assert "status: [accepted, pending]  # parent1.yaml:1" in text
    assert "status: [accepted, draft]  # p.yaml:1" in text
    (problem,) = refusal(parse_policy, text)
    assert problem.what == "“status” is given twice"


def test_a_file_s_odd_name_stays_in_its_comment(tmp_path):
    """A line break or an escape in the name of a file does not leave the comment."""
    path = tmp_path / "a\nname: evil\x1b[31m # .yaml"
    path.write_text("invitepolicy: 1\nname: p\ntitle: T\n", encoding="utf-8")

    text = shown(load_policy(path))

    assert text.splitlines()[1:] == [
        "invitepolicy: 1",
        "name: p  # a\\nname: evil\\x1b[31m # .yaml:2",
        "title: T  # a\\nname: evil\\x1b[31m # .yaml:3",
    ]
    assert parse_policy(text) == load_policy(path)


# a law

_LETTERS = st.sampled_from([*"ab Z:#{}[]\"'\\,&*!|>%@`-?~.09_\n\t", "ü", "雪", "😀", "\u200b", "\u0301"])
_ODD = st.one_of(
    st.text(_LETTERS, max_size=12), st.sampled_from(["no", "On", "y", "true", "null", "3", "1_0", "22:00"])
)
_NAMED = _ODD.filter(str.strip)
_REASONS = st.lists(
    st.one_of(
        _ODD.map(lambda text: text.replace("{", "{{").replace("}", "}}")),
        st.sampled_from(["{wait}", "{few}", "{part}", "{sent}", "{sent.age}", "{my_field}", "{note_length}"]),
    ),
    min_size=1,
).map("".join).filter(str.strip)  # fmt: skip
_DATA = st.recursive(
    st.one_of(st.booleans(), st.integers(-99, 10**17), _ODD),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_ODD, inner, max_size=3)),
    max_leaves=5,
)
_WHEN = st.fixed_dictionaries(
    {},
    optional={
        "sent": st.sampled_from(["at least wait ago", "less than 90 minutes ago", "between 1 day and wait ago"]),
        "note_length": st.sampled_from(["at least few", "between few and few", 3, "3", "missing", "more than 2"]),
        "account_rejected_share": st.sampled_from(["at most part", "12.5 %", "between part and 90%"]),
        "email_requested": st.sampled_from([True, False, "given"]),
        "relationship": st.sampled_from(["known", ["known", "logical"], {"not": "stranger"}]),
        "tags": st.one_of(_NAMED, st.lists(_NAMED, min_size=1, unique=True).map(lambda words: {"not": words})),
    },
).filter(bool)
_THEN = st.sampled_from(["keep", "ask"])
_RULES = st.lists(
    st.fixed_dictionaries({"when": _WHEN, "then": _THEN, "because": _REASONS}, optional={"details": _DATA}), max_size=3
)


@st.composite
def _decisions(draw, names):
    limits, rules = draw(_RULES), draw(_RULES)
    for rule in (*limits, *rules):
        rule["rule"] = draw(_NAMED.filter(lambda name: name not in names))
        names.add(rule["rule"])
    decision = {"limits": limits, "rules": rules, "otherwise": {"then": draw(_THEN), "because": draw(_REASONS)}}
    if draw(st.booleans()):
        decision["details"] = draw(st.dictionaries(_THEN, _DATA, max_size=2))
    if draw(st.booleans()):
        decision["question"] = draw(_ODD) + "?"
    return decision


@st.composite
def _policies(draw):
    names = set()
    parent = {
        "invitepolicy": 1,
        "name": "parent",
        "settings": {"wait": draw(st.sampled_from(["14 days", "forever", "0 days"])), "few": 3, "part": "33.3%"},
        "facts": {"my_field": draw(st.lists(_NAMED, min_size=1, unique=True)), "my_met": "clock"},
        "decisions": {"d": {"outcomes": ["keep", "ask"], **draw(_decisions(names))}},
    }
    child = {
        "invitepolicy": 1,
        "name": "p",
        "title": draw(_ODD),
        "about": draw(_ODD),
        "settings": {"few": {"value": draw(st.integers(0, 9)), "about": draw(_ODD), "source": draw(_ODD)}},
        "decisions": {"d": draw(_decisions(names))},
    }
    overrides = draw(st.sampled_from([{}, {"part": 0.1}, {"wait": "3 days"}]))
    files = [
        _checked(parse_source(json.dumps(data, ensure_ascii=False), f"{data['name']}.yaml")) for data in (parent, child)
    ]
    return build_policy(files, overrides)


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(_policies(), st.sampled_from([{}, {"wait": "5 days", "few": 2}, {"part": "1%", "wait": "forever"}]))
def test_any_policy_in_one_file_is_the_same_policy(policy, values):
    """Whatever its texts are made of, now and under other settings; and a second time nothing changes."""
    text = shown(policy)
    found = parse_policy(text)

    assert found == policy
    assert (found.title, found.about) == (policy.title, policy.about)
    assert with_settings(found, **values) == with_settings(policy, **values)
    assert yaml.safe_load(text) == parse_source(text, "p.yaml").data
    assert parse_policy(shown(found)) == policy


@pytest.mark.parametrize("reason", [(), ("a {b} }",), (Placeholder("sent"), " { ", Placeholder("sent", age=True))])
def test_a_reason_is_written_as_it_is_read(reason):
    """With its braces doubled, and a fact's age behind a dot."""
    facts = load_policy("linkedin").decisions["withdraw"].facts

    assert parse_reason(format_reason(reason), {}, {fact.name: fact for fact in facts}) == reason


# the command


def test_the_list_has_a_line_or_two_each(capsys, monkeypatch):
    """The name, title and what it is about, wrapped to the width of the terminal."""
    monkeypatch.setenv("COLUMNS", "80")

    assert main(["show"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if not line.startswith(" ")] == shipped_names()
    assert any("The considerate trainer. Withdraw what was seen" in line for line in lines)
    assert max(map(len, lines)) <= 80


def test_the_list_has_bold_names_where_that_is_asked_for(capsys):
    """And nothing else changes."""
    main(["show", "--color", "always"])
    colored = capsys.readouterr().out
    main(["show", "--color", "never"])

    assert "\x1b[1mfaq\x1b[0m" in colored
    assert re.sub(r"\x1b\[\dm", "", colored) == capsys.readouterr().out


def test_the_list_as_data(capsys):
    """An object each, with the fingerprint."""
    assert main(["show", "--format", "json"]) == 0

    found = json.loads(capsys.readouterr().out)
    assert [each["name"] for each in found] == shipped_names()
    assert all(each["fingerprint"] == load_policy(each["name"]).fingerprint for each in found)
    assert {*found[0]} == {"name", "title", "about", "fingerprint"}


def test_a_policy_is_printed_with_other_settings(capsys):
    """What comes out is the policy that decides."""
    assert main(["show", "faq", "--set", "longest_wait=30 days"]) == 0

    out = capsys.readouterr().out
    assert parse_policy(out) == with_settings(load_policy("faq"), longest_wait="30 days")
    assert "value: 30 days  # set by the caller" in out


def test_a_policy_as_data(capsys):
    """Settings, decisions and promises with their places."""
    assert main(["show", "faq", "--format", "json"]) == 0

    found = json.loads(capsys.readouterr().out)
    assert found["settings"]["resend_lock"] | {"about": "", "source": ""} == {
        "kind": "duration", "value": "3 weeks", "at_least": "3 weeks", "at_most": None,
        "about": "", "source": "", "place": "faq.yaml:21",
    }  # fmt: skip
    rule = found["decisions"]["withdraw"]["rules"][1]
    assert rule == {
        "rule": "nobody waits forever",
        "limit": False,
        "when": [{"fact": "sent", "test": "at least longest_wait ago", "place": "faq.yaml:39"}],
        "then": "withdraw",
        "because": "No invitation hangs around for more than 2 weeks.",
        "details": {"where": "My Network, Manage, Sent"},
        "place": "faq.yaml:37",
    }
    assert found["decisions"]["standing"]["subject"] == "account"
    assert found["promises"][0]["only"] == ["not_yet", "give_up"]
    assert found["facts"] == {}


def test_into_a_file_but_never_over_what_is_shown(tmp_path, capsys):
    """The file appears whole; the policy itself and its parents are not overwritten."""
    mine = tmp_path / "mine.yaml"
    mine.write_text("invitepolicy: 1\nname: mine\nextends: faq\nfacts: {my_met: clock}\n", encoding="utf-8")

    assert main(["show", str(mine), "-o", str(tmp_path / "whole.yaml")]) == 0
    assert load_policy(tmp_path / "whole.yaml") == load_policy(mine)
    assert main(["show", str(mine), "-o", str(mine)]) == 2
    assert "is also an input" in capsys.readouterr().err
    assert mine.read_text("utf-8").count("\n") == 4


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--set", "longest_wait=1 week"], "--set and --timetable need a POLICY"),
        (["faqs"], "there is no shipped policy “faqs”; did you mean “faq”?"),
        (["faq", "--set", "longst_wait=1 week"], "did you mean “longest_wait”?"),
        (["none/p.yaml"], "there is no file “none/p.yaml”"),
    ],
)
def test_what_cannot_be_shown_ends_with_2(arguments, words, capsys):
    """With the remedy, and nothing on stdout."""
    assert main(["show", *arguments]) == 2

    out, err = capsys.readouterr()
    assert out == ""
    assert words in err
