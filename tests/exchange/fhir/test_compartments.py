"""One person's compartment is the search with that person; the history of all walks back; nothing is deleted, in words."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from tests.exchange.fhir.conftest import Door, open_door
from tests.exchange.fhir.test_reading import some

pytestmark = pytest.mark.usefixtures("in_agency")


def whose() -> str:
    return str(some("Observation").person_id)


@pytest.mark.parametrize("asked", ["", "_count=3", "code=8867-4", "_sort=-date&_count=5", "_summary=count"])
def test_a_compartment_is_the_search_with_its_person(door_of: Callable[..., Door], asked: str) -> None:
    door, person = door_of("provider"), whose()
    inside = door.get(f"Patient/{person}/Observation?{asked}")
    named = door.get(f"Observation?{asked}&patient={person}")
    assert inside.status == named.status == 200
    assert inside.json.get("total") == named.json.get("total")
    assert [e["resource"]["id"] for e in inside.json.get("entry", ())] == [
        e["resource"]["id"] for e in named.json.get("entry", ())
    ]
    form = door("POST", f"Patient/{person}/Observation/_search", asked.encode(), content_type="application/x-www-form-urlencoded")  # fmt: skip
    assert form.resources == inside.resources


def test_its_pages_go_on_within_it(door_of: Callable[..., Door]) -> None:
    door, person = door_of("provider"), whose()
    url, seen = f"Patient/{person}/Observation?_count=2", []
    while url:
        page = door.get(url)
        seen += [r["id"] for r in page.resources]
        url = next((link["url"] for link in page.json["link"] if link["relation"] == "next"), "")
    assert seen == [r["id"] for r in door.get("Observation", patient=person, _count=1000).resources]


def test_another_person_named_within_it_answers_nothing(door_of: Callable[..., Door]) -> None:
    door, person = door_of("provider"), whose()
    other = next(r["id"] for r in door.get("Patient", _count=50).resources if r["id"] != person)
    assert door.get(f"Patient/{person}/Observation?patient={other}").resources == []


def test_what_is_nobodys_has_no_compartment(door_of: Callable[..., Door]) -> None:
    door, person = door_of("provider"), whose()
    for inside in ("Location", "Patient", "Nothing", "AuditEvent", "*"):
        answer = door.get(f"Patient/{person}/{inside}")
        assert answer.status == 404 and answer.json["resourceType"] == "OperationOutcome", inside
    assert door.get(f"Location/{uuid4()}/Observation").status == 404
    never, odd = door.get(f"Patient/{uuid4()}/Observation"), door.get("Patient/odd/Observation")
    assert (never.status, never.resources, odd.status) == (200, [], 404)
    assert door("POST", f"Patient/{person}/Observation/_search", {"a": 1}).status == 415


def test_scopes_hold_in_a_compartment_and_in_the_history_of_all(door_of: Callable[..., Door]) -> None:
    person = whose()
    door = open_door("provider", scopes=("user/Condition.rs",))
    assert door.get(f"Patient/{person}/Observation").status == 403
    assert door.get(f"Patient/{person}/Condition").status == 200
    history = door.get("_history", _count=500)
    assert {r["resourceType"] for r in history.resources} <= {"Condition"} and history.resources


def test_the_history_of_all_walks_back_in_pages(door_of: Callable[..., Door]) -> None:
    from throughcare.exchange.fhir import histories

    door = door_of("provider")
    url, seen = "_history?_count=400", []
    while url:
        page = door.get(url)
        assert page.status == 200
        seen += [
            (e["resource"]["resourceType"], e["resource"]["id"], e["response"]["etag"]) for e in page.json["entry"]
        ]
        url = next((link["url"] for link in page.json["link"] if link["relation"] == "next"), "")
    assert len(seen) == len(set(seen)) > histories.LEAST
    of_types = []
    for kind in sorted({one[0] for one in seen}):
        listed = door.get(f"{kind}/_history", _count=1000).json["entry"]
        of_types += [(kind, e["resource"]["id"], e["response"]["etag"]) for e in listed][:900]
    assert set(of_types) <= set(seen)
    times = [e["resource"]["meta"]["lastUpdated"] for e in door.get("_history", _count=50).json["entry"]]
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize(
    ("method", "words"), [("DELETE", "Nothing is deleted here"), ("PATCH", "by PUT with If-Match")]
)
def test_what_is_never_done_says_why(door_of: Callable[..., Door], method: str, words: str) -> None:
    door, it = door_of("him"), some("Observation")
    path = f"Observation/{it.resource_id}"
    answer = door(method, path, [] if method == "PATCH" else None)
    assert answer.status == 405 and "GET" in answer.headers["Allow"]
    assert words in answer.json["issue"][0]["diagnostics"]
    assert door.get(path).json["meta"]["versionId"] == str(it.version)


def test_the_statement_says_so(door_of: Callable[..., Door]) -> None:
    rest = Door().get("metadata").json["rest"][0]
    assert rest["compartment"] == ["http://hl7.org/fhir/CompartmentDefinition/patient"]
    assert {"code": "history-system"} in rest["interaction"]
    codes = {i["code"] for r in rest["resource"] for i in r["interaction"]}
    assert codes.isdisjoint({"delete", "patch"})
    assert "Nothing is deleted" in next(r for r in rest["resource"] if r["type"] == "Observation")["documentation"]
