"""What tablets charted without a network arrives exactly once, whatever was repeated, reordered or cut off on the way."""

import json
from datetime import timedelta
from decimal import Decimal
from itertools import permutations
from uuid import UUID

import msgspec
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.care.medications.line_makers import DAILY, EVERY_PASS, MORNING, doctor, hartford, housed, nurse, ordered
from throughcare.care.medications import actions
from throughcare.care.medications.actions import Charted, Prescription, Second, SentEvent
from throughcare.care.medications.leased import leases_of
from throughcare.care.medications.models import Dose, Lease, MedicationOrder
from throughcare.care.medications.rules.statuses import GIVEN, TAKEN, Status, may_follow
from throughcare.devices import actions as devices
from throughcare.devices import device_keys
from throughcare.devices.entries import Entry
from throughcare.devices.models import DeviceBundle, DeviceEvent
from throughcare.duties.models import Duty
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid, NotAllowed
from throughcare.kernel.ids import derived, uuid7
from throughcare.ledger import verify

pytestmark = pytest.mark.django_db
LATER = MORNING + timedelta(hours=10)


def enrolled(name: str = "Cart 1", leased=()) -> tuple[UUID, UUID]:
    device = devices.enrol_device(actor=nurse(), device_id=uuid7(), facility_id=hartford().id, name=name)
    return device, devices.take_bundle(actor=nurse(), device_id=device, people=1, own={"dose": list(leased)})


def event(dose: Dose, sequence: int = 1, status: str = "given", minutes: int = 0, **more) -> SentEvent:
    reason = {"refused": "side-effects", "no-show": "asleep"}.get(status, "")
    detail = {"capacity": "yes"} if status == "refused" else {}
    fields = {
        "event_id": uuid7(), "sequence": sequence, "person_id": dose.person_id, "order_id": dose.order_id,
        "dose_id": dose.id, "status": status, "at": MORNING + timedelta(minutes=minutes), "reason": reason,
        "detail": detail,
    }  # fmt: skip
    return SentEvent(**{**fields, **more})


PRN = {"kind": "prn", "min_interval_minutes": 360, "max_in_24h": 3}


def asked_for(order: UUID, sequence: int, minutes: int = 0, **more) -> SentEvent:
    """Make an event of a dose that was asked for."""
    person = MedicationOrder.objects.get(id=order).person_id
    about = {"status": "given", "at": MORNING + timedelta(minutes=minutes), "reason": "Pain", **more}
    return SentEvent(uuid7(), sequence, person_id=person, order_id=order, dose_id=None, **about)


def sent(event: SentEvent) -> Entry:
    """Give an event as the floor of devices has it: the body is what the tablet wrote."""
    body = msgspec.to_builtins(event) | {"kind": "dose"}
    return Entry(event.event_id, event.sequence, "dose", event.at, event.skew_ms, body)


def sync(device: UUID, bundle: UUID, *events: SentEvent) -> list[str]:
    done = devices.take_in(actor=nurse(), device_id=device, bundle_id=bundle, entries=[sent(e) for e in events])
    return [d.outcome for d in done]


@pytest.fixture
def dose() -> Dose:
    order = ordered(housed(1), timing=EVERY_PASS)
    return Dose.objects.filter(order_id=order).order_by("due_at").first()


def test_an_entry_is_charted_at_its_own_time_by_its_own_nurse_and_only_once(dose) -> None:
    with clock.frozen(LATER):
        device, bundle = enrolled()
        one = event(dose, skew_ms=120_000, minutes=7)
        assert sync(device, bundle, one) == ["applied"]
        assert sync(device, bundle, one, one) == ["repeated", "repeated"]
        dose.refresh_from_db()
    assert (dose.status, dose.happened_at) == ("given", MORNING + timedelta(minutes=5))
    assert dose.by.startswith("Demo-Nurse, Ada")
    assert dose.recorded_at == LATER
    assert DeviceEvent.objects.count() == 1
    assert verify.run().sound


def test_two_tablets_that_gave_one_dose_alert_and_both_entries_stay(dose) -> None:
    with clock.frozen(LATER):
        (one, its), (two, others) = enrolled(), enrolled("Cart 2")
        assert sync(one, its, event(dose)) == ["applied"]
        assert sync(two, others, event(dose, minutes=4)) == ["possible_double"]
        assert Duty.objects.filter(rule="MED-06", about=dose.id, closed_at=None).exists()
    dose.refresh_from_db()
    assert dose.status == "given"
    assert DeviceEvent.objects.filter(about_id=dose.id).count() == 2


