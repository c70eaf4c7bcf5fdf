"""Doses that a person asks for: their interval over midnight and the days of the clocks, over a renewed or changed order, and errors."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tests.care.medications.test_ordering_and_giving import (  # noqa: F401
    asked,
    doctor,
    nurse,
    order,
    person,
    place,
)
from throughcare.care.medications import actions
from throughcare.care.medications.models import Dose, MedicationOrder
from throughcare.care.medications.reads import passes
from throughcare.kernel import clock, statement
from throughcare.kernel.errors import Invalid

pytestmark = pytest.mark.django_db
APAP, APAP_325 = "198440", "313782"
EVERY_SIX = {"kind": "prn", "min_interval_minutes": 360, "max_in_24h": 3}
TWO_DAYS = {"kind": "prn", "min_interval_minutes": 2880, "max_in_24h": 1}
# 23:30 in Connecticut; the night before the clocks go forward, and before they go back.
LATE = datetime(2026, 12, 2, 4, 30, tzinfo=UTC)
FORWARD = datetime(2027, 3, 14, 4, 30, tzinfo=UTC)
BACK = datetime(2026, 11, 1, 3, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def nights(nurse, doctor, person):  # noqa: F811
    """Give a way to have a medicine that is asked for, and to ask for it at a time."""

    class Nights:
        def ordered(self, at: datetime, **more) -> MedicationOrder:
            with clock.frozen(at):
                return order(
                    doctor,
                    person,
                    **{"product": APAP, "timing": EVERY_SIX, "indication": "Pain", "reasons": self.why, **more},
                )

        why = {"DUP-DRUG": "Both."}

        def give(self, row_id: UUID, at: datetime) -> UUID:
            with clock.frozen(at):
                return actions.give_as_needed(actor=nurse, person_id=person, order_id=row_id, reason="Pain").dose_id

        def change(self, row: MedicationOrder, at: datetime, **more) -> UUID:
            about = {"product": APAP, "timing": EVERY_SIX, "indication": "Pain", **more}
            with clock.frozen(at):
                row.refresh_from_db()
                return actions.change_order(
                    actor=doctor,
                    person_id=person,
                    order_id=row.id,
                    version=row.version,
                    asked=asked(**about),
                    why="Changed",
                )

    return Nights()


@pytest.mark.parametrize("at", [LATE, FORWARD, BACK], ids=["midnight", "clocks forward", "clocks back"])
def test_six_hours_are_six_hours_over_midnight_and_whatever_the_clocks_do(nights, at) -> None:
    row = nights.ordered(at - HOUR)
    nights.give(row.id, at)
    with pytest.raises(Invalid, match="too soon after the last dose: 1 minutes"):
        nights.give(row.id, at + 6 * HOUR - timedelta(minutes=1))
    nights.give(row.id, at + 6 * HOUR)
    nights.give(row.id, at + 12 * HOUR)
    with pytest.raises(Invalid, match="3 doses in 24 hours"):
        nights.give(row.id, at + 24 * HOUR - timedelta(minutes=1))
    nights.give(row.id, at + 24 * HOUR)


def test_an_interval_of_two_days_is_held_for_two_days(nights) -> None:
    row = nights.ordered(LATE - HOUR, timing=TWO_DAYS)
    nights.give(row.id, LATE)
    for hours in (1, 24, 30, 47):
        with pytest.raises(Invalid, match="Not yet"):
            nights.give(row.id, LATE + hours * HOUR)
    nights.give(row.id, LATE + 48 * HOUR)


@pytest.mark.parametrize("more", [{}, {"product": APAP_325}], ids=["renewed", "another strength"])
def test_an_order_in_another_s_place_begins_no_new_day(nights, place, person, doctor, nurse, more) -> None:  # noqa: F811
    row = nights.ordered(LATE - HOUR)
    nights.give(row.id, LATE)
    new = nights.change(row, LATE + HOUR, **more)
    with pytest.raises(Invalid, match="too soon"):
        nights.give(new, LATE + 2 * HOUR)
    nights.give(new, LATE + 6 * HOUR)
    newer = nights.change(MedicationOrder.objects.get(id=new), LATE + 7 * HOUR, **more)
    nights.give(newer, LATE + 12 * HOUR)
    with pytest.raises(Invalid, match="3 doses in 24 hours"):
        nights.give(newer, LATE + 18 * HOUR)


def test_ordered_anew_after_a_stop_begins_no_new_day(nights, doctor, person) -> None:  # noqa: F811
    row = nights.ordered(LATE - HOUR)
    nights.give(row.id, LATE)
    with clock.frozen(LATE + HOUR):
        actions.stop_order(actor=doctor, person_id=person, order_id=row.id, version=row.version, why="Better")
    again = nights.ordered(LATE + 2 * HOUR)
    with pytest.raises(Invalid, match="too soon"):
        nights.give(again.id, LATE + 3 * HOUR)


def test_the_pass_says_the_next_time_over_a_changed_order(nights) -> None:
    rows = nights.ordered(LATE - HOUR)
    other = nights.ordered(LATE - HOUR, product="197806", reasons={})
    found = {r.id: passes.order_row(_columns(r)) for r in (rows, other)}
    nights.give(rows.id, LATE)
    new = MedicationOrder.objects.get(id=nights.change(rows, LATE + HOUR, product=APAP_325))
    found |= {new.id: passes.order_row(_columns(new))}
    with clock.frozen(LATE + 2 * HOUR):
        _, given = passes._doses(found, LATE, LATE + HOUR)
    assert {i: len(given[i]) for i in found} == {rows.id: 1, other.id: 0, new.id: 1}


def _columns(row: MedicationOrder) -> list[object]:
    return list(
        statement.run(f"SELECT {passes.ORDER_COLUMNS} FROM medications_medicationorder WHERE id = %s", [row.id])[0]
    )


def test_a_dose_that_was_asked_for_in_error_is_owed_by_nobody(nights, nurse, person) -> None:  # noqa: F811
    row = nights.ordered(LATE - HOUR)
    wrong = nights.give(row.id, LATE)
    with clock.frozen(LATE + HOUR):
        done = actions.correct_dose(
            actor=nurse, person_id=person, dose_id=wrong, version=2, why="Charted for the wrong person"
        )
    assert done.status == "cancelled"
    found = Dose.objects.get(id=wrong)
    assert (found.status, found.reason) == ("cancelled", "charted-in-error")
    nights.give(row.id, LATE + HOUR)
