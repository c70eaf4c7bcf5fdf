"""Custody's facts as bytes for the ledger: FHIR where R4 has a resource, the house's own shape where it hasn't. Pure."""

from collections.abc import Iterable

from throughcare.custody.models import (
    Agency,
    Facility,
    LegalStatus,
    Lockdown,
    Move,
    OperationalAlert,
    ScheduledEvent,
    Stay,
)
from throughcare.kernel.fhir import LOCAL, Json, coding, concept, day, filled, instant, period, reference, resource

ALERTS = f"{LOCAL}:operational-alert"
KINDS = f"{LOCAL}:facility-kind"


def stay(row: Stay, segments: Iterable[LegalStatus]) -> Json:
    """Render a stay with its segments of legal status."""
    return resource(
        "Stay",
        row.id,
        subject=reference("Patient", row.person_id),
        booking=row.booking_number,
        status=row.state,
        period=period(row.admitted_at, row.ended_at),
        legalStatus=[filled(code=s.kind, period=period(s.since, s.until)) for s in segments if not s.cancelled],
    )


def move(row: Move) -> Json:
    """Render a move; beds are named only where the move names one."""
    return resource(
        "Move",
        row.id,
        subject=reference("Patient", row.person_id),
        stay=reference("Stay", row.stay_id),
        number=row.n,
        code=row.kind,
        status="cancelled" if row.cancelled_at else "done",
        from_=_spot(row.from_facility_id, row.from_unit_id, row.from_bed_id),
        to=_spot(row.to_facility_id, row.to_unit_id, row.to_bed_id, row.bed_named),
        place=row.place,
        destination=row.destination,
        planned=row.planned if row.kind == "release" else None,
        happenedAt=instant(row.happened_at),
        receivedAt=instant(row.received_at),
        source=row.source,
        sourceRef=row.source_ref,
        movedBy=row.moved_by,
        cancelled=filled(at=instant(row.cancelled_at), by=row.cancelled_by, why=row.cancel_why),
    )


def scheduled(row: ScheduledEvent) -> Json:
    """Render one of custody's plans."""
    return resource(
        "ScheduledEvent",
        row.id,
        subject=reference("Patient", row.person_id),
        code=row.kind,
        status=row.state,
        period=period(row.starts_at, row.ends_at),
        place=row.place,
        to=_spot(row.to_facility_id, row.to_unit_id, None),
        confidence=row.confidence,
        source=row.source,
        sourceRef=row.source_ref,
    )


def flag(row: OperationalAlert) -> Json:
    """Render an operational alert as a Flag: what officers are told, never why."""
    return resource(
        "Flag",
        row.id,
        status="inactive" if row.ended_at else "active",
        code=concept(coding(ALERTS, row.template)),
        subject=reference("Patient", row.person_id),
        period=period(row.raised_at, row.ended_at or row.until),
        extension=[
            {"url": f"{ALERTS}:version", "valueString": row.template_version},
            *({"url": f"{ALERTS}:{name}", "valueString": str(value)} for name, value in sorted(row.values.items())),
        ],
    )


def lockdown(row: Lockdown) -> Json:
    """Render a lockdown."""
    return resource(
        "Lockdown",
        row.id,
        status="ended" if row.ended_at else "active",
        at=_spot(row.facility_id, row.unit_id, None),
        period=period(row.started_at, row.ended_at),
        startedBy=row.started_by,
        endedBy=row.ended_by,
    )


def organization(row: Agency) -> Json:
    """Render an agency."""
    return resource("Organization", row.id, active=True, name=row.name, identifier=[_code(row.code)])


def location(row: Facility) -> Json:
    """Render a facility."""
    return resource(
        "Location",
        row.id,
        identifier=[_code(row.code)],
        status="inactive" if row.closed_on else "active",
        name=row.name,
        alias=[row.short_name],
        type=[concept(coding(KINDS, row.kind))],
        address=filled(city=row.town),
        managingOrganization=reference("Organization", row.agency_id),
        extension=[
            filled(url=f"{KINDS}:open", valuePeriod=filled(start=day(row.opened_on), end=day(row.closed_on))),
        ]
        if row.opened_on or row.closed_on
        else None,
    )


def _code(value: str) -> Json:
    return {"system": f"{LOCAL}:place", "value": value}


def _spot(facility: object, unit: object, bed: object, named: str = "") -> Json | None:
    parts = filled(
        facility=str(facility) if facility else None,
        unit=str(unit) if unit else None,
        bed=str(bed) if bed else None,
        bedNamed=named,
    )
    return parts or None
