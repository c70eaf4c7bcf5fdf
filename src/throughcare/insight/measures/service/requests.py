"""A-SC1, A-SC2: requests for care sorted, or seen face to face, in time from receipt; the limit is the content's."""

from __future__ import annotations

from throughcare.insight.measures.definitions import Definition

# Which stamp ends the wait, and when a request was owed none.
STEPS = {
    "triaged": ("c.triaged_at", "c.triaged_at IS NULL AND c.state = 'withdrawn'"),
    "seen": ("c.seen_at", "c.seen_at IS NULL AND (c.closed_at < p.now OR c.state = 'withdrawn')"),
}


def rows(definition: Definition) -> str:
    """Give the requests received whose limit has passed; one withdrawn, or closed without the visit it asked, is left out."""
    done, none_owed = STEPS[str(definition.limit["step"])]
    limit = f"INTERVAL {int(definition.limit['hours'])} HOUR"
    return f"""
    SELECT c.person_id, c.facility, c.id AS ref, c.received_at AS counted_at,
           coalesce({none_owed}, FALSE) AS excluded,
           coalesce({done} <= c.received_at + {limit}, FALSE) AS hit, 1.0 AS base, 'service' AS cause,
           c.received_at AS begun_at, CASE WHEN {done} < p.now THEN {done} END AS done_at
    FROM communication c, period p
    WHERE c.state IS NOT NULL AND c.received_at >= p.starts AND c.received_at < p.ends AND c.received_at + {limit} < p.now
    """
