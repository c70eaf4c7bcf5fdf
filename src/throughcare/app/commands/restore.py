"""`throughcare restore`: a backup comes back to life in an empty home, and is verified before anybody uses it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from throughcare.app import config as configuration
from throughcare.app import house
from throughcare.app.commands.backup import copy_beside
from throughcare.app.config import KEY_FILES, Config, Misconfigured
from throughcare.app.postgres import Cluster


@click.command("restore")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--keys",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder of secret keys that were kept apart.",
)
def command(folder: Path, keys: Path) -> int:
    """Bring a backup into an empty home.

    THROUGHCARE_HOME must be new or empty. The ledger is verified at the end; exit code 1 names what is broken.
    """
    config = configuration.current()
    about = _require_backup(folder, keys)
    if config.home.exists() and any(config.home.iterdir()):
        raise Misconfigured(f"{config.home} is not empty: name a new THROUGHCARE_HOME, so that nothing there is lost.")
    _bring_back(config, folder, keys, about["mode"])
    cluster = Cluster(config.home)
    house.say("restore: verifying the ledger")
    with cluster.running():
        os.environ["DATABASE_URL"] = cluster.url()
        configuration.current.cache_clear()
        house.django_ready()
        from throughcare.ledger import verify

        anchors = config.home / "anchors.jsonl"
        report = verify.run(anchors if anchors.exists() else None)
    for broken in report.broken:
        click.echo(f"broken: {broken}")
    click.echo(f"restore: {report.entries} entries, {'sound' if report.sound else 'NOT sound'}, in {config.home}")
    if about["mode"] == configuration.Mode.PRODUCTION:
        click.echo(
            f"restore: hand {cluster.data} to your PostgreSQL server, then set DATABASE_URL and run `throughcare setup`"
        )
    return 0 if report.sound else 1


def _require_backup(folder: Path, keys: Path) -> dict[str, str]:
    missing = [name for name in ("backup.json", "postgres/PG_VERSION") if not (folder / name).exists()]
    if missing:
        raise Misconfigured(f"{folder} is no whole backup: {', '.join(missing)} is missing.")
    if absent := [name for name in KEY_FILES if not (keys / name).exists()]:
        raise Misconfigured(
            f"{keys} has not all keys: {', '.join(absent)} is missing. Without them sealed entries stay closed."
        )
    return dict(json.loads((folder / "backup.json").read_text()))


def _bring_back(config: Config, folder: Path, keys: Path, mode: str) -> None:
    config.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    config.keys.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in KEY_FILES:
        configuration.keep(config.keys / name, (keys / name).read_bytes())
    copy_beside(folder, config.home)
    configuration.keep(config.home / "mode", mode.encode() + b"\n")
    (config.home / "world").write_text("restored\n")
    house.say("restore: copying the database")
    Cluster(config.home).adopt(folder / "postgres")
