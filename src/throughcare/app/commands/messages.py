"""`throughcare messages`: everything that was received, counted."""

from __future__ import annotations

import click

from throughcare.app import house


@click.command("messages")
@click.option("--audit", is_flag=True, help="Received must equal applied plus repeated plus held plus refused.")
def command(audit: bool) -> int:
    """List received messages, or audit that they add up."""
    with house.opened():
        run = house.room_function("throughcare.exchange.hl7v2.audit.run")
        report = run()
    for line in report.lines():
        click.echo(line)
    return 0 if report.sound or not audit else 1
