"""Q-GSD9, Q-CBP, Q-HIVsupp and Q-HIVscreen at every edge of their criteria."""

import pytest

from tests.insight.measures.making import (
    coded,
    condition,
    encounter,
    observation,
    order,
    patient,
    period,
    places,
    procedure,
    result,
)

LOINC, SNOMED, CPT = "http://loinc.org|", "http://snomed.info/sct|", "http://www.ama-assn.org/go/cpt|"
DIAGNOSIS = "qicore-condition-encounter-diagnosis"
DIABETES = condition("diabetes", profile=DIAGNOSIS)
VISIT = encounter()


def diabetic(*readings, born="1970-06-01"):
    return places("Q-GSD9", patient(born), VISIT, DIABETES, *readings)


@pytest.mark.parametrize(
    ("born", "inside"),
    [
        ("2008-12-31", True),
        ("2009-01-01", False),
        ("1951-01-01", True),
        ("1950-12-31", False),
        ("1950", False),
        ("1951", True),
        ("2008", True),
        ("2009-01", False),
        ("1970-06", True),
        ("", False),
    ],
)
def test_diabetes_from_18_to_75_at_the_end_of_the_period(born, inside):
    assert diabetic(born=born) == ("IDN" if inside else "")


@pytest.mark.parametrize(
    ("diabetes", "inside"),
    [
        (condition("diabetes", profile=DIAGNOSIS), True),
        (condition("diabetes"), False),
        (condition("diabetes", "2026-12-31T23:00:00Z", DIAGNOSIS), True),
        (condition("diabetes", "2027-01-01", DIAGNOSIS), False),
        (condition("diabetes", profile=DIAGNOSIS, clinical="resolved", abatementDateTime="2025-12-31"), False),
        (condition("diabetes", profile=DIAGNOSIS, clinical="resolved", abatementDateTime="2026-01-01"), True),
        (condition("diabetes", profile=DIAGNOSIS, clinical="inactive"), False),
        (condition("diabetes", profile=DIAGNOSIS, clinical="recurrence"), True),
        (condition("diabetes", profile=DIAGNOSIS, verification="entered-in-error"), False),
        (condition("diabetes", profile=DIAGNOSIS, verification="provisional"), True),
        (condition("hba1c", profile=DIAGNOSIS), False),
    ],
)
def test_which_diabetes_counts(diabetes, inside):
    assert places("Q-GSD9", patient("1970-06-01"), VISIT, diabetes) == ("IDN" if inside else "")


@pytest.mark.parametrize(
    ("visit", "inside"),
    [
        (encounter("telephone-visit"), True),
        (encounter("virtual-visit"), False),
        (encounter(f"{CPT}97804"), True),
        (encounter("office-visit", "2025-12-31T23:00:00.000Z", "2026-01-01T00:10:00.000Z"), False),
        (encounter("office-visit", "2026-12-31T23:00:00.000Z", "2026-12-31T23:59:59.999Z"), True),
        (encounter("office-visit", "2026-12-31T23:00:00.000Z", "2027-01-01T00:00:00.000Z"), False),
        (encounter("office-visit", "2026-06-01T10:00:00.000Z", None), False),
        (encounter(status="in-progress"), False),
        (encounter(status="cancelled"), False),
        (encounter(meta={"profile": ["http://example.org/other"]}), False),
    ],
)
def test_which_visit_counts(visit, inside):
    assert places("Q-GSD9", patient("1970-06-01"), visit, DIABETES) == ("IDN" if inside else "")


