"""`invitepolicy new`: four lines that pass `check` with their schema, or a people.csv; nothing is overwritten."""

from __future__ import annotations

import argparse
import json
import shlex
import zipfile
from pathlib import Path

import jsonschema
import pytest
import yaml
from exports import sent, write_export
from locations import EXPORT as EXAMPLE

from invitepolicy import load_policy
from invitepolicy._read.load import shipped_names
from invitepolicy.analysis.diff import diff_policies, is_empty
from invitepolicy.cli import main
from invitepolicy.cli.output import OutputError
from invitepolicy.cli.verbs.new import beside_export, write_people
from invitepolicy.cli.verbs.schema import schema_text
from invitepolicy.sources.linkedin import ExportError, read_export


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)


def test_four_lines_and_the_schema(capsys):
    """The default is `mine`, from the FAQ; what to do next is printed as commands that work."""
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
    """The closest valid name is suggested."""
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


def test_a_folder_that_does_not_exist_is_reported(capsys):
    """Nothing was changed."""
    assert main(["new", "nowhere/mine.yaml"]) == 2
    assert "nothing was changed" in capsys.readouterr().err


def test_a_sheet_about_people_is_written_instead(capsys):
    """For an export; the arguments of a style do not go with it, nor its arguments with a style."""
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
    """Byte for byte as it is shipped."""
    assert main(["schema"]) == 0
    assert capsys.readouterr().out == schema_text()
    assert main(["schema", "-o", "s.json"]) == 0
    assert Path("s.json").read_text(encoding="utf-8") == schema_text()
    assert json.loads(schema_text())["$schema"].startswith("https://json-schema.org/")


def asked(source, **named):
    """Return the arguments of the verb."""
    return argparse.Namespace(**{"people": str(source), "output": None, "quiet": False, **named})


def test_it_stands_beside_the_export_and_joins_everybody(tmp_path, capsys):
    """Filled in, the next review knows."""
    folder = write_export(tmp_path, [sent("ann"), sent("bob")])

    assert write_people(asked(folder)) == 0

    path = tmp_path / "people.csv"
    assert capsys.readouterr().err == (
        f"invitepolicy: wrote {path}; fill in what you know, leave the rest empty, and run the review again\n"
    )
    path.write_text(path.read_text(encoding="utf-8").replace("Ann,", "Ann,known"), encoding="utf-8")
    assert [one.relationship for one in read_export(folder).invitations] == ["known", "unknown"]


def test_what_is_there_stays(tmp_path):
    """It may be the work of an evening."""
    folder = write_export(tmp_path, [sent("ann")], people=["name", "Ann"])

    with pytest.raises(OutputError, match=r"people\.csv already exists; choose another name with -o"):
        write_people(asked(folder))

    assert (tmp_path / "people.csv").read_text() == "name\nAnn\n"


def test_another_file_stdout_and_silence(tmp_path, capsys):
    """As -o and -q say."""
    folder = write_export(tmp_path, [sent("ann")])

    assert write_people(asked(folder, output=str(tmp_path / "sheet.csv"), quiet=True)) == 0
    assert write_people(asked(folder, output="-")) == 0

    printed = capsys.readouterr()
    assert printed.err == ""
    assert printed.out == (tmp_path / "sheet.csv").read_bytes().decode()
    assert printed.out.startswith("url,name,relationship,")


def test_a_row_that_cannot_be_read_makes_the_status(tmp_path, capsys):
    """Said, unless quiet; dates are read as they are meant."""
    folder = write_export(tmp_path, [sent("ann", at="soon"), sent("bob", at="03/04/2026 10:00")])

    assert write_people(asked(folder, output="-")) == 1
    assert capsys.readouterr().err == "invitepolicy: left out: 2 rows that could not be read\n"
    assert write_people(asked(folder, output="-", dates="day-first", quiet=True)) == 1
    assert capsys.readouterr().err == ""


def test_where_a_sheet_is_found_again(tmp_path):
    """In the folder, beside the zip or the single file."""
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w"):
        pass

    assert beside_export(str(tmp_path)) == beside_export(str(path)) == tmp_path / "people.csv"


def test_records_need_no_sheet():
    """They have what is known in them."""
    with pytest.raises(ExportError, match="--people needs a LinkedIn export"):
        write_people(asked("a.jsonl"))
