"""What became of each dose: charted at the window, corrected without losing what was written, asked for and helped or not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from throughcare.care.medications import states, waiting_entries
from throughcare.care.medications.actions.keeping import OWN_LINE, doses_of, keep_dose, write_doses
from throughcare.care.medications.actions.missing import look_at_misses
from throughcare.care.medications.actions.passing import settle_blanks
from throughcare.care.medications.actions.stocking import Second, take_for_doses
from throughcare.care.medications.actions.two_people import beside
from throughcare.care.medications.events import (
    AsNeededDoseGiven,
    DoseRecorded,
    DoubleDoseAnswered,
    FirstDoseRecorded,
    PossibleDoubleDose,
)
from throughcare.care.medications.facility_passes import window_of
from throughcare.care.medications.leased import leases_of
from throughcare.care.medications.models import Dose, MedicationOrder
from throughcare.care.medications.rules import holding, statuses, tables, windows
from throughcare.care.medications.rules.statuses import Status
from throughcare.care.medications.rules.timing import Kind, from_json, scale_dose
from throughcare.care.medications.traits import double_kills, is_observed
from throughcare.devices.actions import settle_entry
from throughcare.devices.models import DeviceEvent
from throughcare.duties.events import ToldInError
from throughcare.kernel import clock, statement
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, Stale
from throughcare.kernel.events import emit
from throughcare.people.family import family
from throughcare.ui.forms import whole_or_none

# Somebody else's clock may run ahead of ours by this much.
SKEW = timedelta(minutes=5)
# A dose late by its window without a word why: the line ran late. To give early, a nurse says why.
LINE_RAN_LATE = "line-ran-late"
# What went in as it was ordered; of a part of a dose its own amount is said.
SWALLOWED = statuses.GIVEN | {Status.SELF}
FIRST_DOSE = "UPDATE medications_medicationorder SET first_dose_at = %s WHERE id = %s AND first_dose_at IS NULL"


@dataclass(frozen=True, slots=True)
class Charted:
    """What became of one dose, as the nurse says it; `given` becomes early or late by its window.

    `at` is when it happened (now, if left out); `detail` holds what some statuses need beside them: the value measured,
    the witness, capacity, supply, custody's incident, site, glucose.
    """

    dose_id: UUID
    status: str
    at: datetime | None = None
    reason: str = ""
    said_by: str = "nurse"
    amount: Decimal | None = None
    detail: dict[str, str] | None = None
    second: Second | None = None
    """Who proved themselves as the second person, at this screen and now."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one dose stands now."""

    dose_id: UUID
    status: str
    version: int


@action("medications.record_doses")
def record_doses(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    charted: Sequence[Charted],
    entered_late: bool = False,
) -> list[Outcome]:
    """Chart doses of one person: one transaction, one status for each, nothing overwritten."""
    if not charted:
        raise Invalid("Choose at least one dose.")
    now = clock.now()
    rows = doses_of(person_id, [c.dose_id for c in charted])
    said = {c.dose_id: c for c in charted}
    if not entered_late:
        refuse_unjudged(person_id, list(said))
        said = {i: replace(c, detail=beside(actor, c.detail, c.second)) for i, c in said.items()}
        _two_where_leased(actor, rows, said, now)
    for row in rows:
        _own_line(row, said[row.id], now, entered_late)
        chart_dose(actor, row, said[row.id], now, entered_late)
    write_doses(rows)
    after_charting(actor, person_id, rows, now)
    return [Outcome(r.id, r.status, r.version) for r in rows]


def refuse_unjudged(person_id: UUID, about: Sequence[UUID]) -> None:
    """Refuse to go on as if a tablet had said nothing: a kept entry says of this dose (or order) that it was swallowed."""
    if not waiting_entries.about(family(person_id)).isdisjoint(about):
        raise Invalid(
            "A tablet's entry of this dose waits to be judged: it may be swallowed already. Give nothing. Judge it first, "
            "on the page of this person's medicines.",
            fields={"status": "Waits to be judged."},
        )


def _own_line(row: Dose, said: Charted, now: datetime, entered_late: bool) -> None:
    """Send a dose that is observed to its own line; what was given before now is charted, whatever was asked then."""
    told_later = entered_late or (said.at is not None and now - said.at > SKEW)
    if row.order is not None and is_observed(row.order) and said.status == Status.GIVEN and not told_later:
        raise Invalid(OWN_LINE)


