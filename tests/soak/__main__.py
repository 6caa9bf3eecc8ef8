"""Hours of what the suite does in seconds: `python tests/soak`, with `--minutes N` for so long in fair shares.

Parts are named to run those alone. Each round has a number, from `--seed`, and `--round` runs one again. Progress goes
to stderr, the table of what was done to stdout, also after Ctrl-C. What fails is written into the folder `--out`, with
all that is needed to repeat it, and the exit status is then 1.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import time
from pathlib import Path

import paths
from parts import PARTS
from running import run_round, soak
from telling import table, write_failure

EVERY = 30  # seconds between two lines of progress


def main():
    """Run the parts that are asked for. Return the exit status."""
    asked = _arguments()
    names = [name for name in PARTS if name in (asked.parts or PARTS)]
    if asked.round is not None:
        found = run_round(names[0], asked.round)
        print(found.failure or f"{names[0]}: {found.count} done, and all is well")
        return int(found.failure is not None)
    print(f"seed {asked.seed}; parts {', '.join(names)}", file=sys.stderr)
    tallies = soak(
        names, seed=asked.seed, minutes=asked.minutes, processes=asked.processes, keep=_keeper(asked.out)
    )  # fmt: skip
    most = max(tally.peak for tally in tallies.values())
    print(f"Seed {asked.seed}, --processes {asked.processes}, each at most {most:.0f} MiB.\n\n{table(tallies)}")
    return int(any(tally.failures for tally in tallies.values()))


def _arguments():
    parser = argparse.ArgumentParser(prog="python tests/soak", description=__doc__.partition("\n")[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all of them otherwise")
    parser.add_argument("--minutes", type=float, help="how long; otherwise until all that is asked for is done")
    parser.add_argument("--seed", type=int, default=secrets.randbits(32), help="where the rounds' numbers come from")
    parser.add_argument("--round", type=int, help="run the part's round of this number once more")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--out", type=Path, default=paths.TESTS / "soak" / "found", help="the folder for failures")
    asked = parser.parse_args()
    if unknown := [name for name in asked.parts if name not in PARTS]:
        parser.error(f"there is no part “{unknown[0]}”; the parts are {', '.join(PARTS)}")
    if asked.round is not None and len(asked.parts) != 1:
        parser.error("a round is of one part; name it")
    return asked


def _keeper(folder):
    """Return what is to happen after each round: failures are written, and progress is reported."""
    began = reported = time.monotonic()

    def keep(found, tallies):
        nonlocal reported
        if found.failure is not None:
            path = write_failure(folder, found)
            print(f"{found.part} FAILS: {path}", file=sys.stderr)
        if time.monotonic() - reported > EVERY:
            reported = time.monotonic()
            done = ", ".join(f"{name} {tally.count:,}" for name, tally in tallies.items())
            print(f"{(reported - began) / 60:.1f} minutes: {done}", file=sys.stderr)

    return keep


if __name__ == "__main__":
    sys.exit(main())
