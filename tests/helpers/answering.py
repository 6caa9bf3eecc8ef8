"""A program that answers what its first argument holds, in whatever process it is run, and writes what it found.

`answering.py GIVEN FOUND [how…]`: GIVEN is a pickle of policies (their text, and as values) with records and accounts,
FOUND.json gets the answers. How: `fork` and `spawn` answer in a process of that kind,
`poisoned` as a guest of a host that changed YAML's safe loader, `bare` without a time zone database; `pickled` leaves
a pickle too.
"""

from __future__ import annotations

import contextlib
import io
import json
import multiprocessing
import pickle
import sys
from datetime import UTC, datetime
from pathlib import Path

import yaml
from locations import EXPORT

from invitepolicy import decide, decide_each, parse_policy
from invitepolicy.cli import main

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


def answer(given):
    """Answer by policies that are read here and by those that came along, which must be the same."""
    found = []
    for text, travelled, records, account in given:
        policy = parse_policy(text)
        advices = list(decide_each(policy, records, now=NOW, account=account))
        again = [decide(travelled, record, now=NOW, account=account) for record in records[:60]]
        if advices[:60] != again or policy != travelled:
            sys.exit("a policy that was pickled answers otherwise")
        found.append(advices)
    return found


def review():
    """Return what the command says of the example export: its status, what it prints and what it remarks."""
    printed, remarked = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(remarked):
        status = main(["review", str(EXPORT), "-p", "faq", "--now", NOW.isoformat(), "--format", "json"])
    return [status, printed.getvalue(), remarked.getvalue()]


def poison():
    """Change the safe loader as a host application might."""
    for tag in ("null", "bool", "int", "str", "seq", "map"):
        yaml.SafeLoader.add_constructor(f"tag:yaml.org,2002:{tag}", lambda loader, node: "poison")
    yaml.SafeLoader.yaml_implicit_resolvers = {}


def block_tzdata():
    """Take the time zone database of the package index away; that of the system went by PYTHONTZPATH."""
    sys.modules["tzdata"] = None


def run(given_path, found_path, *how):
    """Answer, and write what was found."""
    if "poisoned" in how:
        poison()
    if "bare" in how:
        block_tzdata()
    given = pickle.loads(Path(given_path).read_bytes())
    kind = next((one for one in how if one in ("fork", "spawn")), None)
    if kind is None:
        found = answer(given)
    else:
        with multiprocessing.get_context(kind).Pool(1) as pool:
            found = pool.apply(answer, [given])
    plain = [[advice.to_dict() for advice in advices] for advices in found]
    text = json.dumps({"answers": plain, "review": review()}, ensure_ascii=False, sort_keys=True)
    Path(f"{found_path}.json").write_text(text, encoding="utf-8")
    if "pickled" in how:
        Path(f"{found_path}.pickle").write_bytes(pickle.dumps((found, [policy for _, policy, _, _ in given], given)))


if __name__ == "__main__":
    run(*sys.argv[1:])
