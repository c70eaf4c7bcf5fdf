"""What emergency needs and only a neighbour or the house knows: medicines for the packet."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from throughcare.kernel.lens import Lens
from throughcare.kernel.ports import Port


@dataclass(frozen=True, slots=True)
class PacketMedicine:
    """One medicine as a hospital reads it: what, how, and when it was last given."""

    text: str
    directions: str
    last_given: str
    next_due: str
    mark: str = ""


class PacketMedicines(Protocol):
    """Knows what a person takes, and what an opioid treatment programme gives them."""

    def ordered(self, lens: Lens, family: Sequence[UUID]) -> Sequence[PacketMedicine]:
        """Give what is ordered here and what was brought, as this reader may see it; nothing of a sealed programme."""

    def programme(self, lens: Lens, family: Sequence[UUID]) -> Sequence[PacketMedicine]:
        """Give a programme's orders with the last dose, as far as this reader may see them (42 CFR 2.31, 2.51)."""


MEDICINES: Port[PacketMedicines] = Port("emergency.medicines")
