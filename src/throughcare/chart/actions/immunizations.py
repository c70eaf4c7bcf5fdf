"""Vaccines given here, refused, or reported by another record; the same dose is recorded once."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from throughcare.chart import models as m
from throughcare.chart.actions.keeping import keep, recorded
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid
from throughcare.kernel.ids import uuid7
from throughcare.people.family import family

CVX = "http://hl7.org/fhir/sid/cvx"


@dataclass(frozen=True, slots=True)
class Vaccine:
    """One dose: what, when, how, of which lot; `primary` where it was given here."""

    text: str
    given_at: datetime
    code: str = ""
    system: str = CVX
    status: str = "completed"
    primary: bool = True
    source: str = ""
    amount: Decimal | None = None
    unit: str = ""
    lot: str = ""
    expires: date | None = None
    manufacturer: str = ""
    route: str = ""
    site: str = ""
    why_not: str = ""


@action("chart.record_immunization")
def record_immunization(*, actor: Actor, intent: UUID | None = None, person_id: UUID, given: Vaccine) -> UUID:
    """Record a dose; the same vaccine of the same day is the same dose, whoever tells it again."""
    if len(given.text.strip()) < 2:
        raise Invalid("Nothing was recorded.", fields={"vaccine": "Say which vaccine."})
    if given.given_at > clock.now():
        raise Invalid("Nothing was recorded.", fields={"day": "This day lies ahead. Write when it was given."})
    known = known_dose(person_id, given)
    if known is not None:
        return known.id
    row = row_of_dose(actor, person_id, given)
    row.save(force_insert=True)
    keep(row, row.given_at)
    return row.id


def row_of_dose(actor: Actor, person_id: UUID, given: Vaccine) -> m.Immunization:
    """Make the row of a dose, not yet written."""
    about = asdict(given) | recorded(actor)
    return m.Immunization(id=uuid7(), person_id=person_id, facility_id=actor.facility_id, **about)


@action("chart.withdraw_immunization")
def withdraw_immunization(*, actor: Actor, intent: UUID | None = None, person_id: UUID, given: Vaccine) -> bool:
    """Mark a reported dose as an error where whoever reported it takes it back; False where there is none."""
    known = known_dose(person_id, given)
    if known is None or known.primary:
        return False
    known.bump(status="entered-in-error")
    keep(known, known.given_at)
    return True


def known_dose(person_id: UUID, given: Vaccine) -> m.Immunization | None:
    """Give the dose that is recorded already: same vaccine, same local day, not an error."""
    day = clock.local(given.given_at).date()
    rows = m.Immunization.objects.filter(person_id__in=family(person_id)).exclude(status="entered-in-error")
    same = rows.filter(code=given.code, system=given.system) if given.code else rows.filter(text__iexact=given.text)
    return next((row for row in same if clock.local(row.given_at).date() == day), None)
