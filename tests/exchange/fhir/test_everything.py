"""$everything, $docref, provenance, who looked, and the statement of what can be done."""

from collections.abc import Callable

import pytest

from tests.exchange.fhir.conftest import Door
from tests.exchange.fhir.test_search import all_of, patients_with

pytestmark = pytest.mark.slow


@pytest.fixture
def provider(door_of: Callable[..., Door]) -> Door:
    """Give a provider's door."""
    return door_of("provider")


def test_everything_of_a_person_and_of_nobody_else(provider: Door) -> None:
    from throughcare.exchange.fhir.types import LEAN, STORED
    from throughcare.ledger.models import Current

    who = patients_with(provider, "Observation")
    answer = provider.get(f"Patient/{who}/$everything")
    assert answer.status == 200
    matches = [e["resource"] for e in answer.json["entry"] if e["search"]["mode"] == "match"]
    assert matches[0]["resourceType"] == "Patient"
    assert len({(r["resourceType"], r["id"]) for r in matches}) == len(matches) == answer.json["total"]
    kept = Current.objects.filter(
        person_id=who, type__in=STORED - LEAN, data_class__in=["clinical", "demographics", "medication"]
    )
    assert {(t, str(i)) for t, i in kept.values_list("type", "resource_id")} <= {
        (r["resourceType"], r["id"]) for r in matches
    }
    around = {e["resource"]["resourceType"] for e in answer.json["entry"] if e["search"]["mode"] == "include"}
    assert around <= {"Practitioner", "PractitionerRole", "Location", "Organization"}
    assert around
    some = provider.get(f"Patient/{who}/$everything?_type=Observation,Condition")
    assert {r["resourceType"] for r in some.resources} <= {"Observation", "Condition"}
    first = provider.get(f"Patient/{who}/$everything?_count=3")
    following = provider.get(next(li["url"] for li in first.json["link"] if li["relation"] == "next"))
    assert [r["id"] for r in matches[3:6]] == [
        e["resource"]["id"] for e in following.json["entry"] if e["search"]["mode"] == "match"
    ]
    assert provider.get("Patient/00000000-0000-0000-0000-000000000000/$everything").status == 404
    assert provider.get(f"Patient/{who}/$everything?_type=Shoe").status == 400
    posted = provider(
        "POST",
        f"Patient/{who}/$everything",
        {"resourceType": "Parameters", "parameter": [{"name": "_type", "valueString": "Patient"}]},
    )
    assert [r["resourceType"] for r in posted.resources] == ["Patient"]


def test_documents_of_a_patient(provider: Door) -> None:
    who = patients_with(provider, "Observation")
    assert provider.get(f"DocumentReference/$docref?patient={who}").json["type"] == "searchset"
    assert provider.get("DocumentReference/$docref").status == 400


def test_who_wrote_it(provider: Door) -> None:
    condition = all_of(provider, "Condition")[0]
    found = provider.get("Provenance", target=f"Condition/{condition['id']}")
    assert found.json["total"] == int(condition["meta"]["versionId"])
    one = found.resources[0]
    assert one["agent"][0]["who"]["display"]
    assert one["target"][0]["reference"].startswith(f"Condition/{condition['id']}")
    assert provider.get(f"Provenance/{one['id']}").json == one
    assert provider.get("Provenance").status == 400


def test_a_person_sees_who_looked_and_no_officer_does(door_of: Callable[..., Door], provider: Door) -> None:
    who = patients_with(provider, "Condition")
    provider.get("Condition", patient=who)
    records = door_of("him")
    looks = records.get("AuditEvent", patient=who)
    assert looks.status == 200
    assert looks.resources
    assert {e["entity"][0]["what"]["reference"] for e in looks.resources} == {f"Patient/{who}"}
    one = looks.resources[0]
    assert records.get(f"AuditEvent/{one['id']}").json["id"] == one["id"]
    mine = door_of("patient", person=who).get("AuditEvent", patient=who)
    assert mine.resources
    assert "agent" not in mine.resources[0], "a patient sees when and why, not who (ruling 10)"
    assert door_of("custody").get("AuditEvent", patient=who).resources == []
    assert records.get("AuditEvent").status == 400


def test_the_statement_says_what_is_done(provider: Door) -> None:
    from throughcare.exchange.fhir import params
    from throughcare.exchange.fhir.types import HELD

    rest = provider.get("metadata").json["rest"][0]
    by_type = {r["type"]: r for r in rest["resource"]}
    assert set(by_type) == HELD
    for kind, said in by_type.items():
        codes = {i["code"] for i in said["interaction"]}
        assert "read" in codes
        assert "search-type" in codes
        assert {p["name"] for p in said["searchParam"]} >= set(params.of(kind))
    assert {o["name"] for o in by_type["Patient"]["operation"]} >= {"everything"}
    assert "Provenance:target" in by_type["Condition"]["searchRevInclude"]


@pytest.mark.parametrize("role", ["rn", "lpn", "planner"])
def test_a_lens_of_one_place_finds_whom_it_may_open_and_nobody_else(door_of: Callable[..., Door], role: str) -> None:
    """What a search of everybody leaves out in SQL is never more than what the care relationship closes."""
    from throughcare.access import care, tokens
    from throughcare.custody.models import Placement
    from throughcare.exchange.fhir import gate
    from throughcare.people.models import Person

    places = Placement.objects.filter(until=None, cancelled=False).values_list("facility_id", flat=True).distinct()
    for place in sorted(set(places))[:2]:
        door = door_of(role, facility=str(place))
        bearer = tokens.bearer(door.token, fresh=True)
        assert bearer is not None
        every = list(Person.objects.values_list("id", flat=True))
        open_ = {str(p) for p in every if care.relation(bearer.lens, p) is care.Relation.OPEN}
        found = {r["id"] for r in all_of(door, "Patient")}
        assert found == open_
        assert 0 < len(found) < len(every)
        closed = next(str(p) for p in every if str(p) not in open_)
        assert door.get(f"Patient/{closed}").status == 404
        assert not gate.stands_open(bearer, next(p for p in every if str(p) == closed))


def test_an_index_that_was_changed_is_found(in_agency: None) -> None:
    from throughcare.ledger import present

    assert list(present.misindexed()) == []
