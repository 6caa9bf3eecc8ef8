"""Policies from files: chains of parents, the folder that nothing leaves, and every file that cannot be read."""

from __future__ import annotations

import os
import socket
from datetime import timedelta
from textwrap import dedent

import pytest
from builders import refusal
from hypothesis import given
from hypothesis import strategies as st

from invitepolicy import PolicyError, load_policy, parse_policy, with_settings
from invitepolicy._core.quantities import format_quantity
from invitepolicy._read import load as _load
from invitepolicy._read.load import MOST_PARENTS, files_of, shipped_names

DECISION = """
    settings: {wait: 2 weeks}
    decisions:
      withdraw:
        outcomes: [keep, withdraw]
        rules:
          - rule: nobody waits forever
            when: {sent: at least wait ago}
            then: withdraw
            because: It has waited for {wait}.
        otherwise: {then: keep, because: There is time.}
"""


def write(path, body="", *, name="p", extends=None):
    """Write a policy file, with its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    parent = f"extends: {extends}\n" if extends else ""
    path.write_text(f"invitepolicy: 1\nname: {name}\n{parent}{dedent(body)}", encoding="utf-8")
    return path


def messages(call, *arguments, **named):
    """Return what a call refuses its arguments with, a line each, without the folder."""
    return [f"{os.path.basename(found.path)}:{found.line}:{found.column}: {found.what}; {found.hint}"  # noqa: PTH119
            for found in refusal(call, *arguments, **named)]  # fmt: skip


# shipped policies


@pytest.mark.parametrize("name", shipped_names())
def test_a_shipped_policy_is_loaded_by_its_name(name):
    """And only once: the same value is handed out again."""
    policy = load_policy(name)

    assert policy.name == name
    assert load_policy(name) is policy


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("linkdin", "linkdin:1:1: there is no shipped policy “linkdin”; did you mean “linkedin”?"),
        ("faqs", "faqs:1:1: there is no shipped policy “faqs”; did you mean “faq”?"),
    ],
)
def test_a_mistyped_name_is_told_the_nearest(name, problem):
    """The remedy of a slip is the right word."""
    assert messages(load_policy, name) == [problem]


def test_a_name_near_none_is_told_all():
    """And how a file is named instead."""
    (problem,) = messages(load_policy, "zebra")

    assert problem.startswith("zebra:1:1: there is no shipped policy “zebra”; there are ")
    assert problem.endswith("; a file's path begins with ./")
    assert all(name in problem for name in shipped_names())


def test_a_file_without_a_suffix_is_found_by_its_bare_name(tmp_path, monkeypatch):
    """A shipped name wins; else a file of that name in the working folder is meant."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "house", DECISION, name="house")
    write(tmp_path / "faq", DECISION, name="other")

    assert load_policy("house").name == "house"
    assert load_policy("faq").name == "faq"


# chains


def test_a_chain_of_files_is_folded_from_the_oldest_down(tmp_path):
    """Each file extends one in its own folder or below; places name the file that says it."""
    write(tmp_path / "lib" / "deep" / "oldest.yaml", DECISION)
    write(tmp_path / "lib" / "middle.yaml", "settings: {wait: 3 weeks}", extends="./deep/oldest.yaml")
    youngest = write(tmp_path / "mine.yaml", "settings: {wait: 4 weeks}", extends="./lib/middle.yaml")

    policy = load_policy(youngest)

    assert [layer.path for layer in policy._files] == [
        str(tmp_path / part) for part in ("lib/deep/oldest.yaml", "lib/middle.yaml", "mine.yaml")
    ]
    assert policy.settings["wait"].value.days == 28
    assert str(policy.settings["wait"].place) == "mine.yaml:4"
    assert str(policy.decisions["withdraw"].rules[0].place) == "oldest.yaml:9"


