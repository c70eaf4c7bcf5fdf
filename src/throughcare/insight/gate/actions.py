"""The only writers of editions: draft, sign, publish, withdraw. Whoever drafts never signs; two others do."""

import hashlib
from datetime import datetime
from uuid import UUID

from throughcare import ledger
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed, NotFound, Refused, Stale
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import DataClass, Role
from throughcare.ledger import SubjectKind

from . import fhir, keeping, registry, writing
from .editions import Edition
from .models import Publication, PublishedFile
from .periods import day_of, period_of, words_of
from .policy import AUTHORS, CLINICAL, PRIVACY, SIGNERS
from .ports import COUNTS
from .reads import tables_of
from .release import decide
from .tables import BadTable

AGENCY = derived("agency")
UNSIGNED = {f"{part}_{field}": empty for part in SIGNERS for field, empty in (("by", None), ("name", ""), ("at", None))}


@action("gate.draft_edition")
def draft_edition(
    *,
    actor: Actor,
    intent: UUID | None = None,
    quarter: str,
    corrects: UUID | None = None,
    note_en: str = "",
    note_es: str = "",
) -> UUID:
    """Count a quarter, let the gate decide what of it may be seen, and keep that as a draft for two others to sign."""
    _of_staff(actor, AUTHORS, "An edition is drafted by the health services administrator.")
    if corrects is not None and not (note_en.strip() and note_es.strip()):
        raise Invalid("Say in English and in Spanish what is corrected.", fields={"note_en": "Say what is corrected."})
    before = None if corrects is None else _locked(corrects)
    if before is not None and (before.state == "draft" or before.quarter != quarter):
        raise Invalid(
            "Only a published edition of the same quarter can be corrected.", fields={"quarter": "Another quarter."}
        )
    name = _name(quarter, before)
    earlier = list(
        Publication.objects.exclude(published_at=None).order_by("published_at").values_list("told", flat=True)
    )
    counts = COUNTS()
    try:
        release = decide(
            name,
            counts.drafts(quarter),
            [keeping.from_bytes(bytes(one)) for one in earlier],
            identities=registry.identities(),
            secret=counts.secret(),
        )
    except BadTable as wrong:
        raise Invalid(f"{wrong} Nothing was kept.", fields={"quarter": "It can't be drafted."}) from None
    tables = [writing.table_body(one, demonstration=counts.invented()) for one in release.tables]
    contents = {
        "corrections": [{"table": "", "at": {}, "note": {"en": note_en.strip(), "es": note_es.strip()}}]
        if before
        else [],
        "after": len(earlier),
        "tables": tables,
        "told": keeping.to_bytes(release.told),
        "exposed": len(release.exposed),
        "digest": _digest(tables),
        "drafted_by": actor.id,
        "drafted_name": actor.name,
        "drafted_at": clock.now(),
    }
    row = Publication.objects.select_for_update(of=("self",)).filter(name=name, state="draft").first()
    if row is None:
        row = Publication.objects.create(
            name=name, quarter=quarter, demonstration=counts.invented(), corrects=before, **contents
        )
    else:
        row.bump(**contents, **UNSIGNED)
    _keep(row)
    return row.id


@action("gate.sign_edition")
def sign_edition(*, actor: Actor, intent: UUID | None = None, edition: UUID, part: str, digest: str) -> UUID:
    """Sign a draft as it was shown, for its clinical sense or for privacy; never one's own, never both parts."""
    if part not in SIGNERS:
        raise Invalid("Sign the clinical part or the privacy part.", fields={"part": "Choose one."})
    _of_staff(actor, SIGNERS[part], f"The {part} part is signed by another role.")
    row = _locked(edition)
    if row.state != "draft":
        raise Refused("This edition is published. It can't be signed again.")
    if row.digest != digest:
        raise Stale("The draft was counted anew while you read it. Nothing was signed; read it again.")
    if row.exposed:
        raise Refused("A hidden count of this draft can be worked out. It can't be signed; make the table coarser.")
    if actor.id == row.drafted_by:
        raise NotAllowed("Who drafted an edition does not sign it. Nothing was signed; ask a colleague.")
    if actor.id in (row.clinical_by, row.privacy_by):
        raise NotAllowed("You have signed the other part. A second person signs this one.")
    row.bump(**{f"{part}_by": actor.id, f"{part}_name": actor.name, f"{part}_at": clock.now()})
    _keep(row)
    return row.id


