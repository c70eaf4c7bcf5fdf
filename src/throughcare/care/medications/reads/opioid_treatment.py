"""Observed treatment through a lens: orders of the programme and of the agency, the last dose, days missed, who is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from throughcare.care.medications import sealed_orders
from throughcare.care.medications.models import ProgrammeOrder
from throughcare.kernel import clock, db
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb


@dataclass(frozen=True, slots=True)
class ProgrammeLine:
    """A sealed order as this reader may see it: who gives doses sees what, how much and when; the rest stays empty."""

    id: UUID
    person_id: UUID
    version: int
    text: str
    amount: str
    sig: str
    starts_at: datetime
    ends_at: datetime
    status: str
    whole: bool
    basis: str = ""
    programme: str = ""
    prescriber: str = ""


def programme_orders(lens: Lens, people: Sequence[UUID], *, over: bool = False) -> list[ProgrammeLine]:
    """Give the sealed orders of these people that the reader may see, each cut to what its class gives the role."""
    seen = [p for p in people if lens.may(Verb.SUMMARY, DataClass.PART2, person_id=p)]
    with db.reading(lens):
        rows = ProgrammeOrder.objects.filter(person_id__in=seen).order_by("-starts_at")
        if not over:
            rows = rows.filter(status="active", ends_at__gt=clock.now())
        return [_line(lens, row) for row in rows]


def _line(lens: Lens, row: ProgrammeOrder) -> ProgrammeLine:
    said = sealed_orders.programmed(row)
    whole = lens.may(Verb.READ, DataClass.PART2, person_id=row.person_id)
    return ProgrammeLine(
        id=row.id,
        person_id=row.person_id,
        version=row.version,
        text=said.text,
        amount=f"{said.amount.normalize():f} {said.unit}",
        sig=said.sig,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        status=row.status,
        whole=whole,
        basis=said.basis if whole else "",
        programme=said.programme if whole else "",
        prescriber=said.prescriber if whole else "",
    )
