"""What an editor shows of a policy with the shipped schema: words to choose from, help, and red underlines."""

from __future__ import annotations

import shutil

import pytest
from language_server import SERVER, LanguageServer
from locations import ROOT

from invitepolicy._read.load import shipped_names

pytestmark = pytest.mark.full

HEAD = "# yaml-language-server: $schema=policy.schema.json\ninvitepolicy: 1\nname: mine\n"
RULE = """decisions:
  withdraw:
    rules:
      - rule: a
        when:
          {line}
        then: withdraw
        because: b
    otherwise: {{then: keep, because: c}}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Start the server in a folder that holds the schema."""
    assert SERVER.exists(), "install it: npm install --no-package-lock --prefix tests/full/editor"
    folder = tmp_path_factory.mktemp("editor")
    shutil.copy(ROOT / "schemas" / "policy.schema.json", folder)
    running = LanguageServer(folder)
    yield running
    running.close()


def write(line):
    """Return a policy whose one rule has this line, the number of that line, and the column behind its text."""
    text = HEAD + RULE.format(line=line)
    number = text.splitlines().index(f"          {line}") + 1
    return text, number, 11 + len(line)


def test_facts_are_offered(server):
    """Under `when`, the facts that a line may name."""
    text, line, column = write("act")
    server.open("facts.yaml", text)

    offered = server.complete("facts.yaml", line, column)

    assert "activity" in offered
    assert "account_tier" in offered


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("activity: ", {"daily", "weekly", "occasional", "unknown"}),
        ("relationship: ", {"known", "logical", "stranger", "unknown"}),
        ("relationship: [known, ]", {"known", "logical", "stranger", "unknown"}),
        ("email_requested: ", {"true", "false"}),
    ],
)
def test_the_words_of_a_choice_are_offered(server, line, words):
    """Behind the fact, its words, also in a list."""
    text, number, column = write(line)
    name = f"words{abs(hash(line))}.yaml"
    server.open(name, text)

    offered = server.complete(name, number, column - line.endswith("]"))

    assert words <= set(offered)


def test_keys_are_offered_at_the_top(server):
    """Whoever begins a line is shown what may stand there."""
    server.open("top.yaml", HEAD + "se\n")

    assert {"settings", "decisions", "extends"} <= set(server.complete("top.yaml", 4, 3))


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        ("sent: at least 3 weeks ago", 12, "When it was sent"),
        ("activity: daily", 12, "How often the other person uses LinkedIn"),
    ],
)
def test_help_is_shown_on_a_line(server, line, column, words):
    """Resting on a fact shows what it is, and how it is tested."""
    text, number, _ = write(line)
    name = f"help{column}{abs(hash(line))}.yaml"
    server.open(name, text)

    assert words in server.hover(name, number, column)


def test_help_is_shown_on_a_setting(server):
    """Resting on a setting shows what may stand there."""
    server.open("setting.yaml", HEAD + "extends: faq\nsettings:\n  longest_wait: 30 days\n")

    assert "duration" in server.hover("setting.yaml", 6, 5)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (HEAD + "extend: faq\n", 4),
        (write("activity: dayly")[0], 9),
        (write("sent: more than 3 weeks ago")[0], 9),
        (write("sent_at: at least 3 weeks ago")[0], 9),
        (HEAD + "settings: {longest_wait: 3 months}\n", 4),
        ("# yaml-language-server: $schema=policy.schema.json\ninvitepolicy: 1\n", 2),
    ],
    ids=["a mistyped key", "a mistyped word", "a test that no clock knows", "a field", "months", "no name"],
)
def test_mistakes_are_underlined(server, text, line):
    """In the very line."""
    diagnostics = server.open(f"wrong{abs(hash(text))}.yaml", text)

    assert [number for number, _ in diagnostics] == [line], diagnostics


@pytest.mark.parametrize("name", shipped_names())
def test_shipped_policies_have_no_underline(server, name):
    """What the library accepts, the editor does."""
    text = (ROOT / "policies" / f"{name}.yaml").read_text(encoding="utf-8")
    text = text.replace("$schema=../schemas/policy.schema.json", "$schema=policy.schema.json")

    assert server.open(f"{name}.yaml", text) == []
