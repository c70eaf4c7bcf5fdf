"""Looks that somebody should be asked about: found in the read log, answered by who keeps the records (clinical.md 7.4)."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Count, Max, Min

from throughcare.access import detecting, limits
from throughcare.access.actions.record import in_force
from throughcare.access.detecting import Found, Look, Taken
from throughcare.access.events import LookFound, LookReviewed
from throughcare.access.models import BreakGlass, Finding, User, Watched
from throughcare.access.ports import CARE, FAMILY, KIN, NAMES
from throughcare.access.realtime import real_now
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed, NotFound, Stale
from throughcare.kernel.events import emit
from throughcare.ledger.models import Version

OUTCOMES = ("explained", "not_explained", "unclear")
# A hand that stood still for a night is made good; what was found already is found once.
BACK = timedelta(hours=50)

LOOKS = """
SELECT user_id, max(user_name), role, people[1], (at AT TIME ZONE %s)::date, min(at), max(at), count(*),
  bool_or(kind = 'break_glass' AND route = 'access.why')
FROM ledger_read WHERE at >= %s AND cardinality(people) = 1 AND role <> 'patient'
GROUP BY user_id, role, people[1], (at AT TIME ZONE %s)::date
"""
TAKEN = """
SELECT user_id, max(role), (at AT TIME ZONE %s)::date, min(at), max(at), count(DISTINCT person)
FROM ledger_read, unnest(people) AS person
WHERE at >= %s AND kind IN ('print', 'export', 'disclosure') AND role <> 'patient'
GROUP BY user_id, (at AT TIME ZONE %s)::date
"""


@action("access.find_looks")
def find_looks(*, actor: Actor, since: datetime | None = None) -> int:
    """Ask of each look of the last days whether it is worth a question; gives how many are new. Asking again finds nothing twice."""
    return sum(_keep(found) for found in _all(since or real_now() - BACK))


@action("access.review_finding")
def review_finding(*, actor: Actor, finding_id: UUID, version: int, outcome: str, review: str) -> None:
    """Answer one question; nobody answers one about themselves."""
    row = Finding.objects.select_for_update().filter(id=finding_id).first()
    if row is None:
        raise NotFound("There is no such finding.")
    if row.user_id == actor.id:
        raise NotAllowed("This is about your own looks. Leave it to another reviewer.")
    if row.version != version or row.reviewed_at is not None:
        raise Stale("Somebody has answered this meanwhile. Open the list again to see what they found.")
    if outcome not in OUTCOMES or len(review.strip()) < 3:
        raise Invalid("The answer was not kept.", fields={"review": "Choose an outcome and say why, in a few words."})
    now = clock.now()
    row.bump(reviewed_at=now, reviewed_by=actor.label(), outcome=outcome, review=review.strip())
    emit(LookReviewed(happened_at=now, ref=row.id))


@action("access.watch_record")
def watch_record(*, actor: Actor, person_id: UUID, why: str) -> UUID:
    """Have each look at this record asked about from now on."""
    if not NAMES().of([person_id]):
        raise NotFound("There is no such record here.")
    if len(why.strip()) < 3:
        raise Invalid("The record is not watched.", fields={"why": "Say why, in a few words."})
    if Watched.objects.filter(person_id=person_id, until=None).exists():
        raise Stale("This record is watched already. Nothing was changed.")
    row = Watched.objects.create(person_id=person_id, why=why.strip(), by=actor.label(), since=clock.now())
    return row.id


@action("access.end_watch")
def end_watch(*, actor: Actor, person_id: UUID) -> None:
    """Watch this record no longer."""
    row = Watched.objects.select_for_update().filter(person_id=person_id, until=None).first()
    if row is None:
        raise NotFound("This record is not watched.")
    row.bump(until=max(clock.now(), row.since + timedelta(microseconds=1)))


# --- inside ---------------------------------------------------------------------------------------------------------------


def _all(since: datetime) -> Iterator[Found]:
    looks, known = _looks(since), limits.detectors()
    common = KIN().common({w for look in looks for w in detecting.family_of(look.user_name)}, known["same_name"].limit)
    yield from detecting.by_name(looks, KIN().called({look.person_id for look in looks}), common)
    watched = _watched()
    yield from detecting.where(_for(looks, "watched"), "watched", lambda look: look.person_id in watched)
    yield from detecting.too_many((x for x in looks if x.by_reason), "reasons", known["reasons"].limit)
    yield from detecting.too_many(_for(looks, "many_charts"), "many_charts", known["many_charts"].limit)
    after = timedelta(days=known["after_release"].limit)
    ended = _ended({look.person_id for look in _for(looks, "after_release")})
    yield from detecting.where(
        _for(looks, "after_release"),
        "after_release",
        lambda look: (end := ended.get(look.person_id)) is not None and look.last_at > end + after,
    )
    yield from _taken_out(since)
    yield from _glass_habits()
    yield from _at_the_console(since)


def _for(looks: Iterable[Look], detector: str) -> list[Look]:
    exempt = limits.detectors()[detector].not_for
    return [look for look in looks if look.role not in exempt]


def _looks(since: datetime) -> list[Look]:
    return [Look(*row) for row in _rows(LOOKS, since)]


def _taken_out(since: datetime) -> Iterator[Found]:
    limit = limits.detectors()["taken_out"].limit
    for row in _rows(TAKEN, since):
        taken = Taken(*row)
        if taken.people > limit:
            yield Found("taken_out", taken.user_id, taken.role, taken.day, taken.first_at, taken.last_at, taken.people)


def _glass_habits() -> Iterator[Found]:
    limit, now = limits.detectors()["glass_habit"].limit, clock.now()
    lately = BreakGlass.objects.filter(opened_at__gt=now - timedelta(days=30), opened_at__lte=now)
    often = lately.values("user_id").annotate(
        n=Count("id"), first=Min("opened_at"), last=Max("opened_at"), as_=Max("role")
    )
    for one in often.filter(n__gt=limit):
        day = clock.local(one["last"], settings.TIME_ZONE).date()
        yield Found("glass_habit", one["user_id"], one["as_"], day, one["first"], one["last"], one["n"])


def _at_the_console(since: datetime) -> Iterator[Found]:
    opened = Version.objects.filter(action="access.open_at_console", type="PractitionerRole", written_at__gte=since)
    for one in opened.exclude(reason="first account of this installation").only("subject", "written_at"):
        day = clock.local(one.written_at, settings.TIME_ZONE).date()
        yield Found("console_account", one.subject, "", day, one.written_at, one.written_at, 1)


def _watched() -> frozenset[UUID]:
    people = Watched.objects.filter(in_force()).values_list("person_id", flat=True)
    return frozenset(one for person_id in people for one in FAMILY().of(person_id))


def _ended(people: set[UUID]) -> dict[UUID, datetime | None]:
    return {person_id: CARE().segment_ended(person_id) for person_id in people}


def _rows(sql: str, since: datetime) -> list[tuple[Any, ...]]:
    zone = settings.TIME_ZONE
    with connection.cursor() as cursor:
        cursor.execute(sql, [zone, since, zone])
        return list(cursor.fetchall())


def _keep(found: Found) -> int:
    """Keep a finding once; one that waits for an answer learns how far it has gone on."""
    same = {"detector": found.detector, "user_id": found.user_id, "person_id": found.person_id, "day": found.day}
    known = Finding.objects.select_for_update().filter(**same).first()
    if known is not None:
        if known.reviewed_at is None and known.last_at < found.last_at:
            known.bump(last_at=found.last_at, number=found.number)
        return 0
    if not User.objects.filter(id=found.user_id).exists():
        return 0
    now = clock.now()
    row = Finding.objects.create(
        **same, role=found.role, first_at=found.first_at, last_at=found.last_at, number=found.number, found_at=now
    )
    emit(LookFound(happened_at=now, ref=row.id))
    return 1
