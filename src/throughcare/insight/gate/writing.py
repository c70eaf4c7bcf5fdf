"""An edition as files, byte for byte the same whenever it is written: JSON, CSV and Parquet that hold what is shown and
nothing that is hidden. Rows stand in the order of the dimensions, never of a value; Parquet carries no statistics.
"""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .editions import (
    INDEX_SCHEMA,
    SCHEMA,
    TABLE_SCHEMA,
    Edition,
    Listed,
    PublishedRow,
    PublishedTable,
    Shown,
    cell_hash,
)

NOTICE = {
    "en": "Demonstration, invented data, not an official site.",
    "es": "Demostración, datos inventados, no es un sitio oficial.",
}
NOWHERE = Path()  # of an edition that is not on disk yet
NUMBERS = ("numerator", "denominator", "value")


def files_of(edition: Edition, tables: Iterable[PublishedTable]) -> dict[str, bytes]:
    """Return every file of an edition by its path; the same edition always gives the same bytes."""
    found: dict[str, bytes] = {}
    cells: dict[str, list[str]] = {}
    for table in sorted(tables, key=lambda one: one.id):
        body = table_body(table, demonstration=edition.demonstration)
        found[f"tables/{table.id}.json"] = as_json(body)
        found[f"tables/{table.id}.csv"] = _csv(table, demonstration=edition.demonstration)
        found[f"tables/{table.id}.parquet"] = _parquet(table, demonstration=edition.demonstration)
        cells[table.id] = [cell_hash(table.id, row) for row in body["rows"]]
    found["edition.json"] = as_json(edition_body(edition))
    hashes = {name: hashlib.sha256(found[name]).hexdigest() for name in sorted(found)}
    found["hashes.json"] = as_json({"files": hashes, "cells": cells})
    return dict(sorted(found.items()))


def edition_body(edition: Edition) -> dict[str, Any]:
    """Return the edition's own page as plain JSON."""
    body: dict[str, Any] = {
        "schema": SCHEMA,
        "id": edition.id,
        "period": dict(edition.period),
        "title": dict(edition.title),
        "published_on": edition.published_on,
        "demonstration": edition.demonstration,
        "corrects": edition.corrects,
        "corrections": [dict(one) for one in edition.corrections],
        "signed": [dict(one) for one in edition.signed],
        "tables": sorted(edition.tables),
    }
    return {**body, "notice": NOTICE} if edition.demonstration else body


def table_body(table: PublishedTable, *, demonstration: bool) -> dict[str, Any]:
    """Return one table as plain JSON."""
    body: dict[str, Any] = {
        "schema": TABLE_SCHEMA,
        "id": table.id,
        "kind": table.kind,
        "version": table.version,
        "domain": table.domain,
        "title": dict(table.title),
        "summary": dict(table.summary),
        "measure": dict(table.measure),
        "axes": [asdict(axis) for axis in table.axes],
        "rounding": table.rounding,
        "rows": [row_body(row) for row in ordered(table)],
        "files": {kind: f"tables/{table.id}.{kind}" for kind in ("json", "csv", "parquet")},
    }
    return {**body, "notice": NOTICE} if demonstration else body


def row_body(row: PublishedRow) -> dict[str, Any]:
    """Return one row as plain JSON: what is not shown has no key at all beside its reason."""
    body: dict[str, Any] = {"at": dict(row.at)}
    for name in NUMBERS:
        body[name] = _shown(getattr(row, name))
    if row.low is not None and row.high is not None:
        body |= {"low": row.low, "high": row.high}
    return {**body, "flags": list(row.flags)} if row.flags else body


def ordered(table: PublishedTable) -> list[PublishedRow]:
    """Return the rows in the order of the table's dimensions."""
    places = [(axis.id, {node.id: place for place, node in enumerate(axis.nodes)}) for axis in table.axes]
    return sorted(table.rows, key=lambda row: [places_of[row.at[name]] for name, places_of in places])


def index_body(editions: Iterable[Listed]) -> bytes:
    """Return the list of editions, newest first, as a file."""
    newest = sorted(editions, key=lambda one: (one.published_on, one.id), reverse=True)
    return as_json({"schema": INDEX_SCHEMA, "editions": [asdict(one) for one in newest]})


def write(root: Path, files: Mapping[str, bytes], id: str, editions: Iterable[Listed]) -> None:
    """Write an edition's files and the list of editions under `root`."""
    for name, content in files.items():
        file = root / id / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    (root / "index.json").write_bytes(index_body(editions))


def _shown(shown: Shown) -> dict[str, Any]:
    return {name: value for name, value in asdict(shown).items() if value is not None}


def as_json(body: Mapping[str, Any]) -> bytes:
    """Return plain JSON as bytes, always the same for the same body."""
    return (json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def columns(table: PublishedTable) -> list[str]:
    """Return the columns of the flat files."""
    numbers = [column for name in NUMBERS for column in (name, f"{name}_reason")]
    bands = [f"{name}_band" for name in NUMBERS] if _has_bands(table) else []
    return [axis.id for axis in table.axes] + numbers + bands + ["low", "high", "flags", "data"]


def flat(table: PublishedTable, *, demonstration: bool) -> list[dict[str, Any]]:
    """Return the rows as flat records for CSV and Parquet."""
    return [_record(row, demonstration=demonstration) for row in ordered(table)]


def _record(row: PublishedRow, *, demonstration: bool) -> dict[str, Any]:
    record: dict[str, Any] = dict(row.at)
    for name in NUMBERS:
        shown: Shown = getattr(row, name)
        record |= {name: shown.number, f"{name}_reason": shown.reason, f"{name}_band": shown.band}
    data = NOTICE["en"] if demonstration else None
    return {**record, "low": row.low, "high": row.high, "flags": " ".join(row.flags) or None, "data": data}


def _has_bands(table: PublishedTable) -> bool:
    return any(getattr(row, name).band is not None for row in table.rows for name in NUMBERS)


def _csv(table: PublishedTable, *, demonstration: bool) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns(table), extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(flat(table, demonstration=demonstration))
    return text.getvalue().encode()


def _parquet(table: PublishedTable, *, demonstration: bool) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    numbers = {"numerator": pa.int64(), "denominator": pa.int64(), "value": pa.float64()}
    numbers |= {"low": pa.float64(), "high": pa.float64()}
    schema = pa.schema([(name, numbers.get(name, pa.string())) for name in columns(table)])
    records = [
        {name: record.get(name) for name in columns(table)} for record in flat(table, demonstration=demonstration)
    ]
    out = pa.BufferOutputStream()
    pq.write_table(
        pa.Table.from_pylist(records, schema=schema),
        out,
        write_statistics=False,
        use_dictionary=False,
        compression="zstd",
        store_schema=False,
        write_page_index=False,
        version="2.6",
    )
    return bytes(out.getvalue().to_pybytes())
