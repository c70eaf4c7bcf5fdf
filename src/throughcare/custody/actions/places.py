"""Places are laid down from reviewed content; done again, it changes only what the content changed."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from throughcare import ledger
from throughcare.custody import fhir
from throughcare.custody.models import Agency, Bed, Cell, Facility, PlaceCode, Unit
from throughcare.kernel import content
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import DataClass
from throughcare.ledger import SubjectKind

PATH = "places/connecticut.toml"
FACILITY_FIELDS = (
    "name",
    "short_name",
    "town",
    "kind",
    "sex",
    "level",
    "zone",
    "capacity",
    "nurse_phone",
    "opened_on",
    "closed_on",
)


@action("custody.load_places")
def load_places(*, actor: Actor, path: str = PATH) -> int:
    """Lay down agency, facilities, units, cells and beds of a content file. Gives how many facilities changed."""
    body = content.load(path)
    agency = _agency(body["agency"])
    changed = [f for f in (_facility(agency, row) for row in content.rows(path, "facility")) if f]
    _housing(content.rows(path, "facility"))
    return len(changed)


def facility_id(code: str) -> UUID:
    """Give the id that a facility of this code has everywhere."""
    return derived("facility", code)


def _agency(row: Mapping[str, Any]) -> Agency:
    wanted = {"name": row["name"], "zone": row.get("zone", "America/New_York")}
    agency, new = Agency.objects.get_or_create(
        code=row["code"], defaults={"id": derived("agency", row["code"]), **wanted}
    )
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


def _facility(agency: Agency, row: Mapping[str, Any]) -> Facility | None:
    code = row["id"]
    wanted = {name: row[name] for name in FACILITY_FIELDS if name in row}
    wanted.setdefault("short_name", row["name"])
    wanted.setdefault("zone", agency.zone)
    facility, new = Facility.objects.get_or_create(
        code=code, defaults={"id": facility_id(code), "agency": agency, **wanted}
    )
    different = {k: v for k, v in wanted.items() if getattr(facility, k) != v}
    if different:
        facility.bump(**different)
    known = set(facility.codes.values_list("code", flat=True))
    PlaceCode.objects.bulk_create(
        PlaceCode(id=derived("code", c), facility=facility, code=c) for c in row.get("hl7_codes", ()) if c not in known
    )
    if not new and not different:
        return None
    ledger.record(
        type="Location",
        id=facility.id,
        subject=(SubjectKind.PLACE, facility.id),
        data_class=DataClass.DEMOGRAPHICS,
        body=fhir.location(facility),
    )
    return facility


def _housing(rows: Iterable[Mapping[str, Any]]) -> None:
    units: list[Unit] = []
    cells: list[Cell] = []
    beds: list[Bed] = []
    for row in rows:
        for unit_row in row.get("units", ()):
            unit = Unit(
                id=derived("unit", row["id"], unit_row["code"]),
                facility_id=facility_id(row["id"]),
                code=unit_row["code"],
                name=unit_row.get("name", unit_row["code"]),
                kind=unit_row.get("kind", "housing"),
            )
            units.append(unit)
            for cell, its_beds in _cells(unit, row["id"], unit_row):
                cells.append(cell)
                beds.extend(its_beds)
    Unit.objects.bulk_create(
        units, update_conflicts=True, update_fields=["name", "kind"], unique_fields=["id"], batch_size=1000
    )
    Cell.objects.bulk_create(cells, ignore_conflicts=True, batch_size=2000)
    Bed.objects.bulk_create(beds, ignore_conflicts=True, batch_size=2000)


def _cells(unit: Unit, facility: str, row: Mapping[str, Any]) -> Iterator[tuple[Cell, list[Bed]]]:
    per_cell = int(row.get("beds_per_cell", 2))
    for number in range(1, int(row.get("cells", 0)) + 1):
        code = f"{unit.code}-{number:03d}"
        cell = Cell(id=derived("cell", facility, code), unit=unit, code=code)
        yield cell, [
            Bed(
                id=derived("bed", facility, code, str(n)),
                unit=unit,
                cell=cell,
                code=str(n),
                bunk="single" if per_cell == 1 else "bottom" if n % 2 else "top",
            )
            for n in range(1, per_cell + 1)
        ]
