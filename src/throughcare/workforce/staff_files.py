"""The writers of staff files: somebody begins, does a training or has a review, gets or renews a licence, leaves (STF-*)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Sum

from throughcare import ledger
from throughcare.access.events import AccountLeft
from throughcare.access.models import Posting
from throughcare.duties import actions as duties
from throughcare.duties.rulebook import place
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotFound, Stale
from throughcare.kernel.events import emit
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import DataClass
from throughcare.ledger import SubjectKind
from throughcare.workforce import events, fhir, rule_table
from throughcare.workforce.models import Credential, StaffEntry, StaffRecord

TOLD: dict[str, type[events.StaffEvent]] = {
    "basic_orientation": events.BasicOrientationDone,
    "full_orientation": events.FullOrientationDone,
    "continuing_education": events.ContinuingEducationMet,
    "officer_health_training": events.OfficerHealthTrainingDone,
    "suicide_training_initial": events.SuicideTrainingInitialDone,
    "suicide_training_yearly": events.SuicideTrainingYearlyDone,
    "performance_review": events.PerformanceReviewDone,
}
CERTIFICATE = "cpr"


@dataclass(frozen=True, slots=True)
class Done:
    """One thing that somebody did."""

    kind: str
    on: date
    hours: Decimal | None = None
    words: str = ""


@action("workforce.begin_file")
def begin_file(*, actor: Actor, intent: UUID | None = None, user_id: UUID, started_on: date) -> UUID:
    """Begin the file of somebody who works here; what the first days and years ask for is then owed."""
    posting = Posting.objects.filter(user_id=user_id, until=None).order_by("since").first()
    if posting is None:
        raise NotFound("Nobody with a posting stands behind this. Give them a role first.")
    if StaffRecord.objects.filter(user_id=user_id).exists():
        raise Stale("This file was begun already. Nothing was changed.")
    if started_on > clock.today():
        raise Invalid("This day lies ahead. Give the first day of work.", fields={"started_on": "Give a day that was."})
    row = StaffRecord.objects.create(
        id=uuid7(),
        user_id=user_id,
        facility_id=posting.facility_id,
        role=posting.role,
        started_on=started_on,
        kept_by=actor.label(),
    )
    _keep(row)
    emit(
        events.StaffStarted(
            happened_at=_at(started_on, row),
            facility_id=row.facility_id,
            ref=user_id,
            staff_id=user_id,
            health_professional=row.role in rule_table.health_professionals(),
            officer=row.role in rule_table.officers(),
        )
    )
    return row.id


@action("workforce.record_done")
def record_done(*, actor: Actor, intent: UUID | None = None, user_id: UUID, done: Done) -> UUID:
    """Write down a training, an orientation or a review; with its hours, where hours count."""
    return _add(_file(user_id), actor, done)


@action("workforce.record_all_done")
def record_all_done(*, actor: Actor, intent: UUID | None = None, user_id: UUID, done: Sequence[Done]) -> int:
    """Write down a file's past in its order; the clocks hear it at once."""
    row = _file(user_id)
    with duties.together():
        for one in sorted(done, key=lambda d: d.on):
            _add(row, actor, one)
    return len(done)


@action("workforce.record_credential")
def record_credential(
    *, actor: Actor, intent: UUID | None = None, user_id: UUID, kind: str, number: str = "", expires_on: date
) -> UUID:
    """Put down a licence, registration or certificate; before it ends somebody owes its renewal."""
    row = _file(user_id)
    if kind not in rule_table.credentials():
        raise Invalid("Choose what it is.", fields={"kind": "Choose what it is."})
    if Credential.objects.filter(record=row, kind=kind, renewed_by=None).exists():
        raise Stale("This stands in the file already: renew it there. Nothing was changed.")
    return _put(row, actor, kind, number, expires_on).id


@action("workforce.renew_credential")
def renew_credential(
    *, actor: Actor, intent: UUID | None = None, user_id: UUID, credential_id: UUID, expires_on: date
) -> UUID:
    """Renew what ends or has ended, to a later day."""
    row = _file(user_id)
    old = Credential.objects.select_for_update().filter(id=credential_id, record=row).first()
    if old is None:
        raise NotFound("There is no such licence in this file.")
    if old.renewed_by_id is not None:
        raise Stale("This was renewed already. Nothing was changed.")
    if expires_on <= old.expires_on:
        raise Invalid("A renewal ends later than what it renews.", fields={"expires_on": "Give a later day."})
    new = Credential(id=uuid7(), record=row, kind=old.kind, number=old.number, expires_on=expires_on)
    old.bump(renewed_by_id=new.id)
    _put(row, actor, old.kind, old.number, expires_on, id=new.id)
    _keep(old)
    told = events.CertificateRenewed if old.kind == CERTIFICATE else events.CredentialRenewed
    emit(told(**_about(row, clock.now(), old.id), certificate=old.kind, expires_at=_end(expires_on, row)))
    return new.id


