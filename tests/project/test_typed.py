"""The types that the library gives its users: a program of theirs is checked strictly, and runs."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import typed_user

import invitepolicy
from invitepolicy import Invitation, load_policy

ROOT = Path(invitepolicy.__file__).parent


def test_the_package_says_that_it_is_typed():
    """By the marker that checkers look for."""
    assert (ROOT / "py.typed").is_file()


def test_the_program_runs(tmp_path):
    """Its answers are those of the policy that it names."""
    now = typed_user.NOW

    assert typed_user.outcome == "keep"
    assert typed_user.first_change(load_policy("faq"), now) is not None
    assert typed_user.outcomes(tmp_path, "mine", [Invitation(sent_at=now)]) == ["keep"]
    assert typed_user.problems(tmp_path / "none.yaml")
    assert typed_user.frame["withdraw"].to_list() == ["keep"]


@pytest.mark.slow
@pytest.mark.skipif(find_spec("mypy") is None, reason="mypy is part of the extra lint")
def test_the_program_is_typed():
    """Checked strictly, nothing of it is unknown to mypy."""
    words = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", typed_user.__file__]
    done = subprocess.run(
        words,
        cwd=ROOT.parent,
        env={"MYPYPATH": str(ROOT.parent), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout, done.returncode) == ("", 0)
