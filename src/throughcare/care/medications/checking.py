"""The situation of one person as the checks see it, and their report on an order: the one place where both meet.

Everything known of the person takes part, sealed medicines too: what the reader may not see is compared and never named.
What can't be read is no "nothing found": it is a check that could not run, and the order then needs a named reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from throughcare.care.medications import formulary, sealed_orders, states
from throughcare.care.medications.models import MedicationOrder
from throughcare.care.medications.rules import checks
from throughcare.care.medications.rules.check_facts import (
    AllergyFact,
    Candidate,
    CheckReport,
    Grade,
    Heart,
    Kidneys,
    Situation,
    Taken,
)
from throughcare.care.medications.rules.timing import Kind, Timing, doses_per_day, from_json
from throughcare.chart.models import Allergy, Condition, HomeMedicine, Observation
from throughcare.kernel import clock, content
from throughcare.people.family import family
from throughcare.people.models import Person

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
SITUATION = "medications/situation.toml"


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing that a check found, or one check that could not run; `must_answer` ones need a reason to go past."""

    key: str
    rule: str
    grade: str
    sentence: str
    action: str
    source: str
    must_answer: bool

    def as_json(self) -> dict[str, Any]:
        """Give what the order keeps of it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Checked:
    """The report on one order: against which edition, and what was found."""

    edition: str
    alerts: tuple[Alert, ...]

    @property
    def must_answer(self) -> tuple[Alert, ...]:
        """Give the alerts that stop the order until a reason is given."""
        return tuple(a for a in self.alerts if a.must_answer)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The order that is to be checked."""

    product: str
    text: str
    timing: Timing
    amount: Decimal | None
    instead_of: UUID | None = None
    home_medicine_id: UUID | None = None
    for_seizure: bool = False


def check(person_id: UUID, wanted: Wanted) -> Checked:
    """Check an order against everything known of the person; call it inside a transaction that reads all of it."""
    replaced = {str(i) for i in (wanted.instead_of, wanted.home_medicine_id) if i is not None}
    candidate = Candidate(
        product=formulary.load().product(wanted.product),
        code=wanted.product,
        text=wanted.text,
        quantity=wanted.amount or _largest_step(wanted.timing),
        doses_per_day=_per_day(wanted.timing),
        replaces=frozenset(replaced),
        for_seizure=wanted.for_seizure,
    )
    return _checked(checks.check_in_force(candidate, situation_of(person_id)))


def _checked(report: CheckReport) -> Checked:
    must = set(report.needs_reason)
    found = [
        Alert(a.key, a.rule, a.grade.value, a.sentence, a.action, a.source, a.key in must)
        for a in report.alerts
        if a.grade is not Grade.NOTE
    ]
    gaps = [
        Alert(g.key, g.key, "could-not-run", g.sentence, "", "ruling 11", g.key in must) for g in report.could_not_run
    ]
    return Checked(report.coverage[:160], (*found, *gaps))


def _largest_step(timing: Timing) -> Decimal | None:
    """Give the largest dose of a taper: the one that a ceiling must hold."""
    return max((step.dose.value for step in timing.steps), default=None)


def _per_day(timing: Timing) -> Decimal | None:
    if timing.kind is Kind.PRN:
        return Decimal(timing.max_in_24h)
    return Decimal(str(doses_per_day(timing)))


def situation_of(person_id: UUID) -> Situation:
    """Give the person as the checks see them; what is not known stays unknown."""
    people = sorted(family(person_id), key=str)
    person = Person.objects.get(id=person_id)
    allergies = list(Allergy.objects.filter(person_id__in=people, status="active"))
    measured = _measured(people)
    return Situation(
        medicines=(*_ordered(people), *sealed_medicines(people), *_from_home(people)),
        allergies=tuple(_allergy(a) for a in allergies if not a.none_known),
        allergies_asked=bool(allergies),
        problems=frozenset(
            c
            for c in Condition.objects.filter(person_id__in=people, status="active").values_list("code", flat=True)
            if c
        ),
        sex=person.sex,
        age=_age(person),
        pregnant=_pregnant(people, measured),
        kidneys=_kidneys(measured),
        heart=_heart(measured),
    )


