"""Hospice, palliative care, frailty and nursing homes: each way in, at the edges of the period, in both years' wording."""

import pytest

from tests.insight.measures.making import (
    MODELS,
    coded,
    condition,
    encounter,
    observation,
    order,
    patient,
    period,
    places,
    procedure,
)

LOINC, SNOMED = "http://loinc.org|", "http://snomed.info/sct|"
YES, NO = coded(f"{SNOMED}373066001"), coded(f"{SNOMED}373067005")
HOME_HOSPICE, FACILITY_HOSPICE = f"{SNOMED}428361000124107", f"{SNOMED}428371000124100"
DIAGNOSIS = "qicore-condition-encounter-diagnosis"


def diabetic(*more, born="1965-06-01"):
    """Say where a diabetic person with a visit and no reading counts."""
    return places("Q-GSD9", patient(born), encounter(), condition("diabetes", profile=DIAGNOSIS), *more)


def smoker(*more):
    """Say the same for a measure of 2025."""
    day = "2025-03-01T10:00:00.000Z"
    return places("Q-TOB", patient("1965-06-01"), encounter("annual-wellness-visit", day, day), *more, year=2025)


def discharged(to, end, **more):
    return encounter(
        "inpatient",
        "2025-12-20T08:00:00.000Z",
        end,
        id="i",
        hospitalization={"dischargeDisposition": coded(to)},
        **more,
    )


def test_nothing_excludes_by_itself():
    assert diabetic() == "IDN"


@pytest.mark.parametrize(
    ("resource", "excluded"),
    [
        (discharged(HOME_HOSPICE, "2026-01-01T00:00:00.000Z"), True),
        (discharged(FACILITY_HOSPICE, "2026-12-31T23:59:00.000Z"), True),
        (discharged(HOME_HOSPICE, "2025-12-31T23:59:00.000Z"), False),
        (discharged(HOME_HOSPICE, None), False),
        (discharged(f"{SNOMED}1", "2026-02-01T00:00:00.000Z"), False),
        (discharged(HOME_HOSPICE, "2026-02-01T00:00:00.000Z", status="in-progress"), False),
        (encounter("hospice-encounter", "2025-12-31T10:00:00.000Z", "2026-01-01T01:00:00.000Z", id="h"), True),
        (encounter("hospice-encounter", "2025-12-30T10:00:00.000Z", "2025-12-31T23:00:00.000Z", id="h"), False),
        (encounter("hospice-encounter", "2026-12-31T10:00:00.000Z", None, id="h"), True),
        (encounter("hospice-encounter", "2027-01-01T00:00:00.000Z", None, id="h"), False),
        (encounter("hospice-encounter", id="h", status="planned"), False),
        (encounter("hospice-encounter", id="h", meta={}), False),
        (observation(f"{LOINC}45755-6", valueCodeableConcept=YES), True),
        (observation(f"{LOINC}45755-6", valueCodeableConcept=NO), False),
        (observation(f"{LOINC}45755-6", valueCodeableConcept=YES, status="preliminary"), False),
        (observation(f"{LOINC}45755-6", valueCodeableConcept=YES, category=[]), True),
        (observation(f"{LOINC}45755-6", "2025-12-31", valueCodeableConcept=YES), False),
        (observation(f"{LOINC}45755-6", profile="qicore-observation", valueCodeableConcept=YES), False),
        (order("ServiceRequest", "hospice-care", "2026-12-31T23:00:00.000Z"), True),
        (order("ServiceRequest", "hospice-care", "2027-01-01T00:00:00.000Z"), False),
        (order("ServiceRequest", "hospice-care", status="completed", intent="filler-order"), True),
        (order("ServiceRequest", "hospice-care", status="draft"), False),
        (order("ServiceRequest", "hospice-care", intent="plan"), False),
        (procedure("hospice-care"), True),
        (procedure("hospice-care", status="not-done"), False),
        (procedure("hospice-care", None, performedPeriod=period("2025-12-01", "2026-01-01")), True),
        (procedure("hospice-care", None, performedPeriod=period("2025-12-01", "2025-12-31")), False),
        (condition("hospice-diagnosis", "2025-01-01", id="x"), True),
        (condition("hospice-diagnosis", "2025-01-01", id="x", profile=DIAGNOSIS), True),
        (condition("hospice-diagnosis", "2027-01-01", id="x"), False),
        (condition("hospice-diagnosis", "2025-01-01", id="x", verification="refuted"), False),
        (condition("hospice-diagnosis", "2025-01-01", id="x", clinical="resolved"), False),
        (
            condition("hospice-diagnosis", "2025-01-01", id="x", clinical="resolved", abatementDateTime="2026-01-01"),
            True,
        ),
        (condition("hospice-diagnosis", "2026-05-05", id="x", clinical="inactive"), True),
        (condition("hospice-diagnosis", None, id="x"), False),
        (observation(f"{LOINC}71007-9"), True),
        (condition("palliative-diagnosis", id="x"), True),
        (encounter("palliative-encounter", id="h"), True),
        (encounter("palliative-encounter", id="h", status="cancelled"), False),
        (procedure("palliative-care"), True),
        (procedure("palliative-care", "2025-12-31T23:59:59.999Z"), False),
    ],
)
def test_hospice_and_palliative_care_exclude_when_they_touch_the_period(resource, excluded):
    assert diabetic(resource) == ("IDX" if excluded else "IDN")


