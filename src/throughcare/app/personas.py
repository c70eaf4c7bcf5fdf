"""Who a visitor of the demonstration can be, each with one sentence of what waits for them right now."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from throughcare.care.intake.models import Arrival
from throughcare.custody.models import Facility
from throughcare.duties.models import Duty
from throughcare.kernel.vocabulary import Role
from throughcare.ui import wording
from throughcare.ui.shapes import Persona


@dataclass(frozen=True, slots=True)
class Card:
    """One card: a role at a place."""

    role: Role
    title: str
    place: str
    says: Callable[[Facility | None], str]


def _arrivals(place: Facility | None) -> str:
    waiting = Arrival.objects.filter(state__in=("arrived", "looked", "sent_out"))
    if place is not None:
        waiting = waiting.filter(facility_id=place.id)
    count = waiting.count()
    now = waiting.filter(lane="now").count()
    if not count:
        return wording.t("house.no_arrivals")
    urgent = f" {wording.t('house.arrivals_now', n=now)}" if now else ""
    return wording.t("house.arrivals_wait", n=count) + urgent


def _duties(role: Role) -> Callable[[Facility | None], str]:
    def says(place: Facility | None) -> str:
        mine = Duty.objects.filter(closed_at__isnull=True, owner_role=role.value)
        if place is not None:
            mine = mine.filter(facility_id=place.id)
        count = mine.count()
        return wording.t("house.open_duties", n=count) if count else wording.t("house.no_duties")

    return says


def _board(place: Facility | None) -> str:
    return wording.t("house.board_words")


def _kiosk(place: Facility | None) -> str:
    return wording.t("house.kiosk_words")


CARDS = (
    Card(Role.RN, "Nurse, intake", "hartford", _arrivals),
    Card(Role.RN, "Nurse, sick call", "osborn", _duties(Role.RN)),
    Card(Role.LPN, "Medication nurse", "york", _duties(Role.LPN)),
    Card(Role.PROVIDER, "Physician", "hartford", _duties(Role.PROVIDER)),
    Card(Role.PSYCH, "Psychologist", "garner", _duties(Role.PSYCH)),
    Card(Role.PLANNER, "Discharge planner", "hartford", _duties(Role.PLANNER)),
    Card(Role.CUSTODY, "Officer", "hartford", _board),
    Card(Role.HSA, "Health services administrator", "hartford", _duties(Role.HSA)),
    Card(Role.HIM, "Privacy and records officer", "", _duties(Role.HIM)),
    Card(Role.PATIENT, "Patient at the kiosk", "hartford", _kiosk),
)


def cards() -> Iterator[tuple[Card, Persona, Facility | None]]:
    """Give each card with its face and its sentence."""
    places = {f.code: f for f in Facility.objects.filter(closed_on__isnull=True)}
    for number, card in enumerate(CARDS):
        place = next((f for code, f in places.items() if card.place and card.place in code.lower()), None)
        where = place.name if place is not None else "All facilities"
        yield card, Persona(f"persona-{number}", card.title, where, card.says(place), value=card.role.value), place
