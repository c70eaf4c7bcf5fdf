"""Home medicines: what the person says they take, and what a pharmacy or clinic confirms (INT-04)."""

from uuid import UUID

from throughcare.chart import models as m
from throughcare.chart import states
from throughcare.chart.actions.keeping import keep, mine, recorded
from throughcare.chart.events import MedicineReported, MedicineVerified
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, Stale
from throughcare.kernel.events import emit
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import DataClass


@action("chart.report_medicine")
def report_medicine(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    text: str,
    dose: str = "",
    system: str = "",
    code: str = "",
    last_taken: str = "",
    prescriber: str = "",
    pharmacy: str = "",
    critical: bool = False,
    opioid_treatment: bool = False,
    encounter_id: UUID | None = None,
    announce: bool = True,
) -> UUID:
    """Record a medicine from outside; the same one is not recorded twice.

    `announce` starts the clocks of INT-04; leave it off where the answer itself has started them.
    """
    if not text.strip():
        raise Invalid("Name the medicine.", fields={"text": "Name the medicine."})
    known = m.HomeMedicine.objects.filter(person_id=person_id, status="active", text__iexact=text.strip()).first()
    if known is not None:
        return known.id
    row = m.HomeMedicine.objects.create(
        id=uuid7(),
        person_id=person_id,
        text=text.strip()[:200],
        dose=dose[:120],
        system=system,
        code=code,
        last_taken=last_taken[:80],
        prescriber=prescriber[:120],
        pharmacy=pharmacy[:120],
        critical=critical,
        encounter_id=encounter_id,
        data_class=DataClass.MEDICATION.value,
        facility_id=actor.facility_id,
        **recorded(actor),
    )
    keep(row)
    if announce:
        emit(
            MedicineReported(
                happened_at=row.recorded_at,
                person_id=person_id,
                facility_id=row.facility_id,
                ref=row.id,
                critical=critical,
                opioid_treatment=opioid_treatment,
            )
        )
    return row.id


@action("chart.verify_medicine")
def verify_medicine(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    medicine_id: UUID,
    found: bool,
    how: str,
    version: int | None = None,
) -> None:
    """Record that a medicine was verified, or sought and not found; unverified is not withheld (ruling 3)."""
    if not how.strip():
        raise Invalid("Say with whom or how you checked.", fields={"how": "Name the pharmacy, clinic or label."})
    row = mine(m.HomeMedicine, medicine_id, person_id, version)
    row.bump(verified="verified" if found else "not_found", verified_how=f"{how.strip()[:120]} ({actor.name})"[:160])
    keep(row)
    emit(MedicineVerified(happened_at=clock.now(), person_id=person_id, facility_id=row.facility_id, ref=row.id))


@action("chart.stop_medicine")
def stop_medicine(*, actor: Actor, intent: UUID | None = None, person_id: UUID, medicine_id: UUID, why: str) -> None:
    """Record that a medicine from outside is not taken on, with the reason and whose decision it was (INT-04)."""
    if not why.strip():
        raise Invalid("Say why it is stopped: unverified is never the same as withheld.", fields={"why": "Say why."})
    row = mine(m.HomeMedicine, medicine_id, person_id)
    if row.status != "active":
        raise Stale("This was decided already. Open the list of medicines again.")
    row.bump(
        status=states.CONDITION.after(row.status, "deactivate"),
        stopped_why=why.strip()[:200],
        stopped_by=actor.label(),
        stopped_at=clock.now(),
    )
    keep(row)
