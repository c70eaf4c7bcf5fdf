"""What holds between one user and single people now: charts opened by glass or reason, and records closed to them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, Value
from django.db.models.fields import CharField

from throughcare.access.actions.record import in_force
from throughcare.access.models import BreakGlass, Denial, Why
from throughcare.access.ports import FAMILY
from throughcare.kernel import clock


@dataclass(frozen=True, slots=True)
class Personal:
    """People by what holds for them; each stands with all charts linked to theirs."""

    opened: frozenset[UUID] = frozenset()
    reasoned: frozenset[UUID] = frozenset()
    denied: frozenset[UUID] = frozenset()
    emergencies: frozenset[UUID] = frozenset()


def load(user_id: UUID) -> Personal:
    """Read all of it in one statement."""
    now = clock.now()
    open_glass = Q(user_id=user_id, opened_at__lte=now, until__gt=now, closed_at=None)
    glass = BreakGlass.objects.filter(open_glass)
    rows = glass.filter(recipient="").values_list("person_id", _kind("opened"))
    rows = rows.union(
        glass.exclude(recipient="").values_list("person_id", _kind("emergency")),
        Why.objects.filter(user_id=user_id, at__lte=now, until__gt=now).values_list("person_id", _kind("reasoned")),
        Denial.objects.filter(in_force(), user_id=user_id).values_list("person_id", _kind("denied")),
    )
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


def _kind(name: str) -> Value:
    return Value(name, output_field=CharField())
