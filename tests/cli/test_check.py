"""`invitepolicy check`: a new user's ten mistakes, three formats, exit statuses, and excerpts that obey nobody."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
import yaml
from locations import ROOT

from invitepolicy._read.load import shipped_names
from invitepolicy.cli import main
from invitepolicy.cli.policies import Source
from invitepolicy.cli.text.terminal import Style
from invitepolicy.cli.verbs import check
from invitepolicy.cli.verbs.check import Checked, Entry

FILE = "mine.invitepolicy.yaml"
MORE = """\
decisions:
  withdraw:
    rules:
      - rule: call a vip
        when: {tags: vip, sent: at least 1 week ago}
        then: consider
        because: Call them instead.
tests:
  - test: a vip is called
    given: {tags: [vip]}
    expect:
      withdraw: [keep, consider after 1 week, not_applicable after 180 days]
"""


@pytest.fixture
def style(tmp_path, monkeypatch, capsys):
    """Write a style as a new user does: `new`, then a rule and its test of their own. Gives the file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    assert main(["new", "-q"]) == 0
    path = Path(FILE)
    path.write_text(path.read_text(encoding="utf-8") + MORE, encoding="utf-8")
    capsys.readouterr()
    return path


def checked(capsys, *arguments):
    """Check; give the status and the lines that are printed."""
    status = main(["check", *arguments])
    return status, capsys.readouterr().out.splitlines()


def test_a_new_style_is_fine(style, capsys):
    """Its test passes, and the coverage is printed."""
    status, lines = checked(capsys, FILE)

    assert status == 0
    assert lines[0].startswith(f"{FILE}: 1 test passed · rules: its own 1 of 1, its parents' ")
    assert " · boundaries: its own 1 of 2, its parents' " in lines[0]
    assert lines[1:] == ["1 policy checked: no problems, 1 note; --notes lists them"]


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [
        (
            "settings:",
            "setings:",
            [
                f"{FILE}:5:1: there is no key “setings”; did you mean “settings”?",
                "    setings: {longest_wait: 2 weeks}",
                "    ^",
            ],
        ),
        (
            "longest_wait:",
            "longst_wait:",
            [
                (
                    f"{FILE}:5:12: no parent has a setting “longst_wait”, and nothing here uses it; "
                    "did you mean “longest_wait”?"
                ),
                "    settings: {longst_wait: 2 weeks}",
                "               ^",
            ],
        ),
        (
            "2 weeks",
            "1 month",
            [
                f"{FILE}:5:26: “1 month” has no fixed length; write 30 days or 4 weeks",
                "    settings: {longest_wait: 1 month}",
                "                             ^",
            ],
        ),
        (
            "longest_wait: 2 weeks",
            "resend_lock: 2 weeks",
            [
                (
                    f"{FILE}:5:25: “resend_lock” may not be less than 3 weeks, and “2 weeks” is "
                    "(The same person can be invited again after three weeks); write 3 weeks or more"
                ),
                "    settings: {resend_lock: 2 weeks}",
                "                            ^",
            ],
        ),
        (
            "tags: vip,",
            "tag: vip,",
            [
                f"{FILE}:10:16: there is no fact “tag”; did you mean “tags”?",
                "            when: {tag: vip, sent: at least 1 week ago}",
                "                   ^",
            ],
        ),
        (
            "at least 1 week ago",
            "more than 1 week ago",
            [
                (
                    f"{FILE}:10:33: “more than 1 week ago”: dates do not support “more than”; "
                    "write at least 1 week ago, "
                    "so that the instant of the change is clear"
                ),
                "            when: {tags: vip, sent: more than 1 week ago}",
                "                                    ^",
            ],
        ),
        (
            "then: consider",
            "then: consder",
            [
                f"{FILE}:11:15: “consder” is not an outcome of “withdraw”; did you mean “consider”?",
                "            then: consder",
                "                  ^",
            ],
        ),
        (
            "because: Call them",
            "because: Now: call them",
            [
                f"{FILE}:12:21: a text with a colon and a space in it; put the text in quotes",
                "            because: Now: call them instead.",
                "                        ^",
            ],
        ),
        (
            "        then:",
            "       then:",
            [
                (
                    f"{FILE}:11:8: this line is indented differently from its neighbours; "
                    "let lines that belong together begin in the same column"
                ),
                "           then: consider",
                "           ^",
            ],
        ),
        (
            "after 1 week",
            "after 8 days",
            [
                (
                    f"{FILE}:17:7: the test “a vip is called” fails: withdraw at 2026-01-08T00:00:00Z (after 1 week): "
                    f"expected keep, got consider; the rule “call a vip” decided ({FILE}:9); "
                    "its life is keep, consider after 1 week, not_applicable after 180 days"
                ),
                "          withdraw: [keep, consider after 8 days, not_applicable after 180 days]",
                "          ^",
            ],
        ),
    ],
    ids=["key", "setting", "month", "bound", "fact", "line", "outcome", "colon", "indentation", "test"],
)
def test_ten_mistakes_are_mended_from_the_message_alone(style, capsys, right, wrong, expected):
    """Each is one message: where, what, and what would be right, above the line with a caret."""
    text = style.read_text(encoding="utf-8")
    assert right in text
    style.write_text(text.replace(right, wrong, 1), encoding="utf-8")

    status, lines = checked(capsys, FILE)

    assert status == 1
    assert lines[:3] == expected
    assert lines[-1].startswith("1 policy checked: 1 problem")
    assert len(lines) <= 5


