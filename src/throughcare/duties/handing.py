"""Actions of the handover: one gives the shift with its open duties, another takes it over."""

from uuid import UUID

from throughcare import ledger
from throughcare.duties import fhir
from throughcare.duties.models import OPEN, Duty, Handover
from throughcare.duties.ports import SHIFT_CLOSE
from throughcare.duties.rulebook import place
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotFound, Stale
from throughcare.kernel.vocabulary import DataClass, Role
from throughcare.ledger import SubjectKind


@action("duties.give_handover")
def give_handover(*, actor: Actor, intent: UUID | None = None, facility_id: UUID, role: Role, notes: str = "") -> UUID:
    """Give the shift: keeps what was open then (the lanes now and this shift) and the giver's words.

    Refused while a room says what must be done first, such as a count of controlled medicines (ruling 11).
    """
    now = clock.now()
    obstacles = SHIFT_CLOSE().obstacles(facility_id, role.value, now)
    if obstacles:
        raise Invalid(f"The shift can't close yet. {' '.join(obstacles)} What you wrote is kept.")
    open_now = Duty.objects.filter(OPEN, facility_id=facility_id, owner_role=role.value, lane__in=["now", "shift"])
    row = Handover.objects.create(
        facility_id=facility_id,
        role=role.value,
        shift=place(facility_id).working.shift_at(now).shift.id,
        given_by_id=actor.id,
        given_at=now,
        notes=notes.strip(),
        duties=list(open_now.order_by("due_at").values_list("id", flat=True)),
    )
    _keep(row)
    return row.id


@action("duties.accept_handover")
def accept_handover(*, actor: Actor, intent: UUID | None = None, handover_id: UUID, questions: str = "") -> UUID:
    """Take the shift over; somebody other than the giver, once."""
    row = Handover.objects.select_for_update(of=("self",)).filter(id=handover_id).first()
    if row is None:
        raise NotFound("There is no such handover.")
    if row.accepted_at is not None:
        raise Stale("This handover was accepted already.")
    if row.given_by_id == actor.id:
        raise Invalid("The one who takes over accepts, not the one who gives. The handover stays open.")
    row.bump(accepted_by_id=actor.id, accepted_at=clock.now(), questions=questions.strip())
    _keep(row)
    return row.id


def _keep(row: Handover) -> None:
    ledger.record(
        type="Handover",
        id=row.id,
        subject=(SubjectKind.PLACE, row.facility_id),
        data_class=DataClass.CLINICAL,
        media="throughcare/handover",
        body=fhir.handover(row),
        happened_at=row.accepted_at or row.given_at,
    )
