"""What falls in the shadow of a move: the orders concerned, with their doses laid out far enough to see them all."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from throughcare.care.medications import states
from throughcare.care.medications.actions.laying import lay
from throughcare.care.medications.dose_ids import dose_id
from throughcare.care.medications.facility_passes import facility_passes, window_of
from throughcare.care.medications.models import Dose, MedicationOrder
from throughcare.care.medications.rules.covering import CoveringTable, Door, ShadowDose
from throughcare.care.medications.rules.statuses import TAKEN
from throughcare.care.medications.rules.timing import Kind, from_json, occurrences
from throughcare.care.medications.rules.traits import Traits
from throughcare.care.medications.traits import traits_of
from throughcare.kernel import statement

NEEDLES = frozenset({"subcutaneous", "intramuscular", "intravenous", "injected"})
# These doors are passed with everything: the other side must go on with each medicine, not only the time-critical ones.
WITH_ALL = frozenset({Door.TRANSFER, Door.RELEASE})
LONGEST = timedelta(days=3)
SEALED_TRAITS = Traits(door=True, critical=True, opioid_line=True)
AROUND = """
SELECT id, order_id, due_at, status, happened_at FROM medications_dose
 WHERE order_id = ANY (%s) AND due_at >= %s AND due_at < %s AND status = ANY (%s) ORDER BY due_at
"""


@dataclass(frozen=True, slots=True)
class SealedAtDoor:
    """A sealed order as a door may know it: that doses of it are due. What it is stays where it is sealed."""

    id: UUID
    text: str = "Observed dose"
    sig: str = ""
    mode: str = "DOT"
    schedule: str = ""
    opioid_treatment: bool = False


@dataclass(frozen=True, slots=True)
class Fallen:
    """One order with its doses in the shadow; `critical` if none of them may be lost."""

    order: "MedicationOrder | SealedAtDoor"
    doses: tuple[ShadowDose, ...]
    critical: bool


def orders_at(people: Iterable[UUID], since: datetime, until: datetime) -> list[MedicationOrder]:
    """Give the scheduled orders in force of one person at some time in a period."""
    rows = MedicationOrder.objects.filter(
        person_id__in=list(people), status="active", starts_at__lt=until, ends_at__gt=since
    )
    return [row for row in rows.order_by("text", "id") if row.timing.get("kind") != Kind.PRN.value]


def is_critical(order: MedicationOrder) -> bool:
    """Tell whether no dose of an order may be lost at a door."""
    return order.time_critical or order.opioid_treatment


def fallen(
    orders: Sequence[MedicationOrder], door: Door, since: datetime, until: datetime, table: CoveringTable, *, left: bool
) -> list[Fallen]:
    """Give the doses of these orders that lie in a period and have no status, laying out more where they end before it.

    Of somebody who has `left`, those count too that were due before and whose window was open still: nobody gives them here now.
    """
    concerned = [o for o in orders if door in WITH_ALL or is_critical(o)]
    watched = [o for o in concerned if o.mode != "KOP"]
    short = [o for o in watched if o.doses_until is None or o.doses_until < min(until, o.ends_at)]
    if short:
        lay(short, until)
    begins = {o.id: since - window_of(o).late if left else since for o in watched}
    rows, last = _expected_and_taken(begins, since, until)
    answer = []
    for order in concerned:
        due = _kept(order, since, until) if order.mode == "KOP" else rows.get(order.id, [])
        if due:
            traits = asked_of(order, table)
            doses = tuple(ShadowDose(str(i), str(order.id), at, traits, last.get(order.id)) for i, at in due)
            answer.append(Fallen(order, doses, is_critical(order)))
    return answer


def fallen_sealed(people: Iterable[UUID], since: datetime, until: datetime) -> list[Fallen]:
    """Give the doses of sealed programmes that lie in a period and have no status, by their order and nothing else."""
    due: dict[UUID, list[ShadowDose]] = defaultdict(list)
    rows = Dose.objects.filter(person_id__in=list(people), programme_order_id__isnull=False, status=states.EXPECTED)
    found = rows.filter(due_at__gte=since, due_at__lt=until).order_by("due_at")
    for dose, order_id, due_at in found.values_list("id", "programme_order_id", "due_at"):
        if order_id is not None:
            due[order_id].append(ShadowDose(str(dose), str(order_id), due_at, SEALED_TRAITS))
    return [Fallen(SealedAtDoor(i), tuple(doses), critical=True) for i, doses in due.items()]


def asked_of(order: MedicationOrder, table: CoveringTable) -> Traits:
    """Give the classes of an order's medicine as the guard asks for them; every dose that it looks at is guarded."""
    traits = traits_of(order)
    return replace(
        traits,
        door=True,
        opioid_line=order.window_class == "opioid_line",
        injected=order.route in NEEDLES,
        # Insulin is never given ahead of its meal; of the others a share of the time between two doses must have passed.
        minimum=None if traits.insulin else _between(order) * table.early_share,
    )


def _between(order: MedicationOrder) -> timedelta:
    """Give the shortest time between two doses of an order; a day where it has but one."""
    due = [at for _, at in _kept(order, order.starts_at, min(order.ends_at, order.starts_at + LONGEST))]
    return min((b - a for a, b in pairwise(due)), default=timedelta(days=1))


def _kept(order: MedicationOrder, since: datetime, until: datetime) -> list[tuple[UUID, datetime]]:
    table = facility_passes(order.facility_id)
    found = occurrences(
        from_json(order.timing),
        start=order.starts_at,
        end=order.ends_at,
        pass_times=table.times,
        zone=table.zone,
        window_from=since,
        window_to=until,
    )
    return [(dose_id(order.id, one.due_at), one.due_at) for one in found]


def _expected_and_taken(
    begins: Mapping[UUID, datetime], since: datetime, until: datetime
) -> tuple[dict[UUID, list[tuple[UUID, datetime]]], dict[UUID, datetime]]:
    """Give the doses of these orders from their beginning on that have no status, and when each order was last taken around `since`."""
    rows: dict[UUID, list[tuple[UUID, datetime]]] = defaultdict(list)
    last: dict[UUID, datetime] = {}
    if not begins:
        return rows, last
    for dose, order_id, due_at, status, at in statement.run(
        AROUND,
        [list(begins), since - LONGEST, max(until, since + LONGEST), [states.EXPECTED, *(s.value for s in TAKEN)]],
    ):
        if status == states.EXPECTED:
            if begins[order_id] <= due_at < until:
                rows[order_id].append((dose, due_at))
        elif at is not None and due_at < since + LONGEST:
            last[order_id] = max(at, last.get(order_id, at))
    return rows, last
