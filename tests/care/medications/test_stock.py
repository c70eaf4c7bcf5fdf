"""The book of stock: every move an entry, the balance their sum, a count by two, and no difference that holds up a dose."""

# ruff: noqa: F811

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.care.medications.test_ordering_and_giving import (  # noqa: F401
    MORNING,
    asked,
    doctor,
    doses,
    nurse,
    open_rules,
    order,
    person,
    place,
)
from tests.fixtures_lenses import lens_of
from throughcare.access.models import User
from throughcare.care.medications import actions, stock_fhir
from throughcare.care.medications.actions import Change, Charted, CountedLot, Received, Second
from throughcare.care.medications.actions.differing import as_rule
from throughcare.care.medications.models import MedicationOrder, StockCount, StockDifference, StockEntry, StockLot
from throughcare.care.medications.reads import stock
from throughcare.care.medications.rules import counting, tables
from throughcare.duties import handing
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import Role
from throughcare.ledger import verify

pytestmark = pytest.mark.django_db
CLONAZEPAM, LISINOPRIL, METHADONE = "197527", "314076", "864706"
EVE = Second(derived("test", "second"), "Demo-Nurse, Eve", "lpn")


@pytest.fixture
def pharmacist(place):
    return Actor("staff", derived("test", "pharmacist"), "Demo-Pharmacist, Kim", Role.PHARMACY, place.id)


def received(**more) -> Received:
    fields = {"place": "controlled", "quantity": Decimal(30), "lot": "A1", "product": CLONAZEPAM}
    return Received(**{**fields, "expires_on": date(2028, 1, 31), **more})


def stocked(actor, site, **more) -> StockLot:
    found = actions.receive_stock(actor=actor, facility_id=site.id, received=received(**more))
    return StockLot.objects.get(id=found)


def account(actor) -> Actor:
    User.objects.create(id=actor.id, username=actor.name, name=actor.name)
    return actor


def count(actor, place, lots, *, second=EVE):
    said = [CountedLot(lot.id, Decimal(n)) for lot, n in lots]
    return actions.count_stock(actor=actor, facility_id=place.id, place="controlled", counted=said, second=second)


def controlled_order(doctor, person) -> MedicationOrder:
    gates = {
        "history_taken": "yes",
        "medicines_reviewed": "yes",
        "diagnosis": "Panic disorder",
        "consent": "given",
        "monitoring_checked_at": (MORNING - timedelta(hours=2)).isoformat(),
    }
    row = asked(product=CLONAZEPAM, indication="Panic disorder", gates=gates, reasons={})
    for _ in range(3):
        try:
            return MedicationOrder.objects.get(id=actions.place_order(actor=doctor, person_id=person, asked=row))
        except Invalid as refused:
            reasons = {k.removeprefix("reason-"): "Known, accepted" for k in refused.fields if k.startswith("reason-")}
            assert reasons, refused
            row = asked(
                product=CLONAZEPAM, indication="Panic disorder", gates=gates, reasons={**row.reasons, **reasons}
            )
    raise AssertionError("not ordered")


def test_a_delivery_is_a_lot_and_a_second_one_of_it_the_same(pharmacist, place) -> None:
    one = stocked(pharmacist, place)
    two = stocked(pharmacist, place, quantity=Decimal(20))
    assert one.id == two.id
    assert (two.balance, two.entries, two.schedule, two.unit) == (50, 2, "CIV", "tablet")
    assert stocked(pharmacist, place, lot="B2").id != one.id
    assert verify.run().sound


def test_what_is_missing_is_said_field_by_field(pharmacist, place, person) -> None:
    with pytest.raises(Invalid) as refused:
        stocked(pharmacist, place, place="", lot=" ", quantity=Decimal(0), expires_on=date(2020, 1, 1))
    assert set(refused.value.fields) == {"place", "lot", "quantity", "expires_on"}
    officer = Actor("staff", derived("test", "officer"), "Demo-Officer", Role.CUSTODY, place.id)
    with pytest.raises(NotAllowed):
        stocked(officer, place)


def test_waste_needs_a_second_person_and_a_reason(nurse, pharmacist, place) -> None:
    lot = stocked(pharmacist, place)
    waste = Change("waste", Decimal(2), reason="Dropped")
    with pytest.raises(Invalid) as refused:
        actions.change_stock(actor=nurse, stock_id=lot.id, change=waste)
    assert "second" in refused.value.fields
    with pytest.raises(Invalid, match="second person"):
        actions.change_stock(actor=nurse, stock_id=lot.id, change=waste, second=Second(nurse.id, nurse.name, "rn"))
    actions.change_stock(actor=nurse, stock_id=lot.id, change=waste, second=EVE)
    lot.refresh_from_db()
    assert lot.balance == 28
    with pytest.raises(Invalid, match="book says"):
        actions.change_stock(
            actor=nurse, stock_id=lot.id, change=Change("destroy", Decimal(29), reason="Expired"), second=EVE
        )


