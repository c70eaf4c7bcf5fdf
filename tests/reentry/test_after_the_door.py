"""After the door: what the stay left open is somebody's, calls end with an outcome, a release taken back restores."""

from datetime import timedelta

import pytest

from tests.care.medications.test_doors import give, seizure
from tests.care.medications.test_ordering_and_giving import (  # noqa: F401
    DAILY,
    MORNING,
    doctor,
    nurse,
    order,
    person,
    place,
)
from throughcare.chart import actions as chart
from throughcare.custody import actions as custody
from throughcare.duties.models import Duty
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed, Stale
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import DataClass, Role
from throughcare.ledger import verify
from throughcare.reentry import actions
from throughcare.reentry.actions import Visit
from throughcare.reentry.models import Bridge, Contact, ReleasePlan

pytestmark = pytest.mark.django_db
FEED = Actor.feed("custody")


@pytest.fixture
def planner(place):  # noqa: F811
    return Actor("staff", derived("test", "planner"), "Demo-Planner, Pia", Role.PLANNER, place.id)


def gone(person, at=MORNING, **more):  # noqa: F811
    with clock.frozen(at):
        custody.release(actor=FEED, person_id=person, planned=False, destination="discharged", **more)


def open_of(person):  # noqa: F811
    rows = Duty.objects.filter(person_id=person, closed_at=None, rule__startswith="REL")
    return set(rows.values_list("rule", flat=True))


def test_a_sudden_release_brings_a_bridge_and_a_call_and_waits_for_nothing(doctor, nurse, planner, person) -> None:  # noqa: F811
    row = seizure(doctor, person)
    give(nurse, person, row, MORNING)
    gone(person)
    assert {"REL-01-UNPLANNED", "REL-MED"} <= open_of(person)
    assert ReleasePlan.objects.get(person=person).state == "left"
    bridge = Bridge.objects.get(person=person)
    assert [n["text"] for n in bridge.medicines] == [row.text]
    about = {"person_id": person, "bridge_id": bridge.id, "version": bridge.version}
    with clock.frozen(MORNING + timedelta(minutes=20)):
        with pytest.raises(NotAllowed):
            actions.send_bridge(actor=nurse, pharmacy="Sample Pharmacy", **about)
        with pytest.raises(Invalid, match="Nothing was sent"):
            actions.send_bridge(actor=doctor, pharmacy=" ", **about)
        actions.send_bridge(actor=doctor, pharmacy="Sample Pharmacy", **about)
        assert "REL-MED" not in open_of(person)
        with pytest.raises(Stale):
            actions.send_bridge(actor=doctor, pharmacy="Sample Pharmacy", **about)
    assert Duty.objects.get(rule="REL-MED", person=person).outcome == "done"
    with clock.frozen(MORNING + timedelta(hours=6)):
        actions.record_contact(
            actor=planner, person_id=person, day=1, channel="phone", reached=True, kept="none_due", taking="yes"
        )
    assert "REL-01-UNPLANNED" not in open_of(person)
    assert verify.run().sound


def test_controlled_and_opioid_medicines_are_never_bridged_by_rule() -> None:
    from throughcare.reentry.rules import Need, bridge

    needs = [
        Need("1", "levetiracetam", "", True, False, False),
        Need("2", "clonazepam", "", True, True, False),
        Need("3", "methadone", "", True, True, True),
        Need("4", "ibuprofen", "", False, False, False),
    ]
    found = bridge(needs)
    assert [n.text for n in found.medicines] == ["levetiracetam"]
    assert [(n.text, why) for n, why in found.left_out] == [
        ("clonazepam", "controlled"),
        ("methadone", "opioid_treatment"),
        ("ibuprofen", "not_critical"),
    ]


def test_three_attempts_end_the_calling_with_a_reason(doctor, planner, person) -> None:  # noqa: F811
    with clock.frozen(MORNING - timedelta(days=2)):
        chart.add_condition(actor=doctor, person_id=person, text="Asthma")
    gone(person)
    assert {"REL-CONTACT-1", "REL-CONTACT-7", "REL-CONTACT-30"} <= open_of(person)
    for n, day in enumerate((1, 1, 7)):
        with clock.frozen(MORNING + timedelta(days=1 + n)):
            actions.record_contact(actor=planner, person_id=person, day=day, channel="phone", reached=False)
    assert {"REL-CONTACT-1", "REL-CONTACT-7"}.isdisjoint(open_of(person))
    assert {d.outcome for d in Duty.objects.filter(person=person, rule__in=["REL-CONTACT-1", "REL-CONTACT-7"])} == {
        "excused"
    }
    last = Contact.objects.get(last=True)
    assert last.why == "3 attempts, not reached"
    assert "REL-CONTACT-30" in open_of(person)
    with clock.frozen(MORNING + timedelta(days=29)):
        with pytest.raises(Invalid):
            actions.record_contact(actor=planner, person_id=person, day=30, channel="phone", reached=True)
        actions.record_contact(
            actor=planner, person_id=person, day=30, channel="partner", reached=True, kept="yes", taking="some"
        )
    assert "REL-CONTACT-30" not in open_of(person)


