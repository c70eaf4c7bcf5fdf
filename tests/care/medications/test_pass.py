"""The pass over HTTP: who is on it, one tap, exceptions, undo, closing; custody sees nothing; queries stay as many."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.care.medications.line_makers import DAILY, MEDICINES, MORNING, hartford, housed, nurse, ordered
from tests.care.medications.test_programme import sealed_order
from throughcare.care.medications import actions
from throughcare.care.medications.actions import Received
from throughcare.care.medications.models import Dose, MedicationPass, StockLot
from throughcare.custody import actions as custody
from throughcare.devices import actions as devices
from throughcare.duties.models import Duty
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import derived, uuid7
from throughcare.kernel.vocabulary import Role

pytestmark = pytest.mark.django_db
AT = MORNING + timedelta(minutes=5)


def become(client, role="rn") -> None:
    answer = client.post("/demo/become", {"role": role, "facility": str(hartford().id)})
    assert answer.status_code == 302, answer.content.decode()


def post(client, door, **body):
    where = door if door.startswith("/") else f"/pass/{door}/"
    answer = client.post(where, json.dumps({"intent": str(uuid7()), **body}), content_type="application/json")
    return answer.status_code, answer.json()


def line(client, **query):
    answer = client.get("/pass/list/", query)
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()


def test_the_page_carries_no_person_and_the_list_carries_what_a_nurse_looks_at(client) -> None:
    with clock.frozen(AT):
        person = housed(1)
        ordered(person)
        become(client)
        page = client.get("/pass/").content.decode()
        assert "Sample-" not in page.split("<main")[1]
        (one,) = line(client)["people"]
    assert (one["family"], one["number"]) == ("Sample-Reyes", "T9000001")
    assert one["allergies"] == [] and one["allergies_asked"]
    (dose,) = one["doses"]
    assert dose["status"] == "expected"
    assert "isinopril" in dose["text"]
    assert dose["amount"] == "1 tablet"


@pytest.mark.parametrize("role", ["custody", "patient", "hsa"])
def test_whoever_gives_nothing_sees_nothing(client, role) -> None:
    with clock.frozen(AT):
        ordered(housed(1))
        become(client, role)
        for door in ("", "list/", "coming/", "scan/?code=1"):
            answer = client.get(f"/pass/{door}")
            assert answer.status_code == 403, door
            assert b"Sample-" not in answer.content.split(b"<main")[-1]


def test_one_tap_is_charted_once_and_can_be_taken_back(client) -> None:
    with clock.frozen(AT):
        person = housed(1)
        ordered(person)
        ordered(person, product="861007", indication="Diabetes")
        become(client)
        (one,) = line(client)["people"]
        rows = [{"dose": d["id"], "status": "given", "detail": {"identified": "face"}} for d in one["doses"]]
        body = {"person": str(person), "doses": rows, "intent": str(uuid7())}
        first, again = post(client, "chart", **body), post(client, "chart", **body)
        assert first == again
        assert [d["status"] for d in first[1]["doses"]] == ["given", "given"]
        dose = first[1]["doses"][0]
        status, undone = post(client, "undo", person=str(person), dose=dose["dose"], version=dose["version"])
        assert status == 200 and undone["doses"][0]["status"] == "expected"
        other = housed(2)
        status, said = post(client, "chart", person=str(other), doses=rows)
        assert status == 409 and "another person" in said["sentence"]
    assert Dose.objects.filter(status="given").count() == 1


def test_an_exception_needs_what_stands_beside_it(client) -> None:
    with clock.frozen(AT):
        person = housed(1)
        ordered(person)
        become(client)
        dose = line(client)["people"][0]["doses"][0]["id"]
        refused = {"dose": dose, "status": "refused", "reason": "side-effects"}
        status, said = post(client, "chart", person=str(person), doses=[refused])
        assert status == 422 and "capacity" in said["fields"]
        status, _ = post(client, "chart", person=str(person), doses=[{**refused, "detail": {"capacity": "yes"}}])
        assert status == 200
    row = Dose.objects.get(id=dose)
    assert (row.status, row.reason, row.detail["capacity"]) == ("refused", "side-effects", "yes")


@pytest.mark.parametrize("body", ["", "[]", "{", '{"person": 3}', '{"intent": "x"}', '{"doses": [7]}'])
def test_what_cannot_be_read_gets_one_sentence(client, body) -> None:
    become(client)
    for door in ("chart", "ask", "undo"):
        answer = client.post(f"/pass/{door}/", body, content_type="application/json")
        assert answer.status_code == 422, door
        assert answer.json()["sentence"].endswith(".")


def test_closing_lists_the_blanks_first_and_then_gives_them_an_owner(client) -> None:
    with clock.frozen(AT):
        person = housed(1)
        ordered(person)
        become(client)
        status, said = post(client, "close")
        assert status == 200 and len(said["blanks"]) == 1
        assert not MedicationPass.objects.exists()
        status, said = post(client, "close", sure="yes")
        assert said == {"closed": True, "blanks": 1}
        row = MedicationPass.objects.get()
        assert Duty.objects.filter(rule="MED-04", about=row.id, closed_at=None).exists()
        dose = line(client)["people"][0]["doses"][0]["id"]
        post(client, "chart", person=str(person), doses=[{"dose": dose, "status": "given"}])
        assert not Duty.objects.filter(rule="MED-04", about=row.id, closed_at=None).exists()


def test_insulin_asks_for_glucose_and_a_hold_parameter_for_its_value(client) -> None:
    with clock.frozen(AT):
        person = housed(1)
        ordered(person, holds=("Hold if pulse < 50",))
        become(client)
        (one,) = line(client)["people"]
    assert one["doses"][0]["asks"] == [{"measure": "pulse", "below": "50", "above": None}]
    assert one["doses"][0]["holds"] == ["Hold if pulse < 50"]
    assert not one["doses"][0]["think"]


@pytest.mark.parametrize(
    ("holds", "detail", "refused"),
    [
        ("Hold if HR < 50", {"value": "pulse 44"}, "Pulse is 44: hold if pulse below 50"),
        ("Hold if HR < 50", {}, "Measure pulse before the dose"),
        ("Hold if HR < 50", {"value": "pulse 50"}, ""),
        ("SBP < 100 or HR < 50", {"value": "pulse 62"}, "Measure systolic pressure"),
        ("SBP < 100 or HR < 50", {"value": "pulse 62, systolic 99"}, "Systolic pressure is 99"),
        ("SBP < 100 or HR < 50", {"value": "pulse 62, systolic 100"}, ""),
        ("Hold if sedated", {}, ""),
    ],
)
def test_what_the_order_holds_is_not_given_whoever_asks(client, holds, detail, refused) -> None:
    with clock.frozen(AT):
        person = housed(1)
        order = ordered(person, holds=(holds,))
        become(client)
        (one,) = line(client)["people"]
        assert one["doses"][0]["think"] is ("sedated" in holds), "a word that is no figure is for the nurse to think of"
        dose = one["doses"][0]["id"]
        status, said = post(
            client, "chart", person=str(person), doses=[{"dose": dose, "status": "given", "detail": detail}]
        )
        assert (status, Dose.objects.get(id=dose).status) == ((422, "expected") if refused else (200, "given"))
        assert refused in json.dumps(said)
        if refused:
            held = {"dose": dose, "status": "held", "reason": "parameter", "detail": {"value": "pulse 44"}}
            assert post(client, "chart", person=str(person), doses=[held])[0] == 200
    assert Dose.objects.filter(order_id=order).exclude(status="expected").count() == 1


PRN = {"kind": "prn", "min_interval_minutes": 360, "max_in_24h": 3}


def test_as_needed_is_offered_with_its_next_time(client) -> None:
    with clock.frozen(AT):
        person = housed(1)
        order = ordered(person, product="198440", timing=PRN, as_needed_for="Pain")
        become(client)
        (asked,) = line(client)["people"][0]["as_needed"]
        assert asked["earliest"] == ""
        status, _ = post(client, "ask", person=str(person), order=str(order), reason="Headache", before="6")
        assert status == 200
        (asked,) = line(client)["people"][0]["as_needed"]
        assert asked["earliest"] == (AT + timedelta(hours=6)).isoformat()
        status, said = post(client, "ask", person=str(person), order=str(order), reason="Headache")
        assert status == 422 and "Earliest: 14:05." in said["sentence"]


@pytest.mark.parametrize(
    ("detail", "refused"),
    [
        ({"value": "pulse 44"}, "Pulse is 44: hold if pulse below 50"),
        ({}, "Measure pulse before the dose"),
        ({"value": "pulse fast"}, "Measure pulse before the dose"),
        ({"value": "pulse 50"}, ""),
        ({"value": "50"}, ""),
    ],
)
def test_what_an_as_needed_order_holds_is_not_given_whoever_asks(client, detail, refused) -> None:
    with clock.frozen(AT):
        person = housed(1)
        order = ordered(person, product="198440", timing=PRN, as_needed_for="Pain", holds=("Hold if HR < 50",))
        become(client)
        (asked,) = line(client)["people"][0]["as_needed"]
        assert asked["asks"] == [{"measure": "pulse", "below": "50", "above": None}]
        status, said = post(client, "ask", person=str(person), order=str(order), reason="Headache", detail=detail)
        assert (status, refused in said.get("sentence", "")) == ((422, True) if refused else (200, True)), said
        page = f"/people/{person}/medications/{order}/"
        if refused:
            form = {"reason": "Headache", "value": detail.get("value", ""), "intent": str(uuid7())}
            assert refused in client.post(f"{page}as-needed/", form).content.decode()
    rows = Dose.objects.filter(order_id=order, status="given")
    assert rows.count() == (not refused)
    assert not rows or rows.get().detail["value"] == detail["value"], "what was measured stays with the dose"


def test_an_as_needed_dose_that_a_tablet_has_is_given_by_two(client) -> None:
    with clock.frozen(AT):
        person = housed(1)
        order = ordered(person, product="1049221", timing=PRN, as_needed_for="Pain", days=2)
        device = devices.enrol_device(actor=nurse(), device_id=uuid7(), facility_id=hartford().id, name="Cart 1")
        devices.take_bundle(actor=nurse(), device_id=device, people=1, own={"dose": [order]})
        become(client)
        shown = line(client)
        assert shown["leases"] == {str(order): str(device)}
        status, said = post(client, "ask", person=str(person), order=str(order), reason="Pain")
        assert status == 422 and "Two people give it here" in said["sentence"]
        assert "Two people give it here" in client.get(f"/people/{person}/medications/{order}/").content.decode()
        devices.return_bundle(actor=nurse(), device_id=device)
        assert post(client, "ask", person=str(person), order=str(order), reason="Pain")[0] == 200


def test_queries_do_not_grow_with_the_line(client) -> None:
    with clock.frozen(AT):
        become(client)
        counts = []
        for size in (1, 6):
            for n in range(size):
                person = housed(10 * size + n)
                ordered(person)
                ordered(person, product="861007", timing=DAILY, indication="Diabetes")
            with CaptureQueriesContext(
                connection,
            ) as seen:
                assert len(line(client)["people"]) >= size
            counts.append(len(seen))
    assert counts[0] == counts[1] <= 40, counts


def test_paper_is_entered_late_and_a_possible_double_is_found(client) -> None:
    with clock.frozen(AT + timedelta(hours=3)):
        person = housed(1)
        ordered(person)
        ordered(person, product="861007", indication="Diabetes")
        become(client)
        one, two = (d["id"] for d in line(client, **{"pass": "morning"})["people"][0]["doses"])
        on_paper = {"status": "given", "at": (MORNING + timedelta(minutes=10)).isoformat()}
        status, _ = post(client, "chart", person=str(person), doses=[{"dose": one, "status": "given"}])
        assert status == 200
        rows = [{"dose": d, **on_paper} for d in (one, two)]
        status, said = post(client, "chart", person=str(person), doses=rows, paper="yes")
        assert status == 200, said
        assert Duty.objects.filter(rule="MED-06", about=one, closed_at=None).exists()
        no_time = [{"dose": two, "status": "given"}]
        assert post(client, "chart", person=str(person), doses=no_time, paper="yes")[0] == 422
    late = Dose.objects.get(id=two)
    assert (late.status, late.happened_at, late.detail["entered_late"]) == (
        "given",
        MORNING + timedelta(minutes=10),
        "yes",
    )
    assert "entered by Demo-" in Dose.objects.get(id=one).detail["paper"]


def test_a_dose_is_taken_from_the_lot_that_expires_first_and_empty_units_are_not_offered(client) -> None:
    with clock.frozen(AT):
        person = housed(1)
        ordered(person)
        ordered(person, product=MEDICINES[1], timing={"kind": "prn", "min_interval_minutes": 60, "max_in_24h": 4})
        about = {"actor": nurse(), "facility_id": hartford().id}
        for lot, days in (("LATE", 400), ("SOON", 40)):
            received = Received(
                "room", Decimal(30), lot, product=MEDICINES[0], expires_on=AT.date() + timedelta(days=days)
            )
            actions.receive_stock(**about, received=received)
        other = actions.receive_stock(**about, received=Received("cart", Decimal(30), "PRN", product=MEDICINES[1]))
        become(client)
        shown = line(client)
        assert shown["units"] == [], "nobody is housed in a unit"
        lots = shown["lots"][MEDICINES[0]]
        assert [x["lot"] for x in lots] == ["SOON", "LATE"]
        (one,) = shown["people"]
        dose = one["doses"][0]["id"]
        said = {"dose": dose, "status": "given", "detail": {"stock": lots[0]["id"]}}
        assert post(client, "chart", person=str(person), doses=[said])[0] == 200
        asked = {"order": one["as_needed"][0]["order"], "reason": "pain", "detail": {"stock": str(other)}}
        assert post(client, "ask", person=str(person), **asked)[0] == 200
    assert dict(StockLot.objects.values_list("lot", "balance")) == {"SOON": 29, "LATE": 30, "PRN": 29}


def test_the_downtime_sheet_is_a_page_and_a_file_for_its_owner_alone(client, tmp_path) -> None:
    from throughcare.app import downtime_files

    with clock.frozen(AT):
        ordered(housed(1))
        become(client)
        programme = Actor("staff", derived("test", "sud"), "Demo-Counsellor, Sol", Role.SUD, hartford().id)
        sealed_order(programme, housed(2), continues=True, starts_at=MORNING)
        watched = housed(3)
        custody.raise_alert(actor=nurse(), person_id=watched, template="watch_constant")
        page = client.get("/pass/downtime/")
        assert b"ethadone" not in page.content, "a nurse without consent gets no programme's dose on paper"
        assert b"Constant observation" in page.content and b"Sample-Baker" in page.content
        become(client, "lpn")
        assert b"ethadone" in client.get("/pass/downtime/").content
        become(client)
        assert page.status_code == 200 and b"Sample-Reyes" in page.content
        assert downtime_files.write(tmp_path / "downtime") == 1
        observed, rounds, file = sheets = sorted((tmp_path / "downtime").iterdir())
    assert "ethadone" in observed.read_text() and "ethadone" not in file.read_text() + rounds.read_text()
    assert {sheet.stat().st_mode & 0o777 for sheet in sheets} == {0o600}
    text = file.read_text()
    assert "Sample-Reyes" in text and "<style>" in text
