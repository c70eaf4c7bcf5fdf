"""The code on paper: an opaque, expiring, revocable token to what was handed over; off until the agency names an address."""

import hashlib
import secrets
from datetime import date, timedelta
from uuid import UUID

from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotFound
from throughcare.people.family import family
from throughcare.people.models import Person
from throughcare.reentry import models as m
from throughcare.reentry.actions import keeping
from throughcare.reentry.tables import load_table

BITS = 160


def public_address() -> str:
    """Give the agency's public address, or nothing: then no code opens a page."""
    return load_table().link_address


def address_of(token: str) -> str:
    """Give what the code on paper holds."""
    return f"{public_address()}/papers/{token}/"


def digest_of(token: str) -> str:
    """Give what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


@action("reentry.make_link")
def make_link(*, actor: Actor, person_id: UUID, packet_id: UUID) -> str:
    """Make the code of one packet and give its token, once; a code made before ends."""
    if not public_address():
        raise Invalid("Codes that open a page are off: this agency has named no public address. The paper calls 988.")
    packet = m.Packet.objects.filter(id=packet_id, person_id=person_id).first()
    if packet is None:
        raise NotFound("There is no such packet here.")
    now, token = clock.now(), secrets.token_urlsafe(BITS // 8)
    row = m.PacketLink.objects.select_for_update().filter(packet=packet).first()
    fresh = {
        "token_digest": digest_of(token),
        "made_at": now,
        "expires_at": now + timedelta(days=load_table().link_days),
    }
    if row is None:
        row = m.PacketLink.objects.create(person_id=person_id, packet=packet, **fresh)
    else:
        row.bump(**fresh, revoked_at=None, revoked_by="", wrong_tries=0, opened_at=None)
    keeping.keep_link(row)
    return token


@action("reentry.revoke_link")
def revoke_link(*, actor: Actor, intent: UUID | None = None, person_id: UUID, packet_id: UUID) -> None:
    """End a code at once: the paper was lost, or the person asks."""
    row = m.PacketLink.objects.select_for_update().filter(packet_id=packet_id, person_id=person_id).first()
    if row is None:
        raise NotFound("This packet has no code that opens a page.")
    _revoke(row, actor)


def revoke_all(person_id: UUID, actor: Actor) -> None:
    """End every code of a person that still opens a page."""
    for row in m.PacketLink.objects.select_for_update().filter(person_id__in=family(person_id), revoked_at=None):
        _revoke(row, actor)


def _revoke(row: m.PacketLink, actor: Actor) -> None:
    if row.revoked_at is None:
        row.bump(revoked_at=clock.now(), revoked_by=actor.label())
        keeping.keep_link(row)


@action("reentry.open_link")
def open_link(*, actor: Actor, token: str, born: date | None) -> UUID | None:
    """Open a code with the holder's birth date: gives the packet, or nothing; wrong tries are counted, and end it."""
    now = clock.now()
    row = m.PacketLink.objects.select_for_update().filter(token_digest=digest_of(token)).first()
    if row is None or row.revoked_at is not None or row.expires_at <= now:
        return None
    if row.wrong_tries >= load_table().link_tries:
        return None
    known = Person.objects.filter(id=row.person_id).values_list("birth_date", flat=True).first()
    if born is None or known is None or known != born:
        row.bump(wrong_tries=row.wrong_tries + 1)
        return None
    row.bump(opened_at=row.opened_at or now)
    keeping.keep_link(row)
    return row.packet_id


def is_open(token: str) -> bool:
    """Tell whether a code may still open its page; says nothing of whose it is."""
    row = m.PacketLink.objects.filter(token_digest=digest_of(token), revoked_at=None).first()
    return row is not None and row.expires_at > clock.now() and row.wrong_tries < load_table().link_tries
