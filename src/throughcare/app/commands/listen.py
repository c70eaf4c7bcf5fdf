"""`throughcare listen`: the HL7 v2 door."""

from __future__ import annotations

import ssl

import click

from throughcare.app import house, ports_in_use
from throughcare.app.config import Misconfigured


@click.command("listen")
def command() -> None:
    """Take HL7 v2 messages over MLLP, under TLS where a certificate is named."""
    with house.opened() as config:
        serve = house.room_function("throughcare.exchange.hl7v2.listener.serve")
        ports_in_use.require_free(config.address, config.mllp_port, "THROUGHCARE_MLLP_PORT")
        try:
            serve(config.address, config.mllp_port, certificate=config.mllp_certificate, callers=config.mllp_callers)
        except ssl.SSLError as wrong:
            raise Misconfigured(
                f"The listener's certificate can't be used ({wrong.reason or 'unreadable'}): "
                "THROUGHCARE_MLLP_CERTIFICATE is a PEM file with certificate and key."
            ) from None
