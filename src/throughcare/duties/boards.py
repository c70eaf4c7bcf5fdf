"""Boards over the same rows, through a lens: who covers which role, who has what, what a shift hands over."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.db.models import Count, F, Q, Value
from django.db.models.functions import Coalesce

from throughcare.access.models import Posting
from throughcare.duties import cover, policy, reads, rulebook
from throughcare.duties.cover import Elsewhere, OnDuty
from throughcare.duties.models import OPEN, Duty, Escalation, Handover, RosterShift
from throughcare.duties.ports import ABILITIES, SHIFT_CLOSE, SiteGap
from throughcare.duties.reads import WorkGroup, WorkItem, Worklist
from throughcare.duties.rules import standing
from throughcare.kernel import clock, db
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import Role

TOLD_OF_GAPS = frozenset({cover.UP, Role.PLANNER.value})


@dataclass(frozen=True, slots=True)
class RoleCover:
    """One role at a facility: who is there, who comes next, what waits, and whether that was told upwards."""

    role: str
    there: list[OnDuty]
    next_name: str
    next_at: datetime | None
    now: int
    shift: int
    late: int
    covered_by: list[str]
    escalated_at: datetime | None

    @property
    def held(self) -> bool:
        """Tell whether somebody can take its duties now."""
        return bool(self.there or self.covered_by)


@dataclass(frozen=True, slots=True)
class EscalationRow:
    """What was told upwards and is not settled."""

    id: UUID
    kind: str
    role: str
    facility: str
    raised_at: datetime
    seen_by: str
    duty: WorkItem | None
    elsewhere: list[Elsewhere] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Untold:
    """That something is late which the one who is told may not read: whose it is and whom to call, never what or how many."""

    role: str
    facility: str
    since: datetime
    call: list[OnDuty]
    elsewhere: list[Elsewhere]


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """One entry of the roster."""

    id: UUID
    user_id: UUID
    name: str
    role: str
    starts: datetime
    ends: datetime
    on_call: bool
    phone: str


@dataclass(frozen=True, slots=True)
class HandoverRow:
    """One handover as given and taken."""

    id: UUID
    role: str
    shift: str
    given_by: str
    given_by_id: UUID
    given_at: datetime
    notes: str
    accepted_by: str
    accepted_at: datetime | None
    questions: str
    duties: list[UUID]


@dataclass(frozen=True, slots=True)
class HandoverSheet:
    """What one shift tells the next."""

    facility: str
    role: str
    shift: str
    starts: datetime
    ends: datetime
    work: Worklist
    closed: int
    closed_late: int
    there: list[OnDuty]
    recent: list[HandoverRow]


def here(lens: Lens, facility_id: UUID | None) -> bool:
    """Tell whether a facility is among those of this lens."""
    return lens.facilities is None or facility_id in lens.facilities


def require(lens: Lens, kind: Literal["handover", "shift", "escalation"], id: UUID) -> None:
    """Refuse as not found what belongs to a facility at which this reader doesn't work."""
    with db.reading(lens):
        if kind == "handover":
            row: list[UUID | None] = list(Handover.objects.filter(id=id).values_list("facility_id", flat=True))
        elif kind == "shift":
            row = list(RosterShift.objects.filter(id=id).values_list("facility_id", flat=True))
        else:
            row = list(Escalation.objects.filter(id=id).values_list("facility_id", flat=True))
        if not any(here(lens, facility) for facility in row):
            raise NotFound(f"There is no such {kind} here.")


