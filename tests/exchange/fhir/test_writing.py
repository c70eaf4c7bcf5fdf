"""Writes: what is sent is kept as it was sent, once, by whoever may send it; what can't be is named, and nothing stands."""

import gzip
import json
from collections import Counter
from decimal import Decimal

import pytest

PATIENT = {
    "resourceType": "Patient",
    "identifier": [{"system": "urn:oid:1.2.3", "value": "W-1"}],
    "name": [{"family": "Sample-Rivers", "given": ["Ada"]}],
    "gender": "female",
    "birthDate": "1980-02-03",
}


def observation(person, **more):
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [
            {
                "coding": [
                    {"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}
                ]
            }
        ],
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}], "text": "Heart rate"},
        "subject": {"reference": f"Patient/{person}"},
        "effectiveDateTime": "2026-11-17T10:00:00Z",
        "valueQuantity": {"value": 72, "unit": "/min", "system": "http://unitsofmeasure.org", "code": "/min"},
        **more,
    }


@pytest.fixture
def office(door_of):
    return door_of("him")


@pytest.fixture
def person(office):
    return office("POST", "Patient", PATIENT).json["id"]


def kept(kind, id_):
    from throughcare.exchange.fhir import exact
    from throughcare.ledger.models import Version
    from throughcare.ledger.present import opened

    row = Version.objects.filter(type=kind, resource_id=id_).order_by("-version").first()
    return exact.kept(opened(row.body, row.digest, (row.resource_id, row.subject), sealed=False))


def expressions(reply):
    assert reply.json["resourceType"] == "OperationOutcome", reply.body[:300]
    return {e for issue in reply.json["issue"] for e in issue.get("expression", [])}


def test_a_patient_is_registered_unverified_and_kept_as_sent(office):
    from throughcare.people.models import Person

    reply = office("POST", "Patient", PATIENT | {"multipleBirthInteger": 2})
    assert reply.status == 201
    assert reply.headers["ETag"] == 'W/"1"'
    assert reply.headers["Location"].endswith(f"/Patient/{reply.json['id']}/_history/1")
    assert "Last-Modified" in reply.headers
    assert Person.objects.get(id=reply.json["id"]).family == "Sample-Rivers"
    assert reply.json["multipleBirthInteger"] == 2
    again = office("POST", "Patient", PATIENT)
    assert (again.status, again.json["id"]) == (200, reply.json["id"])


def test_an_observation_stands_in_the_chart_and_keeps_its_words_and_digits(office, person):
    from throughcare.chart.models import Observation

    body = json.dumps(observation(person, method={"text": "by hand"})).replace('"value": 72', '"value": 72.20')
    reply = office("POST", "Observation", body.encode())
    assert reply.status == 201
    assert b'"value":72.20' in reply.body
    row = Observation.objects.get(id=reply.json["id"])
    assert row.value == Decimal("72.20")
    assert kept("Observation", row.id)["method"] == {"text": "by hand"}


def test_a_change_is_guarded_and_the_chart_follows(office, person):
    from throughcare.chart.models import Observation

    id_ = office("POST", "Observation", observation(person)).json["id"]
    new = observation(person, id=id_, status="corrected")
    new["valueQuantity"]["value"] = 80
    assert office("PUT", f"Observation/{id_}", new, if_match='W/"7"').status == 412
    reply = office("PUT", f"Observation/{id_}", new, if_match='W/"1"')
    assert (reply.status, reply.headers["ETag"]) == (200, 'W/"2"')
    assert Observation.objects.get(id=id_).value == 80
    assert office("PUT", f"Observation/{id_}", new | {"id": "other"}).status == 400
    assert office("PUT", "Observation/0198c0de-0000-7000-8000-000000000000", new).status in (400, 404)


def test_on_a_condition_it_is_created_once(office):
    place = {"resourceType": "Location", "name": "East clinic", "identifier": [{"system": "urn:x", "value": "E"}]}
    condition = {"if_none_exist": "identifier=urn:x|E"}
    first = office("POST", "Location", place, **condition)
    second = office("POST", "Location", place, **condition)
    assert [first.status, second.status] == [201, 200]
    assert first.json["id"] == second.json["id"]
    office("POST", "Location", place)
    assert office("POST", "Location", place, **condition).status == 412
    assert office("POST", "Location", place, if_none_exist="nonsense=x").status == 400
    assert office("POST", "Location", place, if_none_exist="_sort=name").status == 412
    assert office("POST", "Location", place, if_none_exist="name=").status == 412
    changed = office("PUT", "Location?identifier=urn:x|F", place | {"identifier": [{"system": "urn:x", "value": "F"}]})
    assert changed.status == 201


