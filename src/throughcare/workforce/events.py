"""What workforce tells the others; the clock table's EMR-04 closes by this name."""

from dataclasses import dataclass
from typing import Any, ClassVar

from throughcare.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class EquipmentChecked(Event):
    """Every piece of a facility's emergency equipment was looked at and is ready; `ref` is the round."""

    name: ClassVar[str] = "equipment_checked"
    pieces: int

    def payload(self) -> dict[str, Any]:
        """Give how many."""
        return {"pieces": self.pieces}
