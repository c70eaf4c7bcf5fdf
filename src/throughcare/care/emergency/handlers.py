"""What emergency does when custody tells it that somebody left for a hospital, or is back; wired in app/wiring.py."""

from throughcare.care.emergency.actions import begin_trip, bring_back, close_trip
from throughcare.custody.events import Released, ReturnedIn, SentOut
from throughcare.kernel import db
from throughcare.people.events import PersonDied


def go_out(event: SentOut) -> None:
    """Follow somebody whom custody sent to a hospital."""
    if event.kind == "hospital" and event.person_id is not None and event.facility_id is not None:
        begin_trip(
            actor=db.unit().actor,
            person_id=event.person_id,
            facility_id=event.facility_id,
            left_at=event.happened_at,
            destination=event.place,
        )


def come_back(event: ReturnedIn) -> None:
    """Know that somebody is back from a hospital."""
    if event.kind == "hospital" and event.person_id is not None:
        bring_back(actor=db.unit().actor, person_id=event.person_id, at=event.happened_at)


def let_go(event: Released | PersonDied) -> None:
    """Stop following somebody who is no longer in custody."""
    if event.person_id is not None and (isinstance(event, PersonDied) or event.ends_custody):
        close_trip(actor=db.unit().actor, person_id=event.person_id)
