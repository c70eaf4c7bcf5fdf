"""Whose records may stand open to a lens of some facilities, or of custody's: asked for once, so that a search of a whole type reads no stranger's rows.

Never fewer than `care.relation` opens (which decides on each entry all the same): who is, lately was or soon comes there,
with whom there is an open task, and every chart linked to one of these.
"""

from throughcare.access import lenses
from throughcare.access.tokens import Bearer
from throughcare.custody.relationship import COMES_SOON, JUST_LEFT
from throughcare.kernel import clock, statement
from throughcare.kernel.lens import Lens
from throughcare.kernel.statement import Ready

NEAR = """
SELECT person_id FROM custody_placement WHERE facility_id = ANY (%s) AND NOT cancelled AND (until IS NULL OR until >= %s)
UNION SELECT person_id FROM custody_scheduledevent
  WHERE to_facility_id = ANY (%s) AND kind = 'transfer' AND state = 'planned' AND starts_at <= %s
UNION SELECT person_id FROM duties_duty WHERE closed_at IS NULL AND person_id IS NOT NULL
  AND (owner_id = %s OR (owner_id IS NULL AND owner_role = %s AND facility_id = ANY (%s)))
UNION SELECT unnest(%s::uuid[])
"""
CROWD = f"""
WITH near AS ({NEAR})
SELECT person_id FROM near
UNION SELECT p.id FROM people_person p JOIN near ON p.survivor_id = near.person_id
UNION SELECT s.id FROM people_person p JOIN near ON p.id = near.person_id JOIN people_person s
  ON s.id = p.survivor_id OR s.survivor_id = p.survivor_id
"""  # noqa: S608


EVERYWHERE = "SELECT id FROM custody_facility"


def limits(lens: Lens) -> bool:
    """Tell whether only some people's records may stand open. Custody's part ends with the segment, wherever it works."""
    return lens.facilities is not None or lens.role in lenses.CUSTODY_ROLES


def of(bearer: Bearer) -> Ready:
    """Give those who may stand open to the bearer, asked for once while the lens is kept (some seconds, one epoch)."""
    found: Ready | None = bearer.known.get("crowd")
    if found is None:
        lens, now = bearer.lens, clock.now()
        places = [r[0] for r in statement.run(EVERYWHERE, [])] if lens.facilities is None else sorted(lens.facilities)
        known = sorted(lens.opened | lens.reasoned)
        asked = [places, now - JUST_LEFT, places, now + COMES_SOON, lens.user_id, lens.role.value, places, known]
        found = bearer.known["crowd"] = Ready([r[0] for r in statement.run(CROWD, asked)])
    return found
