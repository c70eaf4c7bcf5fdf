"""Devices enrolled and revoked; what one takes along, and what is its own while it does."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from throughcare import ledger
from throughcare.devices import fhir
from throughcare.devices.models import Device, DeviceBundle
from throughcare.devices.ports import KINDS
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed, NotFound, Stale
from throughcare.kernel.vocabulary import DataClass, Role
from throughcare.ledger import SubjectKind

LASTS = timedelta(hours=12)


@action("devices.enrol_device")
def enrol_device(*, actor: Actor, intent: UUID | None = None, device_id: UUID, facility_id: UUID, name: str) -> UUID:
    """Let a device of a facility work without a network."""
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
    if made:
        _keep(row)
    return row.id


@action("devices.revoke_device")
def revoke_device(*, actor: Actor, intent: UUID | None = None, device_id: UUID, why: str) -> None:
    """Refuse a device from now on: a lost one, a stolen one. What it still sends is kept for a person to look at."""
    if not why.strip():
        raise Invalid("Say why.", fields={"why": "Say why."})
    row = device_of(device_id)
    if row.revoked_at is not None:
        raise Stale("This device is revoked already.")
    row.bump(revoked_at=clock.now(), revoked_by=actor.label(), revoked_why=why.strip()[:200])
    _keep(row)
    _let_go(row)


@action("devices.take_bundle")
def take_bundle(
    *,
    actor: Actor,
    intent: UUID | None = None,
    device_id: UUID,
    people: int,
    own: Mapping[str, Sequence[UUID]],
) -> UUID:
    """Let a device take kinds of work along for twelve hours; what is named under a kind becomes its own where it is free."""
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
        kinds=sorted(own),
        issued_at=now,
        expires_at=now + LASTS,
        people=people,
    )
    kinds = KINDS()
    for name, ids in own.items():
        if ids:
            kinds[name].keep_for(row.id, ids, now, now + LASTS)
    return bundle.id


@action("devices.return_bundle")
def return_bundle(*, actor: Actor, intent: UUID | None = None, device_id: UUID) -> None:
    """Give back what a device took along: nothing belongs to it any more, and another device may have it."""
    _let_go(device_of(device_id))


def device_of(device_id: UUID) -> Device:
    """Fetch a device to change it."""
    row = Device.objects.select_for_update().filter(id=device_id).first()
    if row is None:
        raise NotFound("This device is not enrolled here. Enrol it; what it holds is kept until then.")
    return row


def carrier_of(bundle: DeviceBundle) -> Actor:
    """Give the person whose bundle it was: entries made with it are theirs, whoever carries the device back."""
    return Actor("staff", bundle.user_id, bundle.user_name, Role(bundle.role), bundle.facility_id, source="device")


def _let_go(row: Device) -> None:
    now = clock.now()
    for kind in KINDS().values():
        kind.let_go(row.id, now)


def _keep(row: Device) -> None:
    ledger.record(
        type="Device",
        id=row.id,
        subject=(SubjectKind.PLACE, row.facility_id),
        data_class=DataClass.DEMOGRAPHICS,
        body=fhir.device(row),
        happened_at=row.revoked_at or row.enrolled_at,
        live=row.revoked_at is None,
    )
