"""Care relationship, custody's part: who is here now, was here within 72 hours, or comes within 24 (clinical.md 7.4)."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Max, Q

from throughcare.custody.models import LegalStatus, Placement, ScheduledEvent
from throughcare.custody.policy import OFFICERS, housed_now
from throughcare.kernel import clock
from throughcare.kernel.lens import Lens
from throughcare.people.family import family

# [D]
JUST_LEFT = timedelta(hours=72)
COMES_SOON = timedelta(hours=24)


class AtTheFacility:
    """Fills access' port; an open task, which duties know, is added where the house is wired."""

    def holds(self, lens: Lens, person_id: UUID) -> bool:
        """Tell whether the chart may be opened without saying why."""
        if person_id in lens.opened:
            return True
        charts = family(person_id)
        if lens.role in OFFICERS:
            return housed_now(lens).filter(person_id__in=charts).exists()
        if lens.facilities is None:
            return True
        return _was_here(lens.facilities, charts) or _comes(lens.facilities, charts)

    def segment_ended(self, person_id: UUID) -> datetime | None:
        """Give when the last segment that custody sees ended; None while one runs, or if there never was one."""
        segments = LegalStatus.objects.filter(person_id__in=family(person_id), cancelled=False, custody_sees=True)
        if segments.filter(until=None).exists():
            return None
        ended: datetime | None = segments.aggregate(at=Max("until"))["at"]
        return ended


def _was_here(facilities: frozenset[UUID], charts: frozenset[UUID]) -> bool:
    recent = Q(until=None) | Q(until__gte=clock.now() - JUST_LEFT)
    return Placement.objects.filter(recent, person_id__in=charts, facility_id__in=facilities, cancelled=False).exists()


def _comes(facilities: frozenset[UUID], charts: frozenset[UUID]) -> bool:
    return ScheduledEvent.objects.filter(
        person_id__in=charts,
        kind="transfer",
        state="planned",
        to_facility_id__in=facilities,
        starts_at__lte=clock.now() + COMES_SOON,
    ).exists()
