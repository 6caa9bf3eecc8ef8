"""Problems and errors: one printable line each, in order, and no value of a record in any text."""

from __future__ import annotations

import pickle

import attrs
import pytest
from builders import inert
from hypothesis import given
from hypothesis import strategies as st

from invitepolicy import InvitePolicyError, PolicyError, Problem, RecordError

ANY_TEXT = st.text(st.characters(codec=None), max_size=700)


def problem(line=1, column=1, what="a tab stands here", hint="use spaces", path="p.yaml"):
    """Make a problem."""
    return Problem(path, line, column, what, hint, "syntax")


def test_a_problem_reads_place_what_and_hint():
    """`file:line:column: what; hint`, and without a hint no semicolon."""
    assert str(problem(3, 7)) == "p.yaml:3:7: a tab stands here; use spaces"
    assert str(problem(hint="")) == "p.yaml:1:1: a tab stands here"


@given(ANY_TEXT, st.integers(1, 10**6), st.integers(1, 10**6), ANY_TEXT, ANY_TEXT)
def test_a_problem_is_one_short_printable_line(path, line, column, what, hint):
    """Whatever it is about, at most 500 characters, none of them a control, and always with its place."""
    text = str(problem(line, column, what, hint, path))

    assert len(text) <= 500
    assert inert(text)
    assert f":{line}:{column}: " in text


def test_a_long_path_does_not_hide_the_place():
    """The path is cut, not the line and the column."""
    text = str(problem(12, 34, path="folder/" * 100, what="w" * 600))

    assert "…:12:34: www" in text
    assert len(text) == 500


def test_a_policy_error_sorts_its_problems_by_place():
    """By file, then line, then column, as numbers."""
    problems = [problem(10), problem(9, 2), problem(9, 10), problem(1, path="z.yaml"), problem(9, 1)]

    error = PolicyError(iter(problems))

    assert [(found.path, found.line, found.column) for found in error.problems] == [
        ("p.yaml", 9, 1),
        ("p.yaml", 9, 2),
        ("p.yaml", 9, 10),
        ("p.yaml", 10, 1),
        ("z.yaml", 1, 1),
    ]


@pytest.mark.parametrize(
    ("number", "last"), [(1, "p.yaml:1"), (20, "p.yaml:20"), (21, "… and 1 more"), (200, "… and 180 more")]
)
def test_at_most_twenty_problems_are_printed(number, last):
    """The rest is counted; the error has them all."""
    error = PolicyError(problem(line) for line in range(1, number + 1))
    printed = str(error).splitlines()

    assert len(error.problems) == number
    assert len(printed) == min(number, 21)
    assert printed[-1].startswith(last)


def test_a_record_error_never_shows_the_value():
    """Neither its text nor its `repr`, for the value may be somebody's name or note."""
    error = RecordError("note", "to my CANARY", "must be a text", "leave it out", "text")

    assert (error.field, error.value, error.what, error.hint, error.code) == (
        "note",
        "to my CANARY",
        "must be a text",
        "leave it out",
        "text",
    )
    assert str(error) == "note: must be a text; leave it out"
    assert "CANARY" not in str(error) + repr(error)


def test_a_strange_field_name_is_printed_safely():
    """A key of a stranger's mapping may hold anything."""
    assert str(RecordError("a\x1b[31m", 1, "is wrong", "mend it")) == "a\\x1b[31m: is wrong; mend it"


@pytest.mark.parametrize(
    "error", [PolicyError([problem()]), RecordError("sent_at", "x", "is wrong", "mend it")], ids=repr
)
def test_errors_survive_pickling(error):
    """As they must between processes."""
    copy = pickle.loads(pickle.dumps(error))

    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert vars(copy) == vars(error)


def test_one_class_catches_all():
    """Every refusal of the library is an `InvitePolicyError`."""
    assert issubclass(PolicyError, InvitePolicyError)
    assert issubclass(RecordError, InvitePolicyError)


def test_a_problem_cannot_be_changed():
    """It is a value: equal by its parts."""
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        problem().line = 2
    assert problem() == problem()
