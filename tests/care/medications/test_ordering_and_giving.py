"""Medicines from the order to the dose: laid out, charted once, corrected without loss; clocks open and close."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from throughcare.care.medications import actions
from throughcare.care.medications.actions import Charted, Prescription, Received
from throughcare.care.medications.actions.keeping import doses_of
from throughcare.care.medications.models import Dose, MedicationOrder, MedicationPass
from throughcare.care.medications.rules import tables
from throughcare.chart import actions as chart
from throughcare.chart import fhir
from throughcare.chart.models import HomeMedicine
from throughcare.custody import actions as custody
from throughcare.custody.models import Facility
from throughcare.duties.models import Duty
from throughcare.kernel import clock, content
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed, Stale
from throughcare.kernel.ids import derived, uuid7
from throughcare.kernel.vocabulary import Role
from throughcare.ledger import verify
from throughcare.people.actions import Demographics, register

pytestmark = pytest.mark.django_db
# 08:00 in Connecticut, when the morning pass is due.
MORNING = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)
LISINOPRIL = "314076"
TRAMADOL = "835603"
AMLODIPINE = "197361"
TWICE = {"kind": "passes", "passes": ["morning", "evening"]}
DAILY = {"kind": "passes", "passes": ["morning"]}


@pytest.fixture
def place():
    return Facility.objects.get(short_name__istartswith="Hartford")


@pytest.fixture
def nurse(place):
    return Actor("staff", derived("test", "nurse"), "Demo-Nurse, Ada", Role.RN, place.id)


@pytest.fixture
def doctor(place):
    return Actor("staff", derived("test", "doctor"), "Demo-Doctor, Eve", Role.PROVIDER, place.id)


@pytest.fixture
def person(place, nurse):
    feed = Actor.feed("custody")
    found = register(actor=feed, demographics=Demographics("Sample-Ortiz", "Luis", date(1990, 2, 3), "male"))
    with clock.frozen(MORNING - timedelta(days=90)):
        custody.admit(actor=feed, person_id=found, to=custody.Spot(place.id))
        chart.no_known_allergies(actor=nurse, person_id=found)
    return found


def asked(**more) -> Prescription:
    fields = {"product": LISINOPRIL, "timing": DAILY, "indication": "High blood pressure", "amount": Decimal(1)}
    return Prescription(**{**fields, **more})


def order(actor, person, **more) -> MedicationOrder:
    return MedicationOrder.objects.get(id=actions.place_order(actor=actor, person_id=person, asked=asked(**more)))


def doses(row: MedicationOrder) -> list[Dose]:
    return list(Dose.objects.filter(order=row).order_by("due_at"))


def open_rules(ref) -> set[str]:
    return set(Duty.objects.filter(about=ref, closed_at=None).values_list("rule", flat=True))


def test_an_order_lays_out_three_days_and_its_first_dose_closes_the_clock(doctor, nurse, person) -> None:
    with clock.frozen(MORNING - timedelta(hours=1)):
        row = order(doctor, person, timing=TWICE)
    assert [d.pass_code for d in doses(row)] == ["morning", "evening"] * 3
    assert doses(row)[0].due_at == MORNING
    assert "MED-01" in open_rules(row.id)
    with clock.frozen(MORNING + timedelta(minutes=10)):
        (done,) = actions.record_doses(
            actor=nurse, person_id=person, charted=[Charted(doses(row)[0].id, "given")], intent=uuid7()
        )
    assert done.status == "given"
    assert "MED-01" not in open_rules(row.id)
    assert verify.run().sound


@pytest.mark.parametrize(
    ("minutes", "status", "reason"),
    [(0, "given", ""), (60, "given", ""), (121, "given-late", "line-ran-late"), (-119, "given", "")],
)
def test_the_window_says_early_or_late(doctor, nurse, person, minutes, status, reason) -> None:
    with clock.frozen(MORNING - timedelta(hours=3)):
        row = order(doctor, person)
    with clock.frozen(MORNING + timedelta(minutes=minutes)):
        (done,) = actions.record_doses(actor=nurse, person_id=person, charted=[Charted(doses(row)[0].id, "given")])
    assert done.status == status
    assert (doses(row)[0].reason or "") == reason


def test_a_facility_s_own_window_counts(doctor, nurse, person, place, tmp_path, monkeypatch) -> None:
    (tmp_path / "medications").mkdir()
    known = content.rows(tables.WINDOWS, "window")
    rows = [f'[[window]]\nid = "{r["id"]}"\nearly = {r["early"]}\nlate = {r["late"]}' for r in known]
    rows.append(f'[[facility]]\nid = "own"\nfacility = "{place.code}"\nwindow = "daily_or_longer"\nlate = 240')
    (tmp_path / "medications" / "windows.toml").write_text('version = "x"\n' + "\n".join(rows))
    monkeypatch.setenv("THROUGHCARE_CONTENT", str(tmp_path))
    content.forget()
    with clock.frozen(MORNING - timedelta(hours=3)):
        row = order(doctor, person)
    with clock.frozen(MORNING + timedelta(minutes=200)):
        assert actions.find_blanks(actor=actions.CLOCK) == 0
        (done,) = actions.record_doses(actor=nurse, person_id=person, charted=[Charted(doses(row)[0].id, "given")])
    monkeypatch.undo()
    content.forget()
    assert done.status == "given"


def test_too_early_wants_a_reason(doctor, nurse, person) -> None:
    with clock.frozen(MORNING - timedelta(hours=3)):
        row = order(doctor, person)
        with pytest.raises(Invalid, match="reason"):
            actions.record_doses(actor=nurse, person_id=person, charted=[Charted(doses(row)[0].id, "given")])
        (done,) = actions.record_doses(
            actor=nurse, person_id=person, charted=[Charted(doses(row)[0].id, "given", reason="court")]
        )
    assert done.status == "given-early"


def test_a_dose_is_charted_once_and_an_error_keeps_what_was_written(doctor, nurse, person) -> None:
    with clock.frozen(MORNING - timedelta(hours=1)):
        row = order(doctor, person)
    first = doses(row)[0]
    with clock.frozen(MORNING):
        actions.record_doses(actor=nurse, person_id=person, charted=[Charted(first.id, "given")])
        with pytest.raises(Stale, match="already"):
            actions.record_doses(actor=nurse, person_id=person, charted=[Charted(first.id, "given")])
        actions.correct_dose(actor=nurse, person_id=person, dose_id=first.id, version=2, why="Wrong person")
        first.refresh_from_db()
        assert (first.status, first.version) == ("expected", 3)
        actions.record_doses(actor=nurse, person_id=person, charted=[Charted(first.id, "given")])
    with pytest.raises(IntegrityError), transaction.atomic():
        Dose.objects.filter(id=first.id).update(status="refused")
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Dose.objects.filter(id=first.id).delete()
    assert verify.run().sound


def test_another_persons_dose_is_refused(doctor, nurse, person, place) -> None:
    other = register(
        actor=Actor.feed("custody"), demographics=Demographics("Sample-Two", "Ann", date(1991, 2, 3), "female")
    )
    row = order(doctor, person)
    with pytest.raises(Stale, match="another person"):
        actions.record_doses(actor=nurse, person_id=other, charted=[Charted(doses(row)[0].id, "given")])


def test_stopping_takes_back_what_is_not_due_and_keeps_what_is(doctor, nurse, person) -> None:
    with clock.frozen(MORNING - timedelta(hours=1)):
        row = order(doctor, person)
    with clock.frozen(MORNING + timedelta(minutes=5)):
        actions.stop_order(actor=doctor, person_id=person, order_id=row.id, version=1, why="Cough")
    assert [d.due_at for d in doses(row)] == [MORNING]
    assert "MED-01" not in open_rules(row.id)


def test_hold_and_resume(doctor, person) -> None:
    with clock.frozen(MORNING - timedelta(hours=1)):
        row = order(doctor, person)
        actions.hold_order(actor=doctor, person_id=person, order_id=row.id, version=1, why="Low pressure")
        assert doses(row) == []
        actions.resume_order(actor=doctor, person_id=person, order_id=row.id, version=2)
        assert len(doses(row)) == 3


def test_a_change_is_a_new_order_and_no_dose_is_due_twice(doctor, person) -> None:
    with clock.frozen(MORNING - timedelta(hours=1)):
        row = order(doctor, person)
        new = actions.change_order(
            actor=doctor,
            person_id=person,
            order_id=row.id,
            version=1,
            asked=asked(amount=Decimal(2)),
            why="Pressure still high",
        )
    assert doses(row) == []
    assert len(doses(MedicationOrder.objects.get(id=new))) == 3
    with pytest.raises(IntegrityError), transaction.atomic():
        MedicationOrder.objects.filter(id=new).update(amount=3)


def test_laying_again_changes_nothing(doctor, person) -> None:
    with clock.frozen(MORNING - timedelta(hours=1)):
        row = order(doctor, person)
        before = [d.id for d in doses(row)]
        MedicationOrder.objects.filter(id=row.id).update(doses_until=None)
        actions.lay_doses(actor=actions.CLOCK)
    assert [d.id for d in doses(row)] == before
    with clock.frozen(MORNING + timedelta(hours=30)):
        actions.lay_doses(actor=actions.CLOCK)
    assert len(doses(row)) == 5


def test_a_nurse_begins_by_a_standing_order_and_a_prescriber_signs(doctor, nurse, person) -> None:
    with pytest.raises(Invalid, match="prescriber"):
        order(nurse, person)
    row = order(nurse, person, source="standing", standing_order="Bridge of blood pressure medicines", days=2)
    assert row.signed_at is None
    assert "INT-04-COSIGN" in open_rules(row.id)
    with pytest.raises(NotAllowed):
        actions.sign_order(actor=nurse, person_id=person, order_id=row.id, version=1)
    actions.sign_order(actor=doctor, person_id=person, order_id=row.id, version=1)
    assert "INT-04-COSIGN" not in open_rules(row.id)


def test_the_first_dose_has_a_day_from_stock_and_two_from_the_pharmacy(doctor, person, place) -> None:
    with clock.frozen(MORNING):
        actions.receive_stock(
            actor=doctor, facility_id=place.id, received=Received("room", Decimal(30), "L1", product=LISINOPRIL)
        )
        here, away = order(doctor, person), order(doctor, person, product=AMLODIPINE)
    due = dict(Duty.objects.filter(rule="MED-01", about__in=[here.id, away.id]).values_list("about", "due_at"))
    assert [due[here.id] - MORNING, due[away.id] - MORNING] == [timedelta(hours=24), timedelta(hours=48)]


def test_a_controlled_medicine_is_never_bridged_by_a_nurse(nurse, person) -> None:
    tramadol = {"product": TRAMADOL, "source": "standing", "standing_order": "Bridge of verified medicines", "days": 2}
    with pytest.raises(Invalid, match="never begun under a standing order") as refused:
        order(nurse, person, **tramadol)
    assert set(refused.value.fields) == {"source"}
    assert not MedicationOrder.objects.filter(person_id=person).exists()


def test_three_days_and_three_days_again_want_the_monitoring_record(doctor, person) -> None:
    pain = {"product": TRAMADOL, "indication": "Pain", "days": 3, "reasons": {"DUP-DRUG": "It follows."}}
    for n in (0, 5):
        with clock.frozen(MORNING + timedelta(days=n)):
            order(doctor, person, **pain)
    with clock.frozen(MORNING + timedelta(days=8)):
        with pytest.raises(Invalid, match="monitoring record"):
            order(doctor, person, **pain)
        row = MedicationOrder.objects.order_by("-starts_at").first()
        with pytest.raises(Invalid, match="monitoring record"):
            actions.renew_order(actor=doctor, person_id=person, order_id=row.id, version=row.version, days=3)
        order(doctor, person, **pain, gates={"monitoring_checked_at": clock.now().isoformat()})


def test_a_medicine_from_outside_is_decided_and_dosed(doctor, nurse, person) -> None:
    with clock.frozen(MORNING - timedelta(hours=2)):
        home = chart.report_medicine(actor=nurse, person_id=person, text="lisinopril 10 mg", critical=True)
        assert {"INT-04-DECIDE", "INT-04-DOSE"} <= open_rules(home)
        row = order(doctor, person, home_medicine_id=home)
        assert "INT-04-DECIDE" not in open_rules(home)
    with clock.frozen(MORNING):
        actions.record_doses(actor=nurse, person_id=person, charted=[Charted(doses(row)[0].id, "given")])
    assert not open_rules(home)


def test_a_first_dose_charted_in_error_is_owed_again_since_when_it_was_owed(doctor, nurse, person) -> None:
    with clock.frozen(MORNING - timedelta(hours=2)):
        home = chart.report_medicine(actor=nurse, person_id=person, text="lisinopril 10 mg", critical=True)
        row = order(doctor, person, home_medicine_id=home, timing=TWICE)
    (morning, evening, *_), about = doses(row), {"actor": nurse, "person_id": person}
    was = dict(Duty.objects.filter(about__in=[home, row.id], closed_at=None).values_list("rule", "due_at"))
    assert set(was) == {"MED-01", "INT-04-DOSE"}
    with clock.frozen(MORNING):
        actions.record_doses(**about, charted=[Charted(morning.id, "given")])
        assert not open_rules(home) | open_rules(row.id)
        actions.correct_dose(**about, dose_id=morning.id, version=2, why="Wrong person")
        assert dict(Duty.objects.filter(about__in=[home, row.id], closed_at=None).values_list("rule", "due_at")) == was
        row.refresh_from_db()
        assert row.first_dose_at is None
        # Refused is no first dose; charted right in the same breath, it is.
        actions.record_doses(
            **about, charted=[Charted(morning.id, "refused", reason="side-effects", detail={"capacity": "yes"})]
        )
        assert {"MED-01", "INT-04-DOSE"} <= open_rules(home) | open_rules(row.id)
        instead = Charted(morning.id, "given")
        actions.correct_dose(**about, dose_id=morning.id, version=4, why="They took it", instead=instead)
        assert not {"MED-01", "INT-04-DOSE"} & (open_rules(home) | open_rules(row.id))
    # Another dose that was given stays the first one.
    with clock.frozen(evening.due_at):
        actions.record_doses(**about, charted=[Charted(evening.id, "given")])
        actions.correct_dose(**about, dose_id=morning.id, version=6, why="Wrong person")
    row.refresh_from_db()
    assert row.first_dose_at == evening.due_at
    assert not {"MED-01", "INT-04-DOSE"} & (open_rules(home) | open_rules(row.id))
    closed = Duty.objects.get(rule="INT-04-DOSE", about=home)
    assert (closed.closed_at, closed.reopened) == (evening.due_at, 2)
    assert verify.run().sound


def test_stopping_a_medicine_from_outside_wants_the_reason(doctor, nurse, person) -> None:
    home = chart.report_medicine(actor=nurse, person_id=person, text="Oxycodone", critical=True)
    with pytest.raises(Invalid, match="why"):
        actions.decide_medicine(actor=doctor, person_id=person, medicine_id=home, decision="stop")
    actions.decide_medicine(actor=doctor, person_id=person, medicine_id=home, decision="stop", why="Never taken")
    assert not open_rules(home)
    row = HomeMedicine.objects.get(id=home)
    assert (row.status, row.stopped_why, row.stopped_by.split(",")[0]) == ("inactive", "Never taken", "Demo-Doctor")
    said = fhir.home_medicine(row)
    assert (said["status"], said["statusReason"]) == ("stopped", [{"text": "Never taken"}])
    with pytest.raises(Stale):
        actions.decide_medicine(actor=doctor, person_id=person, medicine_id=home, decision="stop", why="Again")


def test_as_needed_keeps_its_interval_and_asks_whether_it_helped(doctor, nurse, person) -> None:
    row = order(
        doctor, person, timing={"kind": "prn", "min_interval_minutes": 360, "max_in_24h": 4}, as_needed_for="pain"
    )
    one = {"actor": nurse, "person_id": person, "order_id": row.id, "reason": "Back pain"}
    with clock.frozen(MORNING):
        given = actions.give_as_needed(**one, before="7")
    assert open_rules(given.dose_id) == {"MED-05"}
    with clock.frozen(MORNING + timedelta(hours=5)), pytest.raises(Invalid, match="Not yet"):
        actions.give_as_needed(**one)
    actions.record_effect(actor=nurse, person_id=person, dose_id=given.dose_id, after="3")
    assert open_rules(given.dose_id) == set()


def test_three_refusals_ask_for_a_talk(doctor, nurse, person) -> None:
    with clock.frozen(MORNING - timedelta(hours=1)):
        row = order(doctor, person)
    refused = {"status": "refused", "reason": "side-effects", "detail": {"capacity": "yes"}}
    for day in range(3):
        assert "MED-03" not in open_rules(row.id)
        with clock.frozen(MORNING + timedelta(days=day, minutes=5)):
            actions.lay_doses(actor=actions.CLOCK)
            actions.record_doses(actor=nurse, person_id=person, charted=[Charted(doses(row)[day].id, **refused)])
    assert "MED-03" in open_rules(row.id)
    actions.answer_nonadherence(actor=nurse, person_id=person, order_id=row.id, words="Cough; prescriber told.")
    assert "MED-03" not in open_rules(row.id)


def test_a_blank_is_somebodys_and_late_charting_settles_it(doctor, nurse, person) -> None:
    with clock.frozen(MORNING - timedelta(hours=1)):
        row = order(doctor, person)
    with clock.frozen(MORNING + timedelta(hours=2, minutes=1)):
        assert actions.find_blanks(actor=actions.CLOCK) == 1
        assert actions.find_blanks(actor=actions.CLOCK) == 0
        kept = MedicationPass.objects.get()
        assert open_rules(kept.id) == {"MED-04"}
        actions.record_doses(
            actor=nurse, person_id=person, charted=[Charted(doses(row)[0].id, "no-show", reason="court")]
        )
    assert open_rules(kept.id) == set()


def test_an_order_that_ends_is_told_of_and_renewed(doctor, person) -> None:
    with clock.frozen(MORNING - timedelta(days=20)):
        row = order(doctor, person)
    with clock.frozen(MORNING):
        assert actions.tell_ending_orders(actor=actions.CLOCK) == 1
        assert "MED-02" in open_rules(row.id)
        new = actions.renew_order(actor=doctor, person_id=person, order_id=row.id, version=1, days=90)
    assert "MED-02" not in open_rules(row.id)
    assert MedicationOrder.objects.get(id=new).starts_at == row.ends_at


def test_a_dose_read_to_be_charted_is_field_by_field_what_its_row_says(person, doctor):
    with clock.frozen(MORNING):
        row = order(doctor, person, timing=TWICE)
        first = doses(row)[0]
        with transaction.atomic():
            (read,) = doses_of(person, [first.id])
    said = Dose.objects.select_related("order").get(id=first.id, due_at=first.due_at)
    for kept, whole in ((read, said), (read.order, said.order)):
        for field in whole._meta.concrete_fields:
            assert getattr(kept, field.attname) == getattr(whole, field.attname), field.name
            assert type(getattr(kept, field.attname)) is type(getattr(whole, field.attname)), field.name


def test_an_order_is_renewed_once(doctor, person) -> None:
    with clock.frozen(MORNING):
        row = order(doctor, person)
        new = actions.renew_order(actor=doctor, person_id=person, order_id=row.id, version=row.version)
        with pytest.raises(Stale, match="renewed already"):
            actions.renew_order(actor=doctor, person_id=person, order_id=row.id, version=row.version)
    assert [r.id for r in MedicationOrder.objects.filter(replaces=row)] == [new]


@pytest.mark.parametrize("how", ["stop", "change"])
def test_what_is_stopped_or_changed_does_not_begin_again_with_its_renewal(doctor, person, how) -> None:
    with clock.frozen(MORNING):
        row = order(doctor, person, days=20)
        new = actions.renew_order(actor=doctor, person_id=person, order_id=row.id, version=row.version)
        later = actions.renew_order(actor=doctor, person_id=person, order_id=new, version=1)
        row.refresh_from_db()
        about = {"actor": doctor, "person_id": person, "order_id": row.id, "version": row.version}
        if how == "stop":
            actions.stop_order(**about, why="Cough")
        else:
            changed = actions.change_order(**about, asked=asked(amount=Decimal(2), days=90), why="More")
    assert set(MedicationOrder.objects.filter(id__in=[row.id, new, later]).values_list("status", flat=True)) == {
        "stopped"
    }
    with clock.frozen(MORNING + timedelta(days=20)):
        actions.lay_doses(actor=actions.CLOCK)
    laid = Dose.objects.filter(person_id=person, due_at__gt=MORNING + timedelta(days=1), status="expected")
    assert set(laid.values_list("order_id", flat=True)) == (set() if how == "stop" else {changed})


def test_what_is_held_stays_held_under_its_renewal_and_goes_on_with_it(doctor, person) -> None:
    with clock.frozen(MORNING):
        row = order(doctor, person, days=20)
        before = actions.renew_order(actor=doctor, person_id=person, order_id=row.id, version=row.version)
        about = {"actor": doctor, "person_id": person, "order_id": row.id}
        actions.hold_order(**about, version=row.version, why="Potassium 5.9")
        assert MedicationOrder.objects.get(id=before).status == "on-hold"
        actions.resume_order(**about, version=row.version + 1)
        assert MedicationOrder.objects.get(id=before).status == "active"
        other = order(doctor, person, product=AMLODIPINE)
        actions.hold_order(actor=doctor, person_id=person, order_id=other.id, version=1, why="Dizzy")
        after = actions.renew_order(actor=doctor, person_id=person, order_id=other.id, version=2)
    assert (MedicationOrder.objects.get(id=after).status, MedicationOrder.objects.get(id=after).held_why) == (
        "on-hold", "Dizzy",
    )  # fmt: skip
    with clock.frozen(MORNING + timedelta(days=30)):
        actions.end_orders(actor=actions.CLOCK)
        actions.lay_doses(actor=actions.CLOCK)
    assert not Dose.objects.filter(order_id=after, status="expected").exists()
