"""Medicines kept on the person: handed over and signed, refilled in their window, counted; fitness that ends by what happens."""

# ruff: noqa: F811

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.care.medications.test_ordering_and_giving import (  # noqa: F401
    LISINOPRIL,
    MORNING,
    asked,
    doctor,
    nurse,
    open_rules,
    order,
    person,
    place,
)
from throughcare.care.emergency import actions as emergency
from throughcare.care.medications import actions
from throughcare.care.medications.actions import Issue, Received
from throughcare.care.medications.models import KeptFitness, KeptPack, MedicationOrder, RefillRequest, StockLot
from throughcare.custody import actions as custody
from throughcare.custody.models import Facility, Unit
from throughcare.duties.models import Duty
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed, Stale
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import Role
from throughcare.ledger import verify

pytestmark = pytest.mark.django_db
ALBUTEROL = "745679"
FEED = Actor.feed("custody")


@pytest.fixture
def kept(doctor, nurse, person) -> MedicationOrder:
    with clock.frozen(MORNING - timedelta(hours=2)):
        row = order(doctor, person, mode="KOP", days=180)
        actions.check_fitness(actor=nurse, person_id=person, fit=True)
    return row


def issue(nurse, person, row, at=MORNING, **more):
    fields = {"quantity": Decimal(30), "lot": "L1", "expires_on": date(2028, 1, 1), "signed_how": "paper", **more}
    with clock.frozen(at):
        return actions.issue_pack(actor=nurse, person_id=person, order_id=row.id, issue=Issue(**fields))


def duties_of(person) -> set[str]:
    return set(Duty.objects.filter(person_id=person, closed_at=None).values_list("rule", flat=True))


def test_a_pack_is_handed_over_signed_and_closes_the_first_dose_clock(nurse, person, kept) -> None:
    assert "MED-01" in open_rules(kept.id)
    with pytest.raises(Invalid, match="At most 30") as refused:
        issue(nurse, person, kept, signed_how="", lot="", quantity=Decimal(31), expires_on=date(2020, 1, 1))
    assert set(refused.value.fields) == {"signed_how", "lot", "quantity", "expires_on"}
    issue(nurse, person, kept)
    pack = KeptPack.objects.get()
    assert (pack.per_day, pack.supply_days, pack.lasts_to) == (1, 30, date(2026, 12, 19))
    assert "MED-01" not in open_rules(kept.id)
    assert verify.run().sound


def test_nobody_is_handed_a_pack_unchecked_and_a_rescue_inhaler_always(doctor, nurse, person) -> None:
    with clock.frozen(MORNING):
        row, inhaler = order(doctor, person, mode="KOP"), None
        inhaler = order(
            doctor,
            person,
            product=ALBUTEROL,
            mode="KOP",
            timing={"kind": "prn", "min_interval_minutes": 240, "max_in_24h": 6},
            as_needed_for="wheeze",
            indication="Asthma",
        )
    with pytest.raises(Invalid, match="checked fitness"):
        issue(nurse, person, row)
    issue(nurse, person, inhaler, quantity=Decimal(200))
    assert KeptPack.objects.get().per_day is None


def test_a_pack_from_stock_leaves_the_book(nurse, person, place, kept) -> None:
    with clock.frozen(MORNING - timedelta(days=1)):
        got = Received("room", Decimal(40), "S9", product=LISINOPRIL, expires_on=date(2028, 1, 1))
        lot = actions.receive_stock(actor=nurse, facility_id=place.id, received=got)
        other = actions.receive_stock(
            actor=nurse, facility_id=place.id, received=Received("room", Decimal(40), "S9", product=ALBUTEROL)
        )
    with pytest.raises(Invalid, match="another medicine"):
        issue(nurse, person, kept, stock_id=other)
    issue(nurse, person, kept, stock_id=lot)
    assert StockLot.objects.get(id=lot).balance == 10
    assert KeptPack.objects.get().lot == "S9"


