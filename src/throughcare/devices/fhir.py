"""Devices and their entries as bytes for the ledger. Pure."""

from throughcare.devices.models import Device, DeviceEvent
from throughcare.kernel.fhir import Json, filled, instant, reference, resource


def device(row: Device) -> Json:
    """Render a device; revoked, it is inactive."""
    return resource(
        "Device",
        row.id,
        status="inactive" if row.revoked_at else "active",
        statusReason=[{"text": row.revoked_why}] if row.revoked_why else None,
        deviceName=[{"name": row.name, "type": "user-friendly-name"}],
        location=reference("Location", row.facility_id),
        note=[
            {"text": "enrolled", "time": instant(row.enrolled_at), "authorString": row.enrolled_by},
            *(
                [{"text": "revoked", "time": instant(row.revoked_at), "authorString": row.revoked_by}]
                * bool(row.revoked_at)
            ),
        ],
    )


def entry(row: DeviceEvent) -> Json:
    """Render an entry as the device sent it, and what became of it."""
    return resource(
        "DeviceEntry",
        row.id,
        code=row.kind or None,
        status=row.outcome,
        device=reference("Device", row.device_id),
        bundle=str(row.bundle_id) if row.bundle_id else None,
        number=str(row.event_id),
        sequence=row.sequence,
        subject=reference("Patient", row.person_id),
        digest=bytes(row.digest).hex(),
        sent=row.body,
        about=str(row.about_id) if row.about_id else None,
        happenedAt=instant(row.happened_at),
        skewMilliseconds=row.skew_ms,
        receivedAt=instant(row.received_at),
        why=row.why or None,
        review=filled(at=instant(row.reviewed_at), by=row.reviewed_by or None, found=row.found or None),
    )
