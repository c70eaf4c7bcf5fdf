"""`throughcare verify`: the proof that the record is what was written."""

from __future__ import annotations

from pathlib import Path

import click

from throughcare.app import house


@click.command("verify")
@click.option(
    "--anchors",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Check against this file of signed anchors too.",
)
def command(anchors: Path | None) -> int:
    """Prove that nothing in the ledger was changed, cut or lost.

    Exit code 1 names the first thing that is broken.
    """
    with house.opened():
        run = house.room_function("throughcare.ledger.verify.run")
        report = run(anchors, progress=lambda n: house.say(f"verify: {n} entries read"))
    for broken in report.broken:
        click.echo(f"broken: {broken}")
    against = f", {report.anchors} anchors" if anchors else ""
    click.echo(f"{report.entries} entries{against}: {'sound' if report.sound else 'NOT sound'}")
    return 0 if report.sound else 1
