"""Q-DEP, Q-AMM, Q-REM12, Q-SRA and Q-SRY at every edge of their criteria."""

import pytest

from tests.insight.measures.making import (
    coded,
    condition,
    dispense,
    encounter,
    judged,
    observation,
    order,
    patient,
    period,
    places,
    procedure,
)

LOINC, SNOMED = "http://loinc.org|", "http://snomed.info/sct|"
NEGATIVE, POSITIVE = f"{SNOMED}428171000124102", f"{SNOMED}428181000124104"
ADULT, ADOLESCENT = f"{LOINC}73832-8", f"{LOINC}73831-0"
DIAGNOSIS = "qicore-condition-encounter-diagnosis"
REASON = "http://hl7.org/fhir/us/qicore/StructureDefinition/qicore-notDoneReason"

# --- screening for depression ---------------------------------------------------------------------------------------------

VISIT = encounter("depression-screening-visit", "2026-03-15T10:00:00.000Z", "2026-03-15T11:00:00.000Z")


def screen(answer=NEGATIVE, at="2026-03-15T10:10:00.000Z", kind=ADULT, **more):
    return observation(kind, at, **({"valueCodeableConcept": coded(answer)} if answer else {}), **more)


def screened(*more, born="1990-01-01", visit=VISIT):
    return places("Q-DEP", patient(born), visit, *more)


@pytest.mark.parametrize(
    ("born", "kind", "counts"),
    [
        ("2014-01-02", ADOLESCENT, ""),
        ("2014-01-01", ADOLESCENT, "IDN"),
        ("2014-01-01", ADULT, "ID"),
        ("2009-01-02", ADULT, "ID"),
        ("2009-01-01", ADULT, "IDN"),
        ("2009-01-01", ADOLESCENT, "IDN"),
        ("2008-01-02", ADOLESCENT, "IDN"),
        ("2008-01-01", ADOLESCENT, "ID"),
        ("2008-01-01", ADULT, "IDN"),
    ],
)
def test_which_instrument_counts_at_which_age(born, kind, counts):
    assert screened(screen(kind=kind), born=born) == counts


@pytest.mark.parametrize(
    ("at", "counts"),
    [
        ("2026-03-15T23:59:59.999Z", True),
        ("2026-03-16T00:00:00.000Z", False),
        ("2026-03-01T00:00:00.000Z", True),
        ("2026-02-28T23:59:59.999Z", False),
    ],
)
def test_screening_is_on_the_day_of_the_visit_or_up_to_14_days_before(at, counts):
    assert screened(screen(at=at)) == ("IDN" if counts else "ID")


@pytest.mark.parametrize("status", ["final", "corrected", "amended", "preliminary"])
def test_only_a_final_or_corrected_screening_counts(status):
    assert screened(screen(status=status)) == ("IDN" if status in ("final", "corrected") else "ID")


def medicine(authored="2026-03-15T10:30:00.000Z", days=30, **more):
    supply = {"expectedSupplyDuration": {"value": days, "code": "d"}}
    return order("MedicationRequest", "depression-medicine-adult", authored, dispenseRequest=supply, **more)


def referral(authored="2026-03-15T10:30:00.000Z", **more):
    return order("ServiceRequest", "depression-referral-adult", authored, **more)


@pytest.mark.parametrize(
    ("follow_up", "counts"),
    [
        ((), False),
        ((medicine(),), True),
        ((medicine(days=1),), False),
        ((medicine(days=2),), True),
        ((medicine("2026-03-16T10:30:00.000Z"),), False),
        ((medicine("2026-03-14T10:30:00.000Z"),), False),
        ((medicine(intent="plan"),), False),
        ((medicine(status="stopped"),), False),
        ((referral(),), True),
        ((referral("2026-03-17T23:00:00.000Z", status="completed"),), True),
        ((referral("2026-03-18T00:00:00.000Z"),), False),
        ((referral("2026-03-14T23:00:00.000Z"),), False),
        ((referral(status="revoked"),), False),
        ((procedure("depression-follow-up-adult", "2026-03-15T10:00:00.000Z"),), True),
        ((procedure("depression-follow-up-adult", "2026-03-15T11:00:00.001Z"),), False),
        ((procedure("depression-follow-up-adult", "2026-03-15T10:30:00.000Z", status="not-done"),), False),
        ((order("ServiceRequest", "depression-referral-adolescent"),), False),
    ],
)
def test_a_positive_screening_needs_a_follow_up_from_the_visit_on(follow_up, counts):
    assert screened(screen(POSITIVE), *follow_up) == ("IDN" if counts else "ID")


