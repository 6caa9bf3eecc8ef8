"""`invitepolicy explain`: why, in words that a person would use, for whom one names."""

from __future__ import annotations

import json

import pytest
from locations import EXPORT as EXAMPLE
from strategies import NOW

from invitepolicy.cli import main
from invitepolicy.cli.text.explain import draw_life
from invitepolicy.cli.text.terminal import width_of
from invitepolicy.timeline import Stage

ARGUMENTS = ["--now", "2026-03-15T12:00Z"]


@pytest.fixture
def explained(capsys):
    """Return the status, text and remarks of the command about a person."""

    def run(*words):
        status = main(["explain", str(EXAMPLE), *words, *ARGUMENTS])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run


def test_a_withdrawal_is_explained_like_a_person_would(explained):
    """The answer, why, each line with what it met and when it turns, and the life as one line."""
    status, text, _ = explained("Priyamvada", "--decision", "withdraw")

    assert status == 0
    assert text == (
        "Priyamvada Sengottuvel\n"
        "  outgoing, pending (assumed), sent 2026-03-07 00:58 UTC\n"
        f"  by the policy faq (the default; {text.partition('default; ')[2][:8]})\n"
        "\n"
        "Is it time to withdraw this invitation? Withdraw.\n"
        "  They are on LinkedIn every day and have had 4 days to answer.\n"
        "  From 2026-09-03 00:58 on: not applicable, if nothing else happens.\n"
        "\n"
        "  Applies, because\n"
        "     yes  direction is outgoing\n"
        "     yes  status is pending\n"
        "     yes  sent 8 days ago (2026-03-07 00:58), less than 180 days ago\n"
        "          (expires_after); until 2026-09-03 00:58\n"
        "  1. what is tagged keep stays (a limit) → keep\n"
        "     no   not tagged keep\n"
        "  2. nobody waits forever → withdraw\n"
        "     no   sent 8 days ago (2026-03-07 00:58), not at least 2 weeks ago\n"
        "          (longest_wait); from 2026-03-21 00:58\n"
        "  3. a daily visitor has seen it → withdraw, and this decides (faq.yaml:42)\n"
        "     yes  activity is daily\n"
        "     yes  sent 8 days ago (2026-03-07 00:58), at least 4 days ago (daily_wait);\n"
        "          since 2026-03-11 00:58\n"
        "  4. a daily visitor may have seen it → consider\n"
        "     yes  activity is daily\n"
        "     no   sent 8 days ago (2026-03-07 00:58), not between 3 days and 4 days ago\n"
        "          (first_look, daily_wait); until 2026-03-11 00:58\n"
        "  otherwise → keep\n"
        "\n"
        "  keep ─10 Mar→ consider ─11 Mar→ [withdraw] ─3 Sep→ not applicable\n"
    )


def test_what_is_not_known_is_said(explained):
    """And what would be needed."""
    _, text, _ = explained("Rafiq", "--decision", "resend")

    assert "May this person be invited again? Undetermined.\n  To answer, this is needed: withdrawn_at" in text
    assert "     ?    withdrawn is not known; needed: less than 3 weeks ago (resend_lock)\n" in text


@pytest.mark.parametrize(
    "who", ["Saoirse", "saoirse vandermolen, phd", "https://www.linkedin.com/in/saoirse-vandermolen-0000b3/"]
)
def test_somebody_is_found_by_name_part_or_address(explained, who):
    """Whatever the case and the end of the address."""
    status, text, _ = explained(who)

    assert status == 0
    assert text.startswith("Saoirse  Vandermolen, PhD\n")


def test_every_question_that_is_asked_is_explained(explained):
    """And none that does not apply, unless it is named."""
    _, text, _ = explained("Saoirse")
    _, named, _ = explained("Saoirse", "--decision", "note")

    assert text.count("?") == 2
    assert "Does this invitation want a note? Not applicable." in named
    assert "  Applies only if\n     yes  direction is outgoing\n     no   status is pending, not draft\n" in named


def test_somebody_of_whom_nothing_is_asked_is_said_so(explained):
    """An accepted invitation is done with."""
    _, text, _ = explained("Chiamaka")

    assert text.endswith("\nNo decision applies.\n")


