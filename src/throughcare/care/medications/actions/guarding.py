"""The guard: keeps a person's crossings in step with custody's moves and with the orders, and each lack owned at both ends.

Whatever calls it (a plan, a move, an order, the clock), it looks at everything again; so nothing depends on the order of events.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from throughcare import ledger
from throughcare.care.medications import fhir, states
from throughcare.care.medications.actions.fallen import (
    SEALED_TRAITS,
    Fallen,
    SealedAtDoor,
    asked_of,
    fallen,
    fallen_sealed,
    is_critical,
    orders_at,
)
from throughcare.care.medications.dose_ids import due_at_of
from throughcare.care.medications.events import (
    BagFound,
    BagLeftBehind,
    CrossingCancelled,
    DoorCovered,
    DoorUncovered,
    ObservedDoorCovered,
    ObservedDoorUncovered,
    ReleaseMedicinesBridged,
    ReleaseMedicinesUncovered,
    ReleaseOpioidTreatmentLinked,
    TransferMedicinesConfirmed,
    TransferMedicinesNeeded,
)
from throughcare.care.medications.facility_passes import window_at
from throughcare.care.medications.models import Crossing, CrossingLine, Dose, MedicationOrder, ProgrammeOrder
from throughcare.care.medications.rules import covering, tables
from throughcare.care.medications.rules.covering import Door, MoveWindow, ShadowDose, Uncovered
from throughcare.care.medications.rules.windows import WindowClass
from throughcare.custody.homes import facilities_now
from throughcare.custody.models import ScheduledEvent
from throughcare.kernel import clock, rows
from throughcare.kernel.actor import Actor
from throughcare.kernel.events import emit
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import DataClass
from throughcare.people.family import family

GUARD = Actor.system("guard at the doors")
# Custody's plans are looked at from three days before; doses are laid out as far.
AHEAD = timedelta(hours=72)
# A plan that custody neither did nor cancelled is still looked at for this long.
OVERDUE = timedelta(hours=18)
# What judging changes of a line.
JUDGED = ["version", "doses", "first_due_at", "act_by", "early_from", "ways", "lacks", "covered_at"]
PLANS = {"court": Door.COURT, "transfer": Door.TRANSFER, "release": Door.RELEASE}


@dataclass(frozen=True, slots=True)
class Going:
    """A move that is happening, or has just happened."""

    door: Door
    at: datetime
    move_id: UUID
    from_facility_id: UUID | None
    to_facility_id: UUID | None = None
    place: str = ""
    back_at: datetime | None = None
    planned: bool = False


def look(person_id: UUID, going: Going | None = None) -> list[Crossing]:
    """Bring a person's crossings up to date: custody's plans, the move under way, the doses in their shadows, the duties.

    Doses of a sealed programme cross by themselves, so that nothing of them is counted, named or owed where they are not seen.
    """
    now = clock.now()
    people = family(person_id)
    rows = Crossing.objects.select_for_update().filter(person_id__in=people, state__in=states.CROSSING_OPEN)
    known = list(rows.order_by("id"))
    plans = list(
        ScheduledEvent.objects.filter(
            person_id__in=people,
            state="planned",
            kind__in=list(PLANS),
            starts_at__gt=now - OVERDUE,
            starts_at__lte=now + AHEAD,
        )
    )
    found: list[Crossing] = []
    for sealed in (False, True):
        open_ = [c for c in known if c.sealed is sealed]
        found += _look(person_id, people, open_, plans, going, sealed=sealed)
    return found


def _look(
    person_id: UUID,
    people: frozenset[UUID],
    open_: list[Crossing],
    plans: Sequence[ScheduledEvent],
    going: Going | None,
    *,
    sealed: bool,
) -> list[Crossing]:
    now = clock.now()
    if not open_ and not plans and going is None:
        return []
    until = max([now + AHEAD, *(c.until for c in open_), *(p.starts_at + AHEAD for p in plans)])
    since = min([now, *(c.leaves_at for c in open_), *([going.at] if going else [])])
    orders = [] if sealed else orders_at(people, since, until)
    something = bool(orders) or (sealed and bool(fallen_sealed(people, since, until)))
    if going is not None and (something or open_):
        open_ = _under_way(person_id, open_, going, sealed=sealed)
    if something:
        open_ = _of_plans(person_id, open_, plans, sealed=sealed)
    _drop_cancelled(open_, plans)
    live = [c for c in open_ if c.state in states.CROSSING_OPEN]
    lines = defaultdict(list)
    for line in CrossingLine.objects.select_for_update().filter(crossing_id__in=[c.id for c in live]).order_by("id"):
        lines[line.crossing_id].append(line)
    for crossing in live:
        judge(crossing, lines[crossing.id], orders, now)
    return live


def _under_way(person_id: UUID, open_: list[Crossing], going: Going, *, sealed: bool) -> list[Crossing]:
    """The plan that announced this move, if there is one, is under way now; else the move is a sudden one."""
    known = [c for c in open_ if c.move_id == going.move_id]
    announced = [c for c in open_ if c.state == "planned" and c.door == going.door]
    for row in [*known, *announced][:1]:
        later = row.back_at if row.back_at and row.back_at > going.at else None
        back = going.back_at or later
        row.bump(
            state=row.state if known else states.CROSSING.after(row.state, "leave"),
            move_id=going.move_id,
            leaves_at=going.at,
            back_at=back,
            until=_until(going.door, going.at, back),
            from_facility_id=going.from_facility_id or row.from_facility_id,
            to_facility_id=going.to_facility_id or row.to_facility_id,
            place=going.place or row.place,
        )
        return open_
    made = Crossing.objects.create(
        person_id=person_id,
        sealed=sealed,
        door=going.door.value,
        state="under_way",
        planned=going.planned,
        from_facility_id=going.from_facility_id,
        until=_until(going.door, going.at, going.back_at),
        move_id=going.move_id,
        leaves_at=going.at,
        back_at=going.back_at,
        to_facility_id=going.to_facility_id,
        place=going.place,
    )
    return [*open_, made]


def _of_plans(
    person_id: UUID, open_: list[Crossing], plans: Sequence[ScheduledEvent], *, sealed: bool
) -> list[Crossing]:
    known = {c.scheduled_id: c for c in open_ if c.scheduled_id}
    new = [p for p in plans if p.id not in known]
    here = facilities_now([person_id]).get(person_id) if new else None
    for plan in plans:
        door = PLANS[plan.kind]
        until = _until(door, plan.starts_at, plan.ends_at)
        facts = {
            "leaves_at": plan.starts_at,
            "back_at": plan.ends_at if door is Door.COURT else None,
            "to_facility_id": plan.to_facility_id,
            "place": plan.place,
            "until": until,
            "sealed": sealed,
        }
        row = known.get(plan.id)
        if row is None:
            open_ = [*open_, _planned(person_id, door, here, plan, facts)]
        elif row.state == "planned" and any(getattr(row, k) != v for k, v in facts.items()):
            row.bump(**facts)
    return open_


def _planned(person_id: UUID, door: Door, here: UUID | None, plan: ScheduledEvent, facts: dict[str, Any]) -> Crossing:
    return Crossing.objects.create(
        person_id=person_id, door=door.value, scheduled_id=plan.id, from_facility_id=here, **facts
    )


def _until(door: Door, leaves: datetime, back: datetime | None) -> datetime:
    known = back if door is not Door.TRANSFER and back and back >= leaves else None
    return covering.shadow_window(MoveWindow(door, leaves, "", back_at=known), tables.covering())[1]


def _drop_cancelled(open_: Iterable[Crossing], plans: Sequence[ScheduledEvent]) -> None:
    still = {p.id for p in plans}
    planned = {
        c.scheduled_id: c for c in open_ if c.state == "planned" and c.scheduled_id and c.scheduled_id not in still
    }
    gone = ScheduledEvent.objects.filter(id__in=list(planned), state="cancelled").values_list("id", flat=True)
    for scheduled_id in gone:
        cancel(planned[scheduled_id])


def superseded(person_id: UUID, move_id: UUID, at: datetime) -> None:
    """End the transfers before this one, where whatever they still lack is due in its shadow: one move asks for a dose, not three."""
    earlier = Crossing.objects.select_for_update().filter(
        person_id__in=family(person_id), door=Door.TRANSFER.value, state="under_way", leaves_at__lte=at
    )
    for crossing in earlier.exclude(move_id=move_id):
        owed = crossing.lines.exclude(lacks=[]).filter(first_due_at__lt=at)
        if not owed.exists():
            cancel(crossing)


def cancel(crossing: Crossing) -> None:
    """Take a crossing back: its move won't be, so its duties are excused."""
    told = crossing.owned or crossing.asked or crossing.bag_told
    crossing.bump(
        state=states.CROSSING.after(crossing.state, "cancel"), owned=False, uncovered=0, waiting=0, bag_told=False
    )
    if told:
        emit(CrossingCancelled(**_about(crossing, crossing.from_facility_id)))


