"""The bridge after a release: what the standing rule proposes, what a prescriber sends; the next opioid dose at a clinic."""

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from django.db.models import Q

from throughcare.care.medications.actions.covering import Covering, cover_crossing
from throughcare.care.medications.events import ReleaseMedicinesBridged, ReleaseMedicinesUncovered
from throughcare.care.medications.models import Crossing, CrossingLine, MedicationOrder
from throughcare.care.medications.rules.covering import Way
from throughcare.care.medications.states import CROSSING_OPEN
from throughcare.care.medications.taken_along import taken_along
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed
from throughcare.kernel.events import emit
from throughcare.kernel.vocabulary import Role
from throughcare.people.family import family
from throughcare.reentry import models as m
from throughcare.reentry import rules, states
from throughcare.reentry.actions import keeping
from throughcare.reentry.rules import Need
from throughcare.reentry.tables import load_table

PRESCRIBERS = frozenset({Role.PROVIDER, Role.PSYCH})


def propose(event: ReleaseMedicinesUncovered) -> None:
    """Propose a bridge the moment somebody has left without what they need; wired in app/wiring.py."""
    if event.person_id is None or event.ref is None or event.opioid_treatment:
        return
    lines = CrossingLine.objects.filter(crossing_id=event.ref).exclude(lacks=[]).order_by("text")
    needs = [Need(str(x.order_id), x.text, x.sig, x.critical, x.controlled, x.opioid_treatment) for x in lines]
    _propose(event.person_id, event.facility_id, needs, crossing_id=event.ref)


@action("reentry.propose_bridge")
def propose_bridge(*, actor: Actor, intent: UUID | None = None, person_id: UUID) -> UUID:
    """Propose a bridge by hand, of everything the person took here (REL-MED)."""
    people = family(person_id)
    orders = MedicationOrder.objects.filter(Q(person_id__in=people, status="active") | taken_along(people))
    needs = [
        Need(str(o.id), o.text, o.sig, o.time_critical or bool(o.critical), bool(o.schedule), o.opioid_treatment)
        for o in orders.order_by("text")
        if not o.held_why
    ]
    row = _propose(person_id, actor.facility_id, needs, everything=True)
    if row is None:
        raise Invalid("There is no medicine to bridge. Nothing was written.")
    return row.id


def _propose(
    person_id: UUID,
    facility_id: UUID | None,
    needs: Sequence[Need],
    *,
    crossing_id: UUID | None = None,
    everything: bool = False,
) -> m.Bridge | None:
    standing = m.Bridge.objects.filter(person_id=person_id, state="proposed").first()
    if standing is not None or not needs:
        return standing
    table, decided = load_table(), rules.bridge(needs, everything=everything)
    plan = m.ReleasePlan.objects.filter(person_id=person_id).exclude(state="cancelled").order_by("-begun_at").first()
    row = m.Bridge.objects.create(
        person_id=person_id,
        facility_id=facility_id,
        crossing_id=crossing_id,
        days=table.bridge_days,
        medicines=[asdict(n) for n in decided.medicines],
        left_out=[{**asdict(n), "why": why} for n, why in decided.left_out],
        standing_rule=table.standing_rule,
        proposed_at=clock.now(),
        pharmacy=plan.pharmacy if plan else "",
    )
    keeping.keep_bridge(row)
    return row


