"""What a lens shows of one entry: the whole, a projection, or nothing. One answer for pages, search, export and print."""

from dataclasses import dataclass
from uuid import UUID

from throughcare.access import conditions, labels, projections
from throughcare.kernel.fhir import Json
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import BEYOND_GLASS, SEALED, DataClass, Verb


@dataclass(frozen=True, slots=True)
class Kept:
    """One entry as it stands in the ledger, with what decides about it."""

    type: str
    id: UUID
    version: int
    data_class: DataClass
    body: Json
    person_id: UUID | None = None
    author_id: UUID | None = None
    labels: int = 0


@dataclass(frozen=True, slots=True)
class Shown:
    """What leaves the house of an entry: the body with today's labels, by which cuts, and its ETag."""

    body: Json
    cuts: tuple[str, ...]
    etag: str


def show(lens: Lens, entry: Kept) -> Shown | None:
    """Show an entry as the lens lets it be seen. The strictest of its class and its labels decides: deny beats allow."""
    names = cuts(lens, entry.data_class, entry.labels, person_id=entry.person_id, author_id=entry.author_id)
    if names is None:
        return None
    body = projections.cut(entry.body, *names)
    if body is None:
        return None
    return Shown(labels.spliced(body, entry.labels, entry.data_class), names, projections.etag(entry.version, *names))


def cuts(
    lens: Lens, data_class: DataClass, bits: int, *, person_id: UUID | None, author_id: UUID | None = None
) -> tuple[str, ...] | None:
    """Give by which cuts an entry of this class with these labels may be seen; None where it may not.

    A sealed entry is cut for nobody to whom the database does not open it: what custody does with it is said by an
    operational alert of its own (ruling 8), never by the entry.
    """
    if data_class in SEALED and data_class not in lens.sealed_classes(Verb.READ):
        return None
    found: list[str] = []
    for cls in sorted({data_class, *labels.classes_of(bits, lens.role)}):
        way = _way(lens, cls, person_id, author_id)
        if way is None:
            return None
        found += [name for name in way if name not in found]
    return tuple(found)


def _way(lens: Lens, cls: DataClass, person_id: UUID | None, author_id: UUID | None) -> tuple[str, ...] | None:
    """Give the cuts by which this class may be seen, widest grant first; None where it may not."""
    if lens.shut(person_id):
        return None
    if person_id in lens.opened and cls not in BEYOND_GLASS:
        return ()
    for verb in (Verb.READ, Verb.SUMMARY, Verb.OPERATIONAL):
        grant = lens.by(verb, cls, person_id=person_id, author_id=author_id)
        if grant is not None:
            cut = conditions.projection_of(grant.condition) or DEFAULT.get(verb, "")
            return (cut,) if cut else ()
    return None


# What a verb shows where the condition names no cut of its own.
DEFAULT = {Verb.SUMMARY: "summary", Verb.OPERATIONAL: "operational"}
