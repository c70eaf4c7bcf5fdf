"""Devices enrolled and revoked; what one takes along; doses that belong to one device for a shift."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from throughcare.care.medications.models import Device, DeviceBundle, DeviceEvent, Lease
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed, NotFound, Stale
from throughcare.kernel.vocabulary import Role

LASTS = timedelta(hours=12)


@action("medications.enrol_device")
def enrol_device(*, actor: Actor, intent: UUID | None = None, device_id: UUID, facility_id: UUID, name: str) -> UUID:
    """Let a device of a facility chart without a network."""
    if not name.strip():
        raise Invalid("Name the device, as it is written on it.", fields={"name": "Name the device."})
    row, made = Device.objects.get_or_create(
        id=device_id,
        defaults={
            "facility_id": facility_id,
            "name": name.strip()[:60],
            "enrolled_at": clock.now(),
            "enrolled_by": actor.label(),
            "enroller_id": actor.id,
        },
    )
    if not made and row.facility_id != facility_id:
        raise Stale("This device is enrolled at another facility. Revoke it there first.")
    return row.id


@action("medications.revoke_device")
def revoke_device(*, actor: Actor, intent: UUID | None = None, device_id: UUID, why: str) -> None:
    """Refuse a device from now on: a lost one, a stolen one. What it still sends is kept for a person to look at."""
    if not why.strip():
        raise Invalid("Say why.", fields={"why": "Say why."})
    row = device_of(device_id)
    if row.revoked_at is not None:
        raise Stale("This device is revoked already.")
    row.bump(revoked_at=clock.now(), revoked_by=actor.label(), revoked_why=why.strip()[:200])
    Lease.objects.filter(device=row, ended_at=None).update(ended_at=clock.now())


@action("medications.take_bundle")
def take_bundle(
    *, actor: Actor, intent: UUID | None = None, device_id: UUID, people: int, leased: Sequence[UUID]
) -> UUID:
    """Let a device take a line along for twelve hours; the orders named become its own where no other device has them."""
    row = device_of(device_id)
    if row.revoked_at is not None:
        raise NotAllowed("This device was revoked. Use another one, and hand this one to who keeps the devices.")
    if actor.facility_id != row.facility_id or actor.role is None:
        raise NotAllowed("This device belongs to another facility. Use one of yours.")
    now = clock.now()
    bundle = DeviceBundle.objects.create(
        device=row,
        user_id=actor.id,
        user_name=actor.name,
        role=actor.role.value,
        facility_id=row.facility_id,
        issued_at=now,
        expires_at=now + LASTS,
        people=people,
    )
    _lease(row, leased, now)
    return bundle.id


def _lease(row: Device, orders: Sequence[UUID], now: datetime) -> None:
    Lease.objects.filter(order_id__in=orders, ended_at=None, until__lte=now).update(ended_at=now)
    own = Lease.objects.filter(order_id__in=orders, ended_at=None, device=row)
    own.update(until=now + LASTS)
    leases = [Lease(order_id=i, device=row, since=now, until=now + LASTS) for i in orders]
    Lease.objects.bulk_create(leases, ignore_conflicts=True)


@action("medications.return_bundle")
def return_bundle(*, actor: Actor, intent: UUID | None = None, device_id: UUID) -> None:
    """Give back what a device took along: its leases end, and another device may take them."""
    row = device_of(device_id)
    Lease.objects.filter(device=row, ended_at=None).update(ended_at=clock.now())


@action("medications.review_entry")
def review_entry(*, actor: Actor, intent: UUID | None = None, entry_id: UUID, version: int, found: str) -> None:
    """Say what was found out about an entry of a device that could not simply stand."""
    if not found.strip():
        raise Invalid("Write what you found out.", fields={"found": "Write what you found out."})
    row = DeviceEvent.objects.select_for_update().filter(id=entry_id).first()
    if row is None or row.facility_id != actor.facility_id:
        raise NotFound("There is no such entry here.")
    if row.reviewed_at is not None or row.version != version:
        raise Stale(f"{row.reviewed_by or 'Somebody'} looked at this entry already.")
    row.bump(reviewed_at=clock.now(), reviewed_by=actor.label(), found=found.strip()[:240])


def device_of(device_id: UUID) -> Device:
    """Fetch a device to change it."""
    row = Device.objects.select_for_update().filter(id=device_id).first()
    if row is None:
        raise NotFound("This device is not enrolled here. Enrol it; what it holds is kept until then.")
    return row


def nurse_of(bundle: DeviceBundle) -> Actor:
    """Give the nurse whose bundle it was: entries made with it are theirs, whoever carries the device back."""
    return Actor("staff", bundle.user_id, bundle.user_name, Role(bundle.role), bundle.facility_id, source="device")


def leases_of(orders: Iterable[UUID], now: datetime) -> dict[UUID, UUID]:
    """Tell which device has which of these orders now."""
    rows = Lease.objects.filter(order_id__in=list(orders), ended_at=None, until__gt=now)
    return dict(rows.values_list("order_id", "device_id"))
