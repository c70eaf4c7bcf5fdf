"""`throughcare serve`: the page server."""

from __future__ import annotations

import os
from importlib import import_module

import click

from throughcare.app import house, ports_in_use


@click.command("serve")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes that serve (default: THROUGHCARE_WORKERS).")
def command(workers: int | None) -> None:
    """Serve the pages."""
    from granian.constants import Interfaces
    from granian.server import Server

    with house.opened() as config:
        import_module("throughcare.app.urls")  # a page that can't be loaded, or a port nobody fills, stops the start
        house.require_wired()
        ports_in_use.require_free(config.address, config.port, "THROUGHCARE_PORT")
        os.environ.update(config.environ())
        os.environ.pop("OWNER_DATABASE_URL", None)  # what serves pages never holds the owner's address
        Server(
            "throughcare.app.wsgi:application",
            address=config.address,
            port=config.port,
            interface=Interfaces.WSGI,
            workers=workers or config.workers,
            blocking_threads=4,
            websockets=False,
            log_access=False,
            log_enabled=False,
            respawn_failed_workers=True,
            workers_kill_timeout=4,
        ).serve()
