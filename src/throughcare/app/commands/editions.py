"""`throughcare editions`: the published editions as files: list, check, and an invented set for the demonstration."""

from __future__ import annotations

from pathlib import Path

import click

from throughcare.app import config as configuration

FOLDER = click.Path(path_type=Path)


@click.group("editions")
def command() -> None:
    """List, check or invent published editions: the files that the public site reads."""


@command.command("list")
@click.option("--in", "root", type=FOLDER, help="The folder of editions (default: in the home).")
def list_them(root: Path | None) -> None:
    """List every edition ever published, newest first; withdrawn and corrected ones too."""
    from throughcare.insight.gate import editions

    for one in editions.listed(root or configuration.current().editions):
        state = (
            "withdrawn" if one.withdrawn_on else f"corrected by {one.corrected_by}" if one.corrected_by else "stands"
        )
        click.echo(f"{one.id}  {one.published_on}  {state}")


@command.command("check")
@click.option("--in", "root", type=FOLDER, help="The folder of editions (default: in the home).")
def check(root: Path | None) -> int:
    """Check every file and cell of every edition against its hashes; exit code 1 if one was changed."""
    from throughcare.insight.gate import editions

    root = root or configuration.current().editions
    try:
        for one in editions.listed(root):
            click.echo(f"{one.id}: {editions.check(root, one.id)} rows are as they were published.")
    except editions.EditionError as wrong:
        click.echo(str(wrong), err=True)
        return 1
    return 0


@command.command("invent")
@click.option("--to", "root", type=FOLDER, help="The folder to write (default: in the home).")
def invent(root: Path | None) -> None:
    """Write a scorecard of invented sites through the real gate, for the demonstration; nothing if there are editions."""
    from throughcare.insight.gate import demonstration, editions

    root = root or configuration.current().editions
    if editions.listed(root):
        click.echo(f"There are editions in {root}. Nothing was written.")
        return
    click.echo(f"Invented editions in {root}: {', '.join(demonstration.publish(root))}.")


@command.command("write")
@click.option("--to", "root", type=FOLDER, help="The folder to write (default: in the home).")
def write(root: Path | None) -> None:
    """Write every edition ever published out of the record, byte for byte as it was published."""
    from throughcare.app import house

    house.django_ready()
    from throughcare.insight.gate import reads

    root = root or configuration.current().editions
    names = reads.write_out(root)
    click.echo(f"{len(names)} editions in {root}: {', '.join(names) or 'none published yet'}.")
