"""`throughcare import`: the file door, for what comes as files and not as messages."""

from __future__ import annotations

import os
from pathlib import Path

import click

from throughcare.app import house


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def command(paths: tuple[Path, ...]) -> int:
    """Take in files: HL7 v2 messages, custody rosters, FHIR bundles.

    What can't be understood is kept and listed; then the exit code is 1.
    """
    with house.opened():
        run = house.room_function("throughcare.exchange.intake_files.run")
        report = run(list(paths), hands=os.cpu_count() or 1)
    for line in report.lines():
        click.echo(line)
    return 0 if report.sound else 1
