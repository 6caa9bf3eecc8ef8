"""`invitepolicy diff`: what it prints, its exit status, and that people are named only where that is asked for."""

from __future__ import annotations

import json

import pytest
from locations import EXPORT as EXAMPLE

from invitepolicy.cli import main

EXPORT = str(EXAMPLE)
NOW = ("--now", "2026-03-15T12:00Z")
LATER = ("--set", "longest_wait=30 days")


@pytest.fixture(autouse=True)
def _narrow(monkeypatch):
    """Print as into a terminal of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")


def test_policies_that_behave_alike(capsys):
    """One line says so, and the status is 0."""
    assert main(["diff", "faq", "faq"]) == 0
    assert "No difference" in capsys.readouterr().out


def test_a_difference_reads_well_at_80_columns(capsys):
    """By decision, each region with an example, then what differs in its reason only; the status is 1."""
    assert main(["diff", "faq", "faq", *LATER]) == 1

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("From faq (")
    assert lines[1:7] == [
        "",
        "withdraw: Is it time to withdraw this invitation?",
        "  anybody but daily visitors, from 2 weeks to 30 days after sent, not tagged",
        "  keep: withdraw → keep",
        "      such as an invitation sent 14 days ago",
        "",
    ]
    assert lines[7] == "Same outcome, but by another rule or for another reason"
    assert "“nobody waits forever” → “a daily visitor has seen it”" in " ".join(line.strip() for line in lines)
    assert "by “nobody waits forever”, reworded" in " ".join(line.strip() for line in lines)
    assert max(map(len, lines)) <= 80


def test_of_many_kinds_of_records_the_simplest_are_listed(capsys):
    """One of each change, of which all is known where there is one; `--all` lists them."""
    main(["diff", "faq", "patient"])
    short = capsys.readouterr().out
    main(["diff", "faq", "patient", "--all"])
    whole = capsys.readouterr().out

    assert "more kinds of records with the same changes; --all lists them" in short
    assert "--all" not in whole
    assert len(short.splitlines()) < len(whole.splitlines()) / 2
    pace = short.partition("pace: May more")[2].partition("Same outcome")[0]
    assert pace.count("send → slow") + pace.count("send\n  → slow") == 1
    assert "  standing: at risk by “nearly everybody rejects” → “far too many are pending”\n" in short


def test_whose_answers_change_is_counted_and_named_only_if_asked_for(capsys):
    """Nobody's name is printed without `--names`."""
    assert main(["diff", "faq", "faq", *LATER, "--data", EXPORT, *NOW]) == 1
    counted = capsys.readouterr().out
    assert main(["diff", "faq", "faq", *LATER, "--data", EXPORT, *NOW, "--names"]) == 1
    named = capsys.readouterr().out

    assert "Now (2026-03-15 12:00 UTC): 1 of 42 invitations would get another answer" in counted
    assert "Later, until 2026-04-12 12:00 UTC: 2 of 42 invitations would get another answer" in counted
    assert "  withdraw: withdraw → keep (1)" in counted
    assert "Benedikt" not in counted
    assert "    Benedikt Auerswald            from 2026-03-15 12:00" in named


def test_json_is_complete_and_holds_no_name_unless_asked_for(capsys):
    """Regions with their witnesses, and the invitations that get another answer, without who they are."""
    arguments = ["diff", "faq", "faq", *LATER, "--data", EXPORT, *NOW, "--format", "json"]

    assert main(arguments) == 1
    text = capsys.readouterr().out
    assert main([*arguments, "--names"]) == 1
    named = json.loads(capsys.readouterr().out)

    found = json.loads(text)
    assert list(found) == ["old", "new", "outcomes", "reasons", "only_old", "only_new", "impact"]
    (region,) = found["outcomes"]
    assert region["witness"]["invitation"]["sent_at"] == "2025-12-18T00:00:00Z"
    assert (region["before"], region["after"]) == ("withdraw", "keep")
    assert [one["decision"] for one in found["impact"]["now"]] == ["withdraw"]
    assert "Benedikt" not in text
    assert "linkedin.com" not in text
    assert named["impact"]["now"][0]["invitation"]["name"] == "Benedikt Auerswald"


