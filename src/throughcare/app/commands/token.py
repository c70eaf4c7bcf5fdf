"""`throughcare token`: a bearer token for the FHIR API, for whoever tries it out."""

from __future__ import annotations

from datetime import timedelta

import click

from throughcare.app import config as configuration
from throughcare.app import house


@click.command("token")
@click.option("--role", required=True, metavar="ROLE", help="Role whose lens it is, such as rn, provider, patient.")
@click.option(
    "--facility", default="", metavar="NAME", help="Facility: code or part of its name (default: the agency)."
)
@click.option("--person", default="", metavar="ID", help="The one person it opens: id or number; a patient's own.")
@click.option("--days", type=click.IntRange(1, 365), default=30, show_default=True, help="How long it lasts.")
def command(role: str, facility: str, person: str, days: int) -> None:
    """Print a bearer token for the FHIR API (demonstration and tests)."""
    house.only_for_trying(configuration.current(), "token")
    with house.opened():
        from throughcare.access import actions
        from throughcare.app import become
        from throughcare.kernel.actor import Actor
        from throughcare.kernel.vocabulary import Role

        try:
            wanted = Role(role)
        except ValueError as unknown:
            raise click.BadParameter(f"[{role}] is no role. One of: {', '.join(Role)}.") from unknown
        if wanted is Role.PUBLIC:
            raise click.BadParameter("The public has no token: it reads the public pages.")
        posting = become.persona(wanted, facility=facility, person=person)
        only = become.person_of(person) if person else None
        issued = actions.issue_token(
            actor=Actor.system("console"),
            posting_id=posting.id,
            person_id=only,
            lasts=timedelta(days=days),
            client="throughcare token",
        )
    click.echo(issued.secret)
