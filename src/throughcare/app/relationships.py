"""Fills access' ports: who has to do with whom now, and which charts stand for one person (clinical.md 7.4, ruling 9)."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from throughcare.custody.models import LegalStatus, Placement
from throughcare.duties.models import Duty
from throughcare.kernel import clock
from throughcare.kernel.lens import Lens
from throughcare.people.family import family

RECENT = timedelta(hours=72)


class Families:
    """Says which charts stand for one person."""

    def of(self, person_id: UUID) -> frozenset[UUID]:
        """Ask the people room."""
        return family(person_id)


class CareRelationships:
    """A person who is, or within three days was, where the reader works; or with whom the reader has an open task."""

    def holds(self, lens: Lens, person_id: UUID) -> bool:
        """Tell whether the chart may be opened without saying why."""
        people = family(person_id)
        lately = Q(until=None) | Q(until__gt=clock.now() - RECENT)
        housed = Placement.objects.filter(lately, person_id__in=people, cancelled=False)
        if lens.facilities is not None:
            housed = housed.filter(facility_id__in=lens.facilities)
        return housed.exists() or _tasks(lens).filter(person_id__in=people).exists()

    def segment_ended(self, person_id: UUID) -> datetime | None:
        """Give when the last segment that custody sees ended; nothing while one runs, or where there never was one."""
        seen = LegalStatus.objects.filter(person_id__in=family(person_id), cancelled=False, custody_sees=True)
        if seen.filter(until=None).exists():
            return None
        return seen.order_by("-until").values_list("until", flat=True).first()


def _tasks(lens: Lens) -> QuerySet[Duty]:
    mine = Q(owner_id=lens.user_id)
    if lens.facilities is not None:
        mine |= Q(owner=None, owner_role=lens.role.value, facility_id__in=lens.facilities)
    return Duty.objects.filter(mine, closed_at=None)
