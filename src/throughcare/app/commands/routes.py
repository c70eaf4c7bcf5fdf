"""`throughcare routes`: every page there is, and who may see it."""

from __future__ import annotations

import json

import click

from throughcare.app import house


@click.command("routes")
@click.option("--json", "as_json", is_flag=True, help="As JSON: method, path, policy, roles.")
def command(as_json: bool) -> None:
    """List every page: method, path, policy and roles."""
    house.django_ready()
    from throughcare.access import doors
    from throughcare.app import urls

    assert urls.urlpatterns  # noqa: S101  (loading the addresses is what registers the pages)
    rows = doors.table()
    if as_json:
        click.echo(json.dumps(rows, indent=1))
        return
    for row in rows:
        click.echo(f"{row['method']:6} {row['path']:50} {row['policy']:24} {' '.join(row['roles'])}")
