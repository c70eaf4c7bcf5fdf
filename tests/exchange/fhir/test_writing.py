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
    assert office("POST", "Location", place, if_none_exist="name=x").status == 412
    changed = office("PUT", "Location?identifier=urn:x|F", place | {"identifier": [{"system": "urn:x", "value": "F"}]})
    assert changed.status == 201


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
