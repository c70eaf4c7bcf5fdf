"""The bag that travels: scanned as it goes onto the van and as it comes, and who was seen arriving, without a network too."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from throughcare.care.medications import states
from throughcare.care.medications.actions import guarding
from throughcare.care.medications.models import Crossing
from throughcare.devices.entries import Arrival, Taken
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotFound
from throughcare.people.family import family
from throughcare.ui.forms import id_or_none

CODE = 10
# What a device says of somebody who came, in the place of a dose's status.
CAME, CAME_WITHOUT = "arrived", "arrived-no-bag"
ARRIVALS = (CAME, CAME_WITHOUT)


def bag_code(crossing_id: UUID) -> str:
    """Give the number on a bag: it says nothing of its person."""
    return f"B{crossing_id.hex[-CODE:].upper()}"


@action("medications.scan_bag")
def scan_bag(*, actor: Actor, intent: UUID | None = None, code: str) -> UUID:
    """Note that a bag goes out with the van, or has come, by whose hand it was scanned; gives the person."""
    if not code.strip():
        raise Invalid("Scan the code on the bag.", fields={"code": "Scan the code on the bag."})
    crossing = _by_code(code.strip().upper(), actor.facility_id)
    _scanned(crossing, actor, clock.now(), came=actor.facility_id == crossing.to_facility_id)
    return crossing.person_id


def _by_code(code: str, facility_id: UUID | None) -> Crossing:
    mine = Q(from_facility_id=facility_id) | Q(to_facility_id=facility_id)
    open_ = Crossing.objects.filter(mine, state__in=states.CROSSING_OPEN, sealed=False).values_list("id", flat=True)
    for crossing_id in open_:
        if bag_code(crossing_id) == code:
            return Crossing.objects.select_for_update().get(id=crossing_id)
    raise NotFound("No bag with this code leaves or comes here. Look at the code, or open the person.")


def _scanned(crossing: Crossing, actor: Actor, at: datetime, *, came: bool) -> None:
    who: dict[str, Any] = {"bag_in_at": at, "bag_in_by": actor.label()}
    if not came:
        who = {"bag_out_at": at, "bag_out_by": actor.label()}
    crossing.bump(**who)
    guarding.keep(crossing, list(crossing.lines.all()))
    guarding.look(crossing.person_id)


def take_arrival(arrival: Arrival) -> Taken:
    """Let stand what a device saw: somebody came, with their bag or without it; inside the action of `devices.take_in`."""
    body = arrival.entry.body
    crossing_id, person_id = id_or_none(body.get("crossing_id")), id_or_none(body.get("person_id"))
    found = Crossing.objects.select_for_update().filter(id__in=[crossing_id] if crossing_id else [], sealed=False)
    row = found.first()
    if row is None or person_id is None or row.person_id not in family(person_id):
        return Taken("kept", "unknown_move", "There is no such move of this person. A person looks at it.")
    at = min(arrival.happened_at, arrival.received_at)
    row.bump(arrived_at=at, arrived_by=arrival.actor.label())
    if row.state not in states.CROSSING_OPEN:
        guarding.keep(row, list(row.lines.all()))
        return Taken("applied", "move_over", "The move was over or cancelled when this came. A person looks at it.")
    if body.get("status") == CAME:
        _scanned(row, arrival.actor, at, came=True)
        return Taken()
    # Scanned onto the van or not: it did not come.
    row.bump(bag_out_at=None, bag_out_by="")
    guarding.keep(row, list(row.lines.all()))
    guarding.look(row.person_id)
    return Taken()
