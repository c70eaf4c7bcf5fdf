"""Every rule of the clock table is a measure: of the duties that fell due, how many were done in time. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from throughcare.duties.rule import Rule
from throughcare.insight.definition import Measure

# All rules in one pass: a duty belongs to the month in which it fell due. One that ended before it was due because the person left,
# or that another one goes on from, was owed by nobody then; after it was due it had been missed, and a release does not undo that. A
# refusal is signed by the person and is told apart.
UNITS = """
SELECT 'T-' || rule AS measure, id AS unit, person_id, facility, due_at AS moment, data_class,
  CASE WHEN closed_at < $known AND outcome IN ('void', 'converted') AND closed_at <= due_at THEN 'left'
       WHEN closed_at < $known AND outcome IN ('refused', 'excused') THEN outcome
       WHEN closed_at < $known AND closed_at <= due_at THEN 'met'
       WHEN closed_at < $known THEN 'late'
       ELSE 'open' END AS state,
  epoch(least(coalesce(closed_at, $known), $known) - opened_at) / 60 AS minutes
FROM duty WHERE due_at < $known
"""


def of_rule(rule: Rule) -> Measure:
    """Make the measure of a rule."""
    return Measure(
        id=f"T-{rule.id}",
        title=rule.title,
        denominator="Duties of this rule that fell due in the month",
        numerator="Done when due, or before",
        exclusions="Refused by the person (told apart), excused with a reason, ended before it was due because the person left or another duty goes on",
        source="; ".join(rule.source) or "clock table",
        version=rule.version,
        query=UNITS.rstrip() + f" AND rule = '{rule.id}'",
        rule=rule.id,
        also=rule.measures,
        provisional=rule.provisional or rule.default,
    )


def measures(rules: Iterable[Rule]) -> list[Measure]:
    """Make the measures of the clock table, in its order."""
    return [of_rule(rule) for rule in rules]
