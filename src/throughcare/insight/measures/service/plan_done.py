"""R-PLAN: planned releases whose plan was finished 30 days before, or as long before as the stay allowed."""

from __future__ import annotations

from throughcare.insight.measures.definitions import Definition
from throughcare.insight.measures.service.releases import released


def rows(definition: Definition) -> str:
    """Give the planned releases; a stay shorter than the notice is left out."""
    days = int(definition.limit["days"])
    return released(
        "EXISTS (SELECT 1 FROM release_step s WHERE s.kind = 'plan' AND s.person_id = r.person_id "
        f"AND s.start_at >= r.admitted_at AND local_day(s.end_at) <= local_day(r.counted_at) - {days})",
        where="r.planned",
        excluded=f"local_day(r.counted_at) - {days} < local_day(r.admitted_at)",
    )
