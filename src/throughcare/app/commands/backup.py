"""`throughcare backup`: a physical copy of the database server, checked, with what is needed to bring it back."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import click

from throughcare import __version__
from throughcare.app import config as configuration
from throughcare.app import house, postgres_programs
from throughcare.app.config import Config, Misconfigured
from throughcare.app.postgres import SUPER, Cluster

# Beside the database: what can't be made from it again. Of the warehouse that is what oversight was told.
BESIDE, BESIDE_FOLDERS = ("anchors.jsonl", "anchor.pub.pem"), ("warehouse/told",)
KEYS_NOTE = """The secret keys are not in this folder, so that whoever finds it can't read sealed entries or sign anchors.
Keep a copy of the folder {keys} in another safe place (`throughcare backup --keys FOLDER` makes one).
Without sealing.key the sealed entries of this backup can't be read by anybody, ever.
"""


@click.command("backup")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option(
    "--keys",
    type=click.Path(path_type=Path),
    help="Copy the secret keys to this folder; keep it apart from the backup.",
)
def command(folder: Path | None, keys: Path | None) -> None:
    """Copy the database, with its ledger, to a folder.

    FOLDER must be new or empty. Work goes on meanwhile.
    """
    if not folder and not keys:
        raise click.UsageError("Name a FOLDER for the backup, or --keys FOLDER, or both.")
    config = configuration.current()
    if keys:
        _copy_keys(config, keys)
    if folder:
        _require_empty(folder)
        with house.database(config) as ready:
            _copy_database(ready, config, folder)
        _copy_beside(config, folder)
        click.echo(f"backup: done, in {folder}")


def _copy_database(ready: Config, config: Config, folder: Path) -> None:
    address = Cluster(config.home).url(SUPER, "postgres") if config.embedded else ready.owner_database_url
    if not address:
        raise Misconfigured(
            "OWNER_DATABASE_URL is not set: the backup is made as the owner, who needs REPLICATION for it."
        )
    programs = postgres_programs.find_programs()
    parts = urlsplit(address)
    environment = {**os.environ, "PGPASSWORD": unquote(parts.password or ""), "PGAPPNAME": "throughcare backup"}
    bare = address.replace(f":{parts.password}@", "@", 1)  # the password is not shown in the list of processes
    house.say("backup: copying the database")
    options = [
        "--wal-method=stream",
        "--checkpoint=fast",
        "--no-sync",
        "--progress",
        "--pgdata",
        str(folder / "postgres"),
    ]
    _run([str(programs / "pg_basebackup"), "--dbname", bare, *options], environment)
    if config.embedded:
        house.say("backup: checking the copy")
        _run([str(programs / "pg_verifybackup"), "--quiet", str(folder / "postgres")], environment)


def _run(command: list[str], environment: dict[str, str]) -> None:
    if subprocess.run(command, env=environment, check=False).returncode:
        raise Misconfigured(
            "The backup failed; PostgreSQL's own words stand above. What was copied so far is of no use."
        )


def _copy_beside(config: Config, folder: Path) -> None:
    copy_beside(config.home, folder)
    (folder / "KEYS.txt").write_text(KEYS_NOTE.format(keys=config.keys))
    about = {"made_at": datetime.now(UTC).isoformat(), "throughcare": __version__, "mode": config.mode.value}
    (folder / "backup.json").write_text(json.dumps(about, indent=1) + "\n")


def copy_beside(source: Path, target: Path) -> None:
    """Copy what stands beside the database from a home to a backup, or back."""
    for name in BESIDE:
        if (source / name).exists():
            shutil.copy2(source / name, target / name)
    for name in BESIDE_FOLDERS:
        if (source / name).exists():
            (target / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.copytree(source / name, target / name)


def _copy_keys(config: Config, target: Path) -> None:
    _require_empty(target)
    for file in sorted(config.keys.iterdir()):
        configuration.keep(target / file.name, file.read_bytes())
    click.echo(f"backup: keys copied to {target}; keep them apart from the backups")


def _require_empty(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(folder.iterdir()):
        raise Misconfigured(
            f"{folder} is not empty: name a new folder, so that no older backup is mixed with this one."
        )
