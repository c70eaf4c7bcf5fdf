"""Packs that are still with somebody whose order of them is over: somebody takes them back (KOP-04)."""

from collections.abc import Sequence

from throughcare.care.medications.events import KeptPackOwedBack
from throughcare.care.medications.models import KeptFitness, KeptPack, MedicationOrder
from throughcare.care.medications.rules.kop import COLLECT
from throughcare.custody.homes import facilities_now
from throughcare.kernel import clock
from throughcare.kernel.events import emit
from throughcare.people.family import family


def tell_owed_back(ended: Sequence[MedicationOrder], instead: MedicationOrder | None = None) -> None:
    """Tell of each pack that nobody may take from any more; one of the same medicine that is kept under another order stays."""
    stays = instead.code if instead is not None and instead.mode == "KOP" else None
    orders = [row.id for row in ended if row.mode == "KOP" and not (row.code and row.code == stays)]
    packs = list(KeptPack.objects.filter(order_id__in=orders, state="kept").order_by("issued_at")) if orders else []
    if not packs:
        return
    person_id = packs[0].person_id
    here = facilities_now([person_id]).get(person_id)
    last = KeptFitness.objects.filter(person_id__in=family(person_id)).order_by("-recorded_at").first()
    urgent = last is not None and (not last.fit or last.lapsed_why in COLLECT)
    for pack in packs:
        told = KeptPackOwedBack(
            happened_at=clock.now(),
            person_id=person_id,
            facility_id=here or pack.facility_id,
            ref=pack.id,
            urgent=urgent,
        )
        emit(told)
