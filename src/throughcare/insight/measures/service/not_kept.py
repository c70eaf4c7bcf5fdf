"""A-NOSHOW: visits planned in the period and not kept, each by whose reason it was. One core, three measures."""

from __future__ import annotations

from throughcare.insight.measures.definitions import Definition


def rows(definition: Definition) -> str:
    """Give the visits planned in the period; the hit is a visit missed for the reason of `side` (custody, person, clinic)."""
    side = str(definition.limit["side"])
    return f"""
    WITH missed AS (
      SELECT i.person_id, i.start_at AS counted_at, min(split_part(i.detail, ':', 1)) AS side, min(i.id) AS ref
      FROM incident i WHERE i.kind = 'visit-missed' GROUP BY i.person_id, i.start_at
    )
    SELECT a.person_id, a.facility, coalesce(m.ref, a.id) AS ref, a.start_at AS counted_at,
           coalesce(a.status = 'cancelled', FALSE) AS excluded, coalesce(m.side = '{side}', FALSE) AS hit, 1.0 AS base,
           coalesce(m.side, '') AS cause, NULL::TIMESTAMP AS begun_at, NULL::TIMESTAMP AS done_at
    FROM appointment a LEFT JOIN missed m ON m.person_id = a.person_id AND m.counted_at = a.start_at, period p
    WHERE a.start_at >= p.starts AND a.start_at < p.ends AND a.start_at <= p.now
    """
