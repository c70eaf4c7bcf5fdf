"""New rows of a kind, written by one statement with one value; gathered over a part of an action where somebody asks for it.

Single and bulk go the same way, so that they give the same rows. A value at a time costs several times as much.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar

from django.db import connection, models

from throughcare.kernel import db
from throughcare.kernel.fhir import encode

Kind = TypeVar("Kind", bound=models.Model)
PORTION = 500
UPDATE = "UPDATE {table} d SET {set} FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb) n WHERE d.id = n.id"
INSERT = "INSERT INTO {table} ({columns}) SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb)"
# Fields whose values JSON holds as the database does; a row with any other goes by Django's own way.
PLAIN: frozenset[type[Any]] = frozenset(
    {
        models.UUIDField, models.CharField, models.TextField, models.BooleanField, models.IntegerField,
        models.BigIntegerField, models.SmallIntegerField, models.PositiveIntegerField, models.PositiveSmallIntegerField,
        models.DateTimeField, models.DateField, models.DecimalField, models.JSONField, models.ForeignKey,
    }
)  # fmt: skip


def insert(rows: Sequence[models.Model]) -> None:
    """Write new rows of one kind; at the end of the part where such rows are gathered, else at once."""
    if not rows:
        return
    work = db.unit_or_none()
    gathered = work.gathered.get(type(rows[0])) if work is not None else None
    if gathered is None:
        _write(rows)
    else:
        gathered.extend(rows)


@contextmanager
def together(*kinds: type[models.Model]) -> Iterator[None]:
    """Gather new rows of these kinds, and write each kind once at the end, in the order named.

    For a part of an action that reads none of the rows it adds.
    """
    gathered = db.unit().gathered
    mine = [kind for kind in kinds if kind not in gathered]
    gathered.update({kind: [] for kind in mine})
    try:
        yield
        for kind in mine:
            _write(gathered[kind])
    finally:
        for kind in mine:
            del gathered[kind]


def waiting(kind: type[Kind]) -> Sequence[Kind]:
    """Give the rows of a kind that are gathered and not written yet."""
    work = db.unit_or_none()
    return work.gathered.get(kind, ()) if work is not None else ()


def flush(*kinds: type[models.Model]) -> None:
    """Write what is gathered of these kinds already: for whoever goes on to read or to change one of them."""
    gathered = db.unit().gathered
    for kind in kinds:
        if kind in gathered:
            _write(gathered[kind])
            gathered[kind].clear()


def update(rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Write these fields of rows of one kind, all by one statement."""
    if not rows:
        return
    kind = type(rows[0])
    fields = [kind._meta.get_field(name) for name in names]
    columns = [(str(one.column), one.attname) for one in fields if isinstance(one, models.Field)]
    quoted = [connection.ops.quote_name(column) for column, _ in columns]
    words = UPDATE.format(
        table=connection.ops.quote_name(kind._meta.db_table), set=", ".join(f"{one} = n.{one}" for one in quoted)
    )
    for start in range(0, len(rows), PORTION):
        said = [
            {column: getattr(row, name) for column, name in columns} | {"id": row.pk}
            for row in rows[start : start + PORTION]
        ]
        db.later(words, [encode(said).decode()])


def _write(rows: Sequence[models.Model]) -> None:
    for start in range(0, len(rows), PORTION):
        _portion(rows[start : start + PORTION])


def _portion(rows: Sequence[models.Model]) -> None:
    kind = type(rows[0])
    fields = _fields(kind)
    if fields is None:
        kind._default_manager.bulk_create(rows)
        return
    said = [{column: field.pre_save(row, True) for column, field in fields} for row in rows]
    db.later(_sql(kind), [encode(said).decode()])
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


@cache
def _fields(kind: type[models.Model]) -> tuple[tuple[str, Any], ...] | None:
    fields = kind._meta.concrete_fields
    if any(type(one) not in PLAIN or one.has_db_default() for one in fields):
        return None
    return tuple((str(one.column), one) for one in fields)


@cache
def _sql(kind: type[models.Model]) -> str:
    quoted = connection.ops.quote_name
    columns = ", ".join(quoted(str(one.column)) for one in kind._meta.concrete_fields)
    return INSERT.format(table=quoted(kind._meta.db_table), columns=columns)
