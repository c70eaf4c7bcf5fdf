"""Misses looked at when one is charted: three in a row, half of a week, one of a critical medicine (MED-03); and once a day,
what a prescriber should know of a month (MED-09).
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from throughcare.care.medications import taking
from throughcare.care.medications.actions.keeping import order_of
from throughcare.care.medications.events import (
    AdherenceReviewed,
    AdherenceReviewOwed,
    NonadherenceAnswered,
    NonadherenceFound,
)
from throughcare.care.medications.facility_passes import facility_passes
from throughcare.care.medications.models import Dose, MedicationOrder
from throughcare.care.medications.policy import PRESCRIBERS
from throughcare.care.medications.rules import adherence, tables
from throughcare.care.medications.rules.timing import Kind
from throughcare.care.medications.traits import traits_of
from throughcare.chart import actions as chart
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed
from throughcare.kernel.events import emit

WEEK = timedelta(days=8)
PARCEL = 500


def look_at_misses(orders: Sequence[MedicationOrder], now: datetime) -> None:
    """Tell of orders whose misses ask for a talk and for the prescriber; the clock keeps one duty open for each order."""
    by_id = {o.id: o for o in orders}
    past: dict[UUID, list[adherence.Counted]] = defaultdict(list)
    rows = Dose.objects.filter(order_id__in=by_id, due_at__gte=now - WEEK, due_at__lte=now)
    for row in rows.only(*taking.READ):
        if row.order_id is not None:
            past[row.order_id].append(taking.counted(by_id[row.order_id], row, now))
    for order in orders:
        # The dose just charted is due at this moment at the latest: look from a moment after it.
        seen = now + timedelta(seconds=1)
        found = adherence.nonadherence(
            past[order.id], seen, traits_of(order), tables.adherence(), started_at=order.starts_at
        )
        if found is not None:
            about: dict[str, Any] = {"person_id": order.person_id, "facility_id": order.facility_id, "ref": order.id}
            by = "system" if found.system > found.patient else "person"
            emit(NonadherenceFound(happened_at=now, critical=found.critical, by=by, **about))


@action("medications.look_at_taking")
def look_at_taking(*, actor: Actor) -> int:
    """Look once a day at medicines whose prescriber must know how they are taken (MED-09); gives how many were looked at.

    Told once, an order is left alone for a month: the prescriber has it on their list.
    """
    now = clock.now()
    due = Q(look_again_at__isnull=True) | Q(look_again_at__lte=now)
    watched = Q(psychotropic=True) | Q(critical="hiv") | Q(timing__kind=Kind.PRN.value)
    rows = list(
        MedicationOrder.objects.select_for_update(skip_locked=True)
        .filter(due & watched, status="active")
        .exclude(mode="KOP")
        .order_by("id")[:PARCEL]
    )
    month = timedelta(days=tables.adherence().month_days)
    found = taking.by_medicine({r.person_id for r in rows}, now - month, now)
    told = [r.id for r in rows if _tell_taking(r, found.get((r.person_id, r.code or r.text)), now)]
    MedicationOrder.objects.filter(id__in=[r.id for r in rows]).update(look_again_at=now + timedelta(days=1))
    MedicationOrder.objects.filter(id__in=told).update(look_again_at=now + month)
    return len(rows)


def _tell_taking(order: MedicationOrder, one: taking.Taking | None, now: datetime) -> bool:
    if one is None:
        return False
    kinds = [f.code for f in taking.to_know(one, now, facility_passes(order.facility_id).zone)]
    about: dict[str, Any] = {"person_id": order.person_id, "facility_id": order.facility_id, "ref": order.id}
    if kinds:
        emit(AdherenceReviewOwed(happened_at=now, kind=kinds[0], **about))
    return bool(kinds)


@action("medications.review_taking")
def review_taking(*, actor: Actor, intent: UUID | None = None, person_id: UUID, order_id: UUID, words: str) -> UUID:
    """Write down what a prescriber decided about how a medicine is taken, as a signed note (MED-09)."""
    if actor.role not in PRESCRIBERS:
        raise NotAllowed("A prescriber decides on this. Your words were not kept; call the one on call.")
    note = _talk(actor, person_id, order_id, "How it is taken", words, "Write what follows from it.")
    emit(AdherenceReviewed(happened_at=clock.now(), person_id=person_id, facility_id=actor.facility_id, ref=order_id))
    return note


@action("medications.answer_nonadherence")
def answer_nonadherence(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, order_id: UUID, words: str
) -> UUID:
    """Write down the talk about missed doses as a signed note; the prescriber is told by it (MED-03)."""
    note = _talk(actor, person_id, order_id, "Missed doses", words, "Write what you spoke about.")
    emit(
        NonadherenceAnswered(happened_at=clock.now(), person_id=person_id, facility_id=actor.facility_id, ref=order_id)
    )
    return note


def _talk(actor: Actor, person_id: UUID, order_id: UUID, title: str, words: str, missing: str) -> UUID:
    if not words.strip():
        raise Invalid(missing, fields={"words": missing})
    order = order_of(person_id, order_id)
    about: dict[str, Any] = {"actor": actor, "person_id": person_id}
    text = f"{order.text}\n{words.strip()}"
    note = chart.draft_note(**about, kind="adherence_talk", title=title, text=text, encounter_id=None)
    chart.sign_note(**about, note_id=note)
    return note