def test_the_refill_window_and_the_wish_for_it(nurse, person, kept) -> None:
    issue(nurse, person, kept)
    patient = Actor("patient", person, "Sample-Ortiz, Luis", source="kiosk")
    with clock.frozen(MORNING + timedelta(days=19)):
        wish = actions.ask_refill(actor=patient, person_id=person, order_id=kept.id, channel="kiosk")
        assert actions.ask_refill(actor=patient, person_id=person, order_id=kept.id, channel="kiosk") == wish
    assert "KOP-02" in open_rules(kept.id)
    with pytest.raises(Invalid, match="due from 10 Dec"):
        issue(nurse, person, kept, at=MORNING + timedelta(days=19))
    issue(nurse, person, kept, at=MORNING + timedelta(days=20))
    assert RefillRequest.objects.get().state == "filled"
    assert "KOP-02" not in open_rules(kept.id)
    assert KeptPack.objects.filter(state="kept").count() == 2, "the first lasts for nine more days"
    issue(nurse, person, kept, at=MORNING + timedelta(days=45))
    assert KeptPack.objects.filter(state="used-up").count() == 1


def test_a_refill_is_declined_with_words(nurse, person, kept) -> None:
    with clock.frozen(MORNING):
        wish = actions.ask_refill(actor=nurse, person_id=person, order_id=kept.id)
        about = {"actor": nurse, "person_id": person, "refill_id": wish, "version": 1}
        with pytest.raises(Invalid):
            actions.decline_refill(**about, why=" ")
        actions.decline_refill(**about, why="The prescriber sees you first, on Monday.")
    assert "KOP-02" not in open_rules(kept.id)


@pytest.mark.parametrize(("left", "flagged"), [(20, False), (18, False), (17, True), (22, False), (23, True)])
def test_a_count_that_is_far_off_asks_for_a_talk(nurse, person, kept, left, flagged) -> None:
    pack = issue(nurse, person, kept)
    with clock.frozen(MORNING + timedelta(days=10)):
        found = actions.count_pack(actor=nurse, person_id=person, pack_id=pack, counted=Decimal(left))
        assert (found.expected, found.flagged) == (20, flagged)
        assert ("KOP-03" in open_rules(found.count_id)) is flagged
        about = {
            "actor": nurse,
            "person_id": person,
            "count_id": found.count_id,
            "version": 1,
            "words": "Dropped some.",
        }
        actions.answer_count(**about, finding="explained")
        assert "KOP-03" not in open_rules(found.count_id)
    assert KeptFitness.objects.get().lapsed_at is None


@pytest.mark.parametrize("finding", ["failed", "hoarding"])
def test_a_failed_check_ends_fitness_and_never_the_order(doctor, nurse, person, kept, finding) -> None:
    pack = issue(nurse, person, kept)
    with clock.frozen(MORNING + timedelta(days=10)):
        found = actions.count_pack(actor=nurse, person_id=person, pack_id=pack, counted=Decimal(28))
        about = {"actor": nurse, "person_id": person, "count_id": found.count_id, "version": 1, "words": "Saves them."}
        actions.answer_count(**about, finding=finding)
        kept.refresh_from_db()
        assert (kept.status, kept.mode) == ("active", "KOP")
        assert "KOP-01" in duties_of(person)
        with pytest.raises(NotAllowed):
            actions.watch_instead(actor=nurse, person_id=person, order_id=kept.id, version=1, why="Hoards")
        new = actions.watch_instead(
            actor=doctor, person_id=person, order_id=kept.id, version=kept.version, why="Failed check"
        )
        assert MedicationOrder.objects.get(id=new).mode == "DOT"
        assert "KOP-01" not in duties_of(person)


def _transfer(person) -> None:
    york = Facility.objects.get(short_name__istartswith="Osborn")
    custody.transfer(actor=FEED, person_id=person, to=custody.Spot(york.id))


def _restrict(person) -> None:
    place = Facility.objects.get(short_name__istartswith="Hartford")
    unit = Unit.objects.filter(facility=place, kind="restricted").first()
    if unit is None:
        unit = Unit.objects.filter(facility=place).last()
        Unit.objects.filter(id=unit.id).update(kind="restricted")
    custody.move_within(actor=FEED, person_id=person, unit_id=unit.id)


