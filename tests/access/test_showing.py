"""Projections only remove; labels are spliced on the way out; deny beats allow."""

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.access.makers import CLERK, care_for
from throughcare.access import conditions, labels, lenses, matrix, projections
from throughcare.access.showing import Kept, show
from throughcare.kernel import db
from throughcare.kernel.ids import uuid7
from throughcare.kernel.lens import Grant, Lens
from throughcare.kernel.vocabulary import DataClass, Role, Verb

CALM = settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])
TYPES = [
    "Condition", "Observation", "MedicationRequest", "MedicationAdministration", "Appointment", "Flag", "Composition",
    "Consent", "Patient", "Unheard",
]  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
NAMES = [
    "status", "code", "note", "medicationCodeableConcept", "start", "end", "participant", "extension", "text", "dosage",
    "valueQuantity", "period", "reasonCode", "dispenseRequest",
]  # fmt: skip


@st.composite
def bodies(draw: Any) -> dict[str, Any]:
    body = draw(st.dictionaries(st.sampled_from(NAMES), JSON, max_size=8))
    if not isinstance(body.get("participant", []), list):
        del body["participant"]
    body["participant"] = [p for p in body.get("participant", []) if isinstance(p, dict) and "actor" not in p]
    if not isinstance(body.get("dispenseRequest", {}), dict):
        del body["dispenseRequest"]
    return {"resourceType": draw(st.sampled_from(TYPES)), "id": "x", "meta": {"versionId": "1"}, **body}


def is_cut_of(part: Any, whole: Any) -> bool:
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(k in whole and is_cut_of(v, whole[k]) for k, v in part.items())
    if isinstance(part, list):
        rest = iter(whole) if isinstance(whole, list) else iter(())
        return all(any(is_cut_of(one, other) for other in rest) for one in part)
    return bool(part == whole)


@CALM
@given(body=bodies(), name=st.sampled_from(sorted(projections.PROJECTIONS)))
def test_a_projection_only_removes_and_says_so(body: dict[str, Any], name: str) -> None:
    found = projections.cut(body, name)
    if found is None:
        return
    tag = found["meta"]["tag"].pop()
    found["meta"].pop("tag")
    assert tag["code"] == "SUBSETTED"
    assert is_cut_of(found, body)


def test_a_type_that_a_projection_does_not_name_is_absent() -> None:
    unheard = {"resourceType": "Unheard", "id": "x"}
    assert {n for n in projections.PROJECTIONS if projections.cut(unheard, n)} == {"no_offsite_date"}


def test_every_condition_of_the_matrix_is_defined_and_every_cut_is_declared() -> None:
    assert set(matrix.load_matrix().conditions) == set(conditions.CONDITIONS)
    cuts = {c.projection for c in conditions.CONDITIONS.values() if c.projection}
    assert cuts <= set(projections.PROJECTIONS)
    assert all(c.meaning.endswith(".") for c in conditions.CONDITIONS.values())


def test_an_unknown_condition_stops_the_start() -> None:
    with pytest.raises(LookupError):
        conditions.require_known("horoscope")


def test_a_keep_on_person_card_never_names_the_medicine() -> None:
    order = {
        "resourceType": "MedicationRequest",
        "id": "x",
        "status": "active",
        "medicationCodeableConcept": {"text": "lithium"},
        "dispenseRequest": {"validityPeriod": {"end": "2026-01-12"}, "quantity": {"value": 30}},
        "reasonCode": [{"text": "bipolar"}],
    }
    assert "lithium" not in str(projections.cut(order, "kop_card")) and "bipolar" not in str(
        projections.cut(order, "kop_card")
    )


def test_an_appointment_s_place_and_time_do_not_name_the_clinician() -> None:
    visit = {
        "resourceType": "Appointment",
        "id": "x",
        "start": "2026-01-12T09:40:00Z",
        "serviceType": [{"text": "Psychiatry"}],
        "participant": [{"actor": {"reference": "Practitioner/p"}}, {"actor": {"reference": "Location/l"}}],
    }
    shown = projections.cut(visit, "place_time")
    assert (
        shown is not None
        and "Practitioner" not in str(shown)
        and "Psychiatry" not in str(shown)
        and "Location/l" in str(shown)
    )


# --- labels -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("system", "code", "gives", "into"),
    [
        ("icd10", "B20", {"HIV"}, DataClass.INFECTION),
        ("icd10", "F11.20", {"SUD", "OPIOIDUD"}, None),
        ("icd10", "F33.1", {"MH", "BH"}, None),
        ("icd10", "B18.2", set(), DataClass.INFECTION),
        ("icd10", "I10", set(), None),
        ("note", "psychotherapy", {"PSYTHPN", "MH"}, DataClass.PSYCHOTHERAPY),
        ("programme", "opioid_treatment_programme", {"SUD", "42CFRPart2", "NORDSCLCD"}, DataClass.PART2),
    ],
)
def test_codes_bring_labels_by_rule(system: str, code: str, gives: set[str], into: DataClass | None) -> None:
    found = labels.by_codes([(system, code)])
    assert ({label for label, _ in found.labels}, found.data_class) == (gives, into)
    assert set(labels.names_of(found.bits)) == gives


def test_a_rule_never_moves_an_entry_out_of_a_narrower_class() -> None:
    assert labels.class_of([("icd10", "B20")], DataClass.CLINICAL) is DataClass.INFECTION
    assert labels.class_of([("icd10", "B20")], DataClass.MENTAL_HEALTH) is DataClass.MENTAL_HEALTH
    assert labels.class_of([("note", "psychotherapy")], DataClass.CLINICAL) is DataClass.CLINICAL


def lens(role: Role, **more: Any) -> Lens:
    return lenses.make(uuid4(), "Demo", role, facilities=None, **more)


