"""Strangers' words: inert when printed, cut, quoted, and matched to the word that was meant."""

from __future__ import annotations

import pytest
from builders import inert
from hypothesis import given
from hypothesis import strategies as st

from invitepolicy._core.text import clip, closest, did_you_mean, in_digits, join_words, quoted, safe_text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain words", "plain words"),
        ("Zoë 李雷 ✨", "Zoë 李雷 ✨"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\nb\r\tc", "a\\nb\\r\\tc"),
        ("nul\0", "nul\\x00"),
        ("\x9b31m", "\\x9b31m"),
        ("\u202eevil\u2066", "\\u202eevil\\u2066"),
        ("line\u2028break", "line\\u2028break"),
        ("half \ud800", "half \\ud800"),
        ("mark\ufeff", "mark\\ufeff"),
        ("می\u200cن 👩\u200d💻", "می\u200cن 👩\u200d💻"),
    ],
)
def test_what_a_terminal_obeys_is_written_out(text, shown):
    """Controls, escapes, bidirectional marks and broken characters are spelt; words and emoji stay as they are."""
    assert safe_text(text) == shown


@given(st.text(st.characters(codec=None)))
def test_safe_text_is_printable(text):
    """Nothing but joiners is left that is a control, a format character or a line break, and it can be encoded."""
    shown = safe_text(text)

    shown.encode("utf-8")
    assert inert(shown)
    assert safe_text(shown) == shown


def test_clip_marks_the_cut():
    """A text of just the length stays; a longer one ends in an ellipsis and has that length."""
    assert clip("abcd", 5) == "abcd"
    assert clip("abcde", 5) == "abcde"
    assert clip("abcdef", 5) == "abcd…"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "nothing"),
        (True, "“true”"),
        (False, "“false”"),
        ("3 weeks", "“3 weeks”"),
        ("a\x1bb", "“a\\x1bb”"),
        ("x" * 61, f"“{'x' * 59}…”"),
        ({"a": 1}, "keys and values"),
        ([1], "a list"),
        ((1,), "a list"),
        (20, "“20”"),
        (2.5, "“2.5”"),
        (10**38, f"“1{'0' * 38}”"),
        (10**5000, "a number of many digits"),
        (-(10**5000), "a number of many digits"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else type(value).__name__,
)
def test_values_are_quoted_as_the_user_wrote_them(value, shown):
    """YAML's words, not Python's; long ones are cut, and what Python refuses to print is not printed."""
    assert quoted(value) == shown


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("longest_wait", "longest_wait"),
        ("longst_wait", "longest_wait"),
        ("Longest-Wait", "longest_wait"),
        (" longest wait ", "longest_wait"),
        ("nobody waits for ever", "Nobody waits forever"),
        ("zebra", None),
        ("", None),
        ("longest_wait" * 6, None),
    ],
)
def test_the_nearest_word_is_found(word, found):
    """Small slips, hyphens, spaces and capitals are forgiven; anything else, or very long, is not guessed at."""
    assert closest(word, ["longest_wait", "daily_wait", "Nobody waits forever"]) == found


def test_a_hint_names_the_nearest_word():
    """Where nothing is near, it is the other sentence."""
    assert did_you_mean("kep", ["keep", "withdraw"], "its outcomes are …") == "did you mean “keep”?"
    assert did_you_mean("zebra", ["keep", "withdraw"], "its outcomes are …") == "its outcomes are …"


@pytest.mark.parametrize(
    ("words", "joined"),
    [([], "nothing"), (["a"], "a"), (["a", "b"], "a or b"), (iter(["a", "b", "c"]), "a, b or c")],
    ids=["none", "one", "two", "three"],
)
def test_words_are_joined_as_a_person_would(words, joined):
    """Commas, and the last one by `or`."""
    assert join_words(words) == joined


def test_the_last_word_of_a_list_can_be_joined_otherwise():
    """By `and`, for one."""
    assert join_words(["a", "b", "c"], "and") == "a, b and c"


@pytest.mark.parametrize(
    ("text", "digits"),
    [("three weeks", "3 weeks"), ("Twelve", "12"), ("zero", "0"), ("thirteen", None), ("3 weeks", None), ("", None)],
)
def test_small_numbers_that_are_spelled_out_are_written_in_digits(text, digits):
    """Up to twelve, in small or capital letters, with what follows."""
    assert in_digits(text) == digits
