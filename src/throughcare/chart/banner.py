"""The banner: who a page is about, where they are, what must never be forgotten. One for every room."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from throughcare.chart import reads
from throughcare.chart.models import Allergy
from throughcare.custody import wording
from throughcare.custody.models import OperationalAlert, Placement
from throughcare.kernel import clock, db
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb
from throughcare.people.models import Identifier, Person
from throughcare.ui.shapes import AlertSentence, BannerShape

LANGUAGES = {"en": "", "es": "Spanish"}


def of(lens: Lens, person_id: UUID) -> BannerShape:
    """Give the banner of a person, as far as this reader may see."""
    with db.reading(lens):
        person = Person.objects.filter(id=person_id).first()
        if person is None:
            raise NotFound("There is no such person here.")
        root = person.survivor_id or person.id
        family = [root, *Person.objects.filter(survivor_id=root).values_list("id", flat=True)]
        number = Identifier.objects.filter(person_id__in=family, until=None).order_by("since").first()
        alerts = OperationalAlert.objects.filter(person_id__in=family, ended_at=None, until__gt=clock.now())
        sees = lens.may(Verb.READ, DataClass.CLINICAL, person_id=person_id)
        known = reads.allergies(lens, family) if sees else []
        language = LANGUAGES.get(person.language, person.language)
        return BannerShape(
            seed=str(person.id),
            name=f"{person.family}, {person.given}",
            used_name=person.used_name if person.used_name != person.given else "",
            number=number.value if number else "",
            age=clock.age_on(person.birth_date, clock.now().date()) if person.birth_date else None,
            place=_place(family),
            allergies=[a.text for a in known if not a.none_known],
            allergies_state=_state(sees, known),
            alerts=[_sentence(a) for a in alerts.order_by("template")],
            language=f"{language}, interpreter needed" if language and person.needs_interpreter else language,
            href="",
        )


def _state(sees: bool, known: Sequence[Allergy]) -> Literal["known", "none_known", "not_asked", "hidden"]:
    if not sees:
        return "hidden"
    if not known:
        return "not_asked"
    return "none_known" if all(a.none_known for a in known) else "known"


def _place(family: list[UUID]) -> str:
    here = (
        Placement.objects.filter(person_id__in=family, until=None, cancelled=False)
        .select_related("facility", "unit", "bed__cell")
        .first()
    )
    if here is None:
        return "Not in custody"
    parts = [here.facility.short_name]
    if here.bed is not None:
        parts.append(f"{here.bed.cell.code}")
    elif here.unit is not None:
        parts.append(here.unit.name)
    return " · ".join(parts)


def _sentence(alert: OperationalAlert) -> AlertSentence:
    form = wording.template(alert.template)
    return AlertSentence(do=form.sentence("text", alert.values), until=alert.until, urgent=form.urgent)
