"""Covering a door: who has the supply, who was told the time, who receives; the early dose; what was sent is charted on return."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from throughcare.care.medications import states
from throughcare.care.medications.actions import guarding
from throughcare.care.medications.actions.giving import Charted, record_doses
from throughcare.care.medications.actions.guarding import GUARD
from throughcare.care.medications.actions.opioid_treatment import chart_observed_dose
from throughcare.care.medications.dose_ids import due_at_of
from throughcare.care.medications.models import Crossing, CrossingLine, Dose, MedicationOrder
from throughcare.care.medications.rules.covering import Door, Way
from throughcare.custody.models import ScheduledEvent
from throughcare.duties.ports import ABILITIES
from throughcare.kernel import clock, rows
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotFound, Stale

# What a nurse or the pharmacy may confirm; an early dose is charted, and no way to confirm.
CONFIRMED = (Way.SEND_WITH, Way.KEEPS, Way.GIVE_THERE, Way.GIVE_ON_RETURN, Way.PRESCRIBE, Way.ASK_PRESCRIBER)
# The dose is beyond the door with the person or with who receives them: on return it is charted as away, with its supply.
SENT = (Way.SEND_WITH.value, Way.KEEPS.value, Way.GIVE_THERE.value)
EARLY_WHY = {"court": "court", "transfer": "transfer"}
PARCEL = 200


@dataclass(frozen=True, slots=True)
class Covering:
    """How one order is covered: the way, and how many doses travel where a pack does (all of them, if left out)."""

    line_id: UUID
    way: str
    doses: int | None = None
    note: str = ""


CONFIRMING = ["version", "way", "supplied", "receiver", "told_next_at", "note", "confirmed_at", "confirmed_by"]


@action("medications.cover_crossing")
def cover_crossing(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    crossing_id: UUID,
    version: int,
    receiver: str,
    covered: tuple[Covering, ...],
) -> int:
    """Confirm for orders at one door: their supply, that the next-dose time was told, who receives. Gives what still lacks."""
    crossing = _crossing(person_id, crossing_id, version)
    if not receiver.strip():
        raise Invalid("Name who receives the medicines.", fields={"receiver": "Name who receives them."})
    if not covered:
        raise Invalid("Choose at least one medicine.", fields={"way": "Choose at least one medicine."})
    lines = {x.id: x for x in CrossingLine.objects.select_for_update().filter(crossing=crossing)}
    for said in covered:
        line = lines.get(said.line_id)
        if line is None:
            raise Stale("This medicine is not at this door any more. Open the page again.")
        _somebody_gives_it(crossing, line, said)
        _confirm(actor, line, said, receiver.strip()[:120])
    rows.update([lines[said.line_id] for said in covered], CONFIRMING)
    crossing.bump(receiver=receiver.strip()[:120])
    return next((c.waiting for c in guarding.look(person_id) if c.id == crossing.id), 0)


def _somebody_gives_it(crossing: Crossing, line: CrossingLine, said: Covering) -> None:
    """Refuse to leave a dose to a site whose roster has no nurse when it is due, unless it is said who gives it."""
    if said.way != Way.GIVE_THERE or said.note.strip() or crossing.to_facility_id is None or not line.doses:
        return
    due = sorted(due_at_of(dose) for dose in line.doses)
    for gap in ABILITIES().gaps([crossing.to_facility_id], due[0], due[-1] + timedelta(minutes=1)):
        first = next((at for at in due if gap.since <= at < gap.until), None)
        if gap.by == "roster" and gap.capability == "nursing_24h" and first is not None:
            local = clock.local(first)
            asks = f"No nurse is on the roster there at {local:%d %b %H:%M}. Write who gives it then, or choose another way."
            raise Invalid(f"{line.text}: {asks}", fields={f"note-{line.id}": asks})


def _confirm(actor: Actor, line: CrossingLine, said: Covering, receiver: str) -> None:
    field = f"way-{line.id}"
    if said.way not in {w.value for w in CONFIRMED} or said.way not in line.ways:
        raise Invalid(f"Choose how {line.text} is covered.", fields={field: "Choose one of those offered."})
    if said.way in (Way.ASK_PRESCRIBER, Way.PRESCRIBE) and not said.note.strip():
        asks = (
            "Write what was prescribed, where." if said.way == Way.PRESCRIBE else "Write what the prescriber decided."
        )
        raise Invalid(f"{line.text}: {asks}", fields={f"note-{line.id}": asks})
    doses = len(line.doses) if said.doses is None else said.doses
    if not 0 <= doses <= 400:
        raise Invalid("How many doses travel? Give a number.", fields={f"doses-{line.id}": "A number from 0 to 400."})
    line.version += 1
    line.way, line.supplied, line.receiver = said.way, doses, receiver
    line.told_next_at, line.note = line.first_due_at, said.note.strip()[:240]
    line.confirmed_at, line.confirmed_by = clock.now(), actor.label()


@action("medications.give_early")
def give_early(*, actor: Actor, intent: UUID | None = None, person_id: UUID, crossing_id: UUID, line_id: UUID) -> UUID:
    """Give the first dose in the shadow of a move before its time, as the table allows; gives the dose."""
    crossing = _crossing(person_id, crossing_id, None)
    line = CrossingLine.objects.filter(id=line_id, crossing=crossing).first()
    if line is None or not line.doses:
        raise Stale("This medicine is not at this door any more. Open the page again.")
    now = clock.now()
    if Way.GIVE_EARLY.value not in line.ways or line.early_from is None:
        raise Invalid(f"{line.text} may not be given early. Send it along, or ask the prescriber.")
    if now < line.early_from:
        local = clock.local(line.early_from)
        raise Invalid(f"{line.text} may be given from {local:%H:%M} on, not before. Nothing was charted.")
    if crossing.sealed:
        raise Invalid("This dose is given under Observed doses. Open it there.")
    owner = MedicationOrder.objects.filter(id=line.order_id).values_list("person_id", flat=True).get()
    early = Charted(line.doses[0], "given", reason=EARLY_WHY.get(crossing.door, "appointment"))
    record_doses(actor=actor, person_id=owner, charted=[early])
    guarding.look(person_id)
    return line.doses[0]


def _crossing(person_id: UUID, crossing_id: UUID, version: int | None) -> Crossing:
    row = Crossing.objects.select_for_update().filter(id=crossing_id).first()
    if row is None:
        raise NotFound("There is no such move here.")
    if row.person_id != person_id:
        raise Stale("This move belongs to another person than the page you sent. Nothing was changed.")
    if row.state not in states.CROSSING_OPEN:
        raise Stale("This move is over or was cancelled. Nothing was changed.")
    if version is not None and version != row.version:
        raise Stale("Somebody changed this since you opened it. What you typed is still on your page.")
    return row


def come_back(person_id: UUID, at: datetime) -> None:
    """Close the shadow of those doors by which somebody was out: what was sent along is charted, what wasn't stays owed."""
    end_trips(person_id, at)
    guarding.look(person_id)