def test_a_condition_asks_by_any_search_parameter(office, person):
    place = {"resourceType": "Location", "name": "Zinnia annex", "status": "active"}
    by_name = {"if_none_exist": "name=Zinnia&status=active"}
    first = office("POST", "Location", place, **by_name)
    again = office("POST", "Location", place | {"description": "another"}, **by_name)
    assert [first.status, again.status] == [201, 200]
    assert again.json == first.json
    seen = observation(person)
    asked = {"if_none_exist": f"patient=Patient/{person}&code=http://loinc.org|8867-4&date=2026-11-17"}
    made, known = office("POST", "Observation", seen, **asked), office("POST", "Observation", seen, **asked)
    assert [made.status, known.status] == [201, 200]
    assert known.json["id"] == made.json["id"]
    office("POST", "Observation", seen)
    several = office("POST", "Observation", seen, **asked)
    assert several.status == 412
    assert several.json["issue"][0]["code"] == "multiple-matches"
    changed = office("PUT", "Location?name=Zinnia", place | {"description": "behind the gym"})
    assert (changed.status, changed.json["id"]) == (200, first.json["id"])


def test_a_conditional_reference_asks_by_any_search_parameter(office, person):
    made = office("POST", "Location", {"resourceType": "Location", "name": "Zinnia annex"}).json["id"]
    visit = {
        "resourceType": "Appointment",
        "status": "booked",
        "start": "2026-12-01T10:00:00Z",
        "end": "2026-12-01T10:30:00Z",
        "participant": [
            {"actor": {"reference": f"Patient/{person}"}, "status": "accepted"},
            {"actor": {"reference": "Location?name=Zinnia"}, "status": "accepted"},
        ],
    }
    reply = office("POST", "Appointment", visit)
    assert reply.status == 201, reply.body
    assert reply.json["participant"][1]["actor"]["reference"] == f"Location/{made}"
    visit["participant"][1]["actor"]["reference"] = "Location?name=Nowhere"
    assert office("POST", "Appointment", visit).status == 412


def test_a_condition_finds_nothing_that_the_lens_hides(office, person, door_of):
    """What another person's or a sealed record says fits no condition of a sender who may not see it."""
    from throughcare import ledger
    from throughcare.kernel import db
    from throughcare.kernel.actor import Actor
    from throughcare.kernel.ids import uuid7
    from throughcare.kernel.vocabulary import DataClass

    hidden = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "urn:x", "code": "zz1"}]},
    }
    with db.writing(Actor.system("test")):
        ledger.record(type="Observation", id=uuid7(), person_id=person, data_class=DataClass.PSYCHOTHERAPY, body=hidden)
    provider = door_of("provider")
    sent = observation(person) | {"code": hidden["code"]}
    reply = provider("POST", "Observation", sent, if_none_exist=f"patient={person}&code=urn:x|zz1")
    assert reply.status == 201, reply.body


