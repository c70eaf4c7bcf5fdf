"""The way to hospital and back: the packet made by itself, one trip, the return reviewed, every recommendation answered."""

import time
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from tests.care.emergency.test_codes import MINUTE, NIGHT, call, nurse, officer, person, place, tap  # noqa: F401
from throughcare.access.models import BreakGlass, User
from throughcare.care.emergency import actions, paper, rules
from throughcare.care.emergency.models import Code, Packet, Stamp, Trip
from throughcare.chart import actions as chart
from throughcare.custody import actions as custody
from throughcare.duties.models import Duty
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, Stale
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import Role
from throughcare.ledger import verify
from throughcare.people.actions import Demographics, register

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def doctor(place):  # noqa: F811
    return Actor("staff", derived("test", "doctor"), "Demo-Doctor, Eve", Role.PROVIDER, place.id)


def sent_out(nurse, place, person) -> Trip:  # noqa: F811
    code_id = call(nurse, place, person_id=person, complaint="chest_pain")
    tap(nurse, code_id, "ems_called", NIGHT + 2 * MINUTE)
    tap(nurse, code_id, "left_gate", NIGHT + 20 * MINUTE)
    with clock.frozen(NIGHT + 25 * MINUTE):
        custody.send_out(
            actor=Actor.feed("custody"), person_id=person, kind="hospital", place="Sample Hospital",
            happened_at=NIGHT + 21 * MINUTE,
        )  # fmt: skip
    return Trip.objects.get()


def back(person, at) -> None:  # noqa: F811
    with clock.frozen(at):
        custody.return_in(actor=Actor.feed("custody"), person_id=person, happened_at=at)


def open_rules(person_id) -> set[str]:
    return set(
        Duty.objects.filter(person_id=person_id, rule__startswith="HOS", closed_at=None).values_list("rule", flat=True)
    )


def review(actor, trip, at, **more):
    said = {"findings": "Well.", "papers": "came", "provider": "Demo-Doctor", "before_housing": True, **more}
    with clock.frozen(at):
        actions.review_return(actor=actor, person_id=trip.person_id, trip_id=trip.id, **said)


def test_a_packet_that_can_t_be_made_takes_no_stamp_back(nurse, place, person, monkeypatch) -> None:  # noqa: F811
    monkeypatch.setattr("throughcare.care.emergency.packing.body", broken)
    code_id = call(nurse, place, person_id=person, complaint="chest_pain")
    tap(nurse, code_id, "ems_called", NIGHT + 2 * MINUTE)
    assert list(Stamp.objects.filter(kind="ems_called").values_list("code_id", flat=True)) == [code_id]
    assert not Packet.objects.exists()
    monkeypatch.undo()
    with clock.frozen(NIGHT + 3 * MINUTE):
        actions.make_packet(actor=nurse, person_id=person, facility_id=place.id, code_id=code_id)
    assert verify.run().sound


def test_the_packet_is_a_pdf_with_every_word_and_nothing_left_empty(nurse, place, person) -> None:  # noqa: F811
    code_id = call(nurse, place, person_id=person, complaint="chest_pain")
    tap(nurse, code_id, "ems_called", NIGHT + 2 * MINUTE)
    packet = Packet.objects.get()
    packet.body = {**packet.body, "number": "", "language": "", "age": None}
    said = paper.data(packet)
    assert (said["number"], said["person"]) == ("–", "Age – · speaks a language not recorded")
    began = time.perf_counter()
    made = paper.pdf(packet)
    assert time.perf_counter() - began < 10, "in the crew's hands within ten seconds"
    assert made.startswith(b"%PDF-1.7")
    assert made == paper.pdf(packet), "the same words give the same bytes"


