"""What a release leaves open in a chart: the discharge planner follows it up at day 1, 7 and 30 (ruling 5)."""

from uuid import UUID

from throughcare.chart import models as m
from throughcare.chart.events import CareLeftOpen
from throughcare.custody.events import Released
from throughcare.kernel.events import emit
from throughcare.kernel.vocabulary import DataClass
from throughcare.people.family import family


def tell_what_is_left(event: Released) -> None:
    """Tell what a release leaves open, if anything; wired in app/wiring.py."""
    if event.person_id is None:
        return
    because = left_open(event.person_id)
    if because:
        emit(
            CareLeftOpen(
                happened_at=event.happened_at,
                person_id=event.person_id,
                facility_id=event.facility_id,
                ref=event.ref,
                because=because,
            )
        )


def left_open(person_id: UUID) -> tuple[str, ...]:
    """Name what is open: infections, mental health, medicines, results pending, problems."""
    people = family(person_id)
    active = m.Condition.objects.filter(person_id__in=people, status="active")
    classes = set(active.values_list("data_class", flat=True).distinct())
    pending = m.Report.objects.filter(person_id__in=people, told_at=None, outside=False).exclude(
        status="entered-in-error"
    )
    found = {
        "infection": DataClass.INFECTION.value in classes,
        "mental_health": DataClass.MENTAL_HEALTH.value in classes,
        "medicines": m.HomeMedicine.objects.filter(person_id__in=people, status="active").exists(),
        "results": pending.exists(),
        "problems": bool(classes),
    }
    return tuple(name for name, open_ in found.items() if open_)
