"""What follows from a stamp by itself: the packet when an ambulance is called, the trip at the gate and at the hospital."""

import logging
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from throughcare.care.emergency import states
from throughcare.care.emergency.actions import packets, trips
from throughcare.care.emergency.events import NaloxoneGiven
from throughcare.care.emergency.models import Code, Stamp, Trip
from throughcare.kernel import db
from throughcare.kernel.actor import Actor
from throughcare.kernel.events import drain, emit

NALOXONE = "naloxone"  # of content/emergency
log = logging.getLogger(__name__)


def follow(actor: Actor, code: Code, person_id: UUID, kind: str, at: datetime, said: Mapping[str, str]) -> None:
    """Do what a stamp asks for, once the person is known."""
    if kind == "drug" and said.get("drug") == NALOXONE:
        emit(NaloxoneGiven(happened_at=at, person_id=person_id, facility_id=code.facility_id, ref=code.id))
    if kind == "ems_called":
        _pack(actor, code, person_id)
    if kind == "left_gate":
        trips.begin_trip(actor=actor, person_id=person_id, facility_id=code.facility_id, left_at=at, code_id=code.id)
    if kind == "hospital_arrived":
        running = Trip.objects.filter(code=code, state="out").first()
        if running is not None:
            trips.step_trip(
                actor=actor, person_id=running.person_id, trip_id=running.id, verb="arrive", at=max(at, running.left_at)
            )


def _pack(actor: Actor, code: Code, person_id: UUID) -> None:
    """Make the packet. What goes wrong here takes no stamp back: the ambulance was called, and the page offers it again."""
    drain()
    try:
        with db.apart():
            packets.make_packet(actor=actor, person_id=person_id, facility_id=code.facility_id, code_id=code.id)
    except Exception as failure:  # noqa: BLE001  (a stamp is worth more than a packet; the kind is logged, never its words)
        log.error("emergency: a packet could not be made, by [%s]", type(failure).__name__)


def catch_up(actor: Actor, code: Code, person_id: UUID) -> None:
    """Do what was stamped while nobody knew who it was; what was done for somebody else by mistake ends."""
    mistaken = Trip.objects.filter(code=code, state__in=states.OUT).exclude(person_id=person_id)
    for trip in mistaken:
        trips.close_trip(actor=actor, person_id=trip.person_id)
    for one in Stamp.objects.filter(code=code, void=False).order_by("at", "id"):
        follow(actor, code, person_id, one.kind, one.at, one.detail)
