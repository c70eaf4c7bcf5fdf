"""What clients of other makers send that is odd and still means something: addresses, headers, numbers, bare codes."""

import gzip
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from tests.exchange.fhir.conftest import Door

pytestmark = pytest.mark.slow
GENDERS = "http://hl7.org/fhir/administrative-gender"
LAB = "urn:example:laboratory"


@pytest.fixture
def him(door_of: Callable[..., Door]) -> Door:
    """Give the records office, which may send."""
    return door_of("him")


def someone(door: Door) -> str:
    """Give somebody's reference."""
    return f"Patient/{door.get('Patient', _count=1).resources[0]['id']}"


def glucose(about: str, number: str, **more: Any) -> dict[str, Any]:
    """Write a measurement as a laboratory's own record sends it."""
    return {
        "resourceType": "Observation",
        "status": "final",
        "identifier": [{"system": LAB, "value": number}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "2345-7"}], "text": "Glucose"},
        "subject": {"reference": about},
        "effectiveDateTime": "2026-11-17T10:00:00Z",
        "valueQuantity": {"value": 101, "unit": "mg/dL", "system": "http://unitsofmeasure.org", "code": "mg/dL"},
        **more,
    }


@pytest.mark.parametrize("query", ["gender=male&", "&gender=male", "gender=male&&_count=200", "gender=male&family"])
def test_stray_marks_in_a_query_say_nothing(him: Door, query: str) -> None:
    found = him("GET", f"Patient?{query}")
    assert found.status == 200, found.body
    assert found.resources and all(r["gender"] == "male" for r in found.resources)


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/fhir+json; fhirVersion=4.0", 200),
        ("application/fhir+json;fhirVersion=3.0", 406),
        ("application/fhir+json;fhirVersion=3.0, application/fhir+json", 200),
        ("application/fhir+json;q=0", 406),
        ("application/fhir+json;q=0.5, application/fhir+xml", 200),
        ("application/json+fhir", 200),
        ("text/html, */*;q=0.1", 200),
        ("image/png", 406),
    ],
)
def test_what_is_accepted(him: Door, accept: str, status: int) -> None:
    assert him("GET", someone(him), accept=accept).status == status


@pytest.mark.parametrize(
    ("word", "status"),
    [("", 200), ("json", 200), ("application/fhir+json", 200), ("application/fhir%2Bjson;fhirVersion=4.0", 200),
     ("application/fhir%2Bjson;fhirVersion=5.0", 406), ("xml", 406)],
)  # fmt: skip
def test_the_format_in_the_address(him: Door, word: str, status: int) -> None:
    assert him("GET", f"{someone(him)}?_format={word}").status == status


def test_a_body_of_another_release_is_not_read(him: Door) -> None:
    sent = glucose(someone(him), "r3")
    answer = him("POST", "Observation", sent, content_type="application/fhir+json; fhirVersion=3.0")
    assert answer.status == 415 and "4.0" in answer.json["issue"][0]["diagnostics"]
    assert him("POST", "Observation", sent, content_type="application/fhir+json; fhirVersion=4.0").status == 201


def test_a_bare_code_is_of_its_own_system_and_of_no_other(him: Door) -> None:
    every = {r["id"] for r in him.get("Patient", _count=200).resources}
    men = {r["id"] for r in him.get("Patient", _count=200, gender="male").resources}

    def found(**asked: str) -> set[str]:
        return {r["id"] for r in him.get("Patient", _count=200, **asked).resources}

    assert men and men < every
    assert found(gender=f"{GENDERS}|male") == men
    assert found(gender=f"{GENDERS}|") == every
    assert found(gender="http://loinc.org|male") == set()
    assert found(gender="http://loinc.org|") == set()
    assert found(**{"gender:not": f"{GENDERS}|male"}) == every - men
    assert found(**{"gender:not": "http://loinc.org|male"}) == every


def test_whoever_is_not_said_to_have_died_is_alive(him: Door) -> None:
    every = {r["id"] for r in him.get("Patient", _count=200).resources}
    dead = {r["id"] for r in him.get("Patient", _count=200, deceased="true").resources}
    assert {r["id"] for r in him.get("Patient", _count=200, deceased="false").resources} == every - dead


