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
@click.option("--rows", is_flag=True, help="Compare every entry with the row it was made from, too.")
@click.option("--rebuild", is_flag=True, help="First make the present state anew from the versions and labels.")
def command(anchors: Path | None, rows: bool, rebuild: bool) -> int:
    """Prove that nothing in the ledger was changed, cut or lost.

    Exit code 1 names the first thing that is broken.
    """
    with house.opened():
        if rebuild:
            _rebuild()
        run = house.room_function("throughcare.ledger.verify.run")
        report = run(anchors, progress=lambda n: house.say(f"verify: {n} entries read"))
        if rows:
            report.broken += _rows()
    for broken in report.broken:
        click.echo(f"broken: {broken}")
    against = f", {report.anchors} anchors" if anchors else ""
    click.echo(f"{report.entries} entries{against}: {'sound' if report.sound else 'NOT sound'}")
    return 0 if report.sound else 1


def _rebuild() -> None:
    from throughcare.access import labels
    from throughcare.ledger import present

    changed = present.rebuild(labels.bit_of(), progress=lambda n: house.say(f"verify: {n} present rows read"))
    click.echo(f"{changed} present rows were not what their last version says, and are now")


def _rows() -> list[str]:
    from throughcare.ledger import formats

    report = formats.check()
    click.echo(f"{report.compared} entries compared with their rows, {report.renewed} written anew for their format")
    return [
        f"entry [{fault.type}/{fault.id}]: its row says otherwise in [{', '.join(fault.fields)}]"
        for fault in report.faults
    ]
