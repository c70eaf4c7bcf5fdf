"""`throughcare env`: the database addresses, for whoever wants to look behind the demonstration."""

from __future__ import annotations

import click

from throughcare.app import config as configuration
from throughcare.app import house
from throughcare.app.config import Misconfigured


@click.command("env")
def command() -> None:
    """Print the database addresses (demonstration and tests)."""
    config = configuration.current()
    house.only_for_trying(config, "env")
    if not config.database_url:
        raise Misconfigured(
            f"There is no database in {config.home} yet: run `throughcare demo` or `throughcare setup` first."
        )
    click.echo(f"OWNER_DATABASE_URL={config.owner_database_url}")
    click.echo(f"APP_DATABASE_URL={config.database_url}")
