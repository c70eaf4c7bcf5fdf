"""What passes between this floor and the rooms whose work goes along: an entry, what became of it, a part of a bundle."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from throughcare.devices.models import Device, DeviceBundle, DeviceEvent
from throughcare.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a device. `at` is its own clock's time, `skew_ms` how far that clock is ahead of ours.

    `body` is everything that the device said, as its kind reads it. `doubt` says why the entry may not stand by itself
    (its seal, its bundle); it is ours, not the device's.
    """

    event_id: UUID
    sequence: int
    kind: str
    at: datetime | None
    skew_ms: int = 0
    body: dict[str, Any] = field(default_factory=dict)
    doubt: str = ""

    @property
    def happened_at(self) -> datetime | None:
        """The moment by the server's clock."""
        return self.at - timedelta(milliseconds=self.skew_ms) if self.at else None


@dataclass(frozen=True, slots=True)
class About:
    """What an entry is about, by its kind, and what it says in one or two words."""

    person_id: UUID | None = None
    about_id: UUID | None = None
    said: str = ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """An entry that may be taken in: proved, new, of a device that is trusted, made with a bundle that held its kind.

    `past` is what was sent about the same thing before, by any device; `ahead` is what its kind asked once for the parcel.
    """

    actor: Actor
    device: Device
    bundle: DeviceBundle
    entry: Entry
    digest: bytes
    received_at: datetime
    past: Sequence[DeviceEvent] = ()
    ahead: Any = None

    @property
    def happened_at(self) -> datetime:
        """The moment by the server's clock."""
        return self.entry.happened_at or self.received_at


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an entry: applied, possible_double or kept; `why` and `sentence` where somebody must look."""

    outcome: str = "applied"
    why: str = ""
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Synced:
    """What a device is told of one entry: applied, repeated, possible_double or kept, with a sentence where it matters."""

    event_id: UUID
    outcome: str
    sentence: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One kind's part of a bundle. `own` is what belongs to the device alone while it has the bundle.

    `content` is asked for after that was written, so it can say what belongs to whom.
    """

    content: Callable[[], dict[str, Any]]
    people: tuple[UUID, ...] = ()
    own: tuple[UUID, ...] = ()