def test_what_is_left_open_is_handed_on_by_name(doctor, planner, person) -> None:  # noqa: F811
    with clock.frozen(MORNING - timedelta(days=2)):
        chart.add_condition(actor=doctor, person_id=person, text="Hepatitis C", data_class=DataClass.INFECTION)
    gone(person)
    duty = Duty.objects.get(rule="REL-INFECTION", person=person)
    with clock.frozen(MORNING + timedelta(days=1)):
        with pytest.raises(Invalid):
            actions.hand_on(actor=planner, person_id=person, duty_id=duty.id, to="")
        actions.hand_on(actor=planner, person_id=person, duty_id=duty.id, to="Sample Family Clinic")
    duty.refresh_from_db()
    assert duty.outcome == "done"


def test_converted_duties_add_up_and_come_back_with_their_times(doctor, nurse, planner, person) -> None:  # noqa: F811
    row = seizure(doctor, person)
    give(nurse, person, row, MORNING)
    with clock.frozen(MORNING - timedelta(days=1)):
        custody.schedule_event(actor=FEED, person_id=person, kind="release", starts_at=MORNING + timedelta(days=60))
    plan_due = Duty.objects.get(rule="REL-02", person=person).due_at
    before = {d.id: d.due_at for d in Duty.objects.filter(person=person, closed_at=None)}
    gone(person)
    converted = Duty.objects.filter(person=person, outcome="converted")
    assert converted.exists()
    assert all(d.successor is not None and d.successor.closed_at is None for d in converted)
    with clock.frozen(MORNING + timedelta(hours=1)):
        custody.cancel_release(actor=FEED, person_id=person, why="The wrong person.")
    after = {d.id: d.due_at for d in Duty.objects.filter(person=person, closed_at=None)}
    assert before.items() <= after.items(), "each with its own due time"
    assert Duty.objects.get(rule="REL-02", person=person).due_at == plan_due
    assert ReleasePlan.objects.get(person=person).state == "open"
    assert not Bridge.objects.filter(person=person, state="proposed").exists()
    assert not Duty.objects.filter(rule="REL-01-UNPLANNED", person=person, closed_at=None).exists()


def test_an_appointment_after_release_links_mental_health(doctor, planner, person) -> None:  # noqa: F811
    with clock.frozen(MORNING - timedelta(days=2)):
        chart.add_condition(actor=doctor, person_id=person, text="Depression", data_class=DataClass.MENTAL_HEALTH)
    gone(person)
    with clock.frozen(MORNING + timedelta(hours=2)):
        from throughcare.duties import actions as duties

        duties.open_duty(actor=planner, rule_id="REL-MH", person_id=person, facility_id=planner.facility_id, why="test")
        visit = Visit("mental_health", partner="sample_mind_hartford", at=MORNING + timedelta(days=3))
        actions.make_appointment(actor=planner, person_id=person, visit=visit)
    assert "REL-MH" not in open_of(person)


def test_a_plan_is_finished_only_when_nothing_lacks(planner, person) -> None:  # noqa: F811
    with clock.frozen(MORNING):
        custody.schedule_event(actor=FEED, person_id=person, kind="release", starts_at=MORNING + timedelta(days=60))
        plan_id = actions.begin_plan(actor=planner, person_id=person)
        assert actions.begin_plan(actor=planner, person_id=person) == plan_id
        assert "REL-01" not in open_of(person)
        with pytest.raises(Invalid, match="not complete"):
            actions.finish_plan(actor=planner, person_id=person, plan_id=plan_id, version=1)
        with pytest.raises(Invalid):
            actions.answer_step(actor=planner, person_id=person, plan_id=plan_id, step="coverage", outcome="not_needed")
        for step in ("consent", "coverage", "needs", "referrals", "appointments", "vaccines_labs", "naloxone_training"):
            actions.answer_step(actor=planner, person_id=person, plan_id=plan_id, step=step, outcome="done")
        actions.finish_plan(actor=planner, person_id=person, plan_id=plan_id, version=1)
    assert "REL-01-PLAN" not in open_of(person)
    assert verify.run().sound