def _age(person: Person) -> int | None:
    if person.birth_date is None:
        return None
    today = clock.now().date()
    return (
        today.year
        - person.birth_date.year
        - ((today.month, today.day) < (person.birth_date.month, person.birth_date.day))
    )


def _ordered(people: Sequence[UUID]) -> list[Taken]:
    rows = MedicationOrder.objects.filter(person_id__in=people, status__in=states.LIVE, ends_at__gt=clock.now())
    return [
        Taken(str(r.id), r.code, r.text, r.amount, _per_day(from_json(r.timing)))
        for r in rows.order_by("id").only("code", "text", "amount", "timing")
    ]


def sealed_medicines(people: Sequence[UUID]) -> list[Taken]:
    """Give the medicines of sealed orders: compared like all others, never named to who may not see them."""
    return [
        Taken(str(row.id), said.product, said.text, said.amount, _per_day(from_json(dict(said.timing))), sealed=True)
        for row, said in sealed_orders.in_force(people)
    ]


def _from_home(people: Sequence[UUID]) -> list[Taken]:
    decided = MedicationOrder.objects.filter(person_id__in=people, home_medicine__isnull=False).values(
        "home_medicine_id"
    )
    rows = HomeMedicine.objects.filter(person_id__in=people, status="active").exclude(id__in=decided)
    return [
        Taken(str(r.id), r.code if r.system in ("", RXNORM) else "", r.text, home=True)
        for r in rows.exclude(verified="not_found")
    ]


def _allergy(row: Allergy) -> AllergyFact:
    return AllergyFact(row.text, row.code, row.system == RXNORM, row.reaction, row.criticality)


def _measured(people: Sequence[UUID]) -> Mapping[str, Observation]:
    """Give the newest final observation of each code that the checks read."""
    body = content.load(SITUATION)
    codes = [*body["filtration"], *body["clearance"], *body["corrected_qt"]]
    codes += [body[k] for k in ("potassium", "magnesium", "pregnancy_status", "pregnancy_test")]
    rows = Observation.objects.filter(person_id__in=people, code__in=codes).exclude(status="entered-in-error")
    newest = rows.order_by("code", "-effective_at").distinct("code")
    return {row.code: row for row in newest}


def _first(measured: Mapping[str, Observation], codes: Sequence[str]) -> Observation | None:
    found = [measured[c] for c in codes if c in measured and measured[c].value is not None]
    return max(found, key=lambda o: o.effective_at, default=None)


def _kidneys(measured: Mapping[str, Observation]) -> Kidneys | None:
    body = content.load(SITUATION)
    filtration, clearance = _first(measured, body["filtration"]), _first(measured, body["clearance"])
    newest = clearance or filtration
    if newest is None:
        return None
    return Kidneys(
        crcl=clearance.value if clearance else None,
        egfr=filtration.value if filtration else None,
        days_ago=max(0, (clock.now() - newest.effective_at).days),
    )


def _heart(measured: Mapping[str, Observation]) -> Heart:
    body = content.load(SITUATION)
    qt = _first(measured, body["corrected_qt"])
    low = False
    for salt in ("potassium", "magnesium"):
        row = _first(measured, [body[salt]])
        low = low or (row is not None and row.value is not None and row.value < Decimal(str(body[f"{salt}_low"])))
    if qt is None or qt.value is None:
        return Heart(low_potassium_or_magnesium=low)
    return Heart(int(qt.value), max(0, (clock.now() - qt.effective_at).days), low)


def _pregnant(people: Sequence[UUID], measured: Mapping[str, Observation]) -> bool | None:
    body = content.load(SITUATION)
    coded = Condition.objects.filter(person_id__in=people, status="active").values_list("code", flat=True)
    if any(code.startswith(tuple(body["pregnancy_codes"])) for code in coded if code):
        return True
    since = clock.now() - timedelta(days=int(body["pregnancy_test_days"]))
    for code in (body["pregnancy_status"], body["pregnancy_test"]):
        row = measured.get(code)
        said = row.value_text.strip().casefold() if row is not None else ""
        if row is None or row.effective_at < since:
            continue
        if said in body["pregnant_answers"]:
            return True
        if said in body["not_pregnant_answers"]:
            return False
    return None
