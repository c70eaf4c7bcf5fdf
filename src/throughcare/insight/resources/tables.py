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
# Hour by hour, and yet no wait is cut into its hours: most last for many, and there are millions of them. Who waits at an hour's end
# are those who joined less those who left; whoever waits through an hour waits all of it. Of those who wait at one moment the one who
# came first has waited longest, so a wait tells the longest only once all who came before it have left. Times are microseconds and
# hours are whole numbers on the way (`h`), queues of facilities too (`place`).
HOUR_US = 3_600_000_000
_COME_AND_GONE = f"""
SELECT place, h, sum(came)::INT AS joined, sum(went)::INT AS ended, sum(done)::INT AS served, sum(stays)::INT AS stays, sum(us)::BIGINT AS us
FROM (SELECT place, since // {HOUR_US} AS h, 1 AS came, 0 AS went, 0 AS done, 0 AS stays, {HOUR_US} - since % {HOUR_US} AS us FROM waits
      UNION ALL
      SELECT place, (until - 1) // {HOUR_US}, 0, 1, served::INT, (NOT served AND until % {HOUR_US} = 0)::INT,
        (until - 1) % {HOUR_US} + 1 - {HOUR_US} FROM waits)
GROUP BY place, h
"""  # noqa: S608
_LONGEST = f"""
SELECT place, hour_end - 1 AS h, (hour_end * {HOUR_US} - since) / 1000000 / 60 AS longest_minutes
FROM (SELECT place, since, unnest(range(greatest(since, coalesce(before - 1, since)) // {HOUR_US} + 1, (gone - 1) // {HOUR_US} + 1)) AS hour_end
      FROM (SELECT *, max(gone) OVER (PARTITION BY place ORDER BY since, gone DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
            FROM (SELECT *, until + (NOT served)::INT AS gone FROM waits))
      WHERE before IS NULL OR gone > before)
"""  # noqa: S608
WAITING = f"""
WITH named AS MATERIALIZED (
  SELECT facility, queue, epoch_us(since) AS since, epoch_us(until) AS until, coalesce(was_served, false) AS served
  FROM ({_WAITS}) WHERE since < until),
places AS MATERIALIZED (SELECT facility, queue, row_number() OVER ()::SMALLINT AS place FROM (SELECT DISTINCT facility, queue FROM named)),
waits AS MATERIALIZED (SELECT place, since, until, served FROM named JOIN places USING (facility, queue)),
turns AS MATERIALIZED (
  SELECT *, sum(joined - ended) OVER run AS waiting, lead(h) OVER run AS following FROM ({_COME_AND_GONE})
  WINDOW run AS (PARTITION BY place ORDER BY h ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)),
hours AS (
  SELECT place, h, joined, served, (waiting - joined + ended) * {HOUR_US} + us AS us, waiting + stays AS at_end FROM turns
  UNION ALL
  SELECT place, unnest(range(h + 1, following)), 0, 0, waiting * {HOUR_US}, waiting FROM turns WHERE waiting > 0),
clock AS (
  SELECT h, make_timestamp(h * {HOUR_US}) AS hour_at, local_time(make_timestamp(h * {HOUR_US})) AS here FROM (SELECT DISTINCT h FROM hours))
SELECT p.facility, c.hour_at, c.here::DATE AS day, hour(c.here) AS hour, p.queue, o.joined::BIGINT AS joined, o.served::BIGINT AS served,
  round(o.us::BIGINT / 60000000, 3) AS waited_minutes, o.at_end::BIGINT AS at_end, l.longest_minutes
FROM hours o JOIN places p USING (place) JOIN clock c USING (h) LEFT JOIN ({_LONGEST}) l ON l.place = o.place AND l.h = o.h
"""  # noqa: S608

QUERIES = {
    "demand_hour": DEMAND,
    "service_time": SERVICE,
    "staff_hour": STAFF,
    "escort_day": ESCORT,
    "lockdown_hour": LOCKDOWN,
    "waiting_hour": WAITING,
}
