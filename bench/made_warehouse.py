"""A warehouse of any size made by chance, without a database: the tables' shapes and rates of a whole agency, so that counting
can be timed over years in minutes. Nobody in it is anybody. Rates: 3 doses a person and day (13 million a year, clinical.md 0), 12
duties a person and month; of ten people one has diabetes, one is on an antidepressant, one on a medicine for opioid use disorder, and
two or three have hypertension. The doses of all but the last month may be left unwritten (`doses=False`): counting reads their sums alone.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from uuid import UUID

import duckdb

from throughcare.duties.working_time import working_time
from throughcare.insight.schema import BY_NAME
from throughcare.insight.warehouse import files, making, opening, placing, summing, writing
from throughcare.insight.warehouse.files import WHOLE, State
from throughcare.kernel.ids import derived

FACILITIES = (
    "hartford",
    "bridgeport",
    "new-haven",
    "corrigan",
    "york",
    "osborn",
    "cheshire",
    "macdougall",
    "robinson",
    "garner",
)


def make(
    folder: Path,
    *,
    people: int,
    months: list[str],
    rules: list[str],
    facilities: list[UUID] | None = None,
    doses: bool = True,
) -> State:
    """Make a warehouse of `people` in custody over these months, with its results; gives its state."""
    with files.writing(folder) as work:
        con = writing.connect(work)
        tables: dict[str, files.Months] = {}
        places = [str(f) for f in facilities or [derived("facility", code) for code in FACILITIES]]
        con.execute(
            "CREATE TABLE place AS SELECT unnest(?::VARCHAR[]) AS id, unnest(range(?)) AS n", [places, len(places)]
        )
        con.execute(
            "CREATE TABLE rule AS SELECT unnest(?::VARCHAR[]) AS id, unnest(range(?)) AS n", [rules, len(rules)]
        )
        con.execute(f"CREATE TABLE who AS {_people(people, months, len(places))}")
        years = (int(months[0][:4]) - 1, int(months[-1][:4]) + 1)
        opening.day_macro(con, working_time().zone, years)
        _write(
            con,
            folder,
            tables,
            "person",
            WHOLE,
            "SELECT person_id AS id, 'demographics' AS data_class, CASE WHEN h % 100 < 8 THEN 'female' ELSE 'male' END AS sex, DATE '1960-01-01' + (h % 16000)::INT AS birth_date, 'en' AS language, CASE h % 4 WHEN 0 THEN 'white' WHEN 1 THEN 'black' WHEN 2 THEN 'hispanic' ELSE 'asian' END AS race_ethnicity FROM who",
        )
        _write(
            con,
            folder,
            tables,
            "placement",
            WHOLE,
            "SELECT person_id, facility, NULL AS unit, stay_id, since, until, false AS away, 'demographics' AS data_class FROM who",
        )
        _write(
            con,
            folder,
            tables,
            "stay",
            WHOLE,
            "SELECT stay_id AS id, person_id, facility, true AS placed, 'demographics' AS data_class, 'open' AS status, since AS admitted_at, until AS ended_at FROM who",
        )
        _write(
            con,
            folder,
            tables,
            "legal_status",
            WHOLE,
            "SELECT person_id, 'demographics' AS data_class, stay_id, 1 AS number, 'accused' AS kind, since, until FROM who",
        )
        _write(con, folder, tables, "move", WHOLE, MOVES)
        _write(con, folder, tables, "condition", months[0], CONDITIONS)
        for table in ("stay", "placement", "legal_status"):
            con.execute(
                f"CREATE OR REPLACE VIEW {table} AS {writing.source(folder, BY_NAME[table], [tables[table][WHOLE].file])}"
            )
        last = date.fromisoformat(f"{months[-1]}-28")
        for month in months:
            _month(con, folder, tables, month, last, doses=doses or month == months[-1])
        _write(
            con,
            folder,
            tables,
            "lockdown",
            WHOLE,
            f"SELECT 'l' || id || d AS id, id AS facility, 'operational_alert' AS data_class, TIMESTAMP '{months[-1]}-01' "
            "+ to_hours((d * 96 + n * 3)::INT) AS start_at, TIMESTAMP "
            f"'{months[-1]}-01' + to_hours((d * 96 + n * 3 + 2 + n % 3)::INT) AS end_at FROM place, range(6) t(d)",
        )
        con.close()
        state = State(1, last, tables, sums=summing.edition())
        state = making.with_results(folder, work, state)
        files.publish(folder, state, None)
    return state


MOVES = """
SELECT 'b' || person_id AS id, person_id, facility, 'demographics' AS data_class, stay_id, 1 AS number, 'admission' AS kind,
       NULL AS from_facility, facility AS to_facility, true AS planned, false AS cancelled, since AS happened_at FROM who
UNION ALL BY NAME
SELECT 'm' || person_id AS id, person_id, facility, 'demographics' AS data_class, stay_id, 2 AS number, 'release' AS kind,
       facility AS from_facility, true AS planned, false AS cancelled, until AS happened_at FROM who WHERE until IS NOT NULL
