"""Pages of who keeps the records: representatives, amendments, closings, suspensions, authorities, labels, destruction."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from tests.access.makers import CLERK, care_for, signed_in, staff
from tests.access.test_glass import actor_of, lens_of, somebody
from throughcare import ledger
from throughcare.access import actions, labels, reads
from throughcare.access.models import Amendment, Authority, Denial, Representative, Suspension
from throughcare.access.realtime import real_now
from throughcare.kernel import clock, db
from throughcare.kernel.errors import Invalid, NotFound, Refused, Stale
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import DataClass, Role
from throughcare.ledger import formats, present, verify
from throughcare.ledger import labels as ledger_labels
from throughcare.ledger.models import Version
from throughcare.people.models import Identifier

pytestmark = pytest.mark.django_db
LATER = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}"


@pytest.fixture
def keeper():
    """Who keeps the records, signed in."""
    return signed_in(staff(Role.HIM, facility=None))


def condition(person: UUID, code: str = "I10") -> UUID:
    id_ = uuid7()
    coding = {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": code}
    with db.writing(CLERK):
        ledger.record(
            type="Condition",
            id=id_,
            person_id=person,
            data_class=DataClass.CLINICAL,
            body={"resourceType": "Condition", "id": str(id_), "code": {"coding": [coding]}},
        )
    return id_


# --- representatives ------------------------------------------------------------------------------------------------------


def test_a_guardian_is_named_with_proof_shown_and_ended() -> None:
    nurse, person = staff(), somebody()
    care_for(person)
    client = signed_in(nurse)
    address = f"/people/{person}/representatives/"
    form = {"kind": "guardian", "name": "Sample-Reyes, Rosa", "relation": "mother", "until": LATER}
    answer = client.post(address, form)
    assert answer.status_code == 422 and "Sample-Reyes, Rosa" in answer.text, "what was typed is kept"
    assert client.post(address, {**form, "proof": "Birth certificate"}).status_code == 303
    page = client.get(address)
    assert "Guardian of a minor, mother" in page.text and "Birth certificate" in page.text
    row = Representative.objects.get()
    assert client.post(f"{address}{row.id}/end/", {"version": "1", "why": ""}).status_code == 422
    assert client.post(f"{address}{row.id}/end/", {"version": "1", "why": "Of age today"}).status_code == 303
    assert "Of age today" in client.get(address).text
    kept = Version.objects.filter(type="RelatedPerson", resource_id=row.id)
    assert kept.count() == 2 and formats.check().faults == []


@pytest.mark.parametrize("role", [Role.CUSTODY, Role.SCHEDULER, Role.TRANSPORT])
def test_representatives_are_not_for_those_who_do_not_treat(role: Role) -> None:
    person = somebody()
    care_for(person)
    assert signed_in(staff(role)).get(f"/people/{person}/representatives/").status_code in (403, 404)


# --- amendments -------------------------------------------------------------------------------------------------------------


def test_a_request_is_kept_answered_once_and_disagreed_with(keeper) -> None:
    from throughcare.duties.models import Duty

    person = somebody()
    assert keeper.post(f"/people/{person}/amendments/", {"what": "short", "why": "so"}).status_code == 422
    asked = {"what": "It says that I refused; I was in court.", "why": "I was not there"}
    assert keeper.post(f"/people/{person}/amendments/", asked).status_code == 303
    row = Amendment.objects.get()
    duty = Duty.objects.get(rule="AMD-01")
    assert (duty.ref, duty.closed_at) == (row.id, None)
    address = f"/people/{person}/amendments/{row.id}/"
    answer = {"version": "1", "verdict": "denied", "answer": "The pass shows that you were on the unit."}
    assert keeper.post(address, answer).status_code == 422, "a denial names its ground"
    assert keeper.post(address, {**answer, "ground": "accurate"}).status_code == 303
    assert keeper.post(address, {**answer, "ground": "accurate"}).status_code == 409
    duty.refresh_from_db()
    assert duty.closed_at is not None
    said = {"version": "2", "disagreement": "The pass is another man's."}
    assert keeper.post(address, said).status_code == 303
    page = keeper.get(f"/people/{person}/rights/")
    assert "another man" in page.text and "accurate and complete" in page.text
    assert Version.objects.filter(type="Amendment").count() == 3 and formats.check().faults == []
    with pytest.raises(IntegrityError), transaction.atomic():
        Amendment.objects.filter(id=row.id).update(answer="")


def test_an_accepted_request_needs_no_ground_and_takes_no_disagreement() -> None:
    person, him = somebody(), actor_of(staff(Role.HIM, facility=None))
    id_ = actions.ask_amendment(
        actor=him, person_id=person, what="The birth date is wrong by a year.", why="It is 1990"
    )
    actions.decide_amendment(
        actor=him, amendment_id=id_, person_id=person, version=1, accepted=True, answer="Corrected today."
    )
    with pytest.raises(Refused):
        actions.disagree_with_denial(actor=him, amendment_id=id_, person_id=person, version=2, words="But no.")
    with pytest.raises(NotFound):
        actions.disagree_with_denial(actor=him, amendment_id=id_, person_id=somebody(), version=2, words="But no.")


# --- closings, suspensions, authorities -----------------------------------------------------------------------------------


def test_a_record_is_closed_to_one_reader_and_opened_again(keeper) -> None:
    nurse, person = staff(), somebody()
    care_for(person)
    address = f"/people/{person}/closed/"
    assert keeper.post(address, {"reader": "nobody.at.all", "close_why": "His brother"}).status_code == 422
    assert keeper.post(address, {"reader": nurse.username, "close_why": "His brother"}).status_code == 303
    assert lens_of(nurse).shut(person)
    assert nurse.username in keeper.get(f"/people/{person}/rights/").text
    row = Denial.objects.get()
    assert keeper.post(f"/people/{somebody()}/closed/{row.id}/end/").status_code == 404, "another person's page"
    assert keeper.post(f"{address}{row.id}/end/").status_code == 303
    assert not lens_of(nurse).shut(person)


def test_the_accounting_is_held_back_on_a_written_request_with_an_end(keeper) -> None:
    person = somebody()
    address = f"/people/{person}/held-back/"
    form = {"requested_by": "State police", "held_why": "Letter of 2026-03-01: would impede it", "roles": ["provider"]}
    assert keeper.post(address, form).status_code == 422, "no end"
    assert keeper.post(address, {**form, "held_until": "2020-01-01"}).status_code == 422
    assert keeper.post(address, {**form, "roles": [], "held_until": LATER}).status_code == 422
    assert keeper.post(address, {**form, "held_until": LATER}).status_code == 303
    row = Suspension.objects.get()
    assert "State police" in keeper.get(f"/people/{person}/rights/").text
    assert keeper.post(f"{address}{row.id}/end/").status_code == 303
    assert keeper.post(f"{address}{row.id}/end/").status_code == 404


def test_an_authority_names_people_by_number_and_ends(keeper) -> None:
    auditor, person = staff(Role.HSA, facility=None), somebody()
    Identifier.objects.create(person_id=person, system="urn:test", value="T0000077", since=clock.now())
    form = {"reader": auditor.username, "kind": "audit", "purpose": "Audit 2026-4 of refusals", "until": LATER}
    for wrong in (
        {"people": "T0000078"},
        {"people": ""},
        {"people": "T0000077", "until": ""},
        {"people": "T0000077", "kind": "x"},
    ):
        assert keeper.post("/authorities/", {**form, **wrong}).status_code == 422, wrong
    assert keeper.post("/authorities/", {**form, "people": "T0000077"}).status_code == 303
    row = Authority.objects.get()
    assert (row.user_id, row.people, row.kind) == (auditor.id, [person], "audit")
    assert "Audit 2026-4" in keeper.get("/authorities/").text
    assert keeper.post(f"/authorities/{row.id}/end/").status_code == 303
    assert "No authority is in force" in keeper.get("/authorities/").text


@pytest.mark.parametrize("role", [Role.PROVIDER, Role.HSA, Role.CUSTODY, Role.OPERATOR, Role.PATIENT])
def test_nobody_else_reaches_these_pages(role: Role) -> None:
    if role is Role.PATIENT:
        return
    client, person = signed_in(staff(role)), somebody()
    care_for(person)
    for address in (f"/people/{person}/rights/", "/authorities/", "/findings/"):
        assert client.get(address).status_code == 403, address


# --- labels by hand ---------------------------------------------------------------------------------------------------------


def test_a_label_is_said_with_its_author_taken_back_and_a_rule_s_stays() -> None:
    doctor, person = staff(Role.PROVIDER), somebody()
    care_for(person)
    client, id_ = signed_in(doctor), condition(person)
    address = f"/people/{person}/entries/Condition/{id_}/labels/"
    assert client.post(address, {"label": "nothing"}).status_code == 422
    assert client.post(address, {"label": "SEX"}).status_code == 303
    page = client.get(address)
    assert doctor.name in page.text and "holds" in page.text
    assert labels.names_of(ledger_labels.bits("Condition", id_)) == ("SEX",)
    assert client.post(address, {"label": "SEX", "why": ""}).status_code == 422
    assert client.post(address, {"label": "SEX", "why": "Wrong entry"}).status_code == 303
    assert "taken back" in client.get(address).text
    hiv = condition(person, "B20")
    answer = client.post(f"/people/{person}/entries/Condition/{hiv}/labels/", {"label": "HIV", "why": "Not nice"})
    assert answer.status_code == 409 or "A rule gave this label" in answer.text
    assert labels.names_of(ledger_labels.bits("Condition", hiv)) == ("HIV",)


def test_an_entry_of_somebody_else_or_of_a_class_not_shown_is_not_there() -> None:
    nurse, person, other = staff(Role.DENTAL), somebody(), somebody()
    care_for(person, other)
    client, id_, hidden = signed_in(nurse), condition(other), condition(person, "F33.1")
    assert client.get(f"/people/{person}/entries/Condition/{id_}/labels/").status_code == 404
    assert client.post(f"/people/{person}/entries/Condition/{id_}/labels/", {"label": "SEX"}).status_code == 404
    assert client.get(f"/people/{person}/entries/Condition/{hidden}/labels/").status_code == 404
    assert client.get(f"/people/{person}/entries/Condition/{uuid7()}/labels/").status_code == 404


def test_a_label_with_an_end_lapses_and_what_a_rule_said_does_not() -> None:
    person = somebody()
    plain, hiv = condition(person), condition(person, "B20")
    soon = real_now() + timedelta(hours=1)
    with pytest.raises(Invalid):
        actions.say_label(actor=CLERK, kind="Condition", id=plain, label="SDV", until=real_now())
    for id_, label in ((plain, "SDV"), (hiv, "HIV")):
        actions.say_label(actor=CLERK, kind="Condition", id=id_, label=label, until=soon)
    assert ledger_labels.lapse(labels.bit_of()) == 0
    assert present.rebuild(labels.bit_of()) == 0
    with connection.cursor() as cursor:  # an hour goes by: rows can't be changed, so others are said that are over
        past = real_now() - timedelta(seconds=1)
        for id_, label in ((plain, "SDV"), (hiv, "HIV")):
            bit = labels.bit_of()[label]
            cursor.execute(
                "SELECT ledger_label_say('Condition', %s, %s, %s, 'Demo', false, %s)", [id_, label, bit, past]
            )
    assert ledger_labels.lapse(labels.bit_of()) == 1
    assert ledger_labels.bits("Condition", plain) == 0
    assert labels.names_of(ledger_labels.bits("Condition", hiv)) == ("HIV",)
    assert present.rebuild(labels.bit_of()) == 0


def test_what_an_entry_comes_labelled_with_is_said_too_and_a_rebuild_keeps_it() -> None:
    person, id_ = somebody(), uuid7()
    bits = labels.bits_of(["HIV", "PSY"])
    with db.writing(CLERK) as unit:
        unit.action = "test"
        ledger.record(
            type="Composition",
            id=id_,
            person_id=person,
            data_class=DataClass.CLINICAL,
            body={"resourceType": "Composition", "id": str(id_), "status": "final"},
            happened_at=clock.now(),
            labels=bits,
        )
    assert {one.label for one in ledger_labels.said("Composition", id_)} == {"HIV", "PSY"}
    assert present.rebuild(labels.bit_of()) == 0
    assert ledger_labels.bits("Composition", id_) == bits


# --- destroyed by order -----------------------------------------------------------------------------------------------------


def test_versions_are_destroyed_by_order_on_the_entry_s_page(keeper) -> None:
    person = somebody()
    id_ = condition(person)
    with db.writing(CLERK):
        ledger.record(
            type="Condition",
            id=id_,
            person_id=person,
            data_class=DataClass.CLINICAL,
            body={"resourceType": "Condition", "id": str(id_), "note": "later"},
        )
    page = f"/people/{person}/entries/Condition/{id_}/"
    form = {"versions": "1", "authority": "Superior Court, order of 2026-02-03", "reason": "Another person's record."}
    for wrong in ({"versions": "one"}, {"authority": "x"}, {"reason": ""}):
        assert keeper.post(f"{page}destroy/", {**form, **wrong}).status_code == 422, wrong
    assert keeper.post(f"{page}destroy/", {**form, "versions": "1 2"}).status_code == 422, "it still holds"
    assert keeper.post(f"{page}destroy/", form).status_code == 303
    assert Version.objects.get(type="Condition", version=1).body is None
    assert verify.run().broken == []
    doctor = staff(Role.PROVIDER)
    care_for(person)
    assert signed_in(doctor).post(f"{page}destroy/", form).status_code == 403
    assert "Destroy versions" not in signed_in(doctor).get(f"{page}labels/").text


def test_stale_forms_change_nothing() -> None:
    person, him = somebody(), actor_of(staff(Role.HIM, facility=None))
    id_ = actions.name_representative(
        actor=him, person_id=person, kind="conservator", name="Sample-Ames, Jo", proof="Order of 2026-01-05"
    )
    with pytest.raises(Stale):
        actions.end_representative(actor=him, representative_id=id_, person_id=person, version=7, why="Replaced")
    assert reads.staff_by_name("nobody.at.all") is None
