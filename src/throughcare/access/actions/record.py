"""What the actions of this room keep in the ledger, and the filter of what holds now."""

from django.db.models import Q

from throughcare import ledger
from throughcare.access import fhir
from throughcare.access.models import Amendment, Consent, Disclosure, Hold, Posting, Representative, User
from throughcare.kernel import clock, db
from throughcare.kernel.vocabulary import DataClass
from throughcare.ledger import SubjectKind


def account(user: User, *, reason: str = "") -> None:
    """Keep the account as it now stands."""
    _because(reason)
    ledger.record(
        type="Practitioner",
        id=user.id,
        subject=(SubjectKind.STAFF, user.id),
        data_class=DataClass.DEMOGRAPHICS,
        body=fhir.practitioner(user),
        live=user.is_active,
    )


def posting(row: Posting, *, reason: str = "") -> None:
    """Keep the posting as it now stands."""
    _because(reason)
    ledger.record(
        type="PractitionerRole",
        id=row.id,
        subject=(SubjectKind.STAFF, row.user_id),
        data_class=DataClass.DEMOGRAPHICS,
        body=fhir.practitioner_role(row),
        live=row.until is None,
    )


def consent(row: Consent) -> None:
    """Keep the consent as it now stands."""
    ledger.record(
        type="Consent",
        id=row.id,
        person_id=row.person_id,
        data_class=DataClass.CLINICAL,
        body=fhir.consent(row),
        happened_at=row.revoked_at or row.signed_at,
        live=row.agreed and row.revoked_at is None,
    )


def representative(row: Representative) -> None:
    """Keep who decides in a person's place, as it now stands."""
    ledger.record(
        type="RelatedPerson",
        id=row.id,
        person_id=row.person_id,
        data_class=DataClass.DEMOGRAPHICS,
        body=fhir.representative(row),
        happened_at=row.until or row.since,
    )


def amendment(row: Amendment) -> None:
    """Keep a request to amend the record, as it now stands."""
    ledger.record(
        type="Amendment",
        id=row.id,
        person_id=row.person_id,
        data_class=DataClass.CLINICAL,
        media="throughcare/Amendment",
        body=fhir.amendment(row),
        happened_at=row.disagreed_at or row.decided_at or row.asked_at,
    )


def disclosure(row: Disclosure) -> None:
    """Keep what the institution was told, as it was told."""
    ledger.record(
        type="InstitutionDisclosure",
        id=row.id,
        person_id=row.person_id,
        data_class=DataClass.CLINICAL,
        media="throughcare/InstitutionDisclosure",
        body=fhir.disclosure(row),
        happened_at=row.at,
    )


def hold(row: Hold) -> None:
    """Keep a legal hold, as it now stands."""
    ledger.record(
        type="LegalHold",
        id=row.id,
        person_id=row.person_id,
        data_class=DataClass.AUDIT_LOG,
        media="throughcare/LegalHold",
        body=fhir.hold(row),
        happened_at=row.until or row.since,
        live=row.until is None,
    )


def in_force() -> Q:
    """Give the filter of rows with `since` and `until` that hold now."""
    now = clock.now()
    return Q(since__lte=now) & (Q(until=None) | Q(until__gt=now))


def _because(reason: str) -> None:
    if reason:
        db.unit().reason = reason