def test_a_chain_may_end_in_a_shipped_policy(tmp_path):
    """A file extends a file that extends `faq`, which extends `linkedin`."""
    write(tmp_path / "base.yaml", "settings: {longest_wait: 20 days}", extends="faq")
    policy = load_policy(write(tmp_path / "mine.yml", extends="./base.yaml"))

    assert [layer.path.rpartition("/")[2] for layer in policy._files] == [
        "linkedin.yaml", "faq.yaml", "base.yaml", "mine.yml",
    ]  # fmt: skip


def test_a_path_may_be_text_or_a_path_and_relative(tmp_path, monkeypatch):
    """All name the same file; problems show the path as it was given."""
    monkeypatch.chdir(tmp_path)
    path = write(tmp_path / "mine.yaml", DECISION)

    assert load_policy("./mine.yaml") == load_policy(str(path)) == load_policy(path)
    write(path, "settings: [1]")
    assert refusal(load_policy, "./mine.yaml")[0].path == "mine.yaml"


def test_eight_parents_are_enough(tmp_path):
    """Eight may stand in a chain, and the ninth is refused where it is asked for."""
    write(tmp_path / "p0.yaml", DECISION)
    for number in range(1, MOST_PARENTS + 2):
        write(tmp_path / f"p{number}.yaml", extends=f"./p{number - 1}.yaml")

    assert len(load_policy(tmp_path / "p8.yaml")._files) == MOST_PARENTS + 1
    assert messages(load_policy, tmp_path / "p9.yaml") == [
        "p1.yaml:3:10: more than 8 parents in a chain; extend one of the older ones directly"
    ]


@pytest.mark.parametrize("parents", [["./a.yaml"], ["./b.yaml", "./a.yaml"], ["./b.yaml", "./c.yaml", "././b.yaml"]])
def test_a_circle_is_broken(tmp_path, parents):
    """A file that extends itself, at once or by way of others, is reported where the circle closes."""
    for name, parent in zip("abc", parents, strict=False):
        write(tmp_path / f"{name}.yaml", extends=parent)

    (problem,) = messages(load_policy, tmp_path / "a.yaml")

    closes = "abc"[len(parents) - 1]
    assert problem == f"{closes}.yaml:3:10: “{parents[-1]}” extends itself in the end; break the circle"


def test_a_circle_through_a_link_is_broken(tmp_path):
    """A link is the file that it points to."""
    write(tmp_path / "a.yaml", extends="./b.yaml")
    (tmp_path / "b.yaml").symlink_to(tmp_path / "a.yaml")

    assert messages(load_policy, tmp_path / "a.yaml") == [
        "a.yaml:3:10: “./b.yaml” extends itself in the end; break the circle"
    ]


def test_a_shipped_policy_cannot_extend_itself(monkeypatch, tmp_path):
    """A circle among shipped policies would be a slip of ours, and is reported like any other."""
    write(tmp_path / "a.yaml", name="a", extends="b")
    write(tmp_path / "b.yaml", name="b", extends="a")
    monkeypatch.setattr("invitepolicy._read.load.resource_folder", lambda name: tmp_path)

    assert messages(parse_policy, "invitepolicy: 1\nname: p\nextends: a\n") == [
        "b.yaml:3:10: “a” extends itself; break the circle"
    ]


def test_problems_of_a_parent_are_told_in_the_parent(tmp_path):
    """With its own path and place."""
    write(tmp_path / "lib" / "base.yaml", "settings: {wait: 3 moons}")
    child = write(tmp_path / "mine.yaml", extends="./lib/base.yaml")

    (problem,) = refusal(load_policy, child)

    assert (problem.path, problem.line) == (str(tmp_path / "lib" / "base.yaml"), 3)


def test_an_unknown_parent_is_told_where_it_is_named(tmp_path):
    """With the nearest shipped policy."""
    assert messages(load_policy, write(tmp_path / "mine.yaml", extends="linkdin")) == [
        "mine.yaml:3:10: there is no shipped policy “linkdin”; did you mean “linkedin”?"
    ]


