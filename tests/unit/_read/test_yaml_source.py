"""The text of a policy file: what is read, what is refused and where, and that nothing else can happen."""

from __future__ import annotations

import unicodedata

import pytest
from builders import inert, lines, refusal
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from other_yaml import read_by_another, same

from invitepolicy import PolicyError
from invitepolicy._core.policy import PolicyFile
from invitepolicy._read.problems import MOST_PROBLEMS, PathProblem, ProblemCollector
from invitepolicy._read.yaml_source import MOST_BYTES, MOST_CHARACTERS, MOST_LEVELS, MOST_NODES, parse_source

STYLE = lines(
    """
    # yaml-language-server: $schema=../schemas/policy.schema.json
    invitepolicy: 1                 # version of this format
    name: faq
    title: "The considerate trainer"
    about: >-
      Withdraw what was seen and left;
      give strangers a reason to say yes.
    extends: linkedin
    settings:
      first_look: 3 days
      too_many: 40%
      a_day: 20
      lock: {value: 3 weeks, at_least: 3 weeks, source: 'LinkedIn help a551012'}
    decisions:
      withdraw:
        rules:
          - rule: nobody waits forever
            when:
              sent: at least longest_wait ago
              relationship: [known, logical]
              tags: {not: vip}
              email_requested: true
            then: withdraw
            because: No invitation hangs around for more than {longest_wait}.
        otherwise: {then: keep, because: "They still have time: be patient."}
    tests:
      - test: a daily visitor gets four days
        given: {activity: daily, sent_at: 2026-03-01T22:00Z}
        expect:
          withdraw: [keep, consider after 3 days]
          note: {2026-03-04T23:59Z: keep}
        skip:
    """
)


def read(text):
    """Read a text's data."""
    return parse_source(text, "p.yaml").data


def messages(source):
    """Return the problems of a text as they are printed."""
    return [str(problem) for problem in refusal(parse_source, source, "p.yaml")]


def places(source):
    """Return the problems of a text as line, column and code."""
    return [(problem.line, problem.column, problem.code) for problem in refusal(parse_source, source, "p.yaml")]


# scalars


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("", None),
        ("0", 0),
        ("-0", 0),
        ("20", 20),
        ("-3", -3),
        ("+3", 3),
        ("2.5", 2.5),
        ("9" * 18, 10**18 - 1),
        ("0.12345678901234567", 0.12345678901234567),
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("Off", "Off"),
        ("y", "y"),
        ("22:00", "22:00"),
        ("1:30.5", "1:30.5"),
        ("-1:30", "-1:30"),
        ("190:20:30", "190:20:30"),
        ("2026-03-01", "2026-03-01"),
        ("2026-13-01", "2026-13-01"),
        ("2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z"),
        ("3 weeks", "3 weeks"),
        ("40%", "40%"),
        ("1-2", "1-2"),
        ("1.2.3", "1.2.3"),
        ("e3", "e3"),
        ("_1", "_1"),
        ("nan", "nan"),
        ("inf", "inf"),
        ("none", "none"),
        ("fal\u017fe", "fal\u017fe"),
        ("٣", "٣"),
        ("'20'", "20"),
        ('"true"', "true"),
        ("'~'", "~"),
        ('"010"', "010"),
        ("''", ""),
        ('"a\\tb\\n\\u00e9"', "a\tb\né"),
    ],
)
def test_only_true_false_nothing_and_plain_decimals_are_no_text(text, value):
    """A scalar is what a reader of YAML 1.2 sees, and in quotes it is text."""
    found = read(f"a: {text}\n")["a"]

    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("True", "write true, or put it in quotes"),
        ("TRUE", "write true, or put it in quotes"),
        ("False", "write false, or put it in quotes"),
        ("NULL", "leave it empty, or put it in quotes"),
        ("Null", "leave it empty, or put it in quotes"),
        ("~", "leave it empty, or put it in quotes"),
        ("010", "write a plain number, or put it in quotes"),
        ("08", "write a plain number, or put it in quotes"),
        ("0612345678", "write a plain number, or put it in quotes"),
        ("-010", "write a plain number, or put it in quotes"),
        ("00", "write a plain number, or put it in quotes"),
        ("01.5", "write a plain number, or put it in quotes"),
        ("1_000", "write a plain number, or put it in quotes"),
        ("1_000.5", "write a plain number, or put it in quotes"),
        ("1.0_0", "write a plain number, or put it in quotes"),
        (".5_0", "write a plain number, or put it in quotes"),
        ("1_", "write a plain number, or put it in quotes"),
        ("0x1F", "write a plain number, or put it in quotes"),
        ("0x", "write a plain number, or put it in quotes"),
        ("0x_", "write a plain number, or put it in quotes"),
        ("-0xf", "write a plain number, or put it in quotes"),
        ("0b11", "write a plain number, or put it in quotes"),
        ("0o10", "write a plain number, or put it in quotes"),
        ("1e3", "write a plain number, or put it in quotes"),
        ("1E3", "write a plain number, or put it in quotes"),
        ("1.0e3", "write a plain number, or put it in quotes"),
        ("1.0e+400", "write a plain number, or put it in quotes"),
        ("-1.e-3", "write a plain number, or put it in quotes"),
        (".5e3", "write a plain number, or put it in quotes"),
        (".inf", "write a plain number, or put it in quotes"),
        ("-.INF", "write a plain number, or put it in quotes"),
        (".nan", "write a plain number, or put it in quotes"),
        (".NaN", "write a plain number, or put it in quotes"),
        ("=", "write a plain number, or put it in quotes"),
    ],
)
def test_what_two_readers_read_differently_is_refused(text, remedy):
    """As a value, in a list and as a key; in quotes it is text."""
    sentence = f"“{text}” is read differently by different programs; {remedy}"

    assert messages(f"a: {text}\n") == [f"p.yaml:1:4: {sentence}"]
    assert messages(f"a:\n  - {text}\n") == [f"p.yaml:2:5: {sentence}"]
    assert messages(f"{text}: a\n") == [f"p.yaml:1:1: {sentence}"]
    assert read(f"a: '{text}'\n") == {"a": text}


