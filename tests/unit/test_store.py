"""A policy per style from a folder that is edited meanwhile: whole, the last good one, and never a path of a user's."""

from __future__ import annotations

import itertools
import logging
import os
import sys
from datetime import UTC, datetime
from threading import Event, Thread

import pytest
import time_machine
from builders import refusal

from invitepolicy import load_policy, parse_policy
from invitepolicy import store as module
from invitepolicy.store import PolicyStore


def style(days, *, extends="faq"):
    """Return the text of a style that waits so long."""
    return f"invitepolicy: 1\nname: mine\nextends: {extends}\nsettings: {{longest_wait: {days} days}}\n"


BAD = "invitepolicy: 1\nname: mine\nextends: fqa\n"
HALF = style(20)[:-3]


def waits(policy):
    """Return the setting that tells the styles apart."""
    return policy.settings["longest_wait"].value.days


@pytest.fixture
def edits():
    """Collect what is reported."""
    return []


@pytest.fixture
def store(tmp_path, edits):
    """Return a store over an empty folder."""
    return PolicyStore(tmp_path, report=lambda name, problems: edits.append((name, len(problems))))


@pytest.fixture
def write(tmp_path):
    """Write a file of the folder, a step of the file system's clock later than the one before."""
    steps = itertools.count(1_700_000_000)

    def put(name, text):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        step = next(steps)
        os.utime(path, (step, step))
        return path

    return put


def test_a_style_is_the_policy_of_its_file(store, write):
    """Read once; the same value as long as the file stays."""
    write("mine.yaml", style(20))

    assert waits(store.get("mine")) == 20
    assert store.get("mine") is store.get("mine")
    assert store.problems == {}


@pytest.mark.parametrize(
    "name", [None, "", "other", "../mine", "mine.yaml", "a/b", "a\\b", "\0", "mine\n", "-mine", "mine-", "ü", "x" * 65]
)
def test_whoever_has_no_style_gets_the_default(store, write, name):
    """Also who asks for a path, or for what no file can be called."""
    write("mine.yaml", style(20))

    assert store.get(name) is store.default
    assert store.default == load_policy("faq")
    assert store.problems == {}


def test_the_default_is_a_shipped_policy_or_a_file(tmp_path, write):
    """And is wanted whole at once."""
    path = write("house.yaml", style(25))

    assert waits(PolicyStore(tmp_path, default=path).get(None)) == 25
    assert PolicyStore(str(tmp_path), default="linkedin").get("none").name == "linkedin"
    assert refusal(PolicyStore, tmp_path, default="linkdin")


def test_a_folder_that_does_not_exist_has_no_styles(tmp_path):
    """Until somebody makes it."""
    store = PolicyStore(tmp_path / "later")

    assert store.styles() == []
    assert store.get("mine") is store.default
    (tmp_path / "later").mkdir()
    (tmp_path / "later" / "mine.yaml").write_text(style(20), encoding="utf-8")
    assert waits(store.get("mine")) == 20


def test_styles_are_the_files_that_a_user_can_name(store, write, tmp_path):
    """In order; no folder, no other suffix, no odd name."""
    for name in ("b.yaml", "A-1.yaml", "notes.txt", "x.y.yaml", ".yaml", "lib/c.yaml"):
        write(name, style(20))
    (tmp_path / "d.yaml").mkdir()

    assert store.styles() == ["A-1", "b"]


def test_an_edit_counts_from_the_next_call(store, write):
    """The new policy replaces the old one, which whoever holds it keeps."""
    write("mine.yaml", style(20))
    before = store.get("mine")
    write("mine.yaml", style(21))

    assert waits(store.get("mine")) == 21
    assert waits(before) == 20


def test_a_bad_edit_leaves_the_last_good_policy(store, write, edits):
    """It is reported once, stands in the problems, and is forgotten once the file is good again."""
    write("mine.yaml", style(20))
    store.get("mine")
    path = write("mine.yaml", BAD)

    assert [waits(store.get("mine")) for _ in range(3)] == [20, 20, 20]
    assert edits == [("mine", 1)]
    (problem,) = store.problems["mine"]
    assert str(problem) == f"{path}:3:10: there is no shipped policy “fqa”; {problem.hint}"
    write("mine.yaml", style(22))
    assert waits(store.get("mine")) == 22
    assert store.problems == {}


def test_each_bad_edit_is_reported(store, write, edits):
    """Another bad one is reported again."""
    write("mine.yaml", BAD)
    store.get("mine")
    write("mine.yaml", HALF)
    store.get("mine")

    assert [name for name, _ in edits] == ["mine", "mine"]
    assert len(store._reported) == 1


