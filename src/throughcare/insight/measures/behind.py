"""What stands behind a number: its units one by one, and what stood in the way of its duties. The same cores that made the number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from throughcare.insight.measures import parts, periods, running
from throughcare.insight.measures.definitions import Definition
from throughcare.insight.measures.periods import Period

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit behind a number."""

    unit: str
    person_id: str | None
    facility: str | None
    at: datetime
    state: str
    minutes: float | None


def units(
    con: duckdb.DuckDBPyConnection,
    definition: Definition,
    month: str,
    last_day: date,
    zone: ZoneInfo,
    *,
    facility: str | None = None,
    states: Iterable[str] = (),
) -> list[UnitRow]:
    """Give the units behind a measure's number of a month, at a facility or everywhere, longest first."""
    period = _period(con, definition, month, last_day, zone)
    if period is None:
        return []
    running.measure(con, definition, period)
    chosen = list(states)
    only = "AND state IN (SELECT unnest(?::VARCHAR[]))" if chosen else ""
    said: list[Any] = [facility, facility, *([chosen] if chosen else [])]
    rows = con.execute(
        f"SELECT ref, person_id, facility, counted_at, state, {parts.MINUTES} AS minutes FROM measured "  # noqa: S608
        f"WHERE ref IS NOT NULL AND (?::VARCHAR IS NULL OR coalesce(facility, '{parts.NOT_SAID}') = ?) {only} "
        "ORDER BY minutes DESC NULLS LAST, counted_at, ref",
        said,
    ).fetchall()
    return [UnitRow(*row) for row in rows]


def _period(
    con: duckdb.DuckDBPyConnection, definition: Definition, month: str, last_day: date, zone: ZoneInfo
) -> Period | None:
    """Give the period a number of a month was counted over: the month, or the months that a judged one looks back."""
    if definition.judged:
        known = periods.judged_periods(con, last_day, zone)
        return next((p for p in known if p.last.strftime("%Y-%m") == month), None)
    return periods.month_period(month, last_day, zone)


WHY = """
SELECT
  count(*) FILTER (EXISTS (SELECT 1 FROM lockdown l WHERE l.facility = d.facility AND l.start_at < d.until
                           AND coalesce(l.end_at, d.until) > d.opened_at)) AS lockdown,
  count(*) FILTER (EXISTS (SELECT 1 FROM placement p WHERE p.person_id = d.person_id AND p.away AND p.since < d.until
                           AND coalesce(p.until, d.until) > d.opened_at)) AS away,
  count(*) FILTER (EXISTS (SELECT 1 FROM move m WHERE m.person_id = d.person_id AND m.kind = 'transfer' AND NOT m.cancelled
                           AND m.happened_at BETWEEN d.opened_at AND d.until)) AS moved,
  count(*) FILTER (NOT EXISTS (SELECT 1 FROM shift s WHERE (s.facility = d.facility OR s.facility IS NULL)
                               AND s.role = d.owner_role AND s.start_at < d.due_at AND s.end_at > d.opened_at)) AS nobody
FROM (SELECT *, least(coalesce(closed_at, (SELECT now FROM period)), (SELECT now FROM period)) AS until FROM duty
      WHERE id IN (SELECT unnest(?::VARCHAR[]))) d
"""


def why(con: duckdb.DuckDBPyConnection, duty_ids: Sequence[str]) -> list[tuple[str, int]]:
    """Count what stood in the way of these duties while they were open; one duty may have several reasons, or none known."""
    names = ("lockdown", "away", "moved", "nobody")
    if not duty_ids:
        return []
    found = con.execute(WHY, [list(duty_ids)]).fetchall()[0]
    return sorted(((n, c) for n, c in zip(names, found, strict=True) if c), key=lambda p: -p[1])
