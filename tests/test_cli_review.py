"""`invitepolicy review`: the page that a person reads, the same in every format, and how it ends."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from exports import EXAMPLE, got, sent, write_export
from test_cli_progress import Terminal

from invitepolicy.cli import main
from invitepolicy.cli.terminal import width_of

NOW = ("--now", "2026-03-15T12:00Z")
RECORD = '{"name": "Ann", "sent_at": "2026-03-01T10:00Z"}\n'
TINY = """\
invitepolicy: 1
name: tiny
decisions:
  stay:
    question: May it stay?
    rules:
      - {rule: old, when: {sent: at least 2 weeks ago}, then: 'no', because: Two weeks are over.}
    otherwise: {then: 'yes', because: It is young.}
"""


@pytest.fixture
def reviewed(capsys, monkeypatch):
    """Give what the command prints: its status, its text and its remarks."""
    monkeypatch.setenv("COLUMNS", "80")

    def run(source, *words):
        status = main(["review", str(source), *words, *NOW])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run


def started(*words, **named):
    """Start the command as a process of its own."""
    return subprocess.Popen([sys.executable, "-m", "invitepolicy", "review", *words, *NOW], text=True, **named)


# --- the page ---


def test_the_page_begins_with_who_when_and_by_which_policy(reviewed):
    """And ends with what was not done."""
    status, text, remarks = reviewed(EXAMPLE, "-p", "faq")

    assert (status, remarks) == (0, "")
    first = re.sub(r"[0-9a-f]{8}\)", "…)", text)
    assert first.startswith(
        "Invitations of Marisol Quintervane, as of 2026-03-15 12:00 UTC\n"
        "42 invitations, decided by the policy faq, “The considerate trainer” (as asked\n"
        "for; …).\n"
        "\n"
        "Withdraw (4)\n"
        "  Where to click: My Network, Manage, Sent\n"
        "  They are on LinkedIn every day and have had 4 days to answer.\n"
        "    Priyamvada Sengottuvel            sent 2026-03-07, 8 days ago\n"
        "  No invitation hangs around for more than 2 weeks.\n"
    )
    assert text.endswith("\n  All times are in UTC.\n\nNothing was sent or changed.\n")


def test_what_there_is_to_do_stands_first(reviewed):
    """Then what comes up, then what nothing can be done about, then the account and what was assumed."""
    _, text, _ = reviewed(EXAMPLE)

    headings = [line for line in text.splitlines()[2:-1] if line and not line.startswith(" ")]
    assert headings[1:] == [
        "Withdraw (4)",
        "Look at once more (1)",
        "About to lapse (1)",
        "Before you send (2)",
        "Asked for an e-mail address (2)",
        "May be asked again (2)",
        "Waiting for your answer (12)",
        "Coming up until 2026-04-12 (7)",
        "Not to be asked again yet (1)",
        "Lapsed (3)",
        "Could not be answered (1)",
        "Your account",
        "What was assumed",
    ]
    assert text.count("Where to click") == 1


def test_reasons_stand_once_a_group_with_their_answer(reviewed):
    """Where a heading holds several answers."""
    _, text, _ = reviewed(EXAMPLE)

    assert "\n  Ask for context: Out of the blue, you want to know why they connect.\n" in text
    assert text.count("No invitation hangs around") == 1
    assert (
        "\n  May this person be invited again? To answer, this is needed: withdrawn_at\n"
        "  (when it was withdrawn).\n    Rafiq Tellingstone\n"
    ) in text


def test_what_comes_up_is_said_by_what_there_will_be_to_do(reviewed):
    """Every change, the earliest first, as far as `--until`."""
    _, text, _ = reviewed(EXAMPLE, "--until", "5 days")

    assert text.partition("Coming up until 2026-03-20 (5)\n")[2].startswith(
        "    2026-03-15 19:00  Saoirse Vandermolen, PhD          withdraw\n"
        "    2026-03-18 01:41  Tobiah Renn-Castell               look at once more\n"
        "    2026-03-19 01:41  Tobiah Renn-Castell               withdraw\n"
        "    2026-03-19 04:15  Jørn Ødegaardsli                  withdraw\n"
        "    2026-03-19 14:50  Barnaby Oxenford                  lapsed\n"
        "\n"
    )
    assert "Nothing changes by itself in this time." in reviewed(EXAMPLE, "--until", "0 days")[1]
    assert "until 2126" in reviewed(EXAMPLE, "--until", "36500 days")[1]


@pytest.mark.parametrize("columns", [60, 80, 100, 300])
@pytest.mark.parametrize("color", ["always", "never"])
def test_no_line_is_wider_than_the_terminal(reviewed, monkeypatch, columns, color):
    """Nor than 120 columns; wide names keep the dates in one column."""
    monkeypatch.setenv("COLUMNS", str(columns))

    _, text, _ = reviewed(EXAMPLE, "--color", color)

    lines = re.sub("\x1b\\[[0-9]m", "", text).splitlines()
    assert max(map(width_of, lines)) <= min(columns, 120)
    dated = {width_of(line.partition("sent 20")[0]) for line in lines if re.match(r" {4}\S.*sent 20", line)}
    assert len(dated) == 1


def test_hostile_names_stay_in_their_line(reviewed, tmp_path):
    """Controls are shown; nobody's name is said so; an address stands for a name."""
    path = tmp_path / "a.jsonl"
    sent_at = '"sent_at": "2026-02-01"'
    path.write_text(
        f'{{"name": "a\\u001b[2J\\nb", {sent_at}}}\n{{"url": "https://x/in/ann/", {sent_at}}}\n{{{sent_at}}}\n'
        '{"name": "Late", "status": "withdrawn", "withdrawn_at": "2027-01-01"}\n{"name": "Zoe", "status": "draft"}\n'
        '{"direction": "incoming"}\n',
        encoding="utf-8",
    )

    _, text, _ = reviewed(path)

    shown = r"a\x1b[2J b"
    assert f"\n    {shown:<32}  sent 2026-02-01, 42 days ago\n" in text
    assert "\n    ann                               sent" in text
    assert "\n    (nobody's name)                   sent" in text
    assert "date not known\n" in text
    assert "Late                              from 2027-01-22 00:00\n" in text


