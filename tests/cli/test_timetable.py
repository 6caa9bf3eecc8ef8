"""Timetables at the command: straight columns, folded rows, and lists where the terminal is too narrow."""

from __future__ import annotations

import json

import pytest

from invitepolicy.analysis.timetable import Timetable, TimetableRow
from invitepolicy.cli import main
from invitepolicy.cli.text.terminal import Style, width_of
from invitepolicy.cli.text.timetable import format_timetables

PLAIN = Style(color=False)


def lines(table, width=80):
    """Write a table."""
    return list(format_timetables([table], style=PLAIN, width=width))


def test_a_policy_reads_as_tables(capsys, monkeypatch):
    """Who at the left, when above; a ditto mark where nothing changes."""
    monkeypatch.setenv("COLUMNS", "80")

    assert main(["show", "faq", "--timetable"]) == 0

    text = capsys.readouterr().out
    assert text.startswith(
        "Is it time to withdraw this invitation?\n"
        "                  sent: at once  3 days    4 days    2 weeks   180 days\n"
        '  tagged keep     keep           "         "         "         not applicable\n'
        '  daily visitors  keep           consider  withdraw  "         not applicable\n'
        '  everybody else  keep           "         "         withdraw  not applicable\n'
        "\n"
    )
    assert "What to answer to this invitation?\n  somebody you know or a logical contact  accept\n" in text
    assert "                                         restricted: never  at once  30 days\n" in text


@pytest.mark.parametrize("name", ["linkedin", "faq", "brisk", "careful", "patient", "open"])
@pytest.mark.parametrize("columns", [40, 80, 120])
def test_no_line_is_wider_than_the_terminal(capsys, monkeypatch, name, columns):
    """Of any shipped policy."""
    monkeypatch.setenv("COLUMNS", str(columns))

    main(["show", name, "--timetable"])

    assert max(map(width_of, capsys.readouterr().out.splitlines())) <= columns


def test_a_narrow_terminal_gets_a_list():
    """One line a column."""
    table = Timetable("d", "", "sent", ("at once", "3 days"), (TimetableRow("everybody", ("a_word", "")),))

    assert lines(table, width=30) == ["d", "  everybody", "      sent: at once: a word", "      3 days: -"]
    assert lines(Timetable("d", "Q?", None, ("",), (TimetableRow("x" * 40, ("yes",)),)), width=20)[-1] == "      yes"


def test_nobody_to_ask_is_said():
    """Instead of an empty table."""
    assert lines(Timetable("d", "Q?", None, ("",), ())) == ["Q?", "  No record reaches this decision."]


def test_other_settings_and_data(capsys):
    """`--set` moves a column; JSON has the tables."""
    main(["show", "faq", "--timetable", "--set", "longest_wait=30 days", "--format", "json"])

    first = json.loads(capsys.readouterr().out)[0]
    assert first["columns"] == ["at once", "3 days", "4 days", "30 days", "180 days"]
    assert first["rows"][0]["who"] == "tagged keep"


def test_without_a_policy_there_is_nothing_to_tabulate(capsys):
    """It says how to name one."""
    assert main(["show", "--timetable"]) == 2
    assert "as in: invitepolicy show faq --timetable" in capsys.readouterr().err
