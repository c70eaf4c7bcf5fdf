"""Who takes psychotropic medicine, told from what is ordered: begun, changed, over (MHC-01).

Renewing the same is no change, and a single dose is no course. A medicine that goes on after a hold counts as begun: who
comes back has no visit planned, and where one stands that one stands.
"""

from collections.abc import Iterable, Sequence

from throughcare.care.medications import states
from throughcare.care.medications.events import PsychotropicChanged, PsychotropicStarted, PsychotropicStopped
from throughcare.care.medications.models import MedicationOrder
from throughcare.care.medications.rules.timing import Kind
from throughcare.kernel import clock
from throughcare.kernel.events import Event, emit
from throughcare.people.family import family

SINGLE = frozenset({Kind.ONCE.value, Kind.STAT.value})


def tell_ordered(row: MedicationOrder) -> None:
    """Tell what an order that stands now, alone or in place of another, makes of it."""
    old = row.replaces
    if not _course(row):
        if old is not None:
            tell_over([old])
        return
    instead = old is not None and _course(old)
    if instead and _same(old, row):
        return
    _tell(PsychotropicChanged if instead or _others(row) else PsychotropicStarted, row)


def tell_resumed(orders: Iterable[MedicationOrder]) -> None:
    """Tell that held medicines go on."""
    for row in orders:
        if _course(row):
            _tell(PsychotropicStarted, row)


def tell_over(orders: Sequence[MedicationOrder]) -> None:
    """Tell of each person whose last psychotropic medicine is over."""
    for row in orders:
        if _course(row) and not _others(row):
            _tell(PsychotropicStopped, row)


def _course(row: MedicationOrder) -> bool:
    return row.psychotropic and row.timing.get("kind") not in SINGLE


def _same(old: MedicationOrder | None, new: MedicationOrder) -> bool:
    return old is not None and (old.code, old.text, old.amount, old.timing) == (
        new.code, new.text, new.amount, new.timing,
    )  # fmt: skip


def _others(row: MedicationOrder) -> bool:
    standing = MedicationOrder.objects.filter(
        person_id__in=family(row.person_id), status__in=states.LIVE, psychotropic=True, ends_at__gt=clock.now()
    )
    return any(_course(one) for one in standing.exclude(id=row.id).only("timing", "psychotropic"))


def _tell(event: type[Event], row: MedicationOrder) -> None:
    emit(event(happened_at=clock.now(), person_id=row.person_id, facility_id=row.facility_id, ref=row.id))
