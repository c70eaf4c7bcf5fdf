"""S-ED: trips to an emergency department per 1,000 person-months in custody."""

from __future__ import annotations

from throughcare.insight.measures.definitions import Definition
from throughcare.insight.measures.service.exposure import events, time_in_custody


def rows(definition: Definition) -> str:
    """Give the trips begun in the period and everybody's time in custody."""
    trips = (
        "SELECT person_id, facility, id AS ref, start_at AS counted_at FROM incident WHERE kind = 'trip' AND NOT drill"
    )
    return f"{time_in_custody('month')} UNION ALL {events(trips)}"
