"""Every read of workforce, through a lens: tonight at each site, and a site's emergency equipment."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from throughcare.custody import reads as custody
from throughcare.custody.models import Facility
from throughcare.custody.reads import FacilityRow
from throughcare.duties.models import Escalation, RosterShift
from throughcare.kernel import clock, db
from throughcare.kernel.lens import Lens
from throughcare.workforce import rule_table, rules, staff_reads
from throughcare.workforce.models import Equipment


@dataclass(frozen=True, slots=True)
class OnSite:
    """Somebody who is there tonight, or can be reached."""

    user_id: UUID
    name: str
    role: str
    until: datetime
    on_call: bool
    phone: str
    elsewhere: str


@dataclass(frozen=True, slots=True)
class Site:
    """One site tonight: who is there, what it can do, what it lacks; officers on shift with current health training, of all on shift."""

    facility: FacilityRow
    there: list[OnSite]
    reported: dict[str, rule_table.Reported]
    gaps: list[rules.Gap]
    officers: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of equipment with its clock."""

    row: Equipment
    kind: rule_table.Kind
    due_at: datetime
    ready: bool


def tonight(lens: Lens) -> list[Site]:
    """Give each of the reader's sites as it is covered now, those that lack most first; queries do not grow with sites."""
    with db.reading(lens):
        sites = [
            f for f in custody.facilities(lens, open_only=True) if lens.facilities is None or f.id in lens.facilities
        ]
        ids = [f.id for f in sites]
        there = _there(ids, {f.id: f.short_name for f in sites})
        over = staff_reads.over({o.user_id for held in there.values() for o in held})
        training = staff_reads.officers_trained(
            {o.user_id for held in there.values() for o in held if o.role in rule_table.officers()}
        )
        told = defaultdict(list)
        open_now = Escalation.objects.filter(kind="uncovered", cleared_at=None, facility_id__in=ids)
        for facility_id, role in open_now.order_by("raised_at").values_list("facility_id", "role"):
            told[facility_id].append(role)
        unready = defaultdict(list)
        for piece in _pieces(ids):
            if not piece.ready:
                unready[piece.row.facility_id].append(f"{piece.kind.title}, {piece.row.place}")
    found = [_site(f, there[f.id], told[f.id], unready[f.id], over, training) for f in sites]
    return sorted(found, key=lambda s: (-sum(g.meaning == "harm" for g in s.gaps), s.facility.short_name))


def site_gaps(facility_ids: Collection[UUID], since: datetime, until: datetime) -> list[tuple[UUID, rules.Missing]]:
    """Give what facilities can't do between two times; two queries, however many."""
    ids = list(facility_ids)
    shifts: dict[UUID, list[tuple[datetime, datetime]]] = defaultdict(list)
    last: dict[UUID, datetime] = {}
    rows = RosterShift.objects.filter(facility_id__in=ids, on_call=False, ends__gt=since, user__is_active=True)
    for facility, role, starts, ends in rows.values_list("facility_id", "role", "starts", "ends"):
        if facility is None:
            continue
        last[facility] = max(ends, last.get(facility, ends))
        if role in rules.NURSES:
            shifts[facility].append((starts, ends))
    codes = dict(Facility.objects.filter(id__in=ids).values_list("id", "code"))
    found = []
    for one, code in codes.items():
        reported = {key: r.there for key, r in rule_table.of_site(code).items()}
        missing = rules.missing(shifts[one], reported, since, until, known_until=last.get(one))
        found += [(one, m) for m in missing]
    return sorted(found, key=lambda pair: pair[1].since)


def equipment(lens: Lens, facility_id: UUID) -> list[Piece]:
    """Give a site's emergency equipment, what is not ready first."""
    with db.reading(lens):
        return sorted(_pieces([facility_id]), key=lambda p: (p.ready, p.due_at, p.row.place))


def _site(
    facility: FacilityRow,
    there: list[OnSite],
    uncovered: list[str],
    unready: list[str],
    over: frozenset[UUID],
    training: Mapping[UUID, bool],
) -> Site:
    reported = rule_table.of_site(facility.code)
    infirmary = "infirmary" in reported and reported["infirmary"].there
    lapsed = [o.name for o in there if o.user_id in over]
    present = [rules.There(o.user_id, o.role, o.on_call) for o in there]
    officers = [o.user_id for o in there if o.role in rule_table.officers() and not o.on_call]
    current = sum(training.get(o, False) for o in officers)
    shift = (current, len(officers)) if any(o in training for o in officers) else None
    found = rules.gaps(present, uncovered, unready, infirmary=infirmary, lapsed=lapsed, officers=shift)
    return Site(facility, there, reported, found, shift)


def _there(ids: Sequence[UUID], names: dict[UUID, str]) -> dict[UUID, list[OnSite]]:
    now = clock.now()
    rows = RosterShift.objects.filter(starts__lte=now, ends__gt=now, user__is_active=True).filter(
        Q(facility_id__in=ids) | Q(facility_id=None)
    )
    running = list(
        rows.order_by("on_call", "role", "user__name").values_list(
            "user_id", "user__name", "role", "facility_id", "ends", "on_call", "phone"
        )
    )
    where = {user: facility for user, _, _, facility, _, on_call, _ in running if not on_call and facility}
    found: dict[UUID, list[OnSite]] = {i: [] for i in ids}
    for user, name, role, facility, ends, on_call, phone in running:
        at = where.get(user)
        for site in [facility] if facility else ids:
            away = names.get(at, "") if on_call and at and at != site else ""
            found[site].append(OnSite(user, name, role, ends, on_call, phone, away))
    return found


def _pieces(ids: Sequence[UUID]) -> list[Piece]:
    kinds = rule_table.kinds()
    good = frozenset(key for key, (_, fine) in rule_table.findings().items() if fine)
    now = clock.now()
    pieces = []
    for row in Equipment.objects.filter(facility_id__in=ids, gone_at=None).order_by("kind", "place"):
        kind = kinds[row.kind]
        due = rules.check_due(row.checked_at, row.listed_at, kind.every)
        fine = rules.ready(row.found, row.quantity, row.least, good) or (not row.found and due > now)
        pieces.append(Piece(row, kind, due, fine and due > now))
    return pieces