def entry(cls: DataClass, *said: str, **body: Any) -> Kept:
    whole = {
        "resourceType": "Condition",
        "id": "x",
        "code": {"coding": [{"code": "1"}], "text": "why"},
        "note": [{"text": "n"}],
    }
    return Kept("Condition", uuid4(), 3, cls, {**whole, **body}, uuid4(), None, labels.bits_of(said))


def test_whole_for_a_provider_cut_for_a_dentist_and_absent_for_an_officer() -> None:
    fact = entry(DataClass.CLINICAL)
    whole, cut = show(lens(Role.PROVIDER), fact), show(lens(Role.DENTAL), fact)
    assert whole is not None and (whole.cuts, whole.etag) == ((), 'W/"3"')
    assert cut is not None and (cut.cuts, cut.etag) == (("summary",), 'W/"3-summary"')
    assert "note" not in cut.body and "text" not in cut.body["code"]
    assert show(lens(Role.CUSTODY), fact) is None


@pytest.mark.django_db
def test_a_label_asks_for_its_class_as_well() -> None:
    """A problem labelled HIV is closed to whoever may read problems but not HIV."""
    assert show(lens(Role.SUD), entry(DataClass.CLINICAL)) is not None
    assert show(lens(Role.SUD), entry(DataClass.CLINICAL, "HIV")) is None
    assert show(lens(Role.PROVIDER), entry(DataClass.CLINICAL, "HIV")) is not None
    assert show(lens(Role.PROVIDER), entry(DataClass.CLINICAL, "42CFRPart2")) is None


def test_labels_leave_the_house_in_meta_security_and_are_not_in_the_bytes() -> None:
    fact = entry(DataClass.CLINICAL, "HIV")
    shown = show(lens(Role.PROVIDER), fact)
    assert shown is not None
    assert [c["code"] for c in shown.body["meta"]["security"]] == ["R", "HIV"]
    assert "meta" not in fact.body


ALL = st.sampled_from(list(DataClass))


@CALM
@given(
    role=st.sampled_from(list(Role)),
    cls=ALL,
    said=st.sets(st.sampled_from(["HIV", "MH", "SDV", "42CFRPart2", "SEX", "PSYTHPN"])),
    opened=st.booleans(),
    reasoned=st.booleans(),
)
def test_deny_beats_allow(role: Role, cls: DataClass, said: set[str], opened: bool, reasoned: bool) -> None:
    """Whatever opens a record, a denial closes it; whatever the class allows, a label may take back and never give."""
    from throughcare.access.ports import CARE

    CARE.fill(care_for())
    person = uuid4()
    fact = Kept(
        "Condition", uuid4(), 1, cls, {"resourceType": "Condition", "id": "x"}, person, None, labels.bits_of(said)
    )
    plain = Kept("Condition", uuid4(), 1, cls, {"resourceType": "Condition", "id": "x"}, person)
    people = frozenset({person})
    full = {c: (Grant(frozenset(Verb)),) for c in DataClass}
    open_to_all = Lens(
        uuid4(),
        "Demo",
        role,
        None,
        grants=full,
        opened=people if opened else frozenset(),
        reasoned=people if reasoned else frozenset(),
    )
    assert show(open_to_all, fact) is not None
    from dataclasses import replace

    denied = replace(open_to_all, denied=people)
    assert show(denied, fact) is None
    assert not any(denied.may(v, c, person_id=person) for v in Verb for c in DataClass)
    without = replace(open_to_all, opened=frozenset(), grants={c: g for c, g in full.items() if c is not cls})
    assert show(without, plain) is None


# --- the ledger -----------------------------------------------------------------------------------------------------------------


def problem(code: str) -> dict[str, Any]:
    return {
        "resourceType": "Condition",
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": code}]},
    }


def keep(code: str, reason: str = "") -> Any:
    from throughcare import ledger

    id_, person = uuid7(), uuid7()
    with db.writing(CLERK) as work:
        work.action = "test.keep"
        ledger.record(
            type="Condition",
            id=id_,
            person_id=person,
            data_class=DataClass.CLINICAL,
            body={**problem(code), "id": str(id_)},
        )
    return id_


@pytest.mark.django_db
def test_the_ledger_labels_by_rule_what_is_written_and_says_which_rule() -> None:
    from django.db import connection

    from throughcare.ledger import labels as ledger_labels

    id_ = keep("B20")
    assert labels.names_of(ledger_labels.bits("Condition", id_)) == ("HIV",)
    with connection.cursor() as cursor:
        cursor.execute("SELECT label, by, until FROM ledger_label WHERE id = %s", [id_])
        assert cursor.fetchall() == [("HIV", "rule hiv-diagnosis", None)]
        cursor.execute("SELECT data_class FROM ledger_current WHERE id = %s", [id_])
        assert cursor.fetchone() == ("infection",)


@pytest.mark.django_db
def test_an_author_labels_higher_and_takes_back_what_they_said() -> None:
    from throughcare.access import actions
    from throughcare.ledger import labels as ledger_labels

    id_ = keep("I10")
    actions.say_label(actor=CLERK, kind="Condition", id=id_, label="SDV")
    assert labels.names_of(ledger_labels.bits("Condition", id_)) == ("SDV",)
    actions.take_label_back(actor=CLERK, kind="Condition", id=id_, label="SDV", why="Wrong person")
    assert ledger_labels.bits("Condition", id_) == 0


@pytest.mark.django_db
def test_what_a_rule_said_no_author_takes_back() -> None:
    from throughcare.access import actions
    from throughcare.kernel.errors import Refused

    id_ = keep("B20")
    with pytest.raises(Refused):
        actions.take_label_back(actor=CLERK, kind="Condition", id=id_, label="HIV", why="Not nice")
