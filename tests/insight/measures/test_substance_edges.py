"""Q-IET and Q-TOB at every edge of their criteria."""

import pytest

from tests.insight.measures.making import (
    coded,
    condition,
    dispense,
    encounter,
    observation,
    order,
    patient,
    period,
    places,
    procedure,
)

PLAIN = "qicore-condition"
CPT, ICD = "http://www.ama-assn.org/go/cpt|", "http://hl7.org/fhir/sid/icd-10-cm|"


def visit(day="2025-03-01", kind="office-visit", id_="e", **more):
    return encounter(kind, f"{day}T10:00:00.000Z", f"{day}T11:00:00.000Z", id=id_, **more)


def disorder(onset="2025-03-01T10:30:00.000Z", **more):
    return condition("substance-use-disorder", onset, PLAIN, id="sud", **more)


def treated(day, kind="substance-use-treatment", **more):
    return procedure(kind, f"{day}T12:00:00.000Z", **more)


def medicine(day, kind="substance-use-medicine-short", **more):
    return order("MedicationRequest", kind, f"{day}T12:00:00.000Z", **more)


def episode(*more, born="1990-01-01", first=None, disease=None):
    who = (patient(born), first or visit(), disease or disorder(), *more)
    return [places("Q-IET", *who, year=2025, group=group) for group in (0, 1)]


NEW, BEGUN, KEPT = ["ID", "ID"], ["IDN", "ID"], ["IDN", "IDN"]


@pytest.mark.parametrize(("born", "inside"), [("2012-01-01", True), ("2012-01-02", False)])
def test_thirteen_on_the_first_day(born, inside):
    assert episode(born=born) == (NEW if inside else ["", ""])


@pytest.mark.parametrize(
    ("day", "onset", "inside"),
    [
        ("2025-03-01", "2025-03-01T10:00:00.000Z", True),
        ("2025-03-01", "2025-03-01T11:00:00.000Z", True),
        ("2025-03-01", "2025-03-01T11:00:00.001Z", False),
        ("2025-03-01", "2025-03-01T09:59:59.999Z", False),
        ("2025-03-01", "2025-03-01", False),
        ("2025-11-14", "2025-11-14T10:30:00.000Z", True),
        ("2025-11-15", "2025-11-15T10:30:00.000Z", False),
        ("2025-01-01", "2025-01-01T10:30:00.000Z", True),
        ("2024-12-31", "2024-12-31T10:30:00.000Z", False),
    ],
)
def test_the_disorder_begins_within_a_visit_47_days_or_more_before_the_end(day, onset, inside):
    assert episode(first=visit(day), disease=disorder(onset)) == (NEW if inside else ["", ""])


def test_which_visits_begin_an_episode():
    for kind in ("detoxification-visit", "inpatient-discharge", "virtual-visit"):
        assert episode(first=visit(kind=kind)) == NEW
    assert episode(first=visit(kind="inpatient")) == ["", ""]
    assert episode(first=visit(status="triaged")) == NEW
    assert episode(first=visit(status="planned")) == ["", ""]


@pytest.mark.parametrize(
    ("earlier", "inside"),
    [
        (treated("2024-12-31"), False),
        (treated("2024-12-30"), True),
        (treated("2025-02-28"), False),
        (treated("2025-02-28", status="not-done"), True),
        (treated("2025-02-28", "psychotherapy"), False),
        (treated("2025-02-28", "substance-use-given-long"), False),
        (medicine("2025-02-28"), False),
        (medicine("2025-02-28", status="stopped"), True),
        (medicine("2025-02-28", intent="plan"), True),
        (medicine("2024-12-30", "substance-use-medicine-long"), True),
        (visit("2025-02-01", id_="b", diagnosis=[{"condition": {"reference": "Condition/sud"}}]), False),
        (visit("2025-02-01", id_="b"), True),
        (
            visit("2025-02-01", "emergency-visit", "b", diagnosis=[{"condition": {"reference": "Condition/sud"}}]),
            True,
        ),
    ],
)
def test_treatment_in_the_60_days_before_ends_the_claim_to_be_new(earlier, inside):
    assert episode(earlier) == (NEW if inside else ["", ""])