def test_a_read_on_condition_that_it_is_not_there(him: Door) -> None:
    about = someone(him)
    assert him("GET", about, **{"if-none-match": "*"}).status == 304


@pytest.mark.parametrize(
    "form", ["{q}", "?{q}", "Observation?{q}", "/Observation?{q}", "http://testserver/fhir/Observation?{q}"]
)
def test_a_conditional_create_however_the_condition_is_written(him: Door, form: str) -> None:
    sent = glucose(someone(him), "one")
    first = him("POST", "Observation", sent)
    assert first.status == 201
    again = him("POST", "Observation", sent, **{"if-none-exist": form.format(q=f"identifier={LAB}|one")})
    assert (again.status, again.json["id"]) == (200, first.json["id"])


def test_a_condition_on_another_type_is_refused(him: Door) -> None:
    refused = him("POST", "Observation", glucose(someone(him), "two"), **{"if-none-exist": "Patient?identifier=x"})
    assert refused.status == 400 and "another type" in refused.json["issue"][0]["diagnostics"]


@pytest.mark.parametrize("value", [b"1e30", b"5e-24", b"0.10", b"1E2", b"-7.50"])
def test_a_number_comes_back_as_it_was_sent(him: Door, value: bytes) -> None:
    """However large, small or exact: HL7's own examples have such."""
    import json
    from decimal import Decimal

    import orjson

    body = orjson.dumps(glucose(someone(him), "three")).replace(b'"value":101', b'"value":' + value)
    made = him("POST", "Observation", body)
    assert made.status == 201, made.body
    read = json.loads(him("GET", f"Observation/{made.json['id']}").body, parse_float=Decimal, parse_int=Decimal)
    assert read["valueQuantity"]["value"] == Decimal(value.decode())


@pytest.mark.parametrize(
    ("asked", "there"), [("100", False), ("1e2", True), ("101", True), ("9.5e1", False), ("1.01e2", True)]
)
def test_how_exact_a_number_is_asked_for(him: Door, asked: str, there: bool) -> None:
    """R4, 3.1.1.4.8: 100 is 99.5 up to 100.5, and 1e2 is 95 up to 105."""
    made = him("POST", "Observation", glucose(someone(him), "four")).json["id"]
    found = him.get("Observation", _count=200, identifier=f"{LAB}|four", **{"value-quantity": asked})
    assert (made in {r["id"] for r in found.resources}) is there


def test_an_entry_whose_address_is_written_in_full(him: Door) -> None:
    """Clients write request.url of a Bundle as they write any address."""
    entry = {
        "resource": glucose(someone(him), "five"),
        "request": {"method": "POST", "url": "http://testserver/fhir/Observation"},
    }
    done = him("POST", "", {"resourceType": "Bundle", "type": "transaction", "entry": [entry]})
    assert done.status == 200 and done.json["entry"][0]["response"]["status"].startswith("201"), done.body


def test_whom_it_is_about_by_number_alone(him: Door) -> None:
    person = next(r for r in him.get("Patient", _count=20).resources if r.get("identifier"))
    number = {k: person["identifier"][0][k] for k in ("system", "value")}
    made = him("POST", "Observation", glucose("", "six", subject={"identifier": number}))
    assert made.status == 201, made.body
    assert made.json["subject"]["reference"] == f"Patient/{person['id']}"
    unknown = glucose("", "seven", subject={"identifier": {**number, "value": "nobody-has-this"}})
    assert him("POST", "Observation", unknown).status == 422
    device = glucose("", "eight", subject={"type": "Device", "identifier": number})
    assert him("POST", "Observation", device).status == 422


def test_what_is_not_here_is_not_created_under_a_senders_id(him: Door) -> None:
    id_ = "0198c0de-0000-7000-8000-000000000000"
    refused = him("PUT", f"Observation/{id_}", {**glucose(someone(him), "nine"), "id": id_})
    assert refused.status == 405 and "POST" in refused.json["issue"][0]["diagnostics"]


