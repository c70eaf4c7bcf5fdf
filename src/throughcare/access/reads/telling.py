"""What the institution was told of a person."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from throughcare.access.actions.telling import purposes
from throughcare.access.models import Disclosure
from throughcare.access.ports import CARE, FAMILY
from throughcare.kernel import clock
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb


@dataclass(frozen=True, slots=True)
class DisclosureRow:
    """One thing the institution was told."""

    id: UUID
    purpose: str
    told: str
    items: str
    why: str
    at: datetime
    by: str


def disclosures(lens: Lens, person_id: UUID) -> list[DisclosureRow]:
    """List what the institution was told, newest first; for who may read the chart whole."""
    lens.require(Verb.READ, DataClass.CLINICAL, person_id=person_id)
    titles = purposes()
    rows = Disclosure.objects.filter(person_id__in=FAMILY().of(person_id)).order_by("-at")[:200]
    return [
        DisclosureRow(r.id, f"{r.purpose}: {titles.get(r.purpose, '')}", r.told, r.items, r.why, r.at, r.by)
        for r in rows
    ]


def may_be_told(person_id: UUID) -> bool:
    """Tell whether custody's part still runs: with it ends what the institution may be told (ruling 9)."""
    ended = CARE().segment_ended(person_id)
    return ended is None or ended > clock.now()
