"""S-DEATH: deaths in custody of every cause per 100,000 person-years."""

from __future__ import annotations

from throughcare.insight.measures.definitions import Definition
from throughcare.insight.measures.service.exposure import events, time_in_custody

DEATHS = """
SELECT m.person_id, coalesce(m.from_facility, m.facility) AS facility, m.id AS ref, m.happened_at AS counted_at
FROM move m WHERE m.kind = 'death' AND NOT m.cancelled
QUALIFY row_number() OVER (PARTITION BY m.person_id ORDER BY m.happened_at) = 1
"""


def unit_of_time(definition: Definition) -> str:
    """Name the unit that time in custody is told in."""
    return "year"


def found(definition: Definition) -> str:
    """Give the deaths that ended a stay, once a person."""
    return DEATHS


def rows(definition: Definition) -> str:
    """Give the deaths, and everybody's time in custody."""
    return f"{time_in_custody(unit_of_time(definition))} UNION ALL {events(found(definition))}"