"""
ICD = "http://hl7.org/fhir/sid/icd-10-cm|"
ILL = f"""(VALUES (0, 10, '{ICD}E11.9'), (10, 35, '{ICD}I10'), (35, 37, '{ICD}B20'), (37, 47, '{ICD}F32.9')) ill(low, high, code)"""
CONDITIONS = f"""
SELECT 'k' || person_id || code AS id, person_id, facility, true AS placed, 'clinical' AS data_class, [code] AS codes, 'active' AS status,
       'confirmed' AS verification, since AS start_at, since AS recorded_at, 'instant' AS start_precision
FROM who JOIN {ILL} ON h % 100 >= low AND h % 100 < high
"""
LOINC = "http://loinc.org|"
# Of each who is ill, one measurement a month; a blood pressure has two parts.
OBSERVATIONS = f"""
SELECT 'o' || person_id || code AS id, person_id, facility, true AS placed, 'clinical' AS data_class, part, [code] AS codes, 'final' AS status,
       {{start}} + to_hours((h % 600)::INT) AS start_at, 'instant' AS start_precision, value + h % 17 AS value_number, unit AS value_unit, false AS not_done
FROM {{here}} w JOIN (VALUES (0, 10, 0, '{LOINC}4548-4', 6.0, '%'), (10, 35, 0, '{LOINC}85354-9', NULL, NULL), (10, 35, 1, '{LOINC}8480-6', 130, 'mm[Hg]'),
  (10, 35, 2, '{LOINC}8462-4', 76, 'mm[Hg]'), (35, 37, 0, '{LOINC}20447-9', 20, '{{{{copies}}}}/mL'), (37, 47, 0, '{LOINC}44261-6', 3, NULL))
  m(low, high, part, code, value, unit) ON h % 100 >= low AND h % 100 < high
