"""On time: a measure whose core is duties. Each duty due in the period counts once, in time or not.

What ended before it was due because the person left (void), or goes on as another (converted), was owed by nobody then and is
left out, as is what was excused; after it was due it had been missed, and a release does not undo that. A refusal before it was
due is the person's; everything else late or never done is a miss of ours.
"""

from __future__ import annotations

from collections.abc import Callable

from throughcare.insight.measures.definitions import Definition
from throughcare.insight.measures.states import name


def became(word: Callable[[str], str]) -> str:
    """Give the expression of what became of a duty `d`, as `states.STATES` names it. It is said once, for rows and for sums of them.

    The record is whole until `now`; nothing later counts.
    """
    return f"""
    CASE WHEN d.closed_at IS NULL OR d.closed_at >= p.now OR d.outcome IS NULL THEN {word("open")}
         WHEN d.outcome = 'excused' THEN {word("excused")}
         WHEN d.closed_at <= d.due_at THEN
           CASE WHEN d.outcome = 'void' OR d.outcome = 'converted' THEN {word("left")}
                WHEN d.outcome = 'refused' THEN {word("refused")} ELSE {word("met")} END
         WHEN d.outcome = 'refused' THEN {word("open")} ELSE {word("late")} END"""


def every_rule(word: Callable[[str], str]) -> str:
    """Give the query of all duties due in the period with what became of each: all clocks are one pass."""
    return f"""
    SELECT d.person_id, d.facility, d.id AS ref, d.rule, d.due_at AS counted_at, d.opened_at AS begun_at,
           CASE WHEN d.closed_at < p.now AND d.outcome <> 'refused' AND d.outcome <> 'excused' THEN d.closed_at END AS done_at,
           {became(word)} AS became
    FROM duty d, period p
    WHERE d.due_at >= p.starts AND d.due_at < p.ends AND d.due_at <= p.now
    """


def rows(definition: Definition) -> str:
    """Give the query of the duties of a measure's rules."""
    rules = ", ".join(f"'{rule}'" for rule in definition.rules)
    return f"""
    SELECT person_id, facility, ref, counted_at, became IN ('excused', 'left') AS excluded, became = 'met' AS hit, 1.0 AS base,
           CASE became WHEN 'met' THEN '' WHEN 'refused' THEN 'person' WHEN 'excused' THEN 'excused' ELSE 'service' END AS cause,
           begun_at, done_at, rule
    FROM ({every_rule(name)}) WHERE rule IN ({rules})
    """
