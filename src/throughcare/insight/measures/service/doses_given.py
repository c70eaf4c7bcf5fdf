"""M-ADH: of the observed doses due, those given. A refusal is the person's, everything else a miss of ours."""

from __future__ import annotations

from throughcare.insight.measures.definitions import Definition
from throughcare.insight.measures.service.doses_due import doses

WEIGHTED = True


def rows(definition: Definition, due: str = "", also: str = "") -> str:
    """Give the doses due; or those of a table made of them, with more of its columns."""
    return f"""
    SELECT person_id, facility, coalesce(ref, '') AS ref, counted_at, excluded, hit, base, n, cause, begun_at, done_at{also}
    FROM {due or f"({doses()})"}
    """
