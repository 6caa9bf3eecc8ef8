"""The conformance set: every case, by each of the doors; and that it is plain data which others can read."""

from __future__ import annotations

import io
import json
import sys
from itertools import chain
from pathlib import Path

import doors
import jsonschema
import pytest
import yaml
from doors import each_with

from invitepolicy import PolicyError, RecordError, decide, decide_each, load_policy, parse_policy
from invitepolicy.cli import main
from invitepolicy.testing.run import run_tests

SCHEMA = json.loads((doors.CASES / "cases.schema.json").read_text(encoding="utf-8"))
EACH = pytest.mark.parametrize("name", doors.CHAPTERS)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Give, for each chapter, the folder in which its policies stand."""
    found = {name: tmp_path_factory.mktemp(name) for name in doors.CHAPTERS}
    for name, folder in found.items():
        doors.write_policies(name, folder)
    return found


@pytest.fixture
def review(monkeypatch, capsys):
    """Return what `invitepolicy review` prints of records: piped in, or as a file at a path, which is summarized."""
    monkeypatch.setattr("invitepolicy.cli.options.load_policy", doors.load)  # else most of the time went into reading

    def run(records, case, source, path=None):
        text = doors.as_lines(records)
        if path is None:
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        else:
            path.write_text(text, encoding="utf-8")
        main(doors.words_of(case, source, path or "-"))
        return json.loads(capsys.readouterr().out)

    return run


# --- the set itself ---


@EACH
def test_a_chapter_is_what_the_schema_says(name):
    """Its keys, kinds and words; and it is named as its file is."""
    jsonschema.Draft202012Validator(SCHEMA).validate(doors.chapter(name))

    assert doors.chapter(name)["chapter"] == name


def test_every_chapter_is_there_and_every_case_has_a_name_of_its_own():
    """At least 500 cases, each a sentence that no other case claims."""
    names = [case["case"] for name in doors.CHAPTERS for case in doors.chapter(name)["cases"]]

    assert sorted(SCHEMA["properties"]["chapter"]["enum"]) == doors.CHAPTERS
    assert len(names) == len(set(names))
    assert len(names) >= 500


@EACH
def test_a_chapter_reads_the_same_in_every_yaml(name):
    """Each value that is not in quotes is null, true, false or a number as JSON writes them; there are no aliases."""
    text = (doors.CASES / f"{name}.yaml").read_text(encoding="utf-8")

    plain = {node.value for node in scalars(yaml.compose(text, Loader=doors.LOADER)) if not node.style}

    assert {value for value in plain if value != json.dumps(json.loads(value))} == set()


def scalars(node):
    """Return the scalars below a node that are no keys."""
    if isinstance(node, yaml.MappingNode):
        return chain.from_iterable(scalars(value) for _, value in node.value)
    return chain.from_iterable(map(scalars, node.value)) if isinstance(node, yaml.SequenceNode) else [node]


# --- answers about invitations ---


@each_with("record", "decide")
def test_decide_answers_as_stated(name, folders):
    """One record at a time: every field of the answer."""
    assert wrong(name, "decide", lambda cases: doors.by_decide(cases, loaded(cases[0], folders[name]))) == []


@each_with("record", "decide_each")
def test_decide_each_answers_as_stated(name, folders):
    """In a row with others that share the instant and the account."""
    assert wrong(name, "decide_each", lambda cases: doors.by_each(cases, loaded(cases[0], folders[name]))) == []


@pytest.mark.slow
@each_with("record", "frame")
def test_a_frame_answers_as_stated(name, folders):
    """The outcome, the rule and the next change, column by column."""
    assert wrong(name, "frame", lambda cases: doors.by_frame(cases, loaded(cases[0], folders[name]))) == []


@each_with("record", "command")
def test_the_command_answers_as_stated(name, folders, review):
    """`invitepolicy review`, with the records as JSON Lines on its standard input."""

    def answer(cases):
        found = review([case["record"] for case in cases], cases[0], doors.source_of(cases[0], folders[name]))
        return [one["decisions"] for one in found["invitations"]]

    assert wrong(name, "command", answer) == []


def wrong(name, door, answer):
    """Return what is not as stated in a chapter's cases about invitations."""
    return [
        difference
        for cases in doors.groups(doors.cases_of(name, "record", door))
        for case, answers in zip(cases, answer(cases), strict=True)
        for difference in doors.differences(case, answers)
    ]


def loaded(case, folder):
    """Load a case's policy."""
    return doors.load(doors.source_of(case, folder))


# --- answers about the account ---


@each_with("account", "decide")
def test_the_account_is_answered_as_stated(name, folders):
    """As it is reported, or as a list of invitations shows it."""
    cases = doors.cases_of(name, "account", "decide")

    found = [doors.account_by_decide(case, loaded(case, folders[name])) for case in cases]

    assert list(chain.from_iterable(map(doors.differences, cases, found))) == []


