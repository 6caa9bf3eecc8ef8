"""Deciding against hand-written code and against the rivals: `python tests/benchmarks`, in minutes, or `--quick`.

Needs the extra `bench`; a rival that is not installed is named and left out. Answers are checked equal before
anything is timed. Rounds are interleaved and shuffled; each sample is divided by the sample of (b) of its own round,
and medians are reported. The clock is the process's CPU time, and garbage is not collected while it runs but where that
is the question. What is printed is Markdown: a full run's goes into docs/performance.md, with its date. A full run
ends with whole frames (frames.py).
"""

from __future__ import annotations

import argparse
import gc
import random
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import process_time_ns

from others import measure_growth, measure_import, measure_load, measure_start
from rivals import RIVALS
from workload import ANSWERS, NAMES, NOW, POLICY, by_hand, by_hand_as_objects, make_records

from invitepolicy import decide, decide_each, parse_policy


def read(answer):
    """Read once what is asked for."""
    return answer.outcome, answer.rule, answer.changes_at, answer.changes_to


def run_a(records):
    """Decide by hand, (a)."""
    for record in records:
        withdraw, resend, note = by_hand(record, NOW)
        _ = withdraw[0], withdraw[1], resend[0], resend[1], note[0], note[1]


def run_b(records):
    """Decide by hand with objects, (b), and read their fields."""
    for record in records:
        answers = by_hand_as_objects(record, NOW)
        withdraw, resend, note = answers.withdraw, answers.resend, answers.note
        _ = withdraw.outcome, withdraw.rule, withdraw.changes_at, withdraw.changes_to
        _ = resend.outcome, resend.rule, resend.changes_at, resend.changes_to
        _ = note.outcome, note.rule, note.changes_at, note.changes_to


def run_decide(policy):
    """Decide one record a call, and read what it says."""

    def run(records):
        for record in records:
            advice = decide(policy, record, now=NOW)
            withdraw, resend, note = advice["withdraw"], advice["resend"], advice["note"]
            _ = withdraw.outcome, withdraw.rule, withdraw.changes_at, withdraw.changes_to
            _ = resend.outcome, resend.rule, resend.changes_at, resend.changes_to
            _ = note.outcome, note.rule, note.changes_at, note.changes_to

    return run


def run_each(policy):
    """Decide a list, and read what it says."""

    def run(records):
        for advice in decide_each(policy, records, now=NOW):
            withdraw, resend, note = advice["withdraw"], advice["resend"], advice["note"]
            _ = withdraw.outcome, withdraw.rule, withdraw.changes_at, withdraw.changes_to
            _ = resend.outcome, resend.rule, resend.changes_at, resend.changes_to
            _ = note.outcome, note.rule, note.changes_at, note.changes_to

    return run


def prepare_rivals(records, most):
    """Return the rivals that are installed, checked, with their inputs; and the names of the others."""
    ready, absent = {}, []
    for make, (label, times, number) in RIVALS.items():
        try:
            prepare, decide_one = make()
        except ImportError:
            absent.append(label)
            continue
        some = records[: min(most, number)]
        decide_all = decide_one if hasattr(decide_one, "whole_lists") else _one_by_one(decide_one)
        inputs = [_numbered(prepare(record), index) for index, record in enumerate(some)]
        actual = [tuple(map(tuple, answers)) for answers in decide_all(inputs)]
        assert actual == [by_hand(record, NOW) for record in some], label
        ready[label] = (times, some, prepare, inputs, decide_all)
    return ready, absent


def _numbered(prepared, index):
    return prepared | {"id": index} if type(prepared) is dict else prepared


def _one_by_one(decide_one):
    return lambda inputs: [decide_one(prepared) for prepared in inputs]


def timed(run, inputs, *, collecting=False):
    """Return the nanoseconds that a run takes for each input, with the garbage collector off or on."""
    gc.collect()
    if collecting:
        gc.enable()
    start = process_time_ns()
    run(inputs)
    taken = process_time_ns() - start
    gc.disable()
    return taken / len(inputs)


def check(policy, records):
    """Hold every answer, by each way of asking, to both that are written by hand."""
    for record, advice in zip(records, decide_each(policy, records, now=NOW), strict=True):
        pairs, answers = by_hand(record, NOW), by_hand_as_objects(record, NOW)
        assert advice == decide(policy, record, now=NOW)
        for name, pair in zip(NAMES, pairs, strict=True):
            assert pair in ANSWERS.values()
            assert pair == (advice[name].outcome, advice[name].rule)
            assert read(advice[name]) == read(getattr(answers, name))


