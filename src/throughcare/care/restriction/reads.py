"""Who is kept apart or in restraints here, and one person's stretches with what was done meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Sum

from throughcare.care.restriction.actions.keeping import MENTAL
from throughcare.care.restriction.models import Confinement, ConfinementVisit, Restraint, RestraintStep
from throughcare.kernel import clock, db
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb
from throughcare.people import reads as people


@dataclass(frozen=True, slots=True)
class ApartLine:
    """One person kept apart: the stretch, and minutes out of the cell today."""

    who: people.Card
    row: Confinement
    minutes: int


@dataclass(frozen=True, slots=True)
class HeldLine:
    """One person in restraints."""

    who: people.Card
    row: Restraint


@dataclass(frozen=True, slots=True)
class Here:
    """All who are kept apart or in restraints at one facility."""

    apart: list[ApartLine]
    held: list[HeldLine]


def here(lens: Lens, facility_id: UUID) -> Here:
    """Give who is kept apart or in restraints at a facility, restraints by how long, the rest by place."""
    lens.require(Verb.OPERATIONAL, DataClass.OPERATIONAL_ALERT)
    today = clock.local(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    with db.reading(lens):
        apart = list(Confinement.objects.filter(facility_id=facility_id).exclude(state="ended").order_by("place", "id"))
        held = list(Restraint.objects.filter(facility_id=facility_id, until=None).order_by("since", "id"))
        out = dict(
            ConfinementVisit.objects.filter(confinement__in=[r.id for r in apart], kind="out_of_cell", at__gte=today)
            .values_list("confinement_id")
            .annotate(total=Sum("minutes"))
        )
        cards = people.cards(lens, [r.person_id for r in [*apart, *held]])
    return Here(
        [ApartLine(cards[r.person_id], r, out.get(r.id) or 0) for r in apart if r.person_id in cards],
        [HeldLine(cards[r.person_id], r) for r in held if r.person_id in cards],
    )


@dataclass(slots=True)
class Page:
    """What the page of one person shows; words of mental health staff are empty for who may not read them."""

    apart: Confinement | None
    held: Restraint | None
    visits: list[ConfinementVisit] = field(default_factory=list)
    steps: list[RestraintStep] = field(default_factory=list)
    earlier: list[Confinement] = field(default_factory=list)
    earlier_held: list[Restraint] = field(default_factory=list)


def of_person(lens: Lens, family: Sequence[UUID]) -> Page:
    """Give a person's open stretches, what was done in the last ones, and those before."""
    lens.require(Verb.SUMMARY, DataClass.CLINICAL, person_id=family[0])
    with db.reading(lens):
        stretches = list(Confinement.objects.filter(person_id__in=family).order_by("-noticed_at")[:20])
        restraints = list(Restraint.objects.filter(person_id__in=family).order_by("-since")[:20])
        page = Page(
            next((r for r in stretches if r.state != "ended"), None),
            next((r for r in restraints if r.until is None), None),
        )
        page.earlier = [r for r in stretches if r is not page.apart]
        page.earlier_held = [r for r in restraints if r is not page.held]
        if stretches:
            page.visits = list(stretches[0].visits.order_by("-at")[:60])
        if restraints:
            page.steps = list(restraints[0].steps.order_by("-at")[:200])
    if not lens.may(Verb.READ, DataClass.MENTAL_HEALTH, person_id=family[0]):
        for one in page.visits:
            if one.kind in MENTAL:
                one.words, one.items = "", []
    return page
