"""What the actions of this room keep in the ledger, and how they fetch a row to change it."""

from typing import TypeVar
from uuid import UUID

from throughcare import ledger
from throughcare.kernel.errors import NotFound, Stale
from throughcare.kernel.models import PersonRow
from throughcare.kernel.vocabulary import DataClass
from throughcare.reentry import fhir
from throughcare.reentry import models as m

T = TypeVar("T", bound=PersonRow)


def mine(model: type[T], id: UUID, person_id: UUID, version: int | None = None, *, what: str) -> T:
    """Fetch a row to change it, for its person only; a page that shows an older version is refused."""
    row = model._default_manager.select_for_update().filter(id=id).first()
    if row is None:
        raise NotFound(f"There is no such {what} here.")
    if row.person_id != person_id:
        raise Stale(f"This {what} belongs to another person than the page you sent. Nothing was changed.")
    if version is not None and row.version != version:
        raise Stale("Somebody changed this since you opened it. What you typed is still on your page.")
    return row


def keep_plan(row: m.ReleasePlan) -> None:
    """Keep a plan as it now stands."""
    steps = m.PlanStep.objects.filter(plan=row).order_by("at", "id")
    ledger.record(
        type="ReleasePlan",
        id=row.id,
        person_id=row.person_id,
        data_class=DataClass.CLINICAL,
        media="throughcare/ReleasePlan",
        body=fhir.plan(row, steps),
        live=row.state not in ("cancelled", "closed"),
    )


def keep_appointment(row: m.Appointment) -> None:
    """Keep an appointment as it now stands; its kind says what it is for, so it is clinical."""
    ledger.record(
        type="Appointment",
        id=row.id,
        person_id=row.person_id,
        data_class=DataClass.CLINICAL,
        body=fhir.appointment(row),
        happened_at=row.ended_at or row.made_at,
    )


def keep_packet(row: m.Packet) -> None:
    """Keep that a packet was handed over, refused or sent."""
    ledger.record(
        type="ReleasePacket",
        id=row.id,
        person_id=row.person_id,
        data_class=DataClass.CLINICAL,
        media="throughcare/ReleasePacket",
        body=fhir.handed(row),
        happened_at=row.at,
    )


def keep_bridge(row: m.Bridge) -> None:
    """Keep a bridge as it now stands."""
    ledger.record(
        type="ReleaseBridge",
        id=row.id,
        person_id=row.person_id,
        data_class=DataClass.MEDICATION,
        media="throughcare/ReleaseBridge",
        body=fhir.bridge(row),
        happened_at=row.ended_at or row.proposed_at,
    )


def keep_contact(row: m.Contact) -> None:
    """Keep an attempt to reach somebody."""
    ledger.record(
        type="ReleaseContact",
        id=row.id,
        person_id=row.person_id,
        data_class=DataClass.CLINICAL,
        media="throughcare/ReleaseContact",
        body=fhir.contact(row),
        happened_at=row.at,
    )


def keep_link(row: m.PacketLink) -> None:
    """Keep that a code on paper was made, or ended."""
    ledger.record(
        type="PacketLink",
        id=row.id,
        person_id=row.person_id,
        data_class=DataClass.CLINICAL,
        media="throughcare/PacketLink",
        body=fhir.link(row),
        happened_at=row.revoked_at or row.made_at,
    )


def keep_handed_on(row: m.HandedOn) -> None:
    """Keep that something left open was handed on, in the class of the duty it closes."""
    classes = {
        "REL-RESULT": DataClass.RESULT,
        "REL-INFECTION": DataClass.INFECTION,
        "REL-MH": DataClass.MENTAL_HEALTH,
        "REL-MED": DataClass.MEDICATION,
        "REL-MOUD": DataClass.MEDICATION,
    }
    ledger.record(
        type="ReleaseHandedOn",
        id=row.id,
        person_id=row.person_id,
        data_class=classes.get(row.rule, DataClass.CLINICAL),
        media="throughcare/ReleaseHandedOn",
        body=fhir.handed_on(row),
        happened_at=row.at,
    )
