"""A summary sent or handed over: kept as it went, told in the person's account of disclosures, noted where law asks."""

import base64
import hashlib
from uuid import UUID

from throughcare import ledger
from throughcare.access import labels, lenses
from throughcare.exchange.documents.models import SentDocument
from throughcare.exchange.documents.summaries.composing import PURPOSES, Asked, Written
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import DataClass, Purpose
from throughcare.ledger import reads as ledger_reads

# CGS 19a-585(b): a notation of each disclosure of HIV-related information stands in the record.
NOTATION = "CGS 19a-585(b)"


@action("exchange.send_summary")
def send(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, asked: Asked, written: Written, law: str
) -> UUID:
    """Keep a summary as it went out, and log the disclosure: to whom, for what, by which right."""
    wrong = {}
    if len(asked.recipient.strip()) < 3:
        wrong["recipient"] = "Say who receives it."
    if asked.purpose not in PURPOSES:
        wrong["purpose"] = "Say what it is for."
    if wrong:
        raise Invalid("Nothing was sent. Everything you typed is kept.", fields=wrong)
    now = clock.now()
    row = SentDocument.objects.create(
        id=uuid7(),
        person_id=person_id,
        form=written.form,
        media=written.media,
        size=len(written.content),
        data_class=written.data_class,
        digest=hashlib.sha256(written.content).digest(),
        recipient=asked.recipient.strip()[:160],
        purpose=asked.purpose,
        basis=asked.basis,
        consent_id=asked.consent_id,
        notices=list(written.notices),
        told=dict(written.told),
        kept_back=[list(one) for one in written.left],
        sent_at=now,
        sent_by=actor.label()[:160],
    )
    _keep(row, written, law)
    _log(actor, row)
    return row.id


def _keep(row: SentDocument, written: Written, law: str) -> None:
    notation = {"notation": NOTATION} if written.hiv else {}
    consent = {"consent": str(row.consent_id)} if row.consent_id else {}
    ledger.record(
        type="SentDocument",
        id=row.id,
        person_id=row.person_id,
        data_class=DataClass(row.data_class),
        labels=labels.bits_of(written.labels),
        media="throughcare/SentDocument",
        body={
            "resourceType": "SentDocument",
            "form": row.form,
            "media": row.media,
            "recipient": row.recipient,
            "purpose": row.purpose,
            "basis": f"{row.basis}: {law}",
            **consent,
            **notation,
            "notices": row.notices,
            "sections": row.told,
            "left": row.kept_back,
            "digest": bytes(row.digest).hex(),
            "content": base64.b64encode(written.content).decode(),
        },
        happened_at=row.sent_at,
    )


def _log(actor: Actor, row: SentDocument) -> None:
    if actor.role is None:
        return
    purpose = Purpose.PATIENT_REQUEST if row.basis == "person" else Purpose.TREAT
    lens = lenses.make(actor.id, actor.name, actor.role, facilities=None, purpose=purpose)
    note = f"{row.recipient}: {row.form}, {row.basis}"
    classes = {DataClass(row.data_class), DataClass.CLINICAL, DataClass.MEDICATION}
    ledger_reads.log_read(
        lens, route="exchange.send_summary", people=[row.person_id], classes=classes, kind="disclosure", note=note[:160]
    )
