"""S-ED, S-SH: incidents of a kind over time in custody; no drills."""

from __future__ import annotations

from throughcare.insight.measures.definitions import Definition
from throughcare.insight.measures.service.exposure import events, time_in_custody


def unit_of_time(definition: Definition) -> str:
    """Name the unit that time in custody is told in."""
    return str(definition.limit["time"])


def found(definition: Definition) -> str:
    """Give the incidents of the kind."""
    return (
        "SELECT i.person_id, i.facility, i.id AS ref, i.start_at AS counted_at FROM incident i, period p "
        f"WHERE i.kind = '{definition.limit['incident']}' AND NOT i.drill AND i.start_at < p.now"
    )


def rows(definition: Definition) -> str:
    """Give the incidents of the kind, and everybody's time in custody."""
    return f"{time_in_custody(unit_of_time(definition))} UNION ALL {events(found(definition))}"
