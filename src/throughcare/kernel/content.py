"""Reviewed content: the clocks, forms, roles and wording that clinicians maintain, read from the package or from an
agency's own folder (`THROUGHCARE_CONTENT`). Whatever is loaded is read only: copy before changing.
A long table may lie beside its TOML file as CSV (also gzipped), named there: `csv = { product = "products.csv" }`.
"""

import csv
import gzip
import hashlib
import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path, PurePosixPath
from typing import Any

OVERLAY_SETTING = "THROUGHCARE_CONTENT"
Row = dict[str, Any]
_generation = [0]
# Tables of an agency's file that change the package's rows; a file with neither takes the place of the whole.
LAID_OVER = {"overrides", "additions"}


class ContentError(ValueError):
    """A content file can't be used; the sentence names the file, the row if there is one, and what to change."""

    def __init__(self, path: str, sentence: str, row: str = "") -> None:
        self.path, self.row, self.sentence = path, row, sentence
        where = f"content file [{path}]" + (f", row [{row}]" if row else "")
        super().__init__(f"{where}: {sentence}")


@dataclass(frozen=True, slots=True)
class Document:
    """One content file as it is in force: package text, overlaid by the agency's."""

    path: str
    body: Row
    version: str
    digest: str
    overlaid: bool


def load(path: str) -> Row:
    """Return the content of `path` (as `clocks/intake.toml`), overlay applied; raise ContentError if it can't be used."""
    return document(path).body


def document(path: str) -> Document:
    """Return the content of `path` with its version, digest and whether the agency's overlay changed it."""
    return _document(_checked(path), os.environ.get(OVERLAY_SETTING, ""))


def names(folder: str, suffix: str = ".toml") -> tuple[str, ...]:
    """List the content files of a folder, the package's and the agency's together, in the order of their names."""
    return _names(_checked(folder), suffix, _roots())


def rows(path: str, table: str) -> tuple[Row, ...]:
    """Return the rows of one table of a file, each with an `id` that no other row of it has."""
    return _rows(path, table, os.environ.get(OVERLAY_SETTING, ""))


@lru_cache(maxsize=1024)
def _rows(path: str, table: str, overlay: str) -> tuple[Row, ...]:
    found = _document(_checked(path), overlay).body.get(table)
    if not isinstance(found, list):
        raise ContentError(path, f"has no table [[{table}]]. Add it, or name the right file.")
    seen: set[str] = set()
    for number, row in enumerate(found, 1):
        name = _row_id(path, table, number, row)
        if name in seen:
            raise ContentError(path, "stands twice. Keep one of the two, or give the other another id.", name)
        seen.add(name)
    return tuple(found)


def stamp() -> tuple[str, int]:
    """Return what identifies the content in force: keep under this key what was made from content."""
    return os.environ.get(OVERLAY_SETTING, ""), _generation[0]


def forget() -> None:
    """Drop what was read, so that the next load reads the files again."""
    _generation[0] += 1
    _document.cache_clear()
    _rows.cache_clear()
    _names.cache_clear()


@lru_cache(maxsize=64)
def _names(folder: str, suffix: str, roots: tuple[Path, ...]) -> tuple[str, ...]:
    return tuple(sorted({f"{folder}/{file.name}" for root in roots for file in _files(root / folder, suffix)}))


@lru_cache(maxsize=512)
def _document(path: str, overlay: str) -> Document:
    package = _package_root() / path
    own = Path(overlay) / path if overlay else None
    if overlay and not Path(overlay).is_dir():
        raise ContentError(path, f"{OVERLAY_SETTING} names [{overlay}], which is no folder. Correct it or unset it.")
    if own is None or not own.is_file():
        return _described(path, _read(package, path), overlaid=False)
    change = _read(own, path)
    if not change[0].keys() & LAID_OVER:
        return _described(path, change, overlaid=True)
    body, raw = _read(package, path)
    merged = _overridden(path, body, change[0])
    return _described(path, (merged, raw + change[1]), overlaid=True)


def _described(path: str, text: tuple[Row, bytes], *, overlaid: bool) -> Document:
    body, raw = text
    version = body.get("version")
    if not isinstance(version, str) or not version:
        raise ContentError(path, 'has no version. Add `version = "…"` at its top.')
    return Document(path, body, version, hashlib.sha256(raw).hexdigest(), overlaid)


