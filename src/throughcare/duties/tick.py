"""What the clock's hand does for duties: late duties that stand in the lane "now" and uncovered roles go up, days begin.

Due soon and overdue need no writes: they are computed. Running it again changes nothing.
"""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from throughcare.custody.models import Facility, Placement, ScheduledEvent
from throughcare.duties import cover, rulebook
from throughcare.duties.events import CollectionDayBegan, FacilityYearBegan, ReleaseNears
from throughcare.duties.models import OPEN, Duty, Escalation
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.events import emit
from throughcare.kernel.ids import derived

TICKER = Actor.system("ticker")
COLLECTION_HOUR = time(6)
NEAR = timedelta(days=14)


def run(now: datetime | None = None) -> int:
    """Do what has fallen due by now; gives how many things were opened or told upwards."""
    if now is None:
        return advance(actor=TICKER)
    with clock.frozen(now):
        return advance(actor=TICKER)


@action("duties.tick")
def advance(*, actor: Actor) -> int:
    """Begin calendar days, then tell upwards of what is late or uncovered."""
    now = clock.now()
    return _begin_days(now) + _nearing(now) + _late(now) + _cover(now)


def _late(now: datetime) -> int:
    """Tell of what is late and stands in the lane now: of "now" from the start, of "this shift" since its end (0043)."""
    told = Escalation.objects.filter(kind="late", cleared_at=None, duty__isnull=False).values("duty_id")
    late = list(
        Duty.objects.filter(OPEN, lane__in=["now", "shift"], due_at__lt=now)
        .exclude(id__in=told)
        .order_by("due_at")[:2000]
    )
    rows = [
        Escalation(kind="late", facility_id=d.facility_id, role=d.owner_role, duty=d, to_role=cover.UP, raised_at=now)
        for d in late
    ]
    Escalation.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    closed = Escalation.objects.filter(cleared_at=None, duty__closed_at__isnull=False)
    closed.update(cleared_at=now)
    return len(rows)


def _cover(now: datetime) -> int:
    cover.clear_covered(now)
    waiting = Duty.objects.filter(OPEN, lane__in=["now", "shift"], facility_id__isnull=False)
    return cover.check(set(waiting.values_list("facility_id", "owner_role").distinct().order_by()))


def _begin_days(now: datetime) -> int:
    """Tell each facility's day once: at its hour, unless its duty of that day is there already."""
    working = rulebook.place(None).working
    today = working.day_of(now)
    morning = working.moment(today, COLLECTION_HOUR)
    begun = 0
    begun_of_places = Duty.objects.filter(person=None).values_list("subject_id", flat=True)
    with_year = set(begun_of_places.filter(trigger="facility_year_began"))
    days = begun_of_places.filter(trigger="collection_day_began")
    with_day, waiting = set(days.filter(opened_at__gte=morning)), set(days.filter(OPEN))
    for facility in _facilities(today):
        if facility not in with_year:
            emit(
                FacilityYearBegan(
                    happened_at=now, facility_id=facility, ref=derived("year", str(facility), str(today.year))
                )
            )
            begun += 1
        if morning <= now and facility not in with_day | waiting:
            emit(
                CollectionDayBegan(
                    happened_at=morning, facility_id=facility, ref=derived("day", str(facility), str(today))
                )
            )
            begun += 1
    return begun


def _nearing(now: datetime) -> int:
    """Tell once of each expected release that is two weeks away or less, of whoever is in custody (clinical.md 3.2)."""
    near = ScheduledEvent.objects.filter(kind="release", state="planned", starts_at__gt=now, starts_at__lte=now + NEAR)
    rows = list(near.values_list("id", "person_id", "starts_at"))
    whom = {person_id for _, person_id, _ in rows}
    told = set(Duty.objects.filter(person_id__in=whom, trigger="release_nears").values_list("ref", flat=True))
    held = Placement.objects.filter(person_id__in=whom, until=None, cancelled=False)
    where = dict(held.values_list("person_id", "facility_id"))
    rows = [row for row in rows if row[0] not in told and row[1] in where]
    for plan, person_id, starts_at in rows:
        emit(
            ReleaseNears(
                happened_at=starts_at - NEAR,
                person_id=person_id,
                facility_id=where[person_id],
                ref=plan,
                release_at=starts_at,
            )
        )
    return len(rows)


def _facilities(today: date) -> list[UUID]:
    open_today = Facility.objects.exclude(closed_on__lte=today).exclude(opened_on__gt=today)
    return list(open_today.filter(kind__in=["jail", "prison", "both"]).order_by("id").values_list("id", flat=True))
