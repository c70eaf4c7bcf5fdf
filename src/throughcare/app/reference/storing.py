"""Reference of what is stored: every table, its columns, and what the database itself refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources

from django.apps import apps
from django.db import models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunSQL

from throughcare.app.reference.markdown import code, codes, first_sentence, page, room_of

CONSTRAINT = re.compile(r"ALTER TABLE (\w+)\s+ADD CONSTRAINT (\w+)\s+(\w+(?: KEY)?)")
TRIGGER = re.compile(r"CREATE (?:CONSTRAINT )?TRIGGER (\w+)\s.*?\sON (\w+)", re.S)
POLICY = re.compile(r"CREATE POLICY (\w+) ON (\w+)")
INDEX = re.compile(r"CREATE UNIQUE INDEX (\w+)\s+ON (\w+)")
CREATED = re.compile(r"((?:^-- [^\n]*\n)*)CREATE TABLE (\w+) \(\n(.*?)\n\)", re.S | re.M)
COLUMN = re.compile(r"^  ([a-z]\w*)\s+(\w+(?:\[\])?)(.*?),?$", re.M)


def tables() -> str:
    """List every table by room: columns, and each rule that the database holds by itself."""
    rules = _rules()
    parts: list[str] = []
    for config in apps.get_app_configs():
        if not config.name.startswith("throughcare."):
            continue
        found = [_model(model, rules) for model in config.get_models() if model._meta.managed]
        found += list(_ledger_tables()) if config.label == "ledger" else []
        if found:
            parts += [f"## {room_of(config.name + '.')}", *found]
    return page(
        "Tables",
        "Every clinical table has `person_id`, and references between clinical tables are foreign keys over both columns "
        "(`…_same_person`), so that one person's result can't hang on another's order. The serving role may SELECT, INSERT and UPDATE, "
        "never DELETE or TRUNCATE. `?` marks a column that may be empty.",
        *parts,
    )


def _rules() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for migration in MigrationLoader(None, ignore_no_migrations=True).disk_migrations.values():
        if not type(migration).__module__.startswith("throughcare."):
            continue
        for operation in migration.operations:
            if isinstance(operation, RunSQL):
                for on, name in _named(str(operation.sql)):
                    found.setdefault(on, []).append(name)
    return found


def _named(sql: str) -> Iterator[tuple[str, str]]:
    yield from ((on, name) for on, name, _ in CONSTRAINT.findall(sql))
    for pattern in (TRIGGER, POLICY, INDEX):
        yield from ((on, name) for name, on in pattern.findall(sql))


def _model(model: type[models.Model], rules: dict[str, list[str]]) -> str:
    meta = model._meta
    held = [str(constraint.name) for constraint in meta.constraints] + rules.get(meta.db_table, [])
    columns = [_column(field) for field in meta.local_concrete_fields]
    lines = [f"### {meta.db_table}", "", first_sentence(model.__doc__), "", f"Columns: {', '.join(columns)}."]
    if held:
        lines += ["", f"The database refuses by: {codes(dict.fromkeys(held))}."]
    return "\n".join(lines)


def _column(field: models.Field[object, object]) -> str:
    target = f" → `{field.related_model._meta.db_table}`" if isinstance(field, models.ForeignKey) else ""
    return f"{code(str(field.column))}{'?' if field.null else ''}{target}"


def _ledger_tables() -> Iterator[str]:
    for file in sorted(resources.files("throughcare.ledger.sql").iterdir(), key=lambda f: f.name):
        for comment, name, body in CREATED.findall(file.read_text() if file.name.endswith(".sql") else ""):
            said = " ".join(comment.replace("-- ", "").split())
            columns = [f"{code(column)}{'?' if _optional(rest) else ''}" for column, _, rest in COLUMN.findall(body)]
            about = said or "See [the ledger, exactly](../explanation/ledger.md)."
            yield f"### {name}\n\n{about}\n\nColumns: {', '.join(columns)}."


def _optional(rest: str) -> bool:
    return not any(word in rest for word in ("NOT NULL", "PRIMARY KEY", "GENERATED"))
