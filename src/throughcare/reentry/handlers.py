"""What going home does when custody lets somebody go, takes it back, or has them again; wired in app/wiring.py."""

from uuid import UUID

from django.db.models import QuerySet

from throughcare.care.medications.actions import guarding
from throughcare.care.medications.models import Crossing
from throughcare.custody.events import Admitted, ReleaseCancelled, Released
from throughcare.kernel.actor import Actor
from throughcare.people.events import PersonDied
from throughcare.people.family import family
from throughcare.reentry import models as m
from throughcare.reentry import states
from throughcare.reentry.actions import bridging, keeping, linking

HOUSE = Actor.system("going home")


def let_go(event: Released) -> None:
    """Somebody has left, planned or not: from now on there is a plan by which they are followed up."""
    if event.person_id is None:
        return
    row = _live(event.person_id)
    if row is None:
        row = m.ReleasePlan.objects.create(
            person_id=event.person_id,
            facility_id=event.facility_id,
            begun_at=event.happened_at,
            begun_by=HOUSE.label(),
        )
    row.bump(
        state=states.PLAN.after(row.state, "leave"),
        left_at=event.happened_at,
        release_ref=event.ref,
        planned=event.planned,
        facility_id=event.facility_id or row.facility_id,
    )
    keeping.keep_plan(row)


def release_cancelled(event: ReleaseCancelled) -> None:
    """The release did not happen: the plan goes on where it stood, nothing is sent, the codes on paper end (ruling 5)."""
    if event.person_id is None:
        return
    live = _live(event.person_id)
    row = _left(event.person_id).first()
    if row is not None and live is None:
        row.bump(
            state=states.PLAN.after(row.state, "return"),
            left_at=None,
            release_ref=None,
            finished_at=None,
            finished_by="",
        )
        keeping.keep_plan(row)
    _in_custody_again(event.person_id, "The release was cancelled")


def came_back(event: Admitted) -> None:
    """Somebody is in custody again: following them up ends with the plan of that release."""
    if event.person_id is None:
        return
    for row in _left(event.person_id):
        row.bump(state=states.PLAN.after(row.state, "close"))
        keeping.keep_plan(row)
    # What they need is intake's again (INT-02, INT-04): no door of a release asks for it any more.
    doors = Crossing.objects.filter(person_id__in=family(event.person_id), door="release", state="under_way")
    for crossing in doors:
        guarding.cancel(crossing)
    _in_custody_again(event.person_id, "In custody again")


def died(event: PersonDied) -> None:
    """Nobody is called any more; what is written stands."""
    if event.person_id is None:
        return
    for row in _left(event.person_id):
        row.bump(state=states.PLAN.after(row.state, "close"))
        keeping.keep_plan(row)
    live = _live(event.person_id)
    if live is not None:
        live.bump(state=states.PLAN.after(live.state, "cancel"))
        keeping.keep_plan(live)
    _in_custody_again(event.person_id, "The person has died")


def _in_custody_again(person_id: UUID, why: str) -> None:
    bridging.withdraw(person_id, HOUSE, why)
    linking.revoke_all(person_id, HOUSE)


def _live(person_id: UUID) -> m.ReleasePlan | None:
    rows = m.ReleasePlan.objects.select_for_update().filter(person_id__in=family(person_id), state__in=states.LIVE)
    return rows.first()


def _left(person_id: UUID) -> QuerySet[m.ReleasePlan]:
    rows = m.ReleasePlan.objects.select_for_update().filter(person_id__in=family(person_id), state="left")
    return rows.order_by("-left_at")
