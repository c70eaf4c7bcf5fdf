"""S-ED30: trips to an emergency department followed by another within 30 days of the return."""

from __future__ import annotations

from throughcare.insight.measures.definitions import Definition


def rows(definition: Definition) -> str:
    """Give the trips that ended in the period; the last days count once the 30 days have passed."""
    days = int(definition.limit["days"])
    return f"""
    SELECT t.person_id, t.facility, t.id AS ref, t.end_at AS counted_at, FALSE AS excluded,
           EXISTS (SELECT 1 FROM incident n WHERE n.kind = 'trip' AND NOT n.drill AND n.person_id = t.person_id
                   AND n.id <> t.id AND n.start_at >= t.end_at AND local_day(n.start_at) <= local_day(t.end_at) + {days}) AS hit,
           1.0 AS base, '' AS cause, NULL::TIMESTAMP AS begun_at, NULL::TIMESTAMP AS done_at
    FROM incident t, period p
    WHERE t.kind = 'trip' AND NOT t.drill AND t.end_at >= p.starts AND t.end_at < p.ends
      AND local_day(t.end_at) + {days} < local_day(p.now)
    """
