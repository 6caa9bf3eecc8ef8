"""Options that verbs share: which policy decides, as of when, with which colours."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime, timedelta

import pytest
from terminals import Terminal

from invitepolicy import Account, PolicyError
from invitepolicy.cli import options

STYLE = "invitepolicy: 1\nname: {}\nextends: linkedin\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Stand in an empty folder, with no environment that matters."""
    monkeypatch.chdir(tmp_path)
    for name in ("INVITEPOLICY", "NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def chosen(name=None, settings=()):
    """Return the name of the policy chosen, and why."""
    choice = options.choose_policy(name, list(settings))
    return choice.policy.name, choice.why


def test_the_policy_is_asked_for_or_found(folder, monkeypatch):
    """By option, by environment, by the one file here, by default; it always says which."""
    assert chosen() == ("faq", "the default")
    (folder / "a.invitepolicy.yaml").write_text(STYLE.format("mine"))
    assert chosen() == ("mine", "the one policy in this folder")
    monkeypatch.setenv("INVITEPOLICY", "linkedin")
    assert chosen() == ("linkedin", "by $INVITEPOLICY")
    assert chosen("faq") == ("faq", "as asked for")
    monkeypatch.setenv("INVITEPOLICY", "")
    (folder / "b.invitepolicy.yaml").write_text(STYLE.format("other"))
    assert chosen() == ("faq", "the default, since this folder holds several policies")


@pytest.mark.usefixtures("folder")
def test_settings_are_set():
    """As YAML would say them; a wrong one is a problem of the policy."""
    policy = options.choose_policy(None, [("longest_wait", "30 days")]).policy

    assert policy.settings["longest_wait"].value == timedelta(days=30)
    with pytest.raises(PolicyError):
        options.choose_policy(None, [("longest_wait", "a while")])


@pytest.mark.usefixtures("folder")
def test_colours(monkeypatch):
    """As asked for; NO_COLOR wins over FORCE_COLOR, and both over a terminal; never in a file."""
    assert options.wants_color("always", to_file=True)
    assert not options.wants_color("never", to_file=False)
    assert not options.wants_color("auto", to_file=False)
    monkeypatch.setattr(sys, "stdout", Terminal())
    assert options.wants_color("auto", to_file=False)
    monkeypatch.setenv("TERM", "dumb")
    assert not options.wants_color("auto", to_file=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert options.wants_color("auto", to_file=False)
    assert not options.wants_color("auto", to_file=True)
    monkeypatch.setenv("NO_COLOR", "1")
    assert not options.wants_color("auto", to_file=False)


def test_the_present_is_asked_for_or_read():
    """An instant stays as it is."""
    now = datetime(2026, 3, 15, tzinfo=UTC)

    assert options.present(now) is now
    assert options.present(None).tzinfo is UTC


def test_words_become_values():
    """Instants, durations, and what is known of the account, with or without its prefix."""
    assert options.instant("2026-03-15T12:00Z") == datetime(2026, 3, 15, 12, tzinfo=UTC)
    assert options.duration("4 weeks") == timedelta(weeks=4)
    found = options.account("tier=free,account_pending=12,rejected_share=0.4,restricted_at=2026-03-01")
    assert found == Account(tier="free", pending=12, rejected_share=0.4, restricted_at=datetime(2026, 3, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("read", "text", "what"),
    [
        (options.instant, "soon", "“soon” is not a date or an instant; write 2026-03-01 or 2026-03-01T10:00Z"),
        (options.duration, "1 month", "write 30 days or 4 weeks"),
        (options.account, "tier", "“tier” is not NAME=VALUE"),
        (options.account, "\x1b=", "“\\x1b=” is not NAME=VALUE"),
        (options.account, "pendin=3", "is not a field of an account; did you mean “pending”?"),
    ],
)
def test_what_cannot_be_read_says_what_would_be(read, text, what):
    """For argparse to print."""
    with pytest.raises(argparse.ArgumentTypeError) as caught:
        read(text)

    assert what in str(caught.value)


def test_the_arguments_are_there():
    """Every helper adds its own."""
    parser = argparse.ArgumentParser()
    options.add_policy(parser)
    options.add_export(parser)
    options.add_account(parser)
    options.add_now(parser)
    options.add_output(parser, ("text", "json"))

    args = parser.parse_args(["-p", "faq", "--set", "a=b", "--dates", "day-first", "--account", "tier=free"])

    assert (args.policy, args.set, args.dates, args.format) == ("faq", [("a", "b")], "day-first", "text")