"""


def _people(people: int, months: list[str], places: int) -> str:
    # Of two places in custody, one is taken by one person after the other, about half a year each; the other by one all the time.
    begin, count = f"{months[0]}-01", people * max(1, len(months) // 6)
    return (
        f"SELECT 'p' || i AS person_id, 's' || i AS stay_id, hash(i) AS h, p.id AS facility, "
        f"TIMESTAMP '{begin}' + to_days((i // {people} * 182 + hash(i, 1) % 30)::INT) AS since, "
        f"CASE WHEN i < {count - people} AND i % 2 = 1 THEN TIMESTAMP '{begin}' + to_days(((i // {people} + 1) * 182 + hash(i, 1) % 30)::INT) END AS until "
        f"FROM range({count}) t(i) JOIN place p ON p.n = i % {places} WHERE i % 2 = 1 OR i < {people}"
    )


def _month(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    tables: dict[str, files.Months],
    month: str,
    last: date,
    *,
    doses: bool,
) -> None:
    start = f"TIMESTAMP '{month}-01'"
    here = f"(SELECT *, row_number() OVER () AS r FROM who WHERE since < {start} + INTERVAL 1 MONTH AND (until IS NULL OR until > {start}))"
    # One of a person's three medicines is methadone or sertraline for one of ten each.
    medicine = (
        "CASE WHEN k % 3 = 2 AND h % 10 = 0 THEN '6813' WHEN k % 3 = 2 AND h % 10 = 1 THEN '36437' "
        "ELSE (1000000 + hash(person_id, k % 3) % 400)::VARCHAR END"
    )
    at = f"{start} + to_seconds((hash(person_id, k) % 2419200)::INT)"
    _write(
        con,
        folder,
        tables,
        "duty",
        month,
        f"""
        SELECT *, opened_at + INTERVAL 12 HOUR AS due_at,
          CASE WHEN luck < 96 THEN opened_at + to_minutes((CASE WHEN luck < 90 THEN luck * 7 ELSE 720 + luck * 9 END)::INT) END AS closed_at,
          CASE WHEN luck < 92 THEN 'done' WHEN luck < 94 THEN 'refused' WHEN luck < 96 THEN 'void' END AS outcome
        FROM (SELECT md5('d' || person_id || '{month}' || k) AS id, person_id, facility, 'clinical' AS data_class, u.id AS rule, 'rn' AS owner_role,
                'shift' AS lane, {at} - INTERVAL 12 HOUR AS opened_at, hash(person_id, k, '{month}') % 100 + (hash(facility) % 3) * 2 AS luck
              FROM {here} w, range(12) t(k) JOIN rule u ON u.n = hash(person_id, k, 3) % (SELECT count(*) FROM rule))""",
    )
    given = f"""
        SELECT 'x' || person_id || '{month}' || k AS id, person_id, facility, true AS placed, 'medication' AS data_class, 'administration' AS kind,
          'o' || person_id || (k % 3) AS order_id, 'http://www.nlm.nih.gov/research/umls/rxnorm' AS system, {medicine} AS code,
          ['http://www.nlm.nih.gov/research/umls/rxnorm|' || {medicine}] AS codes, 'completed' AS status,
          CASE WHEN hash(person_id, k) % 100 < 93 THEN 'given' WHEN hash(person_id, k) % 100 < 97 THEN 'refused' ELSE 'no-show' END AS outcome,
          {start} + to_minutes((k * 480)::INT) AS due_at, {start} + to_minutes((k * 480 + hash(person_id, k) % 60)::INT) AS happened_at, false AS not_done
        FROM {here} w, range(84) t(k)"""
    if doses:
        _write(con, folder, tables, "dose", month, given)
    else:
        con.execute(f"CREATE OR REPLACE TEMP TABLE given AS {given}")  # made once, summed several times
    _write(
        con,
        folder,
        tables,
        "arrival",
        month,
        f"""
        SELECT 'a' || person_id AS id, person_id, facility, 'clinical' AS data_class, stay_id, 'signed' AS status, since AS arrived_at,
          since + to_minutes((hash(person_id, 9) % 260)::INT) AS signed_at FROM who WHERE since >= {start} AND since < {start} + INTERVAL 1 MONTH""",
    )
    _write(
        con,
        folder,
        tables,
        "communication",
        month,
        f"""
        SELECT 'c' || person_id || '{month}' || k AS id, person_id, facility, true AS placed, 'request' AS data_class, 'closed' AS state, {at} AS received_at, {at} AS sent_at,
          {at} + to_minutes((hash(person_id, k, 5) % 1700)::INT) AS triaged_at, {at} + to_minutes((hash(person_id, k, 6) % 4000)::INT) AS seen_at, false AS not_done
        FROM {here} w, range(1) t(k)""",
    )
    _write(
        con,
        folder,
        tables,
        "incident",
        month,
        f"""
        SELECT 'i' || person_id || '{month}' AS id, person_id, facility, true AS placed, CASE WHEN h % 3 = 0 THEN 'mental_health' ELSE 'clinical' END AS data_class,
          CASE WHEN h % 3 = 0 THEN 'self-harm' WHEN h % 3 = 1 THEN 'trip' ELSE 'code' END AS kind, false AS drill, {at.replace("k", "1")} AS start_at
        FROM {here} w WHERE hash(person_id, '{month}') % 100 = 0""",
    )
    _write(con, folder, tables, "observation", month, OBSERVATIONS.format(start=start, here=here))
    _write(
        con,
        folder,
        tables,
        "shift",
        month,
        f"""
        SELECT 'f' || facility || '{month}' || d || n || k AS id, facility, 'duty' AS data_class, 'w' || n AS practitioner_id,
          CASE WHEN k < 2 THEN 'rn' ELSE 'provider' END AS role, false AS on_call,
          {start} + to_hours((d * 24 + n * 8 + 11)::INT) AS start_at, {start} + to_hours((d * 24 + n * 8 + 19)::INT) AS end_at
        FROM (SELECT id AS facility FROM place), range(28) t(d), range(3) u(n), range(3) v(k) WHERE k < 1 OR n < 3 - k""",
    )
    _write(
        con,
        folder,
        tables,
        "incident",
        f"{month}-missed",
        f"""
        SELECT 'n' || person_id || '{month}' AS id, person_id, facility, true AS placed, 'request' AS data_class, 'visit-missed' AS kind,
          CASE h % 4 WHEN 0 THEN 'custody:not-brought' WHEN 1 THEN 'health:lockdown' WHEN 2 THEN 'health:refused-in-person' ELSE 'health:court' END AS detail,
          false AS drill, {at.replace("k", "2")} AS start_at FROM {here} w WHERE h % 10 = 0""",
    )
    days = placing.bounds(month, last, working_time().zone)
    con.execute("CREATE OR REPLACE TEMP TABLE day_bounds (day DATE, starts TIMESTAMP, ends TIMESTAMP, shift INT)")
    con.executemany("INSERT INTO day_bounds VALUES (?, ?, ?, ?)", days)
    _write(con, folder, tables, "person_day", month, placing.PERSON_DAYS)
    for name, base in summing.SUMS.items():
        kept = tables.get(base, {}).get(month)
        rows = f"({writing.source(folder, BY_NAME[base], [kept.file]) if kept else 'SELECT * FROM given'})"
        _write(con, folder, tables, name, month, summing.query(name, rows))


def _write(
    con: duckdb.DuckDBPyConnection, folder: Path, tables: dict[str, files.Months], name: str, month: str, rows: str
) -> None:
    table = BY_NAME[name]
    empty = writing.source(folder, table, [])
    part = writing.write(
        con,
        folder,
        table,
        month,
        f"SELECT {', '.join(table.names)} FROM (SELECT * FROM ({empty}) UNION ALL BY NAME SELECT * FROM ({rows}))",
    )
    if part is not None:
        tables.setdefault(name, {})[month] = part


def months(first: str, count: int) -> list[str]:
    """Name some months from one on."""
    at = datetime.fromisoformat(first + "-01")
    return placing.months(at.date(), date(at.year + (at.month + count - 2) // 12, (at.month + count - 2) % 12 + 1, 1))
