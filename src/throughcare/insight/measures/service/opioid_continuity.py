"""Q-POD: a medicine for opioid use disorder without a gap. Each dose reaches over its days; a gap is counted in custody only.

`given_run` holds days in a row as one, from `day` to `last`, or each dose as a run of one day: within days in a row there is no gap,
so both give the same. So does `time_held` of the days in custody; a day that two linked records hold is one.
"""

from __future__ import annotations

from throughcare.insight.measures.codes import custody_clause
from throughcare.insight.measures.definitions import Definition


def rows(definition: Definition) -> str:
    """Give who began in the period and stayed in custody long enough; a day without medicine opens a gap."""
    days, gap = int(definition.limit["days"]), int(definition.limit["gap"])
    medicine, long = custody_clause("opioid-medicine", "d.codes"), custody_clause("opioid-medicine-monthly", "d.codes")
    return f"""
    WITH medicine AS (
      SELECT codes, {long} AS long FROM (SELECT DISTINCT codes FROM given_run) d WHERE {medicine}
    ),
    given AS (
      SELECT d.person_id, d.facility, d.id, d.happened_at, d.day, d.last + CASE WHEN m.long THEN 30 ELSE 0 END AS until
      FROM given_run d JOIN medicine m ON m.codes = d.codes
    ),
    reach AS (
      SELECT g.*, max(g.until) OVER (PARTITION BY g.person_id ORDER BY g.happened_at
                                     ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
      FROM given g
    ),
    started AS (
      SELECT r.person_id, r.facility, r.id, r.happened_at, r.day, r.day + {days} - 1 AS last FROM reach r, period p
      WHERE (r.reached IS NULL OR datediff('day', r.reached, r.day) > {days}) AND r.happened_at >= p.starts AND r.happened_at < p.ends
        AND r.day + {days} - 1 < local_day(p.now)
    ),
    held AS (
      SELECT s.id, greatest(k.day, s.day) AS since, least(k.day + k.days::INT - 1, s.last) AS until
      FROM started s JOIN time_held k ON k.person_id = s.person_id AND k.day <= s.last AND k.day + k.days::INT > s.day
    ),
    stayed AS (
      SELECT id FROM (
        SELECT *, max(until) OVER (PARTITION BY id ORDER BY since, until ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS so_far
        FROM held) h
      GROUP BY id HAVING sum(greatest(0, datediff('day', greatest(since, coalesce(so_far + 1, since)), until) + 1)) >= {days}
    ),
    begun AS (SELECT * FROM started WHERE id IN (SELECT id FROM stayed))
    SELECT b.person_id, b.facility, b.id AS ref, b.happened_at AS counted_at, FALSE AS excluded,
           NOT EXISTS (SELECT 1 FROM reach g WHERE g.person_id = b.person_id AND g.happened_at > b.happened_at
                       AND g.reached < b.last AND datediff('day', g.reached, least(g.day - 1, b.last)) >= {gap})
             AND datediff('day', (SELECT max(g.until) FROM given g WHERE g.person_id = b.person_id AND g.day <= b.last), b.last) < {gap} AS hit,
           1.0 AS base, '' AS cause, b.happened_at AS begun_at, NULL::TIMESTAMP AS done_at
    FROM begun b
    """
