"""What becomes of a message: applied, repeated, held or refused; always durable, always accounted for."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from tests.exchange.messages import START, Arrival, message
from throughcare.custody.models import Move, Placement, Stay
from throughcare.duties.models import Duty
from throughcare.exchange.events import MessageHeld, MessageRefused, MessageSettled
from throughcare.exchange.hl7v2 import actions, audit
from throughcare.exchange.models import Message
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, Stale
from throughcare.kernel.ids import derived, uuid7
from throughcare.ledger import verify
from throughcare.people.models import Alias, Identifier, MergeProposal, Person

pytestmark = pytest.mark.django_db
CLERK = Actor("staff", derived("test", "clerk"), "Demo-Clerk, Bo")
LUIS = Arrival(unit="A", cell="101", bed="1")
NOW = START + timedelta(days=30)


@pytest.fixture(autouse=True)
def _later():
    with clock.frozen(NOW):
        yield


def row(receipt):
    return Message.objects.get(id=receipt.message_id)


def here():
    """Where everybody in custody is: facility code, unit code, whether the bed is confirmed."""
    places = Placement.objects.filter(until=None, cancelled=False, stay__state="open")
    return [
        (p.facility.code, p.unit.code if p.unit else "", p.confirmed) for p in places.select_related("facility", "unit")
    ]


def sound():
    account = audit.run()
    assert account.sound, account.lines()
    return account.counts


def test_an_arrival_of_somebody_new_registers_and_admits(take):
    receipt = take(message("A01", LUIS))
    assert (receipt.status, receipt.answer) == ("applied", "AA"), row(receipt).sentence
    person = Person.objects.get()
    assert (person.family, person.given, person.sex, person.language) == ("Sample-Ortiz", "Luis", "male", "es")
    assert Identifier.objects.get().value == "T0000001"
    assert here() == [("hartford", "A", True)]
    stay = Stay.objects.get()
    assert (stay.admitted_at, stay.booking_number) == (LUIS.at, "V0000001")
    assert Move.objects.get().source_ref == str(receipt.message_id)
    assert bytes(row(receipt).raw) == message("A01", LUIS)
    assert sound()["applied"] == 1


def test_the_same_bytes_again_change_nothing_and_are_counted(take):
    take(message("A01", LUIS))
    again = take(message("A01", LUIS))
    assert (again.status, again.answer) == ("repeated", "AA")
    assert (Person.objects.count(), Stay.objects.count()) == (1, 1)
    assert sound() == {"received": 0, "applied": 1, "repeated": 1, "held": 0, "refused": 0}


def test_the_same_id_with_other_bytes_is_held(take):
    take(message("A01", LUIS))
    other = take(message("A02", LUIS.moved("YORK CI", "A"), control_id="C1"))
    assert (other.status, other.answer, other.hold) == ("held", "AA", "other_content")
    assert here() == [("hartford", "A", True)]


def test_another_sender_may_use_the_same_id(take):
    take(message("A01", LUIS))
    other = replace(LUIS, number="T0000002", family="Test-King", birth="19800101", bed="2", visit="V2")
    assert take(message("A01", other, sender="OTHER|JAIL")).status == "applied"


@pytest.mark.parametrize(
    ("damage", "answer"),
    [
        (lambda raw: raw.replace(b"PID|1", b"PIX|1"), "AE"),
        (lambda raw: raw.replace(b"|C1|", b"||"), "AE"),
        (lambda raw: raw.replace(b"ADT^A01^ADT_A01", b"BAR^P01"), "AR"),
        (lambda raw: b"nonsense", "AR"),
    ],
)
def test_what_can_not_be_understood_is_kept_and_refused(take, damage, answer):
    raw = damage(message("A01", LUIS))
    receipt = take(raw)
    assert (receipt.status, receipt.answer) == ("refused", answer)
    assert bytes(row(receipt).raw) == raw
    assert row(receipt).sentence
    assert Person.objects.count() == 0
    assert sound()["refused"] == 1


def test_a_refused_message_sent_again_gets_the_same_answer(take):
    raw = message("A01", LUIS).replace(b"PV1|1", b"PVX|1")
    assert [take(raw).answer for _ in range(3)] == ["AE"] * 3
    assert sound() == {"received": 0, "applied": 0, "repeated": 2, "held": 0, "refused": 1}


def test_a_refused_message_may_be_corrected_under_its_id(take):
    take(message("A01", LUIS).replace(b"PV1|1", b"PVX|1"))
    assert take(message("A01", LUIS)).status == "applied"


def test_a_move_a_release_and_its_cancellation(take):
    there = LUIS.moved("OSBORN CI", "A", "102", "1")
    take(message("A01", LUIS))
    assert take(message("A02", there, control_id="C2", prior=LUIS)).status == "applied"
    assert here() == [("osborn", "A", True)]
    take(message("A03", there.moved("OSBORN CI", "A", "102", "1"), control_id="C3"))
    assert here() == []
    assert take(message("A13", there.moved("OSBORN CI", "A", "102", "1", hours=2), control_id="C4")).status == "applied"
    assert here() == [("osborn", "A", True)]
    assert Stay.objects.get().state == "open"


def test_a_cancelled_move_takes_the_person_back(take):
    there = LUIS.moved("OSBORN CI", "A")
    take(message("A01", LUIS))
    take(message("A02", there, control_id="C2"))
    assert take(message("A12", replace(LUIS, at=there.at + timedelta(hours=1)), control_id="C3")).status == "applied"
    assert here() == [("hartford", "A", True)]


def test_a_cancelled_arrival_is_no_stay(take):
    take(message("A01", LUIS))
    assert take(message("A11", replace(LUIS, at=LUIS.at + timedelta(hours=1)), control_id="C2")).status == "applied"
    assert Stay.objects.get().state == "cancelled"
    assert take(message("A01", replace(LUIS, at=LUIS.at + timedelta(hours=2), visit="V9"), control_id="C3")).status == (
        "applied"
    )


def test_a_move_before_its_arrival_waits_and_is_applied_when_it_comes(take):
    there = LUIS.moved("OSBORN CI", "A")
    first = take(message("A02", there, control_id="C2"))
    assert (first.status, first.answer, first.hold) == ("held", "AA", "unknown_person")
    assert take(message("A01", LUIS)).status == "applied"
    assert row(first).status == "applied"
    assert here() == [("osborn", "A", False)]
    assert sound() == {"received": 0, "applied": 2, "repeated": 0, "held": 0, "refused": 0}


def test_a_taken_bed_does_not_hide_where_somebody_is(take):
    take(message("A01", LUIS))
    other = replace(LUIS, number="T0000002", family="Test-King", birth="19800101", visit="V2")
    assert take(message("A01", other, control_id="C2")).answer == "AA"
    assert sorted(here()) == [("hartford", "A", False), ("hartford", "A", True)]


def test_an_unknown_place_waits_for_its_name(take):
    elsewhere = replace(LUIS, facility="ATLANTIS", unit="Q")
    receipt = take(message("A01", elsewhere))
    assert (receipt.status, receipt.hold) == ("held", "unknown_place")
    assert Person.objects.count() == 0, "what is held is undone"
    from throughcare.custody.models import Facility, PlaceCode

    PlaceCode.objects.create(facility=Facility.objects.get(code="york"), code="ATLANTIS")
    assert actions.retry_place(actor=CLERK, code="Atlantis") == 1
    assert here() == [("york", "", False)]
    assert row(receipt).status == "applied"


def test_an_unknown_unit_is_not_held(take):
    take(message("A01", replace(LUIS, unit="QQ", cell="7", bed="3")))
    assert here() == [("hartford", "", False)]
    assert Placement.objects.get().bed_named == "QQ-7-3"


def test_a_new_name_keeps_the_old_one_and_an_old_message_does_not_undo_it(take):
    take(message("A01", LUIS))
    later = replace(LUIS, family="Sample-Reyes", at=LUIS.at + timedelta(hours=5))
    take(message("A08", later, control_id="C2"))
    take(message("A31", replace(LUIS, family="Sample-Old", at=LUIS.at + timedelta(hours=1)), control_id="C3"))
    assert Person.objects.get().family == "Sample-Reyes"
    assert Alias.objects.get().family == "Sample-Ortiz"


def test_a_legal_status_that_changes_is_a_new_segment(take):
    from throughcare.custody.models import LegalStatus

    take(message("A01", LUIS))
    take(message("A08", replace(LUIS, legal_status="sentenced", at=LUIS.at + timedelta(hours=5)), control_id="C2"))
    assert list(LegalStatus.objects.order_by("since").values_list("kind", flat=True)) == ["accused", "sentenced"]


def test_two_numbers_of_one_person_are_proposed_and_a_person_decides(take):
    take(message("A28", LUIS))
    take(message("A28", replace(LUIS, number="T0000002", family="Test-King", birth="19800101"), control_id="C2"))
    receipt = take(message("A40", LUIS, control_id="C3", gives_up="T0000002"))
    assert receipt.status == "applied"
    assert MergeProposal.objects.get(state="open").source == "test"
    assert Person.objects.filter(survivor=None).count() == 2


def test_a_merge_of_an_unknown_number_waits_for_it(take):
    take(message("A28", LUIS))
    held = take(message("A40", LUIS, control_id="C3", gives_up="T0000002"))
    assert held.hold == "unknown_person"
    take(message("A28", replace(LUIS, number="T0000002", family="Test-King", birth="19800101"), control_id="C2"))
    assert row(held).status == "applied"


def test_a_number_with_another_name_and_birth_date_is_held(take):
    take(message("A01", LUIS))
    other = replace(LUIS, family="Test-King", given="Ann", birth="19610505", at=LUIS.at + timedelta(hours=1))
    receipt = take(message("A08", other, control_id="C2"))
    assert receipt.hold == "other_person"
    assert Person.objects.get().family == "Sample-Ortiz"
    named = actions.name_person(actor=CLERK, message_id=receipt.message_id, person_id=Person.objects.get().id)
    assert named.status == "applied"
    assert Person.objects.get().family == "Test-King"


def test_numbers_of_two_people_are_held(take):
    take(message("A28", LUIS))
    take(message("A28", replace(LUIS, number="T0000002", family="Test-King", birth="19800101"), control_id="C2"))
    raw = message("A08", LUIS, control_id="C3").replace(
        b"T0000001^^^CTDOC^MR", b"T0000001^^^CTDOC^MR~T0000002^^^CTDOC^MR"
    )
    assert take(raw).hold == "two_people"


def test_what_lies_ahead_waits_for_its_time(take):
    receipt = take(message("A01", replace(LUIS, at=NOW + timedelta(hours=30))))
    assert receipt.hold == "ahead"
    assert actions.retry_due(actor=Actor.system("ticker")) == 0
    with clock.frozen(NOW + timedelta(hours=31)):
        assert actions.retry_due(actor=Actor.system("ticker")) == 1
    assert len(here()) == 1


def test_a_sender_whose_clock_is_ahead_is_believed_but_for_the_time(take):
    receipt = take(message("A01", replace(LUIS, at=NOW + timedelta(hours=5))))
    assert receipt.status == "applied"
    assert Stay.objects.get().admitted_at == NOW
    assert "lies ahead" in row(receipt).problems[0]["sentence"]


def test_an_arrival_in_the_middle_of_another_stay_is_held(take):
    take(message("A01", LUIS))
    again = replace(LUIS, visit="V2", at=LUIS.at + timedelta(days=2), facility="OSBORN CI")
    assert take(message("A01", again, control_id="C2")).hold == "out_of_order"
    assert take(message("A03", replace(LUIS, at=LUIS.at + timedelta(days=1)), control_id="C3")).status == "applied"
    assert here()[0][0] == "osborn"
    assert sound()["held"] == 0


def test_a_move_by_somebody_here_is_not_undone_by_an_older_message(take):
    from throughcare.custody import actions as custody

    take(message("A01", LUIS))
    person = Person.objects.get()
    york = custody.Spot(derived("facility", "york"))
    custody.transfer(actor=CLERK, person_id=person.id, to=york, happened_at=LUIS.at + timedelta(hours=5))
    assert take(message("A02", LUIS.moved("OSBORN CI", "A", hours=2), control_id="C2")).status == "applied"
    assert here() == [("york", "", False)]
    assert take(message("A02", LUIS.moved("OSBORN CI", "A", hours=9), control_id="C3")).status == "applied"
    assert here() == [("osborn", "A", False)]


def test_somebody_admitted_here_is_moved_and_released_by_the_feed(take):
    from throughcare.custody import actions as custody

    take(message("A28", LUIS))
    person = Person.objects.get()
    custody.admit(actor=CLERK, person_id=person.id, to=custody.Spot(derived("facility", "york")), happened_at=LUIS.at)
    assert take(message("A02", LUIS.moved("OSBORN CI", "A"), control_id="C2")).status == "applied"
    assert here() == [("osborn", "A", False)]
    assert take(message("A03", LUIS.moved("OSBORN CI", "A", hours=3), control_id="C3")).status == "applied"
    assert here() == []


def test_a_death_is_told_to_people_and_ends_the_stay(take):
    take(message("A01", LUIS))
    raw = message("A03", replace(LUIS, at=LUIS.at + timedelta(hours=2)), control_id="C2")
    lines = raw.decode().split("\r")
    lines = [f"{line}{'|' * 15}Y" if line.startswith("PID") else line for line in lines]
    assert take("\r".join(lines).encode()).status == "applied"
    assert Person.objects.get().deceased_at is not None
    assert here() == []


def test_a_message_that_breaks_us_is_kept_and_held(take, monkeypatch):
    from throughcare.exchange.hl7v2 import applying

    def poison(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(applying, "apply", poison)
    receipt = take(message("A01", LUIS))
    assert (receipt.status, receipt.answer, receipt.hold) == ("held", "AA", "failed")
    assert bytes(row(receipt).raw) == message("A01", LUIS)
    monkeypatch.undo()
    assert actions.replay_message(actor=CLERK, message_id=receipt.message_id).status == "applied"
    assert row(receipt).settled_by == CLERK.label()


def test_a_constraint_broken_at_the_end_does_not_lose_the_message(take, monkeypatch):
    from throughcare.exchange.hl7v2 import applying

    def poison(*_):
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO exchange_message (id) VALUES (NULL)")

    monkeypatch.setattr(applying, "apply", poison)
    assert take(message("A01", LUIS)).hold == "failed"
    assert sound()["held"] == 1


def test_a_held_message_is_dismissed_with_a_reason(take):
    receipt = take(message("A02", LUIS))
    with pytest.raises(Invalid):
        actions.dismiss_message(actor=CLERK, message_id=receipt.message_id, why="")
    actions.dismiss_message(actor=CLERK, intent=uuid7(), message_id=receipt.message_id, why="Sent by a test system")
    assert (row(receipt).status, row(receipt).answer, row(receipt).why) == ("refused", "AA", "Sent by a test system")
    with pytest.raises(Stale):
        actions.replay_message(actor=CLERK, message_id=receipt.message_id)
    assert sound()["refused"] == 1


def test_a_person_unknown_to_us_can_be_registered_from_the_board(take):
    held = take(message("A08", LUIS))
    assert held.hold == "unknown_person"
    assert actions.register_person(actor=CLERK, message_id=held.message_id).status == "applied"
    assert Person.objects.get().family == "Sample-Ortiz"


def test_a_message_can_be_given_to_somebody_who_is_here(take):
    take(message("A01", LUIS))
    held = take(message("A02", replace(LUIS.moved("OSBORN CI", "A"), number="T9999999"), control_id="C2"))
    assert held.hold == "unknown_person"
    person = Person.objects.get()
    assert actions.name_person(actor=CLERK, message_id=held.message_id, person_id=person.id).status == "applied"
    assert here() == [("osborn", "A", False)]
    assert Identifier.objects.filter(person=person).count() == 2


def test_others_hear_of_what_is_held_and_settled(take):
    from throughcare.kernel import events

    heard = []
    for kind in (MessageHeld, MessageRefused, MessageSettled):
        events.on(kind, heard.append)
    take(message("A02", LUIS.moved("OSBORN CI", "A"), control_id="C2"))
    take(b"nonsense")
    take(message("A01", LUIS))
    assert [type(one).__name__ for one in heard] == ["MessageHeld", "MessageRefused", "MessageSettled"]
    from throughcare.app.wiring import wire

    wire()


def test_the_database_keeps_what_came_as_it_came(take):
    receipt = take(message("A01", LUIS))
    for change in ("raw = 'x'::bytea", "sender = 'x'", "digest = 'x'::bytea", "received_at = now()", "answer = 'AE'"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE exchange_message SET {change} WHERE id = %s", [receipt.message_id])


def test_no_log_line_holds_anything_of_the_message(take, monkeypatch, caplog):
    from throughcare.exchange.hl7v2 import applying

    def poison(*_):
        raise ValueError("Sample-Ortiz")

    monkeypatch.setattr(applying, "apply", poison)
    take(message("A01", LUIS))
    assert "could not be applied" in caplog.text
    assert "Sample" not in caplog.text


def test_somebody_admitted_by_hand_sets_free_what_waited(take):
    from throughcare.custody import actions as custody

    held = take(message("A02", LUIS.moved("OSBORN CI", "A"), control_id="C2"))
    take(message("A28", LUIS))
    assert row(held).hold == "out_of_order"
    person = Person.objects.get()
    custody.admit(actor=CLERK, person_id=person.id, to=custody.Spot(derived("facility", "york")), happened_at=LUIS.at)
    assert row(held).status == "applied"
    assert here() == [("osborn", "A", False)]


def test_an_older_stay_told_later_is_laid_in_its_place_and_changes_nothing_of_today(take) -> None:
    take(message("A01", LUIS, control_id="N1"))
    person = Person.objects.get()
    now = Placement.objects.get(until=None)
    owed = Duty.objects.filter(person=person).count()
    older = replace(
        LUIS, visit="V0000009", at=LUIS.at - timedelta(days=120), facility="OSBORN CI", unit="A", cell="", bed=""
    )
    first = take(message("A01", older, control_id="O1"))
    assert first.status == "held", "nothing says yet when it ended"
    moved = replace(older, facility="HARTFORD CC", at=older.at + timedelta(days=3))
    take(message("A02", moved, control_id="O2"))
    ended = take(message("A03", replace(moved, at=older.at + timedelta(days=40)), control_id="O3"))
    assert ended.status == "applied"
    assert Message.objects.get(id=first.message_id).status == "applied"
    stays = list(Stay.objects.filter(person=person).order_by("admitted_at"))
    assert [(s.state, s.booking_number) for s in stays] == [("ended", "V0000009"), ("open", LUIS.visit)]
    assert stays[0].ended_at == older.at + timedelta(days=40)
    assert Placement.objects.filter(stay=stays[0]).count() == 2
    assert Placement.objects.get(until=None) == now
    assert Duty.objects.filter(person=person).count() == owed, "what it called for was owed then"
    assert audit.run().sound
    assert verify.run().broken == []


def test_an_older_stay_that_would_lie_over_another_waits_on_the_board(take) -> None:
    take(message("A01", LUIS, control_id="N1"))
    older = replace(LUIS, visit="V0000009", at=LUIS.at - timedelta(days=10))
    take(message("A01", older, control_id="O1"))
    over = take(message("A03", replace(older, at=LUIS.at + timedelta(days=1)), control_id="O2"))
    assert over.status == "held"
    assert Stay.objects.count() == 1
    assert audit.run().sound
