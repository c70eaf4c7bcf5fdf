"""Bulk Data 2: what it holds is what the lens shows, whole, once, encrypted, logged, and gone when it should be."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import orjson
import pytest

from tests.exchange.bulk.exporting import ASYNC, LATEST, ask, export_of, lines, made, where
from tests.exchange.fhir.conftest import Door, open_door
from tests.exchange.fhir.test_search import all_of

pytestmark = pytest.mark.usefixtures("in_agency")


def test_everything_that_the_lens_shows_is_there_once_as_it_is_read(in_agency: None) -> None:
    door = open_door("him")
    manifest = made(door, "$export?_type=Patient,Observation,Location,Practitioner")
    found = lines(door, manifest)
    assert {r["resourceType"] for r in found} == {"Patient", "Observation", "Location", "Practitioner"}
    ids = [(r["resourceType"], r["id"]) for r in found]
    assert len(ids) == len(set(ids)) > 100
    for kind in ("Patient", "Location"):
        assert {i for k, i in ids if k == kind} == {r["id"] for r in all_of(door, kind)}
    some = next(r for r in found if r["resourceType"] == "Observation")
    assert door.get(f"Observation/{some['id']}").json == some
    mark = next(iter(manifest["extension"].values()))
    assert mark["by"] and mark["as"] and mark["asked"] and mark["export"], "a found export says whose it is"
    assert manifest["requiresAccessToken"] is True and manifest["request"].endswith(
        "_type=Patient,Observation,Location,Practitioner"
    )


def test_a_patient_export_holds_people_s_entries_and_a_group_s_its_people_s(in_agency: None) -> None:
    from throughcare.custody.models import Placement

    door = open_door("him")
    assert not lines(door, made(door, "Patient/$export?_type=Location,Organization"))
    placed = Placement.objects.filter(until=None, cancelled=False).first()
    assert placed is not None
    roll = Placement.objects.filter(until=None, cancelled=False, facility_id=placed.facility_id).values_list(
        "person_id", flat=True
    )
    found = lines(door, made(door, f"Group/{placed.facility_id}/$export?_type=Patient,Encounter"))
    patients = {r["id"] for r in found if r["resourceType"] == "Patient"}
    assert patients == {str(one) for one in roll}
    assert {r["subject"]["reference"] for r in found if r["resourceType"] == "Encounter"} <= {
        f"Patient/{p}" for p in patients
    }
    assert ask(door, "Group/00000000-0000-7000-8000-000000000000/$export").status == 404


def test_doses_are_in_it_though_no_search_of_all_finds_them(in_agency: None) -> None:
    from throughcare.ledger.models import Version

    door = open_door("him")
    found = lines(door, made(door, "$export?_type=MedicationAdministration"))
    kept = Version.objects.filter(type="MedicationAdministration").values_list("resource_id", flat=True).distinct()
    assert {r["id"] for r in found} == {str(one) for one in kept} and len(found) == len(kept) > 0


def test_each_lens_gets_what_its_own_search_gives(in_agency: None) -> None:
    for role in ("provider", "dental", "scheduler", "community"):
        door = open_door(role, facility="" if role == "community" else "Hartford")
        found = lines(door, made(door, "$export?_type=Patient,Condition,Observation"))
        for kind in ("Patient", "Condition", "Observation"):
            exported = {orjson.dumps(r, option=orjson.OPT_SORT_KEYS) for r in found if r["resourceType"] == kind}
            searched = {orjson.dumps(r, option=orjson.OPT_SORT_KEYS) for r in all_of(door, kind)}
            assert exported == searched, (role, kind)


def test_scopes_and_filters_narrow_it(in_agency: None) -> None:
    door = open_door("him", scopes=["system/Patient.rs", "system/Observation.rs"])
    assert ask(door, "$export?_type=Condition").status == 403
    kinds = {r["resourceType"] for r in lines(door, made(door))}
    assert kinds == {"Patient", "Observation"}
    whole = lines(door, made(door, "$export?_type=Observation"))
    code = whole[0]["code"]["coding"][0]["code"]
    wanted = {r["id"] for r in whole if any(c.get("code") == code for c in r["code"].get("coding", ()))}
    narrowed = lines(door, made(door, f"$export?_type=Observation&_typeFilter=Observation%3Fcode%3D{code}"))
    assert {r["id"] for r in narrowed} == wanted and len(wanted) < len(whole)


def test_since_the_last_one_holds_what_came_after_and_nothing_is_lost_between(
    in_agency: None, monkeypatch: Any
) -> None:
    from throughcare import ledger
    from throughcare.custody.models import Placement
    from throughcare.exchange.bulk import actions
    from throughcare.kernel import clock, db
    from throughcare.kernel.actor import Actor
    from throughcare.kernel.ids import uuid7
    from throughcare.kernel.vocabulary import DataClass

    door = open_door("him")
    first = made(door, "$export?_type=Flag")
    person, id_ = Placement.objects.filter(until=None, cancelled=False)[0].person_id, uuid7()
    with db.writing(Actor.system("test")) as unit:
        unit.action = "test.keep"
        body = {
            "resourceType": "Flag",
            "id": str(id_),
            "status": "active",
            "subject": {"reference": f"Patient/{person}"},
        }
        ledger.record(
            type="Flag", id=id_, person_id=person, data_class=DataClass.DEMOGRAPHICS, body=body, happened_at=clock.now()
        )
    assert str(id_) not in {r["id"] for r in lines(door, made(door, "$export?_type=Flag"))}, "not committed: not in it"
    monkeypatch.setattr(actions, "HORIZON", LATEST)
    since = first["transactionTime"].replace("+", "%2B")
    found = lines(door, made(door, f"$export?_type=Flag,Patient&_since={since}"))
    assert [r["id"] for r in found] == [str(id_)]


def test_it_goes_on_where_it_was_stopped(in_agency: None, monkeypatch: Any) -> None:
    from throughcare.exchange.bulk import actions, files, reading, working
    from throughcare.exchange.bulk.models import Export

    door = open_door("him")
    whole = {(r["resourceType"], r["id"]) for r in lines(door, made(door, "$export?_type=Observation,Patient"))}
    monkeypatch.setattr(reading, "STEP", 7)
    step = reading.step
    monkeypatch.setattr(reading, "step", lambda export, bearer: step(export, bearer, size=7))
    asked = ask(door, "$export?_type=Observation,Patient")
    for _ in range(3):
        working._turn(export_of(asked))
    row = Export.objects.get(id=export_of(asked))
    assert row.state == "asked" and 0 < row.resources <= 21
    looked = door.get(where(asked))
    assert looked.status == 202 and "resources so far" in looked.headers["X-Progress"] and looked.headers["Retry-After"]
    file = row.files.get()
    with (files.folder(row.id) / str(file.n)).open("ab") as half:
        half.write(b"what a step wrote that did not end")
    working.go_on(60)
    done = door.get(where(asked)).json
    found = [(r["resourceType"], r["id"]) for r in lines(door, done)]
    assert len(found) == len(set(found)) and set(found) == whole
    assert actions.waiting() == []


def test_files_at_rest_are_unreadable_and_a_changed_one_is_refused(in_agency: None) -> None:
    from cryptography.exceptions import InvalidTag

    from throughcare.exchange.bulk import files
    from throughcare.exchange.bulk.models import Export

    door = open_door("him")
    asked = ask(door, "$export?_type=Patient")
    from throughcare.exchange.bulk import working

    working.go_on(60)
    row = Export.objects.get(id=export_of(asked))
    place, file = files.folder(row.id) / "0", row.files.get(n=0)
    raw = place.read_bytes()
    assert b"Patient" not in raw and place.stat().st_mode & 0o077 == 0
    place.write_bytes(raw[:60] + bytes([raw[60] ^ 1]) + raw[61:])
    with pytest.raises(InvalidTag):
        list(files.read(row.id, bytes(row.key), 0, length=file.length, frames=file.frames))


def test_it_is_there_for_who_asked_and_every_fetch_is_logged(in_agency: None) -> None:
    from throughcare.ledger.models import Read

    door = open_door("him")
    asked = ask(door, "$export?_type=Patient")
    from throughcare.exchange.bulk import working

    working.go_on(60)
    manifest = door.get(where(asked)).json
    file = manifest["output"][0]["url"].partition("/fhir/")[2]
    for other in (open_door("provider"), open_door("him", scopes=["system/Patient.rs"]), open_door("hsa")):
        for path in (where(asked), file):
            assert other.get(path).status == 404
        assert other("DELETE", where(asked)).status == 404
    assert Door().get(file).status == 401
    before = Read.objects.filter(route="fhir export file").count()
    assert door.get(file).status == 200
    logged = Read.objects.filter(route="fhir export file").order_by("-id")
    assert (
        logged.count() == before + 1
        and logged[0].kind == "export"
        and len(logged[0].people) == manifest["output"][0]["count"]
    )
    assert Read.objects.filter(route="fhir export", note=str(export_of(asked))).exists()


def test_cancelled_expired_or_taken_back_it_is_gone(in_agency: None) -> None:
    from throughcare.access import actions as access
    from throughcare.access.realtime import real_now
    from throughcare.exchange.bulk import files, working
    from throughcare.exchange.bulk.models import Export
    from throughcare.kernel.actor import Actor

    door = open_door("him")
    cancelled = ask(door, "$export?_type=Patient")
    working.go_on(60)
    assert door("DELETE", where(cancelled)).status == 202
    assert door.get(where(cancelled)).status == 404 and not files.folder(export_of(cancelled)).exists()
    late = ask(door, "$export?_type=Patient")
    working.go_on(60)
    Export.objects.filter(id=export_of(late)).update(expires_at=real_now() - timedelta(seconds=1))
    assert door.get(where(late)).status == 404
    working.go_on(1)
    assert Export.objects.get(id=export_of(late)).state == "over" and not files.folder(export_of(late)).exists()
    taken = ask(door, "$export?_type=Patient")
    token = Export.objects.get(id=export_of(taken)).token_id
    access.revoke_token(actor=Actor.system("test"), token_id=token, why="app suspended")
    working.go_on(5)
    row = Export.objects.get(id=export_of(taken))
    assert row.state == "failed" and not files.folder(row.id).exists()
    assert door.get(where(taken)).status == 401


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("$export", {}, 400),
        ("$export?_outputFormat=text/csv", ASYNC, 400),
        ("$export?_type=Nonsense", ASYNC, 400),
        ("$export?_since=yesterday", ASYNC, 400),
        ("$export?_typeFilter=Observation%3Fnonsense%3D1", ASYNC, 400),
        ("$export?_typeFilter=Observation%3Fsubject.name%3Dx", ASYNC, 400),
        ("$export?_elements=id", ASYNC, 400),
        ("Observation/$export", ASYNC, 404),
        ("bulk-export/nonsense", {}, 404),
        ("bulk-file/nonsense", {}, 404),
    ],
)
def test_what_is_not_done_is_refused_in_words(path: str, headers: dict[str, str], status: int) -> None:
    answer = open_door("him")("GET", path, None, **headers)
    assert answer.status == status, answer.body
    assert answer.json["resourceType"] == "OperationOutcome"


def test_one_account_does_not_fill_the_queue(in_agency: None) -> None:
    door = open_door("him")
    assert [ask(door, "$export?_type=Patient").status for _ in range(4)] == [202, 202, 202, 429]


def test_the_statement_says_what_stands(in_agency: None) -> None:
    statement = Door().get("metadata").json
    rest = statement["rest"][0]
    assert "export" in {o["name"] for o in rest["operation"]}
    by_type = {r["type"]: {o["name"] for o in r.get("operation", ())} for r in rest["resource"]}
    assert "export" in by_type["Patient"] and "export" in by_type["Group"]


def test_the_hand_that_sees_to_exports_waits_for_none(monkeypatch: Any, tmp_path: Path) -> None:
    """The clock's hand begins a process that carries on, goes on itself, begins no second one, and begins again where one broke."""
    import os
    import time

    from throughcare.exchange.bulk import working

    done = tmp_path / "done"

    may_go = tmp_path / "go"

    def long(seconds: float) -> int:
        until = time.monotonic() + 20
        while not may_go.exists() and time.monotonic() < until:
            time.sleep(0.02)
        if not done.exists():
            done.write_text(str(os.getpid()))
            raise RuntimeError("it breaks once")
        done.write_text(f"{done.read_text()} {os.getpid()}")
        return 0

    class NoConnections:
        def all(self, *, initialized_only: bool) -> list[Any]:
            """Leave the test its own."""
            return []

    monkeypatch.setattr(working, "go_on", long)
    monkeypatch.setattr(working.kernel, "connections", NoConnections())
    monkeypatch.setattr(working.actions, "waiting", lambda: [UUID(int=1)])
    assert [working.beside(), working.beside()] == [1, 0]
    assert working._running() and not done.exists(), "nobody waited: what was begun has not been let go on yet"
    may_go.touch()
    until = time.monotonic() + 20
    while working._running() and time.monotonic() < until:
        time.sleep(0.05)
    assert working.beside() == 1
    while working._running() and time.monotonic() < until:
        time.sleep(0.05)
    monkeypatch.setattr(working.actions, "waiting", list)
    monkeypatch.setattr(working.actions, "over", lambda now: [])
    assert working.beside() == 0
    who = {int(one) for one in done.read_text().split()}
    assert len(who) == 2 and os.getpid() not in who


def test_a_line_is_what_a_read_shows(in_agency: None) -> None:
    door = open_door("provider")
    manifest = made(door, "$export?_type=Patient,Observation,Condition,MedicationAdministration")
    for one in manifest["output"]:
        raw = door("GET", urlsplit(one["url"]).path, None, accept="application/fhir+ndjson").body.splitlines()
        for line in raw[:5]:
            read = orjson.loads(line)
            assert door.get(f"{read['resourceType']}/{read['id']}").body == line
