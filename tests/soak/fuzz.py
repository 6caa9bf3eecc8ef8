"""Fuzzing led by coverage: `python tests/soak/fuzz.py policy`, or `export` or `records`, then libFuzzer's own options.

It wants the extra `fuzz`. It ends at the first input that breaks a promise, which libFuzzer writes into `found`,
or after `-max_total_time=600` (seconds), `-runs=100000`, or whatever else is asked for.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris
import paths
from locations import EXPORT as EXAMPLE

with atheris.instrument_imports(include=["invitepolicy", "yaml"]):
    from damage import judged, policy_sources
    from reading import HOSTILE, NAMES
    from rows import check_export, check_lines

    from invitepolicy import load_policy

POLICY = load_policy("faq")
LONGEST = 4096  # bytes of an input


def fuzz_policy(data):
    """Hold any bytes to a policy or a refusal that keeps what is promised."""
    judged(data)


def fuzz_export(data):
    """Hold any bytes as Invitations.csv to rows answered and rows reported."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / NAMES[0]).write_bytes(data)
        check_export(folder, POLICY)


def fuzz_records(data):
    """Hold any bytes as JSON Lines to lines answered and lines reported."""
    check_lines(data, POLICY)


def sources(kind):
    """Return the inputs to begin with."""
    match kind:
        case "policy":
            return policy_sources()
        case "export":
            return [(EXAMPLE / NAMES[0]).read_bytes()[:LONGEST]] + [path.read_bytes() for path in HOSTILE.glob("*.csv")]
    return [path.read_bytes() for path in HOSTILE.glob("*.jsonl")] + [
        b'{"name": "Ann", "sent_at": "2026-03-01T10:00Z"}'
    ]


def main():
    """Fuzz what the first word names, until libFuzzer ends it."""
    kind = sys.argv[1] if len(sys.argv) > 1 else ""
    targets = {"policy": fuzz_policy, "export": fuzz_export, "records": fuzz_records}
    if kind not in targets:
        sys.exit(f"name what is fuzzed: {', '.join(targets)}")
    with tempfile.TemporaryDirectory() as corpus:
        for number, source in enumerate(sources(kind)):
            (Path(corpus) / str(number)).write_bytes(source)
        found = paths.TESTS / "soak" / "found"
        found.mkdir(exist_ok=True)
        artifacts = f"-artifact_prefix={found}/"
        atheris.Setup([sys.argv[0], f"-max_len={LONGEST}", artifacts, *sys.argv[2:], corpus], targets[kind])
        atheris.Fuzz()


if __name__ == "__main__":
    main()
