"""The schema that editors show: what it says, what it refuses by itself, and that it never refuses a good policy."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import attrs
import pytest
from builders import lines
from jsonschema import Draft7Validator, Draft202012Validator
from locations import ROOT
from referencing import Registry

from invitepolicy import Account, Invitation, PolicyError
from invitepolicy._core.facts import BASES, FACTS, OWN_KINDS, SUBJECTS
from invitepolicy._core.resources import resource_folder
from invitepolicy._read.load import shipped_names
from invitepolicy._read.resolve import build_policy
from invitepolicy._read.schema import read_schema
from invitepolicy._read.yaml_source import parse_source

SCHEMA = read_schema()
VALIDATOR = Draft202012Validator(SCHEMA, registry=Registry())
OLDER = Draft7Validator(SCHEMA, registry=Registry())
SAME_IN_BOTH = {
    "$schema", "$ref", "$defs", "title", "description", "type", "properties", "patternProperties", "propertyNames",
    "additionalProperties", "required", "minProperties", "items", "minItems", "uniqueItems", "enum", "const",
    "pattern", "minLength", "minimum", "if", "then", "else", "allOf", "anyOf", "not",
}  # fmt: skip
BY_NAME = ("properties", "patternProperties", "$defs")
POLICY = lines(
    """
    invitepolicy: 1
    name: mine
    extends: faq
    decisions:
      withdraw:
        rules:
          - rule: a
            when: {LINE}
            then: withdraw
            because: b
    """
)


def parts(schema, path=()):
    """Return every schema inside a schema with its path."""
    yield path, schema
    for keyword, inside in schema.items():
        match inside:
            case dict() if keyword in BY_NAME:
                for name, part in inside.items():
                    yield from parts(part, (*path, keyword, name))
            case dict():
                yield from parts(inside, (*path, keyword))
            case list() if keyword in ("allOf", "anyOf"):
                for index, part in enumerate(inside):
                    yield from parts(part, (*path, keyword, index))


PARTS = list(parts(SCHEMA))


def accepts(data):
    """Return whether the schema takes the data; both drafts must agree."""
    found = VALIDATOR.is_valid(data)
    assert OLDER.is_valid(data) is found
    return found


def accepts_text(text):
    """Return whether the schema takes a policy's text."""
    return accepts(parse_source(text, "p.yaml").data)


# what it says


@pytest.mark.parametrize("draft", [Draft202012Validator, Draft7Validator])
def test_it_is_a_schema_of_both_drafts(draft):
    """Editors know the older one better."""
    draft.check_schema(SCHEMA)


def test_it_uses_only_what_both_drafts_read_alike():
    """No other keyword, nothing beside a reference, which the older draft would not see, and no `oneOf`."""
    for path, part in PARTS:
        assert part.keys() <= SAME_IN_BOTH, path
        assert "$ref" not in part or len(part) == 1, path


def test_every_reference_leads_somewhere():
    """And every definition is used."""
    used = {part["$ref"].removeprefix("#/$defs/") for _, part in PARTS if "$ref" in part}

    assert used == SCHEMA["$defs"].keys()


def test_every_property_is_described():
    """By itself or by what it refers to, in a sentence that ends in a full stop."""
    for path, part in PARTS:
        while "$ref" in part:
            part = SCHEMA["$defs"][part["$ref"].removeprefix("#/$defs/")]  # noqa: PLW2901  (followed to its end)
        if len(path) > 1 and path[-2] in ("properties", "patternProperties"):
            assert part["description"].endswith("."), path
        assert not re.search(r"\bschema|\bstring|\bobject|\barray|\binteger", part.get("description", "")), path


def test_every_mapping_of_the_language_is_closed():
    """What has named properties takes no others."""
    for path, part in PARTS:
        if "properties" in part and path[-1:] != ("else",):
            assert part.get("additionalProperties") is False, path


def test_its_patterns_end_where_the_text_ends():
    """A line break at the end is not overlooked, nor is any but the ten digits a digit."""
    for path, part in PARTS:
        for pattern in (part.get("pattern", ""), *part.get("patternProperties", ())):
            assert r"\d" not in pattern, path
            assert pattern in ("", r"\S") or pattern.endswith(("$", r"$(?!\n)")), path


def words_of(part):
    """Return the words of a choice's test."""
    return tuple(part["anyOf"][0]["enum"])