def test_a_change_is_guarded_however_its_tag_is_written(him: Door) -> None:
    made = him("POST", "Observation", glucose(someone(him), "ten")).json
    put = f"Observation/{made['id']}"
    for value, tag in enumerate(('W/"1"', '"2"', "3", 'W/"9", W/"4"', "*"), 90):
        made["valueQuantity"]["value"] = value
        assert him("PUT", put, made, **{"If-Match": tag}).status == 200, tag
    made["valueQuantity"]["value"] = 60
    for headers in ({"If-Match": 'W/"1"'}, {"If-Match": '"66"'}, {"If-None-Match": "*"}):
        assert him("PUT", put, made, **headers).status == 412, headers
    nowhere = f"Observation?identifier={LAB}|nowhere"
    assert him("PUT", nowhere, glucose(someone(him), "nowhere"), **{"If-Match": "*"}).status == 412
    assert him.get(put).json["valueQuantity"]["value"] == 94


def test_a_code_and_value_wherever_they_stand_together(him: Door) -> None:
    every = him.get("Observation", _count=200, code="85354-9").resources
    high = {
        r["id"]
        for r in every
        for c in r["component"]
        if c["code"]["coding"][0]["code"] == "8480-6" and c["valueQuantity"]["value"] > 120
    }
    found = him.get("Observation", _count=200, **{"combo-code-value-quantity": "8480-6$gt120"}).resources
    assert high and {r["id"] for r in found} == high
    weights = him.get(
        "Observation", _count=200, **{"combo-code-value-quantity": "http://loinc.org|29463-7$gt1"}
    ).resources
    assert weights and all(r["code"]["coding"][0]["code"] == "29463-7" for r in weights)


def test_what_is_to_take_a_resources_place_is_judged_too(him: Door) -> None:
    about = someone(him)
    told = him("POST", f"{about}/$validate", {"resourceType": "Patient", "gender": "both"})
    assert told.status == 200 and told.json["issue"][0]["code"] == "code-invalid"


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"valueQuantity": {"value": 5, "system": "http://unitsofmeasure.org", "code": "furlong"}}, "Observation.valueQuantity.code"),
        ({"code": {"coding": [{"system": "http://loinc.org", "code": "2345-8"}]}}, "Observation.code.coding[0].code"),
    ],
)  # fmt: skip
def test_a_code_that_can_not_be_is_told_and_still_kept(him: Door, more: dict[str, Any], place: str) -> None:
    sent = glucose(someone(him), "ten", **more)
    told = him("POST", "Observation/$validate", sent).json["issue"]
    assert [i["expression"] for i in told if i["severity"] == "error"] == [[place]]
    assert him("POST", "Observation", sent).status == 201


def test_every_form_that_an_answer_names_is_served(him: Door) -> None:
    answers = him.get("QuestionnaireResponse", _count=200).resources
    named = {r["questionnaire"] for r in answers}
    assert named
    for canonical in named:
        url, _, version = canonical.partition("|")
        found = him.get("Questionnaire", url=url).resources
        assert [(q["url"], q["version"]) for q in found] == [(url, version)], canonical
        links = {item["linkId"] for item in _items(found[0])}
        said = {item["linkId"] for r in answers if r["questionnaire"] == canonical for item in _items(r)}
        assert said and said <= links
    assert him.get("Questionnaire", code="http://loinc.org|55757-9").resources[0]["name"] == "Phq2"
    assert him("GET", f"Questionnaire/{found[0]['id']}/_history").resources[0]["url"] == url


def _items(holder: dict[str, Any]) -> list[dict[str, Any]]:
    inner = [one for item in holder.get("item", ()) for one in (item, *_items(item))]
    return inner + [one for answer in holder.get("answer", ()) for one in _items(answer)]


