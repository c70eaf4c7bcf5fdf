"""Groups of people that can be exported: who is at a facility now, and a cohort that somebody sent as a Group."""

from uuid import UUID

from throughcare.access.tokens import Bearer
from throughcare.custody.models import Facility, Placement
from throughcare.exchange.fhir import exact, gate, resource, store
from throughcare.exchange.fhir.call import id_of
from throughcare.exchange.fhir.outcome import not_found


def members(bearer: Bearer, word: str) -> list[UUID]:
    """Give whom a group names; what the lens hides of them stays hidden all the same. Refuses one that is not there for the reader."""
    group = id_of(word)
    found = None if group is None else roll(bearer, group)
    if found is None and group is not None:
        found = cohort(bearer, group)
    if found is None:
        raise not_found(f"Group/{word}"[:120])
    return sorted(found)


def roll(bearer: Bearer, facility: UUID) -> set[UUID] | None:
    """Give who is placed at a facility of the reader's now; None where it is none of theirs."""
    lens = bearer.lens
    theirs = lens.facilities is None or facility in lens.facilities
    if not theirs or not Facility.objects.filter(id=facility).exists():
        return None
    placed = Placement.objects.filter(facility_id=facility, until=None, cancelled=False)
    return set(placed.values_list("person_id", flat=True))


def cohort(bearer: Bearer, group: UUID) -> set[UUID] | None:
    """Give whom a kept Group names; None where the reader does not see it."""
    row, _ = store.one(bearer, "Group", group, route="fhir export Group", logged=False)
    cuts = gate.cuts(bearer, "Group", row.person_id, row.data_class, row.labels) if row is not None else None
    if row is None or cuts != () or row.body is None or not resource.there(row, cuts):
        return None
    named = (
        str(m.get("entity", {}).get("reference", ""))
        for m in exact.kept(row.body).get("member", ())
        if not m.get("inactive")
    )
    return {i for n in named if n.startswith("Patient/") and (i := id_of(n[8:])) is not None}