def test_a_dose_given_online_and_on_a_tablet_is_a_possible_double(dose) -> None:
    with clock.frozen(MORNING):
        device, bundle = enrolled()
        actions.record_doses(
            actor=nurse(), person_id=dose.person_id, charted=[actions.Charted(dose_id=dose.id, status="given")]
        )
    with clock.frozen(LATER):
        assert sync(device, bundle, event(dose, minutes=-3)) == ["possible_double"]
    dose.refresh_from_db()
    assert (dose.happened_at, dose.version) == (MORNING, 2), "what stands is not written over"


def test_an_error_is_taken_back_even_if_it_comes_before_what_it_corrects(dose) -> None:
    with clock.frozen(LATER):
        device, bundle = enrolled()
        wrong = event(dose, 1)
        error = event(dose, 2, "charted-in-error", 1, corrects=wrong.event_id)
        right = event(dose, 3, "refused", 2)
        assert sync(device, bundle, error) == ["kept"]
        sync(device, bundle, right)
        sync(device, bundle, wrong)
        dose.refresh_from_db()
        assert dose.status == "refused"
        assert not DeviceEvent.objects.exclude(why="").exists(), "nothing is left to be looked at"


def test_an_entry_corrected_online_does_not_come_back_with_the_next(dose) -> None:
    with clock.frozen(LATER):
        device, bundle = enrolled()
        sync(device, bundle, event(dose, 1))
        dose.refresh_from_db()
        actions.correct_dose(
            actor=nurse(), person_id=dose.person_id, dose_id=dose.id, version=dose.version, why="Wrong person."
        )
        assert sync(device, bundle, event(dose, 2, "no-show", 5)) == ["applied"]
    dose.refresh_from_db()
    assert dose.status == "no-show"


def test_a_revoked_tablet_is_refused_and_what_it_holds_is_kept(dose) -> None:
    with clock.frozen(LATER):
        device, bundle = enrolled()
        devices.revoke_device(actor=nurse(), device_id=device, why="Lost")
        assert sync(device, bundle, event(dose)) == ["kept"]
        with pytest.raises(NotAllowed):
            devices.take_bundle(actor=nurse(), device_id=device, people=0, own={})
    dose.refresh_from_db()
    assert dose.status == "expected"
    assert DeviceEvent.objects.get().why == "device_refused"


def test_a_dose_given_before_the_stop_was_known_is_not_lost(dose) -> None:
    with clock.frozen(MORNING - timedelta(minutes=30)):
        device, bundle = enrolled()
        actions.stop_order(
            actor=doctor(), person_id=dose.person_id, order_id=dose.order_id, version=dose.order.version, why="Changed"
        )
    assert not Dose.objects.filter(id=dose.id).exists()
    with clock.frozen(LATER):
        assert sync(device, bundle, event(dose, minutes=3)) == ["applied"]
    row = Dose.objects.get(id=dose.id)
    assert row.status == "given"
    assert DeviceEvent.objects.get().why == "after_stop"


@pytest.mark.parametrize(
    ("product", "given_online", "times", "double"),
    [
        (None, True, 1, True),
        (None, False, 1, True),
        ("314077", True, 1, True),
        ("314077", True, 2, True),
        ("197361", None, 0, False),
    ],
    ids=["same strength", "not given yet", "another strength", "changed twice", "stopped, another medicine"],
)
def test_a_dose_of_an_order_that_was_changed_meanwhile_may_be_a_second_one(
    dose, product, given_online, times, double
) -> None:
    row, timing = MedicationOrder.objects.get(id=dose.order_id), {"kind": "passes", "passes": ["morning", "evening"]}
    with clock.frozen(MORNING - timedelta(minutes=30)):
        device, bundle = enrolled()
        for _ in range(times):
            asked = Prescription(product or row.code, timing, "Blood pressure", amount=Decimal(2))
            about = {"person_id": dose.person_id, "order_id": row.id, "version": row.version, "why": "Dose up"}
            row = MedicationOrder.objects.get(id=actions.change_order(actor=doctor(), asked=asked, **about))
        if not times:
            stop = {"person_id": dose.person_id, "order_id": row.id, "version": row.version, "why": "Over"}
            actions.stop_order(actor=doctor(), **stop)
            ordered(dose.person_id, product=product)
    if given_online:
        fresh = Dose.objects.filter(order=row).order_by("due_at").first()
        with clock.frozen(MORNING + timedelta(minutes=5)):
            actions.record_doses(actor=nurse(), person_id=dose.person_id, charted=[Charted(fresh.id, "given")])
    with clock.frozen(LATER):
        assert sync(device, bundle, event(dose, minutes=3)) == ["possible_double" if double else "applied"]
    assert Dose.objects.get(id=dose.id).status == "given", "it was swallowed, whatever the order became"
    assert Duty.objects.filter(rule="MED-06", about=dose.id).exists() is double


