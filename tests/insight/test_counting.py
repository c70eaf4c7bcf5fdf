"""Measures on made histories: every edge of a month, what counts and what does not, strata that add up, and the units behind."""

from collections import Counter
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.insight.made import HARTFORD, LAST_DAY, at, results, tables
from throughcare.insight.measures import behind, definitions, periods, running
from throughcare.insight.measures.statistics import wilson

ids = count()


def duty(opened: str, due: str, closed: str | None = None, outcome: str | None = None, **more) -> dict:
    base = {"id": f"d{next(ids)}", "person_id": "p1", "facility": "f1", "data_class": "clinical", "rule": "INT-02"}
    times = {"opened_at": at(opened), "due_at": at(due), "closed_at": at(closed) if closed else None}
    return in_order(base | times | {"outcome": outcome} | more)


def in_order(row: dict) -> dict:
    from throughcare.insight.schema import BY_NAME

    return {name: row.get(name) for name in BY_NAME["duty"].names}


DUTIES = [
    duty("2026-10-01 00:00", "2026-10-01 04:00", "2026-10-01 04:00", "done"),  # on the dot
    duty("2026-10-01 00:00", "2026-10-01 04:00", "2026-10-01 04:01", "done"),
    duty("2026-09-30 22:00", "2026-10-01 00:00", "2026-09-30 23:00", "done"),  # due in the first moment of October
    duty("2026-09-30 20:00", "2026-09-30 23:59", "2026-10-02 10:00", "done", facility="f2"),  # September's, late
    duty("2026-10-31 20:00", "2026-10-31 23:59", "2026-11-05 10:00", "done"),  # done after the record was read: open
    duty("2026-10-31 21:00", "2026-11-01 01:00"),  # not due yet
    duty("2026-10-05 00:00", "2026-10-05 04:00", "2026-10-05 03:00", "refused"),
    duty("2026-10-05 00:00", "2026-10-05 04:00", "2026-10-05 03:00", "void"),
    duty("2026-10-05 00:00", "2026-10-05 04:00", "2026-10-05 03:00", "converted"),
    duty("2026-10-05 00:00", "2026-10-05 04:00", "2026-10-05 03:00", "excused"),
    duty("2026-10-06 00:00", "2026-10-06 04:00", rule="MHS-01"),
    duty("2026-10-07 00:00", "2026-10-07 04:00", "2026-10-07 04:00", "void", rule="SUI-01"),  # left as it fell due
    duty("2026-10-07 00:00", "2026-10-07 04:00", "2026-10-07 04:01", "void", rule="SUI-01"),  # missed, then left
    duty(
        "2026-10-07 00:00", "2026-10-07 04:00", "2026-10-09 09:00", "converted", rule="SUI-01"
    ),  # missed, then handed on
]


@pytest.fixture(scope="module")
def con():
    return tables(duty=DUTIES, person=[{"id": "p1", "data_class": "demographics", "sex": "female", "birth_date": at("1990-01-01").date(), "language": None, "race_ethnicity": None, "race_codes": None, "deceased_at": None, "survivor_id": None}])  # fmt: skip


def test_a_clock_is_a_measure(con) -> None:
    found = results(con, "T-INT-02", "T-MHS-01")
    october = found["T-INT-02", "2026-10", "", ""]
    assert (october["denominator"], october["numerator"], october["late"], october["open"]) == (5, 2, 1, 1)
    assert (october["refused"], october["excused"], october["gone"]) == (1, 1, 2)
    september = found["T-INT-02", "2026-09", "", ""]
    assert (september["denominator"], september["numerator"], september["late"]) == (1, 0, 1)
    assert found["T-MHS-01", "2026-10", "", ""]["open"] == 1
    assert found["T-INT-02", "2026-10", "age_band", "35-44"]["denominator"] == 5
    assert found["T-INT-02", "2026-10", "sex", "female"]["numerator"] == 2


def test_who_leaves_after_the_time_has_been_missed(con) -> None:
    october = results(con, "T-SUI-01")["T-SUI-01", "2026-10", "", ""]
    assert (october["denominator"], october["numerator"], october["late"], october["gone"]) == (2, 0, 2, 1)


def test_the_interval_is_wilsons(con) -> None:
    """2 of 5, in the engine as in Python."""
    october = results(con, "T-INT-02")["T-INT-02", "2026-10", "", ""]
    said = wilson(2, 5)
    assert (october["low"], october["value"], october["high"]) == pytest.approx(
        (said.low * 100, 40.0, said.high * 100), abs=1e-9
    )
    assert october["small"]


def test_the_units_behind_a_number_are_the_number(con) -> None:
    """What one drills to is what was counted, state by state."""
    measure = definitions.find("T-INT-02", LAST_DAY)
    assert measure is not None
    october = results(con, "T-INT-02")["T-INT-02", "2026-10", "", ""]
    found = behind.units(con, measure, "2026-10", LAST_DAY, HARTFORD)
    states = Counter(u.state for u in found)
    assert states["met"] == october["numerator"]
    assert states["met"] + states["late"] + states["open"] + states["refused"] == october["denominator"]
    assert (states["excused"], states["left"]) == (october["excused"], october["gone"])
    late = behind.units(con, measure, "2026-09", LAST_DAY, HARTFORD, facility="f2", states=["late"])
    assert {u.facility for u in late} == {"f2"}


