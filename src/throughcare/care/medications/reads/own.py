"""A person's own medicines, for the kiosk: what, what for, how, when next; a programme's as far as its seal lets them see."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from throughcare.care.medications.models import MedicationOrder
from throughcare.care.medications.reads import chart, opioid_treatment
from throughcare.care.medications.reads.doors import how_taken
from throughcare.chart.plain_words import plain
from throughcare.kernel import clock
from throughcare.kernel.lens import Lens


@dataclass(frozen=True, slots=True)
class OwnMedicine:
    """One medicine in the words of who takes it; `why` and the times are empty where nothing is known."""

    text: str
    why: str
    how: str
    next_at: datetime | None
    last_at: datetime | None
    kept: bool = False
    held: bool = False
    programme: bool = False


@dataclass(frozen=True, slots=True)
class OwnMedicines:
    """What is ordered for a person here, and what they said they take that nobody has decided on."""

    ordered: list[OwnMedicine]
    undecided: list[str]


def own_medicines(lens: Lens, person_id: UUID, lang: str) -> OwnMedicines:
    """Give a person's own medicines: the chart's list and the programme's, each cut as the lens cuts it."""
    found = chart.medicines(lens, [person_id])
    now = clock.now()
    live = [row for row in found.active if row.ends_at > now]
    ordered = [_ordered(row, found, lang) for row in live]
    ordered += [_ordered(row, found, lang, held=True) for row in found.held]
    return OwnMedicines([*ordered, *_programme(lens, person_id)], [m.text for m in found.undecided])


def _ordered(row: MedicationOrder, found: chart.Medicines, lang: str, *, held: bool = False) -> OwnMedicine:
    return OwnMedicine(
        text=row.text,
        why=plain(row.indication, lang),
        how=how_taken(row, lang) or row.sig,
        next_at=None if held else found.next_due.get(row.id),
        last_at=found.last_given.get(row.id),
        kept=row.mode == "KOP",
        held=held,
    )


def _programme(lens: Lens, person_id: UUID) -> list[OwnMedicine]:
    lines = opioid_treatment.programme_orders(lens, [person_id])
    if not lines:
        return []
    treatments = opioid_treatment.treatments_of(lens, [person_id])
    last = {t.treatment.id: t.standing.last.at for t in treatments if t.standing.last}
    # Newest first, so that what is kept of each treatment is the next one due.
    doses = opioid_treatment.doses_of_person(lens, [person_id])
    coming = {d.treatment.id: d.due_at for d in doses if d.status == "expected"}
    return [
        OwnMedicine(
            text=line.text,
            why="",
            how=line.sig or line.amount,
            next_at=coming.get(line.id),
            last_at=last.get(line.id),
            programme=True,
        )
        for line in lines
    ]
