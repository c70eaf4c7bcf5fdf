"""Equipment and its checks as the ledger keeps them."""

from throughcare.kernel.fhir import Json, filled, instant, reference
from throughcare.workforce.models import Equipment, EquipmentCheck


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
