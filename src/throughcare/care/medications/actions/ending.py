"""What the clock's hand does for medicines: blanks found, orders that end told of and completed, doses laid ahead."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from throughcare.care.medications import psychotropics, states
from throughcare.care.medications.actions.keeping import keep_order
from throughcare.care.medications.actions.passing import owned_blanks, tell_blanks
from throughcare.care.medications.events import OrderEndsSoon
from throughcare.care.medications.facility_passes import facility_passes, window_at, window_of
from throughcare.care.medications.models import Dose, MedicationOrder, MedicationPass
from throughcare.care.medications.rules import windows
from throughcare.custody.homes import facilities_now
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.events import emit

# A dose without a status is looked for this long; after that it was found at the latest.
LOOK_BACK = timedelta(hours=24)
FORTNIGHT = timedelta(days=14)
# The line at which doses are observed: what is blank there is a finding of its own, and says nothing of the medicine.
OBSERVED = "observed"
TIME_IS_OVER = "Its time is over."


@action("medications.find_blanks")
def find_blanks(*, actor: Actor) -> int:
    """Find doses whose window is over and that have no status, pass by pass: each is somebody's within the hour (MED-04)."""
    now = clock.now()
    owed: dict[tuple[UUID, date, str, str], list[UUID]] = defaultdict(list)
    for dose, facility_id in _overdue(now):
        day = dose.due_at.astimezone(facility_passes(facility_id).zone).date()
        line = OBSERVED if dose.programme_order_id else ""
        owed[facility_id, day, dose.pass_code or "once", line].append(dose.id)
    return sum(_note(actor, *key, doses) for key, doses in sorted(owed.items(), key=lambda item: str(item[0])))


def _overdue(now: datetime) -> Iterable[tuple[Dose, UUID]]:
    rows = list(
        Dose.objects.select_related("order").filter(status=states.EXPECTED, due_at__gte=now - LOOK_BACK, due_at__lt=now)
    )
    homes = facilities_now(r.person_id for r in rows)
    for row in rows:
        home = homes.get(row.person_id)
        if home is None:
            continue
        # A sealed dose says nothing of itself; that it is given at the observed line is known.
        window = window_of(row.order, home) if row.order else window_at(windows.WindowClass.OPIOID_LINE, home)
        if windows.blank_after(row.due_at, window) < now:
            yield row, home


def _note(actor: Actor, facility_id: UUID, day: date, code: str, line: str, doses: list[UUID]) -> int:
    """Note blanks that no pass of this time has yet: what a unit's closed pass left is owned there already."""
    owned = owned_blanks(facility_id, day, code)
    new = [d for d in doses if d not in owned]
    if not new:
        return 0
    row, _ = MedicationPass.objects.select_for_update().get_or_create(
        facility_id=facility_id,
        day=day,
        code=code,
        line=line,
        defaults={"opened_at": clock.now(), "opened_by": actor.label(), "opener_id": actor.id},
    )
    row.bump(blanks=[*row.blanks, *new], settled_at=None)
    tell_blanks(row, len(new), clock.now())
    return len(new)


@action("medications.tell_ending_orders")
def tell_ending_orders(*, actor: Actor) -> int:
    """Tell of orders that end within a fortnight, once each: renew or stop them (MED-02). Short courses just end."""
    now = clock.now()
    rows = list(
        MedicationOrder.objects.select_for_update(skip_locked=True)
        .filter(status__in=states.LIVE, ends_at__gt=now, ends_at__lte=now + FORTNIGHT, ending_told_at__isnull=True)
        .order_by("ends_at")[:500]
    )
    told = 0
    for row in rows:
        if row.ends_at - row.starts_at > FORTNIGHT:
            emit(
                OrderEndsSoon(
                    happened_at=now,
                    person_id=row.person_id,
                    facility_id=row.facility_id,
                    ref=row.id,
                    order_ends_at=row.ends_at,
                )
            )
            told += 1
    MedicationOrder.objects.filter(id__in=[r.id for r in rows]).update(ending_told_at=now)
    return told


@action("medications.end_orders")
def end_orders(*, actor: Actor) -> int:
    """Complete the orders whose time is over; gives how many."""
    over = list(
        MedicationOrder.objects.select_for_update(skip_locked=True)
        .filter(status__in=states.LIVE, ends_at__lte=clock.now())
        .order_by("id")[:500]
    )
    for row in over:
        row.bump(status=states.ORDER.after(row.status, "end"), ended_at=row.ends_at, ended_why=TIME_IS_OVER)
        keep_order(row)
    psychotropics.tell_over(over)
    return len(over)
