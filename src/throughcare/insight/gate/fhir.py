"""An edition as the ledger keeps it: who did what to which bytes, and no count at all."""

from throughcare.kernel.fhir import Json, filled, instant

from .models import Publication


def edition(row: Publication) -> Json:
    """Render an edition's state."""
    return filled(
        resourceType="Edition",
        id=str(row.id),
        name=row.name,
        status=row.state,
        digest=row.digest,
        corrects=None if row.corrects_id is None else str(row.corrects_id),
        drafted={"by": row.drafted_name, "at": instant(row.drafted_at)},
        clinical={"by": row.clinical_name, "at": instant(row.clinical_at)} if row.clinical_at else None,
        privacy={"by": row.privacy_name, "at": instant(row.privacy_at)} if row.privacy_at else None,
        published={"by": row.published_by, "at": instant(row.published_at)} if row.published_at else None,
        withdrawn={"by": row.withdrawn_by, "at": instant(row.withdrawn_at)} if row.withdrawn_at else None,
    )
