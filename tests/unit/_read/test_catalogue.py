"""The catalogue of mistakes: each file of the folder `bad` announces in its first lines what is to be said of it."""

from __future__ import annotations

from functools import cache

import pytest
from builders import inert
from locations import BAD

from invitepolicy import PolicyError, load_policy

FILES = sorted(BAD.glob("*.yaml"))


def announced(path):
    """Return the problems that a file announces: a comment line each, before anything else."""
    found = []
    for line in path.read_text(encoding="utf-8").split("\n"):
        if not line.startswith("# "):
            break
        found.append(line.removeprefix("# "))
    return found


@cache
def problems_of(path):
    """Load a file, and give its problems."""
    with pytest.raises(PolicyError) as caught:
        load_policy(path)
    return caught.value.problems


def messages(path):
    """Return a file's problems as they are printed, without the folder's name."""
    return [str(problem).replace(f"{path}:", "").replace(f"{BAD}/", "") for problem in problems_of(path)]


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_each_mistake_is_told_as_announced(path):
    """Exactly these problems, in this order: place, what is wrong, and what to write instead."""
    assert messages(path) == announced(path)


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_each_message_is_short_and_says_what_to_do(path):
    """One printable line of at most 500 characters, without a full stop, and with a remedy that is not the fault."""
    for problem in problems_of(path):
        text = str(problem)
        assert len(text) <= 500
        assert inert(text)
        assert problem.hint not in ("", problem.what)
        assert not text.endswith(".")
        assert problem.what[:1] == problem.what[:1].lower()
        assert not any(word in text for word in ("NoneType", "dict", " str ", "None", "True,", "False,", "schema"))


def test_one_mistake_is_one_message():
    """Where a file makes one mistake, it is reported one thing; few files make two."""
    several = {path.stem for path in FILES if len(announced(path)) > 1}

    assert several == {"fact_word_is_a_number", "text_anchor_and_alias", "several_mistakes"}


def test_the_catalogue_is_large():
    """Every refusal of the language, and the slips that people really make."""
    assert len(FILES) >= 200