@pytest.mark.parametrize("text", ["1" + "0" * 18, "-" + "9" * 19, "0." + "1" * 18, "9" * 8000])
def test_numbers_have_at_most_18_digits(text):
    """More cannot be distinguished by every reader."""
    assert places(f"a: {text}\n") == [(1, 4, "number")]


@pytest.mark.parametrize("text", ["1_" * 4000 + "x", "1" * 8000 + "x", "1." + "0_" * 4000 + "x", "0_" * 4000 + ":x"])
def test_a_long_text_that_is_nearly_a_number_is_a_text(text):
    """And costs no more than reading it."""
    assert read(f"a: {text}\n") == {"a": text}


# structure

NO_MAPPING = "1:1: a policy is made of keys and values; begin with “invitepolicy: 1”, then “name:” and the rest"
NOTHING = "1:1: the file is empty; begin with “invitepolicy: 1”, then “name:” and the rest"
PERCENT = "a line that begins with %; a policy needs no directives; delete it"


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("a: 1\nb: 2\na: 3\n", ["3:1: “a” is given twice; it is already on line 1; keep one of them"]),
        ('a: 1\n"\\x61": 3\n', ["2:1: “a” is given twice; it is already on line 1; keep one of them"]),
        ("a:\n  b: 1\n  'b': {c: 2}\n", ["3:3: “b” is given twice; it is already on line 2; keep one of them"]),
        ("a: {b: 1, b: [2]}\n", ["1:11: “b” is given twice; it is already on line 1; keep one of them"]),
        ("1: a\n", ["1:1: the key “1” is not a text; put it in quotes, or use a word"]),
        ("1.5: a\n", ["1:1: the key “1.5” is not a text; put it in quotes, or use a word"]),
        ("true: a\n", ["1:1: the key “true” is not a text; put it in quotes, or use a word"]),
        ("null: a\n", ["1:1: the key “null” is not a text; put it in quotes, or use a word"]),
        ("? \n: b\n", ["1:2: the key “” is not a text; put it in quotes, or use a word"]),
        ("? [a]\n: b\n", ["1:3: this key is not a text; a key is one word, followed by a colon"]),
        ("? {a: 1}\n: b\n", ["1:3: this key is not a text; a key is one word, followed by a colon"]),
        ("a: {{b}: c}\n", ["1:5: this key is not a text; a key is one word, followed by a colon"]),
        ("a: &x 1\n", ["1:4: “&x” is an anchor; delete it; a text needs quotes"]),
        ("a: &x [1]\n", ["1:4: “&x” is an anchor; delete it; a text needs quotes"]),
        ("a: &x {b: 1}\n", ["1:4: “&x” is an anchor; delete it; a text needs quotes"]),
        ("&x a: 1\n", ["1:1: “&x” is an anchor; delete it; a text needs quotes"]),
        ("a: *x\n", ["1:4: “*x” is an alias; write the value out; a text needs quotes"]),
        ("- *x\n", ["1:3: “*x” is an alias; write the value out; a text needs quotes"]),
        ("*x : 1\n", ["1:1: “*x” is an alias; write the value out; a text needs quotes"]),
        ("<<: {a: 1}\n", ["1:1: a merge key, “<<”; write the lines out, or use extends"]),
        ("a:\n  <<: {b: 1}\n", ["2:3: a merge key, “<<”; write the lines out, or use extends"]),
        ("a: !!str 1\n", ["1:4: “!!str” is a tag; delete it; a text needs quotes"]),
        ("a: !env x\n", ["1:4: “!env” is a tag; delete it; a text needs quotes"]),
        ("a: ! x\n", ["1:4: “!” is a tag; delete it; a text needs quotes"]),
        ("a: !<x> y\n", ["1:4: “x” is a tag; delete it; a text needs quotes"]),
        ("a: !!map {b: 1}\n", ["1:4: “!!map” is a tag; delete it; a text needs quotes"]),
        ("!!str a: 1\n", ["1:1: “!!str” is a tag; delete it; a text needs quotes"]),
        (
            "a: &x !!str y\n",
            [
                "1:4: “!!str” is a tag; delete it; a text needs quotes",
                "1:4: “&x” is an anchor; delete it; a text needs quotes",
            ],
        ),
        ("a: {?b: 1}\n", ["1:6: a text in brackets begins with ?; put the text in quotes"]),
        ("a: [?b]\n", ["1:6: a text in brackets begins with ?; put the text in quotes"]),
        (
            "a: |\n  x\n   ",
            ["1:4: the last line of this text is made of spaces; delete them, and end the file with a new line"],
        ),
        ("%YAML 1.2\n---\na: 1\n", [f"1:1: {PERCENT}"]),
        ("%YAML 1.1\n---\na: 1\n", [f"1:1: {PERCENT}"]),
        ("%TAG ! tag:x,1:\n---\na: 1\n", [f"1:1: {PERCENT}"]),
        ("# x\n%FOO bar\n---\na: 1\n", [f"2:1: {PERCENT}"]),
        ("a: 1\n---\nb: 2\n", ["2:1: a second document begins here; one file is one policy; delete the ---"]),
        ("a: 1\n---\n", ["2:1: a second document begins here; one file is one policy; delete the ---"]),
        ("a: 1\n...\n---\n", ["3:1: a second document begins here; one file is one policy; delete the ---"]),
        ("", [NOTHING]),
        ("\ufeff", [NOTHING]),
        ("# a\n", [NOTHING]),
        ("---\n", [NOTHING]),
        ("- a\n", [NO_MAPPING]),
        ("word\n", [NO_MAPPING]),
        ("20\n", [NO_MAPPING]),
        ("true\n", [NO_MAPPING]),
        ("invitepolicy:1\n", ["1:1: a space is missing after the colon; write “invitepolicy: 1”"]),
    ],
)  # fmt: skip
def test_what_a_policy_does_not_need_is_refused_at_its_place(text, problems):
    """Keys twice or not text, anchors, aliases, merges, tags, directives, documents, other tops: one message each."""
    assert messages(text) == [f"p.yaml:{problem}" for problem in problems]


