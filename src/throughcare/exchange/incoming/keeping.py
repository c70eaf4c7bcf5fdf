"""What another system said in HL7 v2, kept as one resource of the record, as what comes by FHIR is (docs/decisions/0035)."""

import hashlib
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import F

from throughcare import ledger
from throughcare.exchange.models import Outside
from throughcare.kernel import clock
from throughcare.kernel.fhir import Json, decode, encode, own_system
from throughcare.kernel.vocabulary import DataClass
from throughcare.ledger.present import opened

_TOLD = (
    "SELECT v.subject, v.digest, v.body, v.happened_at FROM ledger_current c "
    "JOIN ledger_version v ON v.id = c.id AND v.type = c.type AND v.version = c.version WHERE c.type = %s AND c.id = %s"
)


def told(kind: str, id_: UUID) -> Json | None:
    """Give a kept resource as it is told now, empty where law destroyed it; None where there is none. For actions only: no lens is asked."""
    found = told_when(kind, id_)
    return found and found[0]


def told_when(kind: str, id_: UUID) -> tuple[Json, datetime] | None:
    """Give the same, and when it was said; what was said earlier never takes its place."""
    with connection.cursor() as cursor:
        cursor.execute(_TOLD, [kind, id_])
        row = cursor.fetchone()
    if row is None:
        return None
    subject, digest, stored, happened_at = row
    body: Json = decode(opened(stored, digest, (id_, subject), sealed=False) or b"{}")
    return body, happened_at


def keep(
    resource: Json, *, person_id: UUID, data_class: DataClass, sender: str, said_at: datetime | None = None
) -> UUID:
    """Keep a resource made of a message, or what is told of it now; gives its id. For actions only."""
    id_ = UUID(str(resource["id"]))
    body = {**resource, "meta": {"source": own_system("sender", sender)}}
    digest = hashlib.sha256(encode(body)).digest()
    told = Outside.objects.filter(id=id_, type=str(resource["resourceType"]))
    if not told.update(digest=digest, version=F("version") + 1, received_at=clock.now()):
        Outside.objects.create(
            id=id_,
            type=str(resource["resourceType"]),
            person_id=person_id,
            digest=digest,
            sender=sender[:160],
            received_at=clock.now(),
        )
    ledger.record(
        type=str(resource["resourceType"]),
        id=id_,
        person_id=person_id,
        data_class=data_class,
        body=body,
        happened_at=said_at or clock.now(),
    )
    return id_
