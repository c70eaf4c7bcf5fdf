"""What comes from outside reaches a person: whoever answers it sees it with its clock, and nobody else learns of it."""

from datetime import timedelta

import pytest
from django.test import Client

from tests.exchange.messages import START, Arrival, message
from throughcare.access import projections
from throughcare.access.models import Consent
from throughcare.duties.models import Duty
from throughcare.exchange.fhir.writing import taking
from throughcare.exchange.fhir.writing.sent import Sent
from throughcare.exchange.incoming import kinds
from throughcare.exchange.models import Incoming, Outside
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import Role
from throughcare.ledger.models import Current
from throughcare.people.models import Person

pytestmark = pytest.mark.django_db
LUIS = Arrival(unit="A", cell="101", bed="1")
NOW = START + timedelta(days=30)
HOSPITAL = Actor.feed("Sample Hospital")


@pytest.fixture(autouse=True)
def _later():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def luis(take):
    take(message("A01", LUIS))
    return Person.objects.get()


def become(role):
    client = Client()
    assert client.post("/demo/become", {"role": role.value}).status_code in (302, 303)
    return client


def send(*resources):
    writes = [
        Sent("POST", r["resourceType"], r, full_url=f"urn:uuid:{uuid7()}", place=r["resourceType"]) for r in resources
    ]
    return taking.take_in(actor=HOSPITAL, writes=writes)


def of(person):
    return {"reference": f"Patient/{person.id}"}


def request(person, **more):
    code = {"text": "Cardiology referral"}
    return {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": "order",
        "code": code,
        "subject": of(person),
        **more,
    }


def words(person, text="He takes warfarin 5 mg since May."):
    payload = [{"contentString": text}]
    return {"resourceType": "Communication", "status": "completed", "subject": of(person), "payload": payload}


def visit(person, start="2026-12-24T15:00:00Z"):
    actor = [{"actor": of(person), "status": "accepted"}]
    what = [{"text": "Cardiology"}]
    return {
        "resourceType": "Appointment",
        "status": "booked",
        "start": start,
        "serviceType": what,
        "participant": actor,
    }


def paper(person, title):
    content = [{"attachment": {"title": title}}]
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "type": {"text": title},
        "subject": of(person),
        "content": content,
    }


def waiting(kind):
    return Incoming.objects.get(kind=kind, state="waiting")


@pytest.mark.parametrize(
    ("make", "kind", "rule", "owner"),
    [
        (request, "request", "EXC-05", "provider"),
        (words, "communication", "EXC-07", "rn"),
        (visit, "appointment", "EXC-08", "scheduler"),
    ],
)
def test_what_comes_opens_a_duty_with_an_owner(luis, make, kind, rule, owner):
    send(make(luis))
    duty = Duty.objects.get(rule=rule)
    assert (duty.about, duty.owner_role, duty.person_id) == (waiting(kind).id, owner, luis.id)
    assert duty.facility_id is not None


def test_papers_that_come_together_are_read_together(luis):
    send(paper(luis, "Discharge summary"), paper(luis, "Radiology report"))
    row = waiting("document")
    assert len(row.others) == 1
    assert Duty.objects.filter(rule="EXC-09").count() == 1
    page = become(Role.PROVIDER).get(f"/exchange/incoming/{row.id}/").content.decode()
    assert "Discharge summary" in page
    assert "Radiology report" in page


def test_what_is_over_is_kept_and_waits_for_nobody(luis):
    send(request(luis, status="completed"), visit(luis, "2020-01-01T10:00:00Z"))
    assert not Incoming.objects.exists()


def test_of_somebody_who_is_not_held_the_records_office_hears(luis):
    stranger = send({"resourceType": "Patient", "name": [{"family": "Sample-Far", "given": ["Al"]}]})[0].id
    assert Duty.objects.get(rule="EXC-11").owner_role == "him"
    send(request(Person.objects.get(id=stranger)))
    assert Duty.objects.get(rule="EXC-05").owner_role == "him"


def test_it_is_answered_and_the_answer_taken_back_with_the_first_clock(luis):
    send(words(luis))
    row, nurse = waiting("communication"), become(Role.RN)
    first = Duty.objects.get(rule="EXC-07").due_at
    listed = nurse.get("/exchange/incoming/").content.decode()
    assert "Message" in listed
    assert "Ortiz" in listed
    address = f"/exchange/incoming/{row.id}/"
    assert "warfarin" in nurse.get(address).content.decode()
    refused = nurse.post(f"{address}answer/", {"intent": str(uuid7()), "answer": "not_ours", "words": ""})
    assert refused.status_code == 422
    told = {"intent": str(uuid7()), "answer": "acted", "words": "INR ordered."}
    assert nurse.post(f"{address}answer/", told).status_code == 303
    row.refresh_from_db()
    assert (row.state, row.words) == ("acted", "INR ordered.")
    assert Duty.objects.get(rule="EXC-07").outcome == "done"
    with clock.frozen(NOW + timedelta(minutes=3)):
        nurse.post(f"{address}reopen/", {"intent": str(uuid7())})
    again = Duty.objects.get(rule="EXC-07", closed_at=None)
    assert again.due_at == first


def test_not_for_us_is_no_care_that_was_given(luis):
    send(request(luis))
    row, doctor = waiting("request"), become(Role.PROVIDER)
    told = {"intent": str(uuid7()), "answer": "not_ours", "words": "Meant for another clinic."}
    doctor.post(f"/exchange/incoming/{row.id}/answer/", told)
    assert Duty.objects.get(rule="EXC-05").outcome == "excused"


