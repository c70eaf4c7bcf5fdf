"""The one writer. Actions `record` during their transaction; at its end all entries go in by one SQL call."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from throughcare.kernel import db, statement
from throughcare.kernel.fhir import Json, encode
from throughcare.kernel.vocabulary import DataClass
from throughcare.ledger import body as bodies
from throughcare.ledger import labels
from throughcare.ledger.entry import PLENTIFUL, UNSAID, Entry, SubjectKind, describe, described

PORTION = 200
RENDERER = 3

APPEND = (
    "SELECT * FROM ledger_append(%s::boolean, %s::text[], %s::uuid[], %s::text[], %s::uuid[], %s::uuid[], %s::text[], "
    "%s::text[], %s::text, %s::text, %s::text, %s::text, %s::timestamptz[], %s::timestamptz, %s::int, %s::bytea[], "
    "%s::bytea[], %s::bytea[], %s::bigint[], %s::text[], %s::text[], %s::boolean[], %s::boolean[], "
    "%s::text[], %s::timestamptz[], %s::timestamptz[], %s::boolean[], %s::int[])"
)


def record(
    *,
    type: str,
    id: UUID,
    body: Json,
    data_class: DataClass,
    person_id: UUID | None = None,
    subject: tuple[SubjectKind, UUID] | None = None,
    media: str = "fhir",
    happened_at: datetime | None = None,
    labels: int = 0,
    live: bool = True,
    first: bool = False,
) -> None:
    """Keep a version of a resource as it now stands, in the chain of its person (or of the subject named).

    Call it in an action, after the row is written. `media` is `fhir`, or `throughcare/NAME` where R4 has no resource.
    Code, status and whether it is `live` are what the body says; `live=False` is for where a body can't. `first` says
    of a plentiful type (PLENTIFUL) that nothing of this resource is in the ledger yet.
    """
    if subject is None:
        if person_id is None:
            raise ValueError("an entry belongs to a person, or says whose it is")
        subject = (SubjectKind.PERSON, person_id)
    # Of what there are millions of it is said at once by what it is found: it costs less than a second entry made of it.
    plentiful = type in PLENTIFUL
    found = describe(type, body) if plentiful else UNSAID
    db.unit().entries.append(
        Entry(
            subject_kind=subject[0],
            subject=subject[1],
            type=type,
            id=id,
            data_class=data_class,
            body=encode(body),
            media=media,
            person_id=subject[1] if subject[0] is SubjectKind.PERSON else None,
            happened_at=happened_at,
            labels=labels,
            code=found.code,
            status=found.status,
            live=live and found.live,
            first=first,
            said=None if plentiful else body,
        )
    )


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry as it was written: its version, its place in the ledger, when, and all its labels as bits."""

    entry: Entry
    version: int
    position: int
    written_at: datetime
    labels: int


def keep(unit: db.Unit) -> list[db.Last]:
    """Say how a unit's entries are written: chain heads are locked in sorted order of subjects, so that writers never deadlock."""
    last = _last(unit.entries)
    entries, said = labels.labelled(
        [described(entry, searched=last[_row(entry)] == n) for n, entry in enumerate(unit.entries)]
    )
    asked: list[db.Last] = []
    for sealed in (False, True):
        batch = sorted((e for e in entries if e.sealed is sealed), key=lambda e: e.subject)
        steps = _steps(batch)
        # in portions, for the database reads through the whole of an array for each of its entries
        for start in range(0, len(batch), PORTION):
            some = batch[start : start + PORTION]
            asked.append((_ask(unit, some, steps[start : start + PORTION], sealed), partial(_took, unit, some)))
    asked += [(one, _nothing) for one in labels.keeping(said)]
    unit.entries.clear()
    return asked


def _row(entry: Entry) -> tuple[str, UUID, bool]:
    return entry.type, entry.id, entry.sealed


def _last(entries: list[Entry]) -> dict[tuple[str, UUID, bool], int]:
    """Say which entry of each resource will be its present state: where a unit writes four versions of one, three are not."""
    return {_row(entries[n]): n for n in sorted(range(len(entries)), key=lambda n: entries[n].subject)}


@dataclass(frozen=True, slots=True)
class Step:
    """Where an entry stands among the versions that a unit writes of one resource; labels are those of all up to it."""

    goes_on: bool
    behind: int
    labels: int


def _steps(batch: list[Entry]) -> list[Step]:
    """Say of each entry whether a later one of its resource follows. Of what there are millions of, each stands by itself."""
    of_row = Counter(_row(entry) for entry in batch if entry.type not in PLENTIFUL)
    before: dict[tuple[str, UUID, bool], tuple[int, int]] = {}
    found = []
    for entry in batch:
        behind, labels_before = 0, 0
        if of_row[_row(entry)] > 1:
            behind, labels_before = before.get(_row(entry), (0, 0))
            before[_row(entry)] = (behind + 1, labels_before | entry.labels)
        found.append(Step(behind + 1 < of_row[_row(entry)], behind, labels_before | entry.labels))
    return found


def keep_now(unit: db.Unit) -> None:
    """Write a unit's entries before its end: who does holds the heads of their chains from now on."""
    for ask, take in keep(unit):
        take(statement.run(*ask))


def _took(unit: db.Unit, batch: list[Entry], rows: statement.Rows) -> None:
    unit.kept += [Kept(entry, *row) for entry, row in zip(batch, rows, strict=True)]


def _nothing(_: statement.Rows) -> None:
    pass


def _ask(unit: db.Unit, batch: list[Entry], steps: list[Step], sealed: bool) -> statement.Ask:
    salts = [bodies.salt() for _ in batch]
    digests = [bodies.digest(salt, e.body) for salt, e in zip(salts, batch, strict=True)]
    stored = [bodies.pack(e.body, (e.id, e.subject)) for e in batch]
    if sealed:
        stored = [bodies.seal(b, bound_to=d) for b, d in zip(stored, digests, strict=True)]
    return (
        APPEND,
        [
            sealed,
            [e.subject_kind.value for e in batch],
            [e.subject for e in batch],
            [e.type for e in batch],
            [e.id for e in batch],
            [e.person_id for e in batch],
            [e.media for e in batch],
            [e.data_class.value for e in batch],
            _plain(unit.action),
            _plain(unit.actor.label()),
            _plain(unit.reason),
            _plain(unit.actor.source),
            [e.happened_at or unit.now for e in batch],
            unit.now,
            RENDERER,
            salts,
            digests,
            stored,
            [step.labels for step in steps],
            [e.code for e in batch],
            [e.status for e in batch],
            [e.live for e in batch],
            [e.alone for e in batch],
            [e.index.array for e in batch],
            [e.index.from_at for e in batch],
            [e.index.to_at for e in batch],
            [step.goes_on for step in steps],
            [step.behind for step in steps],
        ],
    )


def _plain(words: str) -> str:
    """Give words without the byte that parts the fields of a header: nobody can write one field into the next."""
    return words.replace("\x1f", " ")
