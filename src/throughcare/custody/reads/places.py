"""Places: facilities with how many people they hold, units, free beds, lockdowns; and a place by others' names for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q

from throughcare.custody.making import Spot
from throughcare.custody.models import Bed, Cell, Facility, Lockdown, Placement, Unit
from throughcare.custody.policy import housed_now, sees
from throughcare.kernel import db, statement
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens

HOUSED = Q(until=None, cancelled=False)
# In the order of the fields of `UnitRow`.
UNITS = """
SELECT u.id, u.facility_id, u.code, u.name, u.kind, (SELECT count(*) FROM custody_bed b WHERE b.unit_id = u.id),
  coalesce(h.people, 0)
FROM custody_unit u LEFT JOIN (
  SELECT unit_id, count(*) AS people FROM custody_placement WHERE facility_id = %s AND until IS NULL AND NOT cancelled GROUP BY 1
) h ON h.unit_id = u.id
WHERE u.facility_id = %s ORDER BY u.code
"""


@dataclass(frozen=True, slots=True)
class FacilityRow:
    """A site, how many people are housed there now, and when it was open."""

    id: UUID
    code: str
    name: str
    short_name: str
    town: str
    kind: str
    sex: str
    level: str
    zone: str
    capacity: int | None
    nurse_phone: str
    opened_on: date | None
    closed_on: date | None
    people: int | None = None
    codes: tuple[str, ...] = ()


@lru_cache(maxsize=1024)
def zone_of(facility_id: UUID) -> str:
    """Give the zone of a facility, "" of one that is not known. Sites don't move: it is asked once per process."""
    return Facility.objects.filter(id=facility_id).values_list("zone", flat=True).first() or ""


