"""Parquet through a policy into Parquet, in memory that stays flat: `python tests/benchmarks/streams.py 20`.

Files of a quarter, a half, once and twice as many million rows are copied by polars alone, decided by its expressions
written by hand, and decided by the policy, each in a fresh process of which the highest use of memory is reported. What
grows between the small files is polars' own: a scan and a sink that fill their buffers, as the other two columns show.
The bars are wide enough for a busy machine, where peaks move by a tenth: what kept the rows would take twice as much of
twice as many.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import polars as pl
import pyarrow.parquet as pq
from frames import by_policy, make_frame, polars_by_hand, tell

TWICE, BY_HAND = 1.15, 1.1
WAYS = {"copied": lambda lazy: lazy, "by hand": polars_by_hand, "by the policy": by_policy}
PART = 1_000_000


def make_parts(path, millions):
    """Write a Parquet file, a part at a time."""
    rows = int(float(millions) * 1e6)
    schema = make_frame(1).to_arrow().schema
    with pq.ParquetWriter(path, schema) as writer:
        for number in range(0, rows, PART):
            part = make_frame(min(PART, rows - number), number).to_arrow().cast(schema)
            writer.write_table(part, row_group_size=250_000)


def run_one(way, path):
    """Bring a Parquet file into another, and print the seconds and the highest use of memory, in MB."""
    start = perf_counter()
    WAYS[way](pl.scan_parquet(path)).sink_parquet(path + ".out")
    taken = perf_counter() - start
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    Path(path + ".out").unlink()
    tell(f"{taken} {most}")


def in_a_process(*what):
    """Do one thing in a process of its own, and give what it prints; this one stays small: peaks are inherited."""
    command = [sys.executable, __file__, *map(str, what)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def run(millions):
    """Measure each size each way, and print the table. Exits where the bar is missed."""
    tell(f"| million rows | {' | '.join(f'{way}, MB | million a second' for way in WAYS)} |")
    tell("| --: |" + " --: |" * 2 * len(WAYS))
    by_hand, most = [], []
    with tempfile.TemporaryDirectory() as folder:
        for size in (millions / 4, millions / 2, millions, millions * 2):
            path = str(Path(folder, "invitations.parquet"))
            in_a_process("make", path, size)
            measured = [[float(word) for word in in_a_process(way, path).split()] for way in WAYS]
            by_hand.append(measured[-2][1])
            most.append(measured[-1][1])
            shown = " | ".join(f"{used:.0f} | {size / taken:.1f}" for taken, used in measured)
            tell(f"| {size:g} | {shown} |")
    held = [
        verdict("Of twice the rows the policy takes {} times the memory", most[-1] / most[-2], TWICE),
        verdict("Of the most rows it takes {} times what it takes by hand", most[-1] / by_hand[-1], BY_HAND),
    ]
    if not all(held):
        sys.exit(1)


def verdict(measured, ratio, bar):
    """Print a ratio beside its bar, and say whether that is reached."""
    tell(f"\n{measured.format(f'{ratio:.2f}')} (≤ {bar} {'✓' if ratio <= bar else '✗'}).")
    return ratio <= bar


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make_parts(*sys.argv[2:4])
    elif sys.argv[1] in WAYS:
        run_one(*sys.argv[1:3])
    else:
        run(float(sys.argv[1]))
