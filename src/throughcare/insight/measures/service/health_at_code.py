"""S-CODE: codes with health staff there in time; no drills. A stamp taken back does not count."""

from __future__ import annotations

from throughcare.insight.measures.definitions import Definition


def rows(definition: Definition) -> str:
    """Give the codes called in the period."""
    limit = f"INTERVAL {int(definition.limit['minutes'])} MINUTE"
    return f"""
    SELECT c.person_id, c.facility, c.id AS ref, c.start_at AS counted_at, FALSE AS excluded,
           coalesce(min(s.stamped_at) <= c.start_at + {limit}, FALSE) AS hit, 1.0 AS base, 'service' AS cause,
           c.start_at AS begun_at, min(s.stamped_at) AS done_at
    FROM incident c LEFT JOIN code_stamp s ON s.code_id = c.id AND s.kind = 'health_there' AND NOT s.taken_back, period p
    WHERE c.kind = 'code' AND NOT c.drill AND c.start_at >= p.starts AND c.start_at < p.ends AND c.start_at < p.now
    GROUP BY c.person_id, c.facility, c.id, c.start_at
    """
