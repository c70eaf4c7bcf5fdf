"""`throughcare demo`: a whole living agency on this machine, with one command."""

from __future__ import annotations

import os

import click

from throughcare.app import config as configuration
from throughcare.app.config import Misconfigured


@click.command("demo")
@click.option(
    "--people",
    type=click.IntRange(1, 200_000),
    default=800,
    show_default=True,
    help="People in custody, on first start.",
)
@click.option(
    "--days",
    type=click.IntRange(1, 3650),
    default=30,
    show_default=True,
    help="Days of life before now, on first start.",
)
def command(people: int, days: int) -> int:
    """Show a living synthetic agency in the browser."""
    from throughcare.app.demo import Demo

    if os.environ.get("DATABASE_URL"):
        raise Misconfigured(
            "The demonstration brings its own database: unset DATABASE_URL, so that no real one is touched."
        )
    os.environ.setdefault("THROUGHCARE_MODE", "demo")
    config = configuration.current()
    if config.mode is not configuration.Mode.DEMO:
        raise Misconfigured(
            f"THROUGHCARE_MODE is {config.mode.value}: the demonstration runs in demo mode alone, in a home of its own."
        )
    return Demo(config).run(people, days)