def changed(kind, person):
    """Give a resource of each family that the outside may send and change, and what is changed in it."""
    subject = {"reference": f"Patient/{person}"}
    match kind:
        case "Observation":
            return observation(person), {"status": "amended"}
        case "QuestionnaireResponse":
            return {"status": "completed", "subject": subject, "questionnaire": "urn:x:q"}, {"status": "amended"}
        case "DocumentReference":
            page = {"contentType": "text/plain", "data": "aGVsbG8="}
            return {"status": "current", "subject": subject, "content": [{"attachment": page}]}, {
                "status": "superseded"
            }
        case "Immunization":
            given = {"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "140"}]}
            return (
                {"status": "completed", "patient": subject, "vaccineCode": given, "occurrenceDateTime": "2026-10-01"},
                {"status": "entered-in-error"},
            )
        case "Appointment":
            times = {"start": "2026-12-01T10:00:00Z", "end": "2026-12-01T10:30:00Z"}
            return (
                {"status": "booked", **times, "participant": [{"actor": subject, "status": "accepted"}]},
                {"status": "cancelled"},
            )
        case "ServiceRequest":
            return {"status": "active", "intent": "order", "subject": subject}, {"status": "revoked"}
        case "CommunicationRequest":
            return {"status": "active", "subject": subject}, {"status": "revoked"}
    return {"status": "completed", "subject": subject}, {"status": "entered-in-error"}


FAMILIES = (
    "Observation", "QuestionnaireResponse", "DocumentReference", "Immunization", "Appointment", "ServiceRequest",
    "CommunicationRequest", "Communication",
)  # fmt: skip


@pytest.mark.parametrize("kind", FAMILIES)
def test_each_family_that_the_outside_may_write_is_changed_under_if_match(office, person, kind):
    sent, change = changed(kind, person)
    made = office("POST", kind, {"resourceType": kind, **sent})
    assert made.status == 201, made.body
    new = {"resourceType": kind, **sent, **change, "id": made.headers["Location"].split("/")[-3]}
    assert office("PUT", f"{kind}/{new['id']}", new, if_match='W/"9"').status == 412
    reply = office("PUT", f"{kind}/{new['id']}", new, if_match=made.headers["ETag"])
    assert (reply.status, reply.headers["ETag"]) == (200, 'W/"2"'), reply.body
    assert kept(kind, new["id"])["status"] == change["status"]
    stale = office("PUT", f"{kind}/{new['id']}", new, if_match=made.headers["ETag"])
    assert (stale.status, stale.json["issue"][0]["code"]) == (412, "conflict")


@pytest.mark.parametrize("kind", ["AllergyIntolerance", "Condition", "DiagnosticReport", "Encounter"])
def test_what_becomes_a_line_of_the_chart_is_not_written_over(office, person, kind):
    said = {e["type"]: e for e in office("GET", "metadata").json["rest"][0]["resource"]}[kind]
    assert {"create"} <= {one["code"] for one in said["interaction"]}
    assert "update" not in {one["code"] for one in said["interaction"]}
    assert "Send what is new as a resource of its own." in said["documentation"]
    id_ = "0198c0de-0000-7000-8000-000000000000"
    for path in (f"{kind}/{id_}", f"{kind}?identifier=urn:x|1"):
        reply = office("PUT", path, {"resourceType": kind, "id": id_})
        assert reply.status == 405
        assert "PUT" not in reply.headers["Allow"]
        assert reply.json["issue"][0]["diagnostics"].endswith("Send what is new as a resource of its own.")
    code = {"text": "Asthma"}
    body = {"resourceType": "Condition", "id": id_, "subject": {"reference": f"Patient/{person}"}, "code": code}
    entry = {"resource": body, "request": {"method": "PUT", "url": f"Condition/{id_}"}}
    bundle = office("POST", "", {"resourceType": "Bundle", "type": "batch", "entry": [entry]}).json
    assert bundle["entry"][0]["response"]["status"].startswith("405")


def test_the_same_intent_is_done_once(office, person):
    key = {"idempotency_key": "0198c0de-1111-7000-8000-000000000000"}
    first = office("POST", "Observation", observation(person), **key)
    second = office("POST", "Observation", observation(person), **key)
    assert first.json["id"] == second.json["id"]
    assert office("POST", "Observation", observation(person, status="amended"), **key).status == 409


@pytest.mark.parametrize(
    ("wish", "kind"), [("representation", "Observation"), ("minimal", ""), ("OperationOutcome", "OperationOutcome")]
)
def test_the_answer_is_what_the_client_prefers(office, person, wish, kind):
    reply = office("POST", "Observation", observation(person), prefer=f"return={wish}")
    assert (reply.json["resourceType"] if reply.body else "") == kind


def test_what_is_wrong_is_named(office, person):
    assert expressions(office("POST", "Observation", observation(person, colour="red"))) == {"Observation.colour"}
    assert expressions(office("POST", "Observation", observation(person, status="banana"))) == {"Observation.status"}
    nobody = observation("0198c0de-0000-7000-8000-00000000000f")
    assert office("POST", "Observation", nobody).status == 422
    assert office("POST", "Patient", observation(person)).status == 400
    assert office("POST", "Task", {"resourceType": "Task", "status": "draft", "intent": "order"}).status in (404, 405)
    assert office("POST", "Observation", b"{").status == 400
    assert office("POST", "Observation", b"<a/>", content_type="application/fhir+xml").status == 415


def test_who_may_not_write_does_not(office, person, door_of):
    assert door_of("provider")("POST", "Observation", observation(person)).status == 201
    assert door_of("provider")("POST", "Patient", PATIENT).status == 403
    assert door_of("custody")("POST", "Observation", observation(person)).status in (403, 404)
    assert door_of("dental")("POST", "Claim", {"resourceType": "Claim"}).status in (403, 422)


def test_a_consent_is_pending_until_it_is_accepted(office, person):
    consent = {
        "resourceType": "Consent",
        "status": "active",
        "scope": {
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"}]
        },
        "category": [{"coding": [{"system": "http://loinc.org", "code": "59284-0"}]}],
        "patient": {"reference": f"Patient/{person}"},
        "policyRule": {"text": "opt in"},
    }
    reply = office("POST", "Consent", consent, prefer="return=representation")
    assert reply.status == 201
    assert kept("Consent", reply.headers["Location"].split("/")[-3])["status"] == "proposed"


def test_a_transaction_is_whole_or_nothing(office):
    from throughcare.people.models import Person

    people = Person.objects.count()
    patient = {"fullUrl": "urn:uuid:1", "resource": PATIENT, "request": {"method": "POST", "url": "Patient"}}
    seen = observation("x") | {"subject": {"reference": "urn:uuid:1"}}
    entry = {"fullUrl": "urn:uuid:2", "resource": seen, "request": {"method": "POST", "url": "Observation"}}
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry, patient]}
    wrong = entry | {"resource": seen | {"subject": {"reference": "urn:uuid:9"}}}
    refused = office("POST", "", bundle | {"entry": [patient, wrong]})
    assert refused.status == 422
    assert Person.objects.count() == people
    reply = office("POST", "", bundle)
    assert reply.status == 200, reply.body
    assert [e["response"]["status"] for e in reply.json["entry"]] == ["201 Created", "201 Created"]
    there = reply.json["entry"][1]["response"]["location"].split("/")[1]
    here = reply.json["entry"][0]["response"]["location"].split("/")[1]
    assert kept("Observation", here)["subject"]["reference"] == f"Patient/{there}"


