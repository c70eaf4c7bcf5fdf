"""What sick call needs and only a higher floor knows: visits at other places, as their systems tell them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from throughcare.kernel.ports import Port


@dataclass(frozen=True, slots=True)
class OutsideVisit:
    """A visit at another place: when, for how many minutes where that was said, where. Never why."""

    person_id: UUID
    at: datetime
    minutes: int | None
    place: str


class OutsideVisits(Protocol):
    """Whoever keeps visits at other places."""

    def between(self, people: Collection[UUID], since: datetime, until: datetime) -> Sequence[OutsideVisit]:
        """Give the visits outside that still hold of these charts, by time."""


OUTSIDE: Port[OutsideVisits] = Port("sick_call.outside_visits")
