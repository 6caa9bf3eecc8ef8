"""`invitepolicy review`: the page that a person reads."""

from __future__ import annotations

import re

import pytest
from exports import got, sent, write_export
from locations import EXPORT as EXAMPLE
from reviewing import RECORD, TINY

from invitepolicy import decide, decide_each
from invitepolicy.cli.text.terminal import width_of
from invitepolicy.review.model import answer_each


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
        "Consider withdrawing (1)",
        "About to lapse (1)",
        "Before you send (2)",
        "Asked for an e-mail address (2)",
        "May be invited again (2)",
        "Waiting for your answer (12)",
        "Coming up until 2026-04-12 (7)",
        "Not to be invited again yet (1)",
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
        "    2026-03-18 01:41  Tobiah Renn-Castell               consider withdrawing\n"
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
    """Controls are shown; a missing name is replaced by the address, else by “(no name)”."""
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
    assert "\n    (no name)                         sent" in text
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
    assert "\n  1 invitation is assumed to be pending, because" in text


def test_what_is_missing_is_counted(reviewed, tmp_path):
    """Of one person, and of several; only an export has a sheet to say it in."""
    one = reviewed(write_export(tmp_path, [got("ann")]))[1]
    (tmp_path / "a.jsonl").write_text('{"direction": "incoming", "sent_at": "2026-03-14"}\n' * 2)
    two = reviewed(tmp_path / "a.jsonl")[1]

    assert "The relationship of 1 person is unknown; it could change" in " ".join(one.split())
    assert "“invitepolicy new --people” writes the sheet." in " ".join(one.split())
    assert "The relationship of 2 people is unknown; for 2 of them" in " ".join(two.split())
    assert "--people" not in two


def test_an_empty_source_is_reviewed(reviewed, tmp_path):
    """There is nothing to do."""
    (tmp_path / "a.jsonl").write_text("")

    status, text, _ = reviewed(tmp_path / "a.jsonl")

    assert status == 0
    assert "\n0 invitations, decided by" in text


def test_a_review_decides_nothing_twice(reviewed, monkeypatch):
    """Each record once, each change once, and what find_unknowns tries."""
    decided, tried, changes = [], [], []

    def each(log):
        def run(*words, **named):
            for advice in decide_each(*words, **named):
                log.append(advice)
                yield advice

        return run

    def at_change(*words, **named):
        changes.append(named["now"])
        return decide(*words, **named)

    def answer(*words, **named):
        monkeypatch.setattr("invitepolicy.review.model.decide_each", each(decided))
        yield from answer_each(*words, **named)
        monkeypatch.setattr("invitepolicy.review.model.decide_each", each(tried))

    monkeypatch.setattr("invitepolicy.review.model.answer_each", answer)
    monkeypatch.setattr("invitepolicy.review.upcoming.decide", at_change)

    _, text, _ = reviewed(EXAMPLE)

    assert "Coming up until 2026-04-12 (7)" in text
    assert (len(decided), len(changes), len(tried)) == (42, 7, 76)
