"""`throughcare publish`: the public site as files for any web host."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import click

from throughcare.app import config as configuration
from throughcare.app import house
from throughcare.app.config import Config, Misconfigured

MARK = ".throughcare-public"  # in a folder that this command made, so that it may write there again


@click.command("publish")
@click.option("--to", "to", required=True, type=click.Path(path_type=Path), help="The folder to write.")
@click.option("--editions", "root", type=click.Path(path_type=Path), help="Published editions (default: in the home).")
def command(to: Path, root: Path | None) -> None:
    """Write the public site as files that any web host can serve."""
    config = configuration.current()
    house.django_ready()
    to = to.absolute()
    _refuse_foreign(to)
    files = _made(root or config.editions, demonstration=not _set_up_for_real(config))
    with tempfile.TemporaryDirectory(prefix="throughcare-public-") as beside:
        for path, body in {**files, MARK: b"Made by `throughcare publish`, which may write here again.\n"}.items():
            file = Path(beside) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(body)
        _change(Path(beside), to)
    click.echo(f"{len(files)} files in {to}. Open {to / 'index.html'}, or copy the folder to a web host.")


def _made(root: Path, *, demonstration: bool) -> dict[str, bytes]:
    """Make every file; refuse an edition that was changed after it was published, or that may not be shown so."""
    from throughcare.insight.gate import editions
    from throughcare.kernel.errors import Refused
    from throughcare.public.site import NotPublishable, Site

    try:
        for one in editions.listed(root):
            if one.withdrawn_on is None:
                editions.check(root, one.id)
        site = Site(root, demonstration=demonstration)
        return {path: site.body(path) for path in site.paths()}
    except (editions.EditionError, NotPublishable) as wrong:
        raise Refused(f"{wrong} Nothing was written.") from wrong


def _set_up_for_real(config: Config) -> bool:
    """Say whether this home was set up for production; one that nobody set up is a trial and says so on each page."""
    return config.production and (config.home / "mode").exists()


def _refuse_foreign(to: Path) -> None:
    """Refuse a folder that holds something this command did not write."""
    if to.is_file():
        raise Misconfigured(f"[{to}] is a file. Nothing was written. Name a folder that is new or empty.")
    if to.is_dir() and any(to.iterdir()) and not (to / MARK).is_file():
        raise Misconfigured(f"[{to}] holds other files. Nothing was written. Name a folder that is new or empty.")


def _change(new: Path, to: Path) -> None:
    """Put the new files in the place of the old; the folder itself stays, since it may be a mount or be served now."""
    to.mkdir(parents=True, exist_ok=True)
    for old in to.iterdir():
        shutil.rmtree(old) if old.is_dir() and not old.is_symlink() else old.unlink()
    for file in new.iterdir():
        shutil.move(file, to / file.name)
