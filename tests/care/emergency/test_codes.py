"""A code from the call to its end: stamps from several hands, corrections, an unknown person, EMR-02."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from throughcare.care.emergency import actions, rules
from throughcare.care.emergency.actions import keeping
from throughcare.care.emergency.models import Code, Stamp
from throughcare.care.emergency.rule_table import load_table
from throughcare.chart.models import Encounter, Note, Observation
from throughcare.custody import actions as custody
from throughcare.custody.models import Facility
from throughcare.duties import clock_table
from throughcare.duties.models import Duty
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import IntentReused, Invalid, Stale
from throughcare.kernel.ids import derived, uuid7
from throughcare.kernel.vocabulary import Role
from throughcare.ledger import verify
from throughcare.people.actions import Demographics, register

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def place():
    return Facility.objects.get(short_name__istartswith="Hartford")


@pytest.fixture
def nurse(place):
    return Actor("staff", derived("test", "nurse"), "Demo-Nurse, Ada", Role.RN, place.id)


@pytest.fixture
def officer(place):
    return Actor("staff", derived("test", "officer"), "Demo-Officer, Bo", Role.CUSTODY, place.id)


@pytest.fixture
def person(place):
    feed = Actor.feed("custody")
    found = register(actor=feed, demographics=Demographics("Sample-Ortiz", "Luis", date(1990, 2, 3), "male"))
    with clock.frozen(NIGHT - timedelta(days=90)):
        custody.admit(actor=feed, person_id=found, to=custody.Spot(place.id))
    return found


def call(actor, place, at=NIGHT, **more):
    with clock.frozen(at):
        return actions.call_code(actor=actor, facility_id=place.id, place="B-203", **more)


def tap(actor, code_id, kind, at, **detail):
    with clock.frozen(at):
        return actions.stamp(actor=actor, code_id=code_id, kind=kind, detail=detail)


def held(code_id):
    return rules.standing(keeping.all_stamps(code_id))


def test_the_limit_is_the_clock_tables() -> None:
    rule = clock_table.rule("EMR-02", date(2026, 11, 20))
    assert [(limit.allowed.value, limit.allowed.unit) for limit in rule.limits] == [
        (load_table().reach.seconds // 60, "minutes")
    ]


def test_from_the_call_to_the_chart(nurse, officer, place, person) -> None:
    code_id = call(officer, place)
    duty = Duty.objects.get(rule="EMR-02", about=code_id)
    assert duty.due_at == NIGHT + 4 * MINUTE
    assert duty.person_id is None
    tap(nurse, code_id, "health_there", NIGHT + 2 * MINUTE)
    duty.refresh_from_db()
    assert duty.outcome == "done"
    tap(nurse, code_id, "drug", NIGHT + 3 * MINUTE, drug="naloxone", dose="4", unit="mg", route="in the nose")
    tap(nurse, code_id, "vitals", NIGHT + 4 * MINUTE, pulse="48", respiration="6", saturation="81", awake="none")
    with clock.frozen(NIGHT + 9 * MINUTE):
        with pytest.raises(Invalid):
            actions.end_code(actor=nurse, code_id=code_id, ending="infirmary")
        actions.attach_person(actor=nurse, code_id=code_id, person_id=person)
        actions.end_code(actor=nurse, code_id=code_id, ending="infirmary", plan="Watched until six.")
    assert Encounter.objects.get(person_id=person, kind="emergency").started_at == NIGHT
    text = Note.objects.get(person_id=person, kind="emergency").text
    assert "Naloxone 4 mg in the nose" in text
    pulse = Observation.objects.get(person_id=person, code="8867-4")
    assert (pulse.value, pulse.effective_at) == (Decimal(48), NIGHT + 4 * MINUTE)
    assert verify.run().broken == []


def test_who_it_is_may_be_said_after_the_end(nurse, place, person) -> None:
    code_id = call(nurse, place)
    with clock.frozen(NIGHT + MINUTE):
        actions.end_code(actor=nurse, code_id=code_id, ending="false_alarm")
        assert not Note.objects.filter(kind="emergency").exists()
        actions.attach_person(actor=nurse, code_id=code_id, person_id=person)
        assert Note.objects.filter(kind="emergency", person_id=person).count() == 1
        other = register(actor=Actor.feed("custody"), demographics=Demographics("Test-King", "Ann"))
        with pytest.raises(Stale):
            actions.attach_person(actor=nurse, code_id=code_id, person_id=other)


def test_two_phones_lose_no_stamp(nurse, place) -> None:
    code_id = call(nurse, place)
    second = Actor("staff", derived("test", "second"), "Demo-Nurse, Cy", Role.LPN, place.id)
    for n in range(3):
        tap(nurse, code_id, "cpr", NIGHT + n * MINUTE)
        tap(second, code_id, "cpr", NIGHT + n * MINUTE)
    assert len(held(code_id)) == 6


def test_one_tap_sent_twice_is_one_stamp(nurse, place) -> None:
    code_id, intent = call(nurse, place), uuid7()
    first = actions.stamp(actor=nurse, intent=intent, code_id=code_id, kind="cpr", at=NIGHT)
    assert actions.stamp(actor=nurse, intent=intent, code_id=code_id, kind="cpr", at=NIGHT) == first
    assert Stamp.objects.count() == 1
    with pytest.raises(IntentReused):
        actions.stamp(actor=nurse, intent=intent, code_id=code_id, kind="aed_on", at=NIGHT)


def test_a_correction_keeps_the_first(nurse, place) -> None:
    code_id = call(nurse, place)
    wrong = tap(nurse, code_id, "cpr", NIGHT + 3 * MINUTE)
    with clock.frozen(NIGHT + 5 * MINUTE):
        right = actions.correct_stamp(
            actor=nurse, code_id=code_id, stamp_id=wrong, at=NIGHT + MINUTE, why="tapped late"
        )
        with pytest.raises(Stale):
            actions.correct_stamp(actor=nurse, code_id=code_id, stamp_id=wrong, void=True, why="again")
        assert [s.at for s in held(code_id)] == [NIGHT + MINUTE]
        actions.correct_stamp(actor=nurse, code_id=code_id, stamp_id=right, void=True, why="nobody did")
    assert held(code_id) == []
    assert Stamp.objects.filter(code_id=code_id).count() == 3


def test_the_database_refuses(nurse, place) -> None:
    code_id, other = call(nurse, place), call(nurse, place)
    one = tap(nurse, code_id, "cpr", NIGHT)
    with pytest.raises(DatabaseError), transaction.atomic():
        Stamp.objects.filter(id=one).update(at=NIGHT + MINUTE)
    with pytest.raises(DatabaseError), transaction.atomic():
        Code.objects.filter(id=code_id).update(called_at=NIGHT + MINUTE)
    with pytest.raises(DatabaseError), transaction.atomic():
        Code.objects.filter(id=code_id).update(state="ended")
    with pytest.raises(DatabaseError), transaction.atomic():
        Stamp.objects.create(
            code_id=other, kind="cpr", at=NIGHT, by="x", by_id=uuid7(), health=True, recorded_at=NIGHT, corrects_id=one,
            why="of another code",
        )  # fmt: skip
        from django.db import connection

        connection.check_constraints()
    with pytest.raises(DatabaseError), transaction.atomic():
        Code.objects.filter(id=code_id).update(place="")


def test_an_officer_stamps_only_the_gate(officer, place) -> None:
    code_id = call(officer, place)
    with pytest.raises(Invalid):
        tap(officer, code_id, "cpr", NIGHT)
    tap(officer, code_id, "ems_gate", NIGHT + MINUTE)
    assert Duty.objects.get(rule="EMR-02", about=code_id).closed_at is None


def test_emergency_medicines_wait_for_no_check(nurse, place) -> None:
    """Ruling 11: no order, no allergy check, no stock; only what was given must be said."""
    code_id = call(nurse, place)
    tap(nurse, code_id, "drug", NIGHT, drug="epinephrine", dose="1", unit="mg", route="as ordered")
    with pytest.raises(Invalid):
        tap(nurse, code_id, "drug", NIGHT, drug="glucagon")


def test_nothing_lies_ahead_or_long_before(nurse, place) -> None:
    code_id = call(nurse, place)
    for at in (NIGHT + timedelta(hours=2), NIGHT - timedelta(hours=2)):
        with clock.frozen(NIGHT), pytest.raises(Invalid):
            actions.stamp(actor=nurse, code_id=code_id, kind="cpr", at=at)


def test_a_drill_opens_no_clock_and_writes_no_chart(nurse, place, person) -> None:
    code_id = call(nurse, place, drill="person_down", person_id=person)
    tap(nurse, code_id, "health_there", NIGHT + MINUTE)
    with clock.frozen(NIGHT + 5 * MINUTE):
        actions.end_code(actor=nurse, code_id=code_id, ending="stays")
    assert not Duty.objects.filter(rule="EMR-02").exists()
    assert Code.objects.get().person_id is None
    assert not Note.objects.exists()