def broken(*given):
    """Fail as a database does in the middle of a packet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")


def test_out_and_back_with_every_word_answered(nurse, doctor, place, person) -> None:  # noqa: F811
    trip = sent_out(nurse, place, person)
    assert (trip.state, trip.destination, trip.left_at) == ("out", "Sample Hospital", NIGHT + 20 * MINUTE)
    assert trip.code_id == Code.objects.get().id
    tap(nurse, trip.code_id, "hospital_arrived", NIGHT + 50 * MINUTE)
    with clock.frozen(NIGHT + 3 * HOUR):
        actions.step_trip(actor=nurse, person_id=person, trip_id=trip.id, verb="admit")
    back(person, NIGHT + 60 * HOUR)
    trip.refresh_from_db()
    assert trip.state == "returned"
    assert open_rules(person) == {"HOS-01-NURSE", "HOS-01-ORDERS", "HOS-01-VISIT"}
    with pytest.raises(Invalid):
        review(nurse, trip, NIGHT + 61 * HOUR, provider="")
    review(nurse, trip, NIGHT + 61 * HOUR, recommendations=["Troponin in a week", "New blood thinner"])
    assert open_rules(person) == {"HOS-01-ORDERS", "HOS-01-VISIT"}
    first, second = trip.recommendations.order_by("id")
    with clock.frozen(NIGHT + 62 * HOUR):
        about = {"actor": doctor, "person_id": person, "trip_id": trip.id}
        actions.answer_recommendation(**about, recommendation_id=first.id, answer="ordered")
        assert "HOS-01-ORDERS" in open_rules(person)
        with pytest.raises(Invalid):
            actions.answer_recommendation(**about, recommendation_id=second.id, answer="not_done")
        actions.answer_recommendation(**about, recommendation_id=second.id, answer="not_done", words="Bleeds.")
    assert open_rules(person) == {"HOS-01-VISIT"}
    trip.refresh_from_db()
    assert trip.state == "done"
    assert verify.run().broken == []


def test_no_papers_keep_the_clock_running(nurse, doctor, place, person) -> None:  # noqa: F811
    trip = sent_out(nurse, place, person)
    back(person, NIGHT + 5 * HOUR)
    review(nurse, trip, NIGHT + 6 * HOUR, papers="asked")
    assert "HOS-01-ORDERS" in open_rules(person), "no papers are not no recommendations"
    with clock.frozen(NIGHT + 7 * HOUR):
        actions.answer_recommendation(
            actor=doctor, person_id=person, trip_id=trip.id, text="Rest for a week", answer="ordered"
        )
    assert "HOS-01-ORDERS" not in open_rules(person)


def test_papers_without_a_word_close_it(nurse, place, person) -> None:  # noqa: F811
    trip = sent_out(nurse, place, person)
    back(person, NIGHT + 5 * HOUR)
    review(nurse, trip, NIGHT + 6 * HOUR)
    trip.refresh_from_db()
    assert (trip.state, open_rules(person)) == ("done", {"HOS-01-VISIT"})


def test_a_trip_without_a_code_is_followed_too(place, person) -> None:  # noqa: F811
    with clock.frozen(NIGHT):
        custody.send_out(actor=Actor.feed("custody"), person_id=person, kind="hospital", happened_at=NIGHT)
    assert Trip.objects.get().code_id is None
    with clock.frozen(NIGHT + HOUR):
        custody.release(
            actor=Actor.feed("custody"), person_id=person, destination="discharged", happened_at=NIGHT + HOUR
        )
    assert Trip.objects.get().state == "closed"


def test_a_court_trip_is_none(place, person) -> None:  # noqa: F811
    with clock.frozen(NIGHT):
        custody.send_out(actor=Actor.feed("custody"), person_id=person, kind="court", happened_at=NIGHT)
    assert not Trip.objects.exists()


def test_the_packet_makes_itself_within_ten_seconds(nurse, place, person) -> None:  # noqa: F811
    chart.add_condition(actor=nurse, person_id=person, text="Sample heart disease")
    chart.add_allergy(actor=nurse, person_id=person, text="Penicillin", reaction="hives")
    chart.report_medicine(actor=nurse, person_id=person, text="Sample medicine", dose="5 mg")
    code_id = call(nurse, place, person_id=person)
    began = time.perf_counter()
    tap(nurse, code_id, "ems_called", NIGHT + MINUTE)
    assert time.perf_counter() - began < 10
    said = Packet.objects.get().body
    assert said["problems"] == ["Sample heart disease"]
    assert said["allergies"] == ["Penicillin (hives)"]
    assert said["medicines"][0][0] == "Sample medicine"
    assert said["pregnancy"] == said["code_status"] == "Not recorded here. Ask the person."
    assert any("Ambulance called" in line for _, line in said["emergency"]["lines"])


def test_a_packet_for_somebody_unknown_is_made_once_they_are_known(nurse, place, person) -> None:  # noqa: F811
    code_id = call(nurse, place)
    tap(nurse, code_id, "ems_called", NIGHT + MINUTE)
    tap(nurse, code_id, "left_gate", NIGHT + 5 * MINUTE)
    assert not Packet.objects.exists()
    with clock.frozen(NIGHT + 6 * MINUTE):
        actions.attach_person(actor=nurse, code_id=code_id, person_id=person)
    assert Packet.objects.get().person_id == Trip.objects.get().person_id == person


def test_the_wrong_person_does_not_stay_in_hospital(nurse, place, person) -> None:  # noqa: F811
    code_id = call(nurse, place, person_id=person)
    tap(nurse, code_id, "left_gate", NIGHT + MINUTE)
    other = register(actor=Actor.feed("custody"), demographics=Demographics("Test-King", "Al"))
    with clock.frozen(NIGHT + 2 * MINUTE):
        actions.attach_person(actor=nurse, code_id=code_id, person_id=other)
    assert dict(Trip.objects.values_list("person_id", "state")) == {person: "closed", other: "out"}


def test_handed_over_it_is_a_disclosure_and_never_changes(nurse, place, person) -> None:  # noqa: F811
    packet = actions.make_packet(actor=nurse, person_id=person, facility_id=place.id)
    about = {"actor": nurse, "person_id": person, "packet_id": packet}
    actions.hand_packet(**about, to="Crew 4, Sample Ambulance")
    with pytest.raises(Stale):
        actions.hand_packet(**about, to="Somebody else")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, note FROM ledger_read WHERE route = 'emergency.packet' AND %s = ANY(people)", [person]
        )
        assert cursor.fetchall() == [("disclosure", "Crew 4, Sample Ambulance")]
    for change in ({"body": {}}, {"handed_to": "x"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Packet.objects.filter(id=packet).update(**change)


@pytest.mark.parametrize("missing", ["recipient", "affiliation", "nature"])
def test_a_programmes_dose_needs_all_that_the_law_asks(missing: str) -> None:
    said = {"recipient": "Dr Sample", "affiliation": "Sample Hospital", "nature": "Chest pain"}
    assert rules.may_disclose_programme(**said).ok
    decision = rules.may_disclose_programme(**{**said, missing: " "})
    assert (decision.ok, decision.field) == (False, missing)


def test_a_programmes_dose_is_logged_with_all_its_fields(nurse, place, person) -> None:  # noqa: F811
    User.objects.create(id=nurse.id, username="sample-nurse", name=nurse.name)
    packet = actions.make_packet(actor=nurse, person_id=person, facility_id=place.id)
    about = {"actor": nurse, "person_id": person, "packet_id": packet}
    with pytest.raises(Invalid):
        actions.disclose_programme(**about, recipient="Dr Sample", affiliation="", nature="Chest pain")
    assert not BreakGlass.objects.exists()
    actions.disclose_programme(**about, recipient="Dr Sample", affiliation="Sample Hospital", nature="Chest pain")
    glass = BreakGlass.objects.get()
    assert (glass.recipient, glass.affiliation, glass.emergency) == ("Dr Sample", "Sample Hospital", "Chest pain")
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, classes FROM ledger_read WHERE route = 'emergency.programme'")
        assert cursor.fetchall() == [("disclosure", ["part2"])]
    assert "programme" not in str(Packet.objects.get().body).lower(), "what stands in the open names no programme"


def test_one_trip_at_a_time_and_the_database_holds_it(place, person) -> None:  # noqa: F811
    about = {"person_id": person, "facility_id": place.id, "left_at": NIGHT}
    Trip.objects.create(**about)
    with pytest.raises(DatabaseError), transaction.atomic():
        Trip.objects.create(**about)
    with pytest.raises(DatabaseError), transaction.atomic():
        Trip.objects.update(state="returned")
    with pytest.raises(DatabaseError), transaction.atomic():
        Trip.objects.update(state="reviewed", returned_at=NIGHT)
    Trip.objects.update(state="closed")
    with pytest.raises(DatabaseError), transaction.atomic():
        Trip.objects.update(destination="elsewhere")


def test_talked_over_once(nurse, place) -> None:  # noqa: F811
    code_id = call(nurse, place)
    with clock.frozen(NIGHT + HOUR):
        actions.end_code(actor=nurse, code_id=code_id, ending="false_alarm")
    assert {"EMR-03", "EMR-04"} <= set(
        Duty.objects.filter(facility_id=place.id, closed_at=None).values_list("rule", flat=True)
    )
    with pytest.raises(Invalid):
        actions.debrief_code(actor=nurse, code_id=code_id, changes="Nothing.", preventable="yes")
    actions.debrief_code(
        actor=nurse, code_id=code_id, changes="Bring the bag.", preventable="yes", preventable_why="Missed doses."
    )
    assert Duty.objects.get(rule="EMR-03", about=code_id).outcome.startswith("done")
    with pytest.raises(Stale):
        tap(nurse, code_id, "cpr", NIGHT + MINUTE)


def test_every_shift_has_its_own_drills() -> None:
    from throughcare.duties import clock_table
    from throughcare.duties.working_time import working_time

    shifts = {shift.id.upper() for shift in working_time().shifts}
    rules = {rule.id for rule in clock_table.every_version()}
    assert {f"EMR-01-{kind}-{shift}" for kind in ("PERSON", "DISASTER") for shift in shifts} <= rules


@pytest.mark.parametrize(
    ("called", "kind", "closed"),
    [
        (NIGHT, "person_down", {"EMR-01-PERSON-NIGHT"}),  # 01:00
        (NIGHT + 6 * HOUR - MINUTE, "person_down", {"EMR-01-PERSON-NIGHT"}),  # 06:59: the night is not over
        (NIGHT + 6 * HOUR, "person_down", {"EMR-01-PERSON-DAY"}),  # 07:00
        (NIGHT + 14 * HOUR, "person_down", {"EMR-01-PERSON-EVENING"}),  # 15:00
        (NIGHT + 14 * HOUR, "disaster", {"EMR-01-DISASTER", "EMR-01-DISASTER-EVENING"}),
    ],
)
def test_a_drill_closes_the_duty_of_the_shift_that_held_it(nurse, place, called, kind, closed) -> None:  # noqa: F811
    from throughcare.duties.actions import hear
    from throughcare.duties.events import FacilityYearBegan
    from throughcare.kernel import db

    with db.writing(Actor.system("test")):
        hear([FacilityYearBegan(happened_at=NIGHT, facility_id=place.id, ref=place.id)])
    with clock.frozen(called):
        code_id = actions.call_code(actor=nurse, facility_id=place.id, place="Gymnasium", drill=kind)
    with clock.frozen(called + 10 * MINUTE):
        actions.end_code(actor=nurse, code_id=code_id, ending="stays")
        actions.debrief_code(actor=nurse, code_id=code_id, changes="The gate took four minutes.")
    mine = Duty.objects.filter(rule__startswith="EMR-01", facility_id=place.id)
    assert set(mine.filter(outcome="done").values_list("rule", flat=True)) == closed
    assert mine.filter(closed_at=None).count() == 7, "the others stay owed, and what was done recurs"


@pytest.mark.parametrize(
    ("hours", "inpatient", "nights", "over"),
    [(0, True, 0, False), (2, True, 0, False), (24, True, 1, False), (24.1, True, 1, True), (60, False, 3, False)],
)
def test_bed_days(hours: float, inpatient: bool, nights: int, over: bool) -> None:
    from zoneinfo import ZoneInfo

    came = NIGHT + 13 * HOUR  # 14:00 in Hartford
    stay = rules.hospital_stay(
        came, came + hours * HOUR, ZoneInfo("America/New_York"), inpatient=inpatient, limit=24 * HOUR
    )
    assert (stay.nights, stay.inpatient_over_limit) == (nights, over)
