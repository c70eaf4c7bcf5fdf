"""S-SH: acts of self-harm per 1,000 person-years in custody."""

from __future__ import annotations

from throughcare.insight.measures.definitions import Definition
from throughcare.insight.measures.service.exposure import events, time_in_custody


def rows(definition: Definition) -> str:
    """Give the acts of the period and everybody's time in custody."""
    acts = "SELECT person_id, facility, id AS ref, start_at AS counted_at FROM incident WHERE kind = 'self-harm'"
    return f"{time_in_custody('year')} UNION ALL {events(acts)}"