def test_follow_up_after_the_period_does_not_count():
    visit = encounter("telephone-visit", "2026-12-31T10:00:00.000Z", "2026-12-31T11:00:00.000Z")
    positive = screen(POSITIVE, "2026-12-30T10:00:00.000Z")
    assert screened(positive, referral("2026-12-31T12:00:00.000Z"), visit=visit) == "IDN"
    assert screened(positive, referral("2027-01-01T09:00:00.000Z"), visit=visit) == "ID"


def test_the_last_screening_decides():
    early, late = "2026-03-10T10:00:00.000Z", "2026-03-14T10:00:00.000Z"
    assert screened(screen(POSITIVE, early, id="a"), screen(NEGATIVE, late, id="b")) == "IDN"
    assert screened(screen(NEGATIVE, early, id="a"), screen(POSITIVE, late, id="b")) == "ID"


def not_done(reason=f"{SNOMED}720834000", issued="2026-03-15T12:00:00.000Z", kind=ADULT, **more):
    return observation(
        kind,
        None,
        "qicore-observationcancelled",
        **{
            "status": "cancelled",
            "issued": issued,
            "extension": [{"url": REASON, "valueCodeableConcept": coded(reason)}],
            **more,
        },
    )


@pytest.mark.parametrize(
    ("refusal", "excepted"),
    [
        (not_done(), True),
        (not_done("medical-reason"), True),
        (not_done("hospice-care"), False),
        (not_done(kind=ADOLESCENT), True),
        (not_done(issued="2026-03-16T00:00:00.000Z"), False),
        (
            not_done(status="final"),
            True,
        ),  # version 0.4.001 asks for the profile of what was not done, and for no status
        (not_done(extension=[]), False),
    ],
)
def test_a_refusal_or_a_medical_reason_at_the_visit_is_an_exception(refusal, excepted):
    assert screened(refusal) == ("IDE" if excepted else "ID")


def test_an_exception_ends_with_a_screening():
    assert screened(not_done(id="n"), screen(POSITIVE)) == "ID"
    assert screened(not_done(id="n"), screen(NEGATIVE)) == "IDN"


@pytest.mark.parametrize(
    ("bipolar", "excluded"),
    [
        (condition("bipolar-disorder", "2026-03-14T23:00:00Z"), True),
        (condition("bipolar-disorder", "2026-03-15"), False),
        (condition("bipolar-disorder", "2001-01-01", DIAGNOSIS), False),
        (condition("bipolar-disorder", "2001-01-01", clinical="resolved"), True),
    ],
)
def test_bipolar_disorder_before_the_visit_is_excluded(bipolar, excluded):
    assert screened(screen(), bipolar) == ("IDX" if excluded else "IDN")


# --- antidepressants ------------------------------------------------------------------------------------------------------

PLAIN = "qicore-condition"


def new_patient(*supplies, born="1980-01-01", depressed="2025-01-01", seen="2025-01-01", **more):
    who = (
        patient(born),
        condition("major-depression", depressed, PLAIN),
        encounter("psychotherapy", f"{seen}T10:00:00.000Z", f"{seen}T11:00:00.000Z", **more),
    )
    return [places("Q-AMM", *who, *supplies, year=2025, group=group) for group in (0, 1)]


def supply(on, days, **more):
    return dispense("antidepressant", on, days, **more)


@pytest.mark.parametrize(
    ("days", "acute", "continued"), [(83, False, False), (84, True, False), (179, True, False), (180, True, True)]
)
def test_84_and_180_days_of_medicine(days, acute, continued):
    assert new_patient(supply("2025-01-01", days)) == ["IDN" if acute else "ID", "IDN" if continued else "ID"]


@pytest.mark.parametrize(
    ("supplies", "acute"),
    [
        ((supply("2025-01-01", 42, id="a"), supply("2025-02-12", 42, id="b")), True),
        ((supply("2025-01-01", 42, id="a"), supply("2025-02-11", 42, id="b")), False),
        ((supply("2025-01-01", 30, id="a"), supply("2025-03-02", 54, id="b")), True),
        ((supply("2025-01-01", 30, id="a"), supply("2025-03-03", 54, id="b")), True),
        ((supply("2025-01-01", 30, id="a"), supply("2025-03-03", 90, id="b")), True),
        ((supply("2025-01-01", 30, id="a"), supply("2025-03-04", 90, id="b")), False),
        ((supply("2025-01-01", 83, id="a"), supply("2025-04-25", 30, id="b")), True),
        ((supply("2025-01-01", 83, id="a"), supply("2025-04-26", 30, id="b")), False),
        ((supply("2025-01-01", 60, id="a"), supply("2025-03-02", 60, id="b", status="cancelled")), False),
        ((supply("2025-01-01", 60, id="a"), supply("2025-03-02", 60, id="b", status="in-progress")), True),
    ],
)
def test_days_covered_twice_count_once_and_only_115_days_count(supplies, acute):
    assert new_patient(*supplies)[0] == ("IDN" if acute else "ID")