@pytest.mark.parametrize(
    ("treatment", "begun"),
    [
        (treated("2025-03-01"), True),
        (treated("2025-03-14"), True),
        (treated("2025-03-15"), False),
        (medicine("2025-03-14"), True),
        (medicine("2025-03-15"), False),
        (treated("2025-03-10", "substance-use-given-short"), True),
        (treated("2025-03-10", "psychotherapy"), True),
        (treated("2025-03-10", "psychotherapy", status="in-progress"), False),
        (
            visit("2025-03-10", "telephone-visit", "t", diagnosis=[{"condition": {"reference": "Condition/sud"}}]),
            True,
        ),
        (visit("2025-03-10", "telephone-visit", "t"), False),
        (visit("2025-03-10", "office-visit", "t", diagnosis=[{"condition": {"reference": "Condition/sud"}}]), False),
    ],
)
def test_treatment_begins_within_14_days(treatment, begun):
    assert episode(treatment) == (BEGUN if begun else NEW)


def test_the_visit_that_began_the_episode_is_not_its_treatment():
    remote = visit(kind="telephone-visit", diagnosis=[{"condition": {"reference": "Condition/sud"}}])
    assert episode(first=remote) == NEW


def test_of_two_visits_of_one_day_the_clinic_begins_the_episode_and_the_call_is_its_treatment():
    diagnosis = [{"condition": {"reference": "Condition/sud"}}]
    call = visit(kind="telephone-visit", id_="call", diagnosis=diagnosis)
    clinic = visit(id_="clinic", diagnosis=diagnosis)
    assert episode(clinic, first=call) == BEGUN
    assert episode(call, first=clinic) == BEGUN


@pytest.mark.parametrize(
    ("more", "kept"),
    [
        ((treated("2025-03-06", id="a"),), False),
        ((treated("2025-03-06", id="a"), treated("2025-04-08", id="b")), True),
        ((treated("2025-03-06", id="a"), treated("2025-04-09", id="b")), False),
        ((treated("2025-03-05", id="a"), treated("2025-03-06", id="b")), False),
        ((treated("2025-03-06", id="a"), treated("2025-03-06", id="b")), True),
        ((treated("2025-03-06", id="a"), medicine("2025-03-20", id="b")), True),
        ((medicine("2025-03-06", id="a"), medicine("2025-03-20", id="b")), True),
        ((medicine("2025-04-08", "substance-use-medicine-long"),), True),
        ((medicine("2025-04-09", "substance-use-medicine-long"),), False),
        ((medicine("2025-03-05", "substance-use-medicine-long"),), False),
        ((treated("2025-03-06", "substance-use-given-long", id="a"),), True),
    ],
)
def test_engagement_is_two_more_treatments_or_a_long_acting_medicine_in_34_days(more, kept):
    assert episode(treated("2025-03-05", id="begun"), *more) == (KEPT if kept else BEGUN)


def test_hospice_is_excluded_from_both():
    hospice = encounter("hospice-encounter", "2025-06-01", "2025-06-02", id="h")
    assert episode(treated("2025-03-05"), hospice) == ["IDX", "IDX"]


# --- tobacco --------------------------------------------------------------------------------------------------------------

USER, ABSTAINER = "tobacco-user", "tobacco-non-user"


def asked(answer, at="2025-03-01", **more):
    return observation("tobacco-screening", at, "qicore-observation", valueCodeableConcept=coded(answer), **more)


def seen(*more, born="1980-01-01", visits=None):
    who = (patient(born), *(visits or (visit(kind="annual-wellness-visit"),)), *more)
    return [places("Q-TOB", *who, year=2025, group=group) for group in (0, 1, 2)]


