"""The programme's own record of somebody: enrolled by consent, with all that 42 CFR 8.12 asks for; sealed, written by its staff alone."""

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from throughcare.access.holdings import holding
from throughcare.access.models import Consent
from throughcare.care.substance_use import programme_fhir, sealing
from throughcare.care.substance_use.events import ProgrammeEnrolled, ProgrammeEnrolmentEnded, ProgrammeEntryMade
from throughcare.care.substance_use.models import Enrolment, EnrolmentEntry
from throughcare.care.substance_use.models.programme import KINDS
from throughcare.chart.actions.keeping import mine
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed, Stale
from throughcare.kernel.events import emit
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import Role
from throughcare.people.family import family

CHECKED = ("none", "found", "unanswered")
# How many letters one entry holds; what is longer is refused, never cut.
LONGEST = {"programme": 160, "diagnosis": 300, "dual_where": 200, "words": 8000, "why": 300}


@action("substance_use.enrol")
def enrol(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    programme: str,
    diagnosis: str,
    dual_check: str,
    dual_where: str,
    since: date | None = None,
) -> UUID:
    """Enrol somebody in a programme: their own consent on file, the diagnosis, and other programmes asked (42 CFR 2.34)."""
    require_staff(actor)
    wrong: dict[str, str] = {}
    if not programme.strip():
        wrong["programme"] = "Name the programme: it is a legal entity of its own."
    if not diagnosis.strip():
        wrong["diagnosis"] = "Write the diagnosis as it was made."
    if dual_check not in CHECKED or not dual_where.strip():
        wrong["dual_where"] = "Say who was asked whether the person takes part elsewhere, and what they said."
    wrong |= _too_long(programme=programme, diagnosis=diagnosis, dual_where=dual_where)
    consent = _consent(person_id, programme.strip())
    if consent is None:
        wrong["consent"] = (
            "The person's own consent to this programme is not on file. Ask for it first; the form names the programme."
        )
    if wrong or consent is None:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    if Enrolment.objects.filter(person_id__in=sorted(family(person_id)), until=None).exists():
        raise Stale("This person is enrolled already. End that enrolment first, or go on with it.")
    today = clock.today()
    id_ = uuid7()
    said = {"programme": programme.strip(), "consent": str(consent.id), "consent_form": consent.form_version}
    row = Enrolment(
        id=id_,
        person_id=person_id,
        since=since or today,
        body=sealing.sealed(id_, said),
        **sealing.recorded(actor),
    )
    row.save(force_insert=True)
    sealing.keep("ProgrammeEnrolment", row, programme_fhir.enrolment(row, said))
    emit(ProgrammeEnrolled(**_told(row, id_, row.since)))
    enter(actor, row, "diagnosis", row.since, {"words": diagnosis.strip()})
    enter(actor, row, "dual_check", row.since, {"result": dual_check, "where": dual_where.strip()})
    return id_


@action("substance_use.add_to_enrolment")
def add_to_enrolment(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, enrolment_id: UUID, kind: str, on: date, words: str
) -> UUID:
    """Add an examination, a plan, a drug test, counselling offered or a check. A test's result never ends a treatment (2.7)."""
    require_staff(actor)
    if kind not in KINDS:
        raise Invalid("Choose what you add.", fields={"kind": "Choose one."})
    if not words.strip():
        raise Invalid("Write what was done, and by whom.", fields={"words": "Write what was done, and by whom."})
    _refuse_too_long(words=words)
    row = _open(enrolment_id, person_id)
    if on < row.since or on > clock.today():
        raise Invalid(
            "The day lies outside the enrolment.", fields={"on": "Choose a day since enrolment, up to today."}
        )
    return enter(actor, row, kind, on, {"words": words.strip()})


@action("substance_use.end_enrolment")
def end_enrolment(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, enrolment_id: UUID, version: int, why: str
) -> None:
    """End somebody's part in a programme with its reason; it ends no order and blocks no dose."""
    require_staff(actor)
    if not why.strip():
        raise Invalid("Say why it ends.", fields={"why": "Say why it ends."})
    _refuse_too_long(why=why)
    row = _open(enrolment_id, person_id, version)
    said = sealing.opened(row) | {"ended_why": why.strip(), "ended_by": actor.label()}
    today = clock.today()
    row.bump(until=max(today, row.since), body=sealing.sealed(row.id, said))
    sealing.keep("ProgrammeEnrolment", row, programme_fhir.enrolment(row, said))
    emit(ProgrammeEnrolmentEnded(**_told(row, row.id, today)))


def enter(actor: Actor, row: Enrolment, kind: str, on: date, said: dict[str, str]) -> UUID:
    """Add one entry inside an action."""
    id_ = uuid7()
    entry = EnrolmentEntry(
        id=id_,
        person_id=row.person_id,
        enrolment=row,
        kind=kind,
        on=on,
        body=sealing.sealed(id_, said),
        **sealing.recorded(actor),
    )
    entry.save(force_insert=True)
    sealing.keep("EnrolmentEntry", entry, programme_fhir.entry(entry, said))
    emit(ProgrammeEntryMade(**_told(row, id_, on), kind=kind))
    return id_


def _told(row: Enrolment, ref: UUID, on: date) -> dict[str, Any]:
    """Give what the clock hears: a day of today is now, an earlier one its noon."""
    at = clock.now() if on >= clock.today() else datetime.combine(on, time(12), tzinfo=clock.zone()).astimezone(UTC)
    return {"happened_at": at, "person_id": row.person_id, "facility_id": row.facility_id, "ref": ref}


def require_staff(actor: Actor) -> None:
    """Refuse whoever is not of the programme's staff (7.3)."""
    if actor.role is not Role.SUD and actor.kind != "system":
        raise NotAllowed("Only the programme's own staff writes its record. Call the programme.")


def _too_long(**said: str) -> dict[str, str]:
    return {
        name: f"At most {LONGEST[name]} letters: write the rest as another entry. What you typed is kept."
        for name, words in said.items()
        if len(words.strip()) > LONGEST[name]
    }


def _refuse_too_long(**said: str) -> None:
    if wrong := _too_long(**said):
        raise Invalid(next(iter(wrong.values())), fields=wrong)


def _open(enrolment_id: UUID, person_id: UUID, version: int | None = None) -> Enrolment:
    row = mine(Enrolment, enrolment_id, person_id, version, what="enrolment")
    if row.until is not None:
        raise Stale("This enrolment is over.")
    return row


def _consent(person_id: UUID, programme: str) -> Consent | None:
    """Give the person's last word on this very programme, if it is yes: each programme has a form of its own."""
    found = Consent.objects.filter(
        holding(), person_id__in=sorted(family(person_id)), kind="opioid_treatment", about__iexact=programme
    )
    last = found.order_by("-signed_at").first()
    return last if last is not None and last.agreed else None
