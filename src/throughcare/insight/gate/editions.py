"""What has been published, as files that anyone may read: the format of an edition and its reader, with a check of every
hash. Pure: a folder in, plain rows out; no database. `public/` reads this and nothing else (format: EDITIONS.md).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SCHEMA = "throughcare/edition/1"
TABLE_SCHEMA = "throughcare/edition-table/1"
INDEX_SCHEMA = "throughcare/editions/1"

Words = Mapping[str, str]  # language → text


class EditionError(ValueError):
    """A folder is no edition, or was changed after it was published; the sentence says which file."""


@dataclass(frozen=True, slots=True)
class Node:
    """One place in a dimension: a facility, a quarter, a stratum; `parent` is what it is added up to."""

    id: str
    title: Words
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Axis:
    """One dimension of a table with its nodes in the order in which every file lists them."""

    id: str
    title: Words
    nodes: tuple[Node, ...]

    def node(self, id: str) -> Node:
        """Return the node of this id; raise KeyError if the dimension has none."""
        return next(node for node in self.nodes if node.id == id)


@dataclass(frozen=True, slots=True)
class Shown:
    """One number as it may be seen: the number, or a band, or no number and the reason why."""

    number: int | float | None = None
    band: str | None = None
    reason: str | None = None  # small, complement, base

    @property
    def is_shown(self) -> bool:
        """Say whether there is a number or a band to show."""
        return self.number is not None or self.band is not None


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """One line of a table: where it stands in each dimension, and its numbers."""

    at: Mapping[str, str]
    numerator: Shown
    denominator: Shown
    value: Shown
    low: float | None = None
    high: float | None = None
    flags: tuple[str, ...] = ()  # unstable

    def stands_at(self, **at: str) -> bool:
        """Say whether the row stands at these nodes."""
        return all(self.at.get(name) == node for name, node in at.items())


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """A registered table as one edition shows it."""

    id: str
    kind: str  # person, service
    version: str
    domain: str
    title: Words
    summary: Words
    measure: Mapping[str, Any]  # id, numerator, denominator (Words), unit, direction, version
    axes: tuple[Axis, ...]
    rounding: int  # 0: exact
    rows: tuple[PublishedRow, ...]
    files: Mapping[str, str] = field(default_factory=dict)  # json, csv, parquet → path inside the edition

    def axis(self, id: str) -> Axis:
        """Return the dimension of this id."""
        return next(axis for axis in self.axes if axis.id == id)

    def rows_at(self, **at: str) -> tuple[PublishedRow, ...]:
        """Return the rows that stand at these nodes, in the table's order."""
        return tuple(row for row in self.rows if row.stands_at(**at))