@pytest.mark.parametrize("hours", [-7, -1, 1, 5, 11])
def test_a_clock_hours_off_is_set_right_by_its_skew(dose, hours) -> None:
    off = timedelta(hours=hours)
    with clock.frozen(LATER):
        device, bundle = enrolled()
        late = event(dose, minutes=7, at=MORNING + timedelta(minutes=7) + off, skew_ms=int(off.total_seconds() * 1000))
        assert sync(device, bundle, late) == ["applied"]
    dose.refresh_from_db()
    assert (dose.status, dose.happened_at) == ("given", MORNING + timedelta(minutes=7))


def test_a_clock_ahead_that_nobody_knew_of_charts_no_dose_in_the_future(dose) -> None:
    with clock.frozen(MORNING + timedelta(minutes=10)):
        device, bundle = enrolled()
        assert sync(device, bundle, event(dose, minutes=300)) == ["applied"]
    dose.refresh_from_db()
    sent = DeviceEvent.objects.get()
    assert dose.status == "given" and dose.happened_at == MORNING + timedelta(minutes=10)
    assert sent.why, "somebody looks at the time"


def test_a_dose_that_kills_twice_belongs_to_one_tablet(dose) -> None:
    with clock.frozen(MORNING):
        (one, _), (two, others) = enrolled(leased=[dose.order_id]), enrolled("Cart 2", leased=[dose.order_id])
        assert Lease.objects.get(ended_at=None).device_id == one
        assert sync(two, others, event(dose, second="Demo-Nurse, Bo")) == ["applied"]
        assert DeviceEvent.objects.get().why == ""
        evening = Dose.objects.filter(order_id=dose.order_id).order_by("due_at")[1]
        sync(two, others, event(evening, 2))
        assert DeviceEvent.objects.get(sequence=2).why == "without_lease"
        devices.return_bundle(actor=nurse(), device_id=one)
        enrolled("Cart 3", leased=[dose.order_id])
    assert Lease.objects.filter(ended_at=None).count() == 1


def test_what_was_swallowed_stands_even_if_something_beside_it_is_missing(dose) -> None:
    with clock.frozen(LATER):
        device, bundle = enrolled()
        early = event(dose, minutes=-300)
        assert sync(device, bundle, early) == ["applied"]
        assert DeviceEvent.objects.get().why == "incomplete"
    dose.refresh_from_db()
    assert Status(dose.status) in TAKEN


def test_as_needed_doses_too_close_are_both_written_and_alert() -> None:
    order = ordered(housed(1), product="198440", timing=PRN, as_needed_for="Pain")
    with clock.frozen(LATER):
        device, bundle = enrolled()
        made = [asked_for(order, n, minutes=n) for n in (1, 60)]
        assert sync(device, bundle, *made) == ["applied", "possible_double"]
    assert Dose.objects.filter(order_id=order, status="given").count() == 2


@pytest.mark.parametrize(
    ("detail", "why"), [({"value": "pulse 44"}, "Pulse is 44"), ({}, "Measure pulse"), ({"value": "pulse 62"}, "")]
)
def test_an_as_needed_dose_against_what_its_order_holds_stands_and_is_put_before_a_person(detail, why) -> None:
    about = {"product": "198440", "timing": PRN, "as_needed_for": "Pain", "holds": ("Hold if HR < 50",)}
    order = ordered(housed(1), **about)
    with clock.frozen(LATER):
        device, bundle = enrolled()
        assert sync(device, bundle, asked_for(order, 3, detail=detail)) == ["applied"]
    kept = DeviceEvent.objects.get()
    assert (kept.why, why in kept.sentence) == ("incomplete" if why else "", True)
    row = Dose.objects.get(order_id=order)
    assert (row.status, row.detail.get("value", "")) == ("given", detail.get("value", "")), "never lost"


