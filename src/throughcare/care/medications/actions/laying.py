"""Expected doses: laid out 72 hours ahead for each order, taken back when the order stops, laid anew when it goes on.

An expected dose is what the order says, not a fact of its own: it enters the ledger when something becomes of it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import connection
from django.db.models import F, Q

from throughcare.care.medications.dose_ids import dose_id
from throughcare.care.medications.facility_passes import facility_passes
from throughcare.care.medications.models import MedicationOrder
from throughcare.care.medications.rules.timing import Kind, from_json, occurrences
from throughcare.custody.homes import facilities_now, way_out
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.people.family import family

AHEAD = timedelta(hours=72)
REFILL = timedelta(hours=48)
BATCH = 500
CLOCK = Actor.system("medicines' clock")

INSERT = """
WITH laid AS (
  INSERT INTO medications_dose (id, due_at, person_id, order_id, pass_code, amount, critical, controlled)
  SELECT * FROM unnest(%s::uuid[], %s::timestamptz[], %s::uuid[], %s::uuid[], %s::text[], %s::numeric[], %s::boolean[],
                       %s::boolean[])
  ON CONFLICT (id, due_at) DO NOTHING)
UPDATE medications_medicationorder SET doses_until = %s WHERE id = ANY (%s)
"""


@action("medications.lay_doses")
def lay_doses(*, actor: Actor, until: datetime | None = None) -> int:
    """Lay out doses for every order in force that runs short of them; gives how many orders were laid."""
    horizon = until or clock.now() + AHEAD
    short = MedicationOrder.objects.filter(Q(doses_until__isnull=True) | Q(doses_until__lt=horizon - (AHEAD - REFILL)))
    rows = list(
        short.filter(status="active", starts_at__lt=horizon)
        .filter(Q(doses_until__isnull=True) | Q(doses_until__lt=F("ends_at")))
        .exclude(mode="KOP")
        .select_for_update(skip_locked=True)
        .order_by("id")[:BATCH]
    )
    lay(rows, horizon)
    return len(rows)


def lay(orders: Sequence[MedicationOrder], until: datetime) -> None:
    """Lay out the doses of these orders up to a time; what is laid already stays as it is.

    Of somebody who is gone no dose is expected: what is ordered meanwhile is laid when they are here (leaving.lay_anew).
    """
    columns: tuple[list[object], ...] = tuple([] for _ in range(8))
    # The passes are those of where the person is, not of where it was ordered.
    homes = facilities_now(o.person_id for o in orders)
    gone = {p for p in {o.person_id for o in orders} - homes.keys() if way_out(family(p)) is not None}
    for order in orders:
        home = homes.get(order.person_id, order.facility_id)
        laid = () if order.person_id in gone else expected(order, order.doses_until or order.starts_at, until, home)
        for due_at, pass_code, amount in laid:
            row = (
                dose_id(order.id, due_at),
                due_at,
                order.person_id,
                order.id,
                pass_code,
                amount,
                order.time_critical,
                bool(order.schedule),
            )
            for column, value in zip(columns, row, strict=True):
                column.append(value)
        order.doses_until = until
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [*columns, until, [o.id for o in orders]])


def expected(
    order: MedicationOrder, since: datetime, until: datetime, home: UUID | None
) -> Iterable[tuple[datetime, str, Decimal | None]]:
    """Give due time, pass and amount of each dose that the order makes in a time; none where the person keeps the pack."""
    timing = from_json(order.timing)
    if order.mode == "KOP" or timing.kind is Kind.PRN:
        return
    table = facility_passes(home)
    for one in occurrences(
        timing,
        start=order.starts_at,
        end=order.ends_at,
        pass_times=table.times,
        zone=table.zone,
        window_from=since,
        window_to=until,
    ):
        yield one.due_at, one.pass_code, one.dose.value if one.dose else order.amount


def take_back(order_ids: Sequence[UUID], since: datetime) -> int:
    """Take back doses not yet due, of orders that stop or change; what was charted or is owed already stays."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT medications_take_back(%s::uuid[], %s)", [list(order_ids), since])
        gone = int(cursor.fetchone()[0])
    MedicationOrder.objects.filter(id__in=order_ids).update(doses_until=since)
    return gone


def make_months(ahead: int = 3, since: datetime | None = None) -> None:
    """Make the partitions of the months ahead, so that no dose waits for one; of months past where a record is taken over."""
    first = (since or clock.now()).date()
    with connection.cursor() as cursor:
        cursor.execute("SELECT medications_months(%s, %s)", [first, clock.now().date() + timedelta(days=31 * ahead)])
