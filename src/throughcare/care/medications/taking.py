"""How people took each medicine: doses counted by medicine over orders that followed each other, the person's misses apart
from the system's. Called inside a transaction that may read them; sealed programmes have their own page and are not here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from throughcare.care.medications import states
from throughcare.care.medications.facility_passes import window_of
from throughcare.care.medications.models import Dose, MedicationOrder
from throughcare.care.medications.rules import adherence, statuses, tables, windows
from throughcare.care.medications.rules.adherence import Counted
from throughcare.care.medications.rules.finding import Finding
from throughcare.care.medications.rules.statuses import Counts, Status
from throughcare.care.medications.rules.timing import Kind
from throughcare.care.medications.traits import traits_of
from throughcare.ui.forms import whole_or_none

READ = ("id", "order_id", "due_at", "status", "reason", "detail", "happened_at", "pass_code")


@dataclass(slots=True)
class Taking:
    """One person's doses of one medicine in a time: those that were due, and those asked for with how it was before and after."""

    newest: MedicationOrder
    due: list[Counted] = field(default_factory=list)
    asked_for: list[datetime] = field(default_factory=list)
    effects: list[tuple[int, int]] = field(default_factory=list)

    @property
    def as_needed(self) -> bool:
        """Tell whether it is given when asked for."""
        return bool(self.newest.timing.get("kind") == Kind.PRN)


def by_medicine(people: Iterable[UUID], since: datetime, now: datetime) -> dict[tuple[UUID, str], Taking]:
    """Give how each medicine of these people was taken since a moment, by person and medicine."""
    whose = list(people)
    # Doses are found by their orders: by person they have no index but where one still waits for its status.
    theirs = MedicationOrder.objects.filter(person_id__among=whose).order_by().values("id")
    rows = list(
        Dose.objects.filter(order_id__in=theirs, person_id__among=whose, due_at__gte=since, due_at__lt=now)
        .order_by("due_at")
        .only(*READ)
    )
    orders = MedicationOrder.objects.in_bulk({r.order_id for r in rows if r.order_id})
    found: dict[tuple[UUID, str], Taking] = {}
    for row in rows:
        order = orders[row.order_id or row.id]
        one = found.setdefault((order.person_id, order.code or order.text), Taking(order))
        if order.starts_at >= one.newest.starts_at:
            one.newest = order
        _add(one, order, row, now)
    return found


def _add(one: Taking, order: MedicationOrder, row: Dose, now: datetime) -> None:
    if row.pass_code != states.AS_NEEDED:
        one.due.append(counted(order, row, now))
        return
    if Status(row.status) in statuses.TAKEN and row.happened_at is not None:
        one.asked_for.append(row.happened_at)
    before, after = (whole_or_none((row.detail or {}).get(k, "")) for k in ("before", "after"))
    if before is not None and after is not None:
        one.effects.append((before, after))


def counted(order: MedicationOrder, row: Dose, now: datetime) -> Counted:
    """Say how one dose counts; one without a status is a blank once its window is over, and counts nowhere before."""
    status = Status(row.status)
    blank = status is Status.EXPECTED and windows.blank_after(row.due_at, window_of(order)) < now
    supply = (row.detail or {}).get("supply") == "yes"
    counts = statuses.counts_as(status, row.reason or "", supply, tables.reasons(), blank=blank)
    return Counted(row.due_at, counts)


def rates(one: Taking, now: datetime, spans: Sequence[int]) -> list[adherence.Rate]:
    """Count what was due in the last so many days, for each span."""
    return [adherence.rate(one.due, now, days) for days in spans]


def missed_days(one: Taking) -> list[tuple[datetime, Counts]]:
    """List the misses, newest first, each with whose it was."""
    return [(d.due_at, d.counts) for d in reversed(one.due) if d.counts in (Counts.PATIENT, Counts.SYSTEM)]


def to_know(one: Taking, now: datetime, zone: ZoneInfo) -> list[Finding]:
    """Give what a prescriber should know of how a medicine is taken (clinical.md 2.3; MED-09)."""
    table = tables.adherence()
    low = adherence.low_over_a_month(one.due, now, traits_of(one.newest), table)
    habit = adherence.as_needed_pattern(one.asked_for, now, zone, table)
    return [f for f in (low, habit) if f is not None]