def test_all_problems_of_a_text_are_told_sorted_by_place():
    """One mistake, one message."""
    text = "b: 010\n0x1F: True\na: &x ~\nb: [1_0, {c: 1, c: 2}]\n1e3: !!int 1\n"

    assert places(text) == [
        (1, 4, "ambiguous"),
        (2, 1, "ambiguous"),
        (2, 7, "ambiguous"),
        (3, 4, "anchor"),
        (3, 4, "ambiguous"),
        (4, 1, "twice"),
        (4, 5, "ambiguous"),
        (4, 17, "twice"),
        (5, 1, "ambiguous"),
        (5, 6, "tag"),
    ]


def test_two_hundred_problems_are_enough():
    """The rest is not looked for."""
    assert len(places("a: True\n" * 250)) == MOST_PROBLEMS == 200


@pytest.mark.parametrize(
    "text",
    ["--- \na: 1\n", "a: 1\n...\n", "\ufeffa: 1\n", "a: 1", "a: 1\r\n", "{a: 1}\n", "? a\n: 1\n", "# x\n\n a: 1"],
)
def test_odd_but_harmless_forms_are_read(text):
    """A start or end of the document, a byte-order mark at the start, other line ends, braces, no last line break."""
    assert read(text) == {"a": 1}
    assert read(text.encode()) == {"a": 1}


