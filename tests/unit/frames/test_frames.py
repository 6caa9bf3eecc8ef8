"""Frames equal records in every row and column, on every engine; values that no record can have are refused."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta

import narwhals.stable.v2 as nw
import pandas as pd
import polars as pl
import pytest
from engines import ENGINES, duckdb_relation, table_of
from frame_laws import answers, as_rows, random_case
from freezegun import freeze_time
from random_policies import NOW, random_record

from invitepolicy import Account, Invitation, RecordError, decide, load_policy, parse_policy
from invitepolicy._core.conditions import Condition, IsKnown, IsTrue, NumberRange
from invitepolicy._core.errors import Location
from invitepolicy._core.facts import FACTS
from invitepolicy._core.records import NO_ACCOUNT
from invitepolicy._read.load import shipped_names
from invitepolicy.frames import decide_frame
from invitepolicy.frames.columns import LAST, Check, ColumnReader, run_checks
from invitepolicy.frames.evaluate import DecisionExpressions, answer_columns
from invitepolicy.frames.expressions import Column, TempColumns
from invitepolicy.frames.membership import Membership

POLICIES = 10 * int(os.environ.get("INVITEPOLICY_LAWS", "1"))
FEWER = 3 if POLICIES == 10 else POLICIES  # of engines that take their time: polars stands for them
CASES = [(engine, seed) for engine in ENGINES for seed in range(POLICIES if engine == "polars" else FEWER)]
DAY = timedelta(days=1)
SMALL = """
invitepolicy: 1
name: small
facts: {my_size: number, my_share: share, my_count: count, my_flag: flag, my_met: clock, my_kind: [one, two]}
decisions:
  send:
    question: Send it?
    rules:
      - {rule: long ago, when: {sent: at least 3 days ago}, then: 'yes', because: So.}
      - {rule: large, when: {my_size: at least 2.5}, then: large, because: So.}
      - {rule: more, when: {my_share: at least 50%, my_count: more than 2, my_flag: true}, then: large, because: So.}
      - {rule: met, when: {my_met: less than 1 day ago, my_kind: one}, then: large, because: So.}
    otherwise: {then: 'no', because: So.}
  pace:
    subject: account
    question: How fast?
    outcomes: [slow]
    otherwise: {then: slow, because: So.}
"""
NOTES = """
invitepolicy: 1
name: notes
decisions:
  length:
    question: How long is it?
    rules:
      - {rule: long, when: {note_length: more than 200}, then: long, because: So.}
      - {rule: there, when: {has_note: true, note_length: at least 2}, then: short, because: So.}
      - {rule: tiny, when: {has_note: true}, then: tiny, because: So.}
    otherwise: {then: none, because: So.}
"""


def small():
    """Build the small policy."""
    return parse_policy(SMALL)


def long(number, *, thresholds):
    """Build a policy of many rules, which turn at so many hours."""
    rules = "".join(
        f"      - {{rule: r{n}, when: {{attempts: {n}, sent: at least {n % thresholds} hours ago}},"
        f" then: w{n % 5}, because: So.}}\n"
        for n in range(number)
    )
    return parse_policy(
        f"invitepolicy: 1\nname: long\ndecisions:\n  d:\n    question: What?\n    rules:\n{rules}"
        "    otherwise: {then: w9, because: So.}\n"
    )


def sent(*ages, **columns):
    """Make a polars frame of invitations sent so long ago."""
    at = pl.Series([None if age is None else NOW - age for age in ages], dtype=pl.Datetime("us", "UTC"))
    return pl.DataFrame({"sent_at": at, **columns})


def refused(frame, **named):
    """Return the message with which a frame is refused: the column and what is wrong with it."""
    with pytest.raises(RecordError) as caught:
        decide_frame(small(), frame, now=NOW, **named)
    return str(caught.value)


@pytest.mark.slow
@pytest.mark.parametrize(("engine", "seed"), CASES)
def test_a_frame_equals_its_records(engine, seed):
    """Missing values, zones, ties, a microsecond beside them, the year 9999: every row and column is `decide`'s."""
    policy, records, account = random_case(seed, 2_000)
    make, read = ENGINES[engine]

    decided = decide_frame(policy, make(table_of(records)), now=NOW, account=account)

    assert as_rows(read(decided), policy) == answers(policy, records, account)