def test_a_style_that_was_never_good_is_the_default(store, write, tmp_path):
    """And is no style at all once its file is gone."""
    write("mine.yaml", BAD)

    assert store.get("mine") is store.default
    assert list(store.problems) == ["mine"]
    (tmp_path / "mine.yaml").unlink()
    assert store.get("mine") is store.default
    assert store.problems == {}


def test_a_half_written_file_is_survived(store, write):
    """Every beginning of a file, down to nothing, leaves a good policy."""
    text = style(20)
    write("mine.yaml", text)
    good = {store.get("mine").fingerprint}
    for length in range(len(text)):
        write("mine.yaml", text[:length])
        found = store.get("mine")
        if "mine" not in store.problems:
            good.add(parse_policy(text[:length]).fingerprint)
        assert found.fingerprint in good
    write("mine.yaml", text)

    assert waits(store.get("mine")) == 20
    assert store.problems == {}


def test_a_deleted_file_leaves_the_last_good_policy(store, write, tmp_path, edits):
    """Until it is there again."""
    write("mine.yaml", style(20))
    store.get("mine")
    (tmp_path / "mine.yaml").unlink()

    assert waits(store.get("mine")) == 20
    assert "there is no file" in store.problems["mine"][0].what
    assert edits == [("mine", 1)]
    write("mine.yaml", style(20))
    assert store.get("mine").settings["longest_wait"].value.days == 20
    assert store.problems == {}


def test_what_is_no_file_is_a_problem(store, tmp_path):
    """A folder, or a pipe that nobody writes to, keeps nobody waiting."""
    (tmp_path / "mine.yaml").mkdir()
    os.mkfifo(tmp_path / "pipe.yaml")

    assert store.get("mine") is store.get("pipe") is store.default
    assert list(store.problems) == ["mine", "pipe"]


def test_a_parent_in_the_folder_is_watched(store, write, tmp_path):
    """It may change, break, go and come back."""
    write("lib/base.yaml", style(20))
    write("mine.yaml", "invitepolicy: 1\nname: mine\nextends: ./lib/base.yaml\n")

    assert waits(store.get("mine")) == 20
    write("lib/base.yaml", style(21))
    assert waits(store.get("mine")) == 21
    write("lib/base.yaml", BAD)
    assert waits(store.get("mine")) == 21
    assert store.problems["mine"][0].path == str(tmp_path / "lib" / "base.yaml")
    (tmp_path / "lib" / "base.yaml").unlink()
    assert waits(store.get("mine")) == 21
    assert store.problems["mine"][0].path == str(tmp_path / "mine.yaml")
    write("lib/base.yaml", style(23))
    assert waits(store.get("mine")) == 23
    assert store.problems == {}


def test_a_parent_that_appears_is_seen(store, write):
    """A style that came before its parent is read once the parent is there, and the parent's own is too."""
    write("mine.yaml", "invitepolicy: 1\nname: mine\nextends: ./base.yaml\n")
    assert store.get("mine") is store.default
    write("base.yaml", style(20, extends="./older.yaml"))
    assert store.get("mine") is store.default
    write("older.yaml", style(19))

    assert waits(store.get("mine")) == 20


def test_a_parent_that_is_no_longer_extended_is_no_longer_watched(store, write, tmp_path):
    """Its file may go."""
    write("base.yaml", style(20))
    write("mine.yaml", style(21, extends="./base.yaml"))
    store.get("mine")
    write("mine.yaml", style(22))
    store.get("mine")
    (tmp_path / "base.yaml").unlink()

    assert waits(store.get("mine")) == 22
    assert store.problems == {}


def test_a_link_that_is_turned_to_another_file_is_seen(store, write, tmp_path):
    """As deployments do it."""
    write("v1/mine.yaml", style(20))
    write("v2/mine.yaml", style(21))
    (tmp_path / "mine.yaml").symlink_to("v1/mine.yaml")
    store.get("mine")
    (tmp_path / "next").symlink_to("v2/mine.yaml")
    (tmp_path / "next").replace(tmp_path / "mine.yaml")

    assert waits(store.get("mine")) == 21


def test_a_file_that_never_stands_still_is_not_used(store, write, monkeypatch):
    """The last good policy stays, and the file is looked at again at the next call."""
    write("mine.yaml", style(20))
    store.get("mine")
    write("mine.yaml", style(21))
    readings = itertools.count()

    def load(path):
        write("mine.yaml", style(30 + next(readings)))
        return load_policy(path)

    with monkeypatch.context() as patch:
        patch.setattr(module, "load_policy", load)
        assert waits(store.get("mine")) == 20
    assert next(readings) == 3
    assert store.problems == {}
    assert waits(store.get("mine")) == 32