@action("reentry.send_bridge")
def send_bridge(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    bridge_id: UUID,
    version: int,
    pharmacy: str,
    days: int | None = None,
) -> None:
    """Sign the bridge and say which pharmacy has it (REL-MED); only a prescriber sends a prescription."""
    if actor.role not in PRESCRIBERS:
        raise NotAllowed("Only a prescriber sends a prescription. Call who is on call; the proposal stands.")
    row = keeping.mine(m.Bridge, bridge_id, person_id, version, what="bridge")
    wrong = {}
    if not pharmacy.strip():
        wrong["pharmacy"] = "Name the pharmacy that has it."
    if days is not None and not 1 <= days <= 90:
        wrong["days"] = "A number of days from 1 to 90."
    if not row.medicines:
        wrong["pharmacy"] = "No medicine stands on this bridge. Decline it, and prescribe what is left out by itself."
    if wrong:
        raise Invalid("Nothing was sent.", fields=wrong)
    row.bump(
        state=states.BRIDGE.after(row.state, "send"),
        pharmacy=pharmacy.strip()[:160],
        days=days or row.days,
        ended_at=clock.now(),
        ended_by=actor.label(),
    )
    keeping.keep_bridge(row)
    if not _cover(actor, row):
        emit(
            ReleaseMedicinesBridged(
                happened_at=clock.now(), person_id=person_id, facility_id=row.facility_id, ref=row.crossing_id or row.id
            )
        )


def _cover(actor: Actor, row: m.Bridge) -> bool:
    """Say at the door what was prescribed; gives whether the door still runs, and then says itself when all is covered."""
    open_ = Crossing.objects.filter(state__in=CROSSING_OPEN)
    crossing = open_.filter(id=row.crossing_id).first() if row.crossing_id else None
    if crossing is None:
        return False
    mine = {n["order_id"] for n in row.medicines}
    lines = CrossingLine.objects.filter(crossing=crossing).exclude(doses=[])
    said = tuple(
        Covering(x.id, Way.PRESCRIBE.value, note=f"{row.days} days, {row.pharmacy}"[:240])
        for x in lines
        if str(x.order_id) in mine and Way.PRESCRIBE.value in x.ways
    )
    if not said:
        return False
    cover_crossing(
        actor=actor,
        person_id=crossing.person_id,
        crossing_id=crossing.id,
        version=crossing.version,
        receiver=row.pharmacy[:120],
        covered=said,
    )
    return True


@action("reentry.decline_bridge")
def decline_bridge(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, bridge_id: UUID, version: int, why: str
) -> None:
    """Say that no bridge is sent, and why: the person has a supply, or a clinic prescribes; the duty waits for that."""
    if actor.role not in PRESCRIBERS:
        raise NotAllowed("Only a prescriber decides this. Call who is on call; the proposal stands.")
    if len(why.strip()) < 3:
        raise Invalid("Nothing was changed.", fields={"why": "Say why, in a few words."})
    row = keeping.mine(m.Bridge, bridge_id, person_id, version, what="bridge")
    row.bump(
        state=states.BRIDGE.after(row.state, "decline"),
        ended_at=clock.now(),
        ended_by=actor.label(),
        why=why.strip()[:240],
    )
    keeping.keep_bridge(row)


def withdraw(person_id: UUID, actor: Actor, why: str) -> None:
    """Take back what nobody has sent yet: the person is in custody again."""
    for row in m.Bridge.objects.select_for_update().filter(person_id__in=family(person_id), state="proposed"):
        row.bump(
            state=states.BRIDGE.after(row.state, "withdraw"), ended_at=clock.now(), ended_by=actor.label(), why=why
        )
        keeping.keep_bridge(row)


def cover_opioid(actor: Actor, appointment: m.Appointment) -> None:
    """Say at the door which clinic gives the next dose of an opioid treatment."""
    crossing = (
        Crossing.objects.filter(person_id__in=family(appointment.person_id), door="release", state="under_way")
        .order_by("-leaves_at")
        .first()
    )
    if crossing is None:
        return
    lines = CrossingLine.objects.filter(crossing=crossing, opioid_treatment=True).exclude(doses=[])
    said = tuple(Covering(x.id, Way.GIVE_THERE.value) for x in lines if Way.GIVE_THERE.value in x.ways)
    if said:
        cover_crossing(
            actor=actor,
            person_id=crossing.person_id,
            crossing_id=crossing.id,
            version=crossing.version,
            receiver=appointment.place[:120],
            covered=said,
        )
