"""The dose of an observed treatment, step by step (clinical.md 2.7): asked, gated, given, watched; and what follows misses.

The gate stops a dose and calls somebody. Nothing here ends a treatment: only a prescriber's own order does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from throughcare import ledger
from throughcare.care.medications import programme_fhir, sealed_orders, states, treatment
from throughcare.care.medications.actions import giving
from throughcare.care.medications.actions.giving import Charted, Outcome
from throughcare.care.medications.actions.keeping import doses_of, keep_dose, write_doses
from throughcare.care.medications.actions.passing import settle_blanks
from throughcare.care.medications.actions.stocking import Second
from throughcare.care.medications.actions.two_people import signed
from throughcare.care.medications.events import OpioidTreatmentGiven, OpioidTreatmentMissed, ThreeDayRuleStarted
from throughcare.care.medications.facility_passes import window_at
from throughcare.care.medications.models import Dose, MedicationOrder, ProgrammeEntry, ProgrammeOrder
from throughcare.care.medications.policy import GIVERS
from throughcare.care.medications.ports import IDENTITY
from throughcare.care.medications.rules import missed_opioid as rules
from throughcare.care.medications.rules import statuses, tables, windows
from throughcare.care.medications.rules.missed_opioid import DoseAsked, Identity, LegalBasis
from throughcare.care.medications.rules.statuses import Status
from throughcare.care.medications.treatment import Standing, Treatment
from throughcare.duties.events import ToldInError
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed, Stale
from throughcare.kernel.events import emit
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import DataClass, Role
from throughcare.people.family import family
from throughcare.people.models import Identifier

# [D] A film or tablet under the tongue is watched this long at least (2.7).
WATCHED = timedelta(minutes=10)
RESULTS = ("dissolved", "interrupted", "diverted")


@dataclass(frozen=True, slots=True)
class Observed:
    """What the nurse answers before and at an observed dose, in the order of the line."""

    dose_id: UUID
    sedation: str
    bottle: str
    reading: str = ""
    second: Second | None = None
    photo_seen: bool = False
    number_said: bool = False
    basis: str = ""
    swallowed: bool = False
    spoke: bool = False
    early_why: str = ""


@action("medications.give_observed_dose")
def give_observed_dose(*, actor: Actor, intent: UUID | None = None, person_id: UUID, observed: Observed) -> Outcome:
    """Give a dose of an observed treatment: every step answered, the gate open, charted once. A watch may begin with it."""
    row, found = _open(actor, person_id, observed.dose_id)
    giving.refuse_unjudged(person_id, [row.id])
    now = clock.now()
    standing = treatment.standing(found, sorted(family(person_id)), now)
    identity = _identity(actor, person_id, observed)
    gate = rules.gate(_asked(found, standing, observed, identity, now), tables.opioid_treatment())
    wrong = _badge_of_another(person_id, observed.reading)
    wrong |= {f.code: f.text.en for f in gate.blocks} | _unanswered(found, observed)
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    detail = {
        "identity": "device" if identity.biometric else "two people",
        **({} if identity.biometric or observed.second is None else signed(observed.second)),
        "sedation": observed.sedation,
        "bottle": observed.bottle.strip()[:40],
        "basis": observed.basis,
        "missed": str(standing.missed.days or ""),
        "swallowed": "yes" if observed.swallowed else "",
        "spoke": "yes" if observed.spoke else "",
        "watch": "" if found.methadone else "begun",
    }
    detail = {k: v for k, v in detail.items() if v}
    _record(actor, row, found, Charted(row.id, "given", reason=observed.early_why), detail, now)
    if found.methadone and observed.basis == LegalBasis.THREE_DAY and standing.three_days is None:
        _begin_three_days(actor, found, now)
    _tell_first(row, now)
    return Outcome(row.id, row.status, row.version)


@action("medications.chart_observed_dose")
def chart_observed_dose(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    dose_id: UUID,
    status: str,
    reason: str,
    detail: Mapping[str, str] | None = None,
) -> Outcome:
    """Chart that an observed dose was not given, and why: refused, did not come, held, not available, away."""
    row, found = _open(actor, person_id, dose_id)
    giving.refuse_unjudged(person_id, [row.id])
    if status not in {s.value for s in statuses.MISSED}:
        raise Invalid("Choose why the dose was not given.", fields={"status": "Choose one."})
    _record(actor, row, found, Charted(row.id, status, reason=reason), dict(detail or {}), clock.now())
    return Outcome(row.id, row.status, row.version)


@action("medications.finish_watch")
def finish_watch(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, dose_id: UUID, result: str, words: str = ""
) -> Outcome:
    """End the watch after a dose under the tongue, not before its time; what was seen is written, the treatment goes on."""
    if result not in RESULTS:
        raise Invalid("Say what you saw at the end.", fields={"result": "Choose one."})
    row, found = _open(actor, person_id, dose_id)
    now = clock.now()
    if row.happened_at is None or Status(row.status) not in statuses.TAKEN:
        raise Stale("This dose is not charted as given.")
    left = row.happened_at + WATCHED - now
    if result == "dissolved" and left > timedelta(0):
        raise Invalid(f"Watch on: {-(-left.seconds // 60)} minutes are left.", fields={"result": "Too early."})
    said = {
        "watch": result,
        "watched_minutes": str((now - row.happened_at).seconds // 60),
        "words": words.strip()[:200],
    }
    said = {k: v for k, v in said.items() if v}
    if found.sealed is not None:
        enter(actor, person_id, "dose", said, order=found.sealed, dose_id=row.id)
    else:
        row.detail = {**(row.detail or {}), **said}
        row.version += 1
        write_doses([row])
    return Outcome(row.id, row.status, row.version)


@action("medications.correct_observed_dose")
def correct_observed_dose(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, dose_id: UUID, version: int, why: str
) -> Outcome:
    """Say that an entry at the observed line was made in error: it stays readable where it is sealed, and the dose is open again."""
    if not why.strip():
        raise Invalid("Say what was wrong.", fields={"why": "Say what was wrong."})
    row, found = _open(actor, person_id, dose_id)
    _untell_first(row, clock.now())
    if found.sealed is None:
        return giving.correct_dose(actor=actor, person_id=person_id, dose_id=dose_id, version=version, why=why)
    if row.version != version:
        raise Stale("Somebody changed this dose since you opened it. Open it again to see what it says now.")
    if row.status == states.EXPECTED:
        raise Invalid("Nothing is charted for this dose yet.")
    was = {"status": Status.ERROR.value, "was": row.status, "was_by": row.by or "", "why": why.strip()[:200]}
    row.version, row.reason = row.version + 1, "charted-in-error"
    keep_dose(row, error=True)
    enter(actor, person_id, "dose", was, order=found.sealed, dose_id=row.id)
    giving.reopen(row, live=found.sealed.status == "active")
    return Outcome(row.id, row.status, row.version)


def _open(actor: Actor, person_id: UUID, dose_id: UUID) -> tuple[Dose, Treatment]:
    if actor.role not in GIVERS | {Role.SUD} and actor.kind != "system":
        raise NotAllowed("Only who gives medicines charts this dose.")
    (row,) = doses_of(person_id, [dose_id], sealed=True)
    found = treatment.of_dose(row)
    if found is None:
        raise Invalid("This dose is not observed: chart it on the list of due doses.")
    return row, found


def _identity(actor: Actor, person_id: UUID, observed: Observed) -> Identity:
    if observed.reading and IDENTITY().matches(person_id, observed.reading):
        return Identity(biometric=True)
    second = observed.second
    if observed.photo_seen and observed.number_said and second is not None and second.id != actor.id:
        return Identity(by_photo_and_number=(str(actor.id), str(second.id)))
    return Identity()


def _badge_of_another(person_id: UUID, reading: str) -> dict[str, str]:
    """Stop where the badge that was read is somebody else's: whoever answers to a name is not yet that person (2.7)."""
    number = reading.strip()
    whose = (
        set(Identifier.objects.filter(value__iexact=number).values_list("person_id", flat=True)) if number else set()
    )
    if whose and not whose & set(family(person_id)):
        return {"reading": "Stop: this badge is of somebody else. Give nothing. Look at the face and the wristband."}
    return {}