def test_a_withdrawal_in_the_future_is_said_so(reviewed, tmp_path):
    """A clock may be wrong."""
    (tmp_path / "p.yaml").write_text(TINY)
    (tmp_path / "a.jsonl").write_text('{"sent_at": "2027-01-01"}\n')

    _, text, _ = reviewed(tmp_path / "a.jsonl", "-p", str(tmp_path / "p.yaml"))

    assert "sent 2027-01-01, in the future\n" in text


def test_questions_of_a_policy_s_own_have_their_place(reviewed, tmp_path):
    """By their words; a change without a heading says the decision and its outcome."""
    (tmp_path / "p.yaml").write_text(TINY)
    (tmp_path / "a.jsonl").write_text(RECORD + '{"name": "Bob", "sent_at": "2026-03-14"}\n{"name": "Cy"}\n')

    _, text, _ = reviewed(tmp_path / "a.jsonl", "-p", str(tmp_path / "p.yaml"))

    assert "\n3 invitations, decided by the policy tiny (as asked for; " in text
    assert "\nMay it stay? (2)\n  No: Two weeks are over.\n    Ann " in text
    assert f"\n    2026-03-28 00:00  {'Bob':<32}  stay: no\n" in text
    assert "\n  May it stay? To answer, this is needed: sent_at" in text
    assert "Your account\n  2 pending" not in text


def test_the_account_says_what_will_change_and_what_it_knows(reviewed, tmp_path):
    """A restriction passes; without settled invitations there is no share."""
    folder = write_export(tmp_path, [sent("ann")])

    _, text, _ = reviewed(folder, "--account", "restricted_at=2026-03-14")

    assert "\n  Pace: pause." in text
    assert "\n    Slow down from 2026-03-21 00:00, if nothing is sent or answered.\n" in text
    assert "\n  1 pending; 0 sent in the last day, 1 in the last week.\n" in text
    assert "\n  1 invitation is taken to be pending, since" in text


def test_what_is_missing_is_counted(reviewed, tmp_path):
    """Of one person, and of several; only an export has a sheet to say it in."""
    one = reviewed(write_export(tmp_path, [got("ann")]))[1]
    (tmp_path / "a.jsonl").write_text('{"direction": "incoming", "sent_at": "2026-03-14"}\n' * 2)
    two = reviewed(tmp_path / "a.jsonl")[1]

    assert "The relationship of 1 person is unknown; for 1 of them" in " ".join(one.split())
    assert "“invitepolicy new --people” writes the sheet." in " ".join(one.split())
    assert "The relationship of 2 people is unknown; for 2 of them" in " ".join(two.split())
    assert "--people" not in two


def test_an_empty_source_is_reviewed(reviewed, tmp_path):
    """There is nothing to do."""
    (tmp_path / "a.jsonl").write_text("")

    status, text, _ = reviewed(tmp_path / "a.jsonl")

    assert status == 0
    assert "\n0 invitations, decided by" in text


# --- the formats ---