@dataclass(frozen=True, slots=True)
class Edition:
    """One dated, signed set of tables; never changed after it was published."""

    id: str
    folder: Path
    period: Mapping[str, str]  # id, start, end (exclusive)
    title: Words
    published_on: str
    demonstration: bool
    corrects: str | None
    corrections: tuple[Mapping[str, Any], ...]  # table, at, note
    signed: tuple[Mapping[str, str], ...]  # part (clinical, privacy), on
    tables: tuple[str, ...]

    def table(self, id: str) -> PublishedTable:
        """Return one table of the edition."""
        return table_from(_json(self.folder / "tables" / f"{_plain(id)}.json"))


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list of editions; withdrawn ones stay in it, with the reason."""

    id: str
    period: str
    published_on: str
    corrects: str | None = None
    corrected_by: str | None = None
    withdrawn_on: str | None = None
    withdrawn_because: Words = field(default_factory=dict)

    @property
    def is_current(self) -> bool:
        """Say whether the edition is the one to read: neither corrected by a later one nor withdrawn."""
        return self.corrected_by is None and self.withdrawn_on is None


def listed(root: Path) -> tuple[Listed, ...]:
    """List every edition ever published under `root`, newest first; none if nothing was published yet."""
    file = root / "index.json"
    if not file.is_file():
        return ()
    body = _json(file)
    _of_schema(body, INDEX_SCHEMA, file)
    return tuple(Listed(**row) for row in body["editions"])


def latest(root: Path) -> Edition | None:
    """Return the newest edition that stands, or None."""
    current = next((row for row in listed(root) if row.is_current), None)
    return None if current is None else read(root, current.id)


def standing(root: Path) -> tuple[Edition, ...]:
    """Return every edition that stands, newest first: what a trend is drawn from."""
    return tuple(read(root, row.id) for row in listed(root) if row.is_current)


def read(root: Path, id: str) -> Edition:
    """Return one edition; raise EditionError if the folder holds none of this form."""
    folder = root / _plain(id)
    body = _json(folder / "edition.json")
    _of_schema(body, SCHEMA, folder / "edition.json")
    return Edition(
        id=body["id"],
        folder=folder,
        period=body["period"],
        title=body["title"],
        published_on=body["published_on"],
        demonstration=body["demonstration"],
        corrects=body["corrects"],
        corrections=tuple(body["corrections"]),
        signed=tuple(body["signed"]),
        tables=tuple(body["tables"]),
    )


def json_of(root: Path, id: str, table: str) -> dict[str, Any]:
    """Return one table of an edition as the plain JSON that was published."""
    return _json(root / _plain(id) / "tables" / f"{_plain(table)}.json")


def check(root: Path, id: str) -> int:
    """Check every file and cell of an edition against its hashes and return how many cells it has; raise at the first fault."""
    folder = root / _plain(id)
    hashes = _json(folder / "hashes.json")
    there = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()} - {"hashes.json"}
    if there != set(hashes["files"]):
        odd = sorted(there ^ set(hashes["files"]))[0]
        raise EditionError(f"Edition [{id}]: the file [{odd}] is missing, or was not published with it.")
    for name, known in hashes["files"].items():
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != known:
            raise EditionError(f"Edition [{id}]: the file [{name}] is not as it was published.")
    for table, cells in hashes["cells"].items():
        rows = _json(folder / "tables" / f"{_plain(table)}.json")["rows"]
        if [cell_hash(table, row) for row in rows] != cells:
            raise EditionError(f"Edition [{id}]: a cell of the table [{table}] is not as it was published.")
    return sum(len(cells) for cells in hashes["cells"].values())


def cell_hash(table: str, row: Mapping[str, Any]) -> str:
    """Return the hash of one row exactly as shown; what is hidden takes no part in it, or it could be guessed from it."""
    text = json.dumps([table, row], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def table_from(body: Mapping[str, Any]) -> PublishedTable:
    """Return a table from its published JSON."""
    if body.get("schema") != TABLE_SCHEMA:
        raise EditionError(f"The table [{body.get('id')}] is not of the form {TABLE_SCHEMA}.")
    return PublishedTable(
        id=body["id"],
        kind=body["kind"],
        version=body["version"],
        domain=body["domain"],
        title=body["title"],
        summary=body["summary"],
        measure=body["measure"],
        axes=tuple(_axis(axis) for axis in body["axes"]),
        rounding=body["rounding"],
        rows=tuple(_row(row) for row in body["rows"]),
        files=body["files"],
    )


def _axis(body: Mapping[str, Any]) -> Axis:
    return Axis(body["id"], body["title"], tuple(Node(**node) for node in body["nodes"]))


def _row(body: Mapping[str, Any]) -> PublishedRow:
    return PublishedRow(
        at=body["at"],
        numerator=Shown(**body["numerator"]),
        denominator=Shown(**body["denominator"]),
        value=Shown(**body["value"]),
        low=body.get("low"),
        high=body.get("high"),
        flags=tuple(body.get("flags", ())),
    )


def _plain(name: str) -> str:
    if not name or not all(sign.isascii() and (sign.isalnum() or sign in "-_") for sign in name):
        raise EditionError(f"[{name}] is no name of an edition or table.")
    return name


def _json(file: Path) -> dict[str, Any]:
    try:
        body = json.loads(file.read_bytes())
    except FileNotFoundError:
        raise EditionError(f"The file [{file.name}] is not there.") from None
    except ValueError:
        raise EditionError(f"The file [{file.name}] is no JSON.") from None
    if not isinstance(body, dict):
        raise EditionError(f"The file [{file.name}] holds no object.")
    return body


def _of_schema(body: Mapping[str, Any], schema: str, file: Path) -> None:
    if body.get("schema") != schema:
        raise EditionError(f"The file [{file.name}] is not of the form {schema}.")
