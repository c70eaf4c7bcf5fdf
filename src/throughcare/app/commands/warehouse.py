"""`throughcare warehouse`: open Parquet files from the ledger's feed, built at once or brought up to date."""

from __future__ import annotations

from pathlib import Path

import click

from throughcare.app import house


@click.group("warehouse")
def command() -> None:
    """Make the files that measures are counted on: open Parquet, from the ledger.

    The tables are described in docs/reference/warehouse/. Files may be read by this user only.
    """


FOLDER = click.option(
    "--to", "folder", type=click.Path(path_type=Path), metavar="DIR", help="Folder (default: `warehouse` in the home)."
)


@command.command("build")
@FOLDER
def build(folder: Path | None) -> None:
    """Make them anew from the whole ledger. The files of before stay in use until the new ones are whole."""
    _run(folder, anew=True)


@command.command("update")
@FOLDER
def update(folder: Path | None) -> None:
    """Bring them up to the present; where there are none yet, make them."""
    _run(folder, anew=False)


def _run(folder: Path | None, *, anew: bool) -> None:
    with house.opened() as config:
        from throughcare.insight.warehouse import making

        act = making.build if anew else making.update
        target = folder or config.home / "warehouse"
        report = act(target, say=lambda words: house.say(f"warehouse: {words}"))
        for table, count in sorted(report.left_out.items()):
            house.say(f"warehouse: {count} rows of [{table}] left out: they lack what the table needs")
        click.echo(
            f"warehouse: {report.entries} entries taken in, {report.files} files written, {report.rows} rows, in {target}"
        )
