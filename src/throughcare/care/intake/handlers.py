"""What intake does when custody tells it something; wired in app/wiring.py."""

from throughcare.care.intake import effects
from throughcare.care.intake.actions import leave_arrival, open_arrival
from throughcare.chart.events import OrderEnded
from throughcare.custody.events import AdmissionCancelled, Admitted, Released
from throughcare.kernel import db


def expect(event: Admitted) -> None:
    """Put the person on the intake queue of the facility that received them."""
    if event.person_id is not None and event.facility_id is not None and event.stay_id is not None:
        open_arrival(
            actor=db.unit().actor,
            person_id=event.person_id,
            stay_id=event.stay_id,
            facility_id=event.facility_id,
            arrived_at=event.happened_at,
        )


def let_go(event: Released | AdmissionCancelled) -> None:
    """Take somebody who is gone off the queue."""
    if event.stay_id is not None:
        leave_arrival(actor=db.unit().actor, stay_id=event.stay_id)


def referral_ended(event: OrderEnded) -> None:
    """Tell that what an urgent answer called for was acted on, or fell away, so that its clock ends (INT-03)."""
    if event.ref is not None and event.outcome in ("completed", "revoked"):
        effects.say_acted_on(event.ref, event.outcome)
