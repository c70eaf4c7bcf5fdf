"""S-ED, S-SH: incidents of a kind over time in custody; no drills."""

from __future__ import annotations

from throughcare.insight.measures.definitions import Definition
from throughcare.insight.measures.service.exposure import events, time_in_custody


def rows(definition: Definition) -> str:
    """Give the incidents of the kind, and everybody's time in custody."""
    kind, time = str(definition.limit["incident"]), str(definition.limit["time"])
    found = (
        "SELECT i.person_id, i.facility, i.id AS ref, i.start_at AS counted_at FROM incident i, period p "
        f"WHERE i.kind = '{kind}' AND NOT i.drill AND i.start_at < p.now"
    )
    return f"{time_in_custody(time)} UNION ALL {events(found)}"
