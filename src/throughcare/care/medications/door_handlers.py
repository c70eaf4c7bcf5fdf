"""What medicines do when custody plans or makes a move, or an order changes; wired in app/wiring.py."""

from throughcare.care.medications import states
from throughcare.care.medications.actions import covering, guarding
from throughcare.care.medications.actions.ending import LOOK_BACK
from throughcare.care.medications.actions.guarding import LEFT, Going
from throughcare.care.medications.actions.ordering import hold_all, resume_all
from throughcare.care.medications.actions.relaying import relay
from throughcare.care.medications.models import Crossing, MedicationOrder
from throughcare.care.medications.rules.covering import Door
from throughcare.custody.events import (
    CustodyEvent,
    Escaped,
    ReleaseCancelled,
    Released,
    ReturnedIn,
    SentOut,
    TransferCancelled,
    TransferredIn,
)
from throughcare.custody.models import Away
from throughcare.kernel import clock, db
from throughcare.kernel.events import Event
from throughcare.people.family import family

TRIPS = {"court": Door.COURT, "hospital": Door.HOSPITAL, "furlough": Door.FURLOUGH}


def plan(event: CustodyEvent) -> None:
    """Look at the doors when custody plans a move, changes it or takes it back."""
    if event.person_id is not None:
        guarding.look(event.person_id)


def order_changed(event: Event) -> None:
    """Look at the doors when what is ordered changes: a new order may fall into the shadow of a move."""
    # Of several told at once the last one looks: it looks at everything.
    if event.person_id is not None and not any(
        type(e) is type(event) and e.person_id == event.person_id for e in db.unit().events
    ):
        guarding.look(event.person_id)


def go_out(event: SentOut) -> None:
    """Somebody leaves for court, a hospital or a furlough: at once, which doses fall in the shadow?"""
    door = TRIPS.get(event.kind)
    if event.person_id is None or event.ref is None or door is None:
        return
    back = Away.objects.filter(opened_by_id=event.ref).values_list("expected_back", flat=True).first()
    going = Going(door, event.happened_at, event.ref, event.facility_id, place=event.place, back_at=back)
    guarding.look(event.person_id, going)


def arrive(event: TransferredIn) -> None:
    """Somebody is at another facility now: their next doses are due there, at its passes."""
    if event.person_id is not None and event.ref is not None:
        ends = (event.from_facility_id, event.to_facility_id)
        relay(family(event.person_id), *ends, event.happened_at)
        # Whoever was at court or in a hospital and comes in at another facility is back from there.
        covering.end_trips(event.person_id, event.happened_at)
        guarding.superseded(event.person_id, event.ref, event.happened_at)
        guarding.look(event.person_id, Going(Door.TRANSFER, event.happened_at, event.ref, *ends))


def come_back(event: ReturnedIn) -> None:
    """Somebody is back: what was sent along is charted as away, the rest is asked about."""
    if event.person_id is not None:
        covering.come_back(event.person_id, event.happened_at)


def let_go(event: Released) -> None:
    """Somebody is released: what lacks is owed within the hour, and never held them up; the orders stand still."""
    if event.person_id is None or event.ref is None:
        return
    guarding.look(event.person_id, Going(Door.RELEASE, event.happened_at, event.ref, event.facility_id))
    _drop_others(event)
    if event.ends_custody:
        mine = MedicationOrder.objects.select_for_update(no_key=True).filter(person_id__in=family(event.person_id))
        hold_all(list(mine.filter(status="active").order_by("id")), LEFT)


def _drop_others(event: Released) -> None:
    """A release ends every other way out: who went from court to liberty does not come back to the line."""
    rows = Crossing.objects.filter(person_id__in=[event.person_id], state__in=("planned", "under_way"))
    for crossing in rows:
        if crossing.move_id != event.ref:
            guarding.cancel(crossing)


def release_cancelled(event: ReleaseCancelled) -> None:
    """The release did not happen: the orders go on, the doors are looked at anew, and what fell due meanwhile is owed after all.

    What is blank for longer than a day is found by nobody any more, so no more than a day is laid out again.
    """
    if event.person_id is None:
        return
    for crossing in Crossing.objects.filter(
        person_id=event.person_id, door=Door.RELEASE.value, state__in=states.CROSSING_OPEN
    ):
        if crossing.state == "under_way":
            guarding.cancel(crossing)
    mine = MedicationOrder.objects.select_for_update(no_key=True).filter(person_id__in=family(event.person_id))
    held = list(mine.filter(status="on-hold", held_why=LEFT).order_by("id"))
    resume_all(held, back_to=clock.now() - LOOK_BACK)
    guarding.look(event.person_id)


def move_cancelled(event: TransferCancelled) -> None:
    """A transfer or trip did not happen: its crossing falls away, and the person's doses are due where they are."""
    if event.person_id is None:
        return
    for crossing in Crossing.objects.filter(person_id=event.person_id, state="under_way").exclude(
        door=Door.RELEASE.value
    ):
        if event.ref is None or crossing.move_id == event.ref:
            guarding.cancel(crossing)
    guarding.look(event.person_id)


def escaped(event: Escaped) -> None:
    """Somebody escaped: nobody can bring them a dose, so no door asks for it."""
    for crossing in Crossing.objects.filter(person_id__in=[event.person_id], state__in=("planned", "under_way")):
        guarding.cancel(crossing)
