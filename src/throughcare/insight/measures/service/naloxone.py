"""R-NAL: people who left with a naloxone kit in hand, as the plan of that stay says."""

from __future__ import annotations

from throughcare.insight.measures.definitions import Definition
from throughcare.insight.measures.service.releases import released


def rows(definition: Definition) -> str:
    """Give every release; a plan of the last days before it that says the kit was handed over is a hit."""
    days = int(definition.limit["days"])
    return released(
        "EXISTS (SELECT 1 FROM release_step s WHERE s.kind = 'plan' AND s.naloxone AND s.person_id = r.person_id "
        f"AND s.start_at <= r.counted_at AND s.start_at > r.counted_at - INTERVAL {days} DAY)"
    )
