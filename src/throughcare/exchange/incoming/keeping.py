"""What another system said in HL7 v2, kept as one resource of the record, as what comes by FHIR is (docs/decisions/0035)."""

import hashlib
from uuid import UUID

from django.db.models import F

from throughcare import ledger
from throughcare.exchange.models import Outside
from throughcare.kernel import clock
from throughcare.kernel.fhir import Json, encode, own_system
from throughcare.kernel.vocabulary import DataClass


def keep(resource: Json, *, person_id: UUID, data_class: DataClass, sender: str) -> UUID:
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
        happened_at=clock.now(),
    )
    return id_
