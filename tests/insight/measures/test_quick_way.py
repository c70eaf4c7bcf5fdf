"""The quick way of counting against the plain reading of each definition: made histories with their edges, row by row.

Quick is: runs of given days summed by month, only the readings that can decide, and every way of dividing summed by itself.
Plain is: each dose, each reading, one measure and one period at a time.
"""

from datetime import date, datetime, timedelta
from random import Random

import pyarrow as pa
import pytest

from tests.insight.measures.warehouse import ZONE, at, opened
from throughcare.insight.measures import counting, definitions, histories, periods, running
from throughcare.insight.measures.codes import LOINC, RXNORM
from throughcare.insight.measures.periods import Period
from throughcare.insight.schema import BY_NAME
from throughcare.insight.warehouse import opening, summing

LAST_DAY = date(2026, 11, 10)
ICD = "http://hl7.org/fhir/sid/icd-10-cm|"
ILL = ("E11.9", "I10", "F32.9", "B20")
READINGS = ("4548-4", "97506-0", "85354-9", "20447-9", "44261-6")
# The days on which periods begin and end, and their neighbours; the clocks change on 1 November and 8 March.
EDGES = [date(2025, 11, 10), date(2025, 11, 11), date(2026, 10, 31), date(2026, 11, 1), date(2026, 3, 8), date(2026, 11, 10), date(2025, 9, 30), date(2024, 9, 30)]  # fmt: skip
MEDICINES = (f"{RXNORM}36437", f"{RXNORM}6813", f"{RXNORM}321988")


def row(table, **values):
    """Fill a row: what isn't said is empty, or its type's nothing where it may not be."""
    nothing = {"text": "", "texts": [], "bool": False, "int": 0, "number": 0.0, "instant": datetime(2026, 1, 1)}
    return {c.name: None if c.null else nothing.get(c.type) for c in BY_NAME[table].columns} | values


def lived(seed):
    """Make people with problems, readings and medicines that fall on every edge there is."""
    luck, rows = (
        Random(seed),
        {name: [] for name in ("person", "person_day", "condition", "observation", "dose", "duty", "stay")},
    )
    for number in range(30):
        who, facility = f"p{number}", f"f{number % 3}"
        first = date(2024, 6, 1) + timedelta(days=luck.randrange(0, 400))
        gone = LAST_DAY if luck.random() < 0.7 else first + timedelta(days=luck.randrange(100, 500))
        rows["person"].append(row("person", id=who, sex=luck.choice(("female", "male", None)), birth_date=date(1950 + number, 3, 1), language=luck.choice(("en", "es", None))))  # fmt: skip
        rows["stay"].append(row("stay", id=f"s{who}", person_id=who, facility=facility, status="open", admitted_at=at(f"{first} 10:00")))  # fmt: skip
        day = first
        while day <= min(gone, LAST_DAY):
            rows["person_day"].append(row("person_day", person_id=who, facility=facility, day=day, stay_id=f"s{who}", day_of_stay=(day - first).days + 1, hours=24.0))  # fmt: skip
            day += timedelta(days=1)
        for code in luck.sample(ILL, 2):
            began = luck.choice((date(2024, 1, 1), date(2026, 1, 20), date(2026, 6, 1)))
            rows["condition"].append(row("condition", id=f"c{who}{code}", person_id=who, codes=[ICD + code], status=luck.choice(("active", "active", "resolved")), verification=luck.choice(("confirmed", "refuted", "confirmed")), start_at=at(f"{began} 00:00"), start_precision=luck.choice(("day", "instant"))))  # fmt: skip
        for n in range(luck.randrange(8, 24)):
            reading(luck, rows["observation"], who, n)
        for n in range(luck.randrange(0, 4)):
            course(luck, rows["dose"], who, facility, n)
        for n in range(12):
            duty(luck, rows["duty"], who, facility, n)
    return rows


def reading(luck, rows, who, n):
    day = luck.choice(EDGES) if luck.random() < 0.4 else date(2024, 6, 1) + timedelta(days=luck.randrange(0, 892))
    when = at(f"{day} {luck.choice(('00:00', '08:30', '23:59', '19:30'))}")
    precision, code = luck.choice(("instant", "instant", "day", "month", None)), luck.choice(READINGS)
    if precision in ("day", "month"):
        when = datetime.combine(day.replace(day=1) if precision == "month" else day, datetime.min.time())
    ends = when + timedelta(hours=luck.choice((1, 30))) if luck.random() < 0.3 and precision == "instant" else None
    said = {"id": f"o{who}-{n}", "person_id": who, "status": luck.choice(("final", "final", "amended", "preliminary", "entered-in-error")), "start_at": when, "start_precision": precision, "end_at": ends, "end_precision": "instant" if ends else None}  # fmt: skip
    if code != "85354-9":
        unit = {"4548-4": "%", "97506-0": "%", "20447-9": "{copies}/mL", "44261-6": None}[code]
        value = luck.choice((None, 3.0, 6.5, 7.9, 8.0, 9.0, 9.1, 12.0, 50.0, 199.0, 200.0))
        rows.append(row("observation", **said, codes=[LOINC + code], value_number=value, value_unit=unit))
        return
    rows.append(row("observation", **said, codes=[LOINC + code]))
    for part, (sub, value) in enumerate((("8480-6", luck.choice((129, 139, 140, 150))), ("8462-4", luck.choice((79, 89, 90)))), 1):  # fmt: skip
        if luck.random() < 0.95:
            rows.append(row("observation", **said, part=part, codes=[LOINC + sub], value_number=float(value), value_unit="mm[Hg]"))  # fmt: skip


