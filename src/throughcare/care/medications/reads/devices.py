"""Devices of a facility and what they sent that a person must look at, through a lens."""

from dataclasses import dataclass
from uuid import UUID

from throughcare.care.medications.models import Device, DeviceBundle, DeviceEvent, Lease
from throughcare.kernel import clock, db
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb
from throughcare.people import reads as people


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """One device, who has it now and how many orders are leased to it."""

    device: Device
    bundle: DeviceBundle | None
    leases: int


@dataclass(frozen=True, slots=True)
class Kept:
    """One entry that waits for a person, with whose it is."""

    event: DeviceEvent
    who: people.Card | None
    by: str


def devices(lens: Lens, facility_id: UUID) -> list[DeviceRow]:
    """Give the devices of a facility, those in use first."""
    lens.require(Verb.READ, DataClass.MEDICATION)
    now = clock.now()
    with db.reading(lens):
        rows = list(Device.objects.filter(facility_id=facility_id).order_by("revoked_at", "name"))
        bundles = {b.device_id: b for b in DeviceBundle.objects.filter(device__in=rows).order_by("issued_at")}
        leased: dict[UUID, int] = {}
        for device_id in Lease.objects.filter(device__in=rows, ended_at=None, until__gt=now).values_list(
            "device_id", flat=True
        ):
            leased[device_id] = leased.get(device_id, 0) + 1
    return [DeviceRow(r, bundles.get(r.id), leased.get(r.id, 0)) for r in rows]


def kept(lens: Lens, facility_id: UUID) -> list[Kept]:
    """Give the entries of devices that somebody must look at, oldest first."""
    lens.require(Verb.READ, DataClass.MEDICATION)
    with db.reading(lens):
        rows = DeviceEvent.objects.filter(facility_id=facility_id, reviewed_at=None).exclude(why="")
        found = list(rows.select_related("device", "bundle").order_by("received_at")[:200])
        cards = people.cards(lens, {r.person_id for r in found if r.person_id})
    return [
        Kept(r, cards.get(r.person_id) if r.person_id else None, r.bundle.user_name if r.bundle else "") for r in found
    ]


def device(lens: Lens, device_id: UUID) -> Device | None:
    """Give one device."""
    lens.require(Verb.READ, DataClass.MEDICATION)
    with db.reading(lens):
        return Device.objects.filter(id=device_id).first()


def bundle(lens: Lens, bundle_id: UUID) -> DeviceBundle | None:
    """Give what a device took along."""
    lens.require(Verb.READ, DataClass.MEDICATION)
    with db.reading(lens):
        return DeviceBundle.objects.filter(id=bundle_id).first()


def leases(lens: Lens, orders: set[UUID]) -> dict[str, str]:
    """Tell which device has each of these orders now: its id."""
    with db.reading(lens):
        rows = Lease.objects.filter(order_id__in=orders, ended_at=None, until__gt=clock.now())
        return {str(o): str(d) for o, d in rows.values_list("order_id", "device_id")}