def cover_board(lens: Lens, facility_id: UUID) -> list[RoleCover]:
    """Give each role that has duties or people at a facility now; uncovered ones first."""
    now = clock.now()
    with db.reading(lens):
        present = cover.there(facility_id)
        open_now = Duty.objects.filter(OPEN, policy.rows_of(lens), facility_id=facility_id)
        counts = {
            role: (n, s, late)
            for role, n, s, late in open_now.values_list("owner_role").annotate(
                now=Count("id", filter=Q(lane="now")),
                shift=Count("id", filter=Q(lane="shift")),
                late=Count("id", filter=Q(due_at__lt=now)),
            )
        }
        told = dict(
            Escalation.objects.filter(kind="uncovered", facility_id=facility_id, cleared_at=None).values_list(
                "role", "raised_at"
            )
        )
        coming = _coming(facility_id, now)
        covers = _covers(now)
        rows = []
        for role in [r.value for r in Role if r.value in counts or any(o.role == r for o in present)]:
            there = [o for o in present if o.role == role]
            others = sorted({o.name for o in present if o.role in covers.get(role, ())}) if not there else []
            name, at = coming.get(role, ("", None))
            rows.append(RoleCover(role, there, name, at, *counts.get(role, (0, 0, 0)), others, told.get(role)))
    return sorted(rows, key=lambda r: (r.held, -r.now, -r.shift))


def _coming(facility_id: UUID, now: datetime) -> dict[str, tuple[str, datetime]]:
    rows = RosterShift.objects.filter(Q(facility_id=facility_id) | Q(facility_id=None), starts__gt=now, on_call=False)
    found: dict[str, tuple[str, datetime]] = {}
    for role, name, starts in rows.order_by("starts").values_list("role", "user__name", "starts")[:200]:
        found.setdefault(role, (name, starts))
    return found


def _covers(now: datetime) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for rule in rulebook.at(now).rules.values():
        found.setdefault(rule.owner, set()).update(cover.covering(rule))
    return found


def escalations(lens: Lens, facility_id: UUID | None = None) -> list[EscalationRow]:
    """Give all that was told upwards to this reader's role and is not settled: nobody there first, then as lists stand.

    What the reader may not read is not among them: `untold` says that it is there.
    """
    now = clock.now()
    with db.reading(lens):
        found = sorted(_told(lens, facility_id), key=lambda e: _told_order(e, now))
        ids = [e.duty_id for e in found if e.duty_id]
        duties = {i.id: i for i in reads.items(Duty.objects.filter(policy.rows_of(lens), id__in=ids), now)}
        shown = [e for e in found if e.duty_id is None or e.duty_id in duties]
        places = _places(shown)
        away = cover.elsewhere({e.role for e in shown if e.duty_id is None})
        return [
            EscalationRow(
                e.id,
                e.kind,
                e.role,
                places[e.facility_id],
                e.raised_at,
                e.seen_by,
                duties.get(e.duty_id) if e.duty_id else None,
                _from_elsewhere(away, e) if e.duty_id is None else [],
            )
            for e in shown
        ]


def untold(lens: Lens, facility_id: UUID | None = None) -> list[Untold]:
    """Give for each role whether something of it is late that this reader may not read, since when, and whom to call.

    One row, however many there are: a count would tell how many people a programme has (42 CFR Part 2).
    """
    with db.reading(lens):
        rows = [e for e in _told(lens, facility_id) if e.duty_id]
        ids = [e.duty_id for e in rows if e.duty_id]
        mine = set(Duty.objects.filter(policy.rows_of(lens), id__in=ids).values_list("id", flat=True))
        oldest: dict[tuple[UUID | None, str], Escalation] = {}
        for row in rows:
            if row.duty_id not in mine:
                oldest.setdefault((row.facility_id, row.role), row)
        hidden = list(oldest.values())
        places, away = _places(hidden), cover.elsewhere({e.role for e in hidden})
        return [
            Untold(
                e.role,
                places[e.facility_id],
                e.raised_at,
                cover.there(e.facility_id, [e.role]),
                _from_elsewhere(away, e),
            )
            for e in hidden
        ]


def site_gaps(lens: Lens, facility_id: UUID | None) -> list[SiteGap]:
    """Give what a facility can't do within the next day: to who is told upwards, and to who plans the way out from there."""
    if lens.role.value not in TOLD_OF_GAPS or facility_id is None:
        return []
    with db.reading(lens):
        return list(ABILITIES().tonight(facility_id))


def _told(lens: Lens, facility_id: UUID | None) -> list[Escalation]:
    rows = Escalation.objects.filter(cleared_at=None, to_role=lens.role.value)
    if lens.facilities is not None:
        rows = rows.filter(facility_id__in=lens.facilities)
    if facility_id is not None:
        rows = rows.filter(facility_id=facility_id)
    return list(rows.order_by("raised_at").select_related("duty"))