def course(luck, rows, who, facility, n):
    day, code = date(2025, 6, 25) + timedelta(days=luck.randrange(0, 400)), luck.choice(MEDICINES)
    for number in range(luck.randrange(5, 260)):
        if luck.random() < 0.04:
            day += timedelta(days=luck.choice((1, 2, 7, 8, 9, 30)))
        if day > LAST_DAY:
            return
        for hour in luck.sample(("00:05", "08:00", "20:30", "23:55"), luck.choice((1, 1, 2))):
            outcome = "given" if luck.random() < 0.93 else "refused"
            rows.append(row("dose", id=f"x{who}-{n}-{number}-{hour}", person_id=who, facility=facility, kind="administration", codes=[code], status="completed" if outcome == "given" else "not-done", outcome=outcome, due_at=at(f"{day} {hour}"), happened_at=at(f"{day} {hour}"), not_done=outcome != "given"))  # fmt: skip
        day += timedelta(days=1)


def duty(luck, rows, who, facility, n):
    day = luck.choice((date(2026, 10, 1), date(2026, 10, 31), date(2026, 9, 30))) if luck.random() < 0.5 else date(2026, 10, luck.randrange(1, 31))  # fmt: skip
    due = at(f"{day} {luck.choice(('00:00', '23:59', '12:00'))}")
    closed = luck.choice((None, due, due - timedelta(hours=1), due + timedelta(minutes=1), due + timedelta(days=40)))
    outcome = luck.choice(("done", "done", "refused", "excused", "void", "converted")) if closed else None
    rows.append(row("duty", id=f"d{who}-{n}", person_id=luck.choice((who, who, who, None)), facility=luck.choice((facility, None)), rule=luck.choice(("INT-02", "MHS-01", "SUI-01")), opened_at=due - timedelta(hours=4), due_at=due, closed_at=closed, outcome=outcome))  # fmt: skip


@pytest.fixture(scope="module", params=range(3))
def con(request):
    con = opened()
    opening.day_macro(con, ZONE, (2024, 2026))
    for name, rows in lived(request.param).items():
        con.register("these", pa.Table.from_pylist(rows, schema=BY_NAME[name].arrow()))
        con.execute(f"INSERT INTO {name} SELECT * FROM these")
        con.unregister("these")
    for name, base in summing.SUMS.items():
        at_month = BY_NAME[base].month
        con.execute(f"CREATE OR REPLACE TEMP VIEW months AS SELECT DISTINCT date_trunc('month', {at_month}) AS m FROM {base}")  # fmt: skip
        for (month,) in con.execute("SELECT m FROM months ORDER BY m").fetchall():
            here = f"(SELECT * FROM {base} WHERE date_trunc('month', {at_month}) = TIMESTAMP '{month}')"
            columns = ", ".join(BY_NAME[name].names)
            con.execute(f"INSERT INTO {name} BY NAME SELECT {columns} FROM ({summing.query(name, here)})")
    yield con
    con.close()


def judged_definitions():
    return [d for d in definitions.measures(LAST_DAY) if d.judged and not d.waits_for]


def test_people_judged_by_what_can_decide_are_those_judged_by_everything(con):
    over = periods.judged_periods(con, LAST_DAY, ZONE)
    running.stand_on(con, running.BY_MONTH)
    quick = [(p.last, d.id, rows) for p, d, rows in histories.judge_all(con, judged_definitions(), over, ZONE)]
    read = con.execute("SELECT count(*) FROM seen").fetchall()[0][0]
    running.stand_on(con, running.ROW_BY_ROW)
    plain = []
    for period in over:
        periods.set_period(con, period.row())
        plain += [(period.last, d.id, histories.judged(con, d, ZONE)) for d in judged_definitions()]
    assert quick == plain
    assert {d for _, d, rows in quick if rows} >= {"Q-GSD9", "Q-CBP", "Q-AMM", "Q-HIVsupp"}
    assert 0 < read < con.execute("SELECT count(*) FROM observation WHERE part = 0").fetchall()[0][0]


def test_a_run_of_days_gives_what_its_doses_give(con):
    pod = definitions.find("Q-POD")
    periods.set_period(con, Period(date(2025, 1, 1), LAST_DAY, ZONE, periods.end_of(LAST_DAY, ZONE)).row())
    rows = []
    for views in (running.BY_MONTH, running.ROW_BY_ROW):
        running.stand_on(con, views)
        rows.append(sorted(con.execute(running.query(pod)).fetchall()))
    assert rows[0] == rows[1]
    assert rows[0]


def test_each_way_of_dividing_says_what_counting_row_by_row_says(con):
    """Of one month, every stratum of every measure that duties, doses and time make."""
    chosen = [
        d
        for d in definitions.measures(LAST_DAY)
        if d.id in ("T-INT-02", "T-SUI-01", "A-INT", "M-ADH", "S-SH", "Q-GSD9")
    ]
    cursor = con.execute(counting.counted(con, chosen, LAST_DAY, ZONE))
    names = [column[0] for column in cursor.description]
    told = {(r["measure"], r["month"], r["divided_by"], r["stratum"]): r for r in (dict(zip(names, row, strict=True)) for row in cursor.fetchall())}  # fmt: skip
    compared = 0
    for definition in chosen:
        if definition.judged:
            period = periods.judged_periods(con, LAST_DAY, ZONE)[0]
        else:
            period = periods.month_period("2026-10", LAST_DAY, ZONE)
        for number in running.run(con, definition, period):
            if not (number.denominator or number.numerator or number.excluded):
                continue
            month = period.last.strftime("%Y-%m")
            quick = told[definition.id, month, number.stratifier, number.stratum]
            assert quick["numerator"] == number.numerator, (definition.id, number)
            assert quick["denominator"] == pytest.approx(number.denominator, abs=1e-8), (definition.id, number)
            compared += 1
    assert compared > 40
