"""S-CODE: codes (not drills) that health staff reached in four minutes."""

from __future__ import annotations

from throughcare.insight.measures.definitions import Definition


def rows(definition: Definition) -> str:
    """Give the codes called in the period with the first stamp of health staff that was not taken back."""
    seconds = int(definition.limit["minutes"]) * 60
    return f"""
    WITH there AS (
      SELECT s.code_id, min(s.stamped_at) AS counted_at FROM code_stamp s
      WHERE s.kind = 'health_there' AND NOT s.taken_back
        AND NOT EXISTS (SELECT 1 FROM code_stamp c WHERE c.corrects_id = s.id)
      GROUP BY s.code_id
    )
    SELECT i.person_id, i.facility, i.id AS ref, i.start_at AS counted_at, FALSE AS excluded,
           coalesce(epoch(t.counted_at) - epoch(i.start_at) <= {seconds}, FALSE) AS hit, 1.0 AS base,
           CASE WHEN epoch(t.counted_at) - epoch(i.start_at) <= {seconds} THEN '' ELSE 'service' END AS cause,
           i.start_at AS begun_at, t.counted_at AS done_at
    FROM incident i LEFT JOIN there t ON t.code_id = i.id, period p
    WHERE i.kind = 'code' AND NOT i.drill AND i.start_at >= p.starts AND i.start_at < p.ends
    """
