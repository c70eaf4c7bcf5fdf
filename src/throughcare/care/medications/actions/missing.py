"""Misses looked at when one is charted: three in a row, half of a week, one of a critical medicine (MED-03)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from throughcare.care.medications.actions.keeping import order_of
from throughcare.care.medications.events import NonadherenceAnswered, NonadherenceFound
from throughcare.care.medications.models import Dose, MedicationOrder
from throughcare.care.medications.rules import adherence, statuses, tables
from throughcare.care.medications.traits import traits_of
from throughcare.chart import actions as chart
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid
from throughcare.kernel.events import emit

WEEK = timedelta(days=8)


def look_at_misses(orders: Sequence[MedicationOrder], now: datetime) -> None:
    """Tell of orders whose misses ask for a talk and for the prescriber; the clock keeps one duty open for each order."""
    table, reasons = tables.adherence(), tables.reasons()
    past: dict[UUID, list[adherence.Counted]] = defaultdict(list)
    rows = Dose.objects.filter(order_id__in=[o.id for o in orders], due_at__gte=now - WEEK, due_at__lte=now)
    for order_id, due_at, status, reason, detail in rows.values_list(
        "order_id", "due_at", "status", "reason", "detail"
    ):
        supply = (detail or {}).get("supply") == "yes"
        blank = status == statuses.Status.EXPECTED
        counts = statuses.counts_as(statuses.Status(status), reason or "", supply, reasons, blank=blank)
        past[order_id].append(adherence.Counted(due_at, counts))
    for order in orders:
        # The dose just charted is due at this moment at the latest: look from a moment after it.
        seen = now + timedelta(seconds=1)
        found = adherence.nonadherence(past[order.id], seen, traits_of(order), table, started_at=order.starts_at)
        if found is not None:
            emit(
                NonadherenceFound(
                    happened_at=now,
                    person_id=order.person_id,
                    facility_id=order.facility_id,
                    ref=order.id,
                    critical=found.critical,
                    by="system" if found.system > found.patient else "person",
                )
            )


@action("medications.answer_nonadherence")
def answer_nonadherence(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, order_id: UUID, words: str
) -> UUID:
    """Write down the talk about missed doses as a signed note; the prescriber is told by it (MED-03)."""
    if not words.strip():
        raise Invalid("Write what you spoke about.", fields={"words": "Write what you spoke about."})
    order = order_of(person_id, order_id)
    about: dict[str, Any] = {"actor": actor, "person_id": person_id}
    note = chart.draft_note(
        **about, kind="adherence_talk", title="Missed doses", text=f"{order.text}\n{words.strip()}", encounter_id=None
    )
    chart.sign_note(**about, note_id=note)
    emit(
        NonadherenceAnswered(happened_at=clock.now(), person_id=person_id, facility_id=actor.facility_id, ref=order.id)
    )
    return note