# characters


UNPRINTABLE = [*"\x00\x01\x07\x08\x0b\x0c\x0e\x1b\x1f\x7f\x80\x84\x85\x86\x9b\x9f\ufeff\ufffe\uffff\ud800\udfff"]
BREAKS = [*"\r\x85\x0b\x0c\u2028\u2029"]
TURNING = [*"\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"]


@pytest.mark.parametrize("character", sorted({*UNPRINTABLE, *BREAKS, *TURNING}), ids=lambda text: f"U+{ord(text):04X}")
@pytest.mark.parametrize("form", ["a: 1\nb: x{}y\n", "a: 1\n# {}y\n", "a: 1\n'{}': 1\n", "a: 1\nb: |\n  {}y\n"])
def test_controls_marks_and_odd_breaks_are_refused_wherever_they_stand(character, form):
    """In a text, a comment, a key, a block; the place is that of the character, and it is named, not printed."""
    text = form.format(character)
    start = text.rindex("\n", 0, text.index(character)) + 1
    line = text.count("\n", 0, start) + 1

    problem = refusal(parse_source, text, "p.yaml")[0]

    assert (problem.line, problem.column) == (line, text.index(character) - start + 1)
    assert problem.code == "character"
    assert f"U+{ord(character):04X}" in problem.what
    assert inert(str(problem))


@pytest.mark.parametrize(
    ("character", "what", "hint"),
    [
        ("\x1b", "a character that cannot be printed (U+001B)", "delete it"),
        ("\u2028", "an unusual line break (U+2028)", "end lines with a plain new line"),
        ("\r", "an unusual line break (U+000D)", "end lines with a plain new line"),
        ("\u202e", "a character that turns the direction of the text (U+202E)", "delete it"),
        ("\u2066", "a character that turns the direction of the text (U+2066)", "delete it"),
        (
            "\ufeff",
            "a byte-order mark inside the text (U+FEFF)",
            "it may only stand at the very start; delete it",
        ),
    ],
    ids=["escape", "line separator", "carriage return", "override", "isolate", "byte-order mark"],
)
def test_each_kind_of_character_has_its_remedy(character, what, hint):
    """What it is, and what to do."""
    assert messages(f"a: x{character}y\n") == [f"p.yaml:1:5: {what}; {hint}"]


@pytest.mark.parametrize(
    "escape", ["\\0", "\\a", "\\e[31m", "\\x9b", "\\N", "\\L", "\\P", "\\u202e", "\\ud800", "\\r", "\\uFEFF"]
)
def test_escapes_for_such_characters_are_refused_too(escape):
    """At the quoted text."""
    (problem,) = refusal(parse_source, f'a: "x{escape}y"\n', "p.yaml")

    assert (problem.line, problem.column, problem.code) == (1, 4, "character")
    assert problem.what.endswith(", written as an escape")


def test_ordinary_text_of_any_language_is_read():
    """Letters, emoji with their joiners, and in quotes tabs."""
    text = "Zoë 李雷 👩\u200d💻 مرحبا"

    assert read(f"a: {text}\nb: '{text}\t.'\n") == {"a": text, "b": f"{text}\t."}


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        (b"ab: \xff", "1:5: byte 5 of the file is not UTF-8; save the file as UTF-8"),
        (b"\xef\xbb\xbfab: \xff", "1:5: byte 8 of the file is not UTF-8; save the file as UTF-8"),
        ("a: é\nb: é".encode() + b"\xe9", "2:5: byte 12 of the file is not UTF-8; save the file as UTF-8"),
        ("name: Zoë".encode("cp1252"), "1:9: byte 9 of the file is not UTF-8; save the file as UTF-8"),
        (b"a: \xed\xa0\x80", "1:4: byte 4 of the file is not UTF-8; save the file as UTF-8"),
        (b"a: \xc0\xaf", "1:4: byte 4 of the file is not UTF-8; save the file as UTF-8"),
        ("a: 1".encode("utf-16"), "1:1: the file is UTF-16 or UTF-32; save the file as UTF-8"),
        (b"\xfe\xff" + "a: 1".encode("utf-16-be"), "1:1: the file is UTF-16 or UTF-32; save the file as UTF-8"),
        ("a: 1".encode("utf-32"), "1:1: the file is UTF-16 or UTF-32; save the file as UTF-8"),
        ("a: 1".encode("utf-16-le"), "1:2: a character that cannot be printed (U+0000); delete it"),
    ],
)
def test_other_encodings_are_refused_at_the_first_wrong_byte(source, problem):
    """Nothing is guessed at."""
    assert messages(source)[0] == f"p.yaml:{problem}"


