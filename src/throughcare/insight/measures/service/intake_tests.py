"""Q-HIVscreen, Q-HCVscreen: tested at intake. Intakes in custody for a week; a test from booking to day 14."""

from __future__ import annotations

from throughcare.insight.measures.codes import custody_clause
from throughcare.insight.measures.definitions import Definition


def rows(definition: Definition) -> str:
    """Give the bookings of the period that lasted; who was known to have the infection is left out."""
    limit = definition.limit
    days, within = int(limit["days"]), int(limit["within"])
    test, known = custody_clause(str(limit["test"]), "o.codes"), custody_clause(str(limit["known"]), "c.codes")
    return f"""
    WITH booked AS (
      SELECT s.id, s.person_id, s.facility, s.admitted_at FROM stay s, period p
      WHERE s.status <> 'cancelled' AND s.admitted_at >= p.starts AND s.admitted_at < p.ends
        AND local_day(coalesce(s.ended_at, p.now)) >= local_day(s.admitted_at) + {days}
    ),
    tested AS (
      SELECT b.id, min(o.start_at) AS counted_at, min(o.id) AS ref FROM booked b JOIN observation o ON o.person_id = b.person_id
      WHERE {test} AND o.part = 0 AND NOT o.not_done AND o.status IN ('final', 'amended', 'corrected')
        AND local_day(o.start_at) >= local_day(b.admitted_at) AND local_day(o.start_at) < local_day(b.admitted_at) + {within}
      GROUP BY b.id
    )
    SELECT b.person_id, b.facility, coalesce(t.ref, b.id) AS ref, b.admitted_at AS counted_at,
           EXISTS (SELECT 1 FROM condition c WHERE c.person_id = b.person_id AND {known}
                   AND c.start_at < b.admitted_at AND coalesce(c.verification, '') <> 'refuted') AS excluded,
           t.id IS NOT NULL AS hit, 1.0 AS base, CASE WHEN t.id IS NULL THEN 'service' ELSE '' END AS cause,
           b.admitted_at AS begun_at, t.counted_at AS done_at
    FROM booked b LEFT JOIN tested t ON t.id = b.id
    """