def test_a_batch_does_each_by_itself(office, person):
    good = {"resource": observation(person), "request": {"method": "POST", "url": "Observation"}}
    bad = {"resource": observation(person, colour="red"), "request": {"method": "POST", "url": "Observation"}}
    gone = {"request": {"method": "DELETE", "url": f"Patient/{person}"}}
    bundle = {"resourceType": "Bundle", "type": "batch", "entry": [bad, good, gone]}
    reply = office("POST", "", bundle)
    assert [e["response"]["status"][:3] for e in reply.json["entry"]] == ["422", "201", "405"]


LAB = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-lab"


def claiming(person):
    """An Observation that says it follows the profile of laboratory results, and is a pulse."""
    resource = observation(person, meta={"profile": [LAB]}, category=[{"text": "pulse"}])
    return {"resource": resource, "request": {"method": "POST", "url": "Observation"}}


def test_what_an_entry_claims_is_checked_in_a_transaction(office, person):
    good = {"resource": observation(person), "request": {"method": "POST", "url": "Observation"}}
    reply = office("POST", "", {"resourceType": "Bundle", "type": "transaction", "entry": [good, claiming(person)]})
    assert reply.status == 422
    assert expressions(reply) == {"Bundle.entry[1].resource.category"}
    alone = office("POST", "Observation", claiming(person)["resource"])
    assert (alone.status, expressions(alone)) == (422, {"Observation.category"})


def test_what_an_entry_claims_is_checked_in_a_batch_and_the_others_stand(office, person):
    good = {"resource": observation(person), "request": {"method": "POST", "url": "Observation"}}
    reply = office("POST", "", {"resourceType": "Bundle", "type": "batch", "entry": [claiming(person), good]})
    assert [e["response"]["status"][:3] for e in reply.json["entry"]] == ["422", "201"]
    said = reply.json["entry"][0]["response"]["outcome"]["issue"]
    assert {e for one in said for e in one["expression"]} == {"Bundle.entry[0].resource.category"}


def test_one_unreadable_entry_of_a_batch_hides_no_other(office, person):
    """What stops the judging of the whole lets nothing through: each other entry is judged by itself."""

    def entry(**more):
        return {"resource": observation(person, **more), "request": {"method": "POST", "url": "Observation"}}

    entries = [entry(colour="red"), entry(status="banana"), claiming(person), entry()]
    reply = office("POST", "", {"resourceType": "Bundle", "type": "batch", "entry": entries})
    assert [e["response"]["status"][:3] for e in reply.json["entry"]] == ["422", "422", "422", "201"]
    many = [entry(status="banana", category=[{"text": str(n)}]) for n in range(120)]
    reply = office("POST", "", {"resourceType": "Bundle", "type": "batch", "entry": many})
    assert {e["response"]["status"][:3] for e in reply.json["entry"]} == {"422"}


