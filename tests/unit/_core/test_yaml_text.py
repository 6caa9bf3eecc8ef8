"""Texts, words and data in YAML: what is written is read back the same by the strict reader and by others."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from invitepolicy import PolicyError
from invitepolicy._core.yaml_text import format_data, format_quoted, format_sentence, format_word, format_words
from invitepolicy._read.yaml_source import parse_source

ODD = st.text(
    st.sampled_from(
        [*"ab z:#{}[]\"'\\,&*!|>%@`-?~=<.0159_/()\n\t", "ü", "雪", "😀", "\u200b", "\u0301", "\xad", "\xa0"]
    )
)
WORDS = st.sampled_from(
    ["yes", "No", "on", "Off", "y", "N", "true", "NULL", "~", "1", "1_0", "2026-01-01", "22:00", "="]
)
TEXTS = st.one_of(ODD, WORDS, st.text())
NUMBERS = st.one_of(st.integers(-(10**17), 10**17), st.decimals(-1000, 1000, places=6).map(float))
DATA = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=8,
)


def strict(text):
    """Read a text as a policy is read, if its characters may stand in one."""
    try:
        return parse_source(text, "p.yaml").data
    except PolicyError as error:
        assume({problem.code for problem in error.problems} != {"character"})
        raise


def others(text):
    """Read a text as other programs do: by YAML 1.1 and by YAML 1.2."""
    return [yaml.safe_load(text), YAML(typ="safe", pure=True).load(text)]


@given(TEXTS)
def test_a_text_is_itself_wherever_it_stands(text):
    """Behind a key with a comment, in a list, in brackets, and as a key."""
    comment = "  # p.yaml:1"
    written = (
        f"a: {format_sentence(text)}{comment}\nb:\n  - {format_sentence(text)}{comment}\n"
        f"c: {format_words([text, text])}{comment}\nd: {{{format_word(text)}: {format_quoted(text)}}}\n"
    )
    wanted = {"a": text, "b": [text], "c": [text, text], "d": {text: text}}

    assert strict(written) == wanted
    assert others(written) == [wanted, wanted]


@given(DATA)
def test_data_is_itself(data):
    """With numbers, nothing and nesting; whole numbers stay whole."""
    written = f"a: {format_data(data)}\n"

    assert json.dumps(strict(written)) == json.dumps({"a": data})
    assert "\n" not in format_data(data)


@pytest.mark.parametrize(
    ("data", "written"),
    [
        (None, "null"),
        (True, "true"),
        (-3, "-3"),
        (2.50, "2.5"),
        (1e-7, "0.0000001"),
        ("My Network", "My Network"),
        ("a, b", '"a, b"'),
        ("no", '"no"'),
        ("\u200b", '"\\u200b"'),
        ([], "[]"),
        ({"where": ["a", None], "y": {}}, '{where: [a, null], "y": {}}'),
    ],
)
def test_data_looks_like_this(data, written):
    """Plain where that is safe, on one line."""
    assert format_data(data) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Is it time, or not?", "Is it time, or not?"),
        ("It's 30% off; (see a/b)!", "It's 30% off; (see a/b)!"),
        ("Überfall", '"Überfall"'),
        ("a: b", '"a: b"'),
        ("a #b", '"a #b"'),
        ("a  b", '"a  b"'),
        ("a ", '"a "'),
        ("", '""'),
        ("3 weeks", '"3 weeks"'),
        ("On", '"On"'),
    ],
)
def test_a_sentence_looks_like_this(text, written):
    """In quotes only where need be."""
    assert format_sentence(text) == written


def test_a_long_text_is_written_at_once():
    """Whatever it is made of."""
    for text in ("a" * 8190 + ":", "a " * 4096, "a" + " b" * 4000 + "#"):
        assert strict(f"a: {format_sentence(text)}\nb: {format_words([text])}\n") == {"a": text, "b": [text]}
