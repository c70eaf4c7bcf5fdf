"""The clinic's day: slots, clashes, custody's plans; what a visit costs; the person's word on a visit that did not take place."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.care.sick_call.test_actions import MORNING, ask, nurse, patient, person, place  # noqa: F401
from tests.care.sick_call.test_screens import become
from throughcare.care.sick_call import actions, rules, slots, standing
from throughcare.care.sick_call.models import CareRequest, NoShow
from throughcare.care.sick_call.rule_table import load_table
from throughcare.custody.models import OperationalAlert, ScheduledEvent
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, Stale
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import Role
from throughcare.people.actions import Demographics, register

CLINIC = load_table().clinic
TEN = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)  # ten in the morning in Connecticut


def test_a_day_has_its_slots_and_a_moment_its_slot() -> None:
    day = slots.day_of(TEN.date(), CLINIC)
    assert (day[0].hour, len(day)) == (7, 24)
    assert slots.slot_of(TEN + timedelta(minutes=19), CLINIC) == TEN


def test_what_stands_in_the_way() -> None:
    now = TEN - timedelta(hours=2)
    trip = slots.Busy("a court trip", TEN - timedelta(hours=1), TEN + timedelta(hours=8))
    assert slots.in_the_way(TEN, now, CLINIC, taken=0) is None
    assert "ahead" in slots.in_the_way(now, now, CLINIC, taken=0).en
    assert "full at 10:00" in slots.in_the_way(TEN, now, CLINIC, taken=CLINIC.places).en
    assert "court trip" in slots.in_the_way(TEN, now, CLINIC, taken=0, plans=[trip]).en
    same_day = [TEN + timedelta(hours=1)]
    assert "11:00 that day already" in slots.in_the_way(TEN, now, CLINIC, taken=0, own=same_day).en
    assert slots.in_the_way(TEN, now, CLINIC, taken=CLINIC.places, own=[TEN]) is None, "both in one visit"
    found = slots.free(now, CLINIC, taken={TEN: CLINIC.places}, plans=[])
    assert TEN not in found and found[0] == TEN - timedelta(minutes=100)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"exempt": "chronic"}, "chronic"),
        ({"priority": "emergent"}, "emergency"),
        ({"paged": True}, "emergency"),
        ({"kind": "mental"}, "type"),
        ({"kind": "pregnancy"}, "type"),
        ({"priority": "mental"}, "type"),
        ({"complaint": "skin-rash"}, "infection"),
        ({"channel": "staff"}, "staff"),
    ],
)
def test_a_co_payment_is_off_and_where_on_never_for_what_stays_free(more: dict[str, object], why: str) -> None:
    table = load_table()
    plain = {"kind": "sick", "complaint": "headache", "channel": "kiosk", "priority": "routine", "paged": False}
    assert rules.copayment(table, **plain) == rules.Charge(0, ""), "off"
    on = replace(table, copayment=replace(table.copayment, charged=True))
    assert rules.copayment(on, **plain) == rules.Charge(300, "")
    assert rules.copayment(on, **(plain | more)) == rules.Charge(0, why)


@pytest.fixture
def asked(patient, person, nurse):  # noqa: F811
    with clock.frozen(MORNING):
        done = ask(patient, person)
        actions.triage_request(actor=nurse, person_id=person, request_id=done.request_id, priority="routine")
        yield done.request_id


def schedule(nurse, person, request, at):  # noqa: F811
    actions.schedule_visit(actor=nurse, person_id=person, request_id=request, at=at)


@pytest.mark.django_db
def test_nobody_is_booked_twice_or_into_a_full_slot_or_onto_a_court_day(asked, nurse, person, patient, place) -> None:  # noqa: F811
    schedule(nurse, person, asked, TEN)
    again = ask(patient, person, words="my tooth hurts", kind="dental").request_id
    actions.triage_request(actor=nurse, person_id=person, request_id=again, priority="dental")
    with pytest.raises(Invalid) as refusal:
        schedule(nurse, person, again, TEN + timedelta(hours=2))
    assert "10:00 that day already" in refusal.value.fields["time"]
    schedule(nurse, person, again, TEN)
    for n in range(CLINIC.places):
        other = register(actor=Actor.feed("custody"), demographics=Demographics(f"Test-King{n}", "Ann"))
        by = Actor("patient", other, "Test-King, Ann", Role.PATIENT, place.id)
        row = ask(by, other).request_id
        actions.triage_request(actor=nurse, person_id=other, request_id=row, priority="routine")
        if n < CLINIC.places - 1:
            schedule(nurse, other, row, TEN + timedelta(minutes=5))
            continue
        with pytest.raises(Invalid) as refusal:
            schedule(nurse, other, row, TEN)
        assert "full at 10:00" in refusal.value.fields["time"]
        court = TEN + timedelta(days=1)
        ScheduledEvent.objects.create(
            id=uuid7(), person_id=other, kind="court", starts_at=court, place="Court", source="test"
        )
        assert [b.what for b in standing.plans(other)] == ["a court trip"]
        with pytest.raises(Invalid) as refusal:
            schedule(nurse, other, row, court + timedelta(hours=2))
        assert "a court trip" in refusal.value.fields["time"]


@pytest.mark.django_db
def test_the_day_s_page_and_the_first_free_time(client, asked, nurse, person, place) -> None:  # noqa: F811
    become(client, "rn", place)
    base = f"/people/{person}/sick-call/{asked}/"
    page = client.get(base).content.decode()
    slot = page.split('name="slot" value="')[1].split('"')[0]
    assert client.post(base + "schedule/", {"intent": str(uuid7()), "slot": slot}).status_code == 303
    at = CareRequest.objects.get(id=asked).scheduled_for
    day = client.get("/sick-call/day/", {"day": at.date().isoformat()}).content.decode()
    assert "Sample-Ortiz" in day and "1 visit," in day
    assert client.get("/sick-call/day/", {"day": "next week"}).status_code == 200
    assert OperationalAlert.objects.filter(template="bring_to_clinic", ended_at=None).exists()
    actions.record_visit(actor=nurse, person_id=person, request_id=asked, findings="Well.")
    assert not OperationalAlert.objects.filter(template="bring_to_clinic", ended_at=None).exists()


@pytest.mark.django_db
def test_the_person_says_why_a_visit_did_not_take_place(client, asked, person, place) -> None:  # noqa: F811
    CareRequest.objects.filter(id=asked).update(scheduled_for=clock.now() - timedelta(hours=1), state="scheduled")
    become(client, "patient", place, person)
    at = f"/kiosk/requests/{asked}/"
    page = client.get(at, {"lang": "es"}).content.decode()
    assert "Nadie vino a llevarme" in page and "What happened" not in page
    done = client.post(at + "missed/", {"intent": str(uuid7()), "reason": "not-brought"}, follow=True).content.decode()
    assert "Gracias." in done and "Nadie vino" not in done
    said = NoShow.objects.get()
    assert (said.said_by, said.access_failure) == ("patient", True)
    with pytest.raises(Stale):
        actions.record_no_show(
            actor=Actor("patient", person, "x", Role.PATIENT, place.id),
            person_id=person,
            request_id=asked,
            reason="not-told",
            said_by="patient",
        )