@each_with("account", "command")
def test_the_command_answers_about_the_account_as_stated(name, folders, tmp_path, review):
    """A file of records is summarized, a pipe is not."""
    cases = doors.cases_of(name, "account", "command")

    found = [
        review(
            case.get("invitations", []),
            case,
            doors.source_of(case, folders[name]),
            tmp_path / "records.jsonl" if "invitations" in case else None,
        )["account"]["decisions"]
        for case in cases
    ]

    assert list(chain.from_iterable(map(doors.differences, cases, found))) == []


@each_with("summary")
def test_invitations_are_summarized_as_stated(name, tmp_path, review):
    """The counts of the account that a list of invitations shows, also to the command."""
    cases = doors.cases_of(name, "summary")

    found = [doors.summary_of(case) for case in cases]
    printed = [review(case["invitations"], case, "linkedin", tmp_path / "records.jsonl")["account"] for case in cases]

    assert found == [case["summary"] for case in cases]
    assert [
        {field: one["facts"][f"account_{field}"] for field in case["summary"]}
        for case, one in zip(cases, printed, strict=True)
    ] == found


# --- tests in the file ---


@each_with("proves")
def test_the_tests_in_a_file_pass_and_fail_as_stated(name, folders):
    """Those that are run, by their names."""
    cases = doors.cases_of(name, "proves")

    results = [run_tests(loaded(case, folders[name])).results for case in cases]

    assert [
        {result.test.name: not result.failures for result in found if result.test.skip is None} for found in results
    ] == [case["proves"] for case in cases]


@each_with("proves")
def test_the_command_proves_a_file_as_stated(name, folders, capsys):
    """`invitepolicy test --format json`, all of the chapter's files in one run."""
    cases = doors.cases_of(name, "proves")
    main(["test", *(str(folders[name] / case["file"]) for case in cases), "--format", "json", "-q"])

    found = json.loads(capsys.readouterr().out)

    assert [
        {test["name"]: test["status"] == "passed" for test in one["tests"] if test["status"] != "skipped"}
        for one in found
    ] == [case["proves"] for case in cases]


# --- refusals ---


@each_with("refused")
def test_a_record_is_refused_as_stated(name, folders):
    """By `decide` and `decide_each`, for that field."""
    cases = doors.cases_of(name, "refused")

    found = [refused_fields(loaded(case, folders[name]), case["record"], case["now"]) for case in cases]

    assert found == [[case["refused"]] * 2 for case in cases]


@each_with("refused", "command")
def test_the_command_refuses_a_record_as_stated(name, folders, review):
    """As a line that is reported and left out, in one run with the others."""
    for cases in doors.groups(doors.cases_of(name, "refused", "command")):
        found = review([case["record"] for case in cases], cases[0], doors.source_of(cases[0], folders[name]))

        lines = [int(problem["place"].rpartition(":")[2]) for problem in found["problems"]]
        assert lines == list(range(1, len(cases) + 1))
        assert found["invitations"] == []


@each_with("problems")
def test_a_policy_is_refused_as_stated(name, folders):
    """By every problem, each with its place and its kind."""
    cases = doors.cases_of(name, "problems")

    found = [problems_of(load_policy, folders[name] / case["file"]) for case in cases]

    assert found == [stated(case) for case in cases]


@each_with("problems")
def test_a_text_is_refused_as_stated(name):
    """Just so as a file, where it does not ask for one beside it."""
    cases = [case for case in doors.cases_of(name, "problems") if "extends: ./" not in case["text"]]

    found = [problems_of(parse_policy, case["text"]) for case in cases]

    assert [[problem[1:] for problem in problems] for problems in found] == [
        [problem[1:] for problem in stated(case)] for case in cases
    ]


@each_with("problems")
def test_check_refuses_a_policy_as_stated(name, folders, capsys):
    """`invitepolicy check --format json`, all of the chapter's refused policies in one run."""
    cases = doors.cases_of(name, "problems")
    main(["check", *(str(folders[name] / case["file"]) for case in cases), "--format", "json"])

    found = json.loads(capsys.readouterr().out)

    assert sorted(
        (problem["path"].rpartition("/")[2], problem["line"], problem["column"], problem["code"])
        for problem in found
        if problem["level"] == "error"
    ) == sorted(problem for case in cases for problem in stated(case))


def stated(case):
    """Return the problems that a case states: file, line, column and kind."""
    return [
        (problem.get("file", case["file"]), problem["line"], problem["column"], problem["kind"])
        for problem in case["problems"]
    ]


def problems_of(read, source):
    """Return the problems of a policy, likewise."""
    try:
        read(source)
    except PolicyError as error:
        return [(Path(one.path).name, one.line, one.column, one.code) for one in error.problems]
    return []


def refused_fields(policy, record, now):
    """Return the fields for which the doors refuse a record."""
    found = []
    for door in (decide, decide_each):
        try:
            answer = door(policy, record if door is decide else [record], now=now)
            found.append(list(answer) and None)
        except RecordError as error:
            found.append(error.field)
    return found