@action("medications.enter_from_paper")
def enter_from_paper(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, charted: Sequence[Charted]
) -> list[Outcome]:
    """Enter what was written on paper, as late entries; a dose that was given here too may have been given twice (MED-06)."""
    if not charted or any(c.at is None for c in charted):
        raise Invalid("Write the time that stands on the paper.", fields={"at": "Write the time."})
    now, said = clock.now(), {c.dose_id: c for c in charted}
    rows = doses_of(person_id, list(said))
    for row in rows:
        paper = said[row.id]
        if Status(row.status) in statuses.TAKEN and _status(paper.status) in statuses.TAKEN:
            note = f"{paper.status} {(paper.at or now).isoformat()}, entered by {actor.label()}"
            row.detail, row.version = {**(row.detail or {}), "paper": note}, row.version + 1
            emit(PossibleDoubleDose(happened_at=now, person_id=person_id, facility_id=actor.facility_id, ref=row.id))
        else:
            chart_dose(actor, row, paper, now, entered_late=True)
    write_doses(rows)
    after_charting(actor, person_id, rows, now)
    return [Outcome(r.id, r.status, r.version) for r in rows]


def _two_where_leased(actor: Actor, rows: Sequence[Dose], said: Mapping[UUID, Charted], now: datetime) -> None:
    given = [r for r in rows if r.order is not None and _status(said[r.id].status) in statuses.TAKEN]
    two_where_leased([(r.order, said[r.id].second) for r in given if r.order is not None], now)


def two_where_leased(given: Sequence[tuple[MedicationOrder, Second | None]], now: datetime) -> None:
    """Refuse to give a dose that a tablet has for this shift, unless two people do: given twice it could kill."""
    killing = [(order.id, second) for order, second in given if double_kills(order)]
    owners = leases_of([order_id for order_id, _ in killing], now) if killing else {}
    if any(order_id in owners and second is None for order_id, second in killing):
        raise Invalid(
            "A tablet has this dose for the shift: it may be given there already. Two people give it here.",
            fields={"second": "The second person signs here."},
        )


def chart_dose(actor: Actor, row: Dose, said: Charted, now: datetime, entered_late: bool) -> None:
    """Put one charting on a dose, or refuse it with a sentence."""
    at = said.at or now
    if at > now + SKEW:
        raise Invalid("This says that the dose was given in the future. Correct the time.", fields={"at": "Too late."})
    status = _status(said.status)
    if status is Status.ERROR:
        raise Invalid("An entry made in error is corrected on its own page, with the reason.")
    detail = {k: v for k, v in (said.detail or {}).items() if v} | ({"entered_late": "yes"} if entered_late else {})
    reason = said.reason
    if status is Status.GIVEN and row.order is not None:
        status = statuses.given_as(windows.judge(row.due_at, at, window_of(row.order)))
        reason = reason or (LINE_RAN_LATE if status is Status.GIVEN_LATE else "")
    if status in SWALLOWED and row.order is not None:
        said = replace(said, amount=_by_scale(row.order, said, detail))
        if row.order.holds and not entered_late:
            refuse_held(row.order, detail, at)
    settle(actor, row, said, (status, reason), detail, now)
    if said.amount is not None:
        row.amount = said.amount


def _by_scale(order: MedicationOrder, said: Charted, detail: Mapping[str, str]) -> Decimal | None:
    """Give how much a sliding scale says at the value measured; no value, nothing to give or another amount is refused."""
    if order.timing.get("kind") != Kind.SLIDING or (scale := from_json(order.timing).scale) is None:
        return said.amount
    measured = whole_or_none(detail.get(scale.measure, "") or detail.get("value", ""), digits=5)
    if measured is None:
        raise Invalid(
            f"This dose goes by a sliding scale: measure {scale.measure} and write the whole number.",
            fields={scale.measure: "Write the value measured."},
        )
    answer = scale_dose(scale, measured)
    if answer.dose is None or not answer.dose.value:
        what = answer.reason if answer.call_prescriber else f"{answer.reason}: nothing is given"
        raise Invalid(f"{measured} is {what}. Chart it as held, with the value.", fields={"status": "Choose held."})
    if said.amount is not None and said.amount != answer.dose.value:
        raise Invalid(
            f"At {measured} the scale says {answer.dose.value.normalize():f} {scale.unit}. Give that, or call the prescriber.",
            fields={"amount": "Not what the scale says."},
        )
    return answer.dose.value


