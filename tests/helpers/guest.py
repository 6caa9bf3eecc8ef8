"""A program that uses the whole library as a guest, and prints what of its host's state is not as it was before.

It is run by itself, since what a test's process shares is everybody's.
"""

from __future__ import annotations

import csv
import decimal
import gc
import io
import json
import locale
import logging
import os
import random
import signal
import socket
import sys
import tempfile
import threading
import time
import warnings
from datetime import UTC, datetime
from pathlib import Path

import yaml
from locations import EXPORT

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
LOADERS = (yaml.SafeLoader, yaml.Loader, yaml.FullLoader, yaml.SafeDumper)
TABLES = ("yaml_constructors", "yaml_multi_constructors", "yaml_implicit_resolvers", "yaml_representers")


def state():
    """Describe what a process has once, and a library should leave alone."""
    root = logging.getLogger()
    return {
        "csv.field_size_limit": csv.field_size_limit(),
        "csv.list_dialects": sorted(csv.list_dialects()),
        "the recursion limit": sys.getrecursionlimit(),
        "the switch interval": sys.getswitchinterval(),
        "the digits of a number": sys.get_int_max_str_digits(),
        "the locale": locale.setlocale(locale.LC_ALL),
        "the zone": (time.tzname, os.environ.get("TZ")),
        "the environment": dict(os.environ),
        "the folder": str(Path.cwd()),
        "the mask of new files": _mask(),
        "warnings": list(map(str, warnings.filters)),
        "the decimal context": repr(decimal.getcontext()),
        "the garbage collector": (gc.isenabled(), gc.get_threshold(), gc.get_freeze_count()),
        "chance": random.getstate(),
        "logging": (root.handlers[:], root.level, logging.root.manager.disable, logging.getLoggerClass().__name__),
        "signals": {str(one): str(signal.getsignal(one)) for one in signal.valid_signals()},
        "hooks": (sys.excepthook, sys.displayhook, sys.unraisablehook, threading.excepthook),
        "traces": (sys.gettrace(), sys.getprofile()),
        "threads": threading.active_count(),
        "sockets": socket.getdefaulttimeout(),
        "JSON": (json._default_encoder, json._default_decoder),
        "streams": (id(sys.stdout), id(sys.stderr), sys.stdout.errors, sys.stdout.encoding),
        "YAML": {
            f"{one.__name__}.{name}": {str(key): str(value) for key, value in getattr(one, name, {}).items()}
            for one in LOADERS
            for name in TABLES
        },
    }


def _mask():
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def use_everything():
    """Import every part that a host may import, and use it; the command is no part of it: it owns its process."""
    import polars as pl  # noqa: PLC0415

    between = state()  # what an engine that the host chose does to its process is not ours
    import invitepolicy as ip  # noqa: PLC0415
    from invitepolicy import explain, frames, review, store, timeline  # noqa: PLC0415
    from invitepolicy.analysis import diff, lint, show, timetable  # noqa: PLC0415
    from invitepolicy.review import backtest as run_backtest  # noqa: PLC0415
    from invitepolicy.review import html as report  # noqa: PLC0415
    from invitepolicy.sources import jsonl as records  # noqa: PLC0415
    from invitepolicy.sources import linkedin  # noqa: PLC0415
    from invitepolicy.testing import run as proving  # noqa: PLC0415
    from invitepolicy.testing import suggest  # noqa: PLC0415

    faq, brisk = ip.load_policy("faq"), ip.load_policy("brisk")
    for text in ("invitepolicy: 1\nname: mine\nextends: faq\n", "name: [", "a: &b {<<: *b}", "\x1b", "x" * 300_000):
        try:
            lint.lint_policy(ip.parse_policy(text))
        except ip.PolicyError as error:
            str(error)
    export = linkedin.read_export(EXPORT)
    people = export.invitations
    seen = review.review_invitations(faq, people, now=NOW, problems=export.problems)
    list(ip.decide_each(faq, people, now=NOW))
    report.format_report(seen, compare=[brisk])
    review.format_calendar(seen, review.coming_changes(seen, until=NOW.replace(month=5)))
    diff.impact(faq, brisk, people, now=NOW)
    diff.diff_policies(faq, brisk)
    run_backtest(faq, people, now=NOW)
    explain.explain(faq, people[0], "withdraw", now=NOW)
    timeline.timeline(faq, people[0], "withdraw")
    timetable.make_timetable(faq, "withdraw")
    proving.run_tests(faq)
    list(records.read_records(io.BytesIO(b'{"sent_at": "2026-03-01"}\nx\n')))
    frames.decide_frame(faq, pl.DataFrame({"sent_at": [NOW]}), now=NOW)
    with tempfile.TemporaryDirectory() as folder:
        store.PolicyStore(folder).get("mine")
    return between, [show, suggest]


def run():
    """Print what is not as it was, a name a line."""
    before, _ = use_everything()
    after = state()
    sys.stdout.writelines(f"{name}\n" for name in before if before[name] != after[name])
    sys.stdout.write(f"compared: {len(before)}\n")


if __name__ == "__main__":
    run()
