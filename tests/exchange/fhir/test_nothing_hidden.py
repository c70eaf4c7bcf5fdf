"""For each role or token × data class × path: nothing hidden is shown, counted, sorted by, chained through or followed (issue 5.5).

Every class has entries of its own in the record of one person, each with words found nowhere else. What a lens should show is
asked of the matrix, entry by entry; what it does show is read from every path there is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest

from tests.exchange.bulk import exporting
from tests.exchange.fhir.conftest import Door, open_door
from tests.exchange.fhir.test_search import all_of
from throughcare.exchange.bulk import working

pytestmark = pytest.mark.slow
QUICK = ("provider", "dental", "scheduler", "custody", "patient")
LONG = (
    "rn",
    "lpn",
    "psych",
    "sud",
    "pharmacy",
    "planner",
    "him",
    "hsa",
    "transport",
    "prea",
    "parole",
    "community",
    "ombuds",
    "operator",
)
WHO = (*QUICK, *LONG)
TYPES = ("Condition", "Observation", "MedicationRequest", "Appointment", "Flag", "DocumentReference")


@dataclass(frozen=True)
class Kept:
    """One entry of the record, as it was written."""

    kind: str
    id: UUID
    cls: str
    person: UUID
    body: dict[str, Any]
    word: str


@pytest.fixture
def record(in_agency: None) -> list[Kept]:
    """Give one person entries of every class in several types, each with a word of its own."""
    from throughcare import ledger
    from throughcare.custody.models import Placement
    from throughcare.kernel import clock, db
    from throughcare.kernel.actor import Actor
    from throughcare.kernel.ids import derived
    from throughcare.kernel.vocabulary import DataClass

    person = Placement.objects.filter(until=None, cancelled=False).order_by("id")[0].person_id
    made = []
    with db.writing(Actor.system("test")) as unit:
        unit.action = "test.keep"
        for number, cls in enumerate(DataClass):
            for kind in TYPES:
                id_, word = derived("leak", cls, kind), f"zz{kind[:3].lower()}{cls.replace('_', '')}zz"
                body = _body(kind, id_, person, word, number)
                ledger.record(type=kind, id=id_, person_id=person, data_class=cls, body=body, happened_at=clock.now())
                made.append(Kept(kind, id_, cls.value, person, body, word))
    return made + _of_their_authors(person)


def _of_their_authors(person: UUID) -> list[Kept]:
    """Give notes that their author alone reads, written by whoever comes to the door in that role: over FHIR not even they read them."""
    from throughcare.app import become
    from throughcare.chart import actions, own_notes
    from throughcare.kernel.actor import Actor

    made = []
    for kind in own_notes.kinds():
        user = become.persona(kind.role).user
        word = f"zzown{kind.id.replace('_', '')}zz"
        author = Actor("staff", user.id, user.name, kind.role)
        note = actions.draft_own_note(actor=author, person_id=person, text=f"Of {word}")
        actions.sign_own_note(actor=author, person_id=person, note_id=note)
        made.append(Kept("Composition", note, kind.data_class.value, person, {}, word))
    return made


def _body(kind: str, id: UUID, person: UUID, word: str, n: int) -> dict[str, Any]:
    concept = {"coding": [{"system": "urn:test:leak", "code": word}], "text": f"words of {word}"}
    day = f"2026-09-{n + 1:02d}"
    head = {"resourceType": kind, "id": str(id), "subject": {"reference": f"Patient/{person}"}}
    match kind:
        case "Condition":
            return {**head, "code": concept, "recordedDate": day, "note": [{"text": f"note-{word}"}]}
        case "Observation":
            return {
                **head,
                "status": "final",
                "code": concept,
                "effectiveDateTime": day,
                "valueString": f"value-{word}",
                "method": {"coding": [{"code": f"m-{word}"}]},
            }
        case "MedicationRequest":
            return {
                **head,
                "status": "active",
                "intent": "order",
                "medicationCodeableConcept": concept,
                "authoredOn": day,
                "reasonCode": [concept],
            }
        case "Appointment":
            actor = [{"actor": {"reference": f"Patient/{person}"}, "status": "accepted"}]
            off = {"coding": [{"system": "urn:throughcare:code", "code": "off_site"}]}
            del head["subject"]
            return {
                **head,
                "status": "booked",
                "appointmentType": off,
                "serviceType": [concept],
                "start": f"{day}T09:00:00Z",
                "end": f"{day}T10:00:00Z",
                "participant": actor,
            }
        case "Flag":
            return {**head, "status": "active", "code": concept, "period": {"start": day}}
    return {
        **head,
        "status": "current",
        "type": concept,
        "date": f"{day}T09:00:00Z",
        "description": f"d-{word}",
        "content": [{"attachment": {"title": word}}],
    }


def shown(door: Door, record: list[Kept]) -> dict[tuple[str, str], dict[str, Any]]:
    """Say by the matrix what this door shows of the entries, each as it is cut."""
    from throughcare.access import care, labels, showing, tokens
    from throughcare.kernel.vocabulary import DataClass
    from throughcare.ledger.models import Current

    bearer = tokens.bearer(door.token, fresh=True)
    assert bearer is not None
    bits = dict(Current.objects.filter(resource_id__in=[k.id for k in record]).values_list("resource_id", "labels"))
    classes = dict(
        Current.objects.filter(resource_id__in=[k.id for k in record]).values_list("resource_id", "data_class")
    )
    found = {}
    for k in record:
        cls = DataClass(classes.get(k.id, k.cls))
        if care.relation(bearer.lens, k.person) is not care.Relation.OPEN:
            continue
        one = showing.show(bearer.lens, showing.Kept(k.kind, k.id, 1, cls, k.body, k.person, None, bits.get(k.id, 0)))
        if one is not None:
            found[k.kind, str(k.id)] = one.body
    assert labels.bit_of()
    return found


def door_for(role: str, record: list[Kept]) -> Door:
    """Open the door as a role; a patient is the person themselves."""
    return open_door(role, person=str(record[0].person)) if role == "patient" else open_door(role)


@pytest.mark.parametrize("role", [*QUICK, *(pytest.param(r, marks=pytest.mark.long) for r in LONG)])
def test_no_path_shows_or_tells_what_is_hidden(
    role: str, record: list[Kept], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = door_for(role, record)
    seen = shown(door, record)
    hidden = [k for k in record if (k.kind, str(k.id)) not in seen]
    _reads(door, record, seen)
    _searches(door, record, seen)
    _around(door, record, seen, hidden)
    _by_cut_words(door, record, seen)
    _orders(door, record, seen)
    _exported(door, record, seen, tmp_path, monkeypatch)


def test_the_matrix_hides_and_cuts_enough_to_be_tested(record: list[Kept]) -> None:
    """Hold that the test above has something to find: each role but few misses classes, and several see cuts."""
    missing = {role: len(record) - len(shown(door_for(role, record), record)) for role in WHO}
    assert sum(n > 0 for n in missing.values()) == len(WHO), missing
    assert len(shown(door_for("provider", record), record)) > 30, missing


def _reads(door: Door, record: list[Kept], seen: dict[tuple[str, str], Any]) -> None:
    for k in record:
        path = f"{k.kind}/{k.id}"
        for one in (path, f"{path}/_history", f"{path}/_history/1"):
            answer = door.get(one)
            assert (answer.status == 200) is ((k.kind, str(k.id)) in seen), (one, k.cls, answer.status)
            _silent(answer.body, k, seen)
    for kind in TYPES:
        listed = {e["resource"]["id"] for e in door.get(f"{kind}/_history", _count=1000).json.get("entry", ())}
        assert listed.isdisjoint({str(k.id) for k in record if k.kind == kind and (kind, str(k.id)) not in seen})
    whole = door.get("_history", _count=1000)
    told = {(e["resource"]["resourceType"], e["resource"]["id"]) for e in whole.json.get("entry", ())}
    assert told & {(k.kind, str(k.id)) for k in record} <= set(seen)
    for k in record:
        _silent(whole.body, k, seen)


def _searches(door: Door, record: list[Kept], seen: dict[tuple[str, str], Any]) -> None:
    person, ids = str(record[0].person), {str(k.id) for k in record}
    for kind in TYPES:
        expected = {i for k, i in seen if k == kind and _says_whose(seen[k, i])}
        answer = door.get(kind, patient=person, _count=500)
        assert answer.status == 200
        assert {r["id"] for r in answer.resources} & ids == expected, kind
        inside = door.get(f"Patient/{person}/{kind}", _count=500)
        assert (inside.resources, inside.json["total"]) == (answer.resources, answer.json["total"]), kind
        assert (
            door.get(kind, patient=person, _summary="count").json["total"]
            == answer.json["total"]
            == len(answer.resources)
        )
        assert {r["id"] for r in all_of(door, kind)} & ids == {i for i in _open(record, kind) if (kind, i) in seen}, (
            kind
        )
        assert {r["id"] for r in all_of(door, kind, _id=",".join(sorted(ids)))} == {i for k, i in seen if k == kind}
        n = len(all_of(door, kind))
        assert door.get(kind, _summary="count").json["total"] == n, kind
    for k in record:
        for name in ("code", "type", "service-type"):
            answer = door.get(k.kind, **{name: k.word}, patient=person)
            if answer.status == 200 and not any(e["search"]["mode"] == "outcome" for e in answer.json.get("entry", ())):
                assert len(answer.resources) <= ((k.kind, str(k.id)) in seen), (k.cls, name)


def _around(door: Door, record: list[Kept], seen: dict[tuple[str, str], Any], hidden: list[Kept]) -> None:
    person = str(record[0].person)
    everything = door.get(f"Patient/{person}/$everything")
    if everything.status == 200:
        found = {(r["resourceType"], r["id"]) for r in everything.resources}
        assert found >= set(seen)
        assert everything.json["total"] == sum(e["search"]["mode"] == "match" for e in everything.json["entry"])
        for k in hidden:
            _silent(everything.body, k, seen)
    back = door.get("Patient", _id=person, _revinclude=[f"{kind}:patient" for kind in TYPES])
    for k in hidden:
        _silent(back.body, k, seen)
    for k in (k for k in record if k.kind in ("Condition", "Observation", "Flag")):
        whole = door.get("Patient", **{f"_has:{k.kind}:patient:code": k.word})
        visible = (k.kind, str(k.id)) in seen and k.word.encode() in orjson.dumps(seen[k.kind, str(k.id)])
        assert len(whole.resources) <= visible, (k.cls, "told by _has")
        chained = door.get("Observation", **{"patient._has:Condition:patient:code": k.word})
        assert chained.status in (200, 400)


def _by_cut_words(door: Door, record: list[Kept], seen: dict[tuple[str, str], Any]) -> None:
    """What a cut takes away finds nothing: not the day of a visit outside, not a method, not a reason."""
    person = str(record[0].person)
    for k in record:
        body = seen.get((k.kind, str(k.id)))
        if body is None:
            continue
        for name, value, element in _words_of(k):
            found = {r["id"] for r in door.get(k.kind, patient=person, **{name: value}).resources}
            assert (str(k.id) in found) <= (element in body), (k.kind, k.cls, name)
            without = {
                r["id"] for r in door.get(k.kind, patient=person, _count=500, **{f"{name}:missing": "true"}).resources
            }
            if _says_whose(body):
                assert (str(k.id) in without) is (element not in body), (k.kind, k.cls, name, "missing")


def _words_of(k: Kept) -> Iterator[tuple[str, str, str]]:
    if k.kind == "Appointment":
        yield "date", k.body["start"][:10], "start"
        yield "service-type", k.word, "serviceType"
    if k.kind == "Observation":
        yield "method", f"m-{k.word}", "method"
    if k.kind == "DocumentReference":
        yield "description", f"d-{k.word}", "description"


def _orders(door: Door, record: list[Kept], seen: dict[tuple[str, str], Any]) -> None:
    """The order of a list says no more than its entries do: without the hidden date, an entry stands last."""
    person = str(record[0].person)
    answer = door.get("Appointment", patient=person, _sort="date", _count=500)
    starts = [r.get("start", "~") for r in answer.resources]
    assert starts == sorted(starts)


def _exported(
    door: Door, record: list[Kept], seen: dict[tuple[str, str], Any], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An export of everything, of all people and of the person's facility holds what is seen, as it is seen, and tells of nothing else."""
    from django.conf import settings

    from throughcare.custody.models import Placement
    from throughcare.exchange.bulk import actions

    monkeypatch.setattr(settings, "EXPORTS", folder, raising=False)
    monkeypatch.setattr(actions, "HORIZON", exporting.LATEST)
    place = Placement.objects.get(person_id=record[0].person, until=None, cancelled=False).facility_id
    ids = {str(k.id) for k in record}
    for path in ("$export", "Patient/$export", f"Group/{place}/$export"):
        answer = exporting.ask(door, f"{path}?_type={','.join(TYPES)}")
        if answer.status == 404 and path.startswith("Group"):
            continue
        assert answer.status == 202, (path, answer.body)
        working.go_on(120)
        manifest = door.get(exporting.where(answer)).json
        found = exporting.lines(door, manifest)
        assert {(r["resourceType"], r["id"]) for r in found if r["id"] in ids} == set(seen), path
        assert sum(one["count"] for one in manifest["output"]) == len(found)
        words = orjson.dumps([manifest, found])
        for k in record:
            _silent(words, k, seen)
        for r in found:
            if r["id"] in ids:
                assert set(r) - {"meta"} == set(seen[r["resourceType"], r["id"]]) - {"meta"}, (path, r["resourceType"])


def _silent(body: bytes, k: Kept, seen: dict[tuple[str, str], Any]) -> None:
    if (k.kind, str(k.id)) not in seen:
        assert k.word.encode() not in body, (k.kind, k.cls)


def _says_whose(body: dict[str, Any]) -> bool:
    return (
        "subject" in body
        or "patient" in body
        or any("actor" in p and "Patient/" in str(p) for p in body.get("participant", ()))
    )


def _open(record: list[Kept], kind: str) -> set[str]:
    """Give those that a search of a whole type may find: a sealed entry is found where its patient is named."""
    from throughcare.kernel.vocabulary import SEALED

    return {str(k.id) for k in record if k.kind == kind and k.cls not in SEALED}