def end_trips(person_id: UUID, at: datetime) -> None:
    """Let the trips of somebody who is in again have ended; the caller looks at the doors."""
    rows = Crossing.objects.select_for_update().filter(person_id=person_id, state="under_way")
    for crossing in rows.exclude(door__in=[Door.TRANSFER.value, Door.RELEASE.value]):
        crossing.bump(state=states.CROSSING.after(crossing.state, "return"), back_at=max(at, crossing.leaves_at))
        guarding.keep(crossing, list(crossing.lines.all()))
        _chart_sent(crossing, at)


def _chart_sent(crossing: Crossing, back_at: datetime) -> None:
    if crossing.sealed:
        _chart_sent_sealed(crossing, back_at)
        return
    lines = [
        x
        for x in crossing.lines.filter(way__in=SENT, confirmed_at__isnull=False)
        if not guarding.misses_bag(crossing, x)
    ]
    sent: dict[UUID, dict[UUID, CrossingLine]] = {}
    owners = dict(MedicationOrder.objects.filter(id__in=[x.order_id for x in lines]).values_list("id", "person_id"))
    for line in lines:
        sent.setdefault(owners[line.order_id], {})[line.order_id] = line
    for owner, by_order in sent.items():
        # Those of the lines may have been due shortly before the leaving, and were still to be given.
        seen = [dose for line in by_order.values() for dose in line.doses]
        since = min([crossing.leaves_at, *map(due_at_of, seen)])
        due = Dose.objects.filter(
            Q(due_at__gte=crossing.leaves_at) | Q(id__in=seen),
            order_id__in=list(by_order), status=states.EXPECTED, due_at__gte=since, due_at__lt=back_at,
        )  # fmt: skip
        charted, left = [], {k: v.supplied for k, v in by_order.items()}
        for dose, order_id in due.order_by("due_at").values_list("id", "order_id"):
            counted = by_order[order_id].way == Way.SEND_WITH
            if counted and left[order_id] < 1:
                continue  # more doses were due than travelled: this one is asked about
            left[order_id] -= 1
            detail = {"supply": "yes", "sent": by_order[order_id].way, "confirmed_by": by_order[order_id].confirmed_by}
            charted.append(Charted(dose, "away", reason=crossing.door, detail=detail))
        if charted:
            record_doses(actor=GUARD, person_id=owner, charted=charted)