@pytest.mark.full
@pytest.mark.parametrize("engine", ENGINES)
def test_three_hundred_policies_agree(engine):
    """The same law over 300 policies."""
    make, read = ENGINES[engine]

    for seed in range(1_000, 1_300):
        policy, records, account = random_case(seed, 2_000)
        decided = decide_frame(policy, make(table_of(records)), now=NOW, account=account)
        assert as_rows(read(decided), policy) == answers(policy, records, account), seed


@pytest.mark.slow
@pytest.mark.parametrize("name", shipped_names())
def test_a_shipped_policy_answers_a_frame_as_its_records(name):
    """Limits, parents and the account's facts included."""
    policy = load_policy(name)
    cases = [random_record(policy, seed) for seed in range(500)]
    records, account = [record for record, _ in cases], cases[4][1]

    decided = decide_frame(policy, pl.from_arrow(table_of(records)), now=NOW, account=account)

    assert as_rows(decided.to_dicts(), policy) == answers(policy, records, account)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_note_is_measured_as_python_does(engine):
    """Python's white space goes, and what is left is counted in characters, not in bytes."""
    policy = parse_policy(NOTES)
    notes = [None, "", " \u3000\x1c\x85", "\u2028x\u00a0", "\u00e9" * 200, " " + "\U0001f926" * 201, "\u200bx", "a\n"]
    records = [Invitation(note=note) for note in notes]
    make, read = ENGINES[engine]

    decided = decide_frame(policy, make(table_of(records)), now=NOW)

    assert as_rows(read(decided), policy) == answers(policy, records, None)


@pytest.mark.slow
def test_a_long_decision_is_no_deep_one():
    """A hundred rules of one decision are put together in halves, which every engine can read."""
    policy = long(100, thresholds=3)
    hour = timedelta(hours=1)

    decided = decide_frame(policy, sent(hour, hour, 2 * hour, attempts=[0, 62, 98]), now=NOW, decisions=["d"])

    assert decided["d"].to_list() == ["w0", "w9", "w3"]
    assert decided["d_rule"].to_list() == ["r0", None, "r98"]
    assert decided["d_changes_at"].to_list() == [None, NOW + hour, None]
    assert decided["d_changes_to"].to_list() == [None, "w2", None]


@pytest.mark.slow
def test_each_threshold_of_a_clock_costs_the_same():
    """Of twice the rules with twice the thresholds, little more than twice as many columns are stored."""
    schema = nw.from_native(sent(DAY, attempts=[0])).schema
    counts = []
    for number in (50, 100):
        temp_columns = TempColumns([])
        membership = Membership(ColumnReader(schema, nw.Implementation.POLARS, temp_columns), NO_ACCOUNT, NOW)
        list(answer_columns(long(number, thresholds=number).decisions["d"], membership, "d", nw.Enum))
        counts.append(sum(map(len, temp_columns._layers)))

    assert counts[1] < 2.5 * counts[0]


def test_what_is_missing_is_what_records_take():
    """A column that is not there, or that holds nothing at all, is the record's default."""
    policy = load_policy("faq")
    expected = decide(policy, Invitation(sent_at=NOW - 3 * DAY), now=NOW)

    decided = decide_frame(policy, sent(3 * DAY, activity=pl.Series([None])), now=NOW)

    assert {name: decided[name][0] for name in expected} == {name: answer.outcome for name, answer in expected.items()}


def test_a_frame_without_columns_of_ours_is_decided_too():
    """Nothing is known of its rows, so their answers are undetermined."""
    decided = decide_frame(small(), pl.DataFrame({"row": [1, 2]}), now=NOW)

    assert decided["send"].to_list() == ["undetermined", "undetermined"]
    assert decided["send_changes_at"].dtype == pl.Datetime("us", "UTC")


