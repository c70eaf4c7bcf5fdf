"""Telling the institution what it needs of one person, for one of six purposes of the law (45 CFR 164.512(k)(5))."""

from uuid import UUID

from throughcare.access import lenses
from throughcare.access.actions import record as keep
from throughcare.access.events import InstitutionTold
from throughcare.access.models import Disclosure
from throughcare.access.ports import CARE, NAMES, PLACES
from throughcare.kernel import clock, content
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from throughcare.kernel.events import emit
from throughcare.kernel.vocabulary import DataClass, Purpose
from throughcare.ledger import reads as ledger_reads

FILE = "access/disclosures.toml"


def purposes() -> dict[str, str]:
    """Give the six purposes by their letter."""
    return {row["id"]: row["title"] for row in content.rows(FILE, "purpose")}


@action("access.tell_institution")
def tell_institution(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, purpose: str, told: str, items: str, why: str
) -> UUID:
    """Keep what was told to whom and why, word for word, and count it as a disclosure. Refused once custody's part has ended."""
    if actor.role is None:
        raise NotAllowed("Only somebody with a role tells the institution. Nothing was kept.")
    wrong = {}
    if purpose not in purposes():
        wrong["purpose"] = "Choose which of the six purposes of the law it is for."
    if len(told.strip()) < 3:
        wrong["told"] = "Say who was told, with their rank."
    if len(items.strip()) < 3:
        wrong["items"] = "Write what was told, word for word: the least that this purpose needs."
    if len(why.strip()) < 10:
        wrong["why"] = "Say why they need it, in ten letters or more."
    if wrong:
        raise Invalid("Nothing was kept.", fields=wrong)
    _known(person_id)
    ended, now = CARE().segment_ended(person_id), clock.now()
    if ended is not None and ended <= now:
        raise Refused(
            "This person's custody here has ended, and with it what the institution may be told (45 CFR 164.512(k)(5)(iii)). "
            "Ask for their consent. Nothing was kept."
        )
    row = Disclosure.objects.create(
        person_id=person_id,
        facility_id=PLACES().of_person(person_id),
        purpose=purpose,
        told=told.strip()[:160],
        items=items.strip(),
        why=why.strip(),
        at=now,
        by=actor.label(),
        by_id=actor.id,
    )
    keep.disclosure(row)
    ledger_reads.log_read(
        lenses.make(actor.id, actor.name, actor.role, facilities=None, purpose=Purpose.TREAT),
        route="access.told-custody",
        people=[person_id],
        classes=[DataClass.CLINICAL],
        kind="disclosure",
        note=f"{purpose}: {row.told}"[:160],
    )
    emit(
        InstitutionTold(happened_at=now, person_id=person_id, facility_id=row.facility_id, ref=row.id, purpose=purpose)
    )
    return row.id


def _known(person_id: UUID) -> None:
    if not NAMES().of([person_id]):
        raise NotFound("There is no such record here.")
