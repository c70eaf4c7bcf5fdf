"""What holds between one user and single people now: charts opened by glass or reason, and records closed to them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from throughcare.access.ports import FAMILY
from throughcare.kernel import clock


@dataclass(frozen=True, slots=True)
class Personal:
    """People by what holds for them; each stands with all charts linked to theirs."""

    opened: frozenset[UUID] = frozenset()
    reasoned: frozenset[UUID] = frozenset()
    denied: frozenset[UUID] = frozenset()
    emergencies: frozenset[UUID] = frozenset()


# Asked by every request, so written out: to build it from models takes ten times as long as to answer it.
HOLDING = """
SELECT person_id, CASE WHEN recipient = '' THEN 'opened' ELSE 'emergency' END FROM access_breakglass
WHERE user_id = %(user)s AND opened_at <= %(now)s AND until > %(now)s AND closed_at IS NULL
UNION SELECT person_id, 'reasoned' FROM access_why WHERE user_id = %(user)s AND at <= %(now)s AND until > %(now)s
UNION SELECT person_id, 'denied' FROM access_denial
WHERE user_id = %(user)s AND since <= %(now)s AND (until IS NULL OR until > %(now)s)
"""


def load(user_id: UUID) -> Personal:
    """Read all of it in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(HOLDING, {"user": user_id, "now": clock.now()})
        rows = cursor.fetchall()
    found: dict[str, set[UUID]] = {"opened": set(), "emergency": set(), "reasoned": set(), "denied": set()}
    for person_id, kind in rows:
        found[kind] |= FAMILY().of(person_id)
    return Personal(
        opened=frozenset(found["opened"] | found["emergency"]),
        reasoned=frozenset(found["reasoned"]),
        denied=frozenset(found["denied"]),
        emergencies=frozenset(found["emergency"]),
    )


def holds_now(since: datetime, until: datetime | None) -> bool:
    """Tell whether a period holds now."""
    now = clock.now()
    return since <= now and (until is None or until > now)
