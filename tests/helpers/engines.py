"""Records as frames of every engine, and frames as plain rows again."""

from __future__ import annotations

from functools import cache

import attrs
import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa

from invitepolicy import Invitation
from invitepolicy._core.facts import FACTS

_KINDS = {
    "choice": pa.string(),
    "flag": pa.bool_(),
    "count": pa.int64(),
    "number": pa.float64(),
    "share": pa.float64(),
    "clock": pa.timestamp("us", "UTC"),
    "tags": pa.list_(pa.string()),
}
_OWN = {
    "my_count": pa.int64(),
    "my_number": pa.float64(),
    "my_share": pa.float64(),
    "my_flag": pa.bool_(),
    "my_met": pa.timestamp("us", "UTC"),
    "my_lists": pa.list_(pa.string()),
    "my_trade": pa.string(),
}
_FIELDS = [field.name for field in attrs.fields(Invitation) if field.name not in ("facts", "name", "url")]
_TYPES = {
    **dict.fromkeys(_FIELDS, pa.string()),
    **{
        fact.field: _KINDS[fact.kind]
        for fact in FACTS.values()
        if fact.subject == "invitation" and fact.field != "note"
    },
    **_OWN,
}


def table_of(records):
    """Return records as an Arrow table, own facts as columns."""
    rows = [
        {name: getattr(record, name) for name in _FIELDS} | {name: record.facts.get(name) for name in _OWN}
        for record in records
    ]
    columns = {
        name: pa.array([list(row[name]) if isinstance(row[name], frozenset) else row[name] for row in rows], kind)
        for name, kind in _TYPES.items()
    }
    return pa.table(columns)


@cache
def _duckdb():
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    return connection


def polars_frame(table):
    """Return a polars frame."""
    return pl.from_arrow(table)


def polars_lazy(table):
    """Return a lazy polars frame."""
    return polars_frame(table).lazy()


def pandas_nullable(table):
    """Return a pandas frame of types in which a value can be missing."""
    return table.to_pandas(types_mapper=pd.ArrowDtype)


def duckdb_relation(table):
    """Return a DuckDB relation, in a session on UTC."""
    return _duckdb().from_arrow(table)


ENGINES = {
    "polars": (polars_frame, lambda frame: frame.to_dicts()),
    "polars lazy": (polars_lazy, lambda frame: frame.collect().to_dicts()),
    "polars streaming": (polars_lazy, lambda frame: frame.collect(engine="streaming").to_dicts()),
    "pandas": (pandas_nullable, lambda frame: pl.from_pandas(frame).to_dicts()),
    "pyarrow": (lambda table: table, lambda table: table.to_pylist()),
    "duckdb": (duckdb_relation, lambda relation: relation.to_arrow_table().to_pylist()),
}