def test_schedule_two_comes_under_its_order_form(pharmacist, place) -> None:
    methadone = {"product": METHADONE, "lot": "M1"}
    with pytest.raises(Invalid) as refused:
        stocked(pharmacist, place, **methadone)
    assert set(refused.value.fields) == {"order_form"}
    lot = stocked(pharmacist, place, **methadone, order_form=" 26x0000ab ")
    assert lot.schedule == "CII"
    entry = StockEntry.objects.get(stock=lot)
    assert entry.order_form == "26X0000AB"
    assert stock_fhir.entry(entry)["orderForm"] == "26X0000AB"


def test_needles_and_keys_are_counted_with_the_medicines(nurse, pharmacist, place) -> None:
    needles = stocked(pharmacist, place, product="", text="Insulin syringe", unit="piece", kind="sharp", lot="N1")
    key = stocked(
        pharmacist, place, product="", text="Key", unit="key", kind="key", lot="K1", quantity=Decimal(2), schedule="CII"
    )
    assert key.schedule == "", "a key has no schedule, whatever was typed"
    actions.change_stock(actor=nurse, stock_id=needles.id, change=Change("use", Decimal(3)))
    with pytest.raises(Invalid, match="Choose what happened"):
        actions.change_stock(actor=nurse, stock_id=key.id, change=Change("use", Decimal(1)))
    with pytest.raises(Invalid, match="1 not counted"):
        count(nurse, place, [(needles, 27)])
    done = count(nurse, place, [(needles, 27), (key, 1)])
    (row,) = StockDifference.objects.filter(id__in=done.differences)
    assert (row.stock_id, row.counted) == (key.id, 1)
    found = counting.loss_report([as_rule(row)], tables.counting())
    assert [f.code for f in found.findings] == ["missing_thing"]
    lens = lens_of(Role.RN)
    low = {shelf.lot.kind: shelf.low for shelf in stock.shelves(lens, place.id)}
    assert low == {"sharp": True, "key": False}, "two keys are all there are"


def test_moving_to_another_place_keeps_the_lot(nurse, pharmacist, place) -> None:
    lot = stocked(pharmacist, place)
    actions.change_stock(actor=nurse, stock_id=lot.id, change=Change("transfer_out", Decimal(10), to_place="cart"))
    found = dict(StockLot.objects.filter(lot="A1").values_list("place", "balance"))
    assert found == {"controlled": 20, "cart": 10}


def test_entries_stay_and_the_balance_is_their_sum(pharmacist, place) -> None:
    lot = stocked(pharmacist, place)
    with pytest.raises((IntegrityError, ProgrammingError)), transaction.atomic():
        StockEntry.objects.filter(stock=lot).update(quantity=1)
    with pytest.raises((IntegrityError, ProgrammingError)), transaction.atomic():
        StockEntry.objects.filter(stock=lot).delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        StockLot.objects.filter(id=lot.id).update(balance=-1)
    with pytest.raises(IntegrityError, match="what its entries say"), transaction.atomic():
        StockLot.objects.filter(id=lot.id).update(balance=29)
        transaction.get_connection().check_constraints()


def test_a_count_by_two_who_agree(nurse, pharmacist, place) -> None:
    lot, other = stocked(pharmacist, place), stocked(pharmacist, place, lot="B2")
    with pytest.raises(Invalid, match="1 not counted") as refused:
        count(nurse, place, [(lot, 30)])
    assert f"lot-{other.id}" in refused.value.fields
    with pytest.raises(Invalid, match="another person"):
        count(nurse, place, [(lot, 30), (other, 30)], second=Second(nurse.id, nurse.name, "rn"))
    officer = Second(derived("test", "o"), "Demo-Officer", "custody")
    with pytest.raises(Invalid, match="licensed"):
        count(nurse, place, [(lot, 30), (other, 30)], second=officer)
    assert count(nurse, place, [(lot, 30), (other, 30)]).differences == []
    lot.refresh_from_db()
    assert lot.counted == 30
    with pytest.raises(IntegrityError), transaction.atomic():
        StockCount.objects.update(place="cart")


def test_one_nurse_alone_counts_with_somebody_else(nurse, pharmacist, place, monkeypatch) -> None:
    from throughcare.care.medications import stock_places

    monkeypatch.setattr(stock_places, "single_nurse", lambda code: code == place.code)
    lot = stocked(pharmacist, place)
    officer = Second(derived("test", "o"), "Demo-Officer", "custody")
    assert count(nurse, place, [(lot, 30)], second=officer).differences == []
    assert StockCount.objects.get().single_nurse