def judge(crossing: Crossing, lines: list[CrossingLine], orders: Sequence[MedicationOrder], now: datetime) -> None:
    """Say of each order at a door what it lacks, and see that what lacks is somebody's at both ends."""
    door, until = Door(crossing.door), _stretched(crossing, now)
    left = crossing.state != "planned"
    if crossing.sealed:
        observed = window_at(WindowClass.OPIOID_LINE, crossing.from_facility_id)
        since = crossing.leaves_at - observed.late if left else crossing.leaves_at
        found = fallen_sealed(family(crossing.person_id), since, until)
    else:
        found = fallen(orders, door, crossing.leaves_at, until, tables.covering(), left=left)
    if door is Door.RELEASE and crossing.state == "under_way":
        left_with = _left_behind(crossing, lines)
        found = [f for f in found if f.order.id not in {x.order.id for x in left_with}] + left_with
    window = MoveWindow(
        door,
        crossing.leaves_at,
        str(crossing.from_facility_id or ""),
        str(crossing.to_facility_id or ""),
        back_at=_expected_back(crossing, until),
        planned=not left,
        open_for=max((crossing.leaves_at - d.due_at for one in found for d in one.doses), default=timedelta(0)),
    )
    known, before = {line.order_id: line for line in lines}, {line.id: line.version for line in lines}
    for one in found:
        line = known.pop(one.order.id, None) or _line(crossing, one)
        _weigh(line, one, window, now, bag_missing=misses_bag(crossing, line))
        if line not in lines:
            lines.append(line)
    for line in known.values():
        _empty(line, now)
    rows.insert([x for x in lines if x.id not in before])
    rows.update([x for x in lines if x.version != before.get(x.id, x.version)], JUDGED)
    _own(crossing, [x for x in lines if x.lacks], lines, now)


