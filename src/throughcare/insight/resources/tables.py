"""The queries that fill the tables of demand and capacity, over one state of the warehouse; pure counts, so that steps don't matter.

`known` is the moment until which the record is whole; nothing after it counts. `local_time(at)` gives the agency's own time.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

PLACE = "coalesce(facility, 'unknown')"
KNOWN = "(SELECT known FROM known)"


def prepare(con: duckdb.DuckDBPyConnection, known: datetime) -> None:
    """Say until when the record is whole."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE known AS SELECT ?::TIMESTAMP AS known",
        [known.astimezone(UTC).replace(tzinfo=None)],
    )


def _hours(query: str, last: str) -> str:
    """Name the hours of rows that have `facility` and `hour_at`."""
    return (
        f"SELECT facility, hour_at, local_time(hour_at)::DATE AS day, hour(local_time(hour_at)) AS hour, {last} "  # noqa: S608
        f"FROM ({query}) GROUP BY ALL"
    )


def _came(kind: str, table: str, at: str, where: str = "true", place: str = "facility", n: str = "1") -> str:
    return f"SELECT coalesce({place}, 'unknown') AS facility, date_trunc('hour', {at}) AS hour_at, '{kind}' AS kind, {n} AS n FROM {table} WHERE {at} < {KNOWN} AND {where}"  # noqa: S608


DEMAND = _hours(
    " UNION ALL ".join(
        (
            _came("arrival", "arrival", "arrived_at"),
            _came("transfer_in", "move", "happened_at", "kind = 'transfer' AND NOT cancelled", "to_facility"),
            _came("return", "move", "happened_at", "kind LIKE '%\\_back' ESCAPE '\\' AND NOT cancelled", "to_facility"),
            _came("request", "communication", "received_at", "state IS NOT NULL"),
            _came("code", "incident", "start_at", "kind = 'code' AND NOT drill"),
            _came("send_out", "incident", "start_at", "kind = 'trip'"),
            _came(
                "dose_due", "dose_hour", "due_at", n="n"
            ),  # `known` is the end of a local day, so never within an hour
        )
    ),
    "kind, sum(n)::BIGINT AS came",
)

_SERVED = f"""
SELECT {PLACE} AS facility, 'screening' AS kind, coalesce(cleared_at, arrived_at) AS begun, signed_at AS ended FROM arrival
UNION ALL SELECT {PLACE}, 'hospital_trip', start_at, end_at FROM incident WHERE kind = 'trip'
UNION ALL SELECT {PLACE}, 'code', start_at, end_at FROM incident WHERE kind = 'code' AND NOT drill
UNION ALL SELECT {PLACE}, 'visit:' || coalesce(code, 'other'), start_at, end_at FROM encounter
  WHERE start_precision = 'instant' AND end_precision = 'instant' AND status = 'finished'
"""  # noqa: S608
SERVICE = f"""
SELECT facility, month, kind, count(*) AS services, round(avg(m), 3) AS mean_minutes, round(stddev_samp(m), 3) AS sd_minutes,
  {", ".join(f"round(quantile_cont(m, 0.{p}), 3) AS p{p}_minutes" for p in (10, 25, 50, 75, 90, 95))}, max(m) AS longest_minutes
FROM (SELECT facility, kind, strftime(local_day(ended), '%Y-%m') AS month, epoch(ended - begun) / 60 AS m FROM ({_SERVED})
      WHERE begun IS NOT NULL AND ended > begun AND ended < {KNOWN})
GROUP BY facility, month, kind
"""  # noqa: S608


def _in_hours(spans: str, keep: str) -> str:
    """Cut spans (`facility`, `since`, `until`) into the hours they touch, with the minutes of each."""
    return f"""
SELECT facility, {keep}, hour_at, since, until,
  epoch(least(until, hour_at + INTERVAL 1 HOUR) - greatest(since, hour_at)) / 60 AS minutes
FROM (SELECT *, unnest(generate_series(date_trunc('hour', since), until - INTERVAL 1 MICROSECOND, INTERVAL 1 HOUR)) AS hour_at
      FROM ({spans}) WHERE since < until)
"""  # noqa: S608


_SHIFTS = f"""
SELECT {PLACE} AS facility, coalesce(role, 'unknown') AS role, on_call, start_at AS since, least(end_at, {KNOWN}) AS until FROM shift
"""  # noqa: S608
STAFF = _hours(
    _in_hours(_SHIFTS, "role, on_call"),
    "role, round(coalesce(sum(minutes) FILTER (NOT on_call), 0) / 60, 3) AS here, "
    "round(coalesce(sum(minutes) FILTER (on_call), 0) / 60, 3) AS on_call",
)

