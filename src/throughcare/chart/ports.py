"""What the chart shows and only higher floors know: what is said but not signed yet, and what the person asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from throughcare.kernel.actor import Actor
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


@dataclass(frozen=True, slots=True)
class RegistryDue:
    """One vaccine that the registry holds to be due, in its words, with the days that it names."""

    vaccine: str
    standing: str = ""
    due: str = ""
    late_from: str = ""
    dose: str = ""


@dataclass(frozen=True, slots=True)
class RegistrySaid:
    """Whether the immunization registry can be asked, how the last question stands, and what it holds to be due."""

    connected: bool
    asked_at: datetime | None = None
    state: str = ""
    due: tuple[RegistryDue, ...] = ()
    due_by: str = ""
    """Who says what is due, and of which day."""
    unread: int = 0
    """How many of its answers wait to be read."""


class Registry(Protocol):
    """The immunization registry, as far as a chart asks it."""

    def said(self, lens: Lens, family: Sequence[UUID]) -> RegistrySaid:
        """Give whether it can be asked, and how the last question stands."""

    def ask(self, actor: Actor, intent: UUID | None, person_id: UUID) -> None:
        """Ask what it knows of this person and what is due; the answer comes by itself. Refuses where it is not connected."""


SAID: Port[Said] = Port("chart.said")
REQUESTS: Port[Requests] = Port("chart.requests")
REGISTRY: Port[Registry] = Port("chart.registry")
