"""S-DEATH: deaths in custody of every cause per 100,000 person-years."""

from __future__ import annotations

from throughcare.insight.measures.definitions import Definition
from throughcare.insight.measures.service.exposure import events, time_in_custody


def rows(definition: Definition) -> str:
    """Give the deaths that ended a stay, once a person, and everybody's time in custody."""
    deaths = """
    SELECT m.person_id, coalesce(m.from_facility, m.facility) AS facility, m.id AS ref, m.happened_at AS counted_at
    FROM move m WHERE m.kind = 'death' AND NOT m.cancelled
    QUALIFY row_number() OVER (PARTITION BY m.person_id ORDER BY m.happened_at) = 1
    """
    return f"{time_in_custody('year')} UNION ALL {events(deaths)}"