def test_who_may_not_read_it_neither_sees_nor_answers_it(luis):
    send(request(luis), visit(luis))
    scheduler = become(Role.SCHEDULER)
    listed = scheduler.get("/exchange/incoming/").content.decode()
    assert "Visit outside" in listed
    assert "Cardiology referral" not in listed
    ask = f"/exchange/incoming/{waiting('request').id}/"
    assert scheduler.get(ask).status_code == 404
    told = {"intent": str(uuid7()), "answer": "seen", "words": ""}
    assert scheduler.post(f"{ask}answer/", told).status_code == 404
    nurse = become(Role.RN)
    assert nurse.post(f"{ask}answer/", told).status_code == 422
    assert waiting("request").state == "waiting"
    assert become(Role.CUSTODY).get("/exchange/incoming/").status_code == 403


def test_a_date_outside_is_cut_whatever_its_sender_calls_the_visit(luis):
    body = {**visit(luis), "id": "1", "meta": {"source": "urn:throughcare:sender:sample-hospital"}}
    assert projections.cut(body, "place_time") is None
    assert "start" not in (projections.cut(body, "no_offsite_date") or {})
    asked = {
        **request(luis, occurrenceDateTime="2026-12-24"),
        "id": "2",
        "meta": {"source": "https://hospital.example"},
    }
    assert "occurrenceDateTime" not in (projections.cut(asked, "summary") or {})
    for duty in Duty.objects.filter(rule="EXC-08"):
        assert "2026-12-24" not in str(duty.facts)


def consent(person):
    code = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"}]}
    return {
        "resourceType": "Consent",
        "status": "active",
        "scope": code,
        "category": [code],
        "patient": of(person),
        "dateTime": "2026-11-01T10:00:00Z",
        "policyRule": {"text": "Release of information"},
        "provision": {"type": "permit", "period": {"end": "2027-05-01"}},
    }


def test_a_consent_opens_nothing_until_it_is_accepted_as_a_form_of_ours(luis):
    """EXC-10: the lens asks consents on record alone."""
    id_ = send(consent(luis))[0].id
    assert not Consent.objects.filter(person_id=luis.id).exists()
    row, him = waiting("consent"), become(Role.HIM)
    address = f"/exchange/incoming/{row.id}/"
    page = him.get(address).content.decode()
    assert "Accept the consent" in page
    assert "2027-05-01" in page
    form = {
        "intent": str(uuid7()),
        "kind": "release_to_provider",
        "agreed": "yes",
        "language": "en",
        "form_version": "x",
    }
    assert him.post(f"{address}accept/", form).status_code == 422
    assert not Consent.objects.filter(person_id=luis.id).exists()
    whole = {**form, "classes": ["clinical"], "roles": ["community"], "purpose": "care", "expires_at": "2027-05-01"}
    assert become(Role.RN).post(f"{address}accept/", whole).status_code == 403
    assert him.post(f"{address}accept/", whole).status_code == 303
    given = Consent.objects.get(person_id=luis.id)
    assert (given.classes, given.roles, given.agreed) == (["clinical"], ["community"], True)
    assert Duty.objects.get(rule="EXC-10").outcome == "done"
    kept = Outside.objects.get(id=id_)
    assert kept.version == 2
    assert Current.objects.get(type="Consent", resource_id=id_).status == "active"


def test_a_consent_from_outside_says_who_discloses_and_who_receives():
    """42 CFR 2.31(a) by FHIR: the custodian tells, the recipient is told; one is never taken for the other."""
    from throughcare.exchange.incoming import deciding

    def actor(code: str, name: str) -> dict:
        role = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "code": code}]}
        return {"role": role, "reference": {"display": name}}

    sent = consent(Person(id=uuid7()))
    sent["provision"]["actor"] = [actor("CST", "Demo-Programme"), actor("IRCP", "Sample Clinic"), {"reference": {}}]
    sent["performer"] = [{"display": "Sample, Ann"}]
    said = deciding.proposed(sent)
    assert (said["disclosers"], said["recipient"], said["signed_by"]) == (
        "Demo-Programme",
        "Sample Clinic",
        "Sample, Ann",
    )
    assert deciding.proposed({**sent, "provision": {}, "organization": [{"display": "House"}]})["disclosers"] == "House"


def test_a_consent_is_refused_with_the_reason(luis):
    send(consent(luis))
    row, him = waiting("consent"), become(Role.HIM)
    address = f"/exchange/incoming/{row.id}/refuse/"
    assert him.post(address, {"intent": str(uuid7()), "why": ""}).status_code == 422
    assert him.post(address, {"intent": str(uuid7()), "why": "Not signed."}).status_code == 303
    assert not Consent.objects.filter(person_id=luis.id).exists()
    assert Current.objects.get(type="Consent", resource_id=row.about_id).status == "rejected"


def test_an_empty_list_says_what_comes_next(luis):
    assert "Nothing from outside waits for you." in become(Role.RN).get("/exchange/incoming/").content.decode()


@pytest.mark.parametrize(
    "odd", [{}, {"payload": 3, "note": "x", "reason": {}}, {"code": [], "category": [{}], "start": 7}]
)
def test_whatever_its_sender_wrote_can_be_told(odd):
    for kind in kinds.KIND_OF:
        body = {"resourceType": kind, "status": "active", **odd}
        kinds.told(body)
        kinds.title(body)
        kinds.wanted(body, NOW)
