"""Aligned measures over custody's own people: who was held long enough, and the same cores over warehouse rows."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.insight.measures.warehouse import at, opened, put, stayed, year
from throughcare.insight.measures import codes, definitions, histories, periods, running
from throughcare.kernel import content

ICD, LOINC, RXNORM = "http://hl7.org/fhir/sid/icd-10-cm|", "http://loinc.org|", codes.RXNORM


@pytest.fixture(scope="module")
def engine():
    with opened() as con:
        yield con


@pytest.fixture
def con(engine):
    engine.begin()
    yield engine
    engine.rollback()


def whole(con, name):
    number = running.run(con, definitions.find(name), year(), strata=False)[0]
    return number.numerator, number.denominator, number.excluded


def person(con, born=date(1980, 1, 1), first="2025-10-01", last="2026-12-31", name="p1", **more):
    put(con, "person", id=name, birth_date=born, **more)
    stayed(con, name, first, last)
    return name


def ill(con, code, onset="2020-01-01 00:00", status="active", **more):
    put(
        con,
        "condition",
        person_id="p1",
        codes=[ICD + code],
        status=status,
        start_at=at(onset),
        start_precision="day",
        **more,
    )


def measured(con, code, value, when="2026-06-01 09:00", unit="%", **more):
    return put(
        con,
        "observation",
        person_id="p1",
        codes=[LOINC + code],
        status="final",
        start_at=at(when),
        start_precision="instant",
        end_at=at(when),
        end_precision="instant",
        value_number=value,
        value_unit=unit,
        **more,
    )


@pytest.mark.parametrize(
    ("first", "last", "counts"),
    [
        ("2026-03-15", "2026-12-31", True),
        ("2026-03-16", "2026-12-31", False),
        ("2025-01-01", "2026-12-30", False),
        ("2025-01-01", "2026-12-31", True),
    ],
)
def test_only_who_was_held_on_the_last_day_and_for_four_fifths_of_the_period_counts(con, first, last, counts):
    person(con, first=first, last=last)
    ill(con, "E11.9")
    assert whole(con, "Q-GSD9") == ((1, 1, 0) if counts else (0, 0, 0))


def test_a_short_period_asks_for_90_days_before(con):
    person(con, first="2026-10-15")
    ill(con, "E11.9")
    quarter = periods.Period(date(2026, 10, 15), date(2026, 12, 31), year().zone, year().now)
    assert running.run(con, definitions.find("Q-GSD9"), quarter, strata=False)[0].denominator == 0
    stayed(con, "p2", "2026-09-01", "2026-12-31")
    put(con, "person", id="p2", birth_date=date(1980, 1, 1))
    put(con, "condition", person_id="p2", codes=[ICD + "E10.1"], status="active", start_at=at("2020-01-01 00:00"))
    assert running.run(con, definitions.find("Q-GSD9"), quarter, strata=False)[0].denominator == 1


@pytest.mark.parametrize(("value", "poor", "good"), [(9.1, 1, 0), (9.0, 0, 0), (8.0, 0, 0), (7.9, 0, 1), (None, 1, 0)])
def test_control_of_diabetes(con, value, poor, good):
    person(con)
    ill(con, "E11.65")
    if value is not None:
        measured(con, "4548-4", value)
    assert whole(con, "Q-GSD9") == (poor, 1, 0)
    assert whole(con, "Q-GSD8") == (good, 1, 0)


def test_a_glucose_management_indicator_is_a_reading_and_another_illness_is_not_diabetes(con):
    person(con)
    ill(con, "E78.5")
    assert whole(con, "Q-GSD9") == (0, 0, 0)
    ill(con, "E11.9")
    measured(con, "97506-0", 7.0)
    assert whole(con, "Q-GSD9") == (0, 1, 0)


@pytest.mark.parametrize(("born", "counts"), [(date(2008, 12, 31), 1), (date(2009, 1, 1), 0), (date(1950, 12, 31), 0)])
def test_the_ages_are_the_aligned_measures(con, born, counts):
    person(con, born)
    ill(con, "E11.9")
    assert whole(con, "Q-GSD9")[1] == counts


@pytest.mark.parametrize(
    ("when", "counts"),
    [
        ("2025-12-31 23:59", False),
        ("2026-01-01 00:00", True),
        ("2026-12-31 23:59", True),
        ("2027-01-01 00:00", False),
    ],
)
def test_a_reading_belongs_to_the_local_day_it_was_taken(con, when, counts):
    person(con)
    ill(con, "E11.9")
    measured(con, "4548-4", 7.0, when)
    assert whole(con, "Q-GSD9") == (0 if counts else 1, 1, 0)


def test_palliative_care_is_left_out(con):
    person(con)
    ill(con, "E11.9")
    ill(con, "Z51.5", "2026-05-01 00:00")
    assert whole(con, "Q-GSD9") == (0, 0, 1)


def pressure(con, systolic, diastolic, when="2026-06-01 09:00"):
    identity = measured(con, "85354-9", None, when, unit=None)
    for part, (code, value) in enumerate((("8480-6", systolic), ("8462-4", diastolic)), 1):
        measured(con, code, value, when, "mm[Hg]", id=identity, part=part)


@pytest.mark.parametrize(
    ("systolic", "diastolic", "wide", "strict"), [(139, 89, 1, 0), (129, 79, 1, 1), (140, 80, 0, 0), (120, 90, 0, 0)]
)
def test_control_of_blood_pressure(con, systolic, diastolic, wide, strict):
    person(con)
    ill(con, "I10")
    pressure(con, systolic, diastolic)
    assert whole(con, "Q-CBP") == (wide, 1, 0)
    assert whole(con, "Q-CBP130") == (strict, 1, 0)


def test_a_pressure_of_last_year_does_not_count_and_pregnancy_is_left_out(con):
    person(con)
    ill(con, "I10")
    pressure(con, 120, 70, "2025-12-30 09:00")
    assert whole(con, "Q-CBP") == (0, 1, 0)
    ill(con, "Z34.90", "2026-02-01 00:00")
    assert whole(con, "Q-CBP") == (0, 0, 1)


@pytest.mark.parametrize(
    ("onset", "value", "expected"),
    [
        ("2026-10-01 00:00", 20, (1, 1, 0)),
        ("2026-10-02 00:00", 20, (0, 0, 0)),
        ("2020-01-01 00:00", 200, (0, 1, 0)),
        ("2020-01-01 00:00", None, (0, 1, 0)),
    ],
)
def test_viral_suppression_of_who_is_known_for_90_days(con, onset, value, expected):
    person(con)
    ill(con, "B20", onset)
    if value is not None:
        measured(con, "20447-9", value, unit="copies/mL")
    assert whole(con, "Q-HIVsupp") == expected


def doses(con, medicine, first, days, name="p1"):
    for number in range(days):
        when = at(first) + timedelta(days=number)
        put(
            con,
            "dose",
            kind="administration",
            status="completed",
            outcome="given",
            person_id=name,
            codes=[RXNORM + medicine],
            due_at=when,
            happened_at=when,
        )


@pytest.mark.parametrize(("days", "hit"), [(84, 1), (83, 0)])
def test_given_days_of_an_antidepressant_count_and_not_fills(con, days, hit):
    person(con)
    ill(con, "F33.1", "2026-02-01 00:00")
    doses(con, "36437", "2026-02-15 08:00", days)
    assert whole(con, "Q-AMM") == (hit, 1, 0)


def test_an_antidepressant_is_not_new_within_105_days_and_not_judged_before_its_days_have_passed(con):
    person(con)
    ill(con, "F33.1", "2026-10-01 00:00")
    doses(con, "36437", "2026-10-01 08:00", 5)
    assert whole(con, "Q-AMM")[1] == 0


@pytest.mark.parametrize(("score", "remitted"), [(4, 1), (5, 0), (None, 0)])
def test_remission_a_year_after_a_high_score(con, score, remitted):
    person(con)
    ill(con, "F32.1")
    measured(con, "44261-6", 15, "2025-10-05 09:00", unit=None)
    if score is not None:
        measured(con, "44261-6", score, "2026-10-05 09:00", unit=None)
    assert whole(con, "Q-REM12") == (remitted, 1, 0)


@pytest.mark.parametrize(
    ("ended", "tested", "expected"),
    [
        (None, "2026-03-05 09:00", (1, 1, 0)),
        (None, "2026-03-14 23:59", (1, 1, 0)),
        (None, "2026-03-15 00:00", (0, 1, 0)),
        (None, "2026-02-28 10:00", (0, 1, 0)),
        (None, None, (0, 1, 0)),
        ("2026-03-07 23:59", "2026-03-05 09:00", (0, 0, 0)),
        ("2026-03-08 00:00", "2026-03-05 09:00", (1, 1, 0)),
    ],
)
def test_tested_at_intake(con, ended, tested, expected):
    stay = {"ended_at": at(ended)} if ended else {}
    put(con, "stay", person_id="p1", status="open", admitted_at=at("2026-03-01 10:00"), **stay)
    if tested:
        measured(con, "56888-1", None, tested)
    assert whole(con, "Q-HIVscreen") == expected


def test_who_is_known_to_have_hiv_needs_no_test(con):
    put(con, "stay", person_id="p1", status="open", admitted_at=at("2026-03-01 10:00"))
    ill(con, "Z21")
    assert whole(con, "Q-HIVscreen") == (0, 0, 1)


@pytest.mark.parametrize(("missed", "hit"), [(0, 1), (7, 1), (8, 0)])
def test_opioid_treatment_without_a_gap_of_eight_days(con, missed, hit):
    person(con)
    doses(con, "6813", "2026-02-01 08:00", 90)
    doses(con, "6813", (at("2026-02-01 08:00") + timedelta(days=90 + missed)).strftime("%Y-%m-%d 04:00"), 110)
    assert whole(con, "Q-POD") == (hit, 1, 0)


def test_a_monthly_medicine_reaches_over_its_month(con):
    person(con)
    for month in range(2, 9):
        doses(con, "1996184", f"2026-{month:02}-01 08:00", 1)
    assert whole(con, "Q-POD") == (1, 1, 0)


def test_who_left_custody_before_180_days_is_not_judged(con):
    person(con, last="2026-07-01")
    doses(con, "6813", "2026-02-01 08:00", 100)
    assert whole(con, "Q-POD")[1] == 0


def test_every_list_of_custody_is_a_list_that_some_core_asks_for():
    named = {row["id"] for row in content.rows("measures/lists.toml", "list")}
    own = {"hcv-test", "hepatitis-c", "opioid-medicine", "opioid-medicine-monthly"}
    for row in content.rows("measures/custody_lists.toml", "list"):
        assert row["id"] in named | own, row["id"]
        found = codes.open_list(row["id"])
        assert found.codes or found.begins, row["id"]


def test_a_list_of_medicines_holds_their_products():
    found = codes.open_list("antidepressant")
    assert f"{RXNORM}36437" in found.codes and len(found.codes) > 200
    assert not found.holds(f"{RXNORM}6813")


def test_every_measure_that_does_not_wait_has_code():
    for definition in definitions.every():
        if definition.core.startswith("quality."):
            assert callable(histories.judge_of(definition))
        elif not definition.waits_for:
            assert "SELECT" in running.query(definition)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from(["done", "refused", "void", None]), st.integers(-3, 3), st.booleans()), max_size=12
    )
)
def test_no_numerator_exceeds_its_denominator_and_strata_add_up(engine, rows):
    con = engine
    con.begin()
    try:
        for name, sex in (("p1", "female"), ("p2", "male")):
            put(con, "person", id=name, sex=sex, birth_date=date(1990, 5, 5))
        due = at("2026-03-01 14:00")
        for outcome, late, first in rows:
            put(
                con,
                "duty",
                rule="IHA-01",
                person_id="p1" if first else "p2",
                facility="a" if late > 0 else "b",
                opened_at=due - timedelta(days=1),
                due_at=due,
                closed_at=due + timedelta(hours=late) if outcome else None,
                outcome=outcome,
            )
        found = running.run(con, definitions.find("A-IHA"), year())
        for number in found:
            assert 0 <= number.numerator <= number.denominator
        for name in definitions.STRATIFIERS:
            strata = [n for n in found if n.stratifier == name]
            for part in ("numerator", "denominator", "excluded"):
                assert sum(getattr(n, part) for n in strata) == getattr(found[0], part), name
        assert len(running.evidence(con)) == len(rows)
    finally:
        con.rollback()
