"""Whole frames against the same decisions written by hand: `python tests/benchmarks/frames.py`, in minutes.

The workload is one policy of three decisions; both sides give, for each, the outcome, the rule, and the next change.
Answers are checked equal before anything is timed; rounds are interleaved, and medians are reported. The bars: polars
at most 1.2 times its hand-written twin on 10 million rows, DuckDB at most 1.5 times, and streaming from Parquet in
memory that does not grow with the file (streams.py). One alone: `python tests/benchmarks/frames.py duckdb 10`.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter

import duckdb
import numpy as np
import polars as pl

from invitepolicy import parse_policy
from invitepolicy.frames import decide_frame

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ROUNDS = 7
BARS = {"polars": 1.2, "duckdb": 1.5}
STREAMS = Path(__file__).with_name("streams.py")
POLICY = """
invitepolicy: 1
name: bench
decisions:
  withdraw:
    question: Is it time to withdraw it?
    applies_to: {status: pending}
    rules:
      - {rule: daily visitors, when: {activity: daily, sent: at least 4 days ago}, then: withdraw, because: Seen.}
      - {rule: everybody, when: {sent: at least 2 weeks ago}, then: withdraw, because: Left.}
    otherwise: {then: keep, because: There is time.}
  resend:
    question: May it be sent again?
    applies_to: {status: withdrawn}
    rules:
      - {rule: the lock is over, when: {withdrawn: at least 3 weeks ago}, then: allowed, because: It is.}
    otherwise: {then: too_soon, because: It is locked.}
  note:
    question: Does it want a note?
    rules:
      - {rule: close, when: {relationship: [known, logical]}, then: optional, because: They know.}
      - {rule: has one, when: {has_note: true}, then: fine, because: It tells.}
    otherwise: {then: recommended, because: They wonder.}
"""
NAMES = {"withdraw": "withdraw", "resend": "resend", "note": "advice"}
COLUMNS = [f"{name}{part}" for name in NAMES.values() for part in ("", "_rule", "_changes_at", "_changes_to")]
STATUSES = ["draft", "pending", "accepted", "ignored", "withdrawn", "expired"]
ACTIVITIES = ["daily", "weekly", "occasional", "unknown"]
RELATIONSHIPS = ["known", "logical", "stranger", "unknown"]


def make_frame(rows, seed=1):
    """Make random invitations: half of them pending, an eighth with a note, one date in fifty missing."""
    rng = np.random.default_rng(seed)

    def words(known, weights=None):
        codes = rng.choice(len(known), rows, p=weights).astype(np.uint8)
        return pl.Series(codes).cat.to(pl.Enum(known)).cast(pl.String)

    def instants(present):
        ages = pl.Series(rng.integers(0, 40 * 86_400_000_000, rows))
        shown = pl.Series(int(NOW.timestamp()) * 1_000_000 - ages).cast(pl.Datetime("us", "UTC"))
        known = pl.Series(rng.random(rows) < 0.98) & present
        return pl.select(pl.when(known).then(shown).otherwise(None)).to_series()

    status = words(STATUSES, [0.05, 0.5, 0.2, 0.05, 0.15, 0.05])
    notes = pl.Series(["We met at the fair.", None, None, None, None, "  ", None, None])
    return pl.DataFrame(
        {
            "status": status,
            "activity": words(ACTIVITIES),
            "relationship": words(RELATIONSHIPS),
            "note": notes.gather(rng.integers(0, len(notes), rows)),
            "sent_at": instants(status != "draft"),
            "withdrawn_at": instants(status == "withdrawn"),
        }
    )


def polars_by_hand(frame):
    """Write the three decisions down as a user of polars would, with categorical results."""

    def words(*known):
        kind = pl.Enum(known)
        return lambda word: pl.lit(word, dtype=kind)

    status, sent, withdrawn = pl.col("status"), pl.col("sent_at"), pl.col("withdrawn_at")
    pending, gone, daily = status == "pending", status == "withdrawn", pl.col("activity") == "daily"
    seen, left = daily & (sent <= NOW - 4 * DAY), sent <= NOW - 14 * DAY
    w = words("keep", "withdraw", "undetermined", "not_applicable")
    w_rule = words("daily visitors", "everybody")
    w_at = (
        pl.when(pending & daily & (sent > NOW - 4 * DAY)).then(sent + 4 * DAY)
        .when(pending & ~daily & (sent > NOW - 14 * DAY)).then(sent + 14 * DAY)
    )  # fmt: skip
    r = words("allowed", "too_soon", "undetermined", "not_applicable")
    over = withdrawn <= NOW - 21 * DAY
    r_at = pl.when(gone & (withdrawn > NOW - 21 * DAY)).then(withdrawn + 21 * DAY)
    close = pl.col("relationship").is_in(["known", "logical"])
    has_note = pl.col("note").str.strip_chars() != ""
    n, n_rule = words("optional", "fine", "recommended"), words("close", "has one")
    return frame.with_columns(
        withdraw=pl.when(~pending).then(w("not_applicable")).when(sent.is_null()).then(w("undetermined"))
        .when(seen | left).then(w("withdraw")).otherwise(w("keep")),
        withdraw_rule=pl.when(pending & seen).then(w_rule("daily visitors"))
        .when(pending & left).then(w_rule("everybody")),
        withdraw_changes_at=w_at,
        withdraw_changes_to=pl.when(w_at.is_not_null()).then(w("withdraw")),
        resend=pl.when(~gone).then(r("not_applicable")).when(withdrawn.is_null()).then(r("undetermined"))
        .when(over).then(r("allowed")).otherwise(r("too_soon")),
        resend_rule=pl.when(gone & over).then(words("the lock is over")("the lock is over")),
        resend_changes_at=r_at,
        resend_changes_to=pl.when(r_at.is_not_null()).then(r("allowed")),
        advice=pl.when(close).then(n("optional")).when(has_note).then(n("fine")).otherwise(n("recommended")),
        advice_rule=pl.when(close).then(n_rule("close")).when(has_note).then(n_rule("has one")),
        advice_changes_at=pl.lit(None, dtype=pl.Datetime("us", "UTC")),
        advice_changes_to=pl.lit(None, dtype=pl.Enum(["optional", "fine", "recommended"])),
    )  # fmt: skip


SQL = """
select *,
  case when status <> 'pending' then 'not_applicable' when sent_at is null then 'undetermined'
       when sent_at <= {d14} or (activity = 'daily' and sent_at <= {d4}) then 'withdraw' else 'keep' end as withdraw,
  case when status <> 'pending' then null when activity = 'daily' and sent_at <= {d4} then 'daily visitors'
       when sent_at <= {d14} then 'everybody' end as withdraw_rule,
  case when status <> 'pending' then null
       when activity = 'daily' and sent_at > {d4} then sent_at + interval 96 hours
       when activity <> 'daily' and sent_at > {d14} then sent_at + interval 336 hours end as withdraw_changes_at,
  case when withdraw_changes_at is not null then 'withdraw' end as withdraw_changes_to,
  case when status <> 'withdrawn' then 'not_applicable' when withdrawn_at is null then 'undetermined'
       when withdrawn_at <= {d21} then 'allowed' else 'too_soon' end as resend,
  case when status = 'withdrawn' and withdrawn_at <= {d21} then 'the lock is over' end as resend_rule,
  case when status = 'withdrawn' and withdrawn_at > {d21} then withdrawn_at + interval 504 hours end
    as resend_changes_at,
  case when resend_changes_at is not null then 'allowed' end as resend_changes_to,
  case when relationship in ('known', 'logical') then 'optional' when trim(note) <> '' then 'fine'
       else 'recommended' end as advice,
  case when relationship in ('known', 'logical') then 'close' when trim(note) <> '' then 'has one' end as advice_rule,
  cast(null as timestamptz) as advice_changes_at, cast(null as varchar) as advice_changes_to