def test_several_are_listed_and_nobody_gets_the_nearest_name(explained):
    """Neither is an answer."""
    several, nobody = explained("on"), explained("Rafik")

    assert (several[0], several[1], nobody[0], nobody[1]) == (2, "", 2, "")
    assert "“on” matches 3 invitations; give more of the name, or the address:" in several[2]
    assert "Odalys Trevannion  outgoing  https://" in several[2]
    assert nobody[2] == "invitepolicy: no invitation matches “Rafik”; did you mean “Rafiq”?\n"


def test_without_a_name_the_account_is_explained(explained):
    """Both of its questions, with the shares rounded for people."""
    status, text, _ = explained()

    assert status == 0
    assert text.startswith("Your account\n")
    assert "How does the account stand with LinkedIn? Too early." in text
    assert "     no   account_rejected_share is 58.3%, not at least 70% (rejected_watch)\n" in text
    assert "     no   account_restricted did not happen\n" in text


def test_a_decision_about_somebody_else_is_refused(explained):
    """With the nearest one, or all there are."""
    status, _, remark = explained("Saoirse", "--decision", "pace")

    assert status == 2
    assert "there is no such decision about the invitation; about the invitation there are withdraw, resend" in remark


def test_json_holds_all_of_it(explained):
    """The answer, the lines, the life."""
    _, text, _ = explained("Saoirse", "--decision", "withdraw", "--format", "json")

    (found,) = json.loads(text)
    assert found["answer"]["outcome"] == "consider"
    assert found["rules"][3]["decides"] is True
    assert list(found) == ["decision", "question", "applies_to", "rules", "now", "answer", "life"]
    assert list(found["rules"][0]) == ["rule", "limit", "then", "state", "decides", "lines", "place"]
    assert list(found["applies_to"][0])[:4] == ["fact", "test", "meaning", "settings"]
    assert found["rules"][3]["lines"][1]["until"] == "2026-03-15T19:00:00Z"
    assert [stage["outcome"] for stage in found["life"]][:3] == ["keep", "consider", "withdraw"]
    assert found["life"][0]["start"] is None


@pytest.mark.parametrize("color", ["always", "never"])
def test_no_line_is_wider_than_the_terminal(explained, color, monkeypatch):
    """With colour and without."""
    monkeypatch.setenv("COLUMNS", "80")
    for who in ("Saoirse", "Rafiq", "Casimir", "Tobiah"):
        _, text, _ = explained(who, "--color", color)
        for line in text.splitlines():
            plain = line.replace("\x1b[1m", "").replace("\x1b[2m", "").replace("\x1b[0m", "")
            assert width_of(plain) <= 80


def test_a_long_life_is_cut_far_from_the_present():
    """The stages nearest to now stay."""
    starts = [None, *(NOW.replace(year=2020 + year) for year in range(9))]
    life = [
        Stage(start, end, f"stage_{index}", None, "", "")
        for index, (start, end) in enumerate(zip(starts, [*starts[1:], None], strict=True))
    ]

    drawn = draw_life(life, NOW, 60)

    assert "[stage 7]" in drawn
    assert drawn.startswith("… ─")
    assert drawn.endswith(" …")
    assert width_of(drawn) <= 60


def test_what_is_left_out_by_a_line_is_said(explained, tmp_path):
    """`{not: …}` in words, for a choice and for a tag, holding and failing."""
    path = tmp_path / "p.yaml"
    path.write_text(
        "invitepolicy: 1\nname: p\ndecisions:\n  d:\n    rules:\n"
        "      - {rule: a, when: {activity: {not: daily}, tags: {not: vip}}, then: x, because: b}\n"
        "      - {rule: c, when: {activity: {not: weekly}, tags: vip}, then: x, because: b}\n"
        "    otherwise: {then: y, because: z}\n",
        encoding="utf-8",
    )

    _, daily, _ = explained("Saoirse", "-p", str(path))
    _, vip, _ = explained("Fennimore", "-p", str(path))

    assert "     no   activity is daily, but must not be daily\n     yes  not tagged vip\n" in daily
    assert "     yes  activity is daily, and not weekly\n     no   not tagged vip\n" in daily
    assert "     no   tagged vip\n" in vip
    assert "     yes  tagged vip\n" in vip
