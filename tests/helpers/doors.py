"""The conformance set of the folder `cases`, and the doors through which this library answers a case of it."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from pathlib import Path

import polars as pl
import pytest
import yaml
from locations import TESTS

from invitepolicy import as_invitation, decide, decide_account, decide_each, load_policy, summarize
from invitepolicy._core.records import as_account
from invitepolicy.frames import decide_frame

CASES = TESTS / "conformance" / "cases"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the first is the faster one
CHAPTERS = sorted(path.stem for path in CASES.glob("*.yaml"))
LEFT_OUT = {"rule": None, "changes_at": None, "changes_to": None, "needs": []}  # what an answer says unless it is given
IN_FRAMES = ("outcome", "rule", "changes_at", "changes_to")
_INSTANTS = ("sent_at", "answered_at", "withdrawn_at", "last_active_at")
_UTC = pl.Datetime("us", "UTC")
_COLUMNS = {
    **dict.fromkeys(("direction", "status", "relationship", "activity", "note"), pl.String),
    **dict.fromkeys(_INSTANTS, _UTC),
    "email_requested": pl.Boolean,
    "attempts": pl.Int64,
    "tags": pl.List(pl.String),
}
_OWN = {
    "choice": pl.String,
    "flag": pl.Boolean,
    "count": pl.Int64,
    "number": pl.Float64,
    "share": pl.Float64,
    "clock": _UTC,
    "tags": pl.List(pl.String),
}


@cache
def chapter(name):
    """Read a chapter; one that is there once is read once."""
    text = (CASES / f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=LOADER)  # noqa: S506  (both are safe)


def kind_of(case):
    """Return what a case states: answers about a `record` or the `account`, or whatever else its key is."""
    if "answers" in case:
        return "record" if "record" in case else "account"
    return next(kind for kind in ("refused", "problems", "summary", "proves") if kind in case)


def cases_of(name, kind, door=None):
    """Return the cases of a chapter that are of a kind and that a door can carry."""
    found = chapter(name)
    barred = found.get("not_by", {})
    return [
        case | {"now": instant(case.get("now", found["now"])), "file": case.get("policy") or f"case_{number}.yaml"}
        for number, case in enumerate(found["cases"], 1)
        if kind_of(case) == kind and door not in barred and door not in case.get("not_by", {})
    ]


def each_with(kind, door=None):
    """Run a test for each chapter with such cases."""
    return pytest.mark.parametrize("name", [name for name in CHAPTERS if cases_of(name, kind, door)])


def write_policies(name, folder):
    """Write a chapter's policies, and those that stand in its cases, into a folder."""
    found = chapter(name)
    texts = found.get("policies", {}) | {
        f"case_{number}.yaml": case["text"] for number, case in enumerate(found["cases"], 1) if "text" in case
    }
    for file, text in texts.items():
        (folder / file).write_bytes(text.encode())


def source_of(case, folder):
    """Return what `load_policy` and the command take for a case's policy: a shipped one's name, or a path."""
    return str(folder / case["file"]) if case["file"].endswith(".yaml") else case["file"]


def groups(cases):
    """Put cases together that one frame or one run of the command can answer: one policy, instant and account."""
    found = {}
    for case in cases:
        key = case["file"], case["now"], json.dumps(case.get("account", {}), sort_keys=True)
        found.setdefault(key, []).append(case)
    return list(found.values())


# --- the doors: for each case, its answers, decision by decision and field by field ---


def by_decide(cases, policy):
    """Decide one record after the other."""
    return [decide(policy, case["record"], now=case["now"], account=_account(case)).to_dict() for case in cases]


def by_each(cases, policy):
    """Decide the records in a row."""
    records = [case["record"] for case in cases]
    answers = decide_each(policy, records, now=cases[0]["now"], account=_account(cases[0]))
    return [advice.to_dict() for advice in answers]


def by_frame(cases, policy):
    """Lay the records out as a frame of polars, and read its columns."""
    names = sorted({name for case in cases for name in case["answers"]})
    frame = _frame([as_invitation(case["record"]) for case in cases], policy)
    rows = decide_frame(policy, frame, now=cases[0]["now"], account=_account(cases[0]), decisions=names).to_dicts()
    return [
        {
            name: dict(zip(IN_FRAMES, (row[name], *(row[f"{name}_{part}"] for part in IN_FRAMES[1:])), strict=True))
            for name in names
        }
        for row in rows
    ]


def account_by_decide(case, policy):
    """Decide about the account, as it is reported or as its invitations show it."""
    if "invitations" in case:
        return decide_account(policy, case["invitations"], now=case["now"], account=_account(case)).to_dict()
    return decide_account(policy, _account(case), now=case["now"]).to_dict()


def summary_of(case):
    """Return the counts that a list of invitations shows, by the names of the account's fields."""
    shown = summarize(case["invitations"], now=case["now"])
    return {name: getattr(shown, name) for name in case["summary"]}


def words_of(case, source, path):
    """Return the words of the command that decides a case's records, which stand at a path."""
    account = ",".join(f"{name}={value}" for name, value in case.get("account", {}).items())
    words = ["review", str(path), "-p", source, "--now", case["now"].isoformat(), "--format", "json", "-q"]
    return [*words, "--account", account] if account else words


def as_lines(records):
    """Write records as JSON Lines."""
    return "".join(json.dumps(record) + "\n" for record in records)


# --- what was expected and is not so ---


def differences(case, answers):
    """Give, in words, where the answers to a case are not those that it states; only what a door says is judged."""
    return [
        f"{case['case']}: {name}.{field} is {found[field]!r}, not {wanted!r}"
        for name, answer in case["answers"].items()
        for found in [answers.get(name, {"outcome": "no answer"})]
        for field, wanted in (LEFT_OUT | answer).items()
        if field in found and _plain(field, found[field]) != _plain(field, wanted)
    ]


def instant(text):
    """Read an instant of the set."""
    return datetime.fromisoformat(text)


@cache
def load(source):
    """Load a policy; one that is used again is loaded once."""
    return load_policy(source)


def _plain(field, value):
    if field == "changes_at" and isinstance(value, str):
        return instant(value)
    if field == "place":
        return Path(value).name
    return sorted(value) if field == "needs" else value


def _account(case):
    return as_account(case.get("account", {}))


def _frame(records, policy):
    own = {name: _OWN[fact.kind] for name, fact in policy.facts.items() if fact.name.startswith("my_")}
    columns = {name: [_cell(getattr(record, name)) for record in records] for name in _COLUMNS}
    columns |= {name: [_fact(record.facts.get(name), own[name]) for record in records] for name in own}
    return pl.DataFrame(columns, schema=_COLUMNS | own)


def _fact(value, kind):
    return instant(value) if kind == _UTC and isinstance(value, str) else _cell(value)


def _cell(value):
    return sorted(value) if isinstance(value, frozenset | tuple | list) else value
