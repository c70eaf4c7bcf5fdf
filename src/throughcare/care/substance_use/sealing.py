"""How a programme's row is sealed and opened: bound to its own id, so that a body moved to another row can't be opened."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from throughcare import ledger
from throughcare.care.substance_use.models import Enrolment, EnrolmentEntry, OutsideCall
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.fhir import Json, decode, encode
from throughcare.kernel.vocabulary import DataClass
from throughcare.ledger import body as bodies


def sealed(id: UUID, said: Mapping[str, str]) -> bytes:
    """Encrypt what a row says."""
    return bodies.seal(bodies.pack(encode(dict(said))), bound_to=id.bytes)


def opened(row: OutsideCall | Enrolment | EnrolmentEntry) -> dict[str, str]:
    """Open what a row says; only where the database showed the row at all."""
    said: dict[str, str] = decode(bodies.unpack(bodies.unseal(bytes(row.body), bound_to=row.id.bytes)))
    return said


def recorded(actor: Actor) -> dict[str, Any]:
    """Give the columns that say where, by whom and when."""
    return {
        "facility_id": actor.facility_id,
        "recorded_at": clock.now(),
        "recorded_by": actor.label(),
        "recorder_id": actor.id,
    }


def keep(kind: str, row: OutsideCall | Enrolment | EnrolmentEntry, body: Json) -> None:
    """Keep the row's present state in the ledger's sealed part."""
    ledger.record(
        type=kind,
        id=row.id,
        person_id=row.person_id,
        data_class=DataClass.PART2,
        media=f"throughcare/{kind}",
        body=body,
        happened_at=row.recorded_at,
    )
