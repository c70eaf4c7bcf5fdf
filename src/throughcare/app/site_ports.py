"""What facilities can't do for a while, and whom that meets: the roster's and content's answer, with arrivals and doses beside it."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from throughcare.care.medications.models import CrossingLine, Dose
from throughcare.custody.models import ScheduledEvent
from throughcare.duties.ports import SiteGap
from throughcare.kernel import clock
from throughcare.workforce import reads, rule_table

DAY = timedelta(hours=24)


class Abilities:
    """Fills `duties.site_abilities`."""

    def gaps(self, facility_ids: Collection[UUID], since: datetime, until: datetime) -> Sequence[SiteGap]:
        """Give what these facilities can't do between two times, the first one first."""
        titles = rule_table.capabilities()
        return [
            SiteGap(where, m.capability, titles[m.capability], m.since, m.until, m.by)
            for where, m in reads.site_gaps(facility_ids, since, until)
        ]

    def tonight(self, facility_id: UUID) -> Sequence[SiteGap]:
        """Give what a facility can't do within the next day, with how many arrive and how many doses are due meanwhile."""
        now = clock.now()
        return [_met(gap) for gap in self.gaps([facility_id], now, now + DAY)]


def _met(gap: SiteGap) -> SiteGap:
    """Count whom a gap meets. Doses of a sealed programme are not counted: a number would tell of it."""
    plans = ScheduledEvent.objects.filter(
        state="planned", kind="transfer", to_facility_id=gap.facility_id, starts_at__lt=gap.until
    ).filter(starts_at__gt=clock.now() - timedelta(hours=18))
    arriving = plans.values("person_id").distinct().count()
    lines = CrossingLine.objects.filter(
        crossing__to_facility_id=gap.facility_id,
        crossing__sealed=False,
        crossing__state__in=("planned", "under_way"),
        critical=True,
    )
    if gap.capability == "opioid_programme":
        lines = lines.filter(opioid_treatment=True)
    ids = [dose for doses in lines.values_list("doses", flat=True) for dose in doses]
    due = Dose.objects.filter(id__in=ids, due_at__gte=gap.since, due_at__lt=gap.until, status="expected")
    return replace(gap, arriving=arriving, doses=due.count())