@pytest.mark.parametrize(
    ("parent", "hint"),
    [
        ("faq.yaml", "write faq, or ./faq.yaml for a file beside this one"),
        ("base.yaml", "write ./base.yaml"),
        ("http://example.org/base.yaml", "a file's path begins with ./"),
    ],
)
def test_a_file_named_without_its_dot_is_told_how(tmp_path, parent, hint):
    """A parent's path begins with `./`, and a shipped policy has no suffix."""
    assert messages(load_policy, write(tmp_path / "mine.yaml", extends=parent))[0].endswith(hint)


# the folder


@pytest.mark.parametrize(
    ("parent", "what"),
    [
        ("../base.yaml", "leaves the folder"),
        ("./lib/../../base.yaml", "leaves the folder"),
        ("..", "leaves the folder"),
        (".base.yaml", "leaves the folder"),
        ('".\\\\base.yaml"', "leaves the folder"),
        ('"./lib\\\\base.yaml"', "leaves the folder"),
        ("./base.txt", "is not a YAML file"),
        ("./base", "is not a YAML file"),
        ("/etc/passwd", "there is no shipped policy"),
        ("http://example.org/base.yaml", "there is no shipped policy"),
        ("file:///etc/passwd", "there is no shipped policy"),
        ("~/base.yaml", "there is no shipped policy"),
        ("C:\\base.yaml", "there is no shipped policy"),
        ("FAQ", "there is no shipped policy"),
    ],
)
def test_nothing_but_a_file_beside_or_below_is_extended(tmp_path, parent, what):
    """No way up, no absolute path, no address."""
    write(tmp_path / "base.yaml", DECISION)
    child = write(tmp_path / "inner" / "mine.yaml", extends=parent)

    (problem,) = refusal(load_policy, child)

    assert what in problem.what
    assert (problem.line, problem.column) == (3, 10)
    assert problem.hint


