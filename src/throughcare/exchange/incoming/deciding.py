"""A consent that another service sent: it opens nothing until the records office accepts it as a signed form of ours."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from throughcare import ledger
from throughcare.access import actions as access
from throughcare.access import kinds
from throughcare.access.kinds import Agreement
from throughcare.exchange.incoming import keeping
from throughcare.exchange.incoming.actions import close, held
from throughcare.exchange.incoming.kinds import actors_of, all_shown
from throughcare.exchange.models import Incoming, Outside
from throughcare.exchange.resource_parts import listed, moment_of
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotFound
from throughcare.kernel.fhir import encode
from throughcare.ledger.reads import header

Json = Mapping[str, Any]


@action("exchange.accept_consent")
def accept_consent(*, actor: Actor, intent: UUID | None = None, incoming_id: UUID, agreement: Agreement) -> UUID:
    """Keep what was sent as a consent of this record, from now on in force; gives the consent's id."""
    row = _consent(incoming_id)
    body = _body(row)
    signed = moment_of(str(body.get("dateTime") or "")) or clock.now()
    told = replace(agreement, starts_at=agreement.starts_at or clock.now())
    consent_id: UUID = access.give_consent(
        actor=actor, person_id=row.person_id, agreement=told, signed_at=min(signed, clock.now())
    )
    _restate(row, body, "active")
    close(row, actor, "acted", f"Accepted: {kinds.of(agreement.kind).title}.")
    return consent_id


@action("exchange.refuse_consent")
def refuse_consent(*, actor: Actor, intent: UUID | None = None, incoming_id: UUID, why: str) -> None:
    """Refuse what was sent, with the reason; nothing is opened, and it stays as it came."""
    if len(why.strip()) < 3:
        raise Invalid(
            "Say in a few words why. What you typed is kept.", fields={"why": "Say in a few words why it is refused."}
        )
    row = _consent(incoming_id)
    _restate(row, _body(row), "rejected")
    close(row, actor, "not_ours", why.strip())


def proposed(body: Json) -> dict[str, str]:
    """Give what a consent says of itself in the words of our form; what it does not say is asked. Pure."""
    provision = body.get("provision")
    provision = provision if isinstance(provision, Mapping) else {}
    period = provision.get("period")
    until = str(period.get("end") or "")[:10] if isinstance(period, Mapping) else ""
    told, tells = actors_of(provision)
    purposes = [str(one.get("display") or one.get("code") or "") for one in listed(provision.get("purpose"))]
    return {
        "agreed": {"permit": "yes", "deny": "no"}.get(str(provision.get("type")), ""),
        "recipient": ", ".join(told)[:160],
        "disclosers": ", ".join(tells or all_shown(body.get("organization")))[:200],
        "signed_by": ", ".join(all_shown(body.get("performer")))[:160],
        "purpose": ", ".join(one for one in purposes if one)[:160],
        "expires_at": until,
        "language": str(body.get("language") or "en")[:2],
    }


def _consent(incoming_id: UUID) -> Incoming:
    row = held(incoming_id)
    if row.kind != "consent":
        raise NotFound("There is no such consent here.")
    return row


def _body(row: Incoming) -> dict[str, Any]:
    found = keeping.told(row.about_type, row.about_id)
    if found is None:
        raise NotFound("There is no such consent here.")
    return found


def _restate(row: Incoming, body: dict[str, Any], status: str) -> None:
    """Let the consent as it was sent say what became of it."""
    at = header(row.about_type, row.about_id)
    said = {**body, "status": status}
    if at is None:
        raise NotFound("There is no such consent here.")
    Outside.objects.filter(id=row.about_id, type=row.about_type).update(
        version=at.version + 1, digest=hashlib.sha256(encode(said)).digest()
    )
    ledger.record(
        type=row.about_type,
        id=row.about_id,
        person_id=row.person_id,
        data_class=at.data_class,
        body=said,
        happened_at=clock.now(),
    )
