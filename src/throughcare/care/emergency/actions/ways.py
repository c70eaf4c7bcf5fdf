"""What follows from a stamp by itself: the packet when an ambulance is called, the trip at the gate and at the hospital."""

from datetime import datetime
from uuid import UUID

from throughcare.care.emergency import states
from throughcare.care.emergency.actions import packets, trips
from throughcare.care.emergency.models import Code, Stamp, Trip
from throughcare.kernel.actor import Actor


def follow(actor: Actor, code: Code, person_id: UUID, kind: str, at: datetime) -> None:
    """Do what a stamp asks for, once the person is known."""
    if kind == "ems_called":
        packets.make_packet(actor=actor, person_id=person_id, facility_id=code.facility_id, code_id=code.id)
    if kind == "left_gate":
        trips.begin_trip(actor=actor, person_id=person_id, facility_id=code.facility_id, left_at=at, code_id=code.id)
    if kind == "hospital_arrived":
        running = Trip.objects.filter(code=code, state="out").first()
        if running is not None:
            trips.step_trip(
                actor=actor, person_id=running.person_id, trip_id=running.id, verb="arrive", at=max(at, running.left_at)
            )


def catch_up(actor: Actor, code: Code, person_id: UUID) -> None:
    """Do what was stamped while nobody knew who it was; what was done for somebody else by mistake ends."""
    mistaken = Trip.objects.filter(code=code, state__in=states.OUT).exclude(person_id=person_id)
    for trip in mistaken:
        trips.close_trip(actor=actor, person_id=trip.person_id)
    for one in Stamp.objects.filter(code=code, void=False).order_by("at", "id"):
        follow(actor, code, person_id, one.kind, one.at)
