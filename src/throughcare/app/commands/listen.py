"""`throughcare listen`: the HL7 v2 door."""

from __future__ import annotations

import click

from throughcare.app import house, ports_in_use


@click.command("listen")
def command() -> None:
    """Take HL7 v2 messages over MLLP."""
    with house.opened() as config:
        serve = house.room_function("throughcare.exchange.hl7v2.listener.serve")
        ports_in_use.require_free(config.address, config.mllp_port, "THROUGHCARE_MLLP_PORT")
        serve(config.address, config.mllp_port)