def test_its_facts_and_words_are_those_of_the_language():
    """In the same order, each tested by its kind."""
    facts = SCHEMA["$defs"]["conditions"]["properties"]

    assert list(facts) == list(FACTS)
    for name, fact in FACTS.items():
        if fact.kind == "choice":
            assert words_of(facts[name]) == fact.words
        else:
            assert facts[name]["allOf"] == [{"$ref": f"#/$defs/{fact.kind}_test"}]


def test_its_fields_are_those_of_a_record():
    """Of an invitation under `given`, of an account under `account`, with the words of each."""
    test = SCHEMA["$defs"]["test"]["properties"]
    given, account = test["given"]["properties"], test["account"]["properties"]

    assert list(given) == [field.name for field in attrs.fields(Invitation)]
    assert list(account) == [field.name for field in attrs.fields(Account)]
    assert tuple(given["status_basis"]["enum"]) == BASES
    for fact in FACTS.values():
        field = (given if fact.subject == "invitation" else account)[fact.field]
        if fact.kind == "choice":
            assert tuple(field["enum"]) == fact.words
        assert "null" in field["type"] if fact.kind == "clock" else "null" not in field.get("type", ())


def test_its_kinds_and_subjects_are_those_of_the_language():
    """Of own facts, and of decisions."""
    assert tuple(SCHEMA["properties"]["facts"]["additionalProperties"]["else"]["enum"]) == OWN_KINDS
    assert tuple(SCHEMA["$defs"]["decision"]["properties"]["subject"]["enum"]) == SUBJECTS


# what it refuses by itself


@pytest.mark.parametrize(
    "line",
    [
        "activity: dayly",
        "activity: [daily, weakly]",
        "activity: {not: dayly}",
        "activty: daily",
        "sent: more than 3 weeks ago",
        "sent: at most 3 weeks ago",
        "sent: at least 3 weeks",
        "sent: at least three weeks ago",
        "sent: at least 1 month ago",
        "sent: 3 weeks ago",
        'sent: "at least {longest_wait} ago"',
        "sent: 21",
        "email_requested: yes",
        "has_note: 1",
        "attempts: many",
        "attempts: 1.5",
        "attempts: at least 3 ago",
        "account_rejected_share: 0.4",
        "account_rejected_share: at least 40",
        "tags: 7",
        "tags: []",
        "sent: ",
    ],
)
def test_an_editor_underlines_a_wrong_line(line):
    """Without the library: a word, a fact, a comparison, a unit."""
    assert not accepts_text(POLICY.replace("LINE", line))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("extends:", "extnds:"),
        ("rules:", "rule:"),
        ("when:", "if:"),
        ("{LINE}", "{}"),
        ("{LINE}", ""),
        ("{LINE}", "[LINE]"),
        ("then: withdraw", "then: Withdraw it"),
        ("name: mine", "name: My Style"),
        ("invitepolicy: 1", "invitepolicy: 2"),
        ("because: b", "because: "),
        ("        because: b\n", ""),
    ],
)
def test_an_editor_underlines_a_wrong_form(right, wrong):
    """Keys, kinds, names, what is missing and what is empty."""
    assert right in POLICY
    assert not accepts_text(POLICY.replace(right, wrong).replace("LINE", "activity: daily"))


@pytest.mark.parametrize("key", ["settings", "facts", "decisions", "promises", "tests"])
def test_the_five_lists_may_be_empty(key):
    """As they are while somebody writes."""
    assert accepts_text(f"invitepolicy: 1\nname: mine\n{key}:\n")


@pytest.mark.parametrize("field", SCHEMA["$defs"]["test"]["properties"]["given"]["properties"])
def test_only_an_instant_of_a_record_may_be_empty(field):
    """An empty one is not known; of anything else an empty value says nothing."""
    data = {
        "invitepolicy": 1,
        "name": "p",
        "tests": [{"test": "a", "given": {field: None}, "expect": {"note": "good"}}],
    }

    assert accepts(data) is field.endswith("_at")


# what it takes


@pytest.mark.parametrize("name", shipped_names())
def test_it_takes_every_shipped_policy(name):
    """They are loaded without it."""
    assert accepts_text(Path(resource_folder("policies"), f"{name}.yaml").read_text(encoding="utf-8"))


