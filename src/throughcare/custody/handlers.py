"""What custody does when other rooms tell it something; wired in app/wiring.py."""

from throughcare.custody import events, steps
from throughcare.custody.models import Stay
from throughcare.custody.standing import load, said
from throughcare.kernel import clock, db
from throughcare.kernel.events import emit
from throughcare.people.events import PeopleMerged, PeopleUnmerged, PersonDied


def settle_two_stays(event: PeopleMerged) -> None:
    """Tell that two linked charts have an open stay each: a merge moves no fact, so a person must settle it."""
    if event.person_id is None:
        return
    loser = Stay.objects.filter(person_id=event.loser_id, state="open").first()
    survivor = Stay.objects.filter(person_id=event.person_id, state="open").first()
    if loser is not None and survivor is not None:
        standing = load(event.person_id)
        emit(
            events.StayConflict(
                happened_at=clock.now(),
                person_id=event.person_id,
                facility_id=standing.placement.facility_id if standing.placement else None,
                ref=events.conflict_ref(event.person_id),
                stay_id=survivor.id,
            )
        )


def settle_by_unmerging(event: PeopleUnmerged) -> None:
    """Tell that two open stays are two people's again."""
    if event.person_id is not None and Stay.objects.filter(person_id=event.loser_id, state="open").exists():
        emit(
            events.StayConflictSettled(
                happened_at=event.happened_at, person_id=event.person_id, ref=events.conflict_ref(event.person_id)
            )
        )


def end_stay_by_death(event: PersonDied) -> None:
    """End the stay of somebody who has died."""
    standing = load(event.person_id) if event.person_id else None
    if standing is None or standing.stay is None:
        return
    steps.die(standing, said(db.unit().actor, event.happened_at, None, ""))
    standing.write()
