"""Destroying a stored body by order of law: an authority, a reason, and who keeps the records."""

from collections.abc import Sequence
from uuid import UUID

from throughcare.access.actions import holding
from throughcare.access.ports import FAMILY
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from throughcare.kernel.vocabulary import Role
from throughcare.ledger import destruction
from throughcare.ledger import reads as ledger_reads

SHORTEST = 10


@action("access.destroy_bodies")
def destroy_bodies(
    *,
    actor: Actor,
    intent: UUID | None = None,
    kind: str,
    id: UUID,
    versions: Sequence[int],
    authority: str,
    reason: str,
) -> list[int]:
    """Destroy the stored bodies of these versions for ever; headers, digests and the order itself stay. Gives their places.

    The present version of what still holds is refused: it is marked entered in error first.
    """
    if actor.role is not Role.HIM:
        raise NotAllowed("Only who keeps the records carries out an order to destroy.")
    wrong = {}
    if len(authority.strip()) < SHORTEST:
        wrong["authority"] = "Cite the court and its order, or the statute."
    if len(reason.strip()) < SHORTEST:
        wrong["reason"] = "Say why, in ten letters or more."
    if wrong:
        raise Invalid("Nothing was destroyed.", fields=wrong)
    last = ledger_reads.header(kind, id)
    if last is None:
        raise NotFound("There is no such entry. Nothing was destroyed.")
    if last.person_id is not None and holding.held(FAMILY().of(last.person_id)):
        raise Refused(
            "A legal hold stands on this record: nothing of it is destroyed until the hold is ended. Nothing was destroyed."
        )
    if last.live and last.version in versions:
        raise Refused(
            "This is the present version of a fact that still holds. Mark it entered in error first. Nothing was destroyed."
        )
    gone = destruction.destroy(kind, id, versions, authority=authority.strip(), reason=reason.strip())
    if not gone:
        raise Refused("These versions hold no body any more. Nothing was destroyed.")
    return gone
