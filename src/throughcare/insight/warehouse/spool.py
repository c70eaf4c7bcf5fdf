"""New rows on their way: from the ledger's feed into small files by table and month, memory bounded, each resource once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

from throughcare.care.medications.dose_ids import due_at_of
from throughcare.insight.flatten import FLATTEN, rows
from throughcare.insight.flattening.reading import Head, Row, id_of
from throughcare.insight.schema import BY_NAME, Table
from throughcare.insight.warehouse.files import WHOLE
from throughcare.kernel.fhir import decode
from throughcare.ledger.feed import FeedEntry

DOSE = "MedicationAdministration"
HELD_ROWS = 120_000  # rows held in memory before they go to the disk
NEEDED = {
    t.name: tuple(c.name for c in t.columns if not c.null and c.name not in ("placed", "not_done"))
    for t in BY_NAME.values()
}
NOT_NULL = {t.name: {c.name: False for c in t.columns if c.name in ("not_done",)} for t in BY_NAME.values()}


class Spool:
    """Collects rows, and the ids of the resources they come from, in `folder`."""

    def __init__(self, folder: Path) -> None:
        """Begin an empty one."""
        self.folder = folder
        self.months: dict[str, set[str]] = defaultdict(set)
        self.touched: dict[str, set[str]] = defaultdict(
            set
        )  # of each table, the months its changed ids lay in; "" is any
        self.entries = 0
        self.left_out: Counter[str] = Counter()
        self._rows: dict[tuple[str, str], list[Row]] = defaultdict(list)
        self._ids: dict[str, list[str]] = defaultdict(list)
        self._held = 0
        self._written = 0

    def take(self, found: Iterable[FeedEntry]) -> None:
        """Take in entries of the feed."""
        for entry in found:
            self.entries += 1
            id_ = str(entry.id)
            due = due_at_of(entry.id) if entry.type == DOSE else None
            for table in FLATTEN[entry.type][1]:
                self._ids[table].append(id_)
                self.touched[table].add(due.strftime("%Y-%m") if due else "")
            if entry.body is None:
                continue
            body = decode(entry.body)
            for name, row in rows(body, Head(id_, _person(entry, body), entry.data_class, entry.recorded_at)):
                if due is not None:
                    row["due_at"] = due
                self.add(BY_NAME[name], row)
        if self._held > HELD_ROWS:
            self.flush()

    def add(self, table: Table, row: Row) -> None:
        """Take in one row; one that lacks what its table needs is counted and left out."""
        if "placed" in table.names:
            row["placed"] = row.get("facility") is None
        if any(row.get(name) is None for name in NEEDED[table.name]):
            self.left_out[table.name] += 1
            return
        month = month_of(table, row)
        self.months[table.name].add(month)
        self._rows[table.name, month].append(row)
        self._held += 1

    def flush(self) -> None:
        """Write what is held to the disk."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        for (name, month), held in self._rows.items():
            schema = BY_NAME[name].arrow()
            columns = [pa.array([row.get(f.name, NOT_NULL[name].get(f.name)) for row in held], f.type) for f in schema]
            self._file(name, f"{month}.{self._written}", pa.table(columns, schema=schema), pq)
        for name, ids in self._ids.items():
            self._file(name, f"touched.{self._written}", pa.table({"touched": pa.array(ids, pa.string())}), pq)
        self._rows.clear()
        self._ids.clear()
        self._held = 0
        self._written += 1

    def _file(self, table: str, name: str, content: object, pq: object) -> None:
        place = self.folder / table
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        pq.write_table(content, place / f"{name}.parquet", compression="lz4")  # type: ignore[attr-defined]

    def files(self, table: str, month: str) -> list[str]:
        """Name the files of new rows of a table and month, or of its `touched` ids."""
        return sorted(str(f) for f in (self.folder / table).glob(f"{month}.*.parquet"))


def month_of(table: Table, row: Row) -> str:
    """Say in which month's file a row lies."""
    if not table.month:
        return WHOLE
    at = row.get(table.month)
    return at.strftime("%Y-%m") if at is not None else "none"


def _person(entry: FeedEntry, body: Row) -> str:
    if entry.subject_kind == "person" or entry.type == "Shift":
        return str(entry.subject)
    return id_of(body.get("subject") or body.get("for")) or ""