def _asked(found: Treatment, standing: Standing, observed: Observed, identity: Identity, now: datetime) -> DoseAsked:
    try:
        basis = LegalBasis(observed.basis) if observed.basis else None
    except ValueError:
        basis = None
    return DoseAsked(
        at=now,
        last_dose_at=standing.last.at if standing.last else None,
        missed=standing.missed,
        sedation=observed.sedation,
        identity=identity,
        methadone=found.methadone,
        basis=basis,
        three_days=standing.three_days,
        minimum=found.minimum,
        first_day=standing.first_day,
        given_today_mg=standing.today_mg,
        dose_mg=found.milligrams,
        documented=bool(found.said and found.said.documented),
    )


def _unanswered(found: Treatment, observed: Observed) -> dict[str, str]:
    wrong = {}
    if not observed.bottle.strip():
        wrong["bottle"] = "Write the number of the bottle or dispenser."
    if found.methadone and not (observed.swallowed and observed.spoke):
        wrong["swallowed"] = "See the person swallow with water and hear them speak."
    return wrong


def _record(actor: Actor, row: Dose, found: Treatment, said: Charted, detail: dict[str, str], now: datetime) -> None:
    """Chart through the same row and rules as every dose; what a programme did stands sealed beside it."""
    if found.sealed is None:
        giving.chart_dose(
            actor, row, Charted(row.id, said.status, reason=said.reason, detail=detail), now, entered_late=False
        )
        write_doses([row])
        giving.after_charting(actor, row.person_id, [row], now)
        return
    status, reason = Status(said.status), said.reason
    if status is Status.GIVEN:
        line = window_at(windows.WindowClass.OPIOID_LINE, found.facility_id)
        status = statuses.given_as(windows.judge(row.due_at, now, line))
        reason = reason or (giving.LINE_RAN_LATE if status is Status.GIVEN_LATE else "")
    giving.settle(actor, row, said, (status, reason), detail, now)
    row.amount, row.detail = None, None
    write_doses([row])
    enter(actor, row.person_id, "dose", {**detail, "status": status.value}, order=found.sealed, dose_id=row.id)
    settle_blanks([row] if row.due_at < now else [])