def _stretched(crossing: Crossing, now: datetime) -> datetime:
    """Give the end of the shadow: the return once it is known; while somebody stays out longer, it goes on with them."""
    if crossing.state == "returned":
        return crossing.back_at or crossing.until
    return max(crossing.until, now + tables.covering().early) if _is_out(crossing) else crossing.until


def _expected_back(crossing: Crossing, until: datetime) -> datetime:
    """Give the return as the rule is to see it: the one expected, or the end of the shadow where that lies later."""
    back = crossing.back_at
    return back if back and back + tables.covering().after_return >= until else until


def _left_behind(crossing: Crossing, lines: Sequence[CrossingLine]) -> list[Fallen]:
    """After a release the orders are over, so what the person needs is what was seen as they left, and nobody charted since."""
    ids = [x.order_id for x in lines if x.doses]
    gone = {"id__in": ids, "left_by": crossing.move_id}
    rows: dict[UUID, MedicationOrder | SealedAtDoor] = {}
    if crossing.sealed:
        sealed = ProgrammeOrder.objects.filter(**gone).values_list("id", flat=True) if ids else ()
        rows.update((i, SealedAtDoor(i)) for i in sealed)
    elif ids:
        rows.update((o.id, o) for o in MedicationOrder.objects.filter(**gone))
    seen = {dose for x in lines if x.order_id in rows for dose in x.doses}
    charted = Dose.objects.filter(id__in=seen, due_at__in={due_at_of(d) for d in seen}).exclude(status=states.EXPECTED)
    done = set(charted.values_list("id", flat=True)) if seen else set()
    table, found = tables.covering(), []
    for line in lines:
        order, left = rows.get(line.order_id), [d for d in line.doses if d not in done]
        if order is None or not left:
            continue
        own = order if isinstance(order, MedicationOrder) else None
        traits = asked_of(own, table) if own is not None else SEALED_TRAITS
        doses = tuple(ShadowDose(str(d), str(order.id), due_at_of(d), traits) for d in left)
        found.append(Fallen(order, doses, critical=own is None or is_critical(own)))
    return found


