"""`throughcare account`: the first account, opened by whoever installs; every later one is opened on a page."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING
from uuid import UUID

import click

from throughcare.app import house

if TYPE_CHECKING:
    from throughcare.kernel.errors import Invalid
    from throughcare.kernel.vocabulary import Role


@click.command("account")
@click.option("--username", prompt="Name to sign in with", metavar="NAME", help="Name to sign in with (asked for).")
@click.option("--name", prompt="Whose account it is", metavar="NAME", help="Family name, given name (asked for).")
@click.option("--role", default="hsa", show_default=True, metavar="ROLE", help="Role; the first account is `hsa`.")
@click.option("--facility", metavar="CODE", help="Facility by its code (default: the whole agency).")
@click.option("--another", metavar="REASON", help="Open one though somebody administers accounts; the reason is kept.")
def command(username: str, name: str, role: str, facility: str | None, another: str | None) -> None:
    """Open the first account of an installation, for who administers the others.

    Prints a first password, once: it must be changed at the first sign-in, and in production a second factor set up.
    """
    with house.opened():
        from throughcare.access import actions
        from throughcare.kernel.actor import Actor
        from throughcare.kernel.errors import Invalid

        try:
            opened = actions.open_at_console(
                actor=Actor.system(f"console ({getpass.getuser()})"),
                username=username,
                name=name,
                role=_role(role),
                facility_id=_facility(facility),
                because=another or "",
            )
        except Invalid as invalid:
            raise click.UsageError(_sentence(invalid)) from None
        house.say(f"account: [{username}] is open. First password, shown only now:")
        click.echo(opened.secret)


def _role(text: str) -> Role:
    from throughcare.kernel.vocabulary import Role

    try:
        return Role(text)
    except ValueError:
        raise click.BadParameter(f"[{text}] is no role. Try: {', '.join(Role)}.", param_hint="--role") from None


def _facility(code: str | None) -> UUID | None:
    if code is None:
        return None
    from throughcare.custody.models import Facility

    found = Facility.objects.filter(code__iexact=code, closed_on=None).values_list("id", flat=True).first()
    if found is None:
        codes = ", ".join(Facility.objects.filter(closed_on=None).order_by("code").values_list("code", flat=True))
        raise click.BadParameter(f"[{code}] is no open facility. Try: {codes}.", param_hint="--facility")
    return found


def _sentence(invalid: Invalid) -> str:
    return " ".join([invalid.sentence, *invalid.fields.values()])
