"""Exports and records from strangers: every row is answered or reported, and nothing printed acts."""

from __future__ import annotations

import io
import json
import os
import random
import time
import tracemalloc

import pytest
from builders import inert
from damage import mutated
from hostile_exports import tables, write_zip
from locations import DATA
from locations import EXPORT as EXAMPLE
from rows import check_export, check_lines

from invitepolicy import Invitation, InvitePolicyError, load_policy
from invitepolicy.cli import main
from invitepolicy.sources.jsonl import read_records
from invitepolicy.sources.linkedin import ExportError, read_export

FOLDER = DATA / "hostile"
HOSTILE = [
    entry
    for entry in json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
    if entry["file"].startswith("records/")
]
NAMES = [entry["file"] for entry in HOSTILE]
TABLES = tables()
FAQ = load_policy("faq")
FORMATS = ("text", "json", "jsonl", "csv", "html", "ics")
NOW = ("--now", "2026-03-15T12:00Z")
LONGEST = 1.0  # seconds of CPU
MOST_MEMORY = 16 * 2**20
LAWS = int(os.environ.get("INVITEPOLICY_LAWS", "1"))
MUTATED = 1_000 * (10 if LAWS > 1 else 1)  # exports, and as many files of records
OF_TABLES = (
    b",", b";", b'"', b'""', b"\n", b"\r", b"\r\n", b"\x00", b"\t", b",,", b'",', b',"', b"OUTGOING", b"INCOMING",
    b'"3/11/26, 12:00 PM"', b"=1+1", b"\xff", b"\xef\xbb\xbf", b"9" * 40, b"draft",
)  # fmt: skip
OF_LINES = (
    b"\n", b"\n\n", b"{", b"}", b"[", b'"', b":", b",", b"null", b"true", b"NaN", b"1e999", b"\\ud800", b"9" * 30,
    b"\r", b"\x00", b"\xff", b"\xef\xbb\xbf", b'"sent_at"', b'"2026-03-01"', b'"my_x": 1, ', b"\xe2\x80\xa8",
)  # fmt: skip


def harmless(text):
    """Return whether each line of a text is inert."""
    return all(inert(line) for line in text.replace("\r\n", "\n").split("\n"))


def read(path):
    """Read a source as `review` does. Return how many rows were read and how many were reported; None for a refusal."""
    if path.suffix == ".jsonl":
        found = list(read_records(io.BytesIO(path.read_bytes())))
        read_well = sum(isinstance(one, Invitation) for one in found)
        return read_well, len(found) - read_well
    try:
        export = read_export(path)
    except InvitePolicyError:
        return None
    return len(export.invitations), sum(problem.level == "error" for problem in export.problems)


@pytest.mark.parametrize("entry", HOSTILE, ids=NAMES)
def test_hostile_records_meet_what_they_must(entry):
    """Refused, or each wrong row told, within a second and 16 MB."""
    began = time.process_time()
    tracemalloc.start()
    found = read(FOLDER / entry["file"])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert time.process_time() - began <= LONGEST * 3  # tracing costs the rest
    assert peak <= MOST_MEMORY
    assert entry["expected"] != "must_reject" or found is None or found[1] > 0 or found[0] == 0


@pytest.mark.slow
@pytest.mark.parametrize("form", ["text", "jsonl", "csv"])
@pytest.mark.parametrize("entry", HOSTILE, ids=NAMES)
def test_hostile_records_are_reviewed_without_harm(entry, form, capsys):
    """A status, one line a remark, and nothing that a terminal obeys on stdout or stderr."""
    status = main(["review", str(FOLDER / entry["file"]), "-p", "faq", "--format", form, *NOW])

    printed = capsys.readouterr()
    assert status in {0, 1, 2}
    assert harmless(printed.err)
    assert harmless(printed.out) if form == "text" else "\x1b" not in printed.out
    assert all(len(line) <= 600 for line in printed.err.splitlines())


