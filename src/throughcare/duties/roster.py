"""Actions of the thin roster: who is on shift or on call, for which role, where, until when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from throughcare import ledger
from throughcare.access.actions.record import in_force
from throughcare.access.models import Posting, User
from throughcare.duties import cover, fhir
from throughcare.duties.models import RosterShift
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed, NotFound, Stale
from throughcare.kernel.vocabulary import DataClass, Role
from throughcare.ledger import SubjectKind

PLANS = frozenset({Role.HSA, Role.SCHEDULER, Role.RN, Role.PROVIDER})
LONGEST = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class ShiftPlan:
    """Who is there as what, where, from when to when; on call if reached by telephone."""

    user_id: UUID
    role: Role
    facility_id: UUID | None
    starts: datetime
    ends: datetime
    on_call: bool = False
    phone: str = ""


@action("duties.put_on_shift")
def put_on_shift(*, actor: Actor, intent: UUID | None = None, plan: ShiftPlan) -> UUID:
    """Put somebody on shift or on call; what was told of the uncovered role is cleared."""
    return put_on_shifts(actor=actor, plans=[plan])[0]


@action("duties.put_on_shifts")
def put_on_shifts(*, actor: Actor, intent: UUID | None = None, plans: Sequence[ShiftPlan]) -> list[UUID]:
    """Put a whole roster down at once; nobody stands on shift twice at one time."""
    if actor.kind == "staff" and actor.role not in PLANS:
        raise NotAllowed("The roster is kept by the nurse in charge and the administrator.")
    for plan in plans:
        _check(plan)
    rows = [
        RosterShift(
            user_id=plan.user_id,
            role=plan.role.value,
            facility_id=plan.facility_id,
            starts=plan.starts,
            ends=plan.ends,
            on_call=plan.on_call,
            phone=plan.phone.strip(),
        )
        for plan in plans
    ]
    _no_twice(rows)
    RosterShift.objects.bulk_create(rows, batch_size=1000)
    now = clock.now()
    for row in rows:
        _keep(row)
    for facility, role in {(r.facility_id, r.role) for r in rows if r.starts <= now < r.ends}:
        cover.clear(facility, role, now)
    return [row.id for row in rows]


@action("duties.take_off_shift")
def take_off_shift(*, actor: Actor, intent: UUID | None = None, shift_id: UUID) -> UUID:
    """End a shift now, or before it begins; a role that is then uncovered escalates at once."""
    if actor.kind == "staff" and actor.role not in PLANS:
        raise NotAllowed("The roster is kept by the nurse in charge and the administrator.")
    row = RosterShift.objects.select_for_update().filter(id=shift_id).first()
    if row is None:
        raise NotFound("There is no such shift.")
    now = clock.now()
    if row.ends <= now:
        raise Stale("This shift is over already.")
    row.bump(ends=max(now, row.starts))
    _keep(row)
    cover.check([(row.facility_id, row.role)])
    return row.id


def unposted(user_id: UUID, role: Role, facility_ids: Sequence[UUID]) -> list[UUID]:
    """Give those of these facilities where the role is not theirs: it would count as covered, and their lens would show nothing."""
    rows = Posting.objects.filter(in_force(), user_id=user_id, user__is_active=True, role=role.value)
    held = set(rows.values_list("facility_id", flat=True))
    return [] if None in held else [one for one in facility_ids if one not in held]


def _check(plan: ShiftPlan) -> None:
    if plan.ends <= plan.starts:
        raise Invalid("A shift ends after it begins. Nothing was changed.", fields={"ends": "Give a later time."})
    if not plan.on_call and plan.ends - plan.starts > LONGEST:
        raise Invalid("A shift is 24 hours at most. Nothing was changed.", fields={"ends": "Give an earlier time."})


def _no_twice(rows: Sequence[RosterShift]) -> None:
    on_shift = [r for r in rows if not r.on_call]
    if len(rows) != 1 or not on_shift:
        return  # a whole roster is held by the database alone
    row = on_shift[0]
    other = RosterShift.objects.filter(user_id=row.user_id, on_call=False, starts__lt=row.ends, ends__gt=row.starts)
    if other.exists():
        name = User.objects.values_list("name", flat=True).get(id=row.user_id)
        raise Invalid(f"[{name}] is on shift at that time already. Nothing was changed; end the other shift first.")


def _keep(row: RosterShift) -> None:
    ledger.record(
        type="Shift",
        id=row.id,
        subject=(SubjectKind.STAFF, row.user_id),
        data_class=DataClass.DUTY,
        media="throughcare/shift",
        body=fhir.shift(row),
        happened_at=row.starts,
    )
