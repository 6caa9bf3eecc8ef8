"""Promises broken on purpose, one at a time in a copy of the project: the tests named beside each must then fail."""

from __future__ import annotations

import re
import shlex
from functools import cache
from pathlib import Path

import yaml
from copied import copied, run

BROKEN = Path(__file__).parent / "broken"
KEYS = {"promise", "broken", "file", "find", "replace", "tests"}
LONGEST = 600  # seconds of the tests of one breakage
FAILED = re.compile(r"^FAILED (.+?)(?: - (.*))?$", re.MULTILINE)
ENDS_AS_IT_SHOULD = 0, 1  # pytest's exit statuses before, and after


@cache
def breakages():
    """Read the breakages of every file, in order."""
    return [
        {**entry, "from": path.name}
        for path in sorted(BROKEN.glob("*.yaml"))
        for entry in yaml.safe_load(path.read_text("utf-8"))
    ]


def broken_round(index, notes):
    """Break a promise: its tests pass before, and fail by an assertion after. Notes tell which. Count 1."""
    entry = breakages()[index]
    notes.update({name: str(value) for name, value in entry.items()})
    assert entry.keys() >= KEYS, f"it lacks {sorted(KEYS - entry.keys())}"
    with copied() as folder:
        path = folder / entry["file"]
        text = path.read_text("utf-8")
        assert text.count(entry["find"]) == 1, f"{entry['file']} has that text {text.count(entry['find'])} times"
        _check_unbroken(folder, entry["tests"])
        path.write_text(text.replace(entry["find"], entry["replace"]), "utf-8")
        ran = _pytest(folder, entry["tests"])
    notes["pytest"] = ran.stdout[-4000:] + ran.stderr[-2000:]
    assert ran.returncode == ENDS_AS_IT_SHOULD[1], f"pytest ends with {ran.returncode}, and no test fails"
    failed = FAILED.findall(ran.stdout)
    by_assertion = [name for name, why in failed if not re.match(r"\w*(Import|Syntax|Name)Error", why)]
    assert by_assertion, f"none fails by an assertion: {failed}"
    notes["report"] = [f"| {entry['promise']} | {entry['broken']} | `{by_assertion[0]}` |"]
    return 1


_held: set[str] = set()


def _check_unbroken(folder, tests):
    """Let the tests pass unbroken, once for each of their lists."""
    if tests not in _held:
        ran = _pytest(folder, tests)
        assert ran.returncode == ENDS_AS_IT_SHOULD[0], f"unbroken, they fail:\n{ran.stdout[-3000:]}{ran.stderr[-1000:]}"
        _held.add(tests)


def _pytest(folder, tests):
    words = ("-q", "-x", "-p", "no:cacheprovider", "-p", "tests.soak.unshrunk", "--tb=line", "-rf", *shlex.split(tests))
    return run(folder, "pytest", *words, timeout=LONGEST)
