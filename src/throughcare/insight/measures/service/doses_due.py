"""Doses due, and what became of them: a miss is the person's (refused, no-show) or ours (everything else). Not a measure."""

from __future__ import annotations

PERSONS = ("refused", "no-show", "cheeked")
LEFT_OUT = ("void", "held", "away", "cancelled", "wasted")


def doses() -> str:
    """Give the query of the doses due in the period; held and away ones are left out. `n` says how many a row stands for."""
    mine, out = (", ".join(f"'{word}'" for word in words) for words in (PERSONS, LEFT_OUT))
    return f"""
    SELECT d.person_id, d.facility, d.id AS ref, d.due_at AS counted_at,
           coalesce(d.outcome IN ({out}), FALSE) AS excluded,
           coalesce(d.status = 'completed' AND NOT d.not_done, FALSE) AS hit,
           d.n::DOUBLE AS base, d.n,
           CASE WHEN d.status = 'completed' AND NOT d.not_done THEN ''
                WHEN d.outcome IN ({mine}) THEN 'person' ELSE 'service' END AS cause,
           d.due_at AS begun_at, CASE WHEN d.status = 'completed' THEN d.happened_at END AS done_at
    FROM dose_due d, period p
    WHERE d.due_at >= p.starts AND d.due_at < p.ends AND d.due_at <= p.now
    """
