"""M-MISS: of directly observed doses due, those missed for a reason of ours, per 1,000."""

from __future__ import annotations

from throughcare.insight.measures.definitions import Definition
from throughcare.insight.measures.service.doses_due import doses

WEIGHTED = True


def rows(definition: Definition, due: str = "", also: str = "") -> str:
    """Give an exposure of one for each dose due, and an event for each that we missed; `due` may be a table made of them, with more columns."""
    return f"""
    WITH due_now AS (SELECT * FROM {due or f"({doses()})"})
    SELECT person_id, facility, NULL AS ref, counted_at, excluded, FALSE AS hit, base, '' AS cause,
           NULL::TIMESTAMP AS begun_at, NULL::TIMESTAMP AS done_at, n{also} FROM due_now
    UNION ALL
    SELECT person_id, facility, coalesce(ref, '') AS ref, counted_at, excluded, TRUE, 0.0, cause, NULL, NULL, n{also}
    FROM due_now WHERE cause = 'service'
    """