def measure(records, rounds, rivals, policy):
    """Return each contender's nanoseconds a record, by round."""
    runs = {
        "(a)": (run_a, records),
        "(b)": (run_b, records),
        "decide": (run_decide(policy), records),
        "decide_each": (run_each(policy), records),
        "collecting": (run_each(policy), records),
    }
    for label, (_, some, prepare, inputs, decide_all) in rivals.items():
        runs[label] = (decide_all, inputs)
        runs[f"{label}: input"] = (lambda given, prepare=prepare: [prepare(record) for record in given], some)
    samples = {label: [] for label in runs}
    rng = random.Random(0)  # noqa: S311  (only the order of the runs)
    gc.disable()
    for _ in range(rounds):
        for label in rng.sample(list(runs), len(runs)):
            samples[label].append(timed(*runs[label], collecting=label == "collecting"))
    gc.enable()
    return samples


def ratio(samples, label, to):
    """Return the median of the ratios within each round."""
    return median(one / other for one, other in zip(samples[label], samples[to], strict=True))


def verdict(value, bar, *, at_most=True):
    """Return whether a bar is reached."""
    reached = value <= bar if at_most else value >= bar
    return f"{'≤' if at_most else '≥'} {bar} {'✓' if reached else '**✗**'}"


def tell_deciding(samples):
    """Print the library against hand-written code."""
    print("| deciding | ns a record | ÷ (a) | ÷ (b) | bar |\n| --- | --: | --: | --: | --- |")
    rows = {
        "(a)": ("(a) if and else by hand: tuples of texts, no instants", None),
        "(b)": ("(b) the same with frozen objects and the next change", None),
        "decide": ("`decide`, a record a call", 0.45),
        "decide_each": ("`decide_each`, a list", 0.30),
    }
    for label, (what, bar) in rows.items():
        to_b = ratio(samples, label, "(b)")
        shown = "" if bar is None else verdict(to_b, bar)
        print(f"| {what} | {median(samples[label]):,.0f} | {ratio(samples, label, '(a)'):.2f} | {to_b:.3f} | {shown} |")
    on = ratio(samples, "collecting", "decide_each")
    print(f"\nWith the garbage collector on, `decide_each` takes {on:.2f} times as long ({verdict(on, 1.2)}).\n")


def tell_rivals(samples, rivals, absent):
    """Print the library against the rivals: their inputs' preparation beside their own work."""
    print("| rival | ns a record | its input | both, ÷ `decide_each` | bar |\n| --- | --: | --: | --: | --- |")
    for label, (times, *_) in rivals.items():
        own, prepared = median(samples[label]), median(samples[f"{label}: input"])
        both = ratio(samples, label, "decide_each") + ratio(samples, f"{label}: input", "decide_each")
        print(f"| {label} | {own:,.0f} | {prepared:,.0f} | {both:.1f} | {verdict(both, times, at_most=False)} |")
    print(f"\nNot installed here: {', '.join(absent) or 'none'}. None of them tells the next change.\n")


def main():
    """Run it all and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer records and rounds")
    quick = parser.parse_args().quick
    records, policy = make_records(5_000 if quick else 100_000), parse_policy(POLICY)
    check(policy, records)
    rivals, absent = prepare_rivals(records, 300 if quick else 4_000)
    print(f"Python {sys.version.split()[0]}, {len(records):,} records, invitepolicy {version('invitepolicy')}.\n")
    samples = measure(records, 3 if quick else 9, rivals, policy)
    tell_deciding(samples)
    tell_rivals(samples, rivals, absent)
    print("| what | measured | bar |\n| --- | --- | --- |")
    for what, shown, value, bar in (
        *measure_growth(3 if quick else 9),
        *measure_import(3 if quick else 15),
        *measure_start(3 if quick else 15),
        *measure_load(5 if quick else 21),
    ):
        print(f"| {what} | {shown} | {verdict(value, bar)} |")
    if not quick:
        print("\nWhole frames:\n", flush=True)
        subprocess.run([sys.executable, str(Path(__file__).with_name("frames.py"))], check=False)


if __name__ == "__main__":
    main()