@pytest.mark.parametrize("folder", ["r4_2019", pytest.param("r4_uscore_hiv", marks=pytest.mark.long)])
def test_a_record_of_synthea_comes_in_whole(office, shared, folder):
    from throughcare.ledger.models import Current

    paths = sorted((shared / "corpora/synthea" / folder).glob("*.json.gz"), key=lambda path: path.stat().st_size)
    first = [path for path in paths if path.name.startswith(("hospital", "practitioner"))]
    patients = [path for path in paths if path not in first][:1]
    before = Counter(Current.objects.values_list("type", flat=True))
    sent, answered = Counter(), Counter()
    for path in [*sorted(first), *patients]:
        raw = gzip.decompress(path.read_bytes())
        reply = office("POST", "", raw)
        assert reply.status == 200, reply.body[:500]
        for entry, told in zip(json.loads(raw)["entry"], reply.json["entry"], strict=True):
            answered[told["response"]["status"]] += 1
            sent[entry["resource"]["resourceType"]] += 1
    after = Counter(Current.objects.values_list("type", flat=True))
    print(f"\n{folder}: {dict(answered)}, {dict(sent)}")
    assert set(answered) <= {"201 Created", "200 OK"}
    new = {kind: after[kind] - before[kind] for kind in sent}
    assert {kind: new[kind] for kind in sent if kind not in NAMED} == {
        kind: n for kind, n in sent.items() if kind not in NAMED
    }
    pid = next(
        e["response"]["location"] for e in reply.json["entry"] if e["response"]["location"].startswith("Patient/")
    )
    for kind in ("Observation", "Claim", "Encounter", "Immunization"):
        found = office.get(kind, patient=pid.split("/_history")[0], _summary="count", _total="accurate")
        here = sum(e["resource"]["resourceType"] == kind for e in json.loads(raw)["entry"])
        assert found.json["total"] == here, kind


@pytest.mark.long
def test_all_records_of_synthea_come_into_one_house(office, shared):
    """Both sets, one after the other: every entry of every Bundle is answered 201 or 200, and counts are equal."""
    from throughcare.ledger.models import Current

    folders = [shared / "corpora/synthea" / name for name in ("r4_2019", "r4_uscore_hiv")]
    paths = [path for folder in folders for path in sorted(folder.glob("*.json.gz"), key=_patients_last)]
    before = Counter(Current.objects.values_list("type", flat=True))
    sent, answered, wrong = Counter(), Counter(), []
    for path in paths:
        raw = gzip.decompress(path.read_bytes())
        reply = office("POST", "", raw)
        assert reply.status == 200, (path.name, reply.body[:500])
        for entry, told in zip(json.loads(raw)["entry"], reply.json["entry"], strict=True):
            answered[told["response"]["status"]] += 1
            sent[entry["resource"]["resourceType"]] += 1
            if told["response"]["status"][:3] not in ("200", "201"):
                wrong.append((path.name, told["response"]))
    new = Counter(Current.objects.values_list("type", flat=True)) - before
    print(f"\n{len(paths)} Bundles, {sum(sent.values())} resources: {dict(answered)}, {dict(sent)}")
    assert not wrong, wrong[:5]
    assert {k: new[k] for k in sent if k not in NAMED} == {k: n for k, n in sent.items() if k not in NAMED}


def _patients_last(path):
    return not path.name.startswith("hospital"), not path.name.startswith("practitioner"), path.name


# What a Bundle names by a condition may come twice, and is kept once.
NAMED = {"Practitioner", "Organization", "Location"}


def test_what_is_answered_to_a_write_is_what_a_read_gives(office, person):
    """The answer is made of what was kept, and nothing is read for it: it must not differ by a byte."""
    spoken = observation(person, meta={"security": [{"system": "urn:x", "code": "ETH"}], "tag": [{"code": "mine"}]})
    for sent in (observation(person, valueQuantity={"value": 7.1, "unit": "1"}), spoken):
        made = office("POST", "Observation", sent)
        read = office.get(f"Observation/{made.json['id']}")
        assert (made.status, read.status) == (201, 200)
        assert made.body == read.body
        assert made.headers["ETag"] == read.headers["ETag"]
        assert made.headers["Last-Modified"] == read.headers["Last-Modified"]
    told = office(
        "PUT", f"Observation/{made.json['id']}", {**observation(person, status="amended"), "id": made.json["id"]}
    )
    assert told.body == office.get(f"Observation/{made.json['id']}").body
    codes = [one["code"] for one in told.json["meta"]["security"]]
    assert "ETH" in codes, "what was once said of it stands, though the change did not say it again"