# limits


def test_a_file_has_at_most_256_kib():
    """Counted in bytes, before anything is decoded."""
    refused = ["p.yaml:1:1: the file is longer than 256 KiB; a policy is a few hundred lines"]
    filler = f"a: 1\n#{'x' * 1000}\n" + f"#{'é' * 500}\n" * 260
    full = filler.encode() + b"#" * (MOST_BYTES - len(filler.encode()))

    assert len(full) == 256 * 1024
    assert read(full) == read(full.decode()) == {"a": 1}
    assert messages(full + b"#") == messages(full.decode() + "#") == refused
    assert messages(b"\xff" * (MOST_BYTES + 1)) == refused
    assert messages("\ud800" * MOST_BYTES) == refused


def test_a_text_has_at_most_8192_characters():
    """Plain, quoted, in a block, or as a key: the longer one is reported at its place."""
    long = "é" * MOST_CHARACTERS

    assert read(f"a: {long}\nb: '{long}'\n") == {"a": long, "b": long}
    for form in ("a: {}x\n", "a: '{}x'\n", "a: |-\n  {}x\n"):
        assert messages(form.format(long)) == ["p.yaml:1:4: a text of more than 8,192 characters; shorten it"]
    assert places(f"? {long}x\n: 1\n? y{long}\n: 2\n") == [(1, 3, "too-long"), (3, 3, "too-long")]


@pytest.mark.slow
def test_a_file_has_at_most_20_000_parts():
    """Keys, values, lists and mappings all count."""
    full = f"a: [{'1,' * (MOST_NODES - 3)}]"

    assert len(read(full)["a"]) == MOST_NODES - 3 == 19_997
    assert messages(full.replace("]", "1]")) == [
        f"p.yaml:1:{len(full)}: the file has more than 20,000 parts; a policy is a few hundred lines"
    ]


@pytest.mark.parametrize(
    ("opening", "closing"), [("[", "]"), ("{a: ", "}"), ("[{a: ", "}]")], ids=["lists", "mappings", "both"]
)
def test_a_file_has_at_most_32_levels(opening, closing):
    """Lists and mappings, whatever stands in them."""
    depth = (MOST_LEVELS - 1) // (len(closing))
    inner = f"a: {opening * depth}1{closing * depth}"
    rest = MOST_LEVELS - 1 - depth * len(closing)
    full = f"a: {'[' * rest}{inner[3:]}{']' * rest}"

    assert read(full)
    assert places(f"a: [{full[3:]}]")[0][2] == "too-deep"


@pytest.mark.parametrize("text", ["[" * 5000, "a: " + "{a: " * 5000, "? " * 5000, "- " * 5000, "a: [" + "[]," * 20000])
def test_far_too_much_of_anything_is_a_plain_refusal(text):
    """Neither the parser's nor our recursion runs away."""
    assert places(text)[0][2] in ("too-deep", "too-long")


# places


