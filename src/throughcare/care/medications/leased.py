"""Which tablet has which medicine for itself. A lease is of the medicine and not of one order alone: an order that takes another's
place while its tablet is away brings the same insulin a second time.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from throughcare.kernel import statement

LEASED = """
SELECT DISTINCT ON (asked.id) asked.id, l.device_id
  FROM medications_medicationorder asked
  JOIN medications_medicationorder o ON o.person_id = asked.person_id
   AND (o.id = asked.id
        OR (asked.schedule <> '' OR asked.opioid_treatment OR asked.critical = 'insulin')
       AND (o.ingredients && asked.ingredients OR (o.critical = 'insulin' AND asked.critical = 'insulin')))
  JOIN medications_lease l ON l.order_id = o.id AND l.ended_at IS NULL AND l.until > %s
 WHERE asked.id = ANY (%s) ORDER BY asked.id, o.id = asked.id, l.since
"""


def leases_of(orders: Iterable[UUID], now: datetime) -> dict[UUID, UUID]:
    """Tell which device has the medicine of each of these orders now; of a medicine that is leased to nobody, nothing."""
    asked = list(orders)
    return dict(statement.run(LEASED, [now, asked])) if asked else {}
