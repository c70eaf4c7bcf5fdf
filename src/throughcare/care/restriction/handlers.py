"""What this room does when custody moves somebody: a unit that keeps apart begins it, another one, a release or a death ends it."""

from uuid import UUID

from throughcare.care.restriction.actions import confining, restraining
from throughcare.care.restriction.actions.keeping import apart, held
from throughcare.custody.events import CustodyEvent
from throughcare.kernel import db
from throughcare.kernel.events import Event


def moved(event: CustodyEvent) -> None:
    """See by the unit whether the person is kept apart where they are now."""
    if event.person_id is not None:
        confining.follow(db.unit().actor, event.person_id)


def let_go(event: Event) -> None:
    """End both with the stay."""
    if event.person_id is not None:
        end_all(event.person_id)


def end_all(person_id: UUID) -> None:
    """End what keeps somebody apart or held."""
    actor = db.unit().actor
    row, restraint = apart(person_id), held(person_id)
    if row is not None:
        confining.end(actor, row)
    if restraint is not None:
        restraining.end(actor, restraint)
