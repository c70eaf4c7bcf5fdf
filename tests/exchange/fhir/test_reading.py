"""Reading one resource: bytes as kept, meta spliced, conditional, versions; hidden looks like never having been."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from tests.exchange.fhir.conftest import Door

pytestmark = pytest.mark.slow


def some(kind: str, **more: object):
    """Give a present entry of a type."""
    from throughcare.ledger.models import Current

    found = Current.objects.filter(type=kind, **more).order_by("-version", "resource_id").first()
    assert found is not None, f"the agency has no {kind}"
    return found


def stored(kind: str, id_) -> bytes:
    """Give the bytes of a resource's last version."""
    from throughcare.ledger import body as bodies
    from throughcare.ledger.models import Version

    v = Version.objects.filter(type=kind, resource_id=id_).order_by("-version")[0]
    return bodies.unpack(bytes(v.body), (v.resource_id, v.subject))


@pytest.mark.parametrize(
    "kind", ["Patient", "Condition", "Observation", "Encounter", "Task", "Location", "MedicationRequest"]
)
def test_what_was_kept_is_given_with_its_meta(door_of: Callable[..., Door], kind: str) -> None:
    door, it = door_of("provider"), some(kind, data_class__in=["clinical", "demographics", "medication", "result"])
    answer = door.get(f"{kind}/{it.resource_id}")
    assert answer.status == 200, answer.body
    body = answer.json
    meta = body.pop("meta")
    import orjson

    assert body == orjson.loads(stored(kind, it.resource_id)), "nothing but meta is added"
    tail = stored(kind, it.resource_id)[len(f'{{"resourceType":"{kind}","id":"{it.resource_id}"') :]
    assert answer.body.endswith(tail), "every digit as it was written"
    assert meta["versionId"] == str(it.version)
    assert meta["security"][0]["code"] in "NRV"
    assert answer.headers["ETag"] == f'W/"{it.version}"'


def test_every_type_that_is_held_can_be_read(door_of: Callable[..., Door]) -> None:
    from throughcare.exchange.fhir.types import STORED
    from throughcare.ledger.models import Current

    door = door_of("provider")
    seen = {}
    for kind in sorted(set(Current.objects.values_list("type", flat=True)) & STORED):
        it = Current.objects.filter(type=kind).first()
        seen[kind] = door.get(f"{kind}/{it.resource_id}").status
    assert set(seen.values()) <= {200, 404}, seen
    assert len([k for k, s in seen.items() if s == 200]) > 12, seen


def test_conditional_reads(door_of: Callable[..., Door]) -> None:
    door, it = door_of("provider"), some("Patient")
    path = f"Patient/{it.resource_id}"
    first = door.get(path)
    again = door("GET", path, **{"if-none-match": first.headers["ETag"]})
    assert (again.status, again.body) == (304, b"")
    assert door("GET", path, **{"if-none-match": 'W/"99"'}).status == 200
    assert door("GET", path, **{"if-modified-since": first.headers["Last-Modified"]}).status == 304
    assert door("GET", path, **{"if-modified-since": "Mon, 01 Jan 2024 00:00:00 GMT"}).status == 200
    assert door("HEAD", path).body == b""


def test_versions_and_history(door_of: Callable[..., Door]) -> None:
    door, it = door_of("provider"), some("Task", version__gt=1, data_class="clinical")
    path = f"Task/{it.resource_id}"
    history = door.get(f"{path}/_history").json
    assert history["type"] == "history"
    assert history["total"] == it.version
    assert [e["resource"]["meta"]["versionId"] for e in history["entry"]] == [str(n) for n in range(it.version, 0, -1)]
    assert history["entry"][-1]["request"]["method"] == "POST"
    first = door.get(f"{path}/_history/1")
    assert first.status == 200
    assert first.json["meta"]["versionId"] == "1"
    assert door.get(f"{path}/_history/99").status == 404
    assert door.get(f"{path}/_history/x").status == 404


def test_the_history_of_a_type_walks_back_in_pages(door_of: Callable[..., Door]) -> None:
    from throughcare.ledger.models import Version

    door = door_of("provider")
    url, seen = "Location/_history?_count=7", []
    while url:
        page = door.get(url).json
        seen += [(e["resource"]["id"], e["resource"]["meta"]["versionId"]) for e in page["entry"]]
        url = next((link["url"] for link in page["link"] if link["relation"] == "next"), "")
    kept = Version.objects.filter(type="Location").order_by("-position").values_list("resource_id", "version")
    assert seen == [(str(i), str(v)) for i, v in kept]


def test_what_the_lens_hides_never_was(door_of: Callable[..., Door]) -> None:
    door, it = door_of("custody", facility=""), some("Condition")
    hidden, never = door.get(f"Condition/{it.resource_id}"), door.get(f"Condition/{uuid4()}")
    assert hidden.status == never.status == 404
    words = [a.json["issue"][0]["diagnostics"] for a in (hidden, never)]
    assert words[0].replace(str(it.resource_id), "") == words[1].replace(words[1].split("/")[1].split("]")[0], "")
    assert door.get(f"Condition/{it.resource_id}/_history").status == 404
    assert door.get(f"Condition/{it.resource_id}/_history/1").status == 404


