"""The same measures on Spark and in DuckDB: equal row by row, over a made warehouse. Skipped where Java or PySpark are not."""

import shutil
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from throughcare.duties import clock_table
from throughcare.duties.working_time import working_time
from throughcare.insight import cluster
from throughcare.insight.measures import definitions, histories, periods, running
from throughcare.insight.measures.periods import Period
from throughcare.insight.warehouse import files, opening, writing

ZONE = working_time().zone
QUICK = ("A-INT", "M-MISS", "Q-POD", "S-SH", "R-F30", "A-NOSHOW-P", "T-INT-02")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    from bench import made_warehouse

    to = tmp_path_factory.mktemp("warehouse")
    rules = list(clock_table.rules(date(2026, 11, 1)))[:40]
    made_warehouse.make(to, people=24, months=made_warehouse.months("2025-11", 12), rules=rules)
    return to


@pytest.fixture(scope="module")
def state(folder):
    found = files.read(folder)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def con(folder, state, tmp_path_factory):
    made = writing.connect(tmp_path_factory.mktemp("work"))
    opening.views(made, folder, state)
    opening.day_macro(made, ZONE)
    return made


@pytest.fixture
def period(state):
    now = datetime.combine(state.last_day + timedelta(days=1), time(), ZONE).astimezone(UTC)
    return Period(date(2025, 11, 1), state.last_day, ZONE, now)


def session(master):
    """Start Spark at a master, or say why not."""
    pyspark = pytest.importorskip("pyspark.sql", reason="PySpark is not here: pip install -r requirements-spark.lock")
    pytest.importorskip("sqlglot", reason="sqlglot is not here: pip install -r requirements-spark.lock")
    if shutil.which("java") is None:
        pytest.skip("Java is not here: Spark 4 needs 17 or 21.")
    builder = pyspark.SparkSession.builder.master(master).appName("measures")
    said = {**cluster.SETTINGS, "spark.sql.shuffle.partitions": "2", "spark.driver.host": "127.0.0.1"}
    for name, value in {**said, "spark.driver.bindAddress": "127.0.0.1", "spark.executor.memory": "1g"}.items():
        builder = builder.config(name, value)
    made = builder.getOrCreate()
    made.sparkContext.setLogLevel("OFF")
    return made


def in_process(con, definition, period):
    """Give the same rows by DuckDB, in the same order."""
    periods.set_period(con, period.row())
    running.stand_on(con, running.ROW_BY_ROW)
    found = con.execute(f"SELECT {running.COLUMNS} FROM ({running.stated(definition)})").fetchall()
    base = running.COLUMNS.split(", ").index("base")
    return sorted(((*row[:base], float(row[base]), *row[base + 1 :]) for row in found), key=repr)


def compared(con, folder, state, period, master, names=()):
    """Count the rows that are equal in both engines; a difference fails with the measure's name."""
    spark, rows = session(master), 0
    try:
        cluster.opened(spark, Path(folder), state, ZONE)
        for definition in definitions.measures(state.last_day):
            if definition.judged or definition.waits_for or (names and definition.id not in names):
                continue
            here, there = in_process(con, definition, period), cluster.rows(spark, definition, period)
            assert here == there, definition.id
            rows += len(here)
    finally:
        spark.stop()
    return rows


@pytest.mark.slow
def test_a_core_of_each_shape_gives_the_same_rows_on_spark(con, folder, state, period):
    assert compared(con, folder, state, period, "local[2]", QUICK) > 5_000


@pytest.mark.long
def test_every_measure_gives_the_same_rows_on_a_cluster_of_two_workers(con, folder, state, period):
    """Two worker processes beside the driver: what they share is files, as on a cluster."""
    assert compared(con, folder, state, period, "local-cluster[2,1,1024]") > 15_000


def test_who_is_judged_in_python_is_not_sent_to_a_cluster(period):
    with pytest.raises(cluster.NotOnACluster, match="Q-GSD9"):
        cluster.rows(None, definitions.find("Q-GSD9"), period)


def test_who_carries_nothing_that_counts_is_passed_over_and_nobody_else(con, state):
    """The short way that skips people by their codes gives the rows of asking everybody."""
    running.stand_on(con, running.BY_MONTH)
    judged = [d for d in definitions.measures(state.last_day) if d.judged and not d.waits_for]
    assert all(histories.needs_of(d) for d in judged)
    over = periods.judged_periods(con, state.last_day, ZONE)
    short = [(p.last, d.id, rows) for p, d, rows in histories.judge_all(con, judged, over, ZONE)]
    whole = []
    for period in over:
        periods.set_period(con, period.row())
        whole += [(period.last, d.id, histories.judged(con, d, ZONE)) for d in judged]
    assert short == whole
    assert sum(len(rows) for *_, rows in short) > 5
