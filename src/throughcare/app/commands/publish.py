"""`throughcare publish`: the public site as files for any web host."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from throughcare.app import config as configuration
from throughcare.app import house
from throughcare.app.config import Misconfigured

MARK = ".throughcare-public"  # in a folder that this command made, so that it may write there again


@click.command("publish")
@click.option("--to", "to", required=True, type=click.Path(path_type=Path), help="The folder to write.")
@click.option("--editions", "root", type=click.Path(path_type=Path), help="Published editions (default: in the home).")
def command(to: Path, root: Path | None) -> None:
    """Write the public site as files that any web host can serve."""
    config = configuration.current()
    house.django_ready()
    from throughcare.public.site import Site

    site = Site(root or config.editions, demonstration=not (config.production and (config.home / "mode").exists()))
    _refuse_foreign(to)
    new = to.with_name(f"{to.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    for path in site.paths():
        file = new / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(site.body(path))
    (new / MARK).write_bytes(b"Made by `throughcare publish`, which may write this folder again.\n")
    if to.exists():
        shutil.rmtree(to)
    new.replace(to)
    click.echo(f"{len(site.paths())} files in {to}. Open {to / 'index.html'}, or copy the folder to a web host.")


def _refuse_foreign(to: Path) -> None:
    """Refuse a folder that holds something this command did not write."""
    if to.is_file():
        raise Misconfigured(f"[{to}] is a file. Nothing was written. Name a folder that is new or empty.")
    if to.is_dir() and any(to.iterdir()) and not (to / MARK).is_file():
        raise Misconfigured(f"[{to}] holds other files. Nothing was written. Name a folder that is new or empty.")
