"""What emergency's writers share: fetching a code, keeping it in the ledger, reading its stamps for a rule."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from throughcare import ledger
from throughcare.care.emergency import fhir
from throughcare.care.emergency.models import Code, Packet, Recommendation, Stamp, Trip
from throughcare.care.emergency.rules import Stamped
from throughcare.kernel.errors import NotFound, Stale
from throughcare.kernel.fhir import Json
from throughcare.kernel.vocabulary import DataClass
from throughcare.ledger import SubjectKind

OWN: dict[type, tuple[str, Callable[[Any], Json]]] = {
    Trip: ("HospitalTrip", fhir.trip),
    Recommendation: ("HospitalRecommendation", fhir.recommendation),
    Packet: ("SendOutPacket", fhir.packet),
}


def locked(code_id: UUID, version: int | None = None) -> Code:
    """Fetch a code to change it; a stale page is refused."""
    row = Code.objects.select_for_update().filter(id=code_id).first()
    if row is None:
        raise NotFound("There is no such code here.")
    if version is not None and version != row.version:
        raise Stale("Somebody changed this since you opened it. What you typed is still on your page.")
    return row


def subject(row: Code) -> tuple[SubjectKind, UUID]:
    """Say in whose chain a code stands: the person's, or the place's while nobody knows who it is."""
    if row.person_id is not None:
        return SubjectKind.PERSON, row.person_id
    return SubjectKind.PLACE, row.facility_id


def keep(row: Code) -> None:
    """Keep a code's present state in the ledger."""
    ledger.record(
        type="EmergencyCode",
        id=row.id,
        subject=subject(row),
        data_class=DataClass.CLINICAL,
        media="throughcare/EmergencyCode",
        body=fhir.code(row),
        happened_at=row.ended_at or row.called_at,
    )


def keep_stamp(row: Stamp, code: Code) -> None:
    """Keep a stamp in the ledger."""
    ledger.record(
        type="CodeStamp",
        id=row.id,
        subject=subject(code),
        data_class=DataClass.CLINICAL,
        media="throughcare/CodeStamp",
        body=fhir.stamp(row),
        happened_at=row.at,
    )


def keep_own(row: Trip | Recommendation | Packet, happened_at: datetime | None = None) -> None:
    """Keep what is one person's in their chain."""
    kind, render = OWN[type(row)]
    ledger.record(
        type=kind,
        id=row.id,
        person_id=row.person_id,
        data_class=DataClass.CLINICAL,
        media=f"throughcare/{kind}",
        body=render(row),
        happened_at=happened_at,
    )


def stamped(row: Stamp) -> Stamped:
    """Read a stamp as the rules do."""
    return Stamped(
        row.id, row.kind, row.at, row.by, row.detail, corrects=row.corrects_id, void=row.void, health=row.health
    )


def all_stamps(code_id: UUID) -> list[Stamped]:
    """Read all stamps of a code, corrections too."""
    return [stamped(s) for s in Stamp.objects.filter(code_id=code_id).order_by("at", "id")]
