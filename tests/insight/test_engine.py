"""The engine that makes and reads the warehouse: how it is set up, where the default would be wrong."""

from pathlib import Path

from throughcare.insight.warehouse import placing, writing

PLACED = (
    "CREATE TABLE placement AS SELECT 'p1' AS person_id, 'f' AS facility, NULL::VARCHAR AS unit, 's1' AS stay_id, "
    "TIMESTAMP '2026-01-01' AS since, NULL::TIMESTAMP AS until, false AS away, 'demographics' AS data_class",
    "CREATE TABLE stay AS SELECT 's1' AS id, TIMESTAMP '2026-01-01' AS admitted_at",
    "CREATE TABLE legal_status AS SELECT 's1' AS stay_id, 'accused' AS kind, TIMESTAMP '2026-01-01' AS since",
    "CREATE TABLE day_bounds AS SELECT DATE '2026-01-02' AS day, TIMESTAMP '2026-01-02 05:00' AS starts, "
    "TIMESTAMP '2026-01-03 05:00' AS ends, -18000 AS shift",
)


def test_a_day_never_pairs_every_person_with_every_legal_status(tmp_path: Path):
    """With few people expected the planner would: at 12,000 people a month of days took 100 seconds and not two."""
    con = writing.connect(tmp_path)
    for table in PLACED:
        con.execute(table)
    plan = con.execute(f"EXPLAIN {placing.PERSON_DAYS}").fetchall()[0][1].casefold()
    assert "asof join" in plan.replace("_", " ")
    assert con.execute(placing.PERSON_DAYS).fetchone()[3].isoformat() == "2026-01-02"
