"""R-MED: people who left with a medicine on order and enough of it in hand: 30 days if planned, 7 if not."""

from __future__ import annotations

from throughcare.insight.measures.definitions import Definition
from throughcare.insight.measures.service.releases import released

ON_MEDICINES = """
EXISTS (SELECT 1 FROM medication_order o WHERE o.kind = 'order' AND o.intent = 'order' AND NOT o.not_done
        AND o.person_id = r.person_id AND o.authored_at <= r.counted_at AND coalesce(o.end_at, r.counted_at) >= r.counted_at
        AND o.status IN ('active', 'completed'))
"""


def rows(definition: Definition) -> str:
    """Give the releases of people on medicines; a bridge of enough days proposed in the stay is a hit."""
    planned, unplanned = int(definition.limit["days_planned"]), int(definition.limit["days_unplanned"])
    return released(
        "EXISTS (SELECT 1 FROM release_step s WHERE s.kind = 'bridge' AND s.person_id = r.person_id "
        "AND s.start_at >= r.admitted_at AND s.start_at <= r.counted_at "
        f"AND s.supply_days >= CASE WHEN r.planned THEN {planned} ELSE {unplanned} END)",
        where=ON_MEDICINES,
    )
