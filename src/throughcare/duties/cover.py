"""Cover: who is there for a role now, or can be called; and what is told upwards where nobody is (ruling 6)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from throughcare.duties import rulebook
from throughcare.duties.events import RoleUncovered
from throughcare.duties.models import OPEN, Duty, Escalation, RosterShift
from throughcare.duties.ports import LICENCES
from throughcare.duties.rule import Rule
from throughcare.kernel import clock, db, statement
from throughcare.kernel.events import emit
from throughcare.kernel.vocabulary import Role

UP = Role.HSA.value
# Asked with every duty that opens: who is there for these roles, and of which it was told upwards that nobody is.
SETTLED = """
SELECT true, r.facility_id, r.role FROM duties_rostershift r JOIN access_user u ON u.id = r.user_id AND u.is_active
 WHERE r.starts <= %s AND r.ends > %s AND r.role = ANY (%s)
UNION ALL
SELECT false, e.facility_id, e.role FROM duties_escalation e WHERE e.kind = 'uncovered' AND e.cleared_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Somebody who can take a duty now."""

    user_id: UUID
    name: str
    role: str
    facility_id: UUID | None
    until: datetime
    on_call: bool
    phone: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Somebody who holds a role at another facility now, and can be asked to come or to be called."""

    name: str
    role: str
    facility_id: UUID
    on_call: bool
    phone: str
    place: str = ""

    def fits(self, role: str, facility_id: UUID | None) -> bool:
        """Tell whether this one can be asked for a role that is missing at a facility."""
        return self.role == role and self.facility_id != facility_id


ON_DUTY = ("user_id", "user__name", "role", "facility_id", "ends", "on_call", "phone")


def covering(rule: Rule) -> frozenset[str]:
    """Give the roles that may cover a duty of another: what its row says, as far as their licence reaches."""
    return LICENCES().reaching(rule.id, rule.cover) if rule.cover else frozenset()


def there(facility_id: UUID | None, roles: Collection[str] | None = None) -> list[OnDuty]:
    """Give who is on shift or on call at a facility now: on shift first, on call for the agency last."""
    everybody = db.once(("there", facility_id), lambda: _everybody(facility_id))
    return [o for o in everybody if roles is None or o.role in roles]


def _everybody(facility_id: UUID | None) -> list[OnDuty]:
    rows = _running(clock.now()).filter(Q(facility_id=facility_id) | Q(facility_id=None))
    found = [OnDuty(*row) for row in rows.values_list(*ON_DUTY)]
    return sorted(found, key=lambda o: (o.on_call, o.facility_id is None, o.role, o.name))


def elsewhere(roles: Collection[str]) -> list[Elsewhere]:
    """Give who holds these roles at any facility now: whom to ask where one of them is missing."""
    if not roles:
        return []
    rows = _running(clock.now()).filter(role__in=sorted(roles), facility_id__isnull=False)
    found = rows.order_by("on_call", "user__name").values_list("user__name", "role", "facility_id", "on_call", "phone")
    return [Elsewhere(name, role, at, on_call, phone) for name, role, at, on_call, phone in found if at is not None]


def kept(facility_id: UUID | None) -> bool:
    """Tell whether anybody was ever put on shift at this facility."""
    return RosterShift.objects.filter(facility_id=facility_id).exists()


def _running(at: datetime) -> QuerySet[RosterShift]:
    return RosterShift.objects.filter(starts__lte=at, ends__gt=at, user__is_active=True)


def check(waiting: Iterable[tuple[UUID | None, str]]) -> int:
    """Escalate at once for each (facility, role) in which duties wait and nobody is there; told once until cleared."""
    now, raised = clock.now(), 0
    asked = {(facility, role) for facility, role in waiting if facility is not None}
    if not asked:
        return 0
    settled = statement.run(SETTLED, [now, now, sorted({role for _, role in asked})])
    held = {(facility, role) for there, facility, role in settled if there}
    told = {(facility, role) for there, facility, role in settled if not there}
    for facility, role in sorted(asked, key=str):
        if (facility, role) in held or (None, role) in held or (facility, role) in told:
            continue
        if _covered_otherwise(facility, role, now) or not _needed_soon(facility, role):
            continue
        row = Escalation(kind="uncovered", facility_id=facility, role=role, to_role=UP, raised_at=now)
        if _told_first(row):
            emit(RoleUncovered(happened_at=now, facility_id=facility, ref=row.id, role=role))
            raised += 1
    return raised


def _told_first(row: Escalation) -> bool:
    """Write an escalation unless somebody told of the same meanwhile: two arrivals may find the same role empty."""
    Escalation.objects.bulk_create([row], ignore_conflicts=True)
    return Escalation.objects.filter(id=row.id).exists()


def _covered_otherwise(facility: UUID | None, role: str, now: datetime) -> bool:
    """Tell whether every rule of this role that waits there names another role that is there (the row's `cover`)."""
    present = {o.role for o in there(facility)}
    if not present:
        return False
    book = rulebook.at(now)
    waiting = _waiting(facility, role).values_list("rule", flat=True).distinct()
    return all(rule in book.rules and present & covering(book.rules[rule]) for rule in waiting)


def _needed_soon(facility: UUID | None, role: str) -> bool:
    return _waiting(facility, role).exists()


def _waiting(facility: UUID | None, role: str) -> QuerySet[Duty]:
    return Duty.objects.filter(OPEN, facility_id=facility, owner_role=role, lane__in=["now", "shift"])


def clear(facility_id: UUID | None, role: str, now: datetime) -> int:
    """Clear what was told of a role that is covered again."""
    rows = Escalation.objects.filter(kind="uncovered", role=role, cleared_at=None)
    if facility_id is not None:
        rows = rows.filter(facility_id=facility_id)
    return rows.update(cleared_at=now)


def clear_covered(now: datetime) -> int:
    """Clear what was told of roles that somebody holds now, or for which nothing waits any more."""
    cleared = 0
    for row in Escalation.objects.filter(kind="uncovered", cleared_at=None):
        held = _running(now).filter(Q(facility_id=row.facility_id) | Q(facility_id=None), role=row.role).exists()
        if held or not _needed_soon(row.facility_id, row.role) or _covered_otherwise(row.facility_id, row.role, now):
            row.bump(cleared_at=now)
            cleared += 1
    return cleared


def escalate(duty: Duty, kind: str, to_role: str, now: datetime) -> UUID:
    """Tell upwards of one duty, once until it is settled."""
    standing = Escalation.objects.filter(kind=kind, duty=duty, cleared_at=None).first()
    if standing is not None:
        return standing.id
    row = Escalation(
        kind=kind, facility_id=duty.facility_id, role=duty.owner_role, duty=duty, to_role=to_role, raised_at=now
    )
    if _told_first(row):
        return row.id
    return Escalation.objects.get(kind=kind, duty=duty, cleared_at=None).id


def clear_duty(duty_id: UUID, now: datetime) -> None:
    """Clear what was told of a duty that is closed."""
    Escalation.objects.filter(duty_id=duty_id, cleared_at=None).update(cleared_at=now)
