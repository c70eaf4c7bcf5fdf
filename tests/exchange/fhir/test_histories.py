"""The history of types: the same versions by whichever way they are found, page by page, and no stranger's on the way."""

from datetime import timedelta

import pytest

from tests.exchange.fhir.conftest import Door, open_door
from tests.exchange.fhir.test_reading import some
from throughcare.exchange.fhir import histories

pytestmark = pytest.mark.usefixtures("in_agency")
Told = list[tuple[str, str, str]]


def told(door: Door, asked: str) -> Told:
    """Walk a history to its end; gives type, id and version of each entry in its order."""
    url, seen = asked, []
    while url:
        page = door.get(url)
        assert page.status == 200, page.body
        seen += [
            (e["resource"]["resourceType"], e["resource"]["id"], e["response"]["etag"])
            for e in page.json.get("entry", ())
        ]
        url = next((link["url"] for link in page.json["link"] if link["relation"] == "next"), "")
    return seen


def door_for(role: str) -> Door:
    if role == "patient":
        return open_door(role, person=str(some("Observation").person_id))
    return open_door(role, facility="hartford" if role == "rn" else "")


@pytest.mark.parametrize("role", ["provider", "rn", "patient", "custody"])
def test_every_way_tells_the_same(role: str, monkeypatch: pytest.MonkeyPatch) -> None:
    door = door_for(role)
    whole = told(door, "_history?_count=1000")
    assert len(whole) == len(set(whole)) > 1
    monkeypatch.setattr(histories, "LEAST", 20)
    for far in (0, 10**9):  # by persons or classes at once; from the newest on to the end
        monkeypatch.setattr(histories, "FAR", far)
        assert told(door, f"_history?_count={len(whole) // 3 + 1}") == whole, far
    kinds = sorted({kind for kind, _, _ in whole})
    assert sorted(one for kind in kinds for one in told(door, f"{kind}/_history?_count=400")) == sorted(whole)


def test_each_version_is_told_that_its_own_history_tells() -> None:
    door = door_for("rn")
    listed = told(door, "Task/_history?_count=200")
    some_ids = list(dict.fromkeys(id_ for _, id_, _ in listed))[:20]
    assert any(etag != 'W/"1"' for _, _, etag in listed)
    for id_ in some_ids:
        assert told(door, f"Task/{id_}/_history") == [one for one in listed if one[1] == id_]


@pytest.fixture
def walked(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Tell of each statement of a history whether it walks through what everybody's records hold."""
    found: list[bool] = []
    rows = histories.store.rows

    def asked(sql: str, values: list[object]) -> list[tuple[object, ...]]:
        found.append(sql.startswith(histories.WALK[:30]))
        return rows(sql, values)

    monkeypatch.setattr(histories.store, "rows", asked)
    return found


def test_whoever_sees_one_person_is_led_past_nobody_else(walked: list[bool]) -> None:
    assert told(door_for("patient"), "_history?_count=1000")
    assert not any(walked) and len(walked) < 8


@pytest.mark.parametrize("role", ["rn", "custody", "scheduler"])
def test_whoever_sees_few_looks_at_so_many_of_the_newest_and_then_at_theirs(
    role: str, walked: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(histories, "FAR", 20)
    monkeypatch.setattr(histories, "LEAST", 20)
    page = door_for(role).get("_history", _count=900)
    assert page.status == 200 and sum(walked) == 1 and len(walked) > 1


def test_since_ends_the_walk_and_goes_on_to_the_next_page(walked: list[bool], monkeypatch: pytest.MonkeyPatch) -> None:
    from throughcare.ledger.models import Version

    door = door_for("provider")
    times = sorted(Version.objects.filter(type="Observation").values_list("written_at", flat=True))
    since = times[len(times) // 2].isoformat().replace("+00:00", "Z")
    later = told(door, f"Observation/_history?_count=3&_since={since}")
    assert later == told(door, f"Observation/_history?_count=1000&_since={since}")
    assert later == told(door, "Observation/_history?_count=1000")[: len(later)]
    assert 0 < len(later) < len(times)
    monkeypatch.setattr(histories, "LEAST", 2)
    monkeypatch.setattr(histories, "SLACK", timedelta())
    walked.clear()
    assert told(door, f"Observation/_history?_count=1&_since={times[-1].isoformat().replace('+00:00', 'Z')}")
    assert 0 < sum(walked) < 6


def test_what_is_hidden_now_hides_what_it_was() -> None:
    """An entry that was moved to a closed class leaves no version of it in the history of its type."""
    from throughcare import ledger
    from throughcare.kernel import clock, db
    from throughcare.kernel.actor import Actor
    from throughcare.kernel.ids import uuid7
    from throughcare.kernel.vocabulary import DataClass

    id_, person = uuid7(), some("Observation").person_id
    body = {"resourceType": "Flag", "id": str(id_), "status": "active", "code": {"text": "zzmoved"}}
    for cls in (DataClass.OPERATIONAL_ALERT, DataClass.CLINICAL):
        with db.writing(Actor.system("test")) as unit:
            unit.action = "test.keep"
            ledger.record(type="Flag", id=id_, person_id=person, data_class=cls, body=body, happened_at=clock.now())
        officer = {one[1] for one in told(open_door("custody"), "Flag/_history?_count=1000")}
        assert (str(id_) in officer) is (cls is DataClass.OPERATIONAL_ALERT)
    listed = told(open_door("provider"), "Flag/_history?_count=1000")
    assert [etag for _, one, etag in listed if one == str(id_)] == ['W/"2"', 'W/"1"']