def _read(file: Path, path: str) -> tuple[Row, bytes]:
    try:
        raw = file.read_bytes()
    except FileNotFoundError:
        raise ContentError(path, "is not there. Check its name, or add it.") from None
    try:
        body = json.loads(raw) if file.suffix == ".json" else tomllib.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ContentError(path, f"is not UTF-8 at byte {error.start}. Save it as UTF-8.") from None
    except json.JSONDecodeError as error:
        raise ContentError(path, f"is not JSON at line {error.lineno}: {error.msg}. Correct that line.") from None
    except tomllib.TOMLDecodeError as error:
        raise ContentError(path, f"is not TOML: {error}. Correct that line.") from None
    if not isinstance(body, dict):
        raise ContentError(path, "must be a table of names and values, not a list.")
    if file.suffix == ".toml":
        for table, name in body.get("csv", {}).items():
            body[table], part = _beside(file.parent / _checked(name), f"{PurePosixPath(path).parent}/{name}")
            raw += part
    return body, raw


def _beside(file: Path, path: str) -> tuple[list[Row], bytes]:
    """Give the rows of a CSV file, all values text; a line with more or fewer cells than the first is refused."""
    try:
        raw = file.read_bytes()
        text = (gzip.decompress(raw) if file.suffix == ".gz" else raw).decode("utf-8")
    except FileNotFoundError:
        raise ContentError(path, "is not there. Check its name, or add it.") from None
    except (UnicodeDecodeError, gzip.BadGzipFile, EOFError):
        raise ContentError(path, "is no UTF-8 text, or no whole gzip file. Save it again.") from None
    lines = csv.reader(text.splitlines(), strict=True)
    try:
        head = next(lines, [])
        found = list(lines)
    except csv.Error as error:
        raise ContentError(path, f"is not CSV at line {lines.line_num}: {error}. Correct that line.") from None
    for number, line in enumerate(found, 2):
        if len(line) != len(head):
            raise ContentError(path, f"row {number} has {len(line)} cells and the first {len(head)}. Correct that row.")
    return [dict(zip(head, line, strict=True)) for line in found], raw


def _overridden(path: str, base: Row, change: Row) -> Row:
    """Lay an agency's `[[overrides]]` (table, id, and the fields that differ) over the package's rows, then its `[[additions]]`."""
    merged = {**base, **{key: value for key, value in change.items() if key not in LAID_OVER}}
    for number, override in enumerate(change.get("overrides", []), 1):
        name = _row_id(path, "overrides", number, override)
        table, listed = _table_of(path, merged, override, name)
        at = next((n for n, row in enumerate(listed) if row.get("id") == name), None)
        if at is None:
            raise ContentError(path, f"overrides a row that [[{table}]] doesn't have. Correct the id.", name)
        fields = {key: value for key, value in override.items() if key not in {"table", "id"}}
        merged[table] = [*listed[:at], _laid_over(listed[at], fields), *listed[at + 1 :]]
    for number, addition in enumerate(change.get("additions", []), 1):
        name = _row_id(path, "additions", number, addition)
        table, listed = _table_of(path, merged, addition, name)
        if any(row.get("id") == name for row in listed):
            raise ContentError(path, f"adds a row that [[{table}]] has already. Lay over it with [[overrides]].", name)
        merged[table] = [*listed, {key: value for key, value in addition.items() if key != "table"}]
    return merged


def _table_of(path: str, body: Row, row: Row, name: str) -> tuple[str, list[Row]]:
    """Give the table that a row of an overlay names, and its rows."""
    table = row.get("table")
    listed = body.get(table) if isinstance(table, str) else None
    if not isinstance(table, str) or not isinstance(listed, list):
        raise ContentError(path, f"names a table [{table}] that the file doesn't have. Name one it has.", name)
    return table, listed


def _laid_over(row: Mapping[str, Any], fields: Mapping[str, Any]) -> Row:
    """Merge tables name by name; a plain value or a list replaces the whole of what stood there."""
    merged = dict(row)
    for key, value in fields.items():
        old = merged.get(key)
        merged[key] = _laid_over(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def _row_id(path: str, table: str, number: int, row: object) -> str:
    name = row.get("id") if isinstance(row, dict) else None
    if not isinstance(name, str) or not name:
        raise ContentError(path, f'row {number} of [[{table}]] has no id. Add `id = "…"` to it.')
    return name


@lru_cache(maxsize=512)
def _checked(path: str) -> str:
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or "\\" in path:
        raise ContentError(path, "is no name of a content file. Write it as folder/name.toml.")
    return path


@cache
def _package_root() -> Path:
    return Path(str(resources.files("throughcare"))) / "content"


def _roots() -> tuple[Path, ...]:
    overlay = os.environ.get(OVERLAY_SETTING, "")
    return (_package_root(), Path(overlay)) if overlay else (_package_root(),)


def _files(folder: Path, suffix: str) -> list[Path]:
    return [file for file in folder.iterdir() if file.name.endswith(suffix)] if folder.is_dir() else []
