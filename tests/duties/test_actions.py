"""What people do to duties: done, refused, excused, void, converted, reopened, assigned, escalated, handed over."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from tests.duties.makers import DAY, FEED, HARTFORD, HOUR, MONDAY, YORK, person, staff, tell, told
from throughcare.duties import actions, audit, cover, handing, roster, tick
from throughcare.duties.actions import RefusalForm
from throughcare.duties.models import Duty, Escalation, Handover, Refusal
from throughcare.duties.roster import ShiftPlan
from throughcare.kernel import clock, db
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed, Stale
from throughcare.kernel.vocabulary import Role
from throughcare.ledger import verify

pytestmark = pytest.mark.django_db
INFORMED = RefusalForm(
    risk_told="Untreated tuberculosis can spread and harm you.",
    capacity="has",
    witness="Demo-Witness, Ann",
    signed_by_person=True,
)


@pytest.fixture
def luis() -> UUID:
    found = person()
    tell(told("admitted", found, MONDAY, facility_kind="jail"))
    return found


@pytest.fixture
def nurse() -> Actor:
    return staff()


def duty(person_id: UUID, rule: str, **by: object) -> Duty:
    with db.writing(FEED):
        return Duty.objects.get(person_id=person_id, rule=rule, **by)


def at(hours: float):
    return clock.frozen(MONDAY + timedelta(hours=hours))


def test_done_by_hand_at_the_time_it_was_done(luis: UUID, nurse: Actor) -> None:
    row = duty(luis, "INT-07")
    with at(3):
        with pytest.raises(Invalid, match="lies ahead"):
            actions.close_duty(actor=nurse, duty_id=row.id, at=MONDAY + 4 * HOUR)
        actions.close_duty(actor=nurse, duty_id=row.id, version=row.version, at=MONDAY + 2 * HOUR)
        with pytest.raises(Stale, match="closed as"):
            actions.close_duty(actor=nurse, duty_id=row.id)
    assert (duty(luis, "INT-07").outcome, duty(luis, "INT-07").closed_at) == ("done", MONDAY + 2 * HOUR)


def test_a_refusal_is_signed_by_health_staff_and_re_arms(luis: UUID, nurse: Actor) -> None:
    row = duty(luis, "INT-05-TEST")
    officer = staff(Role.CUSTODY, "Demo-Officer, Al")
    with at(2):
        with pytest.raises(NotAllowed, match="health staff"):
            actions.refuse_duty(actor=officer, duty_id=row.id, form=INFORMED)
        actions.refuse_duty(actor=nurse, duty_id=row.id, form=INFORMED)
    assert duty(luis, "INT-05-TEST", outcome="refused").successor is None
    again = duty(luis, "INT-05-TEST", outcome="")
    assert again.due_at > row.opened_at and again.series_start == row.series_start
    assert Refusal.objects.get().clinician_name == "Demo-Nurse, Bo (nurse)"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"risk_told": " "}, "risk_told"),
        ({"capacity": "lacks"}, "capacity"),
        ({"capacity": ""}, "capacity"),
        ({"witness": ""}, "witness"),
        ({"witness": "Demo-Nurse, Bo"}, "witness"),
        ({"signed_by_person": False}, "second_witness"),
    ],
)
def test_a_refusal_that_is_not_informed_is_none(luis: UUID, nurse: Actor, change: dict, field: str) -> None:
    whole = {name: getattr(INFORMED, name) for name in RefusalForm.__slots__}
    with at(1), pytest.raises(Invalid) as refused:
        actions.refuse_duty(actor=nurse, duty_id=duty(luis, "INT-05-TEST").id, form=RefusalForm(**{**whole, **change}))
    assert set(refused.value.fields) == {field}
    assert duty(luis, "INT-05-TEST").outcome == ""


def test_what_cannot_be_refused_is_not(luis: UUID, nurse: Actor) -> None:
    with at(1), pytest.raises(Invalid, match="cannot be refused"):
        actions.refuse_duty(actor=nurse, duty_id=duty(luis, "INT-00").id, form=INFORMED)


def test_excused_void_converted_and_reopened_say_why_and_keep_times(luis: UUID, nurse: Actor) -> None:
    row = duty(luis, "INT-07")
    with at(1):
        with pytest.raises(Invalid, match="Say why"):
            actions.excuse_duty(actor=nurse, duty_id=row.id, reason=" ")
        with pytest.raises(NotAllowed):
            actions.void_duty(actor=staff(Role.CUSTODY, "Demo-Officer, Al"), duty_id=row.id, reason="not needed")
        actions.excuse_duty(actor=nurse, duty_id=row.id, reason="given at the sending facility")
        actions.reopen_duty(actor=nurse, duty_id=row.id, reason="it was another person")
        again = duty(luis, "INT-07")
        assert (again.due_at, again.opened_at, again.outcome) == (row.due_at, row.opened_at, "")
        taker = actions.convert_duty(actor=nurse, duty_id=row.id, successor="REL-REFER", reason="release at noon")
    assert duty(luis, "INT-07").successor_id == taker and duty(luis, "REL-REFER").id == taker
    assert verify.run().broken == [] and audit.run().sound


def test_a_duty_goes_to_somebody_who_holds_the_role_there(luis: UUID, nurse: Actor) -> None:
    row = duty(luis, "INT-02")
    elsewhere = staff(Role.RN, "Demo-Nurse, Eve", YORK)
    with at(1):
        with pytest.raises(Invalid, match="no fitting role"):
            actions.assign_duty(actor=nurse, duty_id=row.id, to=elsewhere.id)
        actions.assign_duty(actor=nurse, duty_id=row.id, to=nurse.id)
    assert duty(luis, "INT-02").owner_id == nurse.id and duty(luis, "INT-02").due_at == row.due_at
    tell(told("transferred_in", luis, MONDAY + 2 * HOUR, facility=YORK))
    assert duty(luis, "INT-02").owner_id is None


def test_a_role_with_nobody_escalates_at_once_and_clears_when_somebody_comes(luis: UUID, nurse: Actor) -> None:
    uncovered = Escalation.objects.filter(kind="uncovered", role="rn", facility_id=HARTFORD, cleared_at=None)
    assert uncovered.count() == 1
    with at(1):
        shift = roster.put_on_shift(actor=nurse, plan=ShiftPlan(nurse.id, Role.RN, HARTFORD, MONDAY, MONDAY + 8 * HOUR))
        assert not uncovered.exists()
        with pytest.raises(Invalid, match="on shift at that time"):
            roster.put_on_shift(actor=nurse, plan=ShiftPlan(nurse.id, Role.RN, YORK, MONDAY + HOUR, MONDAY + 9 * HOUR))
        roster.take_off_shift(actor=nurse, shift_id=shift)
        assert uncovered.count() == 1


def test_the_database_lets_nobody_stand_in_two_places(nurse: Actor) -> None:
    plans = [ShiftPlan(nurse.id, Role.RN, place, MONDAY, MONDAY + 8 * HOUR) for place in (HARTFORD, YORK)]
    with pytest.raises(IntegrityError), transaction.atomic():
        roster.put_on_shifts(actor=FEED, plans=plans)


def test_the_hand_tells_of_late_duties_once(luis: UUID) -> None:
    assert tick.run(MONDAY + HOUR) >= 1
    late = Escalation.objects.filter(kind="late", cleared_at=None)
    assert {e.duty.rule for e in late} == {"INT-00"}
    before = late.count()
    tick.run(MONDAY + HOUR)
    assert late.count() == before
    tell(told("quick_look_done", luis, MONDAY + 2 * HOUR))
    tick.run(MONDAY + 2 * HOUR)
    assert not late.all().exists()


def test_a_duty_of_this_shift_goes_up_at_its_end(luis: UUID) -> None:
    """A lawful source of doses runs out (MOU-04): late, it stands in the lane now and is told upwards like any other."""
    ends = MONDAY + 3 * HOUR
    tell(told("three_day_rule_started", luis, MONDAY, three_day_rule_ends_at=ends.isoformat()))
    late = Escalation.objects.filter(kind="late", cleared_at=None, duty__rule="MOU-04")
    tick.run(ends)
    assert not late.exists()
    tick.run(ends + timedelta(minutes=1))
    assert [e.to_role for e in late] == [cover.UP]
    tell(told("opioid_treatment_source_arranged", luis, ends + HOUR))
    tick.run(ends + HOUR)
    assert not late.all().exists()


def test_a_shift_is_handed_over_by_one_and_taken_by_another(luis: UUID, nurse: Actor) -> None:
    with at(4):
        given = handing.give_handover(actor=nurse, facility_id=HARTFORD, role=Role.RN, notes="Bed 3 asks for ice.")
        with pytest.raises(Invalid, match="takes over"):
            handing.accept_handover(actor=nurse, handover_id=given)
        handing.accept_handover(actor=staff(Role.RN, "Demo-Nurse, Eve"), handover_id=given, questions="Which ice?")
    row = Handover.objects.get()
    assert duty(luis, "INT-02").id in row.duties and row.shift == "day" and row.accepted_at


def test_the_audit_finds_what_does_not_add_up(luis: UUID) -> None:
    tell(told("screening_signed", luis, MONDAY + HOUR), told("released", luis, MONDAY + DAY))
    report = audit.run()
    assert report.sound, report.lines()
    assert "opened = closed + open" in report.lines()[-1]
    tell(told("admitted", luis, MONDAY + 2 * DAY, facility_kind="jail"))
    with connection.cursor() as cursor:  # somebody touches a row beside the clock
        cursor.execute("UPDATE duties_duty SET version = version + 1 WHERE rule = 'INT-02' AND closed_at IS NULL")
    assert audit.run().strays == 1 and not audit.run().sound


def test_inert_rules_are_listed_with_what_they_wait_for() -> None:
    lines = audit.inert()
    assert any(line.startswith("CHR-01") and "chronic_condition_found" in line for line in lines)
