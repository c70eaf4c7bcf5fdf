"""The banner: who a page is about, where they are, what must never be forgotten. One for every room."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from django.urls import NoReverseMatch, reverse

from throughcare.chart import policy, reads
from throughcare.chart.models import Allergy
from throughcare.chart.ports import SAID, SaidAllergies
from throughcare.custody import reads as custody
from throughcare.kernel import db
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb
from throughcare.people import reads as people
from throughcare.ui.shapes import AlertSentence, BannerShape
from throughcare.ui.wording import t

Known = Literal["known", "none_known", "said_none", "not_asked", "hidden"]


def of(lens: Lens, person_id: UUID) -> BannerShape:
    """Give the banner of a person, as far as this reader may see; NotFound where there is nobody."""
    with db.reading(lens):
        if not lens.may(Verb.READ, DataClass.DEMOGRAPHICS, person_id=person_id):
            return _unnamed(person_id)
        card = people.card(lens, person_id)
        family = people.family(lens, person_id)
        where = custody.whereabouts(lens, [person_id]).get(person_id)
        told = custody.alerts_of(lens, [person_id], phone=where.nurse_phone if where else "")
        # Allergies are safety: who gives medicines under a summary sees them as a physician does.
        sees = lens.may(Verb.SUMMARY, DataClass.CLINICAL, person_id=person_id)
        allergies = reads.allergies(lens, family) if sees else []
        said = SAID().allergies(family) if sees else SaidAllergies()
    return BannerShape(
        seed=card.seed,
        name=card.name,
        used_name=card.used_name if card.used_name not in ("", card.given) else "",
        number=card.number,
        age=card.age,
        place=where.words if where else "Not in custody",
        going_to=where.going_to if where else "",
        going_at=where.next_at if where else None,
        allergies=[a.text for a in allergies if not a.none_known],
        allergies_said=said.names,
        allergies_state="said_none" if said.none and not allergies else _state(sees, allergies),
        alerts=[AlertSentence(a.do, a.first_aid, a.call, a.until, a.urgent) for a in told.get(person_id, ())],
        language=card.speaks,
        href=_address("chart", person_id) if sees else "",
        live=_address("chart_banner", person_id) if policy.CHART.allows(lens, person_id) else "",
    )


def _unnamed(person_id: UUID) -> BannerShape:
    """Give the banner for a reader to whom a part of the record was released, but not who the person is."""
    return BannerShape(
        seed="", name=t("chart.not_released"), number="", age=None, place="", allergies_state="hidden", href=""
    )


def _state(sees: bool, known: Sequence[Allergy]) -> Known:
    if not sees:
        return "hidden"
    if not known:
        return "not_asked"
    return "none_known" if all(a.none_known for a in known) else "known"


def _address(page: str, person_id: UUID) -> str:
    try:
        return reverse(page, kwargs={"person_id": person_id})
    except NoReverseMatch:
        return ""