def test_every_format_says_the_same(reviewed):
    """Of the same records, in the order of the source."""
    whole = json.loads(reviewed(EXAMPLE, "--format", "json")[1])
    lines = [json.loads(line) for line in reviewed(EXAMPLE, "--format", "jsonl")[1].splitlines()]
    table = list(csv.DictReader(io.StringIO(reviewed(EXAMPLE, "--format", "csv")[1], newline="")))

    assert lines == whole["invitations"]
    assert len(lines) == 42
    for line, row in zip(lines, table, strict=True):
        assert row["name"] == (line["invitation"]["name"] or "")
        for name, answer in line["decisions"].items():
            assert (row[name], row[f"{name}_reason"]) == (answer["outcome"], answer["reason"])
            assert (row[f"{name}_changes_at"] or None, row[f"{name}_changes_to"] or None) == (
                answer["changes_at"], answer["changes_to"],
            )  # fmt: skip
    assert whole["account"]["facts"]["account_pending"] == 12


@pytest.mark.parametrize("format_", ["text", "json", "jsonl", "csv"])
def test_a_row_that_cannot_be_read_makes_the_status(reviewed, tmp_path, format_):
    """The same for all formats, however quiet; the rest is answered, and the row is told where there is room."""
    folder = write_export(tmp_path, [sent("ann"), sent("bob", at="soon"), sent("cy", at="3/8/26, 2:30 AM")])

    status, text, remarks = reviewed(folder, "--format", format_)
    quiet = reviewed(folder, "--format", format_, "-q")

    assert (status, quiet) == (1, (1, text, ""))
    assert "Ann" in text
    assert "Cy" in text
    assert "left out: 1 row that could not be read\n" in remarks
    told = text if format_ in ("text", "json") else remarks
    assert "Invitations.csv:3" in told
    assert "Invitations.csv:4" in told
    assert ("left out: Sent At: this is not a date" in told) is (format_ != "json")


def test_json_lines_answer_for_the_account_that_the_file_shows(reviewed, tmp_path):
    """A first pass over a file; of stdin only what is said."""
    asked = '{"status": "draft", "name": "%s", "email_requested": true}\n'
    path = tmp_path / "a.jsonl"
    path.write_text("".join(asked % name for name in "abcdef"))

    by_format = {name: reviewed(path, "--format", name)[1] for name in ("json", "jsonl")}

    whole, lines = json.loads(by_format["json"]), [json.loads(line) for line in by_format["jsonl"].splitlines()]
    assert whole["account"]["facts"]["account_email_requests"] == 6
    assert whole["invitations"] == lines


def piped(monkeypatch, text):
    """Put a text into stdin."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


def test_from_stdin_the_account_is_what_is_said_of_it(reviewed, monkeypatch):
    """Nobody has seen all of its records."""
    piped(monkeypatch, RECORD)
    text = reviewed("-")[1]
    piped(monkeypatch, RECORD)
    whole = json.loads(reviewed("-", "--format", "json", "--account", "pending=7")[1])
    piped(monkeypatch, RECORD)
    (line,) = reviewed("-", "--format", "jsonl", "--account", "pending=7")[1].splitlines()

    assert "Its counts are not known, since not all of its records were seen" in " ".join(text.split())
    assert whole["account"]["facts"]["account_pending"] == 7
    assert whole["account"]["facts"]["account_settled"] is None
    assert whole["invitations"] == [json.loads(line)]


def test_forms_of_the_export_reach_the_command(reviewed, tmp_path):
    """Dates by hand, another sheet, and both refused for records."""
    folder = write_export(tmp_path, [sent("ann", at="03/02/2026 10:00")])

    assert "Invitations.csv:2: left out: Sent At: “03/02/2026 10:00” may begin with" in reviewed(folder)[1]
    status, text, _ = reviewed(folder / "Invitations.csv", "--dates", "day-first")
    assert status == 0
    assert "sent 2026-02-03, 39 days ago" in text
    assert reviewed("-", "--dates", "day-first")[0] == 2


# --- files, streams and signals ---


def test_output_goes_to_a_file_without_colours(reviewed, tmp_path, monkeypatch):
    """Whole; `-` is stdout."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    path = tmp_path / "review.txt"

    assert reviewed(EXAMPLE, "-o", str(path)) == (0, "", "")
    assert path.read_text(encoding="utf-8").startswith("Invitations of")
    assert reviewed(EXAMPLE, "-o", "-")[1].startswith("\x1b[1mInvitations of")


@pytest.mark.parametrize("format_", ["text", "jsonl"])
@pytest.mark.parametrize("name", ["Invitations.csv", "connections.csv", "people.csv", "mine.yaml", "known.csv"])
def test_no_file_that_is_read_is_overwritten(reviewed, tmp_path, format_, name):
    """Nor the policy."""
    write_export(tmp_path, [sent("ann")], people=["name"])
    (tmp_path / "Connections.csv").rename(tmp_path / "connections.csv")
    (tmp_path / "mine.yaml").write_text(TINY)
    (tmp_path / "known.csv").write_text("name\n")
    before = (tmp_path / name).read_bytes()
    known = ["--people", str(tmp_path / "known.csv"), "-p", str(tmp_path / "mine.yaml")]

    status, _, remarks = reviewed(tmp_path, "-o", str(tmp_path / name), "--format", format_, *known)

    assert status == 2
    assert "is what is being read" in remarks
    assert (tmp_path / name).read_bytes() == before


