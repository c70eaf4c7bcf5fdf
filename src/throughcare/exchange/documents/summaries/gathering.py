"""A person's record as the sender sees it, read from the ledger through their lens: nothing is rendered again."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from throughcare.access import labels
from throughcare.access.tokens import Bearer
from throughcare.care.medications.models import MedicationOrder, ProgrammeOrder
from throughcare.care.medications.taken_along import taken_along
from throughcare.exchange.documents.summaries import naming
from throughcare.exchange.documents.summaries.choosing import Kept, ended_by_leaving, section_of, text_of
from throughcare.exchange.fhir import finding, gate, store
from throughcare.exchange.fhir.query import Query
from throughcare.exchange.fhir.values import EARLIEST
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import NotFound
from throughcare.kernel.fhir import Json
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Role

KINDS = (
    *("AllergyIntolerance", "Condition", "DiagnosticReport", "Encounter", "Immunization", "MedicationRequest"),
    *("MedicationStatement", "Observation", "Patient", "Procedure", "ServiceRequest"),
)
_TIMES = (
    *("effectiveDateTime", "occurrenceDateTime", "performedDateTime", "onsetDateTime"),
    *("authoredOn", "dateAsserted", "recordedDate"),
)
OF_PERSON = f"""
SELECT {store.COLUMNS}, {store.BODY} FROM ledger_current c {store.JOIN.format(v="ledger_version")}
WHERE c.person_id = %s AND c.type = ANY (%s::text[]) AND c.written_at >= %s ORDER BY c.position DESC LIMIT %s
"""  # noqa: S608


def gather(lens: Lens, actor: Actor, family: Sequence[UUID]) -> tuple[Json, list[Kept], list[tuple[str, str]]]:
    """Give the patient, what the sender sees whole, and what they see only in part, as section and words."""
    bearer = Bearer(UUID(int=0), lens, actor, None, "", None, datetime.max.replace(tzinfo=UTC), 0, 0.0)
    return gather_as(bearer, family)


def gather_as(bearer: Bearer, family: Sequence[UUID]) -> tuple[Json, list[Kept], list[tuple[str, str]]]:
    """Do the same for a program that comes with a token."""
    patient: Json | None = None
    kept: list[Kept] = []
    partial: list[tuple[str, str]] = []
    cut: list[tuple[finding.Hit, str, Json]] = []
    along = _taken_along(family)
    for person in family:
        for hit in _hits(bearer, person):
            body = hit.body
            if body is None:
                continue
            if hit.row.kind == "Patient":
                patient = body if hit.row.id == family[0] else patient
                continue
            section = section_of(hit.row.kind, body)
            if not section or (ended_by_leaving(body) and hit.row.id not in along):
                continue
            if hit.cuts:
                cut.append((hit, section, body))
            else:
                kept.append(_kept(hit, body))
    for (hit, section, _), body in zip(cut, naming.named(bearer.lens, [one[2] for one in cut]), strict=True):
        if _enough(hit):
            kept.append(_kept(hit, body))
        else:
            partial.append((section, text_of(body)))
    if patient is None:
        raise NotFound("There is no such person here.")
    return patient, kept, partial


def _taken_along(family: Sequence[UUID]) -> set[UUID]:
    """Give the orders that the person took as they left, while they are gone: those of an earlier stay say nothing of today."""
    along = taken_along(family)
    rows = (model.objects.filter(along).values_list("id", flat=True) for model in (MedicationOrder, ProgrammeOrder))
    return {i for ids in rows for i in ids}


def _enough(hit: finding.Hit) -> bool:
    """Tell whether what the sender sees in part may go as they see it: the summary of a problem, an allergy, a result."""
    return hit.cuts == ("summary",) and hit.row.data_class in (DataClass.CLINICAL, DataClass.RESULT)


def _hits(bearer: Bearer, person: UUID) -> list[finding.Hit]:
    rows = list(store.unpacked(store.rows(OF_PERSON, [person, list(KINDS), EARLIEST, finding.MANY])))
    found = finding.judged(bearer, Query("", []), rows)
    if gate.sealed(bearer.lens):
        found += finding.sealed_of_person(bearer, KINDS, person)
    finding.read(found)
    return found


def _kept(hit: finding.Hit, body: Json) -> Kept:
    row = hit.row
    at = next((str(body[name]) for name in _TIMES if body.get(name)), "") or str(
        body.get("period", {}).get("start", "")
    )
    return Kept(
        kind=row.kind,
        id=str(row.id),
        body=body,
        data_class=row.data_class,
        labels=frozenset(labels.names_of(row.labels)),
        asks=frozenset(c.value for c in labels.classes_of(row.labels, Role.COMMUNITY)),
        at=at,
        cut=bool(hit.cuts),
    )
