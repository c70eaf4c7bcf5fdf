"""Reads of editions for who drafts and signs them, and of all that is published, for the public site's folder."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from throughcare.kernel.errors import NotAllowed, NotFound
from throughcare.kernel.lens import Lens

from . import writing
from .editions import EditionError, Listed, PublishedTable, table_from
from .editions import listed as on_disk
from .models import Publication
from .periods import day_of
from .policy import EDITIONS


@dataclass(frozen=True, slots=True)
class TableLook:
    """One table of a draft, as who signs it looks at it: what is shown, what is hidden and why, what is new."""

    table: PublishedTable
    shown: int
    hidden: tuple[tuple[str, int], ...]
    changed: tuple[str, ...]

    @property
    def rows(self) -> tuple[Any, ...]:
        """Return its rows."""
        return self.table.rows


@dataclass(frozen=True, slots=True)
class EditionLook:
    """An edition with its tables."""

    row: Publication
    tables: tuple[TableLook, ...]
    before: str | None


def editions(lens: Lens) -> list[Publication]:
    """Return every edition, newest first."""
    _allowed(lens)
    return list(Publication.objects.defer("tables", "told").select_related("corrects").order_by("-drafted_at"))


def edition(lens: Lens, id: UUID) -> EditionLook:
    """Return one edition with what it hides and what changed since the last one published before it."""
    _allowed(lens)
    row = Publication.objects.defer("told").select_related("corrects").filter(id=id).first()
    if row is None:
        raise NotFound("There is no such edition.")
    published = Publication.objects.exclude(published_at=None).exclude(id=id)
    before = (
        published.filter(quarter=row.quarter).order_by("-published_at").first()
        or published.filter(quarter__lt=row.quarter).order_by("-quarter", "-published_at").first()
    )
    old = {table.id: table for table in tables_of(before)} if before else {}
    looks = tuple(_look(table, old.get(table.id)) for table in tables_of(row))
    return EditionLook(row, looks, before.name if before else None)


def tables_of(row: Publication) -> list[PublishedTable]:
    """Return the tables of an edition as they may be seen."""
    return [table_from(body) for body in row.tables]


def write_out(root: Path) -> list[str]:
    """Write every edition ever published under `root`, exactly as it was published, and return their names."""
    rows = list(Publication.objects.exclude(published_at=None).select_related("corrects").order_by("published_at"))
    names = {row.name for row in rows}
    listed = [_listed(row, rows) for row in rows] + [one for one in on_disk(root) if one.id not in names]
    for row in rows:
        files = {file.path: bytes(file.content) for file in row.files.all()}
        there = root / row.name / "hashes.json"
        if there.is_file() and there.read_bytes() != files["hashes.json"]:
            raise EditionError(
                f"Another edition [{row.name}] lies in the folder. Move it away; nothing was written over it."
            )
        writing.write(root, files, row.name, listed)
    return [row.name for row in rows]


def _listed(row: Publication, rows: Iterable[Publication]) -> Listed:
    after = next((one.name for one in rows if one.corrects_id == row.id), None)
    return Listed(
        id=row.name,
        period=row.quarter,
        published_on=day_of(row.published_at) if row.published_at else "",
        corrects=row.corrects.name if row.corrects else None,
        corrected_by=after,
        withdrawn_on=day_of(row.withdrawn_at) if row.withdrawn_at else None,
        withdrawn_because={"en": row.because_en, "es": row.because_es} if row.withdrawn_at else {},
    )


def _look(table: PublishedTable, old: PublishedTable | None) -> TableLook:
    reasons = Counter(row.value.reason for row in table.rows)
    hidden = tuple(sorted((reason, count) for reason, count in reasons.items() if reason))
    return TableLook(table, reasons[None], hidden, _changes(table, old))


def _changes(table: PublishedTable, old: PublishedTable | None) -> tuple[str, ...]:
    """Name what is not as in the edition before: new tables, other definitions, and rows hidden or shown anew."""
    if old is None:
        return ("new",)
    found = [] if old.version == table.version else ["version"]
    was = {_place(row.at): row.value.is_shown for row in old.rows}
    now = {_place(row.at): row.value.is_shown for row in table.rows}
    flips = Counter(now[place] for place in now if place in was and was[place] != now[place])
    return (*found, *(["hidden"] if flips[False] else []), *(["shown"] if flips[True] else []))


def _place(at: Any) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((axis, node) for axis, node in at.items() if axis != "period"))


def _allowed(lens: Lens) -> None:
    if not EDITIONS.allows(lens):
        raise NotAllowed("Editions in the making are for those who draft and sign them.")