def test_as_needed_doses_that_come_in_any_order_are_told_where_they_are_too_many() -> None:
    most = {"kind": "prn", "min_interval_minutes": 60, "max_in_24h": 3}
    for turn in permutations(range(4)):
        with transaction.atomic():
            order = ordered(housed(1), product="198440", timing=most, as_needed_for="Pain")
            with clock.frozen(LATER):
                device, bundle = enrolled()
                made = [asked_for(order, n, minutes=90 * n) for n in range(4)]
                told = [sync(device, bundle, made[n])[0] for n in turn]
                assert told == ["applied"] * 3 + ["possible_double"], "whichever comes last is the fourth in 24 hours"
            transaction.set_rollback(True)


def test_an_as_needed_dose_that_another_tablet_has_is_looked_at() -> None:
    order = ordered(housed(1), product="1049221", timing=PRN, as_needed_for="Pain", days=2)
    with clock.frozen(MORNING):
        _, (two, others) = enrolled(leased=[order]), enrolled("Cart 2", leased=[order])
    with clock.frozen(LATER):
        assert sync(two, others, asked_for(order, 1), asked_for(order, 2, minutes=400, second="Demo-Nurse, Bo"))
    assert list(DeviceEvent.objects.order_by("sequence").values_list("why", flat=True)) == ["without_lease", ""]
    assert Dose.objects.filter(order_id=order, detail__second="Demo-Nurse, Bo").exists()


# --- any interleaving -------------------------------------------------------------------------------------------------------

entries = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.integers(0, 1),
        st.sampled_from(["given", "refused", "no-show", "error"]),
        st.integers(0, 9),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(plan=entries, chance=st.randoms(use_true_random=False))
