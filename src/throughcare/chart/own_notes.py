"""Notes that their author alone reads (clinical.md 7.1, 7.3): which kind a role keeps, how one is sealed, and the one read.

The table shows a row to whoever wrote it and to nobody else, whatever else they may; the ledger's pair shows these classes to
nobody. So every other path ends at the database: history, search, exports, documents, counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from throughcare.chart.models import OwnNote
from throughcare.kernel import content, db
from throughcare.kernel.errors import NotAllowed
from throughcare.kernel.fhir import LOCAL, Json, coding, concept, decode, encode, instant, reference, resource
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Role, Verb
from throughcare.ledger import body as bodies

FILE = "chart/own_notes.toml"
SHOWN = 20
LONGEST = 100_000


@dataclass(frozen=True, slots=True)
class Kind:
    """The kind of note that one role keeps for itself."""

    id: str
    title: str
    role: Role
    data_class: DataClass
    law: str


@dataclass(frozen=True, slots=True)
class Own:
    """One note as its author reads it, with the words that were added, oldest first."""

    id: UUID
    version: int
    draft: bool
    on: date
    text: str
    signed_at: datetime | None
    added: tuple["Own", ...] = ()


def kinds() -> tuple[Kind, ...]:
    """Give the kinds, in the content's order."""
    return tuple(
        Kind(row["id"], row["title"], Role(row["role"]), DataClass(row["data_class"]), row["law"])
        for row in content.rows(FILE, "note")
    )


def kind_of(role: Role | None) -> Kind:
    """Give the kind of note that a role keeps; every other role keeps none."""
    for kind in kinds():
        if kind.role is role:
            return kind
    raise NotAllowed("Your role keeps no notes that only you read. Write a note in the record.")


def sealed(id: UUID, on: date, text: str) -> bytes:
    """Encrypt what a note says, bound to its own id: moved to another row it can't be opened."""
    return bodies.seal(bodies.pack(encode({"on": on.isoformat(), "text": text})), bound_to=id.bytes)


def opened(row: OwnNote) -> tuple[date, str]:
    """Open what a note says; only where the database showed the row at all."""
    said: Mapping[str, str] = decode(bodies.unpack(bodies.unseal(bytes(row.body), bound_to=row.id.bytes)))
    return date.fromisoformat(said["on"]), said["text"]


def of_author(
    lens: Lens, people: Sequence[UUID], *, before: UUID | None = None, limit: int = SHOWN
) -> tuple[list[Own], UUID | None]:
    """Give the reader's own notes of a person, drafts first, then newest first, and the key of the next page."""
    kind = kind_of(lens.role)
    open_ = [p for p in people if _opens(lens, kind, p)]
    with db.reading(lens):
        mine = OwnNote.objects.filter(person_id__in=open_, author_id=lens.user_id, data_class=kind.data_class.value)
        firsts = mine.filter(addends=None)
        drafts = [] if before else list(firsts.filter(status="draft").order_by("-id")[:limit])
        signed = firsts.exclude(status="draft")
        if before is not None:
            signed = signed.filter(id__lt=before)
        rows = list(signed.order_by("-id")[: limit + 1])
        added: dict[UUID, list[Own]] = {}
        for row in mine.filter(addends_id__in=[r.id for r in rows[:limit]]).order_by("id"):
            if row.addends_id is not None:
                added.setdefault(row.addends_id, []).append(_own(row))
        found = [_own(row, tuple(added.get(row.id, ()))) for row in [*drafts, *rows[:limit]]]
    return found, rows[limit - 1].id if len(rows) > limit else None


def rendered(row: OwnNote, kind: Kind) -> Json:
    """Render a signed note as a Composition, for the sealed part of the ledger and nowhere else."""
    on, text = opened(row)
    return resource(
        "Composition",
        row.id,
        status="final",
        type=concept(coding(LOCAL, kind.id)),
        subject=reference("Patient", row.person_id),
        date=instant(row.signed_at),
        event=[{"period": {"start": on.isoformat(), "end": on.isoformat()}}],
        author=[reference("Practitioner", row.author_id)],
        title=kind.title,
        relatesTo=[{"code": "appends", "targetReference": reference("Composition", row.addends_id)}]
        if row.addends_id
        else None,
        section=[{"extension": [{"url": "urn:throughcare:extension:text", "valueString": text}]}],
    )


def _opens(lens: Lens, kind: Kind, person_id: UUID) -> bool:
    return lens.may(Verb.READ, kind.data_class, person_id=person_id, author_id=lens.user_id)


def _own(row: OwnNote, added: tuple[Own, ...] = ()) -> Own:
    on, text = opened(row)
    return Own(row.id, row.version, row.status == "draft", on, text, row.signed_at, added)
