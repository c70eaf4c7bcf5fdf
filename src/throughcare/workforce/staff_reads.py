"""Reads of staff files and of floats, through a lens: who works here, what they still owe, what ends; who floats where tonight."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Max, Q, QuerySet

from throughcare.access.models import Posting
from throughcare.custody import reads as custody
from throughcare.duties import reads as duties
from throughcare.duties.calendar import months_later
from throughcare.duties.models import OPEN, Duty, RosterShift
from throughcare.duties.reads import WorkItem
from throughcare.duties.rulebook import place
from throughcare.kernel import clock, db
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens
from throughcare.workforce import rule_table
from throughcare.workforce.models import Credential, StaffEntry, StaffRecord

AHEAD = timedelta(hours=24)
# Months for which an officer's health training is current (STF-04).
TRAINED = 24


@dataclass(slots=True)
class Member:
    """Somebody who works here, with what is owed of them and what is over."""

    user_id: UUID
    name: str
    role: str
    started_on: date | None = None
    owed: list[WorkItem] = field(default_factory=list)
    over: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Ending:
    """A licence, registration or certificate in force, with its end."""

    row: Credential
    title: str
    since: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class File:
    """One member of staff: what is owed, what may lapse, what was done."""

    member: Member
    endings: list[Ending]
    entries: list[tuple[StaffEntry, str]]


@dataclass(frozen=True, slots=True)
class Stretch:
    """One stretch of a float's night: at which site, from when to when, in person or by telephone."""

    site: str
    starts: datetime
    ends: datetime
    on_call: bool
    now: bool


@dataclass(frozen=True, slots=True)
class Floating:
    """Somebody who covers several sites: where they are in person, and where they are reached."""

    name: str
    role: str
    phone: str
    stretches: list[Stretch]


def members(lens: Lens) -> list[Member]:
    """Give who works at the reader's sites: whose licence is over first, then who owes what is late; four queries."""
    with db.reading(lens):
        found = {m.user_id: m for m in _members(lens)}
        _fill(found)
    return sorted(
        found.values(),
        key=lambda m: (
            not m.over,
            m.owed[0].due_at if m.owed else datetime.max.replace(tzinfo=clock.now().tzinfo),
            m.name,
        ),
    )


def file(lens: Lens, user_id: UUID) -> File:
    """Give one member of staff of the reader's sites."""
    with db.reading(lens):
        found = {m.user_id: m for m in _members(lens, user_id)}
        if user_id not in found:
            raise NotFound("There is no such member of staff here.")
        _fill(found)
        held = list(Credential.objects.filter(record__user_id=user_id, renewed_by=None).order_by("expires_on"))
        done = list(StaffEntry.objects.filter(record__user_id=user_id).order_by("-done_on", "-id")[:100])
    titles = {key: kind.title for key, kind in rule_table.credentials().items()}
    working = place(None).working
    endings = [Ending(c, titles[c.kind], c.kept_at, working.end_of_day(c.expires_on)) for c in held]
    kinds = rule_table.entries()
    return File(found[user_id], endings, [(e, kinds[e.kind].title) for e in done])


def floats(lens: Lens) -> list[Floating]:
    """Give who covers several of the reader's sites within a day, with their telephone and their way; two queries."""
    now = clock.now()
    with db.reading(lens):
        names = {f.id: f.short_name for f in custody.facilities(lens, open_only=True)}
        rows = RosterShift.objects.filter(ends__gt=now, starts__lt=now + AHEAD, facility_id__isnull=False)
        rows = rows.filter(user__is_active=True).select_related("user").order_by("starts", "on_call")
        by_user: dict[tuple[UUID, str], list[RosterShift]] = defaultdict(list)
        for row in rows:
            by_user[row.user_id, row.role].append(row)
    found = []
    for shifts in by_user.values():
        sites = {s.facility_id for s in shifts}
        if len(sites) < 2 or (lens.facilities is not None and not sites & lens.facilities):
            continue
        way = [
            Stretch(names.get(s.facility_id, ""), s.starts, s.ends, s.on_call, s.starts <= now)  # type: ignore[arg-type]
            for s in shifts
        ]
        phone = next((s.phone for s in shifts if s.phone), "")
        found.append(Floating(shifts[0].user.name, shifts[0].role, phone, way))
    return sorted(found, key=lambda f: (f.stretches[0].starts, f.name))


def floaters(lens: Lens) -> list[tuple[UUID, str, str]]:
    """Give who may be put on several sites: clinical staff of the reader's sites and of the whole agency."""
    with db.reading(lens):
        professionals = rule_table.health_professionals()
        return [(m.user_id, m.name, m.role) for m in _members(lens) if m.role in professionals]


def _members(lens: Lens, user_id: UUID | None = None) -> list[Member]:
    now = clock.now()
    held = Posting.objects.filter(since__lte=now, user__is_active=True, user__person_id=None).exclude(until__lte=now)
    if lens.facilities is not None:
        held = held.filter(facility_id__in=lens.facilities) | held.filter(facility_id=None)
    if user_id is not None:
        held = held.filter(user_id=user_id)
    rows = held.exclude(role__in=["patient", "public"]).order_by("user__name", "since")
    found: dict[UUID, Member] = {}
    for user, name, role in rows.values_list("user_id", "user__name", "role"):
        found.setdefault(user, Member(user, name, role))
    return list(found.values())


def _fill(found: dict[UUID, Member]) -> None:
    ids, now = list(found), clock.now()
    for user, started in StaffRecord.objects.filter(user_id__in=ids).values_list("user_id", "started_on"):
        found[user].started_on = started
    owed = Duty.objects.filter(OPEN, rule__startswith="STF-", subject_id__in=ids)
    for item in duties.in_order(duties.items(owed, now), now):
        found[item.subject_id].owed.append(item)
    kinds = rule_table.credentials()
    for user, kind in ended(ids, now).values_list("record__user_id", "kind"):
        found[user].over.append(kinds[kind].title)


def ended(ids: Collection[UUID], at: datetime) -> QuerySet[Credential]:
    """Give what of these members of staff was over before this day and is not renewed."""
    today = place(None).working.day_of(at)
    return Credential.objects.filter(record__user_id__in=ids, renewed_by=None, expires_on__lt=today)


def officers_trained(ids: Collection[UUID]) -> dict[UUID, bool]:
    """Tell of those of these officers who have a file whether their health training is current: within two years (STF-04)."""
    if not ids:
        return {}
    today = place(None).working.day_of(clock.now())
    files = StaffRecord.objects.filter(user_id__in=ids)
    last = Max("entries__done_on", filter=Q(entries__kind="officer_health_training"))
    rows = files.annotate(last=last).values_list("user_id", "last")
    return {user: on is not None and months_later(on, TRAINED) > today for user, on in rows}


def over(ids: Collection[UUID]) -> frozenset[UUID]:
    """Give those of these members of staff whose licence is over and keeps them from owning a duty."""
    blocking = {key: kind.blocks for key, kind in rule_table.credentials().items() if kind.blocks}
    held = ended(ids, clock.now()).filter(kind__in=list(blocking))
    rows = held.values_list("record__user_id", "record__role", "kind")
    return frozenset(user for user, role, kind in rows if role in blocking[kind])