BLOCKS = [
    (path.name, block)
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
    for block in re.findall(r"```yaml\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)
    if block.startswith(("invitepolicy:", "#")) and "\nname:" in block
]


@pytest.mark.parametrize(("page", "block"), BLOCKS)
def test_it_takes_every_policy_of_the_pages(page, block):
    """What a reader copies is not underlined."""
    assert accepts_text(block)


PARENT = lines(
    """
    invitepolicy: 1
    name: parent
    facts: {my_trade: [finance, health], my_lists: tags, my_met: clock, my_count: count, my_flag: flag, my_share: share}
    settings: {long: 2 weeks, never: forever, few: 3, part: 30%, bounded: {value: 3 days, at_least: 1 day}}
    decisions:
      d:
        question: What?
        outcomes: [keep, wait, leave]
        rules:
          - {rule: old, when: {sent: at least long ago}, then: leave, because: "{long}."}
          - {rule: older, when: {attempts: at least few}, then: wait, because: b}
        otherwise: {then: keep, because: o}
    """
)
DURATIONS = (
    "3 weeks",
    "1 day",
    "0 days",
    "90  minutes",
    "long",
    "bounded",
    "never",
    "forever",
    "1 month",
    "3weeks",
    "few",
)
NUMBERS = ("3", "0", "-1", "2.5", "few", "007", "+3", "3 ", "1e3", "part")
SHARES = ("40%", "12.5 %", "0%", "140%", "40", "part", "0.4")
OWN = {
    "my_trade": "choice", "my_lists": "tags", "my_met": "clock", "my_count": "count", "my_flag": "flag",
    "my_share": "share",
}  # fmt: skip
KINDS = {**{name: fact.kind for name, fact in FACTS.items()}, **OWN}


def quantity_test(rng, kind):
    """Write a test of a clock or a number, well or nearly so."""
    amounts = {"clock": DURATIONS, "share": SHARES}.get(kind, NUMBERS)
    one, other = rng.choice(amounts), rng.choice(amounts)
    ago = " ago" if (kind == "clock") is (rng.random() < 0.95) else ""
    words = rng.choice(["at least", "at least", "less than", "more than", "at most", "At least", "at  least", ""])
    text = rng.choice([f"{words} {one}{ago}", f"{words}  {one} {ago}", f"between {one} and  {other}{ago}", one])
    return rng.choice([text, text, text, "given", "missing", " given ", one, 3, 2.5, True, None, [text]])


def words_test(rng, words):
    """Write a test of a choice or of tags, well or nearly so."""
    some = rng.choices([*words, rng.choice(["dayly", 7, "", None])], k=rng.randint(0, 3))
    one = rng.choice(some or ["given"])
    return rng.choice([one, one, some, {"not": one}, {"not": some}, {"not": {"not": one}}, {"nt": one}, True])


def random_test(rng, name):
    """Write a test of a fact."""
    kind = KINDS.get(name, "tags")
    if kind == "flag":
        return rng.choice([True, False, "given", "missing", "yes", 1, "true", None])
    if kind in ("choice", "tags"):
        words = FACTS[name].words if name in FACTS and kind == "choice" else ("finance", "health", "vip", "with space")
        return words_test(rng, words)
    return quantity_test(rng, kind)


def random_lines(rng):
    """Write one or two lines."""
    names = rng.sample([*KINDS], rng.randint(1, 2))
    return {name: random_test(rng, name) for name in names}


def random_card(rng, name):
    """Write a rule."""
    rule = {"rule": name, "when": random_lines(rng), "then": rng.choice(["keep", "wait", "leave"])}
    rule["because"] = rng.choice(["b", "{sent.age} {{", "{few} {my_count}", "{my_met}"])
    if rng.random() < 0.3:
        rule["replaces"] = rng.choice(["old", "older"])
    if rng.random() < 0.3:
        rule["details"] = rng.choice([1, "text", None, {"a": [1, True, None]}, []])
    return rule


VALUES = (
    "3 days ago", "2026-01-01", "2026-01-01T10:00Z", "2026-01-01 10:00+01:00", "now", None, True, False, 0, 3,
    0.4, "40%", "daily", "draft", "withdrawn", "outgoing", "assumed", "known", "premium", "health",
    "a text", [], ["vip"], "vip", [7], {},
)  # fmt: skip
FIELDS = [*(field.name for field in attrs.fields(Invitation)), *OWN]


def random_case(rng, name):
    """Write a test of the file."""
    given = {field: rng.choice(VALUES) for field in rng.sample(FIELDS, rng.randint(0, 2))}
    account = [field.name for field in attrs.fields(Account)]
    instants = {"after 3 days": "keep", "2026-03-01T10:00Z": "leave"}
    life = ["keep", "wait after 3 days", "leave after 4 days"][: rng.randint(1, 3)]
    found = {"test": name, "given": rng.choice([given, given, None])}
    found["expect"] = {"d": rng.choice(["keep", "undetermined", life, instants, [], None, True])}
    if rng.random() < 0.3:
        found["account"] = {rng.choice(account): rng.choice(VALUES)}
    if rng.random() < 0.3:
        found |= {"now": rng.choice(["2026-03-01", "2026-03-01T10:00Z", "today"]), "skip": "later"}
    if rng.random() < 0.2:
        found["rule"] = {"d": rng.choice(["old", "r0"])}
    return found


def random_policy(rng):
    """Write a child of `PARENT`: any part of the language, each well or nearly so."""
    settings = {
        "long": rng.choice(["3 weeks", "forever", "1 month", "3  days"]),
        "few": rng.choice([3, "3", 2.5, "2.5", "-1"]),
        "part": rng.choice(["40%", "12.5 %", 0.4, "140%"]),
        "bounded": rng.choice(["2 days", {"value": "1 day", "about": "a", "source": "s"}, "0 days"]),
    }
    some = rng.sample([*settings], rng.randint(0, 2))
    decision = {"rules": [random_card(rng, f"r{number}") for number in range(rng.randint(0, 2))]}
    extra = {
        "question": "Why?",
        "subject": "invitation",
        "outcomes": ["leave", "wait", "keep"],
        "applies_to": random_lines(rng),
        "limits": [random_card(rng, "limit")],
        "details": {"keep": {"where": ["a", 1]}},
        "otherwise": {"then": "wait", "because": "o", "details": 1},
        "without": [rng.choice(["old", "older"])],
    }
    decision |= {key: extra[key] for key in rng.sample([*extra], rng.randint(0, 2))}
    promise = {
        "promise": "p",
        "decision": "d",
        rng.choice(["only", "never"]): rng.choice(["keep", ["keep", "wait"]]),
    }
    return {
        "invitepolicy": 1,
        "name": rng.choice(["mine", "a-1_b"]),
        "title": "t",
        "extends": "linkedin",
        "settings": rng.choice([None, {name: settings[name] for name in some}]),
        "facts": rng.choice([None, {}, {"my_other": rng.choice(["number", ["a", "b"], "share"])}]),
        "decisions": rng.choice([{"d": decision}, {"d": decision}, {"d": None}, None]),
        "promises": rng.choice([None, [], [promise, {**promise, "when": random_lines(rng)}]]),
        "tests": rng.choice([None, [], [random_case(rng, "one"), random_case(rng, "two")]]),
    }


def is_built(parent, data):
    """Return whether the core takes the data, unseen by the schema."""
    try:
        build_policy([parent, parse_source(json.dumps(data), "p.yaml")], {})
    except PolicyError:
        return False
    return True


@pytest.mark.slow
def test_whatever_the_core_takes_the_schema_takes():
    """Random policies over every kind of line, well or nearly so: an editor never underlines what loads."""
    rng = random.Random(4_711)  # noqa: S311  (a seeded test is the point)
    parent = parse_source(PARENT, "parent.yaml")
    taken = []

    for _ in range(1_800):
        data = random_policy(rng)
        if is_built(parent, data):
            taken.append(data)
            assert accepts(data), data

    assert len(taken) > 150
    written = json.dumps(taken)
    wanted = [*KINDS, "given", "account", "applies_to", "limits", "without", "replaces", "skip", "only", "never"]
    assert [key for key in wanted if f'"{key}"' not in written] == []


@pytest.mark.slow
def test_whatever_the_core_takes_of_a_single_line_the_schema_takes():
    """The same for each fact alone, where more is taken."""
    rng = random.Random(815)  # noqa: S311  (a seeded test is the point)
    parent = parse_source(PARENT, "parent.yaml")
    taken = dict.fromkeys(KINDS, 0)

    for name in KINDS:
        for _ in range(40):
            rule = {"rule": "r", "when": {name: random_test(rng, name)}, "then": "wait", "because": "b"}
            data = {"invitepolicy": 1, "name": "p", "decisions": {"d": {"rules": [rule]}}}
            if is_built(parent, data):
                taken[name] += 1
                assert accepts(data), rule

    assert min(taken.values()) >= 3, taken
