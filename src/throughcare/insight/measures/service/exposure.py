"""Time in custody as exposure: person-years, person-months or person-days of the period, by where people were. Not a measure."""

from __future__ import annotations

HOURS = {"year": 365.25 * 24, "month": 365.25 * 2, "day": 24.0, "hour": 1.0}


def time_in_custody(unit: str, where: str = "TRUE") -> str:
    """Give the exposure rows of everybody in custody, in a unit of time; `where` narrows the person-days.

    A day counts at its noon in UTC: that is the same day on every clock of this country.
    """
    return f"""
    SELECT d.person_id, d.facility, NULL AS ref, d.day + INTERVAL 12 HOUR AS counted_at, FALSE AS excluded, FALSE AS hit,
           d.hours / {HOURS[unit]} AS base, '' AS cause, NULL::TIMESTAMP AS begun_at, NULL::TIMESTAMP AS done_at
    FROM time_held d, period p WHERE d.day >= p.first AND d.day <= p.last AND {where}
    """


def events(query: str) -> str:
    """Give the event rows of a query with person_id, facility, ref and at, within the period."""
    return f"""
    SELECT e.person_id, e.facility, e.ref, e.counted_at, FALSE AS excluded, TRUE AS hit, 0.0 AS base, '' AS cause,
           NULL::TIMESTAMP AS begun_at, NULL::TIMESTAMP AS done_at
    FROM ({query}) e, period p WHERE e.counted_at >= p.starts AND e.counted_at < p.ends
    """