@pytest.mark.parametrize("engine", ENGINES)
def test_no_rows_stay_no_rows(engine):
    """An empty frame is decided, column by column."""
    make, read = ENGINES[engine]

    assert read(decide_frame(small(), make(table_of([Invitation()])[:0]), now=NOW)) == []


def test_the_kind_of_frame_and_its_columns_are_kept():
    """Lazy stays lazy, an index stays, other columns stay where they were; no temporary column is left over."""
    frame = sent(DAY, 4 * DAY, row=[1, 2], _invitepolicy=[3, 4])
    pandas = frame.to_pandas().set_index(pd.Index([7, 8]))

    lazy = decide_frame(small(), frame.lazy(), now=NOW)
    indexed = decide_frame(small(), pandas, now=NOW)

    assert isinstance(lazy, pl.LazyFrame)
    assert lazy.collect().columns == [*frame.columns, "send", "send_rule", "send_changes_at", "send_changes_to"]
    assert indexed.index.to_list() == [7, 8]
    assert indexed["send_rule"].to_list()[1] == "long ago"


def test_decisions_are_picked_and_named():
    """A mapping names the answer's columns; an input's column gives way to an answer of its name."""
    policy = load_policy("faq")
    frame = sent(DAY, note=["hello"], status=["draft"])

    picked = decide_frame(policy, frame, now=NOW, decisions=["note"])
    named = decide_frame(policy, frame, now=NOW, decisions={"note": "advice"})

    assert picked["note"].to_list() == ["good"]
    assert (named["note"][0], named["advice"][0]) == ("hello", "good")


@pytest.mark.parametrize(
    ("decisions", "words"),
    [(["sned"], "did you mean “send”"), (["pace"], "no such decision"), ([], None)],
)
def test_a_decision_that_is_not_there_is_refused(decisions, words):
    """A slip gets the nearest name; a decision about the account is none about a row."""
    if words is None:
        assert decide_frame(small(), sent(DAY), now=NOW, decisions=decisions).columns == ["sent_at"]
    else:
        assert words in refused(sent(DAY), decisions=decisions)


def test_two_answers_in_one_column_are_refused():
    """No answer overwrites another."""
    policy = load_policy("faq")

    with pytest.raises(RecordError, match="two answers have the same column name"):
        decide_frame(policy, sent(DAY), now=NOW, decisions={"note": "a", "reply": "a_rule"})


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("column", "value"),
    [("status", "pendin"), ("status_basis", "seen"), ("attempts", -1), ("my_share", 1.5), ("my_kind", "three")],
)
def test_a_value_that_no_record_can_have_is_refused(engine, column, value):
    """At once, also by a lazy frame, with the record's own error, which names the column."""
    make, _ = ENGINES[engine]
    table = pl.DataFrame({column: [None, value]}).to_arrow()

    with pytest.raises(RecordError) as caught:
        decide(small(), {column: value, "sent_at": NOW}, now=NOW)
    assert str(caught.value).startswith(f"{column}: ")
    assert refused(make(table)) == str(caught.value)


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (pl.DataFrame({"sent_at": [datetime(2026, 3, 1)]}), "sent_at: the instants of this column have no time zone"),  # noqa: DTZ001
        (pl.DataFrame({"sent_at": [date(2026, 3, 1)]}), "sent_at: this column does not hold instants"),
        (pl.DataFrame({"sent_at": ["2026-03-01"]}), "sent_at: this column does not hold instants"),
        (pl.DataFrame({"activity": [1]}), "activity: this column does not hold text"),
        (pl.DataFrame({"note": [1]}), "note: this column does not hold text"),
        (pl.DataFrame({"email_requested": ["yes"]}), "email_requested: this column does not hold true and false"),
        (pl.DataFrame({"attempts": [1.0]}), "attempts: this column does not hold whole numbers"),
        (pl.DataFrame({"my_size": [True]}), "my_size: this column does not hold numbers"),
        (pl.DataFrame({"tags": ["vip;old"]}), "tags: this column does not hold lists of text"),
        (pd.DataFrame({"tags": [["vip"], []]}), "tags: this column does not hold lists of text"),
        (pl.DataFrame({"my_size": [float("nan")]}), "my_size: "),
        (pl.DataFrame({"my_size": [float("-inf")]}), "my_size: "),
        ({"sent_at": []}, "frame: is not a data frame"),
    ],
)  # fmt: skip
def test_a_wrong_kind_is_refused_by_name(frame, message):
    """By the schema where possible; the message says what the column should hold."""
    assert refused(frame).startswith(message)


