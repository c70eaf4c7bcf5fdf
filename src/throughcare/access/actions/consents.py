"""Consents: what a person signed, what they took back, and when the accounting of who looked is lawfully held back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from throughcare.access import kinds
from throughcare.access.actions import record as keep
from throughcare.access.actions.record import in_force
from throughcare.access.events import ConsentGiven, ConsentRevoked
from throughcare.access.kinds import Agreement
from throughcare.access.models import Consent, Suspension
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotFound, Refused, Stale
from throughcare.kernel.events import emit
from throughcare.kernel.vocabulary import Role


@action("access.give_consent")
def give_consent(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    agreement: Agreement,
    signed_at: datetime | None = None,
) -> UUID:
    """Keep a signed consent, or its refusal. Gives its id."""
    kind = kinds.of(agreement.kind)
    wrong = kinds.missing(kind, agreement)
    if wrong:
        raise Invalid("The consent was not kept: the form lacks something that the law asks for.", fields=wrong)
    now = clock.now()
    if signed_at is not None and signed_at > now:
        raise Invalid("The consent was not kept.", fields={"signed_on": "This day is still to come."})
    if agreement.expires_at is not None and agreement.expires_at <= (agreement.starts_at or signed_at or now):
        raise Invalid("The consent was not kept.", fields={"expires_at": "It would end before it begins."})
    row = Consent.objects.create(
        person_id=person_id,
        kind=agreement.kind,
        form_version=agreement.form_version,
        classes=[c.value for c in agreement.classes],
        roles=[r.value for r in agreement.roles],
        recipient=agreement.recipient,
        purpose=agreement.purpose,
        about=agreement.about,
        disclosers=agreement.disclosers,
        described=agreement.described,
        intermediary=agreement.intermediary,
        signed_by=agreement.signed_by,
        statements=list(agreement.statements),
        language=agreement.language,
        interpreter=agreement.interpreter,
        witness=agreement.witness,
        agreed=agreement.agreed,
        signed_at=signed_at or now,
        starts_at=agreement.starts_at or signed_at or now,
        expires_at=agreement.expires_at,
        expires_event=agreement.expires_event,
        irrevocable_until=agreement.irrevocable_until,
    )
    keep.consent(row)
    emit(ConsentGiven(happened_at=row.signed_at, person_id=person_id, ref=row.id, kind=row.kind, agreed=row.agreed))
    return row.id


@action("access.revoke_consent")
def revoke_consent(
    *, actor: Actor, intent: UUID | None = None, consent_id: UUID, person_id: UUID, version: int, how: str
) -> None:
    """Take a consent back; from now on, not for what was done under it."""
    row = Consent.objects.select_for_update().filter(id=consent_id, person_id=person_id).first()
    if row is None:
        raise NotFound("There is no such consent.")
    if row.version != version or row.revoked_at is not None:
        raise Stale("This consent was changed meanwhile. Open it again to see what happened.")
    if row.irrevocable_until:
        raise Refused(f"By law this consent can't be taken back before: {row.irrevocable_until} (42 CFR 2.35).")
    if len(how.strip()) < 3:
        raise Invalid("Nothing was changed.", fields={"how": "Say how the person said it, such as: in writing."})
    row.bump(revoked_at=clock.now(), revoked_how=how.strip())
    keep.consent(row)
    emit(ConsentRevoked(happened_at=clock.now(), person_id=person_id, ref=row.id, kind=row.kind))


@action("access.suspend_accounting")
def suspend_accounting(
    *, actor: Actor, person_id: UUID, requested_by: str, roles: Sequence[Role], why: str, until: datetime
) -> UUID:
    """Hold back, for a time, what the accounting would show of certain readers (45 CFR 164.528(a)(2), in writing)."""
    if len(why.strip()) < 10 or not requested_by.strip():
        raise Invalid("Nothing was changed.", fields={"why": "Name the agency and quote its written request."})
    if until <= clock.now():
        raise Invalid("Nothing was changed.", fields={"until": "Choose an end that is still to come."})
    if not roles:
        raise Invalid("Nothing was changed.", fields={"roles": "Choose whose looks are held back."})
    row = Suspension.objects.create(
        person_id=person_id,
        requested_by=requested_by.strip(),
        roles=[r.value for r in roles],
        why=why.strip(),
        since=clock.now(),
        until=until,
    )
    return row.id


@action("access.end_suspension")
def end_suspension(*, actor: Actor, suspension_id: UUID, person_id: UUID) -> None:
    """Show again, from now on, what was held back."""
    row = Suspension.objects.select_for_update().filter(in_force(), id=suspension_id, person_id=person_id).first()
    if row is None:
        raise NotFound("This suspension has ended. Nothing was changed.")
    row.bump(until=max(clock.now(), row.since + timedelta(microseconds=1)))
