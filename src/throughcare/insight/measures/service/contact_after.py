"""R-F7 and R-F30: people reached within 7 or 30 days of release."""

from __future__ import annotations

from throughcare.insight.measures.definitions import Definition
from throughcare.insight.measures.service.releases import RELEASES


def rows(definition: Definition) -> str:
    """Give the releases whose days have passed; a contact that reached the person in them is a hit, a return to custody before any leaves out."""
    days = int(definition.limit["days"])
    return f"""
    WITH gone AS ({RELEASES}),
    reached AS (
      SELECT r.id, min(s.start_at) AS first_at FROM gone r JOIN release_step s ON s.person_id = r.person_id
      WHERE s.kind = 'contact' AND s.reached AND s.start_at > r.counted_at
        AND local_day(s.start_at) <= local_day(r.counted_at) + {days}
      GROUP BY r.id
    )
    SELECT r.person_id, r.facility, r.id AS ref, r.counted_at,
           EXISTS (SELECT 1 FROM stay b WHERE b.person_id = r.person_id AND b.id <> r.stay_id AND b.status <> 'cancelled'
                   AND b.admitted_at > r.counted_at AND local_day(b.admitted_at) <= local_day(r.counted_at) + {days}
                   AND (c.first_at IS NULL OR c.first_at >= b.admitted_at)) AS excluded,
           c.first_at IS NOT NULL AS hit, 1.0 AS base, CASE WHEN c.first_at IS NULL THEN 'service' ELSE '' END AS cause,
           r.counted_at AS begun_at, c.first_at AS done_at
    FROM gone r LEFT JOIN reached c ON c.id = r.id, period p WHERE local_day(r.counted_at) + {days} < local_day(p.now)
    """