def test_an_outcome_that_fails_has_no_life(style, capsys):
    """Only the rule that decided is named."""
    text = style.read_text(encoding="utf-8").partition("    expect:")[0] + "    expect: {withdraw: withdraw}\n"
    style.write_text(text, encoding="utf-8")

    assert checked(capsys, FILE)[1][0] == (
        f"{FILE}:16:14: the test “a vip is called” fails: withdraw at 2026-01-01T00:00:00Z: "
        "expected withdraw, got keep; otherwise decided (linkedin.yaml:76)"
    )


@pytest.mark.parametrize("name", shipped_names())
def test_shipped_policies_are_fine(capsys, name):
    """By their names."""
    assert checked(capsys, name)[0] == 0


def test_several_policies_are_told_together(style, capsys):
    """In the order named; the summary counts them."""
    Path("other.yaml").write_text("invitepolicy: 1\nnam: other\n", encoding="utf-8")

    status, lines = checked(capsys, "faq", "other.yaml", FILE)

    assert status == 1
    assert [line.partition(":")[0] for line in lines if not line.startswith(" ")] == [
        "faq",
        "other.yaml",
        FILE,
        "3 policies checked",
    ]
    assert lines[-1] == "3 policies checked: 1 problem, 14 notes; --notes lists them"


def test_of_many_problems_twenty_are_printed(tmp_path, monkeypatch, capsys):
    """With a count of the others, which the format for programs lists."""
    monkeypatch.chdir(tmp_path)
    keys = "".join(f"key{number}: 1\n" for number in range(23))
    Path(FILE).write_text(f"invitepolicy: 1\nname: mine\nextends: faq\n{keys}", encoding="utf-8")

    status, lines = checked(capsys, FILE)
    main(["check", FILE, "--format", "json"])

    assert status == 1
    assert sum(line.startswith(FILE) for line in lines) == 20
    assert lines[-2:] == [
        f"… and 3 more in {FILE}; --format json lists them all",
        "1 policy checked: 23 problems",
    ]
    assert len(json.loads(capsys.readouterr().out)) == 23


def test_quietly_only_problems_are_told(style, capsys):
    """No summary, no coverage."""
    assert checked(capsys, "-q", FILE) == (0, [])


@pytest.mark.parametrize("name", ["nope", "./nope.yaml", "folder.yaml"])
def test_what_cannot_be_read_is_told_with_status_2(style, capsys, name):
    """No such policy, no such file, no file at all; the others are checked all the same."""
    Path("folder.yaml").mkdir()

    status, lines = checked(capsys, name, FILE)

    assert status == 2
    assert lines[0].startswith(f"{name.removeprefix('./')}:1:1: ")
    assert lines[1].startswith(f"{FILE}: 1 test passed")


@pytest.mark.parametrize("parent", ["fequ", "./nope.yaml"])
def test_a_parent_that_is_not_there_is_a_problem_of_the_child(style, capsys, parent):
    """Told at `extends`."""
    style.write_text(f"invitepolicy: 1\nname: mine\nextends: {parent}\n", encoding="utf-8")

    status, lines = checked(capsys, FILE)

    assert status == 1
    assert lines[0].startswith(f"{FILE}:3:10: ")
    assert lines[1:3] == [f"    extends: {parent}", "             ^"]


