"""Doses that a person asks for: their interval over midnight and the days of the clocks, over a renewed or changed order, and errors."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tests.care.medications.line_makers import hartford, housed
from tests.care.medications.line_makers import nurse as line_nurse
from tests.care.medications.test_ordering_and_giving import (  # noqa: F401
    asked,
    doctor,
    nurse,
    open_rules,
    order,
    person,
    place,
)
from tests.fixtures_lenses import lens_of
from throughcare.care.medications import actions, pass_views
from throughcare.care.medications.models import Dose, MedicationOrder
from throughcare.care.medications.reads import passes
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid
from throughcare.kernel.vocabulary import Role
from throughcare.people.actions import merge, propose_merge

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
        def ordered(self, at: datetime, of: UUID | None = None, **more) -> MedicationOrder:
            with clock.frozen(at):
                return order(
                    doctor,
                    of or person,
                    **{"product": APAP, "timing": EVERY_SIX, "indication": "Pain", "reasons": self.why, **more},
                )

        why = {"DUP-DRUG": "Both."}

        def give(self, row_id: UUID, at: datetime, of: UUID | None = None) -> UUID:
            about = {"actor": nurse, "person_id": of or person, "order_id": row_id}
            with clock.frozen(at):
                return actions.give_as_needed(**about, reason="Pain").dose_id

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
    with pytest.raises(Invalid, match="too soon after the last dose: 1 minute to wait"):
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


def _offered(person: UUID, order_id: UUID) -> str:  # noqa: F811
    """Give from when the pass offers a dose of this order."""
    found = passes.line(lens_of(Role.RN), hartford().id)
    offered = [a for p in found.people if p.who.person_id == person for a in p.as_needed if a.order.id == order_id]
    return pass_views.as_needed(offered[0])["earliest"]


@pytest.mark.parametrize(
    "case", ["one", "changed", "other strength", "stopped days ago", "another order", "other chart"]
)
def test_the_pass_offers_a_dose_from_the_minute_on_that_the_action_gives_it(nights, person, doctor, case) -> None:  # noqa: F811
    mine = person
    week = {"timing": {"kind": "prn", "min_interval_minutes": 5 * 1440, "max_in_24h": 1}}
    row = nights.ordered(LATE - HOUR, **(week if case == "stopped days ago" else {}))
    nights.give(row.id, LATE)
    free, asked_id = LATE + 6 * HOUR, row.id
    if case == "changed":
        asked_id = nights.change(row, LATE + HOUR)
    if case == "other strength":
        asked_id = nights.change(row, LATE + HOUR, product=APAP_325)
    if case == "stopped days ago":  # its order is off the pass by now, and its interval is not over
        with clock.frozen(LATE + HOUR):
            actions.stop_order(actor=doctor, person_id=mine, order_id=row.id, version=row.version, why="Better")
        asked_id, free = nights.ordered(LATE + 80 * HOUR, **week).id, LATE + 120 * HOUR
    if case == "another order":
        asked_id = nights.ordered(LATE + HOUR, indication="Fever").id
    if case == "other chart":
        twin = housed(3, at=LATE)
        asked_id = nights.ordered(LATE + HOUR, of=twin).id
        proposal = propose_merge(actor=line_nurse(), a=mine, b=twin, reasons=["One card"], source="test")
        merge(actor=line_nurse(), proposal_id=proposal, survivor_id=mine, why="One person")
    with clock.frozen(free - timedelta(minutes=1)):
        assert _offered(mine, asked_id) == free.isoformat()
    owner = MedicationOrder.objects.get(id=asked_id).person_id
    with pytest.raises(Invalid, match="too soon"):
        nights.give(asked_id, free - timedelta(minutes=1), owner)
    nights.give(asked_id, free, owner)


def test_a_dose_that_was_asked_for_in_error_is_owed_by_nobody(nights, nurse, person) -> None:  # noqa: F811
    row = nights.ordered(LATE - HOUR)
    wrong = nights.give(row.id, LATE)
    with clock.frozen(LATE + HOUR):
        done = actions.correct_dose(
            actor=nurse, person_id=person, dose_id=wrong, version=2, why="Charted for the wrong person"
        )
    assert done.status == "cancelled"
    assert "MED-05" not in open_rules(wrong), "nobody is asked whether it helped"
    found = Dose.objects.get(id=wrong)
    assert (found.status, found.reason) == ("cancelled", "charted-in-error")
    nights.give(row.id, LATE + HOUR)