OTHER_TYPES = [
    {"resourceType": "SupplyDelivery", "status": "completed", "suppliedItem": {"quantity": {"value": 2}}, "patient": {}},
    {"resourceType": "ChargeItem", "status": "billable", "code": {"text": "Visit"}, "subject": {}},
    {"resourceType": "Invoice", "status": "issued", "subject": {}},
    {"resourceType": "GuidanceResponse", "status": "success", "moduleUri": "http://example.org/rule", "subject": {}},
    {"resourceType": "MolecularSequence", "coordinateSystem": 0, "patient": {}},
    {"resourceType": "ResearchSubject", "status": "candidate", "study": {"display": "A study"}, "individual": {}},
    {"resourceType": "CoverageEligibilityRequest", "status": "active", "purpose": ["benefits"], "created": "2026-11-01", "insurer": {"display": "Sample"}, "patient": {}},
    {"resourceType": "CoverageEligibilityResponse", "status": "active", "purpose": ["benefits"], "created": "2026-11-01", "insurer": {"display": "Sample"},
     "request": {"display": "asked"}, "outcome": "complete", "patient": {}},
    {"resourceType": "InsurancePlan", "name": "Sample Plan"},
    {"resourceType": "ResearchStudy", "status": "active", "title": "A study"},
    {"resourceType": "MedicationKnowledge", "status": "active", "code": {"text": "Something"}},
]  # fmt: skip


@pytest.mark.parametrize("sent", OTHER_TYPES, ids=lambda one: one["resourceType"])
def test_types_that_other_records_bring_are_kept_and_found_by_whose_they_are(him: Door, sent: dict[str, Any]) -> None:
    """A newer generator's Bundle is one transaction: one type that nobody keeps would lose all of it."""
    about, kind = someone(him), sent["resourceType"]
    whose = next((name for name, value in sent.items() if value == {}), "")
    body = {**sent, whose: {"reference": about}} if whose else sent
    done = him(
        "POST",
        "",
        {
            "resourceType": "Bundle",
            "type": "transaction",
            "entry": [{"resource": body, "request": {"method": "POST", "url": kind}}],
        },
    )
    assert done.status == 200, done.body
    made = done.json["entry"][0]["response"]["location"].split("/")[1]
    if whose:
        assert [r["id"] for r in him.get(kind, patient=about).resources] == [made]
        assert him("POST", kind, {**sent, whose: {"display": "somebody"}}).status == 422
    assert him("GET", f"{kind}/{made}").status == 200


def test_a_resource_that_is_not_kept_here_is_judged_all_the_same(him: Door) -> None:
    for kind in ("Bundle", "Binary", "Slot"):
        told = him("POST", f"{kind}/$validate", {"resourceType": kind})
        assert told.status == 200 and told.json["resourceType"] == "OperationOutcome"
    assert him("POST", "Nothing/$validate", {}).status == 404
    assert him("GET", "Slot").status == 404


def test_a_body_may_come_packed(him: Door, settings: Any) -> None:
    sent = orjson.dumps(glucose(someone(him), "packed"))
    packed = gzip.compress(sent)
    assert him("POST", "Observation", packed, **{"content-encoding": "gzip"}).status == 201
    assert him("POST", "Observation", sent, **{"content-encoding": "identity"}).status == 201
    assert him("POST", "Observation", sent, **{"content-encoding": "br"}).status == 415
    for broken in (sent, packed[:-9]):
        refused = him("POST", "Observation", broken, **{"content-encoding": "gzip"})
        assert refused.status == 400 and "packed" in refused.json["issue"][0]["diagnostics"]
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 5000
    bomb = gzip.compress(b" " * 5001)
    assert him("POST", "Observation", bomb, **{"content-encoding": "gzip"}).status == 413


def test_an_entry_of_a_batch_without_a_request_is_told_so_and_hinders_no_other(him: Door) -> None:
    about = someone(him)
    request = {"method": "POST", "url": "Observation"}
    entries = [
        {"resource": glucose(about, "asked"), "request": request},
        {"resource": glucose(about, "not asked")},
        {"resource": {"resourceType": "Foo"}, "request": request},
    ]
    answers = him("POST", "", {"resourceType": "Bundle", "type": "batch", "entry": entries}).json["entry"]
    assert [one["response"]["status"] for one in answers] == ["201 Created", "400", "422"]
    assert "request" in answers[1]["response"]["outcome"]["issue"][0]["diagnostics"]
