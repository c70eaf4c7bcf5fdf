"""The warehouse's folder: one manifest names the files of the present state; whoever reads sees one state whole, or the next.

A file's name holds its digest and a file is never changed. A new state is written beside the old one, flushed to disk, and
becomes visible by renaming one manifest. What a killed run left is swept away by the next.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson

from throughcare.insight.schema import VERSION
from throughcare.kernel.errors import Refused

MANIFEST = "manifest.json"
WORK = ".work"
WHOLE = "all"

# Of a table, each month's file.
Months = dict[str, "Part"]


@dataclass(frozen=True, slots=True)
class Part:
    """One file: its name in the folder, its rows and size."""

    file: str
    rows: int
    bytes: int


@dataclass(frozen=True)
class State:
    """One state of the warehouse: until which transaction it holds everything, and the last whole day in it."""

    horizon: int = 0
    last_day: date | None = None
    tables: dict[str, Months] = field(default_factory=dict)
    before: tuple[str, ...] = ()
    read_at: datetime | None = None  # when this state was made
    sums: str = ""  # the edition of the lists that summed tables depend on

    def files(self, table: str) -> list[str]:
        """Name the files of a table, by month."""
        return [part.file for _, part in sorted(self.tables.get(table, {}).items())]

    def every_file(self) -> set[str]:
        """Name every file of this state."""
        return {part.file for months in self.tables.values() for part in months.values()}

    def rows(self, table: str) -> int:
        """Count a table's rows."""
        return sum(part.rows for part in self.tables.get(table, {}).values())


def read(folder: Path) -> State | None:
    """Give the present state, or None where there is none yet or its tables were of another version."""
    try:
        said: dict[str, Any] = orjson.loads((folder / MANIFEST).read_bytes())
    except FileNotFoundError:
        return None
    if said["schema"] != VERSION:
        return None
    tables = {name: {m: Part(**p) for m, p in months.items()} for name, months in said["tables"].items()}
    day = said["last_day"]
    at = said.get("read_at")
    return State(
        said["horizon"],
        date.fromisoformat(day) if day else None,
        tables,
        tuple(said["before"]),
        datetime.fromisoformat(at) if at else None,
        said.get("sums", ""),
    )


def publish(folder: Path, state: State, old: State | None) -> None:
    """Make a state the present one: everything is on the disk before the one rename that shows it.

    Files of the state before stay until the next one, for whoever reads it just now.
    """
    gone = (old.every_file() - state.every_file()) if old else set()
    state = replace(state, before=tuple(sorted(gone)))
    said = {
        "schema": VERSION,
        "horizon": state.horizon,
        "last_day": state.last_day.isoformat() if state.last_day else None,
        "read_at": state.read_at.isoformat() if state.read_at else None,
        "sums": state.sums,
        "tables": {
            name: {m: {"file": p.file, "rows": p.rows, "bytes": p.bytes} for m, p in sorted(months.items())}
            for name, months in sorted(state.tables.items())
        },
        "before": list(state.before),
    }
    for table in state.tables:
        _flush(folder / table)
    draft = folder / f"{MANIFEST}.new"
    with private(draft) as out:
        out.write(orjson.dumps(said, option=orjson.OPT_INDENT_2))
    draft.replace(folder / MANIFEST)
    _flush(folder)


@contextmanager
def private(path: Path) -> Iterator[Any]:
    """Open a new file that only this user may read; it is on the disk when the block ends."""
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as out:
        yield out
        out.flush()
        os.fsync(out.fileno())


def keep(folder: Path, table: str, month: str, draft: Path, rows: int) -> Part:
    """Give a written file its lasting name, by its digest."""
    digest = hashlib.sha256()
    with draft.open("rb") as content:
        while piece := content.read(1 << 20):
            digest.update(piece)
    name = f"{table}/{month}-{digest.hexdigest()[:16]}.parquet"
    (folder / table).mkdir(mode=0o700, exist_ok=True)
    size = draft.stat().st_size
    draft.replace(folder / name)
    return Part(name, rows, size)


@contextmanager
def writing(folder: Path) -> Iterator[Path]:
    """Have the folder for writing, alone, without what a killed run left; gives a place for drafts on the same disk."""
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    lock = os.open(folder / ".lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused("The warehouse is being written just now. Nothing was changed; try again later.") from None
        sweep(folder)
        work = folder / WORK
        work.mkdir(mode=0o700)
        yield work
        _clear(work)
    finally:
        os.close(lock)


def sweep(folder: Path, *, keep_work: bool = False) -> None:
    """Take away what belongs to no state: drafts of a killed run, and files of states before the last."""
    state = read(folder) or State()
    if not keep_work:
        _clear(folder / WORK)
    wanted = state.every_file() | set(state.before)
    for file in folder.glob("*/*.parquet"):
        if str(file.relative_to(folder)) not in wanted:
            file.unlink()


def _clear(work: Path) -> None:
    if not work.exists():
        return
    for file in sorted(work.rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()
    work.rmdir()


def _flush(folder: Path) -> None:
    if folder.exists():
        handle = os.open(folder, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
