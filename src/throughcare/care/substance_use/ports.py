"""What this room needs of the room that orders and gives medicines: blocking a dose that is in doubt, and where to order."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from throughcare.kernel.actor import Actor
from throughcare.kernel.ports import Port


class Treatment(Protocol):
    """Opioid treatment as it is ordered and given, whoever's order it is."""

    def in_force(self, people: Iterable[UUID]) -> bool:
        """Tell, inside an action, whether a treatment of these people is in force."""

    def doses_mg(self, people: Iterable[UUID]) -> list[Decimal]:
        """Give, inside an action, the doses of the treatments in force in milligrams."""

    def report_outside(
        self, actor: Actor, person_id: UUID, *, dose: str, last_on: str, missed: int | None, contradicts: bool
    ) -> None:
        """Keep what an outside programme says; where it contradicts, every old dose is blocked and the order stands."""


TREATMENT: Port[Treatment] = Port("substance_use.treatment")
