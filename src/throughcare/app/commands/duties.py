"""`throughcare duties`: every obligation of care, counted."""

from __future__ import annotations

import click

from throughcare.app import house


@click.command("duties")
@click.option("--audit", is_flag=True, help="Opened must equal closed plus open with an owner, for every rule.")
@click.option("--inert", is_flag=True, help="List the rules of the content whose trigger does not exist yet.")
def command(audit: bool, inert: bool) -> int:
    """List duties per rule, or audit that they add up."""
    with house.opened():
        run = house.room_function("throughcare.duties.audit.run")
        if inert:
            house.room_function("throughcare.app.reference.writing.load_rooms")()
            for line in house.room_function("throughcare.duties.audit.inert")():
                click.echo(line)
            return 0
        report = run()
    for line in report.lines():
        click.echo(line)
    return 0 if report.sound or not audit else 1
