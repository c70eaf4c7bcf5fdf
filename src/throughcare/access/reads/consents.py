"""A person's consents as the page shows them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from throughcare.access import holdings, kinds
from throughcare.access.models import Consent
from throughcare.access.ports import FAMILY
from throughcare.kernel import clock
from throughcare.kernel.errors import NotAllowed, NotFound
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Role, Verb

# How many people an office that reads by consent sees at once: those who signed last.
MOST = 200


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """One consent, and how it stands today."""

    id: UUID
    version: int
    person_id: UUID
    kind: str
    title: str
    about: str
    recipient: str
    roles: tuple[str, ...]
    classes: tuple[str, ...]
    language: str
    witness: str
    signed_at: datetime
    expires_at: datetime | None
    expires_event: str
    irrevocable_until: str
    state: str
    can_revoke: bool
    purpose: str
    disclosers: str
    described: str
    intermediary: str
    signed_by: str
    statements: tuple[str, ...]
    interpreter: str
    form_version: str
    agreed: bool


def consents(lens: Lens, person_id: UUID) -> list[ConsentRow]:
    """List a person's consents, newest first. What opens a class that the reader may not see is not listed."""
    if not lens.may(Verb.SUMMARY, DataClass.CLINICAL, person_id=person_id):
        raise NotAllowed("Your role may not read this person's consents.")
    titles = {kind.code: kind.title for kind in kinds.all_kinds()}
    rows = Consent.objects.filter(person_id__in=FAMILY().of(person_id)).order_by("-signed_at", "-id")
    return [_row(row, titles) for row in rows if _shown(lens, row)]


def consent(lens: Lens, person_id: UUID, consent_id: UUID) -> ConsentRow:
    """Give one consent of a person, for its copy on paper; refuses as not found what the list does not show."""
    found = next((row for row in consents(lens, person_id) if row.id == consent_id), None)
    if found is None:
        raise NotFound("There is no such consent here.")
    return found


def opened_to(lens: Lens) -> dict[UUID, frozenset[DataClass]]:
    """Give who has consented that the reader's office reads of them, and which classes: people by the latest signature."""
    if lens.role not in (Role.OMBUDS, Role.COMMUNITY):
        raise NotAllowed("This list is for an office that reads by consent.")
    signed = Consent.objects.filter(holdings.holding(), roles__contains=[lens.role.value]).order_by("-signed_at", "-id")
    people = dict.fromkeys(signed.values_list("person_id", flat=True)[:MOST])
    opened = {p: frozenset(cls for _, cls in holdings.consented(lens.role, p)) for p in people}
    return {p: classes for p, classes in opened.items() if classes}


def _shown(lens: Lens, row: Consent) -> bool:
    # That a consent for a programme's record exists says that there is one.
    ordinary = kinds.ORDINARY - {DataClass.PREA, DataClass.FORENSIC}
    return all(DataClass(cls) in ordinary or lens.could(Verb.SUMMARY, DataClass(cls)) for cls in row.classes)


def _row(row: Consent, titles: dict[str, str]) -> ConsentRow:
    state = _state(row)
    return ConsentRow(
        row.id,
        row.version,
        row.person_id,
        row.kind,
        titles.get(row.kind, row.kind),
        row.about,
        row.recipient,
        tuple(row.roles),
        tuple(row.classes),
        row.language,
        row.witness,
        row.signed_at,
        row.expires_at,
        row.expires_event,
        row.irrevocable_until,
        state,
        can_revoke=state in ("in force", "not complete") and not row.irrevocable_until,
        purpose=row.purpose,
        disclosers=row.disclosers,
        described=row.described,
        intermediary=row.intermediary,
        signed_by=row.signed_by,
        statements=tuple(row.statements),
        interpreter=row.interpreter,
        form_version=row.form_version,
        agreed=row.agreed,
    )


def _state(row: Consent) -> str:
    if row.revoked_at is not None:
        return "taken back"
    if not row.agreed:
        return "refused"
    now = clock.now()
    if row.expires_at is not None and row.expires_at <= now:
        return "ended"
    if kinds.lacks(kinds.of(row.kind), row):
        return "not complete"
    return "in force" if row.starts_at <= now else "not yet"
