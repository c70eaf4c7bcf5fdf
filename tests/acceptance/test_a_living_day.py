"""A whole day through the front doors: custody's messages come in, health staff work, custody is told, people go on and home."""

from datetime import timedelta

import pytest

from tests.care.intake.test_thread import HEALTHY_LOOK, answer_instruments, healthy
from tests.exchange.messages import START, Arrival, message
from throughcare.care.intake import actions as intake
from throughcare.care.intake.models import Arrival as Coming
from throughcare.custody import reads as custody
from throughcare.custody.models import Facility
from throughcare.duties import audit as duties_audit
from throughcare.duties.models import Duty
from throughcare.exchange.hl7v2 import actions as exchange
from throughcare.exchange.hl7v2 import audit as messages_audit
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import derived, uuid7
from throughcare.kernel.vocabulary import Role
from throughcare.ledger import verify

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def send(event: str, arrival: Arrival, control_id: str, hours: float = 0) -> bytes:
    """Send one message at the time of which it tells."""
    with clock.frozen(arrival.at + timedelta(minutes=1)):
        _, ack = exchange.receive(message(event, arrival, control_id=control_id), "mllp")
    return ack


def screen(person_id, nurse) -> None:
    """Take somebody in as a healthy man."""
    arrival = Coming.objects.get(person_id=person_id)
    one = {"actor": nurse, "person_id": person_id, "arrival_id": arrival.id}
    intake.finish_quick_look(**one, posted=HEALTHY_LOOK)
    intake.save_screening(**one, posted=healthy())
    answer_instruments(nurse, arrival)
    intake.sign_screening(**one)


def test_from_the_van_through_a_transfer_to_an_unplanned_release_and_back(client, custody_lens) -> None:
    hartford = Facility.objects.get(short_name__istartswith="Hartford")
    osborn = Facility.objects.get(short_name__istartswith="Osborn")
    nurse = Actor("staff", derived("test", "nurse"), "Demo-Nurse, Ada", Role.RN, hartford.id)
    luis = Arrival()

    # 08:00: the van. One bus of twelve would be twelve of these.
    assert b"MSA|AA" in send("A01", luis, "C1")
    assert b"MSA|AA" in send("A01", luis, "C1"), "a repeat is acknowledged and applied once"
    person = Coming.objects.get().person_id
    assert set(Duty.objects.filter(person_id=person, closed_at=None).values_list("rule", flat=True)) >= {
        "INT-00",
        "INT-02",
        "INT-05-TEST",
    }

    # 08:30: the nurse signs; the duty closes in time.
    with clock.frozen(START + timedelta(minutes=30)):
        screen(person, nurse)
    assert Duty.objects.get(person_id=person, rule="INT-02").outcome == "done"
    tb = Duty.objects.get(person_id=person, rule="INT-05-TEST")

    # 10:00: moved to Osborn. What is owed goes along with its original due time; the new site reviews within 12 h.
    moved = luis.moved("OSBORN CI", "B", hours=2)
    assert b"MSA|AA" in send("A02", moved, "C2")
    carried = Duty.objects.get(id=tb.id)
    assert (carried.facility_id, carried.due_at, carried.closed_at) == (osborn.id, tb.due_at, None)
    assert Duty.objects.get(person_id=person, rule="TRN-01", closed_at=None).facility_id == osborn.id

    # 14:00: the court lets him go, unplanned. Nothing is voided that must go on; the cancelled discharge restores it.
    gone = moved.moved("OSBORN CI", "B", hours=4)
    assert b"MSA|AA" in send("A03", gone, "C3")
    assert Duty.objects.get(id=tb.id).outcome != ""
    assert custody.whereabouts(custody_lens, [person]) == {}
    back = gone.moved("OSBORN CI", "B", hours=0.5)
    assert b"MSA|AA" in send("A13", back, "C4")
    restored = Duty.objects.filter(person_id=person, rule="INT-05-TEST", closed_at=None).get()
    assert restored.due_at == tb.due_at

    # 22:14: everything adds up.
    assert verify.run().broken == []
    assert duties_audit.run().sound
    assert messages_audit.run().sound


def test_a_suicidal_remark_reaches_the_officer_s_board_without_its_reason(client) -> None:
    send("A01", Arrival(), "C1")
    coming = Coming.objects.get()
    hartford = Facility.objects.get(id=coming.facility_id)
    client.post("/demo/become", {"role": "rn", "facility": str(hartford.id)})
    answered = client.post(
        f"/people/{coming.person_id}/intake/{coming.id}/look/",
        {"intent": str(uuid7()), **HEALTHY_LOOK, "suicidal-remark": "act"},
    )
    assert answered.status_code in (302, 303)
    client.post("/demo/become", {"role": "custody", "facility": str(hartford.id)})
    board = client.get("/custody/board/").content.decode()
    assert "Sample-Ortiz" in board
    assert "onstant" in board
    for word in ("suicid", "remark", "mental", "risk", "C-SSRS"):
        assert word not in board