def left(event: AccountLeft) -> None:
    """Close the file of somebody whose account was closed for good; nothing is owed of them any more."""
    row = StaffRecord.objects.select_for_update().filter(user_id=event.user_id, left_on=None).first()
    if row is None:
        return
    row.bump(left_on=max(place(None).working.day_of(event.happened_at), row.started_on))
    _keep(row)
    refs = tuple(Credential.objects.filter(record=row, renewed_by=None).values_list("id", flat=True))
    emit(events.StaffLeft(**_about(row, event.happened_at, row.user_id), refs=refs))


# --- inside ---------------------------------------------------------------------------------------------------------------


def _add(row: StaffRecord, actor: Actor, done: Done) -> UUID:
    kind = rule_table.entries().get(done.kind)
    if kind is None:
        raise Invalid("Choose what was done.", fields={"kind": "Choose what was done."})
    if not row.started_on <= done.on <= clock.today():
        raise Invalid("Give a day since the first day of work, not ahead.", fields={"on": "Give a day that was."})
    if (kind.least or kind.sums) and (done.hours is None or done.hours < (kind.least or Decimal("0.5"))):
        asked = f"at least {kind.least}" if kind.least else "how many"
        raise Invalid(f"Give the hours: {asked}. Nothing was kept.", fields={"hours": f"Give the hours: {asked}."})
    met = _reached(row, done) if kind.sums else True
    entry = StaffEntry.objects.create(
        id=uuid7(),
        record=row,
        kind=done.kind,
        done_on=done.on,
        hours=done.hours,
        met=kind.sums and met,
        words=done.words.strip()[:240],
        kept_at=clock.now(),
        kept_by=actor.label(),
    )
    _keep(entry, row)
    if met:
        at = min(_at(done.on, row), clock.now())
        emit(TOLD[done.kind](happened_at=at, facility_id=row.facility_id, ref=row.user_id, staff_id=row.user_id))
    return entry.id


def _reached(row: StaffRecord, done: Done) -> bool:
    """Tell whether these hours reach the number, counted since the entry that reached it last."""
    mine = StaffEntry.objects.filter(record=row, kind=done.kind)
    last = mine.filter(met=True).order_by("-kept_at", "-id").first()
    if last is not None:
        mine = mine.filter(id__gt=last.id)
    before = mine.aggregate(hours=Sum("hours"))["hours"] or Decimal(0)
    return before + (done.hours or 0) >= rule_table.continuing_hours()


def _put(
    row: StaffRecord, actor: Actor, kind: str, number: str, expires_on: date, id: UUID | None = None
) -> Credential:
    new = Credential.objects.create(
        id=id or uuid7(),
        record=row,
        kind=kind,
        number=number.strip()[:40],
        expires_on=expires_on,
        kept_at=clock.now(),
        kept_by=actor.label(),
    )
    _keep(new, row)
    told, ends = events.CertificateRecorded if kind == CERTIFICATE else events.CredentialRecorded, _end(expires_on, row)
    # What is over already was owed since it was over, not since somebody put it down: late counts from there.
    emit(told(**_about(row, min(clock.now(), ends), new.id), certificate=kind, expires_at=ends))
    return new


def _file(user_id: UUID) -> StaffRecord:
    row = StaffRecord.objects.select_for_update().filter(user_id=user_id, left_on=None).first()
    if row is None:
        raise NotFound("No file was begun for this member of staff, or they have left.")
    return row


def _about(row: StaffRecord, at: datetime, ref: UUID) -> dict[str, Any]:
    return {"happened_at": at, "facility_id": row.facility_id, "ref": ref, "staff_id": row.user_id}


def _at(day: date, row: StaffRecord) -> datetime:
    """Give the first moment of a local day, where clocks begin to count it as day one."""
    return place(row.facility_id).working.moment(day, datetime.min.time())


def _end(day: date, row: StaffRecord) -> datetime:
    return place(row.facility_id).working.end_of_day(day)


def _keep(row: StaffRecord | StaffEntry | Credential, of: StaffRecord | None = None) -> None:
    if isinstance(row, StaffRecord):
        kind, body = "StaffRecord", fhir.staff_record(row)
    elif isinstance(row, StaffEntry):
        kind, body = "StaffEntry", fhir.staff_entry(row)
    else:
        kind, body = "StaffCredential", fhir.credential(row)
    ledger.record(
        type=kind,
        id=row.id,
        subject=(SubjectKind.STAFF, (of or (row if isinstance(row, StaffRecord) else row.record)).user_id),
        data_class=DataClass.DUTY,
        media=f"throughcare/{kind}",
        body=body,
    )
