"""Equipment and its checks, staff records with what was done and what may lapse, as the ledger keeps them."""

from throughcare.kernel.fhir import Json, filled, instant, reference
from throughcare.workforce.models import Credential, Equipment, EquipmentCheck, StaffEntry, StaffRecord


def equipment(row: Equipment) -> Json:
    """Render a piece of equipment as it now stands."""
    return filled(
        resourceType="Equipment",
        id=str(row.id),
        location=reference("Location", row.facility_id),
        kind=row.kind,
        place=row.place,
        least=row.least or None,
        listedAt=instant(row.listed_at),
        listedBy=row.listed_by,
        goneAt=instant(row.gone_at),
        found=row.found,
        quantity=row.quantity,
        checkedAt=instant(row.checked_at),
        checkedBy=row.checked_by,
    )


def check(row: EquipmentCheck) -> Json:
    """Render one look."""
    return filled(
        resourceType="EquipmentCheck",
        id=str(row.id),
        equipment=str(row.equipment_id),
        at=instant(row.at),
        by=row.by,
        found=row.found,
        quantity=row.quantity,
        words=row.words,
    )


def staff_record(row: StaffRecord) -> Json:
    """Render that somebody works here."""
    return filled(
        resourceType="StaffRecord",
        id=str(row.id),
        practitioner=reference("Practitioner", row.user_id),
        location=reference("Location", row.facility_id) if row.facility_id else None,
        role=row.role,
        startedOn=row.started_on.isoformat(),
        leftOn=row.left_on.isoformat() if row.left_on else None,
        keptBy=row.kept_by,
    )


def staff_entry(row: StaffEntry) -> Json:
    """Render one thing that somebody did."""
    return filled(
        resourceType="StaffEntry",
        id=str(row.id),
        record=str(row.record_id),
        kind=row.kind,
        doneOn=row.done_on.isoformat(),
        hours=f"{row.hours:.1f}" if row.hours is not None else None,
        met=row.met or None,
        words=row.words,
        keptAt=instant(row.kept_at),
        keptBy=row.kept_by,
    )


def credential(row: Credential) -> Json:
    """Render what may lapse, and what followed it."""
    return filled(
        resourceType="StaffCredential",
        id=str(row.id),
        record=str(row.record_id),
        kind=row.kind,
        number=row.number,
        expiresOn=row.expires_on.isoformat(),
        keptAt=instant(row.kept_at),
        keptBy=row.kept_by,
        renewedBy=str(row.renewed_by_id) if row.renewed_by_id else None,
    )
