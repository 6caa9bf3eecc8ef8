"""`invitepolicy new`: four lines that pass `check`, the schema beside them, and nothing overwritten."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import jsonschema
import pytest
import yaml
from locations import EXPORT as EXAMPLE

from invitepolicy import load_policy
from invitepolicy._read.load import shipped_names
from invitepolicy.analysis.diff import diff_policies, is_empty
from invitepolicy.cli import main
from invitepolicy.cli.verbs.schema import schema_text


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)


def test_four_lines_and_the_schema(capsys):
    """The default is `mine`, from the FAQ; what to do next is said in commands that work."""
    assert main(["new"]) == 0

    assert Path("mine.invitepolicy.yaml").read_text(encoding="utf-8") == (
        "# yaml-language-server: $schema=policy.schema.json\n"
        "invitepolicy: 1\n"
        "name: mine\n"
        "extends: faq\n"
        "settings: {longest_wait: 2 weeks}\n"
    )
    assert Path("policy.schema.json").read_text(encoding="utf-8") == schema_text()
    printed = capsys.readouterr().out
    assert printed == (
        "Wrote mine.invitepolicy.yaml; policy.schema.json gives your editor completion and checks.\n"
        "Change a number in it, then check it, and see what it advises:\n"
        "  invitepolicy check mine.invitepolicy.yaml\n"
        "  invitepolicy review YOUR-EXPORT --policy mine.invitepolicy.yaml\n"
    )
    assert main(shlex.split(printed.splitlines()[2])[1:]) == 0


@pytest.mark.parametrize("parent", shipped_names())
def test_a_new_style_behaves_like_its_parent_until_it_is_changed(parent):
    """It passes `check`, and fits the schema."""
    assert main(["new", "x.yaml", "--from", parent, "-q"]) == 0

    assert main(["check", "x.yaml"]) == 0
    found = diff_policies(load_policy(parent), load_policy("x.yaml"))
    assert is_empty(found)
    jsonschema.Draft202012Validator(json.loads(schema_text())).validate(
        yaml.safe_load(Path("x.yaml").read_text("utf-8"))
    )


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("mine.invitepolicy.yaml", "mine"),
        ("My Style.invitepolicy.yaml", "my-style"),
        ("brisk_2.yml", "brisk-2"),
        ("2026.yaml", "mine"),
        ("名前.yaml", "mine"),
        ("sub/deep.yaml", "deep"),
        ("a" * 90 + ".yaml", "a" * 64),
        ("-q-.yaml", "q"),
    ],
)
def test_the_name_is_made_of_the_files(file, name):
    """In small letters, with dashes; `mine` where nothing is left."""
    Path("sub").mkdir()

    assert main(["new", "-q", "--", file]) == 0
    assert load_policy(f"./{file}").name == name


def test_nothing_is_overwritten(capsys):
    """Neither the style nor the schema; the first is refused, the second left as it is."""
    Path("mine.invitepolicy.yaml").write_text("mine", encoding="utf-8")
    Path("policy.schema.json").write_text("{}", encoding="utf-8")

    assert main(["new"]) == 2
    assert capsys.readouterr().err == ("invitepolicy: mine.invitepolicy.yaml already exists; choose another name\n")
    assert main(["new", "other.yaml"]) == 0
    assert "policy.schema.json already existed and was left unchanged.\n" in capsys.readouterr().out
    assert Path("mine.invitepolicy.yaml").read_text(encoding="utf-8") == "mine"
    assert Path("policy.schema.json").read_text(encoding="utf-8") == "{}"


def test_a_parent_that_is_not_there_writes_nothing(capsys):
    """Its name is told with the nearest right one."""
    assert main(["new", "--from", "linkdin"]) == 2

    assert "there is no shipped policy “linkdin”; did you mean “linkedin”?" in capsys.readouterr().err
    assert list(Path().iterdir()) == []


def test_a_style_may_extend_a_file_beside_it():
    """Written as in `extends`; without any setting there is no such line."""
    main(["new", "sub.yaml", "-q"])
    text = "decisions:\n  d:\n    question: What?\n    otherwise: {then: keep, because: So.}\n"
    Path("plain.yaml").write_text(f"invitepolicy: 1\nname: plain\n{text}", encoding="utf-8")

    assert main(["new", "a.yaml", "-q", "--from", "./sub.yaml"]) == 0
    assert main(["new", "b.yaml", "-q", "--from", "./plain.yaml"]) == 0
    assert "extends: ./sub.yaml\nsettings: {longest_wait: 2 weeks}\n" in Path("a.yaml").read_text(encoding="utf-8")
    assert Path("b.yaml").read_text(encoding="utf-8").endswith("extends: ./plain.yaml\n")


def test_a_folder_that_is_not_there_is_told(capsys):
    """Nothing was changed."""
    assert main(["new", "nowhere/mine.yaml"]) == 2
    assert "nothing was changed" in capsys.readouterr().err


def test_a_sheet_about_people_is_written_instead(capsys):
    """For an export, where it is asked for; the words of a style do not go with it, nor its words with a style."""
    assert main(["new", "--people", str(EXAMPLE), "-o", "people.csv"]) == 0
    assert Path("people.csv").read_text(encoding="utf-8").count("\n") > 1
    assert main(["new", "--people", str(EXAMPLE), "-o", "people.csv"]) == 2
    assert main(["new", "mine.yaml", "--people", str(EXAMPLE)]) == 2
    assert main(["new", "-o", "mine.yaml"]) == 2
    assert main(["new", "--dates", "day-first"]) == 2
    assert capsys.readouterr().err.splitlines()[-3:] == [
        "invitepolicy: FILE and --people cannot be combined; leave one of them out",
        "invitepolicy: -o and --dates apply only with --people; leave them out",
        "invitepolicy: -o and --dates apply only with --people; leave them out",
    ]
    assert [path.name for path in Path().iterdir()] == ["people.csv"]


def test_the_schema_is_printed_or_written(capsys):
    """Word for word as it travels with the library."""
    assert main(["schema"]) == 0
    assert capsys.readouterr().out == schema_text()
    assert main(["schema", "-o", "s.json"]) == 0
    assert Path("s.json").read_text(encoding="utf-8") == schema_text()
    assert json.loads(schema_text())["$schema"].startswith("https://json-schema.org/")
