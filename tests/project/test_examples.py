"""The example application behind a real server: one policy an answer, whatever is done to the files meanwhile."""

from __future__ import annotations

import importlib.util
import math
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import httpx
import pytest
import uvicorn
from locations import ROOT

from invitepolicy import load_policy, parse_policy

_SPEC = importlib.util.spec_from_file_location(
    "embedding", ROOT / "examples" / "embedding.py"
)  # fmt: skip
embedding = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(embedding)

SENT = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
RECORD = {"sent_at": SENT.isoformat(), "activity": "weekly"}


def style(days):
    """Return the text of a style that waits so long."""
    return f"invitepolicy: 1\nname: mine\nextends: faq\nsettings: {{longest_wait: {days} days}}\n"


@contextmanager
def served(app):
    """Serve an application on loopback, at a port that is free, and give its address."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off", ws="none")
    server = uvicorn.Server(config)
    thread = Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def client(tmp_path):
    """Yield a client of the application over a folder that the test fills."""
    with served(embedding.build_app(str(tmp_path))) as address, httpx.Client(base_url=address) as found:
        yield found


def ask(client, name="mine", decision="withdraw", record=RECORD):
    """Ask about an invitation."""
    return client.post(f"/styles/{name}/decisions/{decision}", json=record)


def test_each_style_answers_by_its_own_file(client, tmp_path):
    """Who has none is answered by the default; each answer names its policy, its instant and its change."""
    (tmp_path / "mine.yaml").write_text(style(30), encoding="utf-8")

    mine, other = ask(client).json(), ask(client, "other").json()

    assert mine["policy"] == {"name": "mine", "fingerprint": parse_policy(style(30)).fingerprint}
    assert other["policy"] == {"name": "faq", "fingerprint": load_policy("faq").fingerprint}
    assert mine["decision"]["outcome"] == other["decision"]["outcome"] == "keep"
    assert [datetime.fromisoformat(found["decision"]["changes_at"]) - SENT for found in (mine, other)] == [
        timedelta(days=30), timedelta(days=14),
    ]  # fmt: skip
    assert datetime.fromisoformat(mine["now"]) - SENT < timedelta(days=2)


def test_retry_after_is_the_instant_of_the_change(client):
    """In whole seconds, never too early; absent where the answer stays for ever."""
    answer = ask(client)
    now = datetime.fromisoformat(answer.json()["now"])

    assert answer.headers["Retry-After"] == str(math.ceil((SENT + timedelta(days=14) - now).total_seconds()))
    assert "Retry-After" not in ask(client, record={"status": "accepted"}).headers


@pytest.mark.parametrize(
    ("decision", "record", "status", "words"),
    [
        ("withdrw", RECORD, 404, "faq has no decision 'withdrw'"),
        ("standing", RECORD, 404, "faq has no decision 'standing' about an invitation"),
        ("withdraw", {"sent_at": "2026-03-01T10:00"}, 422, "add Z for UTC"),
        ("withdraw", {"sent": "2026-03-01"}, 422, "did you mean “sent_at”?"),
        ("withdraw", {"note": 3}, 422, "must be a text"),
        ("withdraw", [], 422, "valid dictionary"),
    ],
)
def test_what_cannot_be_answered(client, decision, record, status, words):
    """An unknown question, and a record that cannot be read: reported with the remedy, and without the value."""
    answer = ask(client, decision=decision, record=record)

    assert answer.status_code == status
    assert words in str(answer.json()["detail"])


def test_styles_and_their_problems_are_listed(client, tmp_path, caplog):
    """With line and column and without the server's folders; each edit is logged once, with them."""
    (tmp_path / "mine.yaml").write_text(style(30), encoding="utf-8")
    (tmp_path / "bad.yaml").write_text("invitepolicy: 1\nname: bad\nextends: fqa\n", encoding="utf-8")
    for _ in range(3):
        ask(client, "bad")

    found = client.get("/styles").json()

    assert (found["default"], found["styles"]) == ("faq", ["bad", "mine"])
    (problem,) = found["problems"]["bad"]
    assert problem.startswith("line 3, column 10: there is no shipped policy “fqa”; ")
    (record,) = [record for record in caplog.records if record.levelname == "WARNING"]
    assert str(tmp_path / "bad.yaml") in record.getMessage()


def test_the_folder_comes_from_the_environment(tmp_path, monkeypatch):
    """As the program's first lines say."""
    monkeypatch.setenv("STYLES", str(tmp_path))
    (tmp_path / "mine.yaml").write_text(style(30), encoding="utf-8")

    with served(embedding.build_app()) as address:
        assert httpx.get(f"{address}/styles").json()["styles"] == ["mine"]


@pytest.mark.slow
def test_sixteen_clients_while_styles_are_edited(tmp_path):
    """Well, badly, by halves, or away: each answer is that of exactly one good policy, and says of which."""
    texts = {days: style(days) for days in range(20, 30)}
    waits = {parse_policy(text).fingerprint: days for days, text in texts.items()}
    waits[load_policy("faq").fingerprint] = 14
    files = [tmp_path / f"{name}.yaml" for name in ("anna", "ben")]
    done = Event()

    def keep_asking(number):
        answers = []
        with httpx.Client(base_url=address) as client:
            while not done.is_set():
                answers.append(ask(client, files[number % 2].stem))
        return answers

    with served(embedding.build_app(str(tmp_path))) as address, ThreadPoolExecutor(16) as pool:
        asked = [pool.submit(keep_asking, number) for number in range(16)]
        for turn in range(60):
            _edit(files[turn % 2], turn // 2, texts[20 + turn % 10])
            done.wait(0.02)
        for file in files:
            file.write_text(texts[29], encoding="utf-8")
        done.wait(0.3)
        done.set()
        answers = [answer for future in asked for answer in future.result()]
        with httpx.Client(base_url=address) as client:
            last = [ask(client, file.stem) for file in files]
            problems = client.get("/styles").json()["problems"]

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["policy"]["fingerprint"] for answer in answers}) > 2
    for answer in (*answers, *last):
        found = answer.json()
        changes_at = datetime.fromisoformat(found["decision"]["changes_at"])
        assert changes_at == SENT + timedelta(days=waits[found["policy"]["fingerprint"]])
    assert [waits[answer.json()["policy"]["fingerprint"]] for answer in last] == [29, 29]
    assert problems == {}


def _edit(path, turn, text):
    """Edit a file as people, editors and programs do."""
    match turn % 5:
        case 0 | 1:
            beside = path.with_suffix(".new")
            beside.write_text(text, encoding="utf-8")
            beside.replace(path)
        case 2:
            path.write_text(text[: 5 * turn], encoding="utf-8")
        case 3:
            path.write_text("invitepolicy: 1\nname: mine\nextends: fqa\n", encoding="utf-8")
        case _:
            path.unlink(missing_ok=True)