def _chart_sent_sealed(crossing: Crossing, back_at: datetime) -> None:
    sent = list(crossing.lines.filter(way__in=SENT, confirmed_at__isnull=False).values_list("order_id", flat=True))
    due = Dose.objects.filter(
        programme_order_id__in=sent, status=states.EXPECTED, due_at__gte=crossing.leaves_at, due_at__lt=back_at
    )
    for dose, owner in due.order_by("due_at").values_list("id", "person_id"):
        said = {"supply": "yes"}
        chart_observed_dose(
            actor=GUARD, person_id=owner, dose_id=dose, status="away", reason=crossing.door, detail=said
        )


@action("medications.watch_doors")
def watch_doors(*, actor: Actor, person_id: UUID | None = None) -> int:
    """Look at plans that come near, at what is uncovered, and at shadows that ended; gives how many people were looked at.

    With a person, look at theirs alone.
    """
    if person_id is not None:
        guarding.look(person_id)
        return 1
    now = clock.now()
    open_ = Crossing.objects.filter(state__in=states.CROSSING_OPEN)
    due = open_.filter(Q(waiting__gt=0) | Q(until__lte=now + timedelta(hours=4)) | Q(state="returned"))
    people = dict.fromkeys(due.order_by("until").values_list("person_id", flat=True)[:PARCEL])
    near = ScheduledEvent.objects.filter(
        state="planned",
        kind__in=list(guarding.PLANS),
        starts_at__gt=now - guarding.OVERDUE,
        starts_at__lte=now + guarding.AHEAD,
    )
    own = MedicationOrder.objects.filter(status="active").values("person_id")
    observed = Dose.objects.filter(
        programme_order_id__isnull=False, status=states.EXPECTED, due_at__gte=now, due_at__lt=now + guarding.AHEAD
    ).values("person_id")
    seen = Crossing.objects.exclude(scheduled_id=None)
    near = near.filter(
        Q(person_id__in=own) & ~Q(id__in=seen.filter(sealed=False).values("scheduled_id"))
        | Q(person_id__in=observed) & ~Q(id__in=seen.filter(sealed=True).values("scheduled_id"))
    )
    people |= dict.fromkeys(near.order_by("starts_at").values_list("person_id", flat=True)[:PARCEL])
    for person_id in people:
        guarding.look(person_id)
    return len(people)