_LOCKED = f"""
SELECT {PLACE} AS facility, coalesce(unit, '') AS unit, start_at AS since, least(coalesce(end_at, {KNOWN}), {KNOWN}) AS until FROM lockdown
"""  # noqa: S608
# Two lockdowns of one place at once lock it once: overlapping ones are joined before they are counted.
_LOCKED_ONCE = f"""
SELECT facility, unit, min(since) AS since, max(until) AS until FROM (
  SELECT *, sum(begins) OVER (PARTITION BY facility, unit ORDER BY since, until ROWS UNBOUNDED PRECEDING) AS island FROM (
    SELECT *, CASE WHEN since > max(until) OVER (PARTITION BY facility, unit ORDER BY since, until
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) THEN 1 ELSE 0 END AS begins FROM ({_LOCKED}) WHERE since < until))
GROUP BY facility, unit, island
"""  # noqa: S608
LOCKDOWN = _hours(_in_hours(_LOCKED_ONCE, "unit"), "unit, round(sum(minutes), 3) AS minutes")

# Of one visit several sides may say why it was missed: the failure of access stands before the refusal, and that before the rest.
_MISSED = """
SELECT person_id, start_at,
  bool_or(split_part(detail, ':', 2) IN ('not-brought', 'lockdown')) AS not_given,
  bool_or(split_part(detail, ':', 2) = 'refused-in-person') AS refused
FROM incident WHERE kind = 'visit-missed' GROUP BY person_id, start_at
"""
_VISITS = f"""
SELECT coalesce(p.facility, 'unknown') AS facility, 'outside' AS kind, a.start_at AS moment, a.person_id, a.status = 'fulfilled' AS took_place
FROM appointment a JOIN placement p
  ON p.person_id = a.person_id AND p.since <= a.start_at AND (p.until IS NULL OR p.until > a.start_at)
WHERE a.source = 'appointment' AND a.status IN ('booked', 'arrived', 'fulfilled', 'noshow')
UNION ALL
SELECT {PLACE}, 'clinic', visit_at, person_id, false FROM (SELECT DISTINCT facility, start_at AS visit_at, person_id FROM incident WHERE kind = 'visit-missed')
UNION ALL
SELECT {PLACE}, 'clinic', seen_at, person_id, true FROM communication WHERE state IS NOT NULL AND seen_at IS NOT NULL
"""  # noqa: S608
ESCORT = f"""
SELECT facility, local_day(moment) AS day, kind, count(*) AS asked, count(*) FILTER (took_place) AS held,
  count(*) FILTER (NOT took_place AND coalesce(not_given, false)) AS not_brought,
  count(*) FILTER (NOT took_place AND NOT coalesce(not_given, false) AND coalesce(refused, false)) AS refused,
  count(*) FILTER (NOT took_place AND not_given = false AND refused = false) AS other,
  count(*) FILTER (NOT took_place AND not_given IS NULL) AS unknown
FROM (SELECT v.*, m.not_given, m.refused FROM ({_VISITS}) v LEFT JOIN ({_MISSED}) m ON m.person_id = v.person_id AND m.start_at = v.moment
      WHERE v.moment < {KNOWN})
GROUP BY ALL
"""  # noqa: S608

_QUEUES = f"""
SELECT {PLACE} AS facility, 'screening' AS queue, arrived_at AS since, signed_at AS served FROM arrival
WHERE status NOT IN ('sent_out', 'left', 'released') OR signed_at IS NOT NULL
UNION ALL SELECT {PLACE}, 'triage', received_at, coalesce(triaged_at, closed_at) FROM communication WHERE state IS NOT NULL
UNION ALL SELECT {PLACE}, 'visit', triaged_at, coalesce(seen_at, closed_at) FROM communication WHERE state IS NOT NULL
UNION ALL SELECT {PLACE}, 'nurse_review', end_at, reviewed_at FROM incident WHERE kind = 'trip' AND end_at IS NOT NULL
"""  # noqa: S608
_WAITS = f"""
SELECT facility, queue, since, least(coalesce(served, {KNOWN}), {KNOWN}) AS until, served < {KNOWN} AS was_served
FROM ({_QUEUES}) WHERE since IS NOT NULL AND since < {KNOWN}
"""  # noqa: S608
WAITING = _hours(
    _in_hours(_WAITS, "queue, was_served"),
    "queue, count(*) FILTER (since >= hour_at) AS joined, "
    "count(*) FILTER (coalesce(was_served, false) AND until <= hour_at + INTERVAL 1 HOUR) AS served, "
    "round(sum(minutes), 3) AS waited_minutes, "
    "count(*) FILTER (until > hour_at + INTERVAL 1 HOUR OR NOT coalesce(was_served, false) AND until = hour_at + INTERVAL 1 HOUR) AS at_end, "
    "max(epoch(hour_at + INTERVAL 1 HOUR - since) / 60) FILTER (until > hour_at + INTERVAL 1 HOUR "
    "OR NOT coalesce(was_served, false) AND until = hour_at + INTERVAL 1 HOUR) AS longest_minutes",
)

QUERIES = {
    "demand_hour": DEMAND,
    "service_time": SERVICE,
    "staff_hour": STAFF,
    "escort_day": ESCORT,
    "lockdown_hour": LOCKDOWN,
    "waiting_hour": WAITING,
}