def test_two_changes_that_look_like_one_are_told_apart_later(store, write, monkeypatch):
    """Within one step of the file system's clock a second edit of equal length shows in no `stat`: it is read later."""
    monkeypatch.setattr(module, "_stat", lambda path: (1_700_000_000_000_000_000, 1, 1, 1))
    with time_machine.travel(datetime.fromtimestamp(1_700_000_001, UTC), tick=False) as clock:
        write("mine.yaml", style(20))
        assert waits(store.get("mine")) == 20
        write("mine.yaml", style(21))
        assert waits(store.get("mine")) == 20
        clock.shift(3)
        assert waits(store.get("mine")) == 21
        write("mine.yaml", style(22))
        clock.shift(3)

        assert waits(store.get("mine")) == 21


def test_a_report_that_fails_takes_no_answer_away(tmp_path, write, caplog):
    """Whoever asked gets the policy; the failure is logged."""

    def report(name, problems):
        raise ZeroDivisionError

    store = PolicyStore(tmp_path, report=report)
    write("mine.yaml", BAD)

    with caplog.at_level(logging.ERROR):
        assert store.get("mine") is store.default
    assert "reporting the problems of the style mine failed" in caplog.text
    assert "ZeroDivisionError" in caplog.text
    assert list(store.problems) == ["mine"]


def test_nobody_need_listen(tmp_path, write):
    """Without a callback the problems are still available."""
    store = PolicyStore(tmp_path)
    write("mine.yaml", BAD)

    assert store.get("mine") is store.default
    assert list(store.problems) == ["mine"]


def test_another_thread_s_good_policy_is_not_lost(store, write, monkeypatch):
    """Whoever found a bad edit keeps the newest good policy, not the one that it began with."""
    write("mine.yaml", style(20))
    store.get("mine")
    good = store._entries["mine"]
    write("mine.yaml", style(21))
    newer = PolicyStore(store._folder).get("mine")
    write("mine.yaml", BAD)
    load = module._load

    def overtaken(path):
        store._entries["mine"] = module._Entry(newer)
        return load(path)

    monkeypatch.setattr(module, "_load", overtaken)
    store._renew("mine", store._folder / "mine.yaml", good)

    assert waits(store.get("mine")) == 21


@pytest.mark.slow
def test_sixteen_threads_while_styles_are_edited(tmp_path, edits):
    """Good, bad, cut and missing files: every answer is one of the good policies, whole, and the last edit wins.

    The interpreter changes threads each microsecond; files are replaced, written in place, and deleted.
    """
    texts = {days: style(days) for days in range(20, 30)}
    fingerprints = {parse_policy(text).fingerprint: days for days, text in texts.items()}
    store = PolicyStore(tmp_path, report=lambda name, problems: edits.append((name, problems)))
    fingerprints[store.default.fingerprint] = 14
    path = tmp_path / "mine.yaml"
    done, answers, failures = Event(), [], []

    def ask():
        try:
            while not done.is_set():
                policy = store.get("mine")
                answers.append((policy.fingerprint, waits(policy)))
        except BaseException as error:  # noqa: BLE001  (whatever it is, the test is to see it)
            failures.append(error)

    interval = sys.getswitchinterval()
    threads = [Thread(target=ask) for _ in range(16)]
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for turn in range(60):
            _edit(path, turn, texts[20 + turn % 10])
        path.write_text(texts[29], encoding="utf-8")
        done.wait(0.3)
    finally:
        done.set()
        for thread in threads:
            thread.join()
        sys.setswitchinterval(interval)

    assert failures == []
    assert len({fingerprint for fingerprint, _ in answers}) > 1
    assert {fingerprints[fingerprint] - days for fingerprint, days in answers} == {0}
    assert waits(store.get("mine")) == 29
    assert store.problems == {}


def _edit(path, turn, text):
    """Edit a file as people, editors and programs do."""
    match turn % 5:
        case 0 | 1:
            beside = path.with_suffix(".new")
            beside.write_text(text, encoding="utf-8")
            beside.replace(path)
        case 2:
            path.write_text(text, encoding="utf-8")
        case 3:
            path.write_text(BAD if turn % 2 else text[: turn % len(text)], encoding="utf-8")
        case _:
            path.unlink(missing_ok=True)
    Event().wait(0.005)