@pytest.mark.parametrize(
    ("readings", "poor"),
    [
        ((), True),
        ((result("hba1c", 9.0),), False),
        ((result("hba1c", 9.1),), True),
        ((result("hba1c"),), True),
        ((result("hba1c", 5, id="a"), result("hba1c", id="b")), True),
        ((result(f"{LOINC}97506-0", 7.9),), False),
        ((result("hba1c", 12, at="2026-03-01", id="a"), result(f"{LOINC}97506-0", 8, at="2026-03-02", id="b")), False),
        ((result("hba1c", 12, at="2026-03-02", id="a"), result("hba1c", 8, at="2026-03-01", id="b")), True),
        (
            (
                result("hba1c", 12, at="2026-03-02T23:00:00Z", id="a"),
                result("hba1c", 8, at="2026-03-02T01:00:00Z", id="b"),
            ),
            False,
        ),
        ((result("hba1c", 8, at="2025-12-31T23:59:59Z"),), True),
        ((result("hba1c", 8, at="2026-12-31T23:59:59Z"),), False),
        ((result("hba1c", 8, status="preliminary"),), True),
        ((result("hba1c", 8, status="corrected"),), False),
        ((result("hba1c", None, effectivePeriod=period("2025-12-30", "2026-01-02"), at=None),), True),
        ((result("hba1c", 8, effectivePeriod=period("2025-12-30", "2026-01-02"), at=None),), False),
        ((result("hba1c", 0.08, unit="1"),), False),
        ((result("hba1c", 12, unit="mmol/mol"),), False),
        ((observation("hba1c", valueQuantity={"value": 8, "code": "%"}),), True),
    ],
)
def test_the_lowest_reading_of_the_last_day_decides(readings, poor):
    assert diabetic(*readings) == ("IDN" if poor else "ID")


# --- blood pressure -------------------------------------------------------------------------------------------------------

HYPERTENSION = condition("essential-hypertension", id="h")
CLINIC = encounter(id="clinic")


def pressure(systolic, diastolic, at="2026-03-01T10:00:00.000Z", where="clinic", **more):
    parts = [
        {"code": coded(f"{LOINC}{code}"), "valueQuantity": {"value": value, "code": "mm[Hg]"}}
        for code, value in (("8480-6", systolic), ("8462-4", diastolic))
        if value is not None
    ]
    return {
        "resourceType": "Observation",
        "id": more.pop("id", "bp"),
        "meta": {"profile": ["http://hl7.org/fhir/us/core/StructureDefinition/us-core-blood-pressure"]},
        "status": "final",
        "code": coded(f"{LOINC}85354-9"),
        "effectiveDateTime": at,
        "component": parts,
        **({"encounter": {"reference": f"Encounter/{where}"}} if where else {}),
        **more,
    }


def hypertensive(*more, born="1970-06-01", disease=HYPERTENSION):
    return places("Q-CBP", patient(born), CLINIC, disease, *more)


@pytest.mark.parametrize(
    ("born", "inside"), [("2008-12-31", True), ("2009-01-01", False), ("1941-01-01", True), ("1940-12-31", False)]
)
def test_hypertension_from_18_to_85_at_the_end(born, inside):
    assert hypertensive(born=born) == ("ID" if inside else "")


@pytest.mark.parametrize(
    ("disease", "inside"),
    [
        (condition("essential-hypertension", profile=DIAGNOSIS), True),
        (condition("essential-hypertension", "2026-06-30T23:59:59.999Z"), True),
        (condition("essential-hypertension", "2026-07-01T00:00:00.000Z"), False),
        (condition("essential-hypertension", clinical="resolved", abatementDateTime="2025-12-31"), False),
        (condition("essential-hypertension", verification="refuted"), False),
        (condition("essential-hypertension", clinical=None), False),
        (condition("essential-hypertension", "2026-02-01T00:00:00.000Z", clinical=None), True),
    ],
)
def test_hypertension_before_or_in_the_first_six_months(disease, inside):
    assert hypertensive(disease=disease) == ("ID" if inside else "")


@pytest.mark.parametrize(
    ("readings", "controlled"),
    [
        ((pressure(139, 89),), True),
        ((pressure(140, 89),), False),
        ((pressure(139, 90),), False),
        ((pressure(139, None),), False),
        ((pressure(139, 89, status="entered-in-error"),), False),
        ((pressure(150, 95, "2026-03-01T08:00:00Z", id="a"), pressure(130, 95, id="b")), False),
        ((pressure(150, 85, "2026-03-01T08:00:00Z", id="a"), pressure(130, 95, id="b")), True),
        ((pressure(120, 80, "2026-03-01T08:00:00Z", id="a"), pressure(150, 95, "2026-03-02T08:00:00Z", id="b")), False),
        ((pressure(120, 80, id="a"), pressure(150, None, id="b")), False),
        ((pressure(120, 80, where=None),), True),
        ((pressure(120, 80, meta={}),), False),
    ],
)
def test_the_lowest_of_each_on_the_last_day_decides(readings, controlled):
    assert hypertensive(*readings) == ("IDN" if controlled else "ID")


