"""Which rows can decide a measure that judges people one by one: told in the engine, so that the others are never read.

Leaves tables of the session: `asked_codes` (lists of codes that hold one a core asks for), `judged_person`, `seen` (observations to read).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from throughcare.insight.measures import late_life
from throughcare.insight.measures.codes import CodeBook
from throughcare.insight.measures.periods import Period
from throughcare.insight.measures.quality import blood_pressure, glycaemia

if TYPE_CHECKING:
    import duckdb

LOOKS_BACK = 730  # days before a period in which a core may look for a measurement (depression: 14 months)
# Codes that cores ask for by themselves, beside the lists.
ASKED = frozenset(
    {
        blood_pressure.PANEL,
        blood_pressure.SYSTOLIC,
        blood_pressure.DIASTOLIC,
        glycaemia.GMI,
        late_life.HOSPICE_ASSESSED,
        late_life.PALLIATIVE_ASSESSED,
        late_life.EQUIPMENT_USED,
        late_life.HOUSING,
    }
)
# Of these only the readings of a period's last day with any are asked for; `judge_all` reads no others.
LAST_DAY_LISTS = ("hba1c", "hiv-viral-load")
LAST_DAY_CODES = frozenset({glycaemia.GMI, blood_pressure.PANEL, blood_pressure.SYSTOLIC, blood_pressure.DIASTOLIC})
# Days in a row on which a medicine was given, as one supply: runs that touch or overlap are one.
COURSES = """
SELECT person_id, arg_min(id, day), any_value(codes), min(day), max(last) FROM (
  SELECT *, sum(begins) OVER (PARTITION BY person_id, n ORDER BY day, last ROWS UNBOUNDED PRECEDING) AS run FROM (
    SELECT g.person_id, g.id, g.codes, a.n, g.day, g.last, CASE WHEN g.day > 1 + max(g.last) OVER (
             PARTITION BY g.person_id, a.n ORDER BY g.day, g.last ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) THEN 1 ELSE 0 END AS begins
    FROM given_run g JOIN asked_codes a USING (codes)
    SEMI JOIN judged_person j ON j.person_id = g.person_id)
) GROUP BY person_id, n, run
"""


def see(con: duckdb.DuckDBPyConnection, since: date, periods: Sequence[Period]) -> None:
    """Leave in `seen` the observations to read, without their components."""
    latest = "CASE WHEN end_at IS NULL THEN start_{0} ELSE end_{0} END"
    precision = f"coalesce({latest.format('precision')}, '')"
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE seen AS
        SELECT o.*, a.n, a.last_day_decides AND start_at IS NOT NULL AND {precision} NOT IN ('month', 'year') AS narrow,
               (CASE WHEN {precision} = 'day' THEN {latest.format("at")} ELSE local_time({latest.format("at")}) END)::DATE AS read_on
        FROM observation o JOIN asked_codes a USING (codes) SEMI JOIN judged_person USING (person_id)
        WHERE part = 0 AND NOT not_done AND (start_at IS NULL OR start_at >= ?)
        """,  # noqa: S608
        [datetime.combine(since, time()) - timedelta(days=LOOKS_BACK)],
    )
    if not periods:
        return
    last = ", ".join(f"max(read_on) FILTER (read_on BETWEEN DATE '{p.first}' AND DATE '{p.last}')" for p in periods)
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE last_days AS
        SELECT DISTINCT person_id, n, status, unnest([{last}]) AS read_on FROM seen WHERE narrow GROUP BY person_id, n, status
        """  # noqa: S608
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE seen AS SELECT * FROM seen WHERE NOT narrow UNION ALL "
        "SELECT s.* FROM seen s JOIN last_days d ON d.person_id = s.person_id AND d.n = s.n AND d.read_on = s.read_on "
        "AND d.status IS NOT DISTINCT FROM s.status WHERE narrow"
    )


def narrow(con: duckdb.DuckDBPyConnection, book: CodeBook, people: list[str]) -> None:
    """Leave in `asked_codes` the lists of codes that hold one a core asks for, in `judged_person` of these people those with any."""
    by_last_day = LAST_DAY_CODES.union(*(book[name] for name in LAST_DAY_LISTS))
    others = frozenset().union(*(codes for name, codes in book.lists.items() if name not in LAST_DAY_LISTS))
    others |= ASKED - LAST_DAY_CODES
    con.execute(
        "CREATE OR REPLACE TEMP TABLE asked_codes AS SELECT codes, row_number() OVER () AS n, NOT list_has_any(codes, ?) AS last_day_decides "
        "FROM (SELECT DISTINCT codes FROM condition UNION "
        "SELECT DISTINCT codes FROM observation UNION SELECT DISTINCT codes FROM given_run) WHERE list_has_any(codes, ?)",
        [sorted(others), sorted(others | by_last_day)],
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE judged_person AS SELECT person_id FROM (SELECT unnest(?::VARCHAR[]) AS person_id) "
        "SEMI JOIN (SELECT person_id FROM condition SEMI JOIN asked_codes USING (codes) UNION ALL "
        "SELECT person_id FROM given_run SEMI JOIN asked_codes USING (codes)) USING (person_id)",
        [people],
    )