UNASKED, ABSTAINS = ["ID", "I", "ID"], ["IDN", "I", "IDN"]
USES, HELPED = ["IDN", "ID", "ID"], ["IDN", "IDN", "IDN"]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ((), UNASKED),
        ((asked(ABSTAINER),), ABSTAINS),
        ((asked(USER),), USES),
        ((asked("hospice-care"),), UNASKED),
        ((asked(USER, "2025-03-01", id="a"), asked(ABSTAINER, "2025-03-02", id="b")), ABSTAINS),
        ((asked(ABSTAINER, "2025-03-01", id="a"), asked("hospice-care", "2025-03-02", id="b")), UNASKED),
        ((asked(USER, "2024-12-31"),), UNASKED),
        ((asked(USER, "2025-12-31T23:59:59Z"),), USES),
        ((asked(USER, status="preliminary"),), UNASKED),
        ((asked(USER, category=[]),), UNASKED),
        ((asked(USER, None, effectivePeriod=period("2024-12-31", "2025-01-01")),), UNASKED),
    ],
)
def test_the_last_answer_of_the_period_decides(answers, expected):
    assert seen(*answers) == expected


def cessation(authored, days=None, **more):
    supply = {"dispenseRequest": {"expectedSupplyDuration": {"value": days, "code": "d"}}} if days else {}
    return order("MedicationRequest", "tobacco-medicine", authored, **supply, **more)


@pytest.mark.parametrize(
    ("help_", "helped"),
    [
        (procedure("tobacco-counselling", "2024-07-01"), True),
        (procedure("tobacco-counselling", "2024-06-30"), False),
        (procedure("tobacco-counselling", "2025-12-31T23:00:00Z"), True),
        (procedure("tobacco-counselling", "2025-05-01", status="preparation"), False),
        (condition(f"{ICD}Z71.6", "2025-05-01", PLAIN, clinical=None), True),
        (condition(f"{ICD}Z71.6", "2024-06-30", PLAIN, clinical=None), False),
        (cessation("2024-07-01"), True),
        (cessation("2024-06-30"), False),
        (cessation("2025-05-01", status="completed"), True),
        (cessation("2025-05-01", status="stopped"), False),
        (cessation("2025-05-01", intent="plan"), False),
        (cessation("2025-12-31", 30), True),
        (dispense("tobacco-medicine", "2025-05-01", 30), False),
    ],
)
def test_help_in_the_period_or_six_months_before(help_, helped):
    assert seen(asked(USER), help_) == (HELPED if helped else USES)


def test_an_active_medicine_whose_days_lie_in_the_window_helps_though_it_was_written_before():
    bounded = {"timing": {"repeat": {"boundsPeriod": period("2024-08-01", "2024-09-01")}}}
    early = order("MedicationRequest", "tobacco-medicine", "2024-06-01", dosageInstruction=[bounded])
    assert seen(asked(USER), early) == HELPED
    ended = {"timing": {"repeat": {"boundsPeriod": period("2024-06-01", "2024-09-01")}}}
    assert seen(asked(USER), {**early, "dosageInstruction": [ended]}) == USES


@pytest.mark.parametrize(
    ("visits", "inside"),
    [
        ((visit(),), False),
        ((visit(id_="a"), visit(id_="b")), True),
        ((visit(id_="a"), visit(id_="b", status="cancelled")), False),
        ((visit(id_="a"), visit("2024-12-31", id_="b")), False),
        ((visit(id_="a", kind=f"{CPT}96158"), visit(id_="b", kind="telephone-visit")), True),
        ((visit(kind=f"{CPT}99429"),), True),
        ((visit(kind="preventive-counselling-group"),), True),
        ((visit(kind="nutrition-service"),), True),
        ((visit(kind="inpatient"),), False),
        ((visit(type=[coded("office-visit", "psychotherapy")]),), False),
    ],
)
def test_two_visits_or_one_preventive_visit(visits, inside):
    assert seen(visits=visits) == (UNASKED if inside else ["", "", ""])


@pytest.mark.parametrize(("born", "inside"), [("2013-01-01", True), ("2013-01-02", False)])
def test_twelve_on_the_first_day(born, inside):
    assert seen(born=born) == (UNASKED if inside else ["", "", ""])