@pytest.mark.parametrize(
    ("resource", "excluded"),
    [
        (encounter("hospice-encounter", "2025-05-01", "2025-05-02", id="h", status="in-progress"), True),
        (encounter("hospice-encounter", "2025-05-01", "2025-05-02", id="h", status="planned"), False),
        (order("ServiceRequest", "hospice-care", "2025-05-01", intent="filler-order"), False),
        (order("ServiceRequest", "hospice-care", "2025-05-01"), True),
        (condition("hospice-diagnosis", profile=MODELS["4.1.1"], verification="refuted"), True),
        (
            observation(f"{LOINC}45755-6", "2025-05-01", "qicore-observation", valueCodeableConcept=YES),
            True,
        ),
        (
            observation(f"{LOINC}45755-6", "2025-05-01", "qicore-observation", valueCodeableConcept=YES, category=[]),
            False,
        ),
    ],
)
def test_the_measures_of_2025_read_status_and_category_in_their_own_way(resource, excluded):
    assert smoker(resource) == ("IDX" if excluded else "ID")


FRAIL = order("DeviceRequest", "frailty-device", id="f")
ILL = condition("advanced-illness", "2025-01-01", id="a")


@pytest.mark.parametrize(
    ("born", "more", "excluded"),
    [
        ("1960-12-31", (FRAIL, ILL), True),
        ("1961-01-01", (FRAIL, ILL), False),
        ("1955-01-01", (FRAIL,), False),
        ("1955-01-01", (ILL,), False),
        ("1955-01-01", (FRAIL, condition("advanced-illness", "2024-12-31", id="a")), False),
        ("1955-01-01", (FRAIL, condition("advanced-illness", "2026-12-31", id="a")), True),
        ("1955-01-01", (FRAIL, condition("advanced-illness", "2025-06-01", id="a", verification="refuted")), False),
        ("1955-01-01", (ILL, order("DeviceRequest", "frailty-device", "2025-12-31T23:59:00Z")), False),
        ("1955-01-01", (ILL, order("DeviceRequest", "frailty-device", status="cancelled")), False),
        ("1955-01-01", (ILL, order("DeviceRequest", "frailty-device", intent="proposal")), False),
        ("1955-01-01", (ILL, condition("frailty-diagnosis", id="x")), True),
        ("1955-01-01", (ILL, encounter("frailty-encounter", id="x")), True),
        (
            "1955-01-01",
            (ILL, observation("frailty-symptom", profile="qicore-simple-observation", status="preliminary")),
            True,
        ),
        ("1955-01-01", (ILL, observation("frailty-symptom")), False),
        ("1955-01-01", (ILL, observation(f"{LOINC}98181-1", valueCodeableConcept=coded("frailty-device"))), True),
        ("1955-01-01", (ILL, observation(f"{LOINC}98181-1", valueCodeableConcept=coded("frailty-symptom"))), False),
    ],
)
def test_frailty_and_advanced_illness_exclude_together_from_66_on(born, more, excluded):
    assert diabetic(*more, born=born) == ("IDX" if excluded else "IDN")


def dementia(authored, days, **more):
    supply = {"expectedSupplyDuration": {"value": days, "code": "d"}}
    return order("MedicationRequest", "dementia-medicine", authored, id="m", dispenseRequest=supply, **more)


@pytest.mark.parametrize(
    ("medicine", "excluded"),
    [
        (dementia("2025-01-01", 1), True),
        (dementia("2024-12-31", 1), False),
        (dementia("2024-12-31", 2), True),
        (dementia("2026-12-31T23:00:00Z", 30), True),
        (dementia("2026-02-01", 30, status="completed"), False),
        (dementia("2026-02-01", 30, intent="plan"), False),
        (order("MedicationRequest", "dementia-medicine", "2026-02-01", id="m"), False),
    ],
)
def test_a_medicine_for_dementia_stands_for_serious_illness_while_it_reaches_into_the_two_years(medicine, excluded):
    assert diabetic(FRAIL, medicine, born="1955-01-01") == ("IDX" if excluded else "IDN")


def housed(at, where="160734000", **more):
    value = coded(f"{SNOMED}{where}")
    return observation(f"{LOINC}71802-3", at, valueCodeableConcept=value, **more)


@pytest.mark.parametrize(
    ("born", "asked", "excluded"),
    [
        ("1960-12-31", (housed("2019-05-01"),), True),
        ("1961-01-01", (housed("2019-05-01"),), False),
        ("1955-01-01", (housed("2026-12-31T23:59:59Z"),), True),
        ("1955-01-01", (housed("2027-01-01"),), False),
        ("1955-01-01", (housed("2019-05-01"), housed("2026-01-01", "160943002", id="o2")), False),
        ("1955-01-01", (housed("2026-05-01"), housed("2026-01-01", "160943002", id="o2")), True),
        ("1955-01-01", (housed("2026-05-01", status="registered"),), False),
    ],
)
def test_the_last_answer_about_housing_counts_from_66_on(born, asked, excluded):
    assert diabetic(*asked, born=born) == ("IDX" if excluded else "IDN")