def _line(crossing: Crossing, one: Fallen) -> CrossingLine:
    order = one.order
    return CrossingLine(
        id=uuid7(),
        version=0,
        person_id=crossing.person_id,
        crossing=crossing,
        order_id=order.id,
        text=order.text,
        sig=order.sig,
        mode=order.mode,
        critical=one.critical,
        controlled=bool(order.schedule),
        opioid_treatment=order.opioid_treatment,
    )


def misses_bag(crossing: Crossing, line: CrossingLine) -> bool:
    """Tell whether this order's doses were to travel in a bag that nobody scanned: it may have stayed behind.

    Who goes home takes the bag from the nurse's hand, so a release scans none.
    """
    scanned = crossing.bag_out_at or crossing.bag_in_at
    gone = crossing.state in ("under_way", "returned") and crossing.door != Door.RELEASE
    return gone and not crossing.sealed and line.way == covering.Way.SEND_WITH and scanned is None


def _weigh(line: CrossingLine, one: Fallen, window: MoveWindow, now: datetime, *, bag_missing: bool) -> None:
    first = min(d.due_at for d in one.doses)
    told = line.told_next_at is not None and line.told_next_at <= first
    order = str(one.order.id)
    # A pack that travels is counted; who gives there, keeps or prescribes does it for as long as it takes.
    doses = line.supplied if line.way == covering.Way.SEND_WITH else len(one.doses) * bool(line.way)
    if bag_missing:
        doses = 0
    answer = covering.shadow(
        window,
        one.doses,
        [covering.Supply(order, doses)],
        [covering.Handover(order, first)] if told else [],
        [covering.Receiver(line.receiver, order)],
        tables.covering(),
    )
    if len(answer) < len(one.doses):
        raise RuntimeError("a dose in the shadow of a move was not judged")
    _say(line, one, [a for a in answer if isinstance(a, Uncovered)], first, now)


def _say(line: CrossingLine, one: Fallen, lacking: list[Uncovered], first: datetime, now: datetime) -> None:
    ways = [w.value for w in lacking[0].ways] if lacking else line.ways
    if one.order.mode == "KOP":
        ways = [covering.Way.KEEPS.value, *(w for w in ways if w not in ("give_early", "keeps", "ask_prescriber"))]
    facts = {
        "doses": [UUID(d.id) for d in one.doses],
        "first_due_at": first,
        "act_by": min((a.act_by for a in lacking), default=line.act_by or first),
        "early_from": lacking[0].early_from if lacking else None,
        "ways": ways,
        "lacks": sorted({lack.value for a in lacking for lack in a.lacks}),
        "covered_at": None if lacking else line.covered_at or now,
    }
    _change(line, facts)


def _empty(line: CrossingLine, now: datetime) -> None:
    """No dose of this order lies in the shadow any more: each was given, charted, or is no longer ordered."""
    _change(line, {"doses": [], "lacks": [], "covered_at": line.covered_at or now, "early_from": None})


def _change(line: CrossingLine, facts: dict[str, Any]) -> None:
    if line.version and all(getattr(line, k) == v for k, v in facts.items()):
        return
    for name, value in facts.items():
        setattr(line, name, value)
    line.version += 1


def _own(crossing: Crossing, open_: list[CrossingLine], lines: list[CrossingLine], now: datetime) -> None:
    urgent = [x for x in open_ if x.critical]
    due = [x.act_by for x in urgent if x.act_by]
    before, asked = crossing.owned, crossing.asked
    facts: dict[str, Any] = {
        "uncovered": len(urgent),
        "waiting": len(open_),
        "owned": bool(urgent),
        "asked": not crossing.sealed
        and crossing.door == Door.TRANSFER
        and bool(open_)
        and crossing.state != "returned",
        "act_by": min(due, default=None),
    }
    missing = any(misses_bag(crossing, x) for x in open_)
    told, facts["bag_told"] = crossing.bag_told, missing
    if not open_ and _is_over(crossing, now):
        facts["state"] = states.CROSSING.after(crossing.state, "pass")
    if any(getattr(crossing, k) != v for k, v in facts.items()):
        crossing.bump(**facts)
        keep(crossing, lines)
    _tell(crossing, urgent, open_, before=before, asked=asked)
    if missing != told:
        emit((BagLeftBehind if missing else BagFound)(**_about(crossing, crossing.from_facility_id)))