def test_a_link_out_of_the_folder_is_refused(tmp_path):
    """Neither a file nor a folder may be a way out; inside, links are fine."""
    write(tmp_path / "secret.yaml", DECISION)
    inner = tmp_path / "inner"
    write(inner / "real" / "base.yaml", DECISION)
    (inner / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    (inner / "up").symlink_to(tmp_path)
    (inner / "fine.yaml").symlink_to(inner / "real" / "base.yaml")

    for parent in ("./link.yaml", "./up/secret.yaml"):
        (problem,) = refusal(load_policy, write(inner / "mine.yaml", extends=parent))
        assert problem.what == f"“{parent}” is a link that leaves the folder"
    assert load_policy(write(inner / "mine.yaml", extends="./fine.yaml")).settings["wait"].value.days == 14


def test_what_a_link_extends_is_sought_where_the_link_stands(tmp_path):
    """So that every path that is shown is a path that exists."""
    write(tmp_path / "base.yaml", DECISION)
    write(tmp_path / "real" / "middle.yaml", extends="./base.yaml")
    (tmp_path / "middle.yaml").symlink_to(tmp_path / "real" / "middle.yaml")

    policy = load_policy(write(tmp_path / "mine.yaml", extends="./middle.yaml"))

    assert all(os.path.exists(layer.path) for layer in policy._files)  # noqa: PTH110


def test_a_folder_whose_name_only_begins_alike_is_outside(tmp_path):
    """`/styles-old` does not lie inside `/styles`."""
    write(tmp_path / "styles-old" / "base.yaml", DECISION)
    (tmp_path / "styles").mkdir()
    (tmp_path / "styles" / "link.yaml").symlink_to(tmp_path / "styles-old" / "base.yaml")

    assert "leaves the folder" in messages(load_policy, write(tmp_path / "styles" / "p.yaml", extends="./link.yaml"))[0]


def test_a_text_reaches_files_only_with_a_folder(tmp_path):
    """Without one, `extends` reaches the shipped policies only."""
    text = "invitepolicy: 1\nname: p\nextends: ./base.yaml\n"
    write(tmp_path / "base.yaml", DECISION)

    assert parse_policy(text, folder=tmp_path) == parse_policy(text.encode(), folder=str(tmp_path))
    assert messages(parse_policy, text) == [
        "<policy>:3:10: “./base.yaml” is a file, and this text has no folder; extend a shipped policy"
    ]
    assert parse_policy("invitepolicy: 1\nname: p\nextends: faq\n").settings == load_policy("faq").settings


# files that cannot be read


def test_a_missing_file_is_told_the_nearest_name(tmp_path):
    """For the file that is asked for, and for a parent."""
    write(tmp_path / "careful.yaml", DECISION)
    write(tmp_path / "careful.txt")

    assert messages(load_policy, tmp_path / "carefull.yaml")[0].endswith("; did you mean “careful.yaml”?")
    (problem,) = messages(load_policy, write(tmp_path / "p.yaml", extends="./carefl.yaml"))
    assert problem.startswith("p.yaml:3:10: there is no file “")
    assert problem.endswith("”; did you mean “careful.yaml”?")
    assert messages(load_policy, tmp_path / "none" / "p.yaml")[0].endswith(
        "; check the path; a shipped policy has no ./ and no .yaml"
    )


def test_a_pipe_does_not_block(tmp_path):
    """It is refused before it is read, as the file itself and as a parent."""
    os.mkfifo(tmp_path / "pipe.yaml")

    assert "is not a regular file; give the path of a .yaml file" in messages(load_policy, tmp_path / "pipe.yaml")[0]
    assert "is not a regular file" in messages(load_policy, write(tmp_path / "p.yaml", extends="./pipe.yaml"))[0]


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null", "/dev/tty"])
def test_a_device_is_not_read(path):
    """However much it would give."""
    (problem,) = refusal(load_policy, path)

    assert problem.code == "file"


def test_a_folder_a_socket_and_a_loop_are_no_policies(tmp_path, monkeypatch):
    """Each with the system's reason."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s.yaml")
        assert "s.yaml” cannot be read" in messages(load_policy, "./s.yaml")[0]

    assert "(is a directory)" in messages(load_policy, "./folder.yaml")[0]
    assert "(too many levels of symbolic links)" in messages(load_policy, "./loop.yaml")[0]
    for parent in ("./folder.yaml", "./loop.yaml"):
        assert refusal(load_policy, write(tmp_path / "p.yaml", extends=parent))[0].path == str(tmp_path / "p.yaml")


@pytest.mark.parametrize(
    ("path", "why"),
    [("a\0b.yaml", "its name cannot be used"), ("x" * 5000 + ".yaml", "file name too long"), ("", "is a directory")],
)
def test_a_name_that_cannot_be_used(path, why):
    """NUL, too long, or none."""
    assert f"cannot be read ({why}); check the path and who may read it" in messages(load_policy, path)[0]


@given(st.binary(max_size=60))
def test_any_path_and_any_bytes_end_in_a_policy_error(raw):
    """Or in a policy: nothing else."""
    for call, source in ((load_policy, os.fsdecode(raw)), (parse_policy, raw)):
        try:
            call(source)
        except PolicyError as error:
            assert error.problems  # noqa: PT017  (or it is a policy)


def test_a_file_of_more_than_256_kib_is_not_read_to_its_end(tmp_path):
    """Also where it pretends to have no size."""
    path = tmp_path / "long.yaml"
    path.write_bytes(b"#" * (256 * 1024) + b"\n")

    assert "longer than 256 KiB" in messages(load_policy, path)[0]
    assert refusal(load_policy, "/proc/self/status")


def test_nothing_is_fetched(tmp_path, monkeypatch):
    """No address makes the library open a connection."""

    def refuse(*arguments, **named):
        raise AssertionError

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)

    for parent in ("https://example.org/p.yaml", "//example.org/p.yaml", "ftp://example.org/p.yaml"):
        assert refusal(load_policy, write(tmp_path / "p.yaml", extends=parent))


# the files of a policy


def test_the_files_of_a_policy_are_named_its_own_first(tmp_path):
    """As far as `extends` can be followed: a missing one too, and shipped ones not."""
    write(tmp_path / "a.yaml", extends="./lib/b.yaml")
    write(tmp_path / "lib" / "b.yaml", extends="./c.yaml")
    chain = [str(tmp_path / part) for part in ("a.yaml", "lib/b.yaml", "lib/c.yaml")]

    assert files_of(tmp_path / "a.yaml") == chain
    write(tmp_path / "lib" / "c.yaml", DECISION, extends="faq")
    assert files_of(tmp_path / "a.yaml") == chain
    write(tmp_path / "lib" / "c.yaml", extends="./b.yaml")
    assert files_of(tmp_path / "a.yaml") == chain
    (tmp_path / "lib" / "b.yaml").write_text("[", encoding="utf-8")
    assert files_of(tmp_path / "a.yaml") == chain[:2]
    write(tmp_path / "a.yaml", "extends: [b]")
    assert files_of(tmp_path / "a.yaml") == chain[:1]


def test_at_most_nine_files_are_followed(tmp_path):
    """As many as a chain may have, and the one too many."""
    for number in range(20):
        write(tmp_path / f"p{number}.yaml", extends=f"./p{number + 1}.yaml")

    assert len(files_of(tmp_path / "p0.yaml")) == MOST_PARENTS + 1


# other settings


def test_other_settings_on_top_of_other_settings():
    """Later ones win, and those before stay."""
    once = with_settings(load_policy("faq"), longest_wait="30 days", daily_wait="5 days")
    twice = with_settings(once, longest_wait="3 weeks")

    assert [str(twice.settings[name].value.days) for name in ("longest_wait", "daily_wait")] == ["21", "5"]
    assert twice == with_settings(load_policy("faq"), longest_wait="21 days", daily_wait="5 days")
    assert with_settings(twice, longest_wait="2 weeks", daily_wait="4 days") == load_policy("faq")


def test_a_setting_may_have_any_name():
    """Also those of the function's own arguments."""
    text = "invitepolicy: 1\nname: p\nsettings: {policy: 1 day, values: 3}\n"

    changed = with_settings(parse_policy(text), policy="2 days", values=4)

    assert (changed.settings["policy"].value.days, changed.settings["values"].value) == (2, 4)


SETTINGS = parse_policy(
    """
invitepolicy: 1
name: p
settings:
  wait: {value: 2 weeks, at_least: 1 day, at_most: 30 days, about: Nobody waits longer.}
  part: 40%
  size: 2.5
  few: 3
decisions:
  d:
    rules:
      - {rule: r, when: {attempts: at least few, sent: at least wait ago}, then: a, because: "{part} {size}"}
    otherwise: {then: b, because: x}
promises:
  - {promise: a week, decision: d, when: {sent: less than 1 week ago}, only: b}
"""
)


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("wait", "10 days", "10 days"),
        ("wait", timedelta(days=21), "3 weeks"),
        ("wait", "30 days", "30 days"),
        ("part", "12.5%", "12.5%"),
        ("part", 0.3, "30%"),
        ("part", 1, "100%"),
        ("part", 0, "0%"),
        ("size", 3, "3"),
        ("size", 3.0, "3"),
        ("size", "3.25", "3.25"),
        ("size", -0.000_001, "-0.000001"),
        ("few", 0, "0"),
        ("few", 4.0, "4"),
        ("few", "4", "4"),
    ],
)
def test_a_setting_as_word_number_or_timedelta(name, value, shown):
    """What code sets is what a file could say: the same policy comes out of both."""
    changed = with_settings(SETTINGS, **{name: value})

    assert changed == with_settings(SETTINGS, **{name: shown})
    assert format_quantity(changed.settings[name].value, changed.settings[name].kind) == shown


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"wiat": "1 day"}, "there is no setting “wiat”; did you mean “wait”?"),
        ({"zebra": 1}, "there is no setting “zebra”; the settings are wait, part, size and few"),
        ({"wait": "40%"}, "“wait” is a duration, and “40%” is not; write a duration, such as 3 weeks"),
        ({"wait": 14}, "“wait” is a duration, and “14” is not; write 14 days, if that is what you mean"),
        ({"part": timedelta(days=1)}, "“part” is a share, and “1 day” is not; write a share, such as 40%"),
        ({"size": "1 day"}, "“size” is a number, and “1 day” is not; write a number, such as 20"),
        ({"wait": "31 days"}, "“wait” may not be more than 30 days, and “31 days” is (Nobody waits longer); "),
        ({"wait": timedelta()}, "“wait” may not be less than 1 day, and “0 days” is (Nobody waits longer); "),
        ({"wait": "forever"}, "“wait” may not be more than 30 days, and “forever” is (Nobody waits longer); "),
        ({"wait": "2 months"}, "“wait”: “2 months” has no fixed length; write 60 days"),
        ({"wait": timedelta(seconds=90)}, "“wait”: “0:01:30” is not made of whole minutes; "),
        ({"wait": timedelta(days=-1)}, "“wait”: “-1 day, 0:00:00” is negative; "),
        ({"wait": None}, "“wait”: nothing is not a value for a setting; "),
        ({"wait": ["1 day"]}, "“wait”: a list is not a value for a setting; "),
        ({"size": True}, "“size”: “true” is not a value for a setting; "),
        ({"part": True}, "“part”: “true” is not a value for a setting; "),
        ({"part": 1.5}, "“part”: “1.5” must be between 0% and 100%; write a percentage from 0% to 100%, such as 40%"),
        ({"part": float("nan")}, "“part”: “nan” must be between 0% and 100%; "),
        ({"part": 1e-300}, "“part”: "),
        ({"size": float("inf")}, "“size”: “inf” has too many digits; "),
        ({"size": float("nan")}, "“size”: “nan” has too many digits; "),
        ({"size": 1e-300}, "“size”: "),
        ({"size": 10**18}, "“size”: “1000000000000000000” has too many digits; "),
        ({"few": 2.5}, "“few” counts something, and “2.5” is not a whole number; write a whole number"),
    ],
)
def test_a_setting_that_does_not_fit_is_refused(values, problem):
    """With its name, the value as it was given, and the remedy; the policy stays as it was."""
    (found,) = refusal(with_settings, SETTINGS, **values)

    assert str(found).startswith(f"<settings>:1:1: {problem}")
    assert len(str(found)) <= 500


