"""What deciding is not: growth with the rules, import, the start of a process, and loading a file.

Each measure gives rows of what, how it is shown, the value that has a bar, and the bar. Fresh processes find their
modules compiled, as users do, whatever this one's environment says.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from statistics import median
from time import process_time_ns

from workload import NOW

from invitepolicy import Invitation, decide_each, load_policy, parse_policy

COMPILED = tempfile.TemporaryDirectory()
PLAIN = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
PLAIN["PYTHONPYCACHEPREFIX"] = COMPILED.name
START = {
    "invitepolicy": "from invitepolicy import *\nfrom datetime import datetime, timezone\n"
    "now = datetime(2026, 3, 9, tzinfo=timezone.utc)\n"
    "print(decide(load_policy('faq'), Invitation(sent_at=now), now=now)['withdraw'].outcome)",
    "Cloud Custodian": "from c7n.filters.core import FilterRegistry, ValueFilter\n"
    "registry = FilterRegistry('x')\nregistry.register('value', ValueFilter)\n"
    "class Manager:\n    data, ctx, filter_registry = {}, None, registry\n"
    "    def get_model(self):\n        return type('Model', (), {'id': 'id'})\n"
    "one = registry.factory({'type': 'value', 'key': 'status', 'value': 'pending'}, Manager())\n"
    "one.validate()\nprint(one({'status': 'pending'}))",
    "rule-engine": 'import rule_engine\nrule = rule_engine.Rule(\'status == "pending" ? "keep" : "never"\')\n'
    "print(rule.evaluate({'status': 'pending'}))",
}


def measure_growth(rounds):
    """Decide by 400 rules and by 4, each about a segment of its own and an age."""
    ready = {number: (_growing(number), _segments(number)) for number in (4, 400)}
    for policy, records in ready.values():
        _drain(policy, records)
    samples = {number: [] for number in ready}
    for _ in range(rounds):
        for number, (policy, records) in ready.items():
            start = process_time_ns()
            _drain(policy, records)
            samples[number].append((process_time_ns() - start) / len(records))
    few, many = samples[4], samples[400]
    times = median(one / other for one, other in zip(many, few, strict=True))
    shown = f"{median(few):,.0f} ns by 4 rules, {median(many):,.0f} ns by 400: {times:.2f} times"
    yield "growth: a decision of 400 rules against one of 4", shown, times, 2


def _drain(policy, records):
    for advice in decide_each(policy, records, now=NOW):
        _ = advice["d"].outcome


def _growing(number):
    words = ", ".join(f"s{index}" for index in range(number))
    rules = "\n".join(
        f"    - {{rule: r{index}, when: {{my_segment: s{index}, sent: at least {3 + index % 20} days ago}}, "
        f"then: ask, because: It is time.}}"
        for index in range(number)
    )
    return parse_policy(
        f"invitepolicy: 1\nname: growing\nfacts: {{my_segment: [{words}]}}\ndecisions:\n  d:\n"
        f"    question: What now?\n    rules:\n{rules}\n    otherwise: {{then: wait, because: There is time.}}\n"
    )


def _segments(number):
    rng = random.Random(number)  # noqa: S311  (the same at every run)
    return [
        Invitation(
            sent_at=NOW - timedelta(seconds=rng.random() * 24 * 86400),
            facts={"my_segment": f"s{rng.randrange(number)}"} if rng.random() < 0.95 else {},
        )
        for _ in range(4000)
    ]


def measure_import(rounds):
    """Import the library, and what it needs, in fresh processes."""
    libraries = {"invitepolicy": "invitepolicy", "attrs, yaml": "attrs, yaml"}
    program = "import time; start = time.process_time_ns(); import {}; print(time.process_time_ns() - start)"
    samples = {label: [] for label in libraries}
    for _ in range(rounds + 1):  # the first one compiles
        for label, modules in libraries.items():
            command = [sys.executable, "-c", program.format(modules)]
            ran = subprocess.run(command, capture_output=True, check=True, env=PLAIN)
            samples[label].append(int(ran.stdout) / 1e6)
    own, bare = (median(samples[label][1:]) for label in libraries)
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, invitepolicy; print('jsonschema' in sys.modules)"],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    assert loaded == "False"
    shown = f"{own:.1f} ms; `import attrs, yaml` {bare:.1f} ms: {own / bare:.2f} times; jsonschema is not imported"
    yield "`import invitepolicy`", shown, own / bare, 1.5


def measure_start(rounds):
    """Start processes that decide once: the CPU time from start to end."""
    samples = {label: [] for label in START}
    for _ in range(rounds + 1):
        for label, program in START.items():
            taken = _spawn(program)
            if taken is not None:
                samples[label].append(taken)
    own = median(samples["invitepolicy"][1:])
    for label, bar in (("Cloud Custodian", 0.5), ("rule-engine", 0.3)):
        if samples[label]:
            other = median(samples[label][1:])
            shown = f"{own:.0f} ms; {label} {other:.0f} ms: {own / other:.2f} times"
            yield "process start to the first decision of a shipped policy", shown, own / other, bar


def _spawn(program):
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=PLAIN
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return (usage.ru_utime + usage.ru_stime) * 1e3 if process.returncode == 0 else None


def measure_load(rounds):
    """Load a file of 150 lines, and a style of four lines with its parents, after the first."""
    with tempfile.TemporaryDirectory() as folder:
        alone, style = Path(folder, "alone.yaml"), Path(folder, "style.yaml")
        alone.write_text(_of_150_lines(), encoding="utf-8")
        style.write_text("invitepolicy: 1\nname: style\nextends: faq\nsettings: {longest_wait: 30 days}\n", "utf-8")
        for what, path, bar in (
            ("loading a file of 150 lines without parents, ms", alone, 25),
            ("loading a four-line style with its chain, ms", style, 120),
        ):
            load_policy(path)
            taken = []
            for _ in range(rounds):
                start = process_time_ns()
                load_policy(path)
                taken.append((process_time_ns() - start) / 1e6)
            yield what, f"{median(taken):.1f} ms", median(taken), bar


def _of_150_lines():
    lines = ["invitepolicy: 1", "name: alone", "decisions:"]
    for name in ("first", "second", "third"):
        lines += [f"  {name}:", "    question: What now?", "    rules:"]
        for index in range(7):
            lines += [
                f"    - rule: rule {index} of {name}",
                "      when:",
                f"        status: {('pending', 'withdrawn', 'accepted')[index % 3]}",
                f"        sent: at least {3 + index} days ago",
                f"      then: answer_{index % 4}",
                "      because: It is time for it.",
            ]
        lines += ["    otherwise: {then: wait, because: There is time.}"]
    lines += [f"# remark {number}" for number in range(150 - len(lines))]
    assert len(lines) == 150
    return "\n".join(lines) + "\n"