def stay(kind, class_code, start="2026-05-01T10:00:00.000Z", end="2026-05-03T10:00:00.000Z", **more):
    return encounter(kind, start, end, id="stay", **{"class": {"code": class_code}}, **more)


@pytest.mark.parametrize(
    ("at", "where", "acute", "counts"),
    [
        ("2026-05-02T10:00:00.000Z", "stay", stay("inpatient", "IMP"), False),
        ("2026-05-02T10:00:00.000Z", None, stay("inpatient", "IMP"), False),
        ("2026-05-01T01:00:00.000Z", None, stay("inpatient", "IMP"), False),
        ("2026-05-04T00:00:00.000Z", None, stay("inpatient", "IMP"), True),
        ("2026-05-02T10:00:00.000Z", "clinic", stay("inpatient", "IMP"), True),
        ("2026-05-02T10:00:00.000Z", None, stay("emergency-visit", "EMER"), False),
        ("2026-05-02T10:00:00.000Z", None, stay("emergency-visit", "EMER", status="cancelled"), True),
        ("2026-05-02T10:00:00.000Z", "stay", stay("virtual-visit", "EMER"), True),
    ],
)
def test_readings_of_a_hospital_or_emergency_stay_do_not_count(at, where, acute, counts):
    assert hypertensive(acute, pressure(120, 80, at, where)) == ("IDN" if counts else "ID")


def test_as_in_the_aligned_measure_a_reading_outside_the_period_counts_where_no_stay_forbids_it():
    assert hypertensive(pressure(120, 80, "2025-10-01T08:00:00.000Z")) == "IDN"


@pytest.mark.parametrize(
    ("more", "excluded"),
    [
        (condition("pregnancy", "2026-03-01"), True),
        (condition("pregnancy", clinical="resolved", abatementDateTime="2025-12-31T23:00:00.000Z"), False),
        (condition("kidney-failure", profile=DIAGNOSIS), True),
        (condition("kidney-transplant-recipient", verification="refuted"), False),
        (condition("kidney-disease-stage-5"), True),
        (procedure("dialysis", "2001-01-01"), True),
        (procedure("kidney-transplant", "2026-12-31T23:59:59.999Z"), True),
        (procedure("kidney-transplant", "2027-01-01"), False),
        (procedure("dialysis", "2026-01-01", status="in-progress"), False),
        (procedure("dialysis", None, performedPeriod=period("2026-01-01")), False),
        (encounter("kidney-failure-monthly", "2020-01-01", "2020-01-01", id="k"), True),
        (encounter("kidney-failure-monthly", "2027-01-01", "2027-01-01", id="k"), False),
        (encounter("kidney-failure-monthly", "2026-01-01", None, id="k"), True),
    ],
)
def test_pregnancy_and_failing_kidneys_are_left_out(more, excluded):
    assert hypertensive(pressure(120, 80), more) == ("IDX" if excluded else "IDN")


def test_frailty_alone_excludes_from_81_on():
    frail = order("DeviceRequest", "frailty-device")
    assert hypertensive(frail, born="1945-12-31") == "IDX"
    assert hypertensive(frail, born="1946-01-01") == "ID"


# --- HIV ------------------------------------------------------------------------------------------------------------------

HIV = condition("hiv", profile="qicore-condition")
SEEN = encounter(start="2025-03-01T10:00:00.000Z", end="2025-03-01T11:00:00.000Z")


def load(value, at="2025-05-01", **more):
    if isinstance(value, str):
        quantity = {"valueCodeableConcept": coded(value)}
    else:
        quantity = {"valueQuantity": {"value": value, "unit": "{copies}/mL"}}
    return observation("hiv-viral-load", at, "qicore-observation", **{**quantity, **more})