def refuse_held(order: MedicationOrder, detail: Mapping[str, str], at: datetime) -> None:
    """Refuse to give what the order holds at the value measured, or what was not measured."""
    parameters = holding.of_order(order.holds)
    found = holding.judge(parameters, holding.values_in(parameters, detail, at), at)
    if found.answer is holding.Answer.GIVE:
        return
    said = " ".join(one.text.en for one in found.findings)
    if found.answer is holding.Answer.HOLD:
        sentence = f"{said} Chart it as held, with the value, and call the prescriber."
        raise Invalid(sentence, fields={"status": sentence})
    sentence = f"{said} Write the value beside the dose."
    raise Invalid(sentence, fields={"value": sentence})


def settle(
    actor: Actor, row: Dose, said: Charted, became: tuple[Status, str], detail: dict[str, str], now: datetime
) -> None:
    """Set what became of a dose (its status and reason) if the rules let it stand; the caller writes it."""
    status, reason = became
    wrong = statuses.problems(_charting(actor, row, said, status, reason, detail), Status(row.status), tables.reasons())
    if wrong:
        raise _refused(row, wrong)
    set_charted(actor, row, status, said.at or now, now, reason, detail)


def _status(word: str) -> Status:
    try:
        return Status(word)
    except ValueError:
        raise Invalid("Choose what became of the dose.", fields={"status": "Choose one."}) from None


def _refused(row: Dose, wrong: Sequence[statuses.Problem]) -> Exception:
    first = wrong[0]
    if first.field == "status" and row.status != states.EXPECTED:
        return Stale(f"{first.text.en} By {row.by} at {wall(row.happened_at or row.due_at)}.")
    return Invalid(first.text.en, fields={w.field: w.text.en for w in wrong})


def wall(at: datetime) -> str:
    """Say a moment as the clock on the wall shows it."""
    return f"{clock.local(at):%H:%M}"


def _charting(
    actor: Actor, row: Dose, said: Charted, status: Status, reason: str, detail: dict[str, str]
) -> statuses.Charting:
    yes_no = {"yes": True, "no": False}
    return statuses.Charting(
        status=status,
        reason=reason,
        said_by=said.said_by,
        value=detail.get("value", ""),
        amount="" if said.amount is None else str(said.amount),
        capacity=yes_no.get(detail.get("capacity", "")),
        witness=detail.get("witness", "") or detail.get("second", ""),
        by=actor.name,
        supply=yes_no.get(detail.get("supply", "")),
        incident=detail.get("incident", ""),
        controlled=row.controlled,
    )


def set_charted(
    actor: Actor, row: Dose, status: Status, at: datetime, now: datetime, reason: str, detail: dict[str, str]
) -> None:
    """Write on a dose what became of it."""
    row.status, row.happened_at, row.recorded_at = status.value, at, now
    row.by, row.by_id, row.facility_id = actor.label(), actor.id, actor.facility_id
    row.reason, row.detail, row.version = reason or None, detail or None, row.version + 1


def after_charting(actor: Actor, person_id: UUID, rows: Sequence[Dose], now: datetime) -> None:
    """Do what follows from charted doses: stock is booked, first doses close their clocks, misses are looked at, blanks settled."""
    take_for_doses(actor, [r for r in rows if Status(r.status) in statuses.TAKEN])
    for row in rows:
        if row.order is not None and row.order.first_dose_at is None and Status(row.status) in statuses.TAKEN:
            _first(row.order, row)
    missed = {r.order_id for r in rows if r.order_id and Status(r.status) not in statuses.GIVEN | {Status.SELF}}
    if missed:
        look_at_misses([r.order for r in rows if r.order_id in missed and r.order is not None], now)
    settle_blanks([r for r in rows if r.due_at < now])


def _first(order: MedicationOrder, row: Dose) -> None:
    order.first_dose_at = row.happened_at
    statement.run(FIRST_DOSE, [row.happened_at, order.id])
    about: dict[str, Any] = {"person_id": order.person_id, "facility_id": row.facility_id}
    at = row.happened_at or row.due_at
    emit(FirstDoseRecorded(happened_at=at, ref=order.id, **about))
    home = brought_from_outside(order)
    if home is not None:
        emit(DoseRecorded(happened_at=at, ref=home, **about))