@pytest.mark.parametrize(
    ("first", "inside"), [("2024-05-01", True), ("2024-04-30", False), ("2025-04-30", True), ("2025-05-01", False)]
)
def test_the_medicine_began_from_may_to_april(first, inside):
    found = new_patient(supply(first, 10), depressed=first, seen=first)
    assert found == (["ID", "ID"] if inside else ["", ""])


@pytest.mark.parametrize(
    ("near", "inside"), [("2024-11-02", True), ("2024-11-01", False), ("2025-03-02", True), ("2025-03-03", False)]
)
def test_depression_and_a_visit_within_60_days(near, inside):
    expected = "ID" if inside else ""
    assert new_patient(supply("2025-01-01", 10), depressed=near)[0] == expected
    assert new_patient(supply("2025-01-01", 10), seen=near)[0] == expected


def test_adults_on_the_first_day_and_visits_that_took_place():
    assert new_patient(supply("2025-01-01", 10), born="2007-01-01")[0] == "ID"
    assert new_patient(supply("2025-01-01", 10), born="2007-01-02")[0] == ""
    assert new_patient(supply("2025-01-01", 10), status="arrived")[0] == "ID"
    assert new_patient(supply("2025-01-01", 10), status="planned")[0] == ""


@pytest.mark.parametrize(
    ("authored", "days", "excluded"),
    [
        ("2024-09-18", 1, True),
        ("2024-09-17", 1, False),
        ("2024-09-17", 2, True),
        ("2024-12-31", 1, True),
        ("2025-01-01", 30, False),
    ],
)
def test_an_antidepressant_in_the_105_days_before_excludes(authored, days, excluded):
    before = order(
        "MedicationRequest",
        "antidepressant",
        authored,
        dispenseRequest={"expectedSupplyDuration": {"value": days, "code": "d"}},
    )
    assert new_patient(supply("2025-01-01", 10), before)[0] == ("IDX" if excluded else "ID")


# --- remission at twelve months -------------------------------------------------------------------------------------------

DEPRESSION = condition("dysthymia", "2020-01-01", verification="confirmed")


def contact(day="2025-03-01", **more):
    return encounter("depression-contact", f"{day}T10:00:00.000Z", f"{day}T11:00:00.000Z", id="v", **more)


def phq(score, day, **more):
    return observation("phq-9", f"{day}T10:00:00.000Z", valueInteger=score, id=f"s{day}", **more)


def followed(*more, born="1980-01-01", index=None, visit=None, disease=DEPRESSION):
    return places(
        "Q-REM12",
        patient(born),
        visit or contact(),
        disease,
        index or phq(10, "2025-03-01"),
        *more,
    )


@pytest.mark.parametrize(
    ("index", "inside"),
    [
        (phq(10, "2025-03-01"), True),
        (phq(9, "2025-03-01"), False),
        (phq(10, "2025-02-22"), True),
        (phq(10, "2025-02-21"), False),
        (phq(10, "2025-03-02"), False),
        (phq(10, "2025-03-01", status="preliminary"), False),
        (observation("phq-9", "2025-03-01", valueQuantity={"value": 20, "unit": "1"}), False),
    ],
)
def test_the_index_score_is_above_9_at_the_visit_or_a_week_before(index, inside):
    assert followed(index=index) == ("ID" if inside else "")


@pytest.mark.parametrize(
    ("day", "inside"), [("2024-11-01", True), ("2024-10-31", False), ("2025-10-31", True), ("2025-11-01", False)]
)
def test_the_visit_lies_14_to_2_months_before_the_period(day, inside):
    assert followed(visit=contact(day), index=phq(15, day)) == ("ID" if inside else "")