def _is_over(crossing: Crossing, now: datetime) -> bool:
    """Who is out stays in the shadow until they are back; every other shadow ends by its time."""
    return crossing.state == "returned" or (crossing.until <= now and not _is_out(crossing))


def _is_out(crossing: Crossing) -> bool:
    return crossing.state == "under_way" and crossing.door not in (Door.TRANSFER, Door.RELEASE)


def _tell(
    crossing: Crossing, urgent: list[CrossingLine], open_: list[CrossingLine], *, before: bool, asked: bool
) -> None:
    if crossing.owned and not before:
        _uncovered(crossing, urgent)
    if crossing.sealed:
        if before and not crossing.owned:
            emit(ObservedDoorCovered(**_about(crossing, crossing.from_facility_id)))
        return
    if before and not crossing.owned:
        emit(DoorCovered(**_about(crossing, crossing.from_facility_id)))
    if crossing.asked and not asked:
        firsts = [x.first_due_at for x in open_ if x.first_due_at]
        about = _about(crossing, crossing.from_facility_id)
        emit(TransferMedicinesNeeded(**about, next_dose_at=min(firsts, default=crossing.leaves_at)))
    if asked and not crossing.asked:
        emit(TransferMedicinesConfirmed(**_about(crossing, crossing.to_facility_id)))
    if crossing.door == Door.RELEASE and crossing.state == "under_way" and before and not crossing.owned:
        emit(ReleaseMedicinesBridged(**_about(crossing, crossing.from_facility_id)))
        emit(ReleaseOpioidTreatmentLinked(**_about(crossing, crossing.from_facility_id)))


def _uncovered(crossing: Crossing, urgent: list[CrossingLine]) -> None:
    act_by = crossing.act_by or crossing.leaves_at
    if crossing.sealed:
        emit(ObservedDoorUncovered(**_about(crossing, crossing.from_facility_id), end="out", act_by=act_by))
        if crossing.to_facility_id and crossing.to_facility_id != crossing.from_facility_id:
            emit(ObservedDoorUncovered(**_about(crossing, crossing.to_facility_id), end="in", act_by=act_by))
        return
    if crossing.door == Door.RELEASE and crossing.state == "under_way":
        say_at_release(crossing, urgent)
        return
    emit(DoorUncovered(**_about(crossing, crossing.from_facility_id), end="out", door=crossing.door, act_by=act_by))
    if crossing.to_facility_id and crossing.to_facility_id != crossing.from_facility_id:
        emit(DoorUncovered(**_about(crossing, crossing.to_facility_id), end="in", door=crossing.door, act_by=act_by))


def say_at_release(crossing: Crossing, urgent: Sequence[CrossingLine]) -> None:
    """Tell that somebody left without what they need: the bridge is owed within the hour, never before the door opens."""
    for opioid in sorted({x.opioid_treatment for x in urgent}):
        about = _about(crossing, crossing.from_facility_id)
        emit(ReleaseMedicinesUncovered(**about, opioid_treatment=opioid))


def _about(crossing: Crossing, facility_id: UUID | None) -> dict[str, Any]:
    return {
        "happened_at": clock.now(),
        "person_id": crossing.person_id,
        "facility_id": facility_id,
        "ref": crossing.id,
    }


def keep(crossing: Crossing, lines: Sequence[CrossingLine]) -> None:
    """Keep a crossing with its lines as they now stand in the ledger."""
    ledger.record(
        type="MedicationCrossing",
        id=crossing.id,
        person_id=crossing.person_id,
        data_class=DataClass.PART2 if crossing.sealed else DataClass.MEDICATION,
        body=fhir.crossing(crossing, lines),
        media="throughcare/medication-crossing",
    )
