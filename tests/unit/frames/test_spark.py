"""The same on a distributed engine: PySpark, in local mode."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pyarrow.parquet as pq
import pytest
from engines import table_of
from frame_laws import answers, as_rows, random_case
from locations import ROOT
from random_policies import NOW, random_policy

from invitepolicy import Invitation, RecordError
from invitepolicy.frames import decide_frame

pytestmark = [
    pytest.mark.full,
    pytest.mark.filterwarnings("ignore"),  # Spark's own, of several libraries, on the way up and down
]
POLICIES = 300  # a second or two each, once Spark is warm
SCALE = ROOT / "docs" / "scale.md"


@pytest.fixture(scope="module")
def spark():
    """Start Spark with the settings of docs/scale.md."""
    sql = pytest.importorskip("pyspark.sql")
    session = (
        sql.SparkSession.builder.master("local[2]")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.codegen.hugeMethodLimit", "8000")
        .config("spark.python.sql.dataFrameDebugging.enabled", "false")
        .config("spark.sql.dataFrameQueryContext.enabled", "false")
        .config("spark.sql.shuffle.partitions", "1")
        .config("spark.ui.enabled", "false")
        .getOrCreate()
    )
    yield session
    session.stop()


def through_parquet(spark, records, folder):
    """Return records as a Spark frame, read from Parquet."""
    path = folder / "invitations.parquet"
    pq.write_table(table_of(records), path)
    return spark.read.parquet(str(path))


@pytest.mark.parametrize("seed", range(POLICIES))
def test_spark_equals_the_records(spark, tmp_path, seed):
    """Every row and column equals the answer of `decide`."""
    policy, records, account = random_case(seed, 2_000)

    decided = decide_frame(policy, through_parquet(spark, records, tmp_path), now=NOW, account=account)

    expected = answers(policy, records, account)
    rows = [row.asDict() for row in decided.select(*expected[0]).collect()]  # PySpark's own collect knows no year 1
    assert as_rows(rows, policy) == expected


def test_a_session_off_utc_is_refused(spark, tmp_path):
    """Where a day may have 23 hours, four days are not a length; the refusal says what to set."""
    elsewhere = spark.newSession()
    elsewhere.conf.set("spark.sql.session.timeZone", "Europe/Paris")
    frame = through_parquet(elsewhere, [Invitation()], tmp_path)

    with pytest.raises(RecordError, match="session's time zone"):
        decide_frame(random_policy(0), frame, now=NOW)


def test_the_example_of_the_docs_runs(spark, tmp_path, monkeypatch):
    """The Spark block of docs/scale.md decides its file, which is found in a folder of the test's own."""
    (block,) = re.findall(r"```python spark\n(.*?)```", SCALE.read_text(encoding="utf-8"), re.DOTALL)
    block = re.sub(r'"(\w+\.parquet)"', lambda match: repr(str(tmp_path / match[1])), block)
    monkeypatch.setattr(spark, "stop", lambda: None)
    sent = [NOW - timedelta(days=age) for age in (1, 20)]
    given = spark.createDataFrame([(at,) for at in sent], "sent_at timestamp")
    given.write.parquet(str(tmp_path / "invitations.parquet"))

    exec(compile(block, str(SCALE), "exec"), {})  # noqa: S102  (the reader's own example)

    rows = spark.read.parquet(str(tmp_path / "decided.parquet")).orderBy("sent_at").collect()
    assert [row.withdraw for row in rows] == ["withdraw", "keep"]
    assert isinstance(rows[1].withdraw_changes_at, datetime)
