"""Care relationship, custody's part: who is here now, was here within 72 hours, or comes within 24 (clinical.md 7.4)."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Max

from throughcare.custody.models import LegalStatus
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
        return _has_to_do(lens.facilities, charts)

    def segment_ended(self, person_id: UUID) -> datetime | None:
        """Give when the last segment that custody sees ended; None while one runs, or if there never was one."""
        segments = LegalStatus.objects.filter(person_id__in=family(person_id), cancelled=False, custody_sees=True)
        if segments.filter(until=None).exists():
            return None
        ended: datetime | None = segments.aggregate(at=Max("until"))["at"]
        return ended


# The first question of every page about a person.
HAS_TO_DO = """
SELECT EXISTS (
  SELECT FROM custody_placement WHERE person_id = ANY (%(charts)s) AND facility_id = ANY (%(facilities)s)
    AND NOT cancelled AND (until IS NULL OR until >= %(left)s)
) OR EXISTS (
  SELECT FROM custody_scheduledevent WHERE person_id = ANY (%(charts)s) AND to_facility_id = ANY (%(facilities)s)
    AND kind = 'transfer' AND state = 'planned' AND starts_at <= %(comes)s
)
"""


def _has_to_do(facilities: frozenset[UUID], charts: frozenset[UUID]) -> bool:
    now = clock.now()
    asked: dict[str, Any] = {
        "charts": [*charts],
        "facilities": [*facilities],
        "left": now - JUST_LEFT,
        "comes": now + COMES_SOON,
    }
    with connection.cursor() as cursor:
        cursor.execute(HAS_TO_DO, asked)
        return bool(cursor.fetchone()[0])
