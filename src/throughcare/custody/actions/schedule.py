"""Custody's plans are written down and taken back."""

from datetime import datetime, timedelta
from uuid import UUID

from throughcare import ledger
from throughcare.custody import events, fhir
from throughcare.custody.models import Facility, ScheduledEvent
from throughcare.custody.refusals import UnknownPlace
from throughcare.custody.rules import CONFIDENCE, SCHEDULE_KINDS
from throughcare.custody.standing import Standing, load
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, Stale
from throughcare.kernel.events import emit
from throughcare.kernel.vocabulary import DataClass


@action("custody.schedule_event")
def schedule_event(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    kind: str,
    starts_at: datetime,
    ends_at: datetime | None = None,
    place: str = "",
    to_facility_id: UUID | None = None,
    to_unit_id: UUID | None = None,
    confidence: str = "fixed",
    source_ref: str = "",
) -> UUID:
    """Write a plan down: court, transfer, visit, or the expected release, of which a person has one that holds."""
    _check(kind, starts_at, ends_at, to_facility_id, confidence)
    standing = load(person_id)
    stay = standing.open_stay()
    if kind == "release":
        for former in ScheduledEvent.objects.filter(person_id=stay.person_id, kind="release", state="planned"):
            former.bump(state="cancelled")
            _keep(former)
    planned = ScheduledEvent.objects.create(
        person_id=stay.person_id,
        kind=kind,
        starts_at=starts_at,
        ends_at=ends_at,
        place=place[:80],
        to_facility_id=to_facility_id,
        to_unit_id=to_unit_id,
        confidence=confidence,
        source=actor.source,
        source_ref=source_ref,
    )
    _keep(planned)
    _tell(standing, planned)
    return planned.id


@action("custody.cancel_scheduled")
def cancel_scheduled(*, actor: Actor, intent: UUID | None = None, event_id: UUID) -> UUID:
    """Take a plan back."""
    planned = ScheduledEvent.objects.select_for_update().filter(id=event_id, state="planned").first()
    if planned is None:
        raise Stale("This was cancelled or done already. Nothing was changed.")
    planned.bump(state="cancelled")
    _keep(planned)
    emit(
        events.ScheduleCancelled(
            happened_at=clock.now(), person_id=planned.person_id, ref=planned.id, kind=planned.kind
        )
    )
    return planned.id


def fulfil(person_id: UUID, kind: str, at: datetime) -> None:
    """Mark today's plan of this kind as done: the move that it announced has happened."""
    planned = (
        ScheduledEvent.objects.filter(
            person_id=person_id, kind=kind, state="planned", starts_at__lte=at + timedelta(hours=18)
        )
        .order_by("starts_at")
        .first()
    )
    if planned is not None:
        planned.bump(state="done")
        _keep(planned)


def _check(
    kind: str, starts_at: datetime, ends_at: datetime | None, to_facility_id: UUID | None, confidence: str
) -> None:
    fields = {}
    if kind not in SCHEDULE_KINDS:
        fields["kind"] = "Choose court, transfer, release or visit."
    if confidence not in CONFIDENCE:
        fields["confidence"] = "Choose fixed, likely or uncertain."
    if ends_at is not None and ends_at < starts_at:
        fields["ends_at"] = "The end lies before the beginning."
    if kind == "transfer" and to_facility_id is None:
        fields["to_facility_id"] = "Say to which facility."
    if fields:
        raise Invalid("This plan can't be right. Nothing was saved.", fields=fields)
    if to_facility_id is not None and not Facility.objects.filter(id=to_facility_id).exists():
        raise UnknownPlace("There is no such facility. Nothing was changed.")


def _tell(standing: Standing, planned: ScheduledEvent) -> None:
    stay = standing.open_stay()
    now = clock.now()
    place = standing.placement.facility_id if standing.placement else None
    if planned.kind == "release":
        emit(
            events.ReleaseExpected(
                happened_at=now,
                person_id=planned.person_id,
                facility_id=place,
                ref=planned.id,
                stay_id=stay.id,
                release_at=planned.starts_at,
                confidence=planned.confidence,
            )
        )
        return
    event = events.TransferOrdered if planned.kind == "transfer" else events.EventScheduled
    emit(
        event(
            happened_at=now,
            person_id=planned.person_id,
            facility_id=place,
            ref=planned.id,
            stay_id=stay.id,
            kind=planned.kind,
            starts_at=planned.starts_at,
        )
    )


def _keep(planned: ScheduledEvent) -> None:
    ledger.record(
        type="ScheduledEvent",
        id=planned.id,
        person_id=planned.person_id,
        data_class=DataClass.DEMOGRAPHICS,
        media="throughcare/ScheduledEvent",
        body=fhir.scheduled(planned),
        happened_at=planned.starts_at,
    )
