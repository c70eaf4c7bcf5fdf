"""On time: a measure whose core is duties. Each duty due in the period counts once, in time or not.

A duty voided by the rule itself, excused, or carried on as another before it was due is left out; so is what is not due
yet. A refusal before it was due is a miss for the person's reason, everything else late or never done a miss of ours.
"""

from __future__ import annotations

from throughcare.insight.measures.definitions import Definition


def rows(definition: Definition) -> str:
    """Give the query of the duties of a measure's rules."""
    rules = ", ".join(f"'{rule}'" for rule in definition.rules)
    return f"""
    SELECT d.person_id, d.facility, d.id AS ref, d.due_at AS counted_at,
           (d.outcome IN ('void', 'excused') OR (d.outcome = 'converted' AND d.closed_at <= d.due_at)) IS TRUE AS excluded,
           (d.outcome = 'done' AND d.closed_at <= d.due_at) IS TRUE AS hit,
           1.0 AS base,
           CASE WHEN (d.outcome = 'done' AND d.closed_at <= d.due_at) IS TRUE THEN ''
                WHEN (d.outcome = 'refused' AND d.closed_at <= d.due_at) IS TRUE THEN 'person'
                ELSE 'service' END AS cause,
           d.opened_at AS begun_at,
           CASE WHEN d.outcome = 'done' THEN d.closed_at END AS done_at
    FROM duty d, period p
    WHERE d.rule IN ({rules}) AND d.due_at >= p.starts AND d.due_at < p.ends AND d.due_at <= p.now
    """
