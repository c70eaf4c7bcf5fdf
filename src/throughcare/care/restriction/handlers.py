"""What this room does when custody moves somebody: a unit that keeps apart begins it, another one, a release or a death ends it."""

from uuid import UUID

from throughcare.care.restriction.actions import confining, restraining
from throughcare.care.restriction.actions.keeping import apart, held
from throughcare.custody.events import (
    Admitted,
    MovedWithin,
    ReleaseCancelled,
    Released,
    TransferCancelled,
    TransferredIn,
)
from throughcare.kernel import db
from throughcare.people.events import PersonDied


def moved(event: Admitted | MovedWithin | TransferredIn | TransferCancelled | ReleaseCancelled) -> None:
    """See by the unit whether the person is kept apart where they are now."""
    if event.person_id is not None:
        confining.follow(db.unit().actor, event.person_id)


def let_go(event: Released | PersonDied) -> None:
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