@pytest.mark.parametrize("bad", ["1", "x" * 40, "%00", "../Patient", "00000000-0000-0000-0000-00000000000g"])
def test_an_id_that_is_none_is_not_found(door_of: Callable[..., Door], bad: str) -> None:
    answer = door_of("provider").get(f"Patient/{bad}")
    assert answer.status in (400, 404)
    assert answer.json["resourceType"] == "OperationOutcome"


def test_less_is_marked_as_less(door_of: Callable[..., Door]) -> None:
    door, it = door_of("provider"), some("Patient")
    few = door.get(f"Patient/{it.resource_id}?_elements=birthDate").json
    assert set(few) == {"resourceType", "id", "meta", "birthDate"}
    assert few["meta"]["tag"][-1]["code"] == "SUBSETTED"
    assert door.get(f"Patient/{it.resource_id}?_summary=true").json["meta"]["tag"]
    assert door.get(f"Patient/{it.resource_id}?_summary=sometimes").status == 400
    assert b"\n" in door.get(f"Patient/{it.resource_id}?_pretty=true").body


def test_each_reading_is_logged_with_who_was_shown(door_of: Callable[..., Door]) -> None:
    from throughcare.ledger.models import Read

    door, it = door_of("provider"), some("Condition", data_class="clinical")
    before = Read.objects.count()
    door.get(f"Condition/{it.resource_id}")
    row = Read.objects.order_by("-id")[0]
    assert Read.objects.count() == before + 1
    assert (row.people, row.classes, row.role) == ([it.person_id], ["clinical"], "provider")
    door_of("custody").get(f"Condition/{it.resource_id}")
    assert Read.objects.count() == before + 1, "what was not shown was not read"


def test_a_revoked_token_reads_nothing_more_though_its_lens_is_kept(door_of: Callable[..., Door]) -> None:
    from throughcare.access import actions
    from throughcare.access.models import Token
    from throughcare.kernel.actor import Actor

    door, it = door_of("provider"), some("Patient")
    assert door.get(f"Patient/{it.resource_id}").status == 200
    actions.revoke_token(actor=Actor.system("test"), token_id=Token.objects.get().id)
    for path in (f"Patient/{it.resource_id}", f"Patient/{it.resource_id}/_history", "Patient/_history"):
        assert door.get(path).status == 401, path


def test_a_person_reads_their_own_record_alone(door_of: Callable[..., Door]) -> None:
    from throughcare.ledger.models import Current

    mine, other = Current.objects.filter(type="Patient").order_by("resource_id")[:2]
    door = door_of("patient", person=str(mine.resource_id))
    assert door.get(f"Patient/{mine.resource_id}").status == 200
    assert door.get(f"Patient/{other.resource_id}").status == 404
    app = door_of("provider", person=str(mine.resource_id))
    assert app.get(f"Patient/{mine.resource_id}").status == 200
    assert app.get(f"Patient/{other.resource_id}").status == 404


@pytest.mark.parametrize(
    "meta",
    [
        {"source": "urn:throughcare:sender:him"},
        {"source": 'urn:odd:"\\'},
        {"source": "urn:x", "profile": ["http://hl7.org/fhir/StructureDefinition/vitalsigns"]},
        {"tag": [{"code": "a"}]},
    ],
)
def test_what_was_sent_is_shown_with_its_meta_and_ours(meta: dict[str, object], in_agency: None) -> None:
    """Where the bytes are only spliced, they are what reading and writing them anew would give."""
    from decimal import Decimal

    from throughcare.exchange.fhir import exact, resource
    from throughcare.exchange.fhir.store import Row
    from throughcare.kernel.fhir import encode

    id_ = uuid4()
    body = {"resourceType": "Observation", "id": str(id_), "meta": meta, "status": "final", "code": {"text": "x"},
            "valueQuantity": {"value": Decimal("7.10")}, "contained": [{"resourceType": "Patient", "id": "a", "meta": {"source": "b"}}]}  # fmt: skip
    row = Row("Observation", id_, 3, None, "clinical", 0, datetime(2026, 11, 1, 7, 8, 9, 5, UTC), 9, encode(body))
    shown = resource.shown(row, ())
    told = exact.kept(shown or b"")
    ours = {"versionId": "3", "lastUpdated": "2026-11-01T07:08:09.000005Z"}
    assert {k: v for k, v in told["meta"].items() if k not in ("security", "profile")} == {
        k: v for k, v in {**meta, **ours}.items() if k != "profile"
    }
    assert set(meta.get("profile", ())) <= set(told["meta"].get("profile", ())) and told["meta"]["security"]
    assert {**told, "meta": 0} == {**body, "meta": 0} and b"7.10" in (shown or b"")
    assert shown == exact.write(told)
