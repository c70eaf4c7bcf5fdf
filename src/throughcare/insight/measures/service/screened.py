"""A-INT: people who arrived and were screened in time; the limit is the content's."""

from __future__ import annotations

from throughcare.insight.measures.definitions import Definition


def rows(definition: Definition) -> str:
    """Give the arrivals whose limit has passed; who was sent out or released before is left out."""
    limit = f"INTERVAL {int(definition.limit['hours'])} HOUR"
    return f"""
    SELECT a.person_id, a.facility, a.id AS ref, a.arrived_at AS counted_at,
           coalesce(NOT coalesce(a.signed_at <= a.arrived_at + {limit}, FALSE)
                    AND (a.status IN ('sent_out', 'left', 'released') OR s.ended_at < a.arrived_at + {limit}), FALSE) AS excluded,
           coalesce(a.signed_at <= a.arrived_at + {limit}, FALSE) AS hit, 1.0 AS base, 'service' AS cause,
           a.arrived_at AS begun_at, CASE WHEN a.signed_at < p.now THEN a.signed_at END AS done_at
    FROM arrival a LEFT JOIN stay s ON s.id = a.stay_id, period p
    WHERE a.arrived_at >= p.starts AND a.arrived_at < p.ends AND a.arrived_at + {limit} < p.now
    """