def test_what_breaks_off_leaves_no_file(tmp_path, monkeypatch):
    """Ctrl-C in the middle of a stream: 130, and the old file."""
    (tmp_path / "out").write_text("before")

    class Interrupted(io.BytesIO):
        def readline(self, *_):
            raise KeyboardInterrupt

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(Interrupted()))

    assert main(["review", "-", "--format", "jsonl", "-o", str(tmp_path / "out"), *NOW]) == 130
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"out": "before"}


def test_progress_and_problems_share_a_terminal(tmp_path, monkeypatch):
    """A problem stands on a line of its own; the count is gone in the end, and quiet shows none."""
    (tmp_path / "p.yaml").write_text(TINY)
    (tmp_path / "a.jsonl").write_text(RECORD * 200 + "x\n")
    monkeypatch.setattr("invitepolicy.cli.progress._AFTER", 0)
    words = ["review", str(tmp_path / "a.jsonl"), "-p", str(tmp_path / "p.yaml"), "--format", "csv", "-o", os.devnull]
    seen = []
    for quiet in ([], ["-q"]):
        stream = Terminal()
        monkeypatch.setattr(sys, "stderr", stream)
        assert main([*words, *quiet, *NOW]) == 1
        seen.append(stream.getvalue())

    assert re.search(r"\r\x1b\[Kcounting: \d+ records, [\d,]+ a second", seen[0])
    assert "\r\x1b[Kinvitepolicy: a.jsonl:201: left out: it is not JSON at column 1" in seen[0]
    assert seen[1] == ""


def test_lines_are_handed_on_as_they_are_decided(tmp_path):
    """Of a pipe that stays open, each record is answered before the next one is there."""
    with started("-", "--format", "jsonl", stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        for name in ("Ann", "Bob"):
            process.stdin.write(f'{{"name": "{name}"}}\n')
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["invitation"]["name"] == name
        process.stdin.close()
        assert process.wait(10) == 0


def test_a_closed_pipe_ends_it_quietly():
    """Whoever reads only the beginning has seen enough."""
    reading, writing = os.pipe()
    os.close(reading)

    with started(str(EXAMPLE), "--format", "json", stdout=writing, stderr=subprocess.PIPE) as process:
        os.close(writing)
        assert process.stderr.read() == ""
        assert process.wait(10) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no such device")
def test_a_full_disk_is_a_clear_error():
    """One line, and the status of what could not run."""
    with Path("/dev/full").open("w") as full, started(str(EXAMPLE), stdout=full, stderr=subprocess.PIPE) as process:
        assert process.stderr.read() == "invitepolicy: writing failed: no space left on device\n"
        assert process.wait(10) == 2


def test_an_interruption_ends_it_with_130():
    """And no traceback."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with started("-", "--format", "jsonl", **pipes) as process:
        process.stdin.write("{}\n")
        process.stdin.flush()
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
        assert process.stderr.read() == ""


@pytest.mark.parametrize("environment", [{"LC_ALL": "C", "PYTHONUTF8": "0"}, {"PYTHONIOENCODING": "ascii"}])
def test_a_poor_locale_is_no_error(environment):
    """What it cannot write is written as an escape."""
    environment = {**os.environ, "PYTHONCOERCECLOCALE": "0", **environment}

    with started(str(EXAMPLE), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        text, remarks = process.communicate()

    assert (process.returncode, remarks) == (0, "")
    assert "\\u540d\\u53d6" in text


PEAK = """
import resource, sys
from invitepolicy.cli import main
status = main(sys.argv[1:])
print(status, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.parametrize("number", [10_000, pytest.param(200_000, marks=pytest.mark.full)])
def test_any_number_of_records_streams_in_flat_memory(tmp_path, number):
    """Two passes over a file of fresh invitations take no more memory than over a handful; kept, they would."""
    (tmp_path / "p.yaml").write_text(TINY)

    def peak(lines):
        (tmp_path / "a.jsonl").write_text('{"sent_at": "2026-03-14T10:00Z", "note": "Hello"}\n' * lines)
        words = ["review", "a.jsonl", "-p", "p.yaml", "--format", "jsonl", "-o", "out.jsonl", *NOW]
        ran = subprocess.run(
            [sys.executable, "-c", PEAK, *words], capture_output=True, text=True, check=True, cwd=tmp_path
        )
        status, kilobytes = map(int, ran.stdout.split())
        assert status == 0
        assert (tmp_path / "out.jsonl").read_bytes().count(b"\n") == lines
        return kilobytes

    assert peak(number) - peak(100) < 2_000
