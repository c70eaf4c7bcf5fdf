"""Where people were: placements made from moves, days made from placements; and from when on either differs from before.

Queries of the engine; `move`, `stay`, `legal_status` and `placement` are views or tables of the session.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

# The facility still answers for somebody who is out at court or in hospital; who escaped is in nobody's custody.
PLACEMENT = """
SELECT person_id, spot.facility AS facility, spot.unit AS unit, stay_id, since,
       coalesce(least(until, ended_at), until, ended_at) AS until,
       kind IN ('court_out', 'hospital_out', 'furlough') AS away, data_class
FROM (
  SELECT m.person_id, m.stay_id, m.kind, m.happened_at AS since, m.data_class, s.ended_at,
         lead(m.happened_at) OVER run AS until,
         last_value(CASE WHEN m.to_facility IS NOT NULL THEN {'facility': m.to_facility, 'unit': m.to_unit} END IGNORE NULLS)
           OVER (run ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS spot
  FROM move m JOIN stay s ON s.id = m.stay_id
  WHERE NOT m.cancelled AND s.status <> 'cancelled'
  WINDOW run AS (PARTITION BY m.stay_id ORDER BY m.happened_at, m.number)
)
WHERE kind NOT IN ('release', 'death', 'escape')
  AND (until IS NULL OR until > since) AND (ended_at IS NULL OR ended_at > since)
QUALIFY row_number() OVER (PARTITION BY person_id, since, stay_id ORDER BY kind) = 1
"""

# Of each person whose placements differ, the first moment from which they do.
MOVED = """
SELECT person_id, min(since) AS since FROM (
  (SELECT person_id, since, facility FROM placement EXCEPT SELECT person_id, since, facility FROM placement_before)
  UNION ALL
  (SELECT person_id, since, facility FROM placement_before EXCEPT SELECT person_id, since, facility FROM placement)
) GROUP BY person_id
"""

# The first moment from which any day of anybody may differ: a placement, its end, or a legal status.
DAYS_DIFFER = """
SELECT min(since) FROM (
  SELECT coalesce(least(a.until, b.until), a.until, b.until) AS since
  FROM placement a JOIN placement_before b USING (person_id, since, stay_id)
  WHERE a.until IS DISTINCT FROM b.until OR a.unit IS DISTINCT FROM b.unit OR a.away IS DISTINCT FROM b.away
  UNION ALL
  SELECT min(since) FROM (
    (SELECT person_id, since, stay_id, facility, unit FROM placement
     EXCEPT SELECT person_id, since, stay_id, facility, unit FROM placement_before)
    UNION ALL
    (SELECT person_id, since, stay_id, facility, unit FROM placement_before
     EXCEPT SELECT person_id, since, stay_id, facility, unit FROM placement))
  UNION ALL
  SELECT min(since) FROM (
    (SELECT stay_id, kind, since FROM legal_status EXCEPT SELECT stay_id, kind, since FROM legal_before)
    UNION ALL
    (SELECT stay_id, kind, since FROM legal_before EXCEPT SELECT stay_id, kind, since FROM legal_status))
)
"""

# `day_bounds` holds the local days of one month with their first and last moments in UTC.
PERSON_DAYS = """
SELECT d.person_id, d.facility, d.data_class, d.day, d.unit, d.stay_id, l.kind AS legal_status,
       d.day_of_stay, round(d.hours, 3) AS hours
FROM (
  SELECT p.person_id, b.day,
         arg_max(p.facility, p.since) AS facility, arg_max(p.unit, p.since) AS unit,
         arg_max(p.stay_id, p.since) AS stay_id, arg_max(p.data_class, p.since) AS data_class,
         max(least(coalesce(p.until, b.ends), b.ends)) AS last_at,
         arg_max(datediff('day', (s.admitted_at + to_seconds(b.shift))::DATE, b.day), p.since) + 1 AS day_of_stay,
         sum(epoch(least(coalesce(p.until, b.ends), b.ends)) - epoch(greatest(p.since, b.starts))) / 3600 AS hours
  FROM (SELECT * FROM placement
        WHERE since < (SELECT max(ends) FROM day_bounds)
          AND (until IS NULL OR until > (SELECT min(starts) FROM day_bounds))) p
  JOIN day_bounds b ON p.since < b.ends AND coalesce(p.until, TIMESTAMP '9999-01-01') > b.starts
  JOIN stay s ON s.id = p.stay_id
  GROUP BY p.person_id, b.day
) d
ASOF LEFT JOIN legal_status l ON l.stay_id = d.stay_id AND d.last_at > l.since
"""


def bounds(month: str, last_day: date, zone: ZoneInfo) -> list[tuple[date, datetime, datetime, int]]:
    """Give the local days of a month up to the last whole one: first moment, last moment, seconds ahead of UTC."""
    year, number = (int(part) for part in month.split("-"))
    day, found = date(year, number, 1), []
    while day.month == number and day <= last_day:
        starts, ends = (datetime.combine(d, time(), zone) for d in (day, day + timedelta(days=1)))
        shift = int((starts.utcoffset() or timedelta()).total_seconds())
        found.append((day, _utc(starts), _utc(ends), shift))
        day += timedelta(days=1)
    return found


def months(first: date, last: date) -> list[str]:
    """Name the months from one day to another."""
    found, at = [], date(first.year, first.month, 1)
    while at <= last:
        found.append(at.strftime("%Y-%m"))
        at = date(at.year + at.month // 12, at.month % 12 + 1, 1)
    return found


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None)
