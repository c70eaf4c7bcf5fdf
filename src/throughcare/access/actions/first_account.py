"""The account that opens all others, made at the console of the machine; pages open every later one (decision 0021)."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from throughcare.access.actions.accounts import create_account, new_secret, post
from throughcare.access.actions.record import in_force
from throughcare.access.models import Posting
from throughcare.kernel import db
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, Refused
from throughcare.kernel.vocabulary import Role

OPENS_OTHERS = Role.HSA
NOT_STAFF = (Role.PATIENT, Role.PUBLIC)


@dataclass(frozen=True, slots=True)
class Opened:
    """An account with its first password, which is shown once."""

    user_id: UUID
    secret: str


@action("access.open_at_console")
def open_at_console(
    *,
    actor: Actor,
    username: str,
    name: str,
    role: Role = OPENS_OTHERS,
    facility_id: UUID | None = None,
    because: str = "",
) -> Opened:
    """Open an account with a posting and a first password while nobody administers accounts; later only with a reason."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('throughcare first account'))")
    if role in NOT_STAFF:
        raise Invalid("No account was opened.", fields={"role": "Only staff sign in by an account of this kind."})
    administered = Posting.objects.filter(in_force(), role=OPENS_OTHERS.value, user__is_active=True).exists()
    if administered and len(because.strip()) < 10:
        raise Refused(
            "Somebody administers accounts here already, so new ones are opened on the page /accounts/. If nobody of "
            "them can sign in any more, say so with --another REASON (ten letters or more); the reason is kept for ever."
        )
    if not administered and role is not OPENS_OTHERS:
        raise Refused(f"The first account is for who opens the others: role [{OPENS_OTHERS}].")
    user_id = create_account(actor=actor, username=username, name=name)
    post(actor=actor, user_id=user_id, role=role, facility_id=facility_id)
    secret = new_secret(actor=actor, user_id=user_id)
    db.unit().reason = because.strip() or "first account of this installation"
    return Opened(user_id, secret)
