"""On time: a measure whose core is duties. Each duty due in the period counts once, in time or not.

What ended before it was due because the person left (void), or goes on as another (converted), was owed by nobody then and is
left out, as is what was excused; after it was due it had been missed, and a release does not undo that. A refusal before it was
due is the person's; everything else late or never done is a miss of ours.
"""

from __future__ import annotations

from throughcare.insight.measures.definitions import Definition

LEFT = "(d.outcome IN ('void', 'converted') AND d.closed_at <= d.due_at)"
HIT = "(d.outcome NOT IN ('void', 'converted', 'refused', 'excused') AND d.closed_at <= d.due_at)"


def rows(definition: Definition) -> str:
    """Give the query of the duties of a measure's rules."""
    return every_rule(", ".join(f"'{rule}'" for rule in definition.rules))


def every_rule(rules: str = "") -> str:
    """Give the query of the duties of some rules (quoted, with commas), or of all: all clocks are one pass."""
    known = "d.closed_at < p.now"  # the record is whole until then; nothing later counts
    only = f"AND d.rule IN ({rules})" if rules else ""
    return f"""
    SELECT d.person_id, d.facility, d.id AS ref, d.due_at AS counted_at,
           ({known} AND (d.outcome = 'excused' OR {LEFT})) IS TRUE AS excluded,
           ({known} AND {HIT}) IS TRUE AS hit,
           1.0 AS base,
           CASE WHEN ({known} AND {HIT}) IS TRUE THEN ''
                WHEN ({known} AND d.outcome = 'refused' AND d.closed_at <= d.due_at) IS TRUE THEN 'person'
                WHEN ({known} AND d.outcome = 'excused') IS TRUE THEN 'excused'
                ELSE 'service' END AS cause,
           d.opened_at AS begun_at,
           CASE WHEN {known} AND d.outcome NOT IN ('refused', 'excused') THEN d.closed_at END AS done_at,
           d.rule
    FROM duty d, period p
    WHERE d.due_at >= p.starts AND d.due_at < p.ends AND d.due_at <= p.now {only}
    """