def brought_from_outside(order: MedicationOrder) -> UUID | None:
    """Give the medicine from outside that an order answers, or the one whose place it took before any dose was given."""
    row: MedicationOrder | None = order
    while row is not None and row.home_medicine_id is None:
        row = row.replaces
        if row is not None and row.first_dose_at is not None:
            return None
    return row.home_medicine_id if row is not None else None


@action("medications.correct_dose")
def correct_dose(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    dose_id: UUID,
    version: int,
    why: str,
    instead: Charted | None = None,
) -> Outcome:
    """Say that an entry was made in error: it stays readable as such, and the dose is open again or charted right."""
    if not why.strip():
        raise Invalid("Say what was wrong.", fields={"why": "Say what was wrong."})
    (row,) = doses_of(person_id, [dose_id])
    if row.version != version:
        raise Stale("Somebody changed this dose since you opened it. Open it again to see what it says now.")
    if row.status == states.EXPECTED:
        raise Invalid("Nothing is charted for this dose yet.")
    now = clock.now()
    row.version += 1
    untell(row, now)
    row.reason, row.detail = "charted-in-error", {**(row.detail or {}), "why": why.strip()[:200]}
    keep_dose(row, error=True)
    taken_back_here(row)
    if instead is None:
        reopen(row)
    else:
        row.status = states.EXPECTED
        chart_dose(actor, row, instead, now, entered_late=True)
        write_doses([row])
        after_charting(actor, person_id, [row], now)
    return Outcome(row.id, row.status, row.version)


def untell(row: Dose, now: datetime) -> None:
    """Take back what an entry had told, before it is changed: what it closed is owed again, what it opened is not.

    Where another dose of the order was given, that one was the first.
    """
    if Status(row.status) not in statuses.TAKEN:
        return
    about: dict[str, Any] = {"happened_at": now, "person_id": row.person_id, "facility_id": row.facility_id}
    if row.pass_code == states.AS_NEEDED:
        emit(ToldInError(what=AsNeededDoseGiven.name, ref=row.id, **about))
    order = row.order
    if order is None or order.first_dose_at is None or order.first_dose_at != row.happened_at:
        return
    order.first_dose_at = None
    MedicationOrder.objects.filter(id=order.id).update(first_dose_at=None)
    emit(ToldInError(what=FirstDoseRecorded.name, ref=order.id, **about))
    home = brought_from_outside(order)
    if home is not None:
        emit(ToldInError(what=DoseRecorded.name, ref=home, **about))
    given = Dose.objects.filter(order_id=order.id, status__in=statuses.TAKEN).exclude(id=row.id)
    first = given.order_by("happened_at", "id").first()
    if first is not None:
        _first(order, first)


def taken_back_here(row: Dose) -> None:
    """Let a device's entry that was corrected online not stand again when the next one of its dose arrives."""
    event = (row.detail or {}).get("event", "")
    if event:
        for sent in DeviceEvent.objects.filter(kind="dose", event_id=event, outcome="applied"):
            settle_entry(sent, "taken_back", sent.why, sent.sentence)


def reopen(row: Dose, *, live: bool = True) -> None:
    """Let a dose wait again after its entry was taken back; one whose order is over is cancelled (`live`: a sealed order's word)."""
    stopped = row.order is not None and row.order.status not in states.LIVE
    asked_for = row.pass_code == states.AS_NEEDED  # nobody waits for it: not given after all, it is not owed
    if asked_for or stopped or not live:
        row.status, row.reason = Status.CANCELLED.value, "charted-in-error" if asked_for else "order_stopped"
        write_doses([row])
        return
    Dose.objects.filter(id=row.id, due_at=row.due_at).update(
        status=states.EXPECTED,
        version=row.version,
        happened_at=None,
        recorded_at=None,
        by=None,
        by_id=None,
        reason=None,
        detail=None,
    )
    row.status = states.EXPECTED


@action("medications.answer_double_dose")
def answer_double_dose(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, dose_id: UUID, finding: str
) -> None:
    """Write what a nurse found on seeing a person who may have had a dose twice (MED-06)."""
    if not finding.strip():
        raise Invalid("Write what you found.", fields={"finding": "Write what you found."})
    (row,) = doses_of(person_id, [dose_id])
    row.detail = {**(row.detail or {}), "double": finding.strip()[:240]}
    row.version += 1
    write_doses([row])
    emit(DoubleDoseAnswered(happened_at=clock.now(), person_id=person_id, facility_id=actor.facility_id, ref=row.id))