def test_every_key_and_value_has_its_place():
    """A key's value, a list's element, an empty value, a text in quotes, a block."""
    document = parse_source("a: 1\nb:\n  - x\n  -\n  - c: 'q'\n    d:\ne: |\n  t\nf: {g: [1,  2]}\n", "p.yaml")

    assert document.path == "p.yaml"
    assert document.places == {
        (): ((1, 1), (1, 1)),
        ("a",): ((1, 1), (1, 4)),
        ("b",): ((2, 1), (3, 3)),
        ("b", 0): ((3, 5), (3, 5)),
        ("b", 1): ((4, 4), (4, 4)),
        ("b", 2): ((5, 5), (5, 5)),
        ("b", 2, "c"): ((5, 5), (5, 8)),
        ("b", 2, "d"): ((6, 5), (6, 5)),
        ("e",): ((7, 1), (7, 4)),
        ("f",): ((9, 1), (9, 4)),
        ("f", "g"): ((9, 5), (9, 8)),
        ("f", "g", 0): ((9, 9), (9, 9)),
        ("f", "g", 1): ((9, 13), (9, 13)),
    }
    assert document.key_mark(("b", 2, "d")) == document.value_mark(("b", 2, "d")) == (6, 5)


def test_columns_count_characters():
    """Not bytes; a byte-order mark is none."""
    assert places("\ufeff李雷: True\n".encode()) == [(1, 5, "ambiguous")]


def test_texts_that_a_comment_cuts_short_are_marked():
    """Plain ones only: ` #` in quotes or in a block is text, and one without a space before it too."""
    document = parse_source(
        lines(
            """
            a: text # cut
            b: text   # cut
            c: [x # cut
              , y]
            d: 'text' # whole
            e: text#whole
            f: "a # b"
            g: |  # whole
              a # b
            # whole
            h:  # whole
              two
              lines # cut
            i: text
            # whole
            """
        ),
        "p.yaml",
    )

    assert document.commented == {("a",), ("b",), ("c", 0), ("h",)}
    assert document.data["h"] == "two lines"


# what YAML's own parser says