@pytest.mark.parametrize("name", TABLES)
def test_strange_fields_in_the_exact_format_lose_no_row(name, tmp_path):
    """Each in every field of an export: a row is answered, or reported with its line; the last one is read."""
    (tmp_path / "Invitations.csv").write_bytes(TABLES[name])

    assert check_export(tmp_path, FAQ) > 0
    assert "Zoe" in {record.name for record in read_export(tmp_path).invitations}


@pytest.mark.parametrize("number", range(len(TABLES)), ids=list(TABLES))
def test_strange_fields_are_printed_without_harm(number, tmp_path, capsys):
    """In one of the formats each, whatever the field."""
    (tmp_path / "Invitations.csv").write_bytes(list(TABLES.values())[number])
    form = FORMATS[number % len(FORMATS)]

    status = main(["review", str(tmp_path), "-p", "faq", "--format", form, *NOW])

    printed = capsys.readouterr()
    assert status in {0, 1}
    assert harmless(printed.err)
    assert harmless(printed.out) if form == "text" else not {"\x00", "\x07", "\x1b", "\x9b"} & set(printed.out)


def test_a_zip_that_bursts_costs_next_to_nothing(tmp_path):
    """32 MiB in 32 KiB: refused before it is unpacked."""
    bomb = write_zip(tmp_path / "bomb.zip", 32 * 2**20)
    began = time.process_time()
    tracemalloc.start()

    with pytest.raises(ExportError, match="compression ratio too high"):
        read_export(bomb)

    assert tracemalloc.get_traced_memory()[1] <= MOST_MEMORY
    tracemalloc.stop()
    assert time.process_time() - began <= LONGEST


@pytest.mark.slow
def test_mutated_exports_lose_no_row(tmp_path):
    """A thousand by a seed (ten thousand in `.ci/run`), made of the example and of the hostile ones."""
    rng = random.Random(20_260_316)  # noqa: S311  (a seeded test is the point)
    some = (EXAMPLE / "Invitations.csv").read_bytes()[:2_000]
    hostile = [path.read_bytes()[:3_000] for path in sorted((FOLDER / "records").glob("*.csv"))]
    sources = [source for source in [some] * len(hostile) + hostile if source]
    rows = 0
    for _ in range(MUTATED):
        (tmp_path / "Invitations.csv").write_bytes(mutated(rng, sources, OF_TABLES))
        rows += check_export(tmp_path, FAQ)

    assert rows > MUTATED


def test_mutated_records_lose_no_line():
    """As many again, made of good lines and of the hostile ones."""
    rng = random.Random(20_260_317)  # noqa: S311
    good = b'{"name": "Ann", "sent_at": "2026-03-01T10:00Z", "tags": ["vip"], "facts": {"my_x": 1}}\n' * 4
    hostile = [path.read_bytes()[:3_000] for path in sorted((FOLDER / "records").glob("*.jsonl"))]
    sources = [good] * len(hostile) + hostile

    lines = sum(check_lines(mutated(rng, sources, OF_LINES), FAQ) for _ in range(MUTATED))

    assert lines > MUTATED


@pytest.mark.slow
def test_mutated_zips_are_read_or_refused(tmp_path):
    """A thousand damaged archives by a seed: rows or a sentence, and no other exception."""
    rng = random.Random(20_260_318)  # noqa: S311
    write_zip(tmp_path / "good.zip", 2**20)
    sources = [path.read_bytes()[:4_000] for path in sorted((FOLDER / "records").glob("*.zip"))]
    sources.append((tmp_path / "good.zip").read_bytes())
    endings = []
    for _ in range(1_000):
        (tmp_path / "mutated.zip").write_bytes(mutated(rng, sources, (b"PK\x01\x02", b"PK\x05\x06", b"\xff" * 4)))
        endings.append(read(tmp_path / "mutated.zip"))

    assert None in endings