@action("gate.publish_edition")
def publish_edition(*, actor: Actor, intent: UUID | None = None, edition: UUID) -> UUID:
    """Publish an edition that two people signed: date it, hash every cell, and never change it again."""
    _of_staff(actor, AUTHORS, "An edition is published by the health services administrator.")
    row = _locked(edition)
    if row.state != "draft":
        raise Refused("This edition is published already.")
    if row.clinical_at is None or row.privacy_at is None:
        raise Refused("Two signatures are needed, clinical and privacy. Nothing was published.")
    if Publication.objects.exclude(published_at=None).count() != row.after:
        raise Stale(
            "Another edition was published since this one was drafted. Draft it again, so that both are compared."
        )
    now = clock.now()
    row.bump(state="published", published_by=actor.name, published_at=now)
    for path, content in writing.files_of(edition_of(row, now), tables_of(row)).items():
        PublishedFile.objects.create(publication=row, path=path, content=content)
    _keep(row)
    return row.id


@action("gate.withdraw_edition")
def withdraw_edition(
    *, actor: Actor, intent: UUID | None = None, edition: UUID, because_en: str, because_es: str
) -> UUID:
    """Withdraw a published edition; it stays in the list, with the reason."""
    _of_staff(actor, AUTHORS, "An edition is withdrawn by the health services administrator.")
    if not because_en.strip() or not because_es.strip():
        raise Invalid(
            "Say why, in English and in Spanish.", fields={"because_en": "Say why.", "because_es": "Say why."}
        )
    row = _locked(edition)
    if row.state != "published":
        raise Refused("Only a published edition can be withdrawn.")
    row.bump(
        state="withdrawn",
        withdrawn_by=actor.name,
        withdrawn_at=clock.now(),
        because_en=because_en.strip(),
        because_es=because_es.strip(),
    )
    _keep(row)
    return row.id


def edition_of(row: Publication, at: datetime) -> Edition:
    """Return the edition as its files will say it."""
    period = period_of("quarter", row.quarter)
    if period is None or row.clinical_at is None or row.privacy_at is None:
        raise Refused("This edition can't be written: it is not signed.")
    signed = ((CLINICAL, row.clinical_at), (PRIVACY, row.privacy_at))
    return Edition(
        id=row.name,
        folder=writing.NOWHERE,
        period={"id": row.quarter, "start": period.start.isoformat(), "end": period.end.isoformat()},
        title=words_of(row.quarter),
        published_on=day_of(at),
        demonstration=row.demonstration,
        corrects=row.corrects.name if row.corrects else None,
        corrections=tuple(row.corrections),
        signed=tuple({"part": part, "on": day_of(on)} for part, on in signed),
        tables=tuple(table["id"] for table in row.tables),
    )


def _name(quarter: str, before: Publication | None) -> str:
    try:
        period_of("quarter", quarter)
    except BadTable as wrong:
        raise Invalid(f"{wrong} Nothing was kept.", fields={"quarter": str(wrong)}) from None
    published = Publication.objects.filter(quarter=quarter).exclude(published_at=None).count()
    if before is None and published:
        raise Invalid("This quarter is published. Draft a correction of it.", fields={"quarter": "Published already."})
    return quarter if not published else f"{quarter}-r{published + 1}"


def _of_staff(actor: Actor, allowed: frozenset[Role], sentence: str) -> None:
    if actor.kind != "staff" or actor.role not in allowed:
        raise NotAllowed(f"{sentence} Nothing was changed.")


def _locked(id: UUID) -> Publication:
    row = Publication.objects.select_for_update(of=("self",)).filter(id=id).first()
    if row is None:
        raise NotFound("There is no such edition.")
    return row


def _digest(tables: list[dict[str, object]]) -> str:
    return hashlib.sha256(writing.as_json({"tables": tables})).hexdigest()


def _keep(row: Publication) -> None:
    ledger.record(
        type="Edition",
        id=row.id,
        subject=(SubjectKind.AGENCY, AGENCY),
        data_class=DataClass.AUDIT_LOG,
        media="throughcare/Edition",
        body=fhir.edition(row),
        happened_at=clock.now(),
    )
