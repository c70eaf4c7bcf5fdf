"""A parcel of entries on its way in: what is known of them already, asked once for all; what they become, written once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from throughcare.devices.entries import About, Entry
from throughcare.devices.models import Device, DeviceEvent
from throughcare.devices.ports import kind_of
from throughcare.kernel.errors import Invalid
from throughcare.people.models import Person

# Entries that never take part: nobody makes anything stand by a number that was used before, or by a refused device.
OUTSIDE = ("same_id_other_content", "device_refused", "no_bundle", "not_proved", "unreadable", "no_such_kind", "failed")
# Why a row may stand beside another of the same number.
BESIDE = ("same_id_other_content", "sequence_twice")
# Two clocks are never quite even, and how far a device's is ahead is measured anew at each answer.
UNEVEN = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Came:
    """An entry as it came, with the hash of its content, what it is about, and what speaks against it."""

    entry: Entry
    digest: bytes
    about: About
    doubt: str


class Parcel:
    """What is known of some entries of one device. Whoever keeps an entry tells it, so the next one knows."""

    def __init__(self, device: Device, came: Sequence[Came]) -> None:
        self.device = device
        self.known = self._known([c.entry.event_id for c in came])
        self.whys = self._whys([c.entry.sequence for c in came])
        self.later = self._later([c.entry for c in came])
        self.people = self._people({c.about.person_id for c in came if c.about.person_id})
        self.past = self._past(came)
        self.ahead = self._ahead(came)
        self.waiting: list[DeviceEvent] = []

    def heard(self, kind: str, about_id: UUID | None) -> list[DeviceEvent]:
        """Give what was sent about the same thing before, whatever device sent it; what takes no part is left out."""
        rows = self.past.get((kind, about_id), []) if about_id else []
        if any(row in self.waiting for row in rows):
            self.write()  # somebody may settle one of them
        return list(rows)

    def add(self, row: DeviceEvent) -> None:
        """Let a new row wait to be written with the others, and be known from now on."""
        self.waiting.append(row)
        self.known.setdefault(row.event_id, []).append(bytes(row.digest))
        self.whys.setdefault(row.sequence, []).append(row.why)
        if row.why not in OUTSIDE:
            if row.happened_at is not None:
                self.later.append((row.sequence, row.happened_at))
            if row.about_id is not None:
                self.past.setdefault((row.kind, row.about_id), []).append(row)

    def write(self) -> None:
        """Write the rows that wait, all by one statement."""
        DeviceEvent.objects.bulk_create(self.waiting)
        self.waiting.clear()

    def set_back(self, entry: Entry) -> bool:
        """Tell whether an entry that was made earlier on this device says a later time: a look entered after the fact."""
        at = entry.happened_at
        return at is not None and any(n < entry.sequence and when > at + UNEVEN for n, when in self.later)

    def _known(self, ids: Sequence[UUID]) -> dict[UUID, list[bytes]]:
        found: dict[UUID, list[bytes]] = {}
        for event_id, digest in DeviceEvent.objects.filter(event_id__in=ids).values_list("event_id", "digest"):
            found.setdefault(event_id, []).append(bytes(digest))
        return found

    def _whys(self, sequences: Sequence[int]) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        rows = DeviceEvent.objects.filter(device=self.device, sequence__in=sequences)
        for sequence, why in rows.values_list("sequence", "why"):
            found.setdefault(sequence, []).append(why)
        return found

    def _later(self, entries: Sequence[Entry]) -> list[tuple[int, datetime]]:
        """Fetch what this device sent that may stand against the order of its own times: most often nothing."""
        times = [e.happened_at for e in entries if e.happened_at is not None]
        if not times:
            return []
        rows = DeviceEvent.objects.filter(
            device=self.device, sequence__lt=max(e.sequence for e in entries), happened_at__gt=min(times) + UNEVEN
        )
        return [(n, at) for n, at in rows.exclude(why__in=OUTSIDE).values_list("sequence", "happened_at") if at]

    def _people(self, ids: set[UUID]) -> set[UUID]:
        return set(Person.objects.filter(id__in=ids).values_list("id", flat=True)) if ids else set()

    def _past(self, came: Sequence[Came]) -> dict[tuple[str, UUID | None], list[DeviceEvent]]:
        wanted = {(c.entry.kind, c.about.about_id) for c in came if c.about.about_id is not None}
        found: dict[tuple[str, UUID | None], list[DeviceEvent]] = {}
        if wanted:
            rows = DeviceEvent.objects.filter(kind__in={k for k, _ in wanted}, about_id__in={i for _, i in wanted})
            for row in rows.exclude(why__in=OUTSIDE):
                found.setdefault((row.kind, row.about_id), []).append(row)
        return found

    def _ahead(self, came: Sequence[Came]) -> dict[str, Any]:
        """Let each kind ask once what it needs for those of its entries that are new and can be read."""
        bodies: dict[str, list[Mapping[str, Any]]] = {}
        for c in came:
            if not c.doubt and c.entry.event_id not in self.known and self.device.revoked_at is None:
                bodies.setdefault(c.entry.kind, []).append(c.entry.body)
        return {name: kind.ahead(sent) for name, sent in bodies.items() if (kind := kind_of(name)) is not None}


def read_about(entry: Entry) -> tuple[About, str]:
    """Read what an entry is about, and say what speaks against it."""
    kind = kind_of(entry.kind)
    if entry.doubt == "unreadable":
        return About(), "unreadable"
    if kind is None:
        return About(), "no_such_kind"
    try:
        return kind.about(entry.body), entry.doubt
    except Invalid:
        return About(), "unreadable"