def test_an_instant_past_the_calendar_is_refused():
    """Engines count on after the year 9999; records do not."""
    late = pl.Series([2**60]).cast(pl.Datetime("us", "UTC"))

    assert (
        refused(pl.DataFrame({"sent_at": late}))
        == "sent_at: must lie between the years 1 and 9999 in UTC; check the year"
    )


def test_a_column_of_no_known_kind_is_refused():
    """A column of nulls counts as missing; a column of unknown objects does not."""
    frame = pl.DataFrame({"activity": pl.Series([object()], dtype=pl.Object)})

    assert refused(frame).startswith("activity: ")


def test_an_engine_that_mixes_up_what_is_missing_is_refused(monkeypatch):
    """With a message, and without an answer."""
    monkeypatch.setattr("invitepolicy.frames._REFUSED", (nw.Implementation.POLARS,))

    assert refused(sent(DAY)) == "frame: polars cannot distinguish false from missing; use another engine"


def test_a_session_off_utc_is_refused():
    """Where instants have the session's zone, a day may have 23 hours."""
    relation = duckdb_relation(table_of([Invitation()]))

    class Elsewhere(dict):
        """A schema as DuckDB shows it in Paris."""

    frame = nw.from_native(relation)
    schema = {**frame.collect_schema(), "sent_at": nw.Datetime("us", "Europe/Paris")}

    with pytest.raises(RecordError, match="set it to UTC"):
        ColumnReader(Elsewhere(schema), frame.implementation, TempColumns(schema))


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_any_zone_and_unit_will_do(unit):
    """An instant is an instant, wherever it was written down."""
    at = pl.Series([NOW - 3 * DAY, NOW - 2 * DAY]).cast(pl.Datetime(unit, "UTC")).dt.convert_time_zone("Asia/Tokyo")

    decided = decide_frame(small(), pl.DataFrame({"sent_at": at, "my_size": [1, 1]}), now=NOW)

    assert decided["send"].to_list() == ["yes", "undetermined"]
    assert decided["sent_at"].dtype == pl.Datetime(unit, "Asia/Tokyo")


@pytest.mark.parametrize("kind", [pl.Categorical, pl.Enum(["daily", "weekly"])])
def test_categories_are_words(kind):
    """Text may be kept as categories, also where they lack a word."""
    frame = sent(4 * DAY, 4 * DAY, activity=pl.Series(["daily", "weekly"], dtype=kind))

    for given in (frame, frame.to_pandas(), frame.to_arrow()):
        decided = nw.from_native(decide_frame(load_policy("faq"), given, now=NOW))
        assert decided["withdraw"].to_list() == ["withdraw", "keep"]


def test_numbers_are_compared_exactly():
    """Between a column and a threshold of different kinds nothing is rounded."""
    sizes = [pl.Series([2, 3]), pl.Series([2.4999999, 2.5]), pl.Series([2.25, 2.5], dtype=pl.Float32)]

    for size in sizes:
        decided = decide_frame(small(), sent(DAY, DAY, my_size=size, my_count=[1, 1], my_kind=["two"] * 2), now=NOW)
        assert decided["send"].to_list() == ["no", "large"]


def test_the_clock_is_read_once_where_no_instant_is_given():
    """Under a frozen clock a frame is decided at its instant; a naive one is refused."""
    frame = sent(3 * DAY, None, my_size=[1, 1])

    with freeze_time(NOW):
        decided = decide_frame(small(), frame)

    assert decided["send"].to_list() == ["yes", "undetermined"]
    with pytest.raises(RecordError, match="must be a timezone-aware datetime"):
        decide_frame(small(), frame, now=datetime(2026, 3, 1))  # noqa: DTZ001


