"""A summary put together for one recipient by one right: gathered, chosen, written, and cut down to a size where asked."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from throughcare.access import kinds
from throughcare.access.reads.consents import ConsentRow, consents
from throughcare.custody.models import Agency
from throughcare.exchange.documents import whose
from throughcare.exchange.documents.paper import pdf
from throughcare.exchange.documents.summaries import ccda, choosing, gathering, ips, tables
from throughcare.exchange.documents.summaries.choosing import Chosen
from throughcare.exchange.documents.summaries.ips import Envelope
from throughcare.kernel import clock, db
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid
from throughcare.kernel.fhir import encode
from throughcare.kernel.ids import uuid7
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass

FORMS = {
    "ips": "application/fhir+json",
    "ccd": "application/xml",
    "referral_note": "application/xml",
    "pdf": "application/pdf",
}
ENDINGS = {"ips": "json", "ccd": "xml", "referral_note": "xml", "pdf": "pdf"}
TITLES = {
    "ips": "Patient summary",
    "ccd": "Summary of care",
    "referral_note": "Referral note",
    "pdf": "Patient summary",
}
PURPOSES = ("treatment", "referral", "going_home", "person", "other")
SMALLEST, LARGEST = 8, 100_000
# Which class a kept document has: that of its most guarded entry.
RANK = ("part2", "infection", "mental_health", "reproductive", "clinical")


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to send: in which form, by which right, to whom, for what, no larger than."""

    form: str = "ips"
    basis: str = "treatment"
    consent_id: UUID | None = None
    recipient: str = ""
    purpose: str = "treatment"
    reason: str = ""
    limit_kb: int = 0
    without: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Composed:
    """A selection with the right by which it goes, and a mark by which a change since is noticed."""

    chosen: Chosen
    basis: tables.Basis
    consent: ConsentRow | None
    allowed: frozenset[str]
    mark: str


@dataclass(frozen=True, slots=True)
class Written:
    """A document as it goes out."""

    form: str
    media: str
    content: bytes
    data_class: str
    labels: tuple[str, ...]
    told: tuple[tuple[str, int], ...]
    left: tuple[tuple[str, str, int], ...]
    notices: tuple[str, ...]
    hiv: bool


def releases(lens: Lens, person_id: UUID) -> list[ConsentRow]:
    """List the consents in force by which something may be told; a refusal of the same kind, signed later, ends them."""
    rows = consents(lens, person_id)
    refused = [(r.kind, r.recipient, r.signed_at) for r in rows if r.state == "refused"]
    return [
        c
        for c in rows
        if c.state == "in force"
        and kinds.of(c.kind).releases
        and not any(k == c.kind and to in ("", c.recipient) and at >= c.signed_at for k, to, at in refused)
    ]


def compose(lens: Lens, actor: Actor, family: Sequence[UUID], asked: Asked) -> Composed:
    """Choose what goes: no more than the sender sees, the right lets go, and the sender left in."""
    basis = tables.basis(asked.basis)
    if basis is None:
        raise Invalid("Nothing was put together.", fields={"basis": "Choose by which right it goes."})
    consent = None
    allowed = basis.classes
    if basis.id == "consent":
        consent = next((c for c in releases(lens, family[0]) if c.id == asked.consent_id), None)
        if consent is None:
            raise Invalid("Nothing was put together.", fields={"consent": "Choose a consent that is in force."})
        allowed = frozenset(consent.classes)
    with db.reading(lens):
        patient, entries, partial = gathering.gather(lens, actor, family)
    chosen = choosing.choose(
        patient,
        entries,
        partial,
        allowed=allowed,
        redisclosure=basis.id != "treatment",
        notices=notices(consent),
        rules=tables.sections(),
        reach=tables.reach(),
        now=clock.now(),
        without=asked.without,
    )
    ids = sorted(one.id for found in chosen.sections.values() for one in found)
    seen = [*ids, basis.id, str(asked.consent_id or ""), asked.form, str(asked.limit_kb)]
    return Composed(chosen, basis, consent, allowed, hashlib.sha256("|".join(seen).encode()).hexdigest()[:32])


def notices(consent: ConsentRow | None) -> tuple[tables.Notice, ...]:
    """Give the notices that may have to go along; with a programme's record the scope of the consent by which it goes (2.32)."""
    if consent is None or not kinds.of(consent.kind).notice:
        return tables.notices()
    until = f"{clock.local(consent.expires_at):%Y-%m-%d}" if consent.expires_at else consent.expires_event
    scope = (
        f"Disclosed by consent {consent.id}, signed {clock.local(consent.signed_at):%Y-%m-%d} by {consent.signed_by}. "
        f"By: {consent.disclosers}. To: {consent.recipient}. What: {consent.described}. For: {consent.purpose}. Until: {until}."
    )
    asked = next(one for one in tables.notices() if one.id == "part2")
    return *tables.notices(), tables.Notice("consent", "42 CFR 2.32", scope, asked.when)


def write(composed: Composed, asked: Asked, *, by: str, at: datetime | None = None) -> Written:
    """Write the document; where it must be small, leave out what gives way first until it fits, or refuse."""
    if asked.form not in FORMS:
        raise Invalid("Nothing was put together.", fields={"form": "Choose a form."})
    envelope = Envelope(
        id=uuid7(),
        at=at or clock.now(),
        agency=agency_name(),
        author=by,
        title=TITLES[asked.form],
        recipient=asked.recipient,
        basis=composed.basis.law,
        purpose=asked.reason,
    )
    chosen: Chosen = composed.chosen
    while True:
        content = render(asked.form, chosen, envelope)
        if not asked.limit_kb or len(content) <= asked.limit_kb * 1024:
            break
        less = choosing.smaller(chosen, tables.sections(), notices(composed.consent))
        if less is None:
            raise Invalid(
                f"It can't be made as small as {asked.limit_kb} kB: allergies, medicines and problems alone take "
                f"{len(content) // 1024 + 1} kB. Ask for a larger mailbox, or send it on paper.",
                fields={"limit": "Choose a larger size."},
            )
        chosen = less
    return _written(asked, chosen, content)


def _written(asked: Asked, chosen: Chosen, content: bytes) -> Written:
    entries = [one for found in chosen.sections.values() for one in found]
    # What is cut to its summary asks no more of a reader than the medicines beside it.
    own = {DataClass.MEDICATION.value if one.cut else one.data_class for one in entries}
    classes = own | {tag for one in entries for tag in one.asks}
    least = (
        DataClass.MEDICATION
        if DataClass.CLINICAL not in own and any(one.cut for one in entries)
        else DataClass.CLINICAL
    )
    names = sorted({label for one in entries for label in one.labels})
    return Written(
        form=asked.form,
        media=FORMS[asked.form],
        content=content,
        data_class=next((one for one in RANK if one in classes), least.value),
        labels=tuple(names),
        told=tuple(sorted(chosen.count().items())),
        left=tuple(chosen.left_counted()),
        notices=tuple(one.id for one in chosen.notices),
        hiv="HIV" in names,
    )


def render(form: str, chosen: Chosen, envelope: Envelope) -> bytes:
    """Give the bytes of a document in one form."""
    rules = tables.sections()
    if form == "ips":
        return encode(ips.bundle(chosen, envelope, rules))
    if form == "pdf":
        return pdf(chosen, envelope, rules)
    return ccda.write(form, chosen, envelope, rules, own_root=whose.OWN_ROOT)


def agency_name() -> str:
    """Give the name under which the agency sends."""
    row = Agency.objects.values_list("name", flat=True).first()
    return str(row or "Department of Correction")
