"""Documents: bytes once in the database, by their digest; capped, and of kinds that we can show safely."""

import hashlib
from uuid import UUID

from throughcare import ledger
from throughcare.chart import fhir
from throughcare.chart import models as m
from throughcare.chart.actions.keeping import recorded
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid
from throughcare.kernel.ids import uuid7
from throughcare.kernel.rows import flush
from throughcare.kernel.vocabulary import DataClass

CAP = 10 * 1024 * 1024
# What a file begins with decides what it is; its name and the browser's word do not.
MAGIC = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"%PDF-": "application/pdf"}


def media_of(content: bytes) -> str:
    """Tell a picture or a PDF by its first bytes; refuse everything else."""
    for start, media in MAGIC.items():
        if content.startswith(start):
            return media
    raise Invalid("Only PNG and JPEG pictures and PDF files can be kept. Nothing was saved; scan the paper again.")


@action("chart.attach")
def attach(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    content: bytes,
    kind: str,
    title: str,
    encounter_id: UUID | None = None,
    data_class: DataClass = DataClass.CLINICAL,
    report_id: UUID | None = None,
) -> UUID:
    """Keep a document with a chart; with a result, if it belongs to one."""
    if len(content) > CAP:
        raise Invalid("This file is larger than 10 MB. Nothing was saved; scan it at a lower resolution.")
    media, digest = media_of(content), hashlib.sha256(content).hexdigest()
    blob, _ = m.Blob.objects.get_or_create(
        sha256=digest, defaults={"media": media, "size": len(content), "content": content}
    )
    flush(m.Report, m.Encounter)
    row = m.Attachment.objects.create(
        id=uuid7(),
        person_id=person_id,
        blob=blob,
        report_id=report_id,
        kind=kind,
        title=title[:160],
        encounter_id=encounter_id,
        data_class=data_class.value,
        facility_id=actor.facility_id,
        **recorded(actor),
    )
    ledger.record(
        type="DocumentReference",
        id=row.id,
        person_id=person_id,
        data_class=data_class,
        body=fhir.attachment(row, blob),
    )
    return row.id