@pytest.mark.parametrize(
    ("loads", "suppressed"),
    [
        ((), False),
        ((load(199.9),), True),
        ((load(200),), False),
        ((load(f"{SNOMED}260415000"),), True),
        ((load(f"{SNOMED}260988000"),), True),
        ((load(f"{SNOMED}260373001"),), False),
        ((load(20, status="registered"),), True),
        ((load(20, at="2024-12-31T23:59:59Z"),), False),
        ((load(20, at="2025-12-31T23:59:59Z"),), True),
        ((load(20, at="2025-05-01", id="a"), load(900, at="2025-05-02", id="b")), False),
        ((load(900, at="2025-05-01", id="a"), load(20, at="2025-05-02", id="b")), True),
        ((load(200, valueQuantity={"value": 200, "unit": "{copies}/mL", "comparator": "<"}),), True),
        ((load(20, valueQuantity={"value": 20, "unit": "{copies}/mL", "comparator": ">"}),), False),
        ((load(20, valueQuantity={"value": 20, "unit": "[IU]/mL"}),), False),
    ],
)
def test_the_last_viral_load_decides(loads, suppressed):
    assert places("Q-HIVsupp", patient("1980-01-01"), SEEN, HIV, *loads, year=2025) == ("IDN" if suppressed else "ID")


@pytest.mark.parametrize(
    ("onset", "start", "end", "inside"),
    [
        ("2025-03-31T23:00:00Z", "2025-03-01", "2025-03-01", True),
        ("2025-04-01", "2025-03-01", "2025-03-01", False),
        ("2020-01-01", "2025-08-29", "2025-08-29", True),
        ("2020-01-01", "2025-08-30", "2025-08-30", False),
        ("2020-01-01", "2024-12-31", "2025-01-01", False),
    ],
)
def test_hiv_known_in_90_days_and_seen_in_240(onset, start, end, inside):
    hiv = condition("hiv", onset, "qicore-condition")
    seen = encounter("preventive-service-other", start, end, status="planned")
    assert places("Q-HIVsupp", patient("1980-01-01"), seen, hiv, year=2025) == ("ID" if inside else "")


@pytest.mark.parametrize(
    ("born", "inside"), [("2011-01-01", True), ("2011-01-02", False), ("1960-01-02", True), ("1960-01-01", False)]
)
def test_screening_is_for_15_to_65_on_the_first_day(born, inside):
    assert places("Q-HIVscreen", patient(born), VISIT) == ("ID" if inside else "")


def hiv_test(at, value="negative", **more):
    return observation("hiv-test", at, "qicore-observation-lab", **({"valueString": value} if value else {}), **more)


@pytest.mark.parametrize(
    ("test", "screened"),
    [
        (hiv_test("2010-01-01"), True),
        (hiv_test("1996-06-01"), True),
        (hiv_test("1996-05-31"), False),
        (hiv_test("2026-12-31T23:00:00.000Z"), True),
        (hiv_test("2027-01-01T00:00:00.000Z"), False),
        (hiv_test("2010-01-01", None), False),
        (hiv_test("2010-01-01", status="registered"), False),
        (hiv_test("2010-01-01", status="amended"), True),
        (observation(f"{LOINC}75622-1", profile="qicore-observation-lab", valueBoolean=False), True),
        (observation("hiv-test", valueString="negative"), False),
    ],
)
def test_a_test_with_a_result_at_15_to_65_counts_whenever_it_was(test, screened):
    assert places("Q-HIVscreen", patient("1981-06-01"), VISIT, test) == ("IDN" if screened else "ID")


@pytest.mark.parametrize(
    ("hiv", "excluded"),
    [
        (condition("hiv", "2025-12-31"), True),
        (condition("hiv", "2026-01-01"), False),
        (condition("hiv", "2020-01-01", verification="refuted"), False),
        (condition("hiv", "2020-01-01", clinical="resolved"), True),
        (condition("hiv", None), False),
        (condition("hiv", None, abatementDateTime="2021-01-01"), True),
    ],
)
def test_known_hiv_is_excluded(hiv, excluded):
    assert places("Q-HIVscreen", patient("1981-06-01"), VISIT, hiv) == ("IDX" if excluded else "ID")


@pytest.mark.parametrize(
    ("died", "excepted"), [("2026-12-31T23:59:59.999Z", True), ("2027-01-01T00:00:00.000Z", False), ("2026-05", True)]
)
def test_who_died_is_excepted_unless_tested(died, excepted):
    who = patient("1981-06-01", deceasedDateTime=died)
    assert places("Q-HIVscreen", who, VISIT) == ("IDE" if excepted else "ID")
    assert places("Q-HIVscreen", who, VISIT, hiv_test("2020-01-01")) == "IDN"
