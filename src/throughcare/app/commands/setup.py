"""`throughcare setup`: from nothing, or from an older release, to a database that may be served. Safe to repeat."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import click

from throughcare.app import config as configuration
from throughcare.app import house
from throughcare.app.config import Config, Misconfigured


@click.command("setup")
@click.option("--again", is_flag=True, help="Do everything though this very release was set up already.")
def command(again: bool) -> None:
    """Make or upgrade the database, keys and content; may be run again."""
    config = configuration.current()
    configuration.make_home(config)
    with house.database(config) as ready:
        run(ready, again=again)


def run(config: Config, *, again: bool = False) -> None:
    """Migrate and grant as the owner, then load content as the role that serves; nothing where nothing is new."""
    if not config.database_url or not config.owner_database_url:
        raise Misconfigured(
            "setup needs two addresses of one database: DATABASE_URL as role throughcare_app, and OWNER_DATABASE_URL as "
            "role throughcare_owner, which owns it."
        )
    release = _release(config)
    if not again and _done(config) == release:
        return
    make_tables(config)
    os.environ["DATABASE_URL"] = config.database_url
    configuration.current.cache_clear()
    _serve_as(config.database_url)
    _load_content()
    _note(config, release)


def make_tables(config: Config) -> None:
    """Migrate and grant as the owner; no content yet."""
    os.environ["DATABASE_URL"] = config.owner_database_url
    configuration.current.cache_clear()
    house.django_ready()
    _as_owner()


def _release(config: Config) -> str:
    """Give a fingerprint of everything that setup may put into the database: the package, and the agency's content."""
    total = hashlib.sha256()
    roots = [Path(house.__file__).parents[1], *([config.content] if config.content else [])]
    for root in roots:
        for file in sorted(root.rglob("*")):
            if file.suffix in {".py", ".sql", ".toml", ".json"}:
                total.update(f"{file.relative_to(root)}\0".encode() + file.read_bytes())
    return total.hexdigest()


def _done(config: Config) -> str | None:
    """Give the release that was set up last, from the note on the database."""
    import psycopg

    with psycopg.connect(config.owner_database_url) as connection:
        row = connection.execute(
            "select shobj_description(oid, 'pg_database') from pg_database where datname = current_database()"
        ).fetchone()
    return row[0] if row else None


def _note(config: Config, release: str) -> None:
    import psycopg
    from psycopg import sql

    with psycopg.connect(config.owner_database_url) as connection:
        name = sql.Identifier(connection.info.dbname)
        connection.execute(sql.SQL("comment on database {} is {}").format(name, sql.Literal(release)))


def _as_owner() -> None:
    from django.core.management import call_command
    from django.db import connection, transaction

    from throughcare.app import migrating
    from throughcare.app.postgres import EXTENSIONS
    from throughcare.kernel import grants

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('throughcare setup'))")  # a second setup waits
        for extension in EXTENSIONS:
            cursor.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    house.say("setup: tables")
    with migrating.only_what_changes():
        call_command("migrate", interactive=False, verbosity=0)
    with transaction.atomic():
        grants.apply()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(hashtext('throughcare setup'))")


def _serve_as(url: str) -> None:
    """Go on as the role that serves: content is loaded by the same actions, under the same limits, as everything."""
    from django.db import connections
    from django.db.backends.postgresql.base import DatabaseWrapper

    connection = connections["default"]
    assert isinstance(connection, DatabaseWrapper)  # noqa: S101
    connection.close()
    if connection.settings_dict["OPTIONS"].get("pool"):
        connection.close_pool()
    words = configuration.django_database(url)
    connection.settings_dict.update({name: words[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")})


def _load_content() -> None:
    """Let each room bring its reviewed content into the database: `load_content()` of its AppConfig, repeatable."""
    from django.apps import apps

    for room in apps.get_app_configs():
        if load := getattr(room, "load_content", None):
            house.say(f"setup: content of {room.label}")
            load()
