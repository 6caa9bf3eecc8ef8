"""The command as a whole: its verbs, its help, its exit status, and its suggestions."""

from __future__ import annotations

import runpy
import subprocess
import sys

import pytest

from invitepolicy import cli
from invitepolicy.cli import build_parser, main

VERBS = ["review", "explain", "backtest", "diff", "check", "test", "new", "schema", "show"]


def test_every_verb_has_help(capsys):
    """What it is for, and its arguments."""
    for verb in VERBS:
        with pytest.raises(SystemExit) as ended:
            main([verb, "--help"])
        assert ended.value.code == 0
        text = capsys.readouterr().out
        assert text.startswith(f"usage: invitepolicy {verb}")
        assert "-q, --quiet" in text or verb in ("new", "schema")


def test_without_a_verb_the_help_is_printed(capsys, monkeypatch):
    """The help, on stderr, with status 2."""
    monkeypatch.setattr(sys, "argv", ["invitepolicy"])

    assert main() == 2
    assert main([]) == 2
    printed = capsys.readouterr().err
    assert all(f"    {verb}" in printed for verb in VERBS)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["chek", "faq"], "there is no “chek”; did you mean “check”?"),
        (["zzz"], "there is no “zzz”; write review, explain, backtest, diff, check, test, new, schema or show"),
        (["review", "x", "--format", "jsn"], "there is no “jsn”; did you mean “json”?"),
        (["review"], "the following arguments are required: SOURCE"),
        (["review", "x", "--now", "yesterday"], "“yesterday” is not a date or an instant; write 2026-03-01"),
        (["review", "x", "--set", "longest_wait"], "is not NAME=VALUE"),
        (["review", "x", "--account", "tear=free"], "tear: is not a field of an account; did you mean “tier”?"),
    ],
)
def test_wrong_words_get_a_suggestion(capsys, arguments, words):
    """And status 2."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert ended.value.code == 2
    assert words in capsys.readouterr().err


def test_the_version_is_printed(capsys):
    """As installed."""
    with pytest.raises(SystemExit):
        main(["--version"])

    assert capsys.readouterr().out.startswith("invitepolicy ")


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [(KeyboardInterrupt(), 130, ""), (OSError(28, "No space left"), 2, "writing failed: no space left")],
)
def test_what_ends_a_verb_has_its_status(monkeypatch, capsys, error, status, words):
    """Ctrl-C and a full disk."""

    def run(_):
        raise error

    monkeypatch.setattr("invitepolicy.cli.verbs.schema.run", run)
    assert main(["schema"]) == status
    assert words in capsys.readouterr().err


def test_a_reader_that_has_gone_ends_it_quietly(monkeypatch):
    """With status 0, and nothing more is written."""
    left = []

    def run(_):
        raise BrokenPipeError

    monkeypatch.setattr("invitepolicy.cli.verbs.schema.run", run)
    monkeypatch.setattr("invitepolicy.cli._abandon_stdout", lambda: left.append("stdout"))

    assert main(["schema"]) == 0
    assert left == ["stdout"]


def test_a_policy_that_cannot_be_used_is_reported(capsys, tmp_path):
    """With its problems, a line each, and status 2."""
    path = tmp_path / "p.yaml"
    path.write_text("invitepolicy: 1\nnam: p\n", encoding="utf-8")

    assert main(["show", str(path)]) == 2
    assert "the policy cannot be used:\n" in capsys.readouterr().err


def test_the_module_runs_the_command(monkeypatch, capsys):
    """In this process."""
    monkeypatch.setattr(sys, "argv", ["invitepolicy", "schema"])

    with pytest.raises(SystemExit) as ended:
        runpy.run_module("invitepolicy", run_name="__main__")

    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("{")


def test_importing_the_module_runs_nothing():
    """Only running it does."""
    module = runpy.run_module("invitepolicy.__main__", run_name="looked at")

    assert module["main"] is main


def test_the_module_is_the_command():
    """`python -m invitepolicy` as well as `invitepolicy`."""
    ran = subprocess.run(
        [sys.executable, "-m", "invitepolicy", "--version"], capture_output=True, text=True, check=True
    )

    assert ran.stdout.startswith("invitepolicy ")


def test_the_parser_lists_all_verbs():
    """In the order in which a person meets them."""
    assert list(cli._VERBS) == VERBS
    assert build_parser().prog == "invitepolicy"