def place_names(lens: Lens, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Give what facilities and units are called, for entries that keep their ids."""
    asked = set(ids)
    with db.reading(lens):
        found = dict(Facility.objects.filter(id__in=asked).values_list("id", "short_name"))
        return found | dict(Unit.objects.filter(id__in=asked).values_list("id", "name"))


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit; with its beds and people where they were counted."""

    id: UUID
    facility_id: UUID
    code: str
    name: str
    kind: str
    beds: int = 0
    people: int = 0


@dataclass(frozen=True, slots=True)
class LockdownRow:
    """A place in which nobody moves."""

    id: UUID
    facility_id: UUID
    unit_id: UUID | None
    unit: str
    started_at: datetime


def facilities(lens: Lens, *, open_only: bool = False) -> list[FacilityRow]:
    """List the agency's sites; where they are is no secret, how many people they hold is shown within the lens."""
    rows = Facility.objects.prefetch_related("codes").order_by(F("closed_on").desc(nulls_first=True), "name")
    if open_only:
        rows = rows.filter(closed_on=None)
    counts = dict(Placement.objects.filter(HOUSED).values_list("facility_id").annotate(people=Count("id")).order_by())
    return [
        _facility(f, counts.get(f.id, 0) if sees(lens, f.id) else None, tuple(c.code for c in f.codes.all()))
        for f in rows
    ]


def facility(lens: Lens, facility_id: UUID) -> FacilityRow:
    """Give one site."""
    found = db.once(("facility", facility_id), lambda: Facility.objects.filter(id=facility_id).first())
    if found is None:
        raise NotFound("There is no such facility.")
    return _facility(found)


def facility_by_code(lens: Lens, code: str) -> FacilityRow | None:
    """Find a site by our code or by another system's; case and blanks around it don't matter."""
    found = Facility.objects.filter(codes__code__iexact=code.strip()).first()
    return _facility(found) if found else None


def spot_by_names(lens: Lens, facility: str, unit: str = "", bed: str = "", room: str = "") -> Spot | None:
    """Find a place by another system's names for it (HL7 PL: point of care, room, bed, facility).

    None where the facility is unknown. Unit and bed that we don't know are left out; the bed's name is kept, to settle.
    """
    site = facility_by_code(lens, facility)
    if site is None:
        return None
    named = "-".join(part.strip() for part in (unit, room, bed) if part.strip()) if bed or room else ""
    home = Unit.objects.filter(facility_id=site.id, code__iexact=unit.strip()).first() if unit.strip() else None
    if home is None or not (bed.strip() or room.strip()):
        return Spot(site.id, home.id if home else None, None, named)
    cell = Cell.objects.filter(unit=home).filter(
        Q(code__iexact=room.strip()) | Q(code__iexact=f"{home.code}-{room.strip()}")
    )
    wanted = Bed.objects.filter(cell__in=cell)
    found = wanted.filter(code__iexact=bed.strip()).first() if bed.strip() else None
    if found is None and not bed.strip() and len(only := list(wanted[:2])) == 1:
        found = only[0]
    return Spot(site.id, home.id, found.id if found else None, "" if found else named)


def units(lens: Lens, facility_id: UUID) -> list[UnitRow]:
    """List a site's units by name, for tabs and choices."""
    rows = Unit.objects.filter(facility_id=facility_id).order_by("code")
    return [UnitRow(*row) for row in rows.values_list("id", "facility_id", "code", "name", "kind")]


def counted_units(lens: Lens, facility_id: UUID) -> list[UnitRow]:
    """List a site's units with how many beds they have, and how many people within the lens."""
    shown = sees(lens, facility_id)
    rows = statement.run(UNITS, [facility_id, facility_id])
    return [UnitRow(*(row if shown else (*row[:-1], 0))) for row in rows]


def free_beds(lens: Lens, facility_id: UUID, unit_id: UUID | None, *, elsewhere: int = 10) -> list[tuple[UUID, str]]:
    """List beds in which nobody is confirmed, as (id, name): all of one unit, then a few of each other. One query."""
    taken = Placement.objects.filter(HOUSED, bed_id=OuterRef("id"), confirmed=True)
    rows = Bed.objects.filter(unit__facility_id=facility_id).exclude(Exists(taken)).order_by("cell__code", "code")
    free: dict[UUID, list[tuple[UUID, str]]] = {}
    for id_, unit, cell, code, bunk in rows.values_list("id", "unit_id", "cell__code", "code", "bunk"):
        beds = free.setdefault(unit, [])
        if unit == unit_id or len(beds) < elsewhere:
            beds.append((id_, f"{cell} bed {code}, {bunk}"))
    own = free.pop(unit_id, []) if unit_id is not None else []
    return [*own, *(bed for unit in free.values() for bed in unit)]


def in_beds(lens: Lens, facility_id: UUID, unit_id: UUID | None, *, but: UUID) -> list[tuple[UUID, str]]:
    """List who is confirmed in a bed, as (person, bed and name): of one unit first. Whom the lens hides is absent."""
    rows = housed_now(lens).filter(facility_id=facility_id, confirmed=True).exclude(person_id=but)
    by_bed = rows.order_by("bed__cell__code", "bed__code").values_list(
        "person_id", "unit_id", "bed__cell__code", "bed__code", "person__family", "person__given"
    )
    found = sorted(by_bed, key=lambda row: row[1] != unit_id)
    return [(who, f"{cell} bed {code}: {family}, {given}") for who, _, cell, code, family, given in found]


def lockdowns(lens: Lens, facility_id: UUID) -> list[LockdownRow]:
    """List where nobody moves now."""
    rows = Lockdown.objects.filter(facility_id=facility_id, ended_at=None).select_related("unit").order_by("started_at")
    return [LockdownRow(r.id, r.facility_id, r.unit_id, r.unit.name if r.unit else "", r.started_at) for r in rows]


def _facility(f: Facility, people: int | None = None, codes: tuple[str, ...] = ()) -> FacilityRow:
    return FacilityRow(
        id=f.id,
        code=f.code,
        name=f.name,
        short_name=f.short_name,
        town=f.town,
        kind=f.kind,
        sex=f.sex,
        level=f.level,
        zone=f.zone,
        capacity=f.capacity,
        nurse_phone=f.nurse_phone,
        opened_on=f.opened_on,
        closed_on=f.closed_on,
        people=people,
        codes=codes,
    )
