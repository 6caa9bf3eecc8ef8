"""Every block of the README runs, and does what stands beside it."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys

import pytest
from locations import ROOT

from invitepolicy import parse_policy

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, re.DOTALL)


def blocks(language):
    """Return the blocks of a language."""
    return [text for found, text in BLOCKS if found == language]


def test_the_readme_is_one_screen():
    """A policy, a program, its answer and the two commands all stand before line 40."""
    assert len(README.splitlines()) < 50
    assert [language for language, _ in BLOCKS] == ["yaml", "python", "text", "sh", "sh"]
    assert README[: README.rindex("```")].count("\n") <= 40


def test_the_policy_is_eight_lines_and_loads():
    """What a reader copies is a valid policy."""
    (text,) = blocks("yaml")

    assert len(text.splitlines()) == 8
    assert parse_policy(text).name == "mine"


def test_the_program_prints_what_stands_below_it():
    """Five lines, word for word."""
    (program,) = blocks("python")
    (printed,) = blocks("text")

    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert ran.stdout == printed


@pytest.mark.parametrize("command", blocks("sh"))
def test_commands_are_one_line_from_a_bare_machine(command):
    """Each begins with `python3 -m venv`, installs, and runs."""
    assert command.count("\n") == 1
    assert command.startswith("python3 -m venv .venv && .venv/bin/pip install ")


def test_the_first_command_reviews_the_example():
    """What follows the installation prints a review of the example export."""
    command = blocks("sh")[0].rpartition(" && ")[2]
    program, *arguments = shlex.split(command)

    ran = subprocess.run(
        [sys.executable, "-m", "invitepolicy", *arguments], capture_output=True, text=True, check=False, cwd=ROOT
    )

    assert program == ".venv/bin/invitepolicy"
    assert ran.returncode == 0, ran.stderr
    assert "Withdraw" in ran.stdout
    assert ran.stdout.endswith("Nothing was sent or changed.\n")


def test_ci_runs_the_second_command():
    """`.ci/run` takes the test command out of the README as it stands."""
    assert blocks("sh")[1].rpartition(" && ")[2].startswith(".venv/bin/pytest")
    assert 'grep -m1 -E "^python3 -m venv .*pytest" README.md' in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
