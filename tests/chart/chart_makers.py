"""People with a chart, for tests of pages: housed at a facility, with something of every kind on record."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from throughcare.chart import actions
from throughcare.custody import actions as custody
from throughcare.custody.models import Facility
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import DataClass, Role
from throughcare.people.actions import Demographics, register

LOINC = "http://loinc.org"
NURSE = Actor("staff", derived("test", "nurse"), "Demo-Nurse, Ada", Role.RN)
DOCTOR = Actor("staff", derived("test", "doctor"), "Demo-Doctor, Eve", Role.PROVIDER)


def hartford() -> Facility:
    """Give the facility where the tests happen."""
    return Facility.objects.get(short_name__istartswith="Hartford")


def housed(family: str = "Sample-Ortiz", given: str = "Luis", born: date = date(1990, 2, 3)) -> UUID:
    """Book a person in."""
    feed = Actor.feed("custody")
    person = register(actor=feed, demographics=Demographics(family, given, born, "male"))
    custody.admit(actor=feed, person_id=person, to=custody.Spot(hartford().id))
    return person


def charted(person: UUID, *, times: int = 1) -> None:
    """Put something of every kind on a chart, `times` over."""
    now = clock.now()
    actions.add_allergy(actor=NURSE, person_id=person, text="Penicillin", reaction="Rash", criticality="high")
    actions.raise_flag(
        actor=NURSE, person_id=person, code="suicide_attempt_in_custody", text="Attempted suicide in custody"
    )
    for n in range(times):
        actions.add_condition(actor=NURSE, person_id=person, text=f"Asthma {n}", system="urn:test", code=f"J45.{n}")
        actions.report_medicine(actor=NURSE, person_id=person, text=f"Albuterol {n}", dose="2 puffs as needed")
        note = actions.draft_note(
            actor=NURSE, person_id=person, kind="progress", title=f"Visit {n}", text="Slept well."
        )
        actions.sign_note(actor=NURSE, person_id=person, note_id=note)
        at = now - timedelta(days=28 - n * (28 / max(1, times)))
        parts = (
            actions.Part(LOINC, "8480-6", Decimal(128 + n), "mm[Hg]"),
            actions.Part(LOINC, "8462-4", Decimal(82), "mm[Hg]"),
        )
        measured = [
            actions.Measured(LOINC, "29463-7", "Weight", Decimal(185 - n), "[lb_av]", effective_at=at),
            actions.Measured(LOINC, "85354-9", "Blood pressure", parts=parts, effective_at=at),
            actions.Measured(
                LOINC, "4548-4", "Hemoglobin A1c", Decimal("8.2"), "%", category="laboratory", interpretation="H",
                data_class=DataClass.RESULT, effective_at=at,
            ),
        ]  # fmt: skip
        actions.observe(actor=NURSE, person_id=person, measured=measured)
        actions.place_order(actor=DOCTOR, person_id=person, kind="lab", text=f"Spirometry {n}")
        actions.attach(actor=NURSE, person_id=person, content=PNG + str(n).encode(), kind="scan", title=f"Slip {n}")


PNG = b"\x89PNG\r\n\x1a\n"