def _places(rows: Iterable[Escalation]) -> dict[UUID | None, str]:
    return {f: reads.facility_name(f) for f in {e.facility_id for e in rows}}


def _from_elsewhere(away: Sequence[Elsewhere], row: Escalation) -> list[Elsewhere]:
    return [replace(a, place=reads.facility_name(a.facility_id)) for a in away if a.fits(row.role, row.facility_id)]


def _told_order(row: Escalation, now: datetime) -> tuple[bool, Any]:
    duty = row.duty
    return duty is not None, standing(duty.lane, now, duty.due_at) if duty else row.raised_at  # type: ignore[arg-type]


def assignment(lens: Lens, facility_id: UUID) -> tuple[list[WorkGroup], list[OnDuty]]:
    """Give the people who wait now or this shift, of every role, and those who are there to take them."""
    work = reads.worklist(lens, facility_id, everybody=True, limit=60, numbers=False)
    with db.reading(lens):
        return [*work.groups["now"], *work.groups["shift"]], cover.there(facility_id)


def roster(lens: Lens, facility_id: UUID) -> list[ShiftRow]:
    """Give the roster of a facility: who is there, and who comes within a day."""
    now = clock.now()
    with db.reading(lens):
        rows = RosterShift.objects.filter(Q(facility_id=facility_id) | Q(facility_id=None), ends__gt=now)
        return [
            ShiftRow(r.id, r.user_id, r.user.name, r.role, r.starts, r.ends, r.on_call, r.phone)
            for r in rows.select_related("user").order_by("starts", "role")[:100]
        ]


def colleagues(lens: Lens, facility_id: UUID) -> list[tuple[UUID, str, str]]:
    """Give who holds a clinical role at a facility or across the agency, to be put on shift."""
    now = clock.now()
    with db.reading(lens):
        held = Posting.objects.filter(Q(facility_id=facility_id) | Q(facility_id=None), user__is_active=True)
        rows = held.filter(since__lte=now, role__in=[r.value for r in policy.CLINICAL]).exclude(until__lte=now)
        return list(rows.order_by("user__name").values_list("user_id", "user__name", "role")[:300])


def handover_sheet(lens: Lens, facility_id: UUID, role: str) -> HandoverSheet:
    """Give what a shift hands over: open duties by person, what it closed, the last handovers."""
    now = clock.now()
    span = rulebook.place(facility_id).working.shift_at(now)
    work = reads.worklist(lens, facility_id, roles=[role], limit=200)
    with db.reading(lens):
        closed = Duty.objects.filter(
            policy.rows(lens), facility_id=facility_id, owner_role=role, closed_at__gte=span.starts, outcome="done"
        )
        late = closed.filter(closed_at__gt=F("due_at")).count()
        return HandoverSheet(
            facility=reads.facility_name(facility_id),
            role=role,
            shift=span.shift.title,
            starts=span.starts,
            ends=span.ends,
            work=work,
            closed=closed.count(),
            closed_late=late,
            there=cover.there(facility_id, [role]),
            recent=_recent(facility_id, role),
        )


def open_handover(lens: Lens, facility_id: UUID, role: str) -> HandoverRow | None:
    """Give the last handover of this role that nobody has taken yet."""
    with db.reading(lens):
        return next((h for h in _recent(facility_id, role) if h.accepted_at is None), None)


def obstacles(lens: Lens, facility_id: UUID, role: str) -> list[str]:
    """Give in sentences what must be done before this role's shift closes."""
    with db.reading(lens):
        return list(SHIFT_CLOSE().obstacles(facility_id, role, clock.now()))


GIVEN = (
    "id", "role", "shift", "given_by__name", "given_by_id", "given_at", "notes",
    Coalesce("accepted_by__name", Value("")), "accepted_at", "questions", "duties",
)  # fmt: skip


def _recent(facility_id: UUID, role: str) -> list[HandoverRow]:
    rows = Handover.objects.filter(facility_id=facility_id, role=role).order_by("-given_at")
    return [HandoverRow(*row) for row in rows.values_list(*GIVEN)[:5]]