def _watch(person) -> None:
    custody.raise_alert(actor=FEED, person_id=person, template="watch_staggered")


def _overdose(person) -> None:
    place = Facility.objects.get(short_name__istartswith="Hartford")
    helper = Actor("staff", derived("test", "nurse"), "Demo-Nurse, Ada", Role.RN, place.id)
    code = emergency.call_code(actor=helper, facility_id=place.id, place="B-203")
    given = {"drug": "naloxone", "dose": "4", "unit": "mg", "route": "in the nose", "why": "Not breathing"}
    emergency.stamp(actor=helper, code_id=code, kind="drug", detail=given)
    assert KeptFitness.objects.get().lapsed_at is None, "nobody knows yet who it is"
    emergency.attach_person(actor=helper, code_id=code, person_id=person)


@pytest.mark.parametrize("happens", [_transfer, _restrict, _watch, _overdose])
def test_fitness_ends_by_what_custody_tells_and_the_packs_stay_with_the_person(
    nurse,
    person,
    kept,
    happens,
) -> None:
    issue(nurse, person, kept)
    with clock.frozen(MORNING + timedelta(days=2)):
        happens(person)
        fitness = KeptFitness.objects.get()
        assert fitness.lapsed_why in ("transfer", "restrictive_housing", "watch", "overdose")
        assert "KOP-01" in duties_of(person)
        assert KeptPack.objects.get().state == "kept"
        with pytest.raises(Invalid, match="Check again"):
            issue(nurse, person, kept, at=MORNING + timedelta(days=25))
        if happens is _watch:
            with pytest.raises(Invalid, match="on watch"):
                actions.check_fitness(actor=nurse, person_id=person, fit=True)
            return
        actions.check_fitness(actor=nurse, person_id=person, fit=True)
    assert "KOP-01" not in duties_of(person)
    issue(nurse, person, kept, at=MORNING + timedelta(days=25))


def test_an_alert_that_is_no_watch_ends_nothing(nurse, person, kept) -> None:
    with clock.frozen(MORNING):
        custody.raise_alert(actor=FEED, person_id=person, template="bottom_bunk")
    assert KeptFitness.objects.get().lapsed_at is None


def test_a_pack_is_taken_back_once(nurse, person, kept) -> None:
    pack = issue(nurse, person, kept)
    about = {"actor": nurse, "person_id": person, "pack_id": pack, "verb": "take_back", "why": "On watch"}
    with clock.frozen(MORNING + timedelta(days=3)):
        actions.take_back_pack(**about, version=1, left=Decimal(27))
        with pytest.raises(Stale):
            actions.take_back_pack(**about, version=2)
    assert KeptPack.objects.get().left == 27


@pytest.mark.parametrize("how", ["stop", "another", "watched", "more of it"])
def test_a_pack_whose_order_is_over_is_taken_back(doctor, nurse, person, kept, how) -> None:
    pack = issue(nurse, person, kept)
    with clock.frozen(MORNING + timedelta(days=3)):
        if how == "watched":
            _watch(person)
        kept.refresh_from_db()
        about = {"actor": doctor, "person_id": person, "order_id": kept.id, "version": kept.version}
        if how == "stop":
            actions.stop_order(**about, why="Swollen lips")
        elif how == "watched":
            actions.watch_instead(**about, why="On watch")
        else:
            more = {"product": "197361"} if how == "another" else {"amount": Decimal(2)}
            actions.change_order(**about, asked=asked(mode="KOP", **more), why="Pressure")
        assert ("KOP-04" in open_rules(pack)) is (how != "more of it")
        if how == "watched":
            duty = Duty.objects.get(about=pack, closed_at=None)
            assert duty.due_at == clock.now() + timedelta(hours=2) and duty.lane == "now"
        taken = {"actor": nurse, "person_id": person, "pack_id": pack, "version": 1, "why": "Order over"}
        actions.take_back_pack(**taken, verb="take_back")
    assert "KOP-04" not in open_rules(pack)
