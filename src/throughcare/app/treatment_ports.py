"""What the medicines room gives to the room of substance use: whether treatment is in force, and blocking a doubtful dose."""

from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

from throughcare.care.medications import actions, treatment
from throughcare.kernel.actor import Actor


class OrderedTreatment:
    """Opioid treatment as the medicines room holds it: the agency's own orders, and sealed ones."""

    def in_force(self, people: Iterable[UUID]) -> bool:
        """Tell whether a treatment of these people is in force."""
        return bool(treatment.treatments(sorted(people)))

    def doses_mg(self, people: Iterable[UUID]) -> list[Decimal]:
        """Give the doses in force in milligrams, where the product tells them."""
        return [t.milligrams for t in treatment.treatments(sorted(people)) if t.milligrams]

    def report_outside(
        self, actor: Actor, person_id: UUID, *, dose: str, last_on: str, missed: int | None, contradicts: bool
    ) -> None:
        """Keep an outside programme's word; one that contradicts blocks every old dose."""
        actions.report_outside_dose(
            actor=actor, person_id=person_id, dose=dose, last_on=last_on, missed=missed, contradicts=contradicts
        )
