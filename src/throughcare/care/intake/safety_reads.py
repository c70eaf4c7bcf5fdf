"""What the PREA coordinator sees: duties of sexual safety by site, and of each last screen only what counts for housing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q

from throughcare.care.intake import answering
from throughcare.chart import forms
from throughcare.chart import reads as chart
from throughcare.chart.models import SealedResponse
from throughcare.custody.models import Facility, Placement
from throughcare.custody.reads.places import HOUSED
from throughcare.duties import policy as duties
from throughcare.duties.models import OPEN, Duty
from throughcare.kernel import clock, db
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb
from throughcare.people import reads as people

RULES = ("INT-09", "INT-09-REASSESS", "INT-09-EVENT", "INT-10")
FORM, FINDING = "prea-risk", "determination"
MOST = 100
PAGE = 50


@dataclass(frozen=True, slots=True)
class Owed:
    """One open duty of sexual safety: whose, what, by when."""

    duty: Duty
    who: people.Card
    late: bool


@dataclass(frozen=True, slots=True)
class SafetySite:
    """One site: screens due, screens again due, follow-ups to offer, how many of all are late."""

    id: UUID
    name: str
    screens: int
    again: int
    offers: int
    late: int


@dataclass(frozen=True, slots=True)
class Screened:
    """A person's last screen: the finding that housing needs, and how many criteria count (28 CFR 115.41(d), (e))."""

    who: people.Card
    signed_at: datetime
    finding: str
    at_risk: bool
    victim: int
    abuser: int


def sites(lens: Lens) -> list[SafetySite]:
    """Count the open duties of sexual safety by site, the most late first."""
    lens.require(Verb.READ, DataClass.PREA)
    names = dict(Facility.objects.values_list("id", "name"))
    screens, again, told, offers = (Count("id", filter=Q(rule=rule)) for rule in RULES)
    late = Count("id", filter=Q(due_at__lt=clock.now()))
    with db.reading(lens):
        rows = Duty.objects.filter(OPEN, duties.rows(lens), rule__in=RULES, facility_id__isnull=False)
        counted = rows.values_list("facility_id").annotate(
            screens=screens, again=again + told, offers=offers, late=late
        )
        found = [SafetySite(place, names.get(place, ""), *numbers) for place, *numbers in counted if place is not None]
    return sorted(found, key=lambda s: (-s.late, s.name))


def owed(lens: Lens, facility_id: UUID | None) -> list[Owed]:
    """Give the open duties of sexual safety, at one site or everywhere, what is late first."""
    lens.require(Verb.READ, DataClass.PREA)
    now = clock.now()
    with db.reading(lens):
        rows = Duty.objects.filter(OPEN, duties.rows(lens), rule__in=RULES, person_id__isnull=False)
        if facility_id is not None:
            rows = rows.filter(facility_id=facility_id)
        first = list(rows.order_by("due_at")[:MOST])
        cards = people.cards(lens, [d.person_id for d in first if d.person_id])
    return [Owed(d, cards[d.person_id], d.due_at < now) for d in first if d.person_id in cards]


def screened(lens: Lens, facility_id: UUID) -> list[Screened]:
    """Give the last screens of who is housed at a site, people at risk first: what housing needs, no answer and no reason."""
    lens.require(Verb.READ, DataClass.PREA)
    with db.reading(lens):
        here = Placement.objects.filter(HOUSED, facility_id=facility_id).values("person_id")
        rows = SealedResponse.objects.filter(form=FORM, status="completed", person_id__in=here)
        last = list(dict.fromkeys(rows.order_by("-signed_at").values_list("person_id", flat=True)[: PAGE * 2]))[:PAGE]
        cards = people.cards(lens, last)
    kept: dict[UUID, tuple[SealedResponse, Mapping[str, object]]] = {}
    for row, body in chart.sealed_responses(lens, last, FORM):
        if row.status == "completed":
            kept.setdefault(row.person_id, (row, body))
    return _counted(cards, last, kept)


def _counted(
    cards: Mapping[UUID, people.Card],
    order: Sequence[UUID],
    kept: Mapping[UUID, tuple[SealedResponse, Mapping[str, object]]],
) -> list[Screened]:
    form, found = forms.load(FORM), []
    for person in order:
        if person not in kept or person not in cards:
            continue
        row, body = kept[person]
        answers = answering.typed(form, body["posted"])  # type: ignore[arg-type]
        score = forms.score(form, answers)
        counts = score.counts if score else {}
        code = next(iter(answers.codes(FINDING)), "")
        said = form.item(FINDING).option(code)
        found.append(
            Screened(
                cards[person],
                row.signed_at or row.started_at,
                said.text.en if said else "",
                code not in ("", "none"),
                counts.get("victim", 0),
                counts.get("abuser", 0),
            )
        )
    return sorted(found, key=lambda one: not one.at_risk)