def test_a_difference_blocks_the_handover_and_never_a_dose(doctor, nurse, pharmacist, place, person) -> None:
    with clock.frozen(MORNING - timedelta(hours=1)):
        row = controlled_order(doctor, person)
        lot = stocked(pharmacist, place)
        with pytest.raises(Invalid, match="Not counted: Controlled cabinet"):
            handing.give_handover(actor=nurse, facility_id=place.id, role=Role.RN, notes="")
        (found,) = count(nurse, place, [(lot, 28)]).differences
        assert "MED-07" in open_rules(found)
        with pytest.raises(Invalid, match="Report the difference"):
            handing.give_handover(actor=nurse, facility_id=place.id, role=Role.RN, notes="")
        handing.give_handover(actor=account(pharmacist), facility_id=place.id, role=Role.PHARMACY, notes="")
    with clock.frozen(MORNING):
        (done,) = actions.record_doses(
            actor=nurse, person_id=person, charted=[Charted(doses(row)[0].id, "given", detail={"stock": str(lot.id)})]
        )
        assert done.status == "given"
        lot.refresh_from_db()
        assert lot.balance == 29
        entry = StockEntry.objects.get(move="remove_for_dose")
        assert (entry.person_id, entry.order_id, entry.dose_id, entry.by_id) == (person, row.id, done.dose_id, nurse.id)
        actions.report_difference(actor=nurse, difference_id=found, version=1, words="Looked in the cart.")
        assert "MED-07" not in open_rules(found)
        lot.refresh_from_db()
        count(nurse, place, [(lot, 27)])
        handing.give_handover(actor=account(nurse), facility_id=place.id, role=Role.RN, notes="")
        difference = StockDifference.objects.get()
        about = {"difference_id": found, "version": difference.version, "words": "Found under the tray: two lost."}
        with pytest.raises(Invalid):
            actions.explain_difference(actor=pharmacist, **about, correct=True)
        actions.explain_difference(actor=pharmacist, **about, correct=True, second=EVE)
    lot.refresh_from_db()
    assert lot.balance == 27
    assert verify.run().sound


def test_a_dose_beyond_the_book_stands_and_asks_for_a_count(doctor, nurse, pharmacist, place, person) -> None:
    with clock.frozen(MORNING - timedelta(hours=1)):
        row = controlled_order(doctor, person)
        lot = stocked(pharmacist, place, quantity=Decimal("0.5"))
    with clock.frozen(MORNING):
        (done,) = actions.record_doses(
            actor=nurse, person_id=person, charted=[Charted(doses(row)[0].id, "given", detail={"stock": str(lot.id)})]
        )
    assert done.status == "given"
    lot.refresh_from_db()
    assert lot.balance == 0
    difference = StockDifference.objects.get()
    assert (difference.expected, difference.counted, difference.stands) == (Decimal("0.5"), 1, False)


@pytest.mark.parametrize("named", ["", "no-uuid", "01890000-0000-7000-8000-000000000000"])
def test_a_dose_that_names_no_stock_stands(doctor, nurse, person, named) -> None:
    with clock.frozen(MORNING - timedelta(hours=1)):
        row = controlled_order(doctor, person)
    with clock.frozen(MORNING):
        charted = [Charted(doses(row)[0].id, "given", detail={"stock": named})]
        assert actions.record_doses(actor=nurse, person_id=person, charted=charted)[0].status == "given"


def test_more_than_one_difference_or_a_large_one_is_told_upward(nurse, pharmacist, place) -> None:
    lot = stocked(pharmacist, place)
    (found,) = count(nurse, place, [(lot, 24)]).differences
    assert {"MED-07", "MED-08"} <= open_rules(found)
    with pytest.raises(NotAllowed):
        actions.tell_loss(actor=nurse, difference_id=found, version=1, words="Told.")
    actions.tell_loss(actor=pharmacist, difference_id=found, version=1, words="Administrator 09:10, form 106 sent.")
    assert "MED-08" not in open_rules(found)


MOVES = st.lists(
    st.tuples(
        st.sampled_from(["receive", "remove_for_dose", "return_to_stock", "waste", "transfer_out", "destroy", "count"]),
        st.integers(1, 12),
    ),
    max_size=14,
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES)
def test_any_sequence_adds_up_and_no_dose_is_refused(doctor, nurse, pharmacist, place, person, moves) -> None:
    class Undo(Exception):
        pass

    try:
        with transaction.atomic():
            lot = stocked(pharmacist, place)
            with clock.frozen(MORNING):
                order_id = controlled_order(doctor, person).id
            for move, n in moves:
                _one(nurse, pharmacist, place, person, lot, order_id, move, n)
                lot.refresh_from_db()
                entries = list(StockEntry.objects.filter(stock=lot).order_by("number"))
                assert lot.balance == sum(e.change for e in entries) == entries[-1].balance >= 0
                assert [e.number for e in entries] == list(range(1, lot.entries + 1))
            raise Undo
    except Undo:
        pass


def _one(nurse, pharmacist, place, person, lot, order_id, move, n) -> None:
    amount = Decimal(n)
    if move == "receive":
        stocked(pharmacist, place, quantity=amount)
    elif move == "count":
        count(nurse, place, [(one, n) for one in StockLot.objects.exclude(schedule="").filter(place="controlled")])
    elif move == "remove_for_dose":
        taken = Change(move, amount, person_id=person, order_id=order_id)
        actions.change_stock(actor=nurse, stock_id=lot.id, change=taken)
    else:
        try:
            change = Change(move, amount, reason="Said why", to_place="cart")
            actions.change_stock(actor=nurse, stock_id=lot.id, change=change, second=EVE)
        except Invalid as refused:
            lot.refresh_from_db()
            assert "book says" in refused.sentence and lot.balance < amount