def test_every_measure_can_be_counted_where_there_is_nothing() -> None:
    assert results(tables(), *(m.id for m in definitions.measures(LAST_DAY))) == {}


def test_a_rate_is_over_days_in_custody() -> None:
    """Two acts in 62 days of two people: per 1,000 person-years, with Poisson's interval."""
    days = [
        {"person_id": p, "facility": "f1", "data_class": "demographics", "day": at(f"2026-10-{d:02}").date(), "unit": None,
         "stay_id": "s", "legal_status": None, "day_of_stay": d, "hours": 24.0}
        for p in ("p1", "p2") for d in range(1, 32)
    ]  # fmt: skip
    from throughcare.insight.schema import BY_NAME

    base = dict.fromkeys(BY_NAME["incident"].names)
    events = [base | {"id": f"e{n}", "person_id": "p1", "facility": "f1", "placed": True, "data_class": "mental_health", "kind": "self-harm", "drill": False, "start_at": at("2026-10-05")} for n in range(2)]  # fmt: skip
    found = results(tables(person_day=days, incident=events), "S-SH")["S-SH", "2026-10", "", ""]
    assert found["denominator"] == pytest.approx(62 / 365.25)
    assert found["value"] == pytest.approx(2 / 62 * 365250)
    assert found["low"] == pytest.approx(0.2422 / 62 * 365250, rel=0.001)
    assert found["high"] == pytest.approx(7.2247 / 62 * 365250, rel=0.001)


EMPTY = tables()


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 28),
            st.sampled_from([None, "done", "refused", "void", "excused", "converted"]),
            st.integers(-5, 5),
            st.sampled_from(["f1", "f2", None]),
            st.sampled_from(["p1", "p2", None]),
        ),
        max_size=12,
    )
)
def test_parts_add_up_and_no_numerator_exceeds_its_denominator(drawn) -> None:
    """Facilities, sexes and ages each add up to everybody; every duty is in exactly one part."""
    rows = []
    for day, outcome, hours, place, who in drawn:
        closed = f"2026-10-{day:02} {12 + hours:02}:00" if outcome else None
        rows.append(
            duty(f"2026-10-{day:02} 01:00", f"2026-10-{day:02} 12:00", closed, outcome, facility=place, person_id=who)
        )
    EMPTY.execute("DELETE FROM duty")
    for row in rows:
        EMPTY.execute(f"INSERT INTO duty VALUES ({', '.join('?' * len(row))})", list(row.values()))
    found = results(EMPTY, "T-INT-02")
    for part in definitions.STRATIFIERS:
        for name in ("denominator", "numerator", "late", "open", "refused", "excused", "gone"):
            whole = sum(r[name] for k, r in found.items() if k[2] == "")
            assert whole == sum(r[name] for k, r in found.items() if k[2] == part)
    for row in found.values():
        assert row["numerator"] + row["late"] + row["open"] + row["refused"] == row["denominator"]
        assert row["value"] is None or (row["low"] <= row["value"] + 1e-9 and row["value"] <= row["high"] + 1e-9)
    everybody = [r for k, r in found.items() if k[2] == ""]
    assert sum(r["denominator"] + r["excused"] + r["gone"] for r in everybody) == len(rows)


def test_measures_counted_together_are_those_counted_alone() -> None:
    """Doses and days are summed once for several measures, cores are one query: each number is that of its own rows."""
    person = {"person_id": "p1", "facility": "f1", "data_class": "clinical"}
    charted = [
        ("completed", "given", False),
        ("not-done", "refused", True),
        ("not-done", None, True),
        ("not-done", "held", True),
    ]
    doses = [
        person | {"id": f"x{n}", "kind": "administration", "status": status, "outcome": outcome, "not_done": not_done, "placed": True,
                  "due_at": at(f"2026-10-{n + 1:02} 08:00"), "happened_at": at(f"2026-10-{n + 1:02} 08:10")}
        for n, (status, outcome, not_done) in enumerate(charted * 3)
    ]  # fmt: skip
    days = [
        person | {"day": at(f"2026-10-{n:02} 12:00").date(), "stay_id": "s1", "day_of_stay": n, "hours": 24.0}
        for n in range(1, 11)
    ]
    harm = [person | {"id": f"i{n}", "kind": kind, "start_at": at("2026-10-03 10:00")} for n, kind in enumerate(("self-harm", "trip", "trip"))]  # fmt: skip
    asked = [person | {"id": f"c{n}", "state": "closed", "received_at": at("2026-10-02 08:00"), "triaged_at": at(f"2026-10-0{n} 09:00")} for n in (2, 4)]  # fmt: skip
    con = tables(dose=doses, person_day=days, incident=harm, communication=asked)
    chosen = ("M-ADH", "M-MISS", "S-SH", "S-ED", "S-DEATH", "A-SC1", "A-SC2")
    found = {m: r for (m, month, by, _), r in results(con, *chosen).items() if by == "" and month == "2026-10"}
    for name in chosen:
        period = periods.month_period("2026-10", LAST_DAY, HARTFORD)
        alone = running.run(con, definitions.find(name), period, strata=False)[0]
        together = found[name]
        assert (together["numerator"], together["denominator"]) == (
            alone.numerator,
            pytest.approx(alone.denominator),
        ), name
    assert (found["M-ADH"]["numerator"], found["M-MISS"]["numerator"], found["S-ED"]["numerator"]) == (3, 3, 2)
    assert found["A-SC1"]["median_minutes"] == (60 + 49 * 60) / 2