def test_json_without_data_has_no_impact(capsys):
    """Null, so that programs need not ask whether the key is there."""
    assert main(["diff", "linkedin", "linkedin", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["impact"] is None


def test_other_decisions_and_the_account(tmp_path, capsys):
    """Decisions of only one policy are listed; the account's answer is listed as the account's."""
    path = tmp_path / "mine.yaml"
    path.write_text(
        "invitepolicy: 1\nname: mine\nextends: linkedin\ndecisions:\n  tone:\n    question: How to write?\n"
        "    otherwise: {then: plain, because: It is best.}\n",
        encoding="utf-8",
    )
    slow = ["--set", "restriction_pause=2 weeks", "--account", "restricted_at=2026-03-05"]

    assert main(["diff", "linkedin", str(path), *slow, "--data", EXPORT, *NOW, "--names", "--within", "1 day"]) == 1

    out = capsys.readouterr().out
    assert "Only mine answers tone." in out
    assert "    your account                  from 2026-03-15 12:00" in out
    assert "  No answer changes." in out


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["faq", "linkedn"], 2, "there is no shipped policy “linkedn”; did you mean “linkedin”?"),
        (["faq", "faq", "--within", "1 month"], 2, "“1 month” has no fixed length; write 30 days or 4 weeks"),
        (["faq", "faq", "--set", "resend_lock=1 day"], 2, "“resend_lock” may not be less than 3 weeks"),
    ],
)
def test_what_cannot_run(capsys, arguments, status, words):
    """A policy that is not there, a span that is none, a setting out of bounds."""
    try:
        assert main(["diff", *arguments]) == status
    except SystemExit as error:
        assert error.code == status  # noqa: PT017  (argparse ends the process itself)

    assert words in capsys.readouterr().err


def test_rows_that_cannot_be_read_are_counted(tmp_path, capsys):
    """They are left out, a remark says how many, and the status is 1; `-q` says nothing."""
    (tmp_path / "Invitations.csv").write_text(
        'From,To,Sent At,Message,Direction\nMe,A,3/1/26 9:00 AM,,OUTGOING\nMe,B,"3/1/26, 9:00 AM",,OUTGOING\n',
        encoding="utf-8",
    )

    assert main(["diff", "faq", "faq", "--data", str(tmp_path), *NOW]) == 1
    remarks = capsys.readouterr().err
    assert main(["diff", "faq", "faq", "--data", str(tmp_path), *NOW, "-q"]) == 1

    assert "left out: 1 row that could not be read" in remarks
    assert capsys.readouterr().err == ""


def test_what_is_read_is_not_overwritten(tmp_path, capsys):
    """`-o` refuses to name a policy that is being compared."""
    path = tmp_path / "mine.yaml"
    path.write_text("invitepolicy: 1\nname: mine\nextends: faq\n", encoding="utf-8")

    assert main(["diff", "faq", str(path), "-o", str(path)]) == 2
    assert "is also an input" in capsys.readouterr().err


def test_a_note_too_long_to_be_written_out_has_no_example(tmp_path, capsys):
    """The sentence stands alone, and the witness is null."""
    text = (
        "invitepolicy: 1\nname: mine\ndecisions:\n  note:\n    question: Is it short?\n    rules:\n"
        "      - {rule: long, when: {note_length: at least 200000}, then: OUTCOME, because: It is.}\n"
        "    outcomes: [fine, cut]\n    otherwise: {then: fine, because: It is.}\n"
    )
    for name in ("fine", "cut"):
        (tmp_path / f"{name}.yaml").write_text(text.replace("OUTCOME", name), encoding="utf-8")
    paths = [str(tmp_path / "fine.yaml"), str(tmp_path / "cut.yaml")]

    assert main(["diff", *paths]) == 1
    assert capsys.readouterr().out.splitlines()[2:] == [
        "note: Is it short?",
        "  with a note of 200000 characters or more: fine → cut",
    ]
    assert main(["diff", *paths, "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["outcomes"][0]["witness"] is None
