"""What this room needs of another: that care which a complaint asks for is asked for by the way of care."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from throughcare.kernel.actor import Actor
from throughcare.kernel.ports import Port


@dataclass(frozen=True, slots=True)
class Asked:
    """What a complaint says of care: what the person wrote for the nurse, and the complaint itself, to find words of danger in."""

    person_id: UUID
    facility_id: UUID | None
    health: str
    words: str
    channel: str
    language: str


class Care(Protocol):
    """The room that takes requests for care."""

    def ask(self, actor: Actor, asked: Asked) -> UUID | None:
        """Ask for care where the person did, or where words of danger stand in the complaint; give the request."""


CARE: Port[Care] = Port("grievances.care")