TAB = "a tab stands here; write spaces instead"
QUOTES = "put the text in quotes"
DEEPER = (
    "this line is indented differently from its neighbours; let lines that belong together begin in the same column"
)
BRACED = "a text cannot begin with a brace {; put the whole text in quotes"
BRACKETED = "a text cannot begin with a bracket [; put the whole text in quotes"
BEHIND = "text continues after the closing quote; use the other kind of quotes around the whole text"
COLON = "a text with a colon and a space in it; put the text in quotes"
DASH = "a dash cannot stand here; begin a list on a line of its own, indented under its key"
TAG = "a tag stands here; policies use no tags; quote a text that begins with !"
UNCLOSED = "missing closing quote; close it with the same quote"
NO_COLON = (
    "this line has no colon; write the key, a colon and a space; "
    "or indent the line deeper, if it goes on with the text above"
)
BRACE = (
    "between the braces { and } a comma is missing, or the closing one; "
    "write {key: value, key: value}; a text with a comma, a colon or a question mark in it needs quotes"
)
BRACKET = (
    "between the brackets [ and ] a comma is missing, or the closing one; "
    "write [word, word]; a text with a comma, a colon or a question mark in it needs quotes"
)
MISSING = "a value is missing or out of place here; check the line above, and the brackets"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a:\n\tb: 1\n", f"2:1: {TAB}"),
        ("\ta: 1\n", f"1:1: {TAB}"),
        ("a:\t1\n", f"1:3: {TAB}"),
        ("a: @x\n", f"1:4: a text cannot begin with this character; {QUOTES}"),
        ("a: `x`\n", f"1:4: a text cannot begin with this character; {QUOTES}"),
        ("a: %x\n", f"1:4: a text cannot begin with this character; {QUOTES}"),
        ("a: b: c\n", f"1:5: {COLON}"),
        ("a: x\n b: y\n", "2:3: this line is indented deeper than the one above; let both begin in the same column"),
        ("a: x\n\n b: y\n", "3:3: this line is indented deeper than the one above; let both begin in the same column"),
        ("a:\n  b c\n  d: y\n", "3:4: the line above has no colon; write its key, a colon and a space"),
        ("a: - b\n", f"1:4: {DASH}"),
        ("a: -\n", f"1:4: {DASH}"),
        ("a: 1\nb\nc: 2\n", f"2:1: {NO_COLON}"),
        ("a:\n    b: 1\n  c: 2\n", f"3:3: {DEEPER}"),
        ("- a\nb: 1\n", f"2:1: {DEEPER}"),
        ("because: {longest_wait} have gone by\n", f"1:25: {BRACED}"),
        ("because: {longest_wait}, and more\n", f"1:24: {BRACED}"),
        ("because: [x] y\n", f"1:14: {BRACKETED}"),
        ("because: 'They' know\n", f"1:17: {BEHIND}"),
        ('because: "They" know\n', f"1:17: {BEHIND}"),
        ("a: 'x\n", f"1:4: {UNCLOSED}"),
        ('a: 1\nb: "x\nc: 2\n', f"2:4: {UNCLOSED}"),
        ("a: 'x\n--- y\n", f"1:4: {UNCLOSED}"),
        ("a: {b: 1\n", f"1:4: {BRACE}"),
        ("a: {b: 1\nc: 2\n", f"1:4: {BRACE}"),
        ("a: {b: {c: 1}\n", f"1:4: {BRACE}"),
        ("a: [1, 2\n", f"1:4: {BRACKET}"),
        ("a: [b: c: d]\n", f"1:9: {BRACKET}"),
        ("a: [1}\n", f"1:6: {BRACKET}"),
        ("a: [1\n---\n", f"1:4: {BRACKET}"),
        ("a: ]\n", f"1:4: {MISSING}"),
        ("a: [,]\n", f"1:5: {MISSING}"),
        ('a: "\\q"\n', "1:6: a backslash in double quotes; use single quotes, or write it twice"),
        ('a: "C:\\users"\n', "1:9: an escape in double quotes is cut short; use single quotes"),
        ('a: "\\UFFFFFFFF"\n', "1:7: an escape or a directive is out of range; write the character itself"),
        ('a: "\\U00110000"\n', "1:7: an escape or a directive is out of range; write the character itself"),
        ("a: !foo!bar x\n", f"1:4: {TAG}"),
        ("a: !<\n", f"1:6: {TAG}"),
        ("a: !!int%zz 1\n", f"1:10: {TAG}"),
        ("a: !<x y>\n", f"1:7: {TAG}"),
        ("a: !important! read\n", f"1:15: {TAG}"),
        ("a: & x\n", f"1:5: a text cannot begin with & or *; {QUOTES}"),
        ("a: *\n", f"1:5: a text cannot begin with & or *; {QUOTES}"),
        ("a: **bold**\n", f"1:5: a text cannot begin with & or *; {QUOTES}"),
        ("a: | x\n", f"1:6: a text cannot begin with | or >; {QUOTES}"),
        ("a: > 5 days\n", f"1:6: a text cannot begin with | or >; {QUOTES}"),
        ("a: >5 days\n", f"1:7: a text cannot begin with | or >; {QUOTES}"),
        ("a: |0\n", f"1:5: a text cannot begin with | or >; {QUOTES}"),
        ("a: |99\n", f"1:6: a text cannot begin with | or >; {QUOTES}"),
        ("a: ? x\n", f"1:4: a text cannot begin with a question mark and a space; {QUOTES}"),
        ("%\n", f"1:2: {PERCENT}"),
        ("%YAML 2.0\n---\na: 1\n", f"1:1: {PERCENT}"),
        ("%YAML 1.1\n%YAML 1.1\n---\na: 1\n", f"2:1: {PERCENT}"),
        ("%YAML x\n---\na: 1\n", f"1:7: {PERCENT}"),
        (f"%YAML {'9' * 5000}.1\n---\na: 1\n", None),
        ("%TAG ! x\n%TAG ! y\n---\na: 1\n", f"2:1: {PERCENT}"),
        ("%TAG x\n---\na: 1\n", f"1:6: {PERCENT}"),
        ("%YAML 1.1\na: 1\n", "2:1: this line does not belong to what stands above; check the indentation"),
        ("a: 1\n...\nb: 2\n", "3:1: this line does not belong to what stands above; check the indentation"),
    ],
)
def test_broken_yaml_is_told_in_words_that_say_what_to_write(text, problem):
    """At the place where something is wrong, or was opened and never closed."""
    found = messages(text)

    assert len(found) == 1
    assert problem is None or found == [f"p.yaml:{problem}"]
    assert "this is not YAML" not in found[0]


def test_an_unheard_of_complaint_of_the_parser_is_passed_on():
    """In its own words, cut and made safe, should a later PyYAML find new ones."""
    import yaml  # noqa: PLC0415  (only here)

    from invitepolicy._read.yaml_errors import explain_syntax  # noqa: PLC0415

    what, hint = explain_syntax(yaml.MarkedYAMLError("while dreaming", None, "found a \x1b sheep" + "!" * 200, None))

    assert what.startswith("this is not YAML (while dreaming found a \\x1b sheep!!!")
    assert len(what) < 150
    assert hint == "compare with docs/language.md"


