"""What the chart shows and only higher floors know: what is said but not signed yet, and what the person asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from throughcare.kernel.lens import Lens
from throughcare.kernel.ports import Port


@dataclass(frozen=True, slots=True)
class SaidAllergies:
    """What a person said of allergies in a screening that is not signed yet (ruling 2: answers act at once)."""

    names: tuple[str, ...] = ()
    none: bool = False


@dataclass(frozen=True, slots=True)
class RecentRequest:
    """One request for care, as the summary shows it."""

    at: datetime
    words: str
    state: str
    href: str
    open: bool


class Said(Protocol):
    """What is answered in drafts that already matter to whoever opens the chart."""

    def allergies(self, family: Sequence[UUID]) -> SaidAllergies:
        """Give what was said of allergies and is not signed."""


class Requests(Protocol):
    """What the person has asked for."""

    def recent(self, lens: Lens, family: Sequence[UUID]) -> Sequence[RecentRequest]:
        """Give the requests of 90 days, newest first; nothing to whom requests are closed."""


SAID: Port[Said] = Port("chart.said")
REQUESTS: Port[Requests] = Port("chart.requests")
