"""Who went home in the period: the releases that every measure of going home stands on. Not a measure."""

from __future__ import annotations

RELEASES = """
SELECT m.id, m.person_id, coalesce(m.from_facility, m.facility) AS facility, m.stay_id, m.happened_at AS counted_at,
       coalesce(m.planned, FALSE) AS planned, s.admitted_at
FROM move m JOIN stay s ON s.id = m.stay_id, period p
WHERE m.kind = 'release' AND NOT m.cancelled AND m.happened_at >= p.starts AND m.happened_at < p.ends
"""


def released(
    hit: str, *, where: str = "TRUE", excluded: str = "FALSE", done_at: str = "NULL::TIMESTAMP", miss: str = "service"
) -> str:
    """Give a row for each release `r`, with what makes it a hit, narrows it or leaves it out."""
    return f"""
    SELECT r.person_id, r.facility, r.id AS ref, r.counted_at, {excluded} AS excluded, coalesce({hit}, FALSE) AS hit, 1.0 AS base,
           CASE WHEN coalesce({hit}, FALSE) THEN '' ELSE '{miss}' END AS cause, r.counted_at AS begun_at, {done_at} AS done_at
    FROM ({RELEASES}) r, period p WHERE {where}
    """
