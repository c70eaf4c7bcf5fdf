"""`throughcare send`: the messages that others are owed."""

from __future__ import annotations

import click

from throughcare.app import house


@click.command("send")
@click.option("--once", is_flag=True, help="Send what is due now, then end.")
def command(once: bool) -> None:
    """Send the HL7 v2 messages that others are owed.

    To registry, laboratory, pharmacy and exchange, where the content says at which address they listen.
    """
    with house.opened():
        from throughcare.exchange.outgoing import sender

        if once:
            click.echo(f"send: {sender.run_once()} messages answered")
            return
        sender.run()
