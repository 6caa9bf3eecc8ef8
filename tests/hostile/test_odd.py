"""Odd but valid files: what a person or a program may well write is accepted, and means what it looks like."""

from __future__ import annotations

from datetime import timedelta

import pytest
from locations import DATA
from other_yaml import read_by_another, same
from strategies import NOW

from invitepolicy import Invitation, PolicyError, decide, load_policy, parse_policy
from invitepolicy._read.yaml_source import parse_source

ODD = DATA / "odd"
SISTERS = sorted((ODD / "same").iterdir())
EVERY = sorted(ODD.glob("*/*.yaml"))
NEEDED = "To answer, this is needed: the account's rejected_share (the part of the settled ones that was not accepted)."


def named(paths):
    """Return the names of files as what tests are called."""
    return [path.stem for path in paths]


def meaning(name):
    """Return what a file's one rule says of a record of long ago, and its one setting."""
    policy = load_policy(ODD / "own" / f"{name}.yaml")
    old = Invitation(sent_at=NOW - timedelta(days=36_500), attempts=10**18 - 1)
    decision = decide(policy, old, now=NOW)["d"]
    return policy.settings["wait"].value, decision.outcome, decision.reason


@pytest.mark.parametrize("path", SISTERS, ids=named(SISTERS))
def test_a_sister_means_the_same_as_the_plain_file(path):
    """However it is written: the same fingerprint, from its path and from its bytes."""
    plain = load_policy(ODD / "plain.yaml").fingerprint

    assert load_policy(path).fingerprint == plain
    assert parse_policy(path.read_bytes()).fingerprint == plain


@pytest.mark.parametrize("path", EVERY, ids=named(EVERY))
def test_an_odd_file_means_the_same_to_another_reader(path):
    """To YAML 1.2 as ruamel.yaml reads it."""
    data = path.read_bytes()

    assert same(parse_source(data, path.name).data, read_by_another(data.decode("utf-8-sig")))


def test_there_are_many():
    """Thirty at least, and no two of one text."""
    assert len({path.read_bytes() for path in EVERY}) == len(EVERY) >= 30


@pytest.mark.parametrize(
    ("name", "wait", "outcome", "reason"),
    [
        ("no-time-at-all", timedelta(0), "go", "Now."),
        ("a-hundred-years", timedelta(days=36_500), "go", "Now."),
        ("for-ever", timedelta.max, "stay", "Not yet."),
        ("eighteen-digits", 10**18 - 1, "go", "Now."),
        ("no-share", 0.0, "undetermined", NEEDED),
        ("every-share", 1.0, "undetermined", NEEDED),
        ("quoted-words", timedelta(days=3), "yes", "Now."),
        ("words-of-other-readers", timedelta(days=3), "on", "Now."),
        ("a-long-text", timedelta(days=3), "go", "a " * 4095 + "."),
        ("deepest-details", timedelta(days=3), "go", "Now."),
        ("a-brace", timedelta(days=3), "go", "{wait} is 3 days, 雪 😀."),
    ],
)
def test_a_limit_that_is_met_is_no_limit_passed(name, wait, outcome, reason):
    """The smallest and the largest of each amount, the longest text, the deepest nesting, and words of YAML 1.1."""
    assert meaning(name) == (wait, outcome, reason)


def test_a_file_of_nothing_but_a_parent_is_its_parent():
    """Three lines, and all that the parent decides."""
    record = Invitation(sent_at=NOW, activity="daily")

    assert decide(load_policy(ODD / "own" / "only-a-parent.yaml"), record, now=NOW) == decide(
        load_policy("faq"), record, now=NOW
    )


def test_eight_parents_are_a_chain_and_nine_are_none(tmp_path):
    """The youngest of nine files has what the oldest says; a tenth is one too many."""
    for path in (ODD / "chain").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "tenth.yaml").write_text("invitepolicy: 1\nname: tenth\nextends: ./c0.yaml\n", encoding="utf-8")

    assert load_policy(ODD / "chain" / "c0.yaml").settings["wait"].value == timedelta(days=3)
    with pytest.raises(PolicyError, match="more than 8 parents in a chain"):
        load_policy(tmp_path / "tenth.yaml")
