"""What stands on the clinic's day already: visits of a facility, visits of a person, what custody plans with them."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from throughcare.care.sick_call import slots
from throughcare.care.sick_call.models import CareRequest
from throughcare.care.sick_call.ports import OUTSIDE
from throughcare.care.sick_call.rule_table import Clinic, load_table
from throughcare.custody.models import ScheduledEvent
from throughcare.kernel import clock
from throughcare.people.family import family

WORDS = {"court": "a court trip", "transfer": "a move", "release": "a release", "visit": "a visit"}
LASTS = {"court": timedelta(hours=10), "visit": timedelta(hours=1)}  # where custody gives no end
BEFORE = timedelta(minutes=30)
AHEAD = timedelta(days=60)  # how far ahead visits outside are looked for


def lock(facility_id: UUID | None) -> None:
    """Let one at a time take a place at a facility, to the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 11))", [str(facility_id)])


def taken(facility_id: UUID | None, slot: datetime, clinic: Clinic, *, without: UUID) -> int:
    """Count the other people who are to be seen at a facility in one slot."""
    ends = slot + timedelta(minutes=clinic.slot_minutes)
    rows = _waiting().filter(facility_id=facility_id, scheduled_for__gte=slot, scheduled_for__lt=ends)
    return rows.exclude(person_id__in=family(without)).values("person_id").distinct().count()


def by_slot(facility_id: UUID | None, since: datetime, until: datetime, clinic: Clinic) -> dict[datetime, int]:
    """Count who is to be seen at a facility, slot by slot."""
    rows = _waiting().filter(facility_id=facility_id, scheduled_for__gte=since, scheduled_for__lt=until)
    people: defaultdict[datetime, set[UUID]] = defaultdict(set)
    for at, person in rows.values_list("scheduled_for", "person_id"):
        if at is not None:
            people[slots.slot_of(at, clinic)].add(person)
    return {slot: len(who) for slot, who in people.items()}


def own(person_id: UUID, *, without: UUID) -> list[datetime]:
    """Give the other times at which this person is to be seen."""
    rows = _waiting().filter(person_id__in=family(person_id), scheduled_for__gt=clock.now()).exclude(id=without)
    return [at for at in rows.values_list("scheduled_for", flat=True) if at is not None]


def own_of(people: Collection[UUID]) -> dict[UUID, list[tuple[UUID, datetime]]]:
    """Give for each chart the requests that are to be heard, each with its time. One query."""
    found: defaultdict[UUID, list[tuple[UUID, datetime]]] = defaultdict(list)
    rows = _waiting().filter(person_id__in=people, scheduled_for__gt=clock.now())
    for person, request, at in rows.values_list("person_id", "id", "scheduled_for"):
        if at is not None:
            found[person].append((request, at))
    return found


def plans(person_id: UUID) -> list[slots.Busy]:
    """Give when the person is elsewhere: what custody plans, and visits outside; a move and a release have no way back."""
    return [plan for plans in plans_of(family(person_id)).values() for plan in plans]


def plans_of(people: Collection[UUID], since: datetime | None = None) -> dict[UUID, list[slots.Busy]]:
    """Give the same for each of these charts, from a time on. Two queries, however many."""
    since, way = since or clock.now(), timedelta(minutes=load_table().clinic.way_minutes)
    rows = ScheduledEvent.objects.filter(person_id__in=people, state="planned").exclude(confidence="uncertain")
    found: defaultdict[UUID, list[slots.Busy]] = defaultdict(list)
    for row in rows:
        ends = row.ends_at or row.starts_at + LASTS.get(row.kind, timedelta(days=365))
        found[row.person_id].append(slots.Busy(WORDS.get(row.kind, row.kind), row.starts_at - BEFORE, ends))
    for visit in OUTSIDE().between(people, since - timedelta(days=1), since + AHEAD):
        ends = visit.at + timedelta(minutes=visit.minutes or 60) + way
        found[visit.person_id].append(slots.Busy("a visit outside", visit.at - way, ends))
    return found


def _waiting() -> QuerySet[CareRequest]:
    return CareRequest.objects.filter(state="scheduled", scheduled_for__isnull=False)
