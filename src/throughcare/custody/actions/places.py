"""Places are laid down from reviewed content; done again, it changes only what the content changed."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from throughcare import ledger
from throughcare.custody import fhir
from throughcare.custody.models import Agency, Bed, Cell, Facility, PlaceCode, Unit
from throughcare.custody.refusals import UnknownPlace
from throughcare.kernel import content
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, Stale
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import DataClass
from throughcare.ledger import SubjectKind

FOLDER = "places"
SEXES = {"men": "male", "women": "female"}


@action("custody.load_places")
def load_places(*, actor: Actor) -> int:
    """Lay down agency, facilities, units, cells and beds of the places' content. Gives how many facilities changed."""
    changed = 0
    for path in content.names(FOLDER):
        agency = _agency(content.load(path)["agency"])
        rows = content.rows(path, "facility")
        changed += sum(_facility(agency, row, number) for number, row in enumerate(rows, 1))
        _housing(rows, content.load(path).get("synthetic", {}))
    return changed


@action("custody.name_place")
def name_place(*, actor: Actor, intent: UUID | None = None, facility_id: UUID, code: str) -> UUID:
    """Let another system's name stand for a facility from now on; a name stands for one facility only."""
    code = " ".join(code.split())
    facility = Facility.objects.filter(id=facility_id).first()
    if facility is None:
        raise UnknownPlace("There is no such facility. Nothing was changed.")
    if not code or len(code) > 60:
        raise Invalid("A place's name has between 1 and 60 characters. Nothing was changed.")
    known = PlaceCode.objects.filter(code__iexact=code).select_related("facility").first()
    if known is not None and known.facility_id != facility_id:
        raise Stale(f"This name stands for [{known.facility.short_name}] already. Nothing was changed.")
    if known is None:
        PlaceCode.objects.create(id=derived("place code", code), facility=facility, code=code)
        ledger.record(
            type="Location",
            id=facility.id,
            subject=(SubjectKind.PLACE, facility.id),
            data_class=DataClass.DEMOGRAPHICS,
            body=fhir.location(facility),
        )
    return facility.id


def facility_id(code: str) -> UUID:
    """Give the id that a facility of this code has everywhere."""
    return derived("facility", code)


def _agency(row: Mapping[str, Any]) -> Agency:
    wanted = {"name": row["name"], "zone": row["zone"]}
    agency, new = Agency.objects.get_or_create(code=row["id"], defaults={"id": derived("agency", row["id"]), **wanted})
    different = {k: v for k, v in wanted.items() if getattr(agency, k) != v}
    if different:
        agency.bump(**different)
    if new or different:
        ledger.record(
            type="Organization",
            id=agency.id,
            subject=(SubjectKind.AGENCY, agency.id),
            data_class=DataClass.DEMOGRAPHICS,
            body=fhir.organization(agency),
        )
    return agency


def _facility(agency: Agency, row: Mapping[str, Any], number: int) -> bool:
    code = row["id"]
    wanted: dict[str, Any] = {
        "name": row["name"],
        "short_name": _short(row["name"]),
        "town": row.get("town", ""),
        "kind": row["kind"],
        "sex": SEXES.get(row.get("sex", ""), "any"),
        "level": row.get("security", ""),
        "zone": row.get("zone", agency.zone),
        "capacity": row.get("capacity"),
        "nurse_phone": row.get("nurse_phone", f"44{number:02d}" if row.get("units") else ""),
        "opened_on": _day(row.get("opened")),
        "closed_on": _day(row.get("closed")),
    }
    facility, new = Facility.objects.get_or_create(
        code=code, defaults={"id": facility_id(code), "agency": agency, **wanted}
    )
    different = {k: v for k, v in wanted.items() if getattr(facility, k) != v}
    if different:
        facility.bump(**different)
    known = set(facility.codes.values_list("code", flat=True))
    for name in (code, *row.get("codes", ())):
        if name not in known:
            PlaceCode.objects.create(id=derived("place code", name), facility=facility, code=name)
    if not new and not different:
        return False
    ledger.record(
        type="Location",
        id=facility.id,
        subject=(SubjectKind.PLACE, facility.id),
        data_class=DataClass.DEMOGRAPHICS,
        body=fhir.location(facility),
    )
    return True


def _short(name: str) -> str:
    for long, short in (("Correctional Center", "CC"), ("Correctional Institution", "CI"), ("Institution", "YI")):
        if name.endswith(long):
            return name.removesuffix(long).replace("Youth ", "") + short
    return name


def _day(text: str | None) -> date | None:
    """Read a day; where only a month or a year is known, its first day."""
    if not text:
        return None
    year, month, day = (*text.split("-"), "1", "1")[:3]
    return date(int(year), int(month), int(day))


def _housing(rows: Iterable[Mapping[str, Any]], invented: Mapping[str, Any]) -> None:
    units: list[Unit] = []
    cells: list[Cell] = []
    beds: list[Bed] = []
    for row in rows:
        for unit, count, per_cell in _units(row, invented):
            units.append(unit)
            for cell, its_beds in _cells(unit, row["id"], count, per_cell):
                cells.append(cell)
                beds.extend(its_beds)
    for model, found in ((Unit, units), (Cell, cells), (Bed, beds)):
        model._default_manager.bulk_create(found, ignore_conflicts=True, batch_size=4000)  # type: ignore[arg-type]


def _units(row: Mapping[str, Any], invented: Mapping[str, Any]) -> Iterator[tuple[Unit, int, int]]:
    """Invent units as the content asks: letters, one to keep people apart, a place for arrivals, an infirmary where there is one."""
    plan = row.get("units")
    if not plan:
        return
    facility = row["id"]
    wanted = [
        (letter, f"Unit {letter}", "housing", plan["cells_per_unit"], plan["beds_per_cell"])
        for letter in _letters(plan["count"])
    ]
    if apart := invented.get("restricted"):
        letter = _letters(plan["count"] + 1)[-1]
        wanted.append((letter, f"Unit {letter}", "restricted", apart["cells"], apart["beds_per_cell"]))
    if row.get("arrivals") or row["kind"] in ("jail", "both") or "reception" in row.get("functions", ()):
        wanted.append(("IN", "Intake", "intake", 20, 2))
    if "infirmary" in row.get("features", ()):
        wanted.append(("INF", "Infirmary", "infirmary", 20, 1))
    for code, name, kind, count, per_cell in wanted:
        unit = Unit(
            id=derived("unit", facility, code), facility_id=facility_id(facility), code=code, name=name, kind=kind
        )
        yield unit, count, per_cell


def _letters(count: int) -> list[str]:
    one = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return [*one, *(f"A{letter}" for letter in one)][:count]


def _cells(unit: Unit, facility: str, count: int, per_cell: int) -> Iterator[tuple[Cell, list[Bed]]]:
    for number in range(101, 101 + count):
        code = f"{unit.code}-{number}"
        cell = Cell(id=derived("cell", facility, code), unit=unit, code=code)
        yield (
            cell,
            [
                Bed(
                    id=derived("bed", facility, code, str(n)),
                    unit=unit,
                    cell=cell,
                    code=str(n),
                    bunk="single" if per_cell == 1 else "bottom" if n % 2 else "top",
                )
                for n in range(1, per_cell + 1)
            ],
        )