def test_all_settings_that_do_not_fit_are_told():
    """At once."""
    found = refusal(with_settings, SETTINGS, wiat="1 day", part="40", few=2.5)

    assert len(found) == 3


def test_a_setting_that_breaks_a_promise_is_refused():
    """Promises are proven again: with less than a week the rule would hold too early."""
    assert with_settings(SETTINGS, wait="1 week").settings["wait"].value == timedelta(weeks=1)

    (problem,) = refusal(with_settings, SETTINGS, wait="6 days")
    assert "a week" in problem.what


def test_the_tests_in_the_file_are_left_out():
    """They speak of the file's own settings."""
    assert load_policy("faq").tests
    assert with_settings(load_policy("faq"), longest_wait="30 days").tests == ()
    assert with_settings(load_policy("faq")) == load_policy("faq")


@pytest.mark.parametrize("name", shipped_names())
def test_of_a_shipped_parent_all_is_read_but_its_tests(name):
    """They stand last in its file, and belong to it alone."""
    whole = _load._shipped_document(name)
    parent = _load._shipped_document(name, as_parent=True)

    assert list(whole.data)[-1] == "tests"
    assert parent.data == {key: value for key, value in whole.data.items() if key != "tests"}
    assert parent.places.items() <= whole.places.items() | {((), parent.places[()])}
