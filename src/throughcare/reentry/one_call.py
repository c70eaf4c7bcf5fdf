"""The gate in one call, for whoever plays a whole agency: the packet as this actor reads it, handed over or sent after."""

from uuid import UUID

from throughcare.access import lenses
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import NotAllowed
from throughcare.reentry import actions
from throughcare.reentry.reads.packet import packet


def give_packet(*, actor: Actor, person_id: UUID, lang: str = "en", sent_to: str = "") -> UUID:
    """Hand over the packet signed for, or send it after; cut to what the actor's role reads."""
    if actor.role is None or actor.facility_id is None:
        raise NotAllowed("The packet is handed over by staff of a facility.")
    lens = lenses.make(actor.id, actor.name, actor.role, facilities=frozenset({actor.facility_id}))
    found = packet(lens, person_id, lang)
    return actions.hand_over_packet(
        actor=actor, person_id=person_id, packet=found, signed=not sent_to, sent_to=sent_to, printed=found.digest
    )
