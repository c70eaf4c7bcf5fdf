"""Devices of a facility and what they sent that a person must look at, through a lens: each reader sees their own kinds."""

from dataclasses import dataclass
from uuid import UUID

from throughcare.devices.models import Device, DeviceBundle, DeviceEvent
from throughcare.devices.ports import KINDS, kind_of
from throughcare.kernel import clock, db
from throughcare.kernel.lens import Lens
from throughcare.people import reads as people


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """One device, who has it now and how much belongs to it alone."""

    device: Device
    bundle: DeviceBundle | None
    own: int


@dataclass(frozen=True, slots=True)
class Kept:
    """One entry that waits for a person: with whose it is, who made it, and the page of that person."""

    event: DeviceEvent
    who: people.Card | None
    by: str
    page: str


def devices(lens: Lens, facility_id: UUID) -> list[DeviceRow]:
    """Give the devices of a facility, those in use first."""
    now = clock.now()
    with db.reading(lens):
        rows = list(Device.objects.filter(facility_id=facility_id).order_by("revoked_at", "name"))
        bundles = {b.device_id: b for b in DeviceBundle.objects.filter(device__in=rows).order_by("issued_at")}
        counts = [kind.owned([r.id for r in rows], now) for kind in KINDS().values()]
    return [DeviceRow(r, bundles.get(r.id), sum(c.get(r.id, 0) for c in counts)) for r in rows]


def kept(lens: Lens, facility_id: UUID) -> list[Kept]:
    """Give the entries of devices that the reader must look at, oldest first."""
    with db.reading(lens):
        rows = DeviceEvent.objects.filter(facility_id=facility_id, reviewed_at=None, kind__in=_mine(lens))
        found = list(rows.exclude(why="").select_related("device", "bundle").order_by("received_at")[:200])
        cards = people.cards(lens, {r.person_id for r in found if r.person_id})
    return [_kept(row, cards) for row in found]


def _kept(row: DeviceEvent, cards: dict[UUID, people.Card]) -> Kept:
    kind = kind_of(row.kind)
    who = cards.get(row.person_id) if row.person_id else None
    return Kept(row, who, row.bundle.user_name if row.bundle else "", kind.person_page if kind else "")


def _mine(lens: Lens) -> list[str]:
    # What could not be read has no kind, and holds nothing that anybody could read.
    return ["", *(name for name, kind in KINDS().items() if kind.review.allows(lens))]


def entry(lens: Lens, entry_id: UUID) -> DeviceEvent | None:
    """Give one entry of a kind that the reader looks after."""
    with db.reading(lens):
        return DeviceEvent.objects.filter(id=entry_id, kind__in=_mine(lens)).first()


def device(lens: Lens, device_id: UUID) -> Device | None:
    """Give one device."""
    with db.reading(lens):
        return Device.objects.filter(id=device_id).first()


def bundle(lens: Lens, bundle_id: UUID) -> DeviceBundle | None:
    """Give what a device took along."""
    with db.reading(lens):
        return DeviceBundle.objects.filter(id=bundle_id).first()
