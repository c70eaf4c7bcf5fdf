"""Whose records may stand open to a lens of some facilities: said in SQL, so that a search of a whole type reads no stranger's rows.

Never fewer than `care.relation` opens (which decides on each entry all the same): who is, lately was or soon comes there,
with whom there is an open task, and every chart linked to one of these.
"""

from typing import Any, Protocol

from throughcare.custody.relationship import COMES_SOON, JUST_LEFT
from throughcare.kernel import clock
from throughcare.kernel.lens import Lens


class Adds(Protocol):
    """What conditions are added to."""

    def add(self, condition: str, *given: Any) -> None:
        """Add a condition."""


NEAR = """
SELECT person_id FROM custody_placement WHERE facility_id = ANY (%s) AND NOT cancelled AND (until IS NULL OR until >= %s)
UNION SELECT person_id FROM custody_scheduledevent
  WHERE to_facility_id = ANY (%s) AND kind = 'transfer' AND state = 'planned' AND starts_at <= %s
UNION SELECT person_id FROM duties_duty WHERE closed_at IS NULL AND person_id IS NOT NULL
  AND (owner_id = %s OR (owner_id IS NULL AND owner_role = %s AND facility_id = ANY (%s)))
UNION SELECT unnest(%s::uuid[])
"""
CROWD = f"""(c.person_id IS NULL OR c.person_id IN (
  WITH near AS ({NEAR})
  SELECT person_id FROM near
  UNION SELECT p.id FROM people_person p JOIN near ON p.survivor_id = near.person_id
  UNION SELECT s.id FROM people_person p JOIN near ON p.id = near.person_id JOIN people_person s
    ON s.id = p.survivor_id OR s.survivor_id = p.survivor_id
))"""  # noqa: S608


def narrow(asked: Adds, lens: Lens) -> None:
    """Narrow a search to those who may stand open to the lens."""
    now, places = clock.now(), sorted(lens.facilities or ())
    known = sorted(lens.opened | lens.reasoned)
    asked.add(CROWD, places, now - JUST_LEFT, places, now + COMES_SOON, lens.user_id, lens.role.value, places, known)
