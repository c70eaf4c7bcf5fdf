"""When a medicine that is asked for was taken, as far back as its limits look: what a pass shows, an action demands and a tablet
takes along are one statement's answer, judged by one rule (rules/windows.py).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from throughcare.care.medications import states
from throughcare.care.medications.rules import statuses
from throughcare.care.medications.rules.windows import DAY
from throughcare.kernel import statement

TAKEN = sorted(statuses.TAKEN)
LONGEST_CHAIN = 12  # orders, each in the other's place, that one day can hold
# A changed or renewed order begins no new day: the orders it stands in the place of count, and what was asked for of the same
# product under any order of any of the person's charts. A dose is found by when it was due and counts by when it was taken, so a
# day more is read.
GIVEN = """
WITH RECURSIVE own AS (SELECT * FROM unnest(%s::uuid[], %s::uuid[]) AS o(id, root)),
chain AS (
  SELECT own.id AS own, o.id, o.replaces_id, 1 AS n FROM own JOIN medications_medicationorder o ON o.id = own.id
  UNION ALL
  SELECT c.own, o.id, o.replaces_id, c.n + 1 FROM chain c JOIN medications_medicationorder o ON o.id = c.replaces_id
   WHERE c.n < %s),
counted AS (
  SELECT own, id, false AS same FROM chain
  UNION ALL
  SELECT own.id, o.id, true FROM own JOIN medications_medicationorder mine ON mine.id = own.id AND mine.code <> ''
    JOIN unnest(%s::uuid[], %s::uuid[]) AS p(id, root) ON p.root = own.root
    JOIN medications_medicationorder o ON o.person_id = p.id AND o.code = mine.code)
SELECT DISTINCT c.own, d.id, d.happened_at FROM counted c JOIN medications_dose d ON d.order_id = c.id
 WHERE d.due_at > %s AND d.due_at < %s AND d.status = ANY (%s) AND d.happened_at IS NOT NULL
   AND (NOT c.same OR d.pass_code = %s)
"""


def given_as_needed(
    orders: Mapping[UUID, UUID], charts: Mapping[UUID, UUID], since: datetime, until: datetime
) -> dict[UUID, list[datetime]]:
    """Give for each order when its medicine was taken in a time, oldest first; one statement, whatever many.

    `orders` names the chart that stands for the person of each order, `charts` that of each of these people's charts.
    """
    found: dict[UUID, list[datetime]] = defaultdict(list)
    if not orders:
        return found
    asked = [list(orders), list(orders.values()), LONGEST_CHAIN, list(charts), list(charts.values())]
    for own, _, at in statement.run(GIVEN, [*asked, since - DAY, until + DAY, TAKEN, states.AS_NEEDED]):
        if since < at < until:
            found[own].append(at)
    return {own: sorted(times) for own, times in found.items()}


def reach(least_minutes: Iterable[int]) -> timedelta:
    """Say how far back (or on) these orders' limits look: a day, or the longest of their least times apart."""
    return max(DAY, *(timedelta(minutes=minutes) for minutes in least_minutes), timedelta(0))
