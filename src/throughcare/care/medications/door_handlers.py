"""What medicines do when custody plans or makes a move, or an order changes; wired in app/wiring.py."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from throughcare.care.medications import states
from throughcare.care.medications.actions import covering, guarding, leaving
from throughcare.care.medications.actions.guarding import Going
from throughcare.care.medications.actions.relaying import relay
from throughcare.care.medications.models import Crossing
from throughcare.care.medications.rules import tables
from throughcare.care.medications.rules.covering import Door
from throughcare.custody.events import (
    AdmissionCancelled,
    Admitted,
    CustodyEvent,
    Escaped,
    ReleaseCancelled,
    Released,
    ReturnedIn,
    SentOut,
    StatusChanged,
    TransferCancelled,
    TransferredIn,
)
from throughcare.custody.homes import WayOut, admission_taken_back, last_out_at, way_out, way_out_before
from throughcare.custody.models import Away, Move
from throughcare.kernel import clock, db
from throughcare.kernel.events import Event
from throughcare.people.events import PersonDied
from throughcare.people.family import family

TRIPS = {"court": Door.COURT, "hospital": Door.HOSPITAL, "furlough": Door.FURLOUGH}
# Of these ways back the person was gone, though their stay went on.
GONE = ("escape", "community")
LEFT = "Left custody"


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
    """Somebody is released: what lacks is owed within the hour, and never held them up; what was ordered ends with custody.

    In the community under a house of ours nothing ends: they are given their medicines there.
    """
    if event.person_id is None or event.ref is None:
        return
    guarding.look(event.person_id, Going(Door.RELEASE, event.happened_at, event.ref, event.facility_id))
    _drop_others(event)
    _leave(event.person_id, event.ref, event.happened_at, LEFT)
    house = _house_of(event.ref)
    if house is not None:
        relay(family(event.person_id), event.facility_id, house, event.happened_at)


def _house_of(release_id: UUID) -> UUID | None:
    """Give the house of ours in the community to which a release led."""
    return Move.objects.filter(id=release_id).values_list("to_facility_id", flat=True).first()


def status_changed(event: StatusChanged) -> None:
    """A status that ends custody takes whoever lived in a house of ours out of it, with no move: the same is owed as at a release."""
    if event.person_id is None or event.ref is None or not event.ends_custody:
        return
    if way_out(family(event.person_id)) is not None:
        _drop_all(event.person_id)
        guarding.look(event.person_id, Going(Door.RELEASE, event.happened_at, event.ref, event.facility_id))
        _leave(event.person_id, event.ref, event.happened_at, LEFT)


def _leave(person_id: UUID, way: UUID, since: datetime, why: str) -> None:
    people = family(person_id)
    if way_out(people) is not None:
        leaving.leave(people, WayOut(way, since), why)


def _drop_others(event: Released) -> None:
    """A release ends every other way out: who went from court to liberty does not come back to the line."""
    rows = Crossing.objects.filter(person_id__in=[event.person_id], state__in=("planned", "under_way"))
    for crossing in rows:
        if crossing.move_id != event.ref:
            guarding.cancel(crossing)


def release_cancelled(event: ReleaseCancelled) -> None:
    """The release did not happen: what it stopped goes on, the doors are looked at anew, what fell due meanwhile is owed after all.

    What is blank for longer than a day is found by nobody any more, so no more than a day is laid out again.
    """
    if event.person_id is None:
        return
    for crossing in Crossing.objects.filter(
        person_id=event.person_id, door=Door.RELEASE.value, state__in=states.CROSSING_OPEN
    ):
        if crossing.state == "under_way":
            guarding.cancel(crossing)
    people = sorted(family(event.person_id))
    if event.ref is not None:
        leaving.bring_back(people, event.ref, never_was=True)
        house = _house_of(event.ref)
        if house is not None:
            relay(people, house, event.facility_id, clock.now())
    leaving.lay_anew(people, event.happened_at)
    guarding.look(event.person_id)


def move_cancelled(event: TransferCancelled) -> None:
    """A transfer or trip did not happen: its crossing falls away, and the person's doses are due where they are.

    An escape that was none brings back what it stopped; a return that was none leaves the person as gone as before.
    """
    if event.person_id is None:
        return
    for crossing in Crossing.objects.filter(person_id=event.person_id, state="under_way").exclude(
        door=Door.RELEASE.value
    ):
        if event.ref is None or crossing.move_id == event.ref:
            guarding.cancel(crossing)
    out = way_out(family(event.person_id))
    if out is not None:
        leaving.leave(family(event.person_id), replace(out, since=max(out.since, event.happened_at)), LEFT)
    elif event.ref is not None:
        leaving.bring_back(family(event.person_id), event.ref, never_was=True)
        if event.from_facility_id is not None and event.to_facility_id is not None:
            relay(family(event.person_id), event.to_facility_id, event.from_facility_id, clock.now())
    guarding.look(event.person_id)


def escaped(event: Escaped) -> None:
    """Somebody escaped: nobody can bring them a dose, so no door asks for it, and nothing is ordered until they are back."""
    if event.person_id is None or event.ref is None:
        return
    _drop_all(event.person_id)
    _leave(event.person_id, event.ref, event.happened_at, "Escaped")


def died(event: PersonDied) -> None:
    """Somebody died: every order ends, and no door asks for a dose."""
    if event.person_id is None:
        return
    people = family(event.person_id)
    for person_id in people:
        _drop_all(person_id)
    out = way_out(people) or WayOut(event.person_id, event.happened_at)
    leaving.leave(people, out, "Died")


def _drop_all(person_id: UUID) -> None:
    for crossing in Crossing.objects.filter(person_id=person_id, state__in=states.CROSSING_OPEN):
        guarding.cancel(crossing)


def admission_cancelled(event: AdmissionCancelled) -> None:
    """An admission did not happen: what was ordered in it ends, and no dose of it was ever due."""
    if event.person_id is None or event.ref is None:
        return
    _drop_all(event.person_id)
    _leave(event.person_id, event.ref, event.happened_at, "The admission was cancelled")


def came_in(event: Admitted) -> None:
    """Somebody is booked: nothing of an earlier stay runs. What was ordered since they left is laid out from now.

    A booking that was taken back and made anew had orders that ended with it: a prescriber is asked about those.
    """
    if event.person_id is None:
        return
    people = sorted(family(event.person_id))
    mistaken = admission_taken_back(people, clock.now() - tables.orders().back_within)
    if mistaken is not None:
        leaving.ask_about(people, mistaken, event.facility_id, event.person_id)
    left_at = last_out_at(people)
    if left_at is not None:
        leaving.lay_anew(people, left_at)


def came_back(event: ReturnedIn) -> None:
    """Somebody is back who was gone, though their stay ran: from an escape, or out of the community."""
    if event.person_id is None or event.ref is None or event.kind not in GONE:
        return
    out = way_out_before(event.ref)
    if out is not None:
        leaving.come_back(family(event.person_id), out, event.happened_at, event.facility_id, event.person_id)