@pytest.mark.parametrize(
    ("disease", "inside"),
    [
        (condition("major-depression-or-remission", "2025-03-01T11:00:00.000Z", verification="confirmed"), True),
        (condition("major-depression-or-remission", "2025-03-01T11:00:00.001Z", verification="confirmed"), False),
        (condition("dysthymia", "2020-01-01"), False),
        (condition("dysthymia", "2020-01-01", verification="confirmed", clinical="remission"), False),
        (condition("dysthymia", "2020-01-01", verification="confirmed", clinical="relapse"), True),
        (condition("dysthymia", "2020-01-01", DIAGNOSIS, verification="confirmed"), True),
    ],
)
def test_a_confirmed_active_depression_at_the_visit(disease, inside):
    assert followed(disease=disease) == ("ID" if inside else "")


@pytest.mark.parametrize(("born", "inside"), [("2013-03-01", True), ("2013-03-02", False)])
def test_twelve_years_at_the_index_score(born, inside):
    assert followed(born=born) == ("ID" if inside else "")


@pytest.mark.parametrize(
    ("scores", "remitted"),
    [
        ((phq(4, "2026-03-01"),), True),
        ((phq(5, "2026-03-01"),), False),
        ((phq(4, "2025-12-31"),), True),
        ((phq(4, "2025-12-30"),), False),
        ((phq(4, "2026-04-30"),), True),
        ((phq(4, "2026-05-01"),), False),
        ((phq(4, "2026-03-01"), phq(12, "2026-04-01")), False),
        ((phq(12, "2026-03-01"), phq(0, "2026-04-01")), True),
        ((phq(4, "2026-03-01", status="cancelled"),), False),
    ],
)
def test_remission_is_a_last_score_below_5_a_year_after_give_or_take_60_days(scores, remitted):
    assert followed(*scores) == ("IDN" if remitted else "ID")


@pytest.mark.parametrize(
    ("more", "excluded"),
    [
        (condition("bipolar-disorder", "2026-04-30", id="x", verification="confirmed"), True),
        (condition("bipolar-disorder", "2026-05-01", id="x", verification="confirmed"), False),
        (condition("psychotic-disorder", "2020-01-01", id="x"), False),
        (condition("pervasive-developmental-disorder", "2020-01-01", id="x", verification="confirmed"), True),
        (condition("labile-personality-disorder", id="x", verification="confirmed", clinical="resolved"), False),
        (encounter("hospice-encounter", "2024-11-01", "2024-11-01", id="x"), True),
        (encounter("hospice-encounter", "2024-10-31", "2024-10-31", id="x"), False),
        (encounter("hospice-encounter", "2026-04-30", None, id="x", status="in-progress"), True),
        (encounter("hospice-encounter", "2026-04-30", None, id="x", status="cancelled"), False),
        (encounter("palliative-encounter", "2026-04-30", None, id="x", status="in-progress"), False),
        (procedure("hospice-care", "2025-05-01", status="in-progress"), True),
        (procedure("hospice-care", "2025-05-01", status="not-done"), False),
        (procedure("palliative-care", "2025-05-01"), True),
        (order("ServiceRequest", "hospice-care", "2025-05-01", intent="reflex-order"), True),
        (order("ServiceRequest", "hospice-care", "2025-05-01", doNotPerform=True), False),
        (condition("hospice-diagnosis", "2025-05-01", id="x"), False),
        (condition("palliative-diagnosis", "2025-05-01", id="x", verification="confirmed"), True),
        (observation(f"{LOINC}71007-9", "2025-05-01"), True),
        (observation(f"{LOINC}45755-6", "2025-05-01", valueCodeableConcept=coded(f"{SNOMED}373066001")), True),
    ],
)
def test_what_excludes_from_remission(more, excluded):
    assert followed(more) == ("IDX" if excluded else "ID")


@pytest.mark.parametrize(("died", "excluded"), [("2026-04-30T23:00:00Z", True), ("2026-05-01", False)])
def test_who_died_before_the_follow_up_ended_is_excluded(died, excluded):
    who = patient("1980-01-01", deceasedDateTime=died)
    assert places("Q-REM12", who, contact(), DEPRESSION, phq(10, "2025-03-01")) == ("IDX" if excluded else "ID")


def test_the_first_high_score_is_the_index():
    second = (contact("2025-06-01", status="finished"), phq(20, "2025-06-01"))
    assert followed(*second, phq(3, "2026-02-01")) == "IDN"
    assert followed(*second, phq(3, "2026-06-01")) == "ID"


# --- suicide risk ---------------------------------------------------------------------------------------------------------

RISK = f"{SNOMED}225337009"


