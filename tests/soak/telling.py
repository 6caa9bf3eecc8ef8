"""What a soak tells: a table of what was done, and a file for each failure with all that repeats it."""

from __future__ import annotations

from pprint import pformat

import attrs
from parts import PARTS

HEADS = {
    "broken": ("| promise | how it was broken | the test that failed |", "| --- | --- | --- |"),
    "mutants": ("| file | mutants | of message texts, left out | noticed |", "| --- | --: | --: | --: |"),
}


def table(tallies):
    """Write the table of what was done, in Markdown."""
    rows = ["| part | counted | done | asked | rounds | time | memory, first to last | failures |",
            "| --- | --- | --: | --: | --: | --: | --: | --: |"]  # fmt: skip
    for name, tally in tallies.items():
        first, last = tally.memory or (0, 0)
        rows.append(
            f"| {name} | {PARTS[name].unit} | {tally.count:,} | {PARTS[name].asked:,} | {tally.rounds:,} |"
            f" {_time(tally.seconds)} | {first:.0f} to {last:.0f} MiB, {tally.grown:+.0f} its own | {tally.failures} |"
        )
    return "\n".join([*rows, *_lists(tallies)])


def _lists(tallies):
    """Write what the listed parts tell, each a table of its own; what is indented comes below it."""
    for name, head in HEADS.items():
        report = tallies[name].report if name in tallies else []
        if report:
            yield from ("", *head, *(line for line in report if line.startswith("|")), "")
            yield from (line for line in report if not line.startswith("|"))


def _time(seconds):
    return f"{int(seconds // 3600)}:{int(seconds // 60 % 60):02}:{int(seconds % 60):02}"


def write_failure(folder, found):
    """Write what a round was at into a file of its own, and give its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{found.part}-{found.number}.md"
    report = [f"python tests/soak {found.part} --round {found.number}", "", found.failure]
    for name, value in found.notes.items():
        report += [f"--- {name}", value if isinstance(value, str) else pformat(_plain(value))]
    path.write_text("\n".join(report) + "\n", encoding="utf-8", errors="backslashreplace")
    return path


def _plain(value):
    """Return a record as all of its fields, of which it shows some in no `repr`."""
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return attrs.asdict(value) if attrs.has(type(value)) else value