def test_json_is_a_list_of_entries(style, capsys):
    """Path, line, column, level, code, what and hint; only notes where all is fine."""
    assert main(["check", FILE, "--format", "json"]) == 0
    (note,) = json.loads(capsys.readouterr().out)
    assert (note["path"], note["level"], note["code"]) == (FILE, "note", "undetermined")
    style.write_text(style.read_text(encoding="utf-8").replace("2 weeks", "1 month"), encoding="utf-8")

    assert main(["check", FILE, "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out) == [
        {
            "path": FILE,
            "line": 5,
            "column": 26,
            "level": "error",
            "code": "quantity",
            "what": "“1 month” has no fixed length",
            "hint": "write 30 days or 4 weeks",
        }
    ]


def test_github_gets_workflow_commands(tmp_path, monkeypatch, capsys):
    """A line each; what would end a property or a message is escaped."""
    folder = tmp_path / "a,b:c%d"
    folder.mkdir()
    monkeypatch.chdir(folder.parent)
    path = f"{folder.name}/p.yaml"
    Path(path).write_text('invitepolicy: 1\nname: p\n"50%": 1\n', encoding="utf-8")

    status, (line,) = checked(capsys, path, "--format", "github")

    assert status == 1
    assert line.startswith("::error file=a%2Cb%3Ac%25d/p.yaml,line=3,col=1,title=")
    assert "::there is no key “50%25”" in line


def test_github_knows_warnings_and_notices():
    """The levels by its own names, each on one line."""
    entries = [Entry("p.yaml", 1, 2, level, "c,d", "what\r\nnow", "") for level in ("error", "warning", "note")]

    assert [check._as_command(entry) for entry in entries] == [
        f"::{word} file=p.yaml,line=1,col=2,title=c%2Cd::what%0D%0Anow" for word in ("error", "warning", "notice")
    ]


def test_warnings_are_marked_and_counted():
    """By their level; a problem needs no mark."""
    entries = tuple(Entry("p.yaml", 1, 1, level, "c", "what", "how") for level in ("warning", "note", "note"))

    checked = [Checked(Source("p.yaml", None, (), 0), entries, None)]
    lines = list(check._as_text(checked, Style(color=False), 80, notes=True, quiet=False))
    without = list(check._as_text(checked, Style(color=False), 80, notes=False, quiet=False))

    assert lines == [
        "p.yaml:1:1: warning: what; how",
        "p.yaml:1:1: note: what; how",
        "p.yaml:1:1: note: what; how",
        "1 policy checked: 1 warning, 2 notes",
    ]
    assert without == [lines[0], "1 policy checked: 1 warning, 2 notes; --notes lists them"]


UNREACHED = """invitepolicy: 1
name: slow
extends: faq
settings: {daily_wait: 3 weeks}
decisions:
  withdraw:
    rules:
      - rule: even later
        when: {sent: at least daily_wait ago, tags: {not: keep}, has_note: true, note_length: less than 1}
        then: consider
        because: b
tests:
  - {test: fails, given: {}, expect: {withdraw: consider}}
"""


def test_findings_stand_between_problems_and_tests(tmp_path, monkeypatch, capsys):
    """A warning makes the status 1, with a record that shows it where one can; notes on demand."""
    monkeypatch.chdir(tmp_path)
    Path("slow.yaml").write_text(UNREACHED, encoding="utf-8")

    status, lines = checked(capsys, "slow.yaml")
    _, noted = checked(capsys, "slow.yaml", "--notes")
    main(["check", "slow.yaml", "--format", "json"])
    entries = json.loads(capsys.readouterr().out)

    warnings = [line for line in lines if line.startswith("slow.yaml:") and ": warning: " in line]
    assert status == 1
    assert warnings
    assert lines.index(warnings[-1]) < next(i for i, line in enumerate(lines) if "the test “fails” fails" in line)
    assert any(": note: " in line for line in noted)
    assert not any(": note: " in line for line in lines)
    assert {"warning", "note", "error"} == {entry["level"] for entry in entries}
    assert all(entry["path"] == "slow.yaml" for entry in entries)


def test_a_warning_shows_a_record_where_one_can(tmp_path, monkeypatch, capsys):
    """In words, behind what is wrong."""
    monkeypatch.chdir(tmp_path)
    Path("p.yaml").write_text(
        "invitepolicy: 1\nname: p\nextends: linkedin\ndecisions:\n  withdraw:\n"
        "    otherwise: {then: withdraw, because: Enough.}\n",
        encoding="utf-8",
    )

    status, lines = checked(capsys, "p.yaml")

    assert status == 1
    assert any(": warning: " in line and " (such as an invitation" in line for line in lines)


def test_the_output_is_never_the_policy(style, capsys):
    """Naming the file behind -o is refused."""
    before = style.read_bytes()

    assert main(["check", FILE, "-o", f"./{FILE}"]) == 2
    assert style.read_bytes() == before
    assert main(["check", FILE, "-o", "report.txt"]) == 0
    assert (
        Path("report.txt")
        .read_text(encoding="utf-8")
        .endswith("1 policy checked: no problems, 1 note; --notes lists them\n")
    )


def test_colours_are_heavy_and_faint_only(style, capsys):
    """Bold problems, faint summaries."""
    _, lines = checked(capsys, FILE, "--color", "always")

    assert lines[0].startswith("\x1b[2m")
    assert re.sub(r"\x1b\[[012]m", "", lines[0]).startswith(FILE)


def test_progress_is_shown_on_a_terminal(style, capsys, monkeypatch):
    """On stderr, for several policies, and taken away again; not when quiet."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)

    main(["check", "faq", FILE])
    shown = capsys.readouterr().err
    main(["check", "-q", "faq", FILE])
    quiet = capsys.readouterr().err

    assert f"2 of 2: {FILE}" in shown
    assert shown.endswith("\r\x1b[K")
    assert quiet == ""


def test_the_hook_checks_policies(style, capsys):
    """`.pre-commit-hooks.yaml` names the verb, and the files it is for."""
    text = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    (hook,) = yaml.safe_load(text)

    assert hook["id"] == "invitepolicy-check"
    assert re.search(hook["files"], FILE)
    assert not re.search(hook["files"], "notes.yaml")
    command, *arguments = hook["entry"].split()
    assert command == "invitepolicy"
    assert main([*arguments, os.fspath(style)]) == 0
