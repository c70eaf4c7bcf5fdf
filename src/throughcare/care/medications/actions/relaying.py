"""After a transfer the doses ahead are due at the passes of where the person is now. None is lost by it and none is due twice.

A dose whose time over there is past already stays due at its own time: it was not given, so somebody is to give it. Doses of
sealed programmes move like all others; nothing of what they are is read for it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import F

from throughcare.care.medications import states
from throughcare.care.medications.dose_ids import dose_id
from throughcare.care.medications.facility_passes import FacilityPasses, facility_passes
from throughcare.care.medications.models import Dose, MedicationOrder, ProgrammeOrder

INSERT = """
INSERT INTO medications_dose
       (id, due_at, person_id, order_id, programme_order_id, pass_code, amount, critical, controlled)
SELECT * FROM unnest(%s::uuid[], %s::timestamptz[], %s::uuid[], %s::uuid[], %s::uuid[], %s::text[], %s::numeric[],
                     %s::boolean[], %s::boolean[])
ON CONFLICT (id, due_at) DO NOTHING
"""

# The widest window: a dose this near may have been given already by a tablet that has not come back, under its own time.
MAY_BE_GIVEN = timedelta(hours=2)


def relay(people: Iterable[UUID], source: UUID | None, target: UUID | None, at: datetime) -> int:
    """Lay the doses ahead of these people on the passes of another facility; gives how many moved."""
    old, new = facility_passes(source), facility_passes(target)
    if old.times == new.times:
        return 0
    ahead: dict[UUID, list[Dose]] = defaultdict(list)
    rows = Dose.objects.select_for_update(of=("self",)).filter(
        person_id__in=list(people), due_at__gte=at, status=states.EXPECTED, version=1
    )
    for row in rows.order_by("due_at"):
        ahead[row.order_id or row.programme_order_id or row.id].append(row)
    _lay_from_earlier(list(people), old, new)
    moved = 0
    for doses in ahead.values():
        due = [_shifted(d, old, new, at) for d in doses]
        here = sum(then != d.due_at for d, then in zip(doses, due, strict=True))
        if here:
            _replace(doses, due, at)
            moved += here
    return moved


def _lay_from_earlier(people: list[UUID], old: FacilityPasses, new: FacilityPasses) -> None:
    """Let orders be laid on from as much earlier as a pass over there comes earlier: a dose of the last day would lie behind.

    What is laid already stays: a dose is named by its order and time.
    """
    both = old.times.keys() & new.times.keys()
    sooner = max((_minutes(old.times[code]) - _minutes(new.times[code]) for code in both), default=0)
    if sooner > 0:
        for model in (MedicationOrder, ProgrammeOrder):
            laid = model._default_manager.filter(person_id__in=people, status="active", doses_until__isnull=False)
            laid.update(doses_until=F("doses_until") - timedelta(minutes=sooner))


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _shifted(dose: Dose, old: FacilityPasses, new: FacilityPasses, at: datetime) -> datetime:
    """Give when a dose is due over there: as far from its pass as before, on the same day; never before it could be given."""
    unmoved = dose.due_at - at <= MAY_BE_GIVEN
    if unmoved or dose.pass_code not in old.times or dose.pass_code not in new.times:
        return dose.due_at
    local = dose.due_at.astimezone(old.zone)
    was, will = old.times[dose.pass_code], new.times[dose.pass_code]
    apart = timedelta(minutes=_minutes(will) - _minutes(was))
    then = (local.replace(tzinfo=None) + apart).replace(tzinfo=new.zone)
    moment = then.astimezone(dose.due_at.tzinfo)
    return moment if moment >= at else dose.due_at


def _replace(doses: Sequence[Dose], due: Sequence[datetime], at: datetime) -> None:
    """Take an order's doses ahead back and lay them at their new times, in the same statement's transaction."""
    first = doses[0]
    door = "medications_take_back" if first.order_id else "medications_take_back_programme"
    columns = (
        [dose_id(d.order_id or d.programme_order_id or d.id, then) for d, then in zip(doses, due, strict=True)],
        list(due),
        [d.person_id for d in doses],
        [d.order_id for d in doses],
        [d.programme_order_id for d in doses],
        [d.pass_code for d in doses],
        [d.amount for d in doses],
        [d.critical for d in doses],
        [d.controlled for d in doses],
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {door}(%s::uuid[], %s)", [[first.order_id or first.programme_order_id], at])
        cursor.execute(INSERT, list(columns))
