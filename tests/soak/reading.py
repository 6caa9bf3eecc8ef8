"""Rounds about what strangers write: policies, exports and records, damaged by chance."""

from __future__ import annotations

import json
import random
import tempfile
from functools import cache
from pathlib import Path

from damage import judged, mutated, policy_sources
from locations import EXPORT as EXAMPLE
from paths import TESTS
from random_policies import random_policy
from rows import check_export, check_lines

from invitepolicy import load_policy
from invitepolicy.review.model import invitation_to_dict
from invitepolicy.sources.linkedin import read_export

INPUTS = 50  # a round
HOSTILE = TESTS / "data" / "hostile" / "records"
MOST = 6_000  # bytes of a source
NAMES = ("Invitations.csv", "Connections.csv", "people.csv")
OF_TABLES = (
    b",", b";", b'"', b'""', b"\n", b"\r", b"\r\n", b"\x00", b"\t", b",,", b'",', b',"', b"OUTGOING", b"INCOMING",
    b"Sent At", b'"3/11/26, 12:00 PM"', b"=1+1", b"\xff", b"\xef\xbb\xbf", b"9" * 40, b"draft", b"withdrawn",
)  # fmt: skip
OF_LINES = (
    b"\n", b"\n\n", b"{", b"}", b"[", b'"', b":", b",", b"null", b"true", b"NaN", b"1e999", b"\\ud800", b"9" * 30,
    b"\r", b"\x00", b"\xff", b"\xef\xbb\xbf", b'"sent_at"', b'"2026-03-01"', b'"my_x": 1, ', b"\xe2\x80\xa8",
)  # fmt: skip


@cache
def _policies():
    return policy_sources()


@cache
def _tables():
    """Return sources for each file of an export: the example, many times, and what hostile ones hold."""
    hostile = [path.read_bytes()[:MOST] for path in sorted(HOSTILE.glob("*.csv"))]
    return {name: [(EXAMPLE / name).read_bytes()] * len(hostile) + hostile for name in NAMES}


@cache
def _lines():
    """Return sources for JSON Lines: the example's records, some at a time, and what hostile files hold."""
    written = [json.dumps(invitation_to_dict(one)) + "\n" for one in read_export(EXAMPLE).invitations]
    some = ["".join(written[start : start + 8]).encode() for start in range(0, len(written), 8)]
    return some + [path.read_bytes()[:MOST] for path in sorted(HOSTILE.glob("*.jsonl"))]


@cache
def _asked():
    return load_policy("faq"), random_policy(0)  # the second has facts of its own


def parse_round(seed, notes):
    """Parse damaged policies: each ends in a policy or in a refusal that keeps what is promised. Count them."""
    rng = random.Random(seed)  # noqa: S311  (a seeded round is the point)
    for _ in range(INPUTS):
        notes["policy"] = source = mutated(rng, _policies())
        judged(source)
    return INPUTS


def records_round(seed, notes):
    """Read damaged exports and damaged JSON Lines: rows in are rows decided and rows reported. Count the inputs."""
    rng = random.Random(seed)  # noqa: S311
    policy = rng.choice(_asked())
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(INPUTS // 2):
            notes.clear()
            for name in NAMES:
                damaged = rng.random() < (0.9 if name == NAMES[0] else 0.3)
                source = mutated(rng, _tables()[name], OF_TABLES) if damaged else (EXAMPLE / name).read_bytes()
                notes[name] = source
                (Path(folder) / name).write_bytes(source)
            check_export(folder, policy)
    notes.clear()
    for _ in range(INPUTS // 2):
        notes["records"] = source = mutated(rng, _lines(), OF_LINES)
        check_lines(source, policy)
    return INPUTS // 2 * 2
