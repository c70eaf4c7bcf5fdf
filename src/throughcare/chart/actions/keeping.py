"""What all writers of the chart share: who recorded, fetching a row to change, keeping it in the ledger."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model

from throughcare import ledger
from throughcare.access import labels
from throughcare.chart import fhir
from throughcare.chart import models as m
from throughcare.chart.events import FactChanged
from throughcare.kernel import clock, rows
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import NotFound, Stale
from throughcare.kernel.events import emit
from throughcare.kernel.fhir import Json
from throughcare.kernel.vocabulary import DataClass, Role

T = TypeVar("T", bound=Model)
Renderer = Callable[[Any], Json]
NOTHING: Mapping[UUID, Json] = MappingProxyType({})

KINDS_TOLD: dict[type[Model], str] = {m.Allergy: "allergy", m.Condition: "problem", m.Observation: "measurement"}


def lines_of(reports: Sequence[m.Report], rendered: Mapping[UUID, Json] = NOTHING) -> dict[UUID, list[UUID]]:
    """Give which lines each report names: those that ask nothing more of their reader than the report does.

    Of some lines it may be known how they are `rendered` as they now stand.
    """
    asked = {row.id: _asks(row, fhir.report(row)) for row in reports}
    found: dict[UUID, list[UUID]] = {}
    # Of a report that is not written yet, no line is either.
    fresh = rows.waiting(m.Report)
    written = [row.id for row in reports if not any(row is one for one in reversed(fresh))]
    lines = list(m.Observation.objects.filter(report_id__in=written)) if written else []
    lines += [line for line in rows.waiting(m.Observation) if line.report_id in asked]
    for line in sorted(lines, key=lambda line: line.id):
        said = rendered.get(line.id) or fhir.observation(line)
        if line.report_id is not None and _asks(line, said) <= asked[line.report_id]:
            found.setdefault(line.report_id, []).append(line.id)
    return found


def _asks(row: Any, body: Json) -> set[str]:
    """Give the classes that a reader must be able to read: the row's own, and what its labels ask of whoever asks most."""
    bits = labels.by_codes(labels.codes_in(body)).bits
    return {row.data_class, *(cls.value for cls in labels.classes_of(bits, Role.COMMUNITY))}


def report(row: m.Report, rendered: Mapping[UUID, Json] = NOTHING) -> Json:
    """Render a report with the lines that it names; of some it may be known how they are rendered."""
    return fhir.report(row, lines_of([row], rendered).get(row.id, ()))


RENDER: dict[type[Model], tuple[str, Renderer]] = {
    m.Encounter: ("Encounter", fhir.encounter),
    m.Condition: ("Condition", fhir.condition),
    m.Allergy: ("AllergyIntolerance", fhir.allergy),
    m.Observation: ("Observation", fhir.observation),
    m.Note: ("Composition", fhir.note),
    m.Order: ("ServiceRequest", fhir.order),
    m.Report: ("DiagnosticReport", report),
    m.Immunization: ("Immunization", fhir.immunization),
    m.HomeMedicine: ("MedicationStatement", fhir.home_medicine),
    m.Flag: ("Flag", fhir.flag),
}


def recorded(actor: Actor) -> dict[str, Any]:
    """Give the columns that say who recorded a fact and when."""
    return {"recorded_by": actor.label(), "recorder_id": actor.id, "recorded_at": clock.now()}


def keep(row: Any, happened_at: datetime | None = None, *, body: Json | None = None) -> None:
    """Keep the row's present state in the ledger; `body` is it as rendered, where many were rendered together."""
    kind, render = RENDER[type(row)]
    ledger.record(
        type=kind,
        id=row.id,
        person_id=row.person_id,
        data_class=DataClass(row.data_class),
        body=render(row) if body is None else body,
        happened_at=happened_at,
        live=getattr(row, "status", "") != "entered-in-error",
    )


def gathered() -> AbstractContextManager[None]:
    """Write new visits, reports and measurements once each at the end of a part that reads none of what it adds."""
    return rows.together(m.Encounter, m.Report, m.Observation)


def tell_changed(entries: Sequence[m.Fact]) -> None:
    """Tell of allergies, problems or measurements of one person that were recorded, changed or taken back, all at once."""
    kind = KINDS_TOLD.get(type(entries[0])) if entries else None
    if kind is not None:
        first = entries[0]
        about: dict[str, Any] = {"person_id": first.person_id, "facility_id": first.facility_id, "ref": first.id}
        codes = frozenset(one.code for one in entries if isinstance(one, m.Observation))
        emit(FactChanged(happened_at=clock.now(), kind=kind, codes=codes, **about))


def write_gathered() -> None:
    """Write now what was gathered, for whoever must read what the action has just added."""
    rows.flush(m.Encounter, m.Report, m.Observation)


def mine(model: type[T], id: UUID, person_id: UUID, version: int | None = None, *, what: str = "entry") -> T:
    """Fetch one person's row to change it; a stale page or another person's row is refused, and the sentence says `what`."""
    row = model._default_manager.select_for_update().filter(pk=id).first()
    if row is None:
        raise NotFound(f"There is no such {what} here.")
    if getattr(row, "person_id", None) != person_id:
        raise Stale(f"This {what} belongs to another person than the page you sent. Nothing was changed.")
    if version is not None and version != getattr(row, "version", None):
        raise Stale(f"Somebody changed this {what} since you opened it. What you typed is still on your page.")
    return row