def depressed(year, day="03-01", id_="v1", kind="office-visit", reason="major-depression-active", **more):
    start, end = f"{year}-{day}T10:00:00.000Z", f"{year}-{day}T11:00:00.000Z"
    return encounter(kind, start, end, id=id_, **{"reasonCode": [coded(reason)], **more})


def assessed(at, **more):
    return procedure(RISK, at, **more)


def counted(name, year, *resources, born):
    counts = judged(name, patient(born), *resources, year=year)
    return [counts[f"0/{population}"] for population in ("initial-population", "denominator", "numerator")]


@pytest.mark.parametrize(
    ("at", "within"),
    [
        ("2024-03-01T10:00:00.000Z", True),
        ("2024-03-01T11:00:00.000Z", True),
        ("2024-03-01T09:59:59.999Z", False),
        ("2024-03-01T11:00:00.001Z", False),
        ("2024-03-01", False),
    ],
)
def test_risk_is_assessed_within_the_visit_to_the_moment(at, within):
    assert counted("Q-SRA", 2024, depressed(2024), assessed(at), born="1980-01-01") == [1, 1, int(within)]


def test_an_assessment_longer_than_the_visit_or_not_done_does_not_count():
    long = procedure(RISK, None, performedPeriod=period("2024-03-01T10:30:00.000Z", "2024-03-01T11:30:00.000Z"))
    undone = assessed("2024-03-01T10:30:00.000Z", status="not-done")
    assert counted("Q-SRA", 2024, depressed(2024), long, undone, born="1980-01-01") == [1, 1, 0]


@pytest.mark.parametrize(
    ("born", "adult", "youth"),
    [("2007-01-01", 1, 0), ("2007-01-02", 0, 1), ("2018-01-01", 0, 1), ("2018-01-02", 0, 0), ("2025-06-01", 0, 0)],
)
def test_17_and_over_or_6_to_16_on_the_first_day(born, adult, youth):
    assert counted("Q-SRA", 2024, depressed(2024), born=born)[0] == adult
    assert counted("Q-SRY", 2024, depressed(2024), born=born)[0] == youth


@pytest.mark.parametrize(("earlier", "visits"), [("2023-11-18", 0), ("2023-11-17", 1), ("2024-02-29", 1)])
def test_an_adult_episode_begins_after_104_days_without_a_visit(earlier, visits):
    year, day = earlier.split("-", 1)
    others = (depressed(year, day, "v0"), depressed(2024))
    assert counted("Q-SRA", 2024, *others, born="1980-01-01")[0] == visits


def test_two_visits_of_one_day_both_begin_an_episode():
    others = (depressed(2024), depressed(2024, id_="v2", kind="psychotherapy"))
    assert counted("Q-SRA", 2024, *others, born="1980-01-01")[0] == 2


@pytest.mark.parametrize(
    ("visit", "adult", "youth"),
    [
        (depressed(2024, kind="emergency-visit"), 1, 0),
        (depressed(2024, kind="telehealth-service"), 1, 0),
        (depressed(2024, kind="psychotherapy-group"), 0, 1),
        (depressed(2024, kind="psychotherapy-family"), 0, 1),
        (depressed(2024, **{"class": {"code": "IMP"}}), 0, 1),
        (depressed(2024, status="in-progress"), 0, 0),
        (depressed(2024, reason="bipolar-disorder"), 0, 0),
        (depressed(2024, reasonCode=[], diagnosis=[{"condition": {"reference": "Condition/c"}}]), 1, 1),
        (depressed(2024, reasonCode=[], diagnosis=[{"condition": {"reference": "Condition/other"}}]), 0, 0),
    ],
)
def test_which_visits_are_for_depression(visit, adult, youth):
    disease = condition("major-depression-active", None, PLAIN, id="c", clinical=None)
    assert counted("Q-SRA", 2024, visit, disease, born="1980-01-01")[0] == adult
    assert counted("Q-SRY", 2024, visit, disease, born="2010-01-01")[0] == youth


def test_every_visit_of_a_young_person_counts():
    visits = [depressed(2024, f"03-{day:02}", f"v{day}") for day in range(1, 6)]
    done = [assessed(f"2024-03-{day:02}T10:05:00.000Z", id=f"p{day}") for day in (1, 3)]
    assert counted("Q-SRY", 2024, *visits, *done, born="2010-01-01") == [5, 5, 2]
    assert counted("Q-SRY", 2024, born="2010-01-01") == [0, 0, 0]