def test_any_interleaving_ends_as_some_serial_order_and_loses_nothing(plan, chance) -> None:
    with transaction.atomic(), clock.frozen(LATER):
        order = ordered(housed(1), timing=EVERY_PASS)
        doses = list(Dose.objects.filter(order_id=order).order_by("due_at")[:2])
        tablets = [enrolled("Cart 1"), enrolled("Cart 2")]
        made = _made(plan, doses)
        for parcel in _parcels([*made, *chance.sample(made, len(made) // 2)], chance):
            for n, (device, bundle) in enumerate(tablets):
                mine = [e for owner, e in parcel if owner == n]
                if mine and chance.random() < 0.3:  # the server dies before it answers
                    with transaction.atomic():
                        sync(device, bundle, *mine)
                        transaction.set_rollback(True)
                if mine:
                    sync(device, bundle, *mine)
        kept = DeviceEvent.objects.filter(event_id__in=[e.event_id for _, e in made])
        assert sorted(str(k.event_id) for k in kept) == sorted(str(e.event_id) for _, e in made)
        for dose in doses:
            dose.refresh_from_db()
            _check(dose, [e for _, e in made if e.dose_id == dose.id])
        transaction.set_rollback(True)


def _made(plan, doses) -> list[tuple[int, SentEvent]]:
    made, count = [], {0: 0, 1: 0}
    for owner, which, status, minutes in plan:
        targets = [e for o, e in made if o == owner and e.dose_id == doses[which].id and e.corrects is None]
        if status == "error" and not targets:
            status = "no-show"
        count[owner] += 1
        at = doses[which].due_at - MORNING + timedelta(minutes=minutes)
        more = (
            {"status": "charted-in-error", "corrects": targets[-1].event_id}
            if status == "error"
            else {"status": status}
        )
        one = event(doses[which], count[owner], more.pop("status"), int(at.total_seconds() // 60), **more)
        made.append((owner, one))
    return made


def _parcels(sent, chance):
    chance.shuffle(sent)
    while sent:
        size = chance.randint(1, 3)
        yield sent[:size]
        sent = sent[size:]


def _check(dose: Dose, made: list[SentEvent]) -> None:
    corrected = {e.corrects for e in made if e.corrects}
    live = [e for e in made if e.corrects is None and e.event_id not in corrected]
    status = Status.GIVEN if Status(dose.status) in GIVEN else Status(dose.status)
    if any(e.status == "given" for e in live):
        assert status is Status.GIVEN, "what was swallowed never looks open"
    assert status in {_serial(order) for order in permutations(made)}
    if sum(e.status == "given" for e in live) > 1:
        assert DeviceEvent.objects.filter(about_id=dose.id, outcome="possible_double").exists()


def _serial(order) -> Status:
    applied: list[SentEvent] = []
    for e in order:
        if e.corrects is not None:
            applied = [a for a in applied if a.event_id != e.corrects]
        elif may_follow(Status(applied[-1].status) if applied else Status.EXPECTED, Status(e.status)):
            applied.append(e)
    return Status(applied[-1].status) if applied else Status.EXPECTED


# --- keys -------------------------------------------------------------------------------------------------------------------


def test_the_door_opens_what_was_sealed_and_keeps_what_was_not(client, dose) -> None:
    from tests.care.medications.test_pass import become, post

    with clock.frozen(LATER):
        become(client)
        device = uuid7()
        status, keys = post(client, "/devices/enrol/", device=str(device), name="Cart 1")
        assert status == 200 and len(device_keys.binary(keys["seal"])) == 65
        status, given_ = post(client, "/devices/bundle/", device=str(device), sections={"dose": {}})
        assert status == 200
        body = json.loads(given_["body"])
        assert body["bundle"] == str(DeviceBundle.objects.get().id)
        forged = {"id": str(derived("test", "forged")), "sequence": 1, "box": {"from": "x", "iv": "y", "data": "z"}}
        status, said = post(client, "/devices/sync/", device=str(device), entries=[forged])
        assert [e["outcome"] for e in said["entries"]] == ["kept"]
        again = post(client, "/devices/sync/", device=str(device), entries=[forged])[1]
        assert len(again["entries"]) == 1
        assert client.get("/devices/").status_code == 200
        assert client.get("/pass/shell/").status_code == 200
        assert b"Sample-" not in client.get("/pass/shell/").content
        assert client.get("/devices/worker.js")["Content-Type"].startswith("text/javascript")
    assert DAILY


# --- what was held, changed or ordered anew while the tablet was away -----------------------------------------------------

INSULIN, SCALE = "311041", {"product": "311041", "amount": Decimal(10)}
EVE = Second(derived("test", "second"), "Demo-Nurse, Eve", "rn")


def test_a_dose_given_after_its_order_was_held_stands_and_is_put_before_a_person(dose) -> None:
    prn = ordered(housed(2), product="198440", timing=PRN, as_needed_for="pain")
    with clock.frozen(MORNING - timedelta(minutes=30)):
        device, bundle = enrolled()
        for row in MedicationOrder.objects.filter(id__in=[dose.order_id, prn]):
            about = {"person_id": row.person_id, "order_id": row.id, "version": row.version, "why": "Potassium 6.9"}
            actions.hold_order(actor=doctor(), **about)
    with clock.frozen(LATER):
        early = event(dose, 1, minutes=-40)
        assert sync(device, bundle, early, asked_for(prn, 2)) == ["applied", "applied"]
        assert sync(*enrolled("Cart 2"), event(dose, 1, minutes=3)) == ["possible_double"]
    first = DeviceEvent.objects.filter(device=device).order_by("sequence")
    assert list(first.values_list("why", flat=True)) == ["", "after_stop"]


@pytest.mark.parametrize("how", ["changed", "ordered anew"])
def test_a_medicine_that_a_tablet_has_stays_its_own_under_another_order(how) -> None:
    person = housed(3)
    old = MedicationOrder.objects.get(id=ordered(person, **SCALE))
    with clock.frozen(MORNING - timedelta(minutes=30)):
        one, _ = enrolled(leased=[old.id])
        asked = Prescription(INSULIN, DAILY, "Diabetes", amount=Decimal(12), reasons={"DUP-DRUG:": "Up"})
        if how == "changed":
            about = {"order_id": old.id, "version": old.version, "why": "Up"}
            new = actions.change_order(actor=doctor(), person_id=person, asked=asked, **about)
        else:
            actions.stop_order(actor=doctor(), person_id=person, order_id=old.id, version=old.version, why="Low")
            new = actions.place_order(actor=doctor(), person_id=person, asked=asked)
        enrolled("Cart 2", leased=[new])
    assert set(Lease.objects.filter(ended_at=None).values_list("order_id", "device_id")) == {(old.id, one)}
    due = Dose.objects.filter(order_id=new).order_by("due_at").first()
    with clock.frozen(MORNING):
        said = {"actor": nurse(), "person_id": person}
        with pytest.raises(Invalid, match="A tablet has this dose"):
            actions.record_doses(**said, charted=[Charted(due.id, "given")])
        actions.record_doses(**said, charted=[Charted(due.id, "given", second=EVE)])
    due.refresh_from_db()
    assert due.status == "given"


def test_another_medicine_of_the_same_person_is_nobody_s_own() -> None:
    person = housed(4)
    insulin, other = ordered(person, **SCALE), ordered(person)
    with clock.frozen(MORNING):
        enrolled(leased=[insulin])
        assert leases_of([insulin, other], MORNING).keys() == {insulin}