def test_an_instant_in_another_zone_is_the_same_instant():
    """`now` may be written in any zone, and at either end of the calendar."""
    early = datetime(1, 1, 2, tzinfo=UTC)

    decided = decide_frame(small(), sent(DAY, my_size=[1]), now=early)

    assert decided["send_changes_at"].to_list() == [NOW + 2 * DAY]


RESTRICTED = """
invitepolicy: 1
name: restricted
decisions:
  d:
    question: What?
    rules:
      - {rule: refused, when: {account_restricted: at least 2 weeks ago, sent: at least 3 weeks ago}, then: old,
         because: So.}
      - {rule: refused once, when: {account_restricted: given, sent: at least 1 day ago}, then: some, because: So.}
    otherwise: {then: none, because: So.}
"""


@pytest.mark.parametrize(
    "restricted",
    [None, NOW - 20 * DAY, NOW - 14 * DAY, NOW - 3 * DAY, datetime(1, 1, 3, tzinfo=UTC), LAST, LAST - 14 * DAY],
)
@pytest.mark.parametrize("now", [NOW, datetime(1, 1, 4, tzinfo=UTC), LAST - DAY])
def test_the_clock_of_the_account_turns_every_row(restricted, now):
    """It comes before, between and after the turns of the row's own clocks, and at either end of the calendar."""
    policy, account = parse_policy(RESTRICTED), Account(restricted_at=restricted)
    ages = [timedelta(), DAY, 4 * DAY, 8 * DAY, -3 * DAY]
    starts = [NOW, datetime(1, 1, 10, tzinfo=UTC), LAST - 8 * DAY]
    records = [Invitation(sent_at=start - age) for age in ages for start in starts]

    decided = decide_frame(policy, pl.from_arrow(table_of(records)), now=now, account=account)

    assert as_rows(decided.to_dicts(), policy) == answers(policy, records, account, now)


def test_a_value_that_a_check_refuses_is_always_an_error():
    """Were a frame to refuse what a record takes, it would still be refused."""
    check = Check(FACTS["status"], Column(nw.col("status") == "draft"))

    with pytest.raises(RecordError, match="no record can have this value"):
        run_checks(nw.from_native(pl.DataFrame({"status": ["draft"]})), [check])


def test_spark_is_not_asked_for_what_it_cannot_hold():
    """It has no instants before the year 1, and a text of that year would be counted as another day."""
    schema = {"sent_at": nw.Datetime("us", "UTC")}

    checks = {
        engine: str(ColumnReader(schema, engine, TempColumns(schema)).checks)
        for engine in (nw.Implementation.PYSPARK, nw.Implementation.DUCKDB)
    }

    assert [len(ColumnReader(schema, engine, TempColumns(schema)).checks) for engine in checks] == [1, 1]
    assert checks[nw.Implementation.PYSPARK].count("lit") < checks[nw.Implementation.DUCKDB].count("lit")


def test_nothing_to_check_asks_nothing():
    """A frame without columns of ours is not looked at."""
    run_checks(None, [])


def test_a_layer_may_be_empty():
    """Then the frame is handed on as it is."""
    temp_columns = TempColumns(["row"])
    temp_columns.store_expression(nw.col("row") + 1, 2)

    frame = temp_columns.add_layers(nw.from_native(pl.DataFrame({"row": [1]})), 0)

    assert frame.rows() == [(1, 2)]


@pytest.mark.parametrize("operator", [IsTrue(wanted=True), IsKnown(wanted=True), NumberRange(None, None)])
def test_no_operator_but_words_is_about_tags(operator):
    """A policy with another one is refused when it is read; should one get here, it is not passed over in silence."""
    condition = Condition("tags", operator, "as written", Location("p.yaml", 1))

    with pytest.raises(LookupError, match="no condition on tags: as written"):
        list(DecisionExpressions._tag_clauses(None, condition))