def _tell_first(row: Dose, now: datetime) -> None:
    """Tell of the first dose of an order: whoever looks for the next dose of somebody who came in treatment looks no more (MOU-01)."""
    same = Dose.objects.filter(order_id=row.order_id, programme_order_id=row.programme_order_id, due_at__lt=row.due_at)
    if not same.filter(status__in=statuses.TAKEN).exists():
        order = row.order_id or row.programme_order_id
        where = row.order.facility_id if row.order is not None else None
        emit(OpioidTreatmentGiven(happened_at=now, person_id=row.person_id, facility_id=where, ref=order))


def _untell_first(row: Dose, now: datetime) -> None:
    """Take back the first dose of an order where this entry, made in error, is its only one."""
    same = Dose.objects.filter(order_id=row.order_id, programme_order_id=row.programme_order_id).exclude(id=row.id)
    if Status(row.status) not in statuses.TAKEN or same.filter(status__in=statuses.TAKEN).exists():
        return
    about: dict[str, Any] = {"happened_at": now, "person_id": row.person_id, "facility_id": row.facility_id}
    for what in (OpioidTreatmentGiven.name, ThreeDayRuleStarted.name):
        emit(ToldInError(what=what, ref=row.order_id or row.programme_order_id, **about))


def enter(
    actor: Actor,
    person_id: UUID,
    kind: str,
    said: Mapping[str, str],
    *,
    order: ProgrammeOrder | None = None,
    dose_id: UUID | None = None,
) -> UUID:
    """Write down one thing done under a programme, sealed, inside an action."""
    now, id_ = clock.now(), uuid7()
    row = ProgrammeEntry(
        id=id_,
        person_id=person_id,
        facility_id=actor.facility_id,
        recorded_at=now,
        recorded_by=actor.label(),
        recorder_id=actor.id,
        kind=kind,
        order=order,
        dose_id=dose_id,
        happened_at=now,
        body=sealed_orders.seal(id_, said),
    )
    row.save(force_insert=True)
    ledger.record(
        type="ProgrammeEntry",
        id=id_,
        person_id=person_id,
        data_class=DataClass.PART2,
        body=programme_fhir.programme_entry(row, dict(said)),
        media="throughcare/programme-entry",
        happened_at=now,
    )
    return id_


def _begin_three_days(actor: Actor, found: Treatment, now: datetime) -> None:
    ends = rules.start_three_days(now, tables.opioid_treatment()).ends_at
    if found.sealed is not None:
        enter(actor, found.person_id, "three_day", {"ends_at": ends.isoformat()}, order=found.sealed)
    emit(
        ThreeDayRuleStarted(
            happened_at=now,
            person_id=found.person_id,
            facility_id=actor.facility_id,
            ref=found.id,
            three_day_rule_ends_at=ends,
        )
    )


@action("medications.tell_missed_treatment")
def tell_missed_treatment(*, actor: Actor) -> int:
    """Tell of every observed treatment whose days missed in a row block the old dose; the order stands (ruling 4)."""
    now, told = clock.now(), 0
    table = tables.opioid_treatment()
    for found in _all_in_force():
        missed = treatment.standing(found, sorted(family(found.person_id)), now).missed
        if missed.blocks and missed.days is not None and missed.days >= table.block_days:
            about: dict[str, Any] = {"person_id": found.person_id, "facility_id": found.facility_id, "ref": found.id}
            emit(OpioidTreatmentMissed(happened_at=now, days=missed.days, **about))
            told += 1
    return told


def _all_in_force() -> list[Treatment]:
    people = set(
        MedicationOrder.objects.filter(
            opioid_treatment=True, window_class=windows.WindowClass.OPIOID_LINE, status="active"
        ).values_list("person_id", flat=True)
    )
    people |= set(ProgrammeOrder.objects.filter(status="active").values_list("person_id", flat=True))
    return treatment.treatments(sorted(people, key=str))


def amount_of(text: str) -> Decimal | None:
    """Read how much a prescriber wrote; nothing where it can't be read."""
    try:
        value = Decimal(text.strip().replace(",", "."))
    except ArithmeticError:
        return None
    return value if value.is_finite() and 0 < value < 1000 else None
