"""The same measures on Spark: the one text of each core, translated from DuckDB's SQL, over the same files of the warehouse.

Needs the extra `spark` (PySpark, sqlglot) and Java; nothing else here does. How to move to a cluster: docs/how-to/measure-on-a-cluster.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from throughcare.insight.measures import running
from throughcare.insight.measures.definitions import Definition
from throughcare.insight.measures.periods import Period
from throughcare.insight.measures.running import ROW_BY_ROW
from throughcare.insight.schema import TABLES, Table
from throughcare.insight.warehouse.files import State

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

TYPES = {"text": "STRING", "texts": "ARRAY<STRING>", "instant": "TIMESTAMP_NTZ", "date": "DATE"}
TYPES |= {"bool": "BOOLEAN", "int": "BIGINT", "number": "DOUBLE"}
# Instants of the warehouse are UTC and say no zone: neither may the engine.
SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.ui.enabled": "false",
}
INSTANTS = ("counted_at", "begun_at", "done_at")


class NotOnACluster(ValueError):
    """A measure that is judged person by person in Python isn't a query, and runs where the process runs."""


def translated(query: str) -> str:
    """Give a query of ours in Spark's SQL."""
    import sqlglot

    found: str = sqlglot.transpile(query, read="duckdb", write="spark")[0]
    return found


def opened(spark: SparkSession, folder: Path, state: State, zone: ZoneInfo) -> None:
    """Make the views of a state, `local_day(at)`, and what cores stand on, row by row; linked records count as one person."""
    for name, value in SETTINGS.items():
        if name.startswith("spark.sql"):
            spark.conf.set(name, value)
    for table in TABLES:
        _view(spark, folder, table, state.files(table.name))
    links = _links(spark)
    if links:
        spark.createDataFrame(links, "person_id STRING, survivor_id STRING").createOrReplaceTempView("link")
        for table in TABLES:
            if "person_id" in table.names:
                _survivors(spark, table)
    spark.sql(
        "CREATE OR REPLACE TEMPORARY FUNCTION local_day(t TIMESTAMP_NTZ) RETURNS DATE "
        f"RETURN to_date(from_utc_timestamp(CAST(t AS TIMESTAMP_LTZ), '{zone.key}'))"
    )
    for view in ROW_BY_ROW:
        spark.sql(translated(view))


def rows(spark: SparkSession, definition: Definition, period: Period) -> list[tuple[Any, ...]]:
    """Give a measure's rows in a period, with what became of each, in one order; refuses what is no query."""
    if definition.judged:
        raise NotOnACluster(f"{definition.id} is judged person by person.")
    said = ", ".join(
        f"DATE'{value}' AS {name}"
        if name in ("first", "last")
        else f"TIMESTAMP_NTZ'{value:%Y-%m-%d %H:%M:%S}' AS {name}"
        for name, value in period.row().items()
    )
    spark.sql(f"CREATE OR REPLACE TEMP VIEW period AS SELECT {said}")
    found = spark.sql(f"SELECT {_columns()} FROM ({translated(running.stated(definition))})")  # noqa: S608  (our own core)
    return sorted((tuple(row) for row in found.collect()), key=repr)


def _columns() -> str:
    """Name the columns of a row, of one type in every measure."""
    said = {**dict.fromkeys(INSTANTS, "TIMESTAMP_NTZ"), "base": "DOUBLE"}
    names = running.COLUMNS.split(", ")
    return ", ".join(f"CAST({n} AS {said[n]}) AS {n}" if n in said else n for n in names)


def _view(spark: SparkSession, folder: Path, table: Table, names: list[str]) -> None:
    schema = ", ".join(f"`{c.name}` {TYPES[c.type]}" for c in table.columns)
    found = (
        spark.read.schema(schema).parquet(*(str(folder / name) for name in names))
        if names
        else spark.createDataFrame([], schema)
    )
    found.createOrReplaceTempView(table.name)


def _links(spark: SparkSession) -> list[tuple[str, str]]:
    """Follow each linked record to the one that stands for the person."""
    said = dict(spark.sql("SELECT id, survivor_id FROM person WHERE survivor_id IS NOT NULL").collect())
    found = []
    for person in said:
        at, steps = said[person], 0
        while at in said and steps < len(said):
            at, steps = said[at], steps + 1
        found.append((person, at))
    return found


def _survivors(spark: SparkSession, table: Table) -> None:
    columns = ", ".join(
        "coalesce(k.survivor_id, r.person_id) AS person_id" if c == "person_id" else f"r.{c}" for c in table.names
    )
    found = spark.sql(f"SELECT {columns} FROM {table.name} r LEFT JOIN link k ON k.person_id = r.person_id")  # noqa: S608
    found.createOrReplaceTempView(table.name)