from invitations
"""


def sql_by_hand():
    """Write the three decisions down as a user of SQL would."""
    return SQL.format(**{f"d{days}": f"timestamptz '{NOW - days * DAY}'" for days in (4, 14, 21)})


def by_policy(frame):
    """Decide a frame by the policy."""
    return decide_frame(parse_policy(POLICY), frame, now=NOW, decisions=NAMES)


def tell(line):
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def compare(name, ours, theirs, rows):
    """Time two ways in turn, and print the medians and the ratio. Exits where the bar is missed."""
    taken = {ours: [], theirs: []}
    for _ in range(ROUNDS):
        for way, times in taken.items():
            start = perf_counter()
            way()
            times.append(perf_counter() - start)
    mine, hand = median(taken[ours]), median(taken[theirs])
    ratio = median(a / b for a, b in zip(taken[ours], taken[theirs], strict=True))
    bar, reached = BARS[name], ratio <= BARS[name]
    summary = f"{1e9 * mine / rows:.0f} ns a row, by hand {1e9 * hand / rows:.0f}, ratio {ratio:.2f}"
    tell(f"{name}, {rows / 1e6:g} million rows: {summary} (≤ {bar} {'✓' if reached else '✗'})")
    if not reached:
        sys.exit(1)


def same(one, other):
    """Hold two answers against each other, cell by cell."""
    plain = [
        frame.select(pl.col(COLUMNS)).with_columns(pl.col(pl.Enum, pl.Categorical).cast(pl.String))
        for frame in (one, other)
    ]
    for column in COLUMNS:
        assert plain[0][column].equals(plain[1][column]), column


def run_polars(rows):
    """Hold polars against polars."""
    frame = make_frame(rows)
    same(by_policy(frame), polars_by_hand(frame))
    compare("polars", lambda: by_policy(frame), lambda: polars_by_hand(frame), rows)


def run_duckdb(rows):
    """Hold DuckDB against SQL, both writing a table."""
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    connection.from_arrow(make_frame(rows).to_arrow()).create("invitations")
    table = connection.table("invitations")

    def materialize(relation):
        connection.execute("drop table if exists answers")
        relation().create("answers")

    ours, theirs = partial(by_policy, table), partial(connection.sql, sql_by_hand())
    read = "select * exclude (sent_at, withdrawn_at) from answers"
    materialize(ours)
    mine = connection.sql(read).pl()
    materialize(theirs)
    same(mine, connection.sql(read).pl())
    compare("duckdb", lambda: materialize(ours), lambda: materialize(theirs), rows)


def run_all(_rows):
    """Measure it all, a process each; exit where a bar is missed."""
    summary = [
        subprocess.run([sys.executable, *map(str, what)], check=False).returncode
        for what in ((__file__, "polars", 10), (__file__, "duckdb", 10), (STREAMS, 20))
    ]
    if any(summary):
        sys.exit("a bar is missed")


if __name__ == "__main__":
    what, size = sys.argv[1:3] if len(sys.argv) > 1 else ("all", "10")
    if what == "stream":
        sys.exit(subprocess.run([sys.executable, str(STREAMS), size], check=False).returncode)
    {"all": run_all, "polars": run_polars, "duckdb": run_duckdb}[what](int(float(size) * 1_000_000))