# laws

_HOW = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])


def ends_well(source):
    """Read a source; hold what comes out to the promise. Give the document, or None where it is refused."""
    try:
        document = parse_source(source, "folder/p.yaml")
    except PolicyError as error:
        problems = error.problems
    else:
        assert isinstance(document, PolicyFile)
        return document
    assert problems
    for problem in problems:
        assert problem.path == "folder/p.yaml"
        assert problem.line >= 1
        assert problem.column >= 1
        assert len(str(problem)) <= 500
        assert inert(str(problem))
        assert problem.hint
    return None


@_HOW
@given(st.binary(max_size=300))
def test_any_bytes_end_in_a_document_or_a_policy_error(source):
    """And in nothing else."""
    ends_well(source)


@_HOW
@given(st.text(st.sampled_from("ab01 \n\t:-?,[]{}&*!|>'\"%@`#\\.~<=ue\ufeff\u2028\x1b"), max_size=60))
@example("%YAML 1.1\n%YAML 1.1\n---\n")
@example('"\\u')
def test_any_text_of_yaml_s_own_characters_ends_so(source):
    """These reach every corner of the scanner."""
    ends_well(source)


@st.composite
def mutated(draw):
    """Break a good policy in one to four places."""
    text = STYLE
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 12)))
        pieces = st.sampled_from(
            ["", "\t", "\n", "'", '"', "{", "}", "[", "]", ": ", "- ", "&a ", "*a", "!x ", "|", ">", "#", " #", "%",
             "<<: ", "---\n", "010", "True", "~", "\u202e", "\x00", "\\", "a: 1\n", "? ", "\r", "1e3", "=", "{{", "no"]
        )  # fmt: skip
        text = text[:start] + draw(pieces | st.just(text[end : end + 20])) + text[end:]
    return text


@pytest.mark.slow
@_HOW
@given(mutated())
def test_a_broken_policy_ends_so(text):
    """With a document where the damage makes another good one."""
    ends_well(text)
    ends_well(text.encode("utf-8", "surrogatepass"))


def test_the_style_reads_the_same_everywhere():
    """The first of the law below, in full."""
    document = parse_source(STYLE, "p.yaml")

    assert same(document.data, read_by_another(STYLE))
    assert document.data["decisions"]["withdraw"]["rules"][0]["when"]["tags"] == {"not": "vip"}
    assert document.data["tests"][0]["given"]["sent_at"] == "2026-03-01T22:00Z"


@pytest.mark.slow
@_HOW
@given(mutated())
def test_what_is_accepted_means_the_same_to_another_reader(text):
    """To YAML 1.2 as ruamel.yaml reads it, of another family than ours."""
    document = ends_well(text)
    if document is not None:
        assert same(document.data, read_by_another(text))


@pytest.mark.slow
@_HOW
@given(
    st.text(st.sampled_from("0123456789+-._eExXbo:aflnrtsuyTFNI~= "), min_size=1, max_size=8)
    .map(str.strip)
    .filter(bool)
)
def test_a_plain_scalar_that_is_accepted_means_the_same_to_another_reader(scalar):
    """Words and numbers of every odd spelling."""
    text = f"a: {scalar}\n"
    document = ends_well(text)
    if document is not None:
        assert same(document.data, read_by_another(text))


# the collector of problems


def test_problems_collects_and_settles():
    """Nothing is raised where nothing was found; a finding is placed at its key or its value."""
    document = parse_source("a:\n  b: 1\n", "p.yaml")
    problems = ProblemCollector("p.yaml")

    problems.raise_if_any()
    problems.report(document, PathProblem(("a", "b"), "code", "the value", "hint"))
    problems.report(document, PathProblem(("a", "b"), "code", "the key", "hint", key=True))

    with pytest.raises(PolicyError) as caught:
        problems.raise_if_any()
    assert [str(problem) for problem in caught.value.problems] == [
        "p.yaml:2:3: the key; hint",
        "p.yaml:2:6: the value; hint",
    ]


def test_every_control_character_is_refused():
    """No control character and no line break of Unicode is forgotten."""
    for code in range(0x110000):
        character = chr(code)
        if unicodedata.category(character) in ("Cc", "Zl", "Zp") and character not in "\t\n":
            assert places(f"a: x{character}y\n") == [(1, 5, "character")]
