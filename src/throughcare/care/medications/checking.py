"""The situation of one person as the checks see it, and their report on an order: the one place where both meet.

Everything known of the person takes part, sealed medicines too: what the reader may not see is compared and never named.
What can't be read is no "nothing found": it is a check that could not run, and the order then needs a named reason.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q

from throughcare.care.medications import brought, formulary, measured, sealed_orders, states
from throughcare.care.medications.measured import standing_problems
from throughcare.care.medications.models import MedicationOrder
from throughcare.care.medications.rules import check_tables, checks
from throughcare.care.medications.rules.check_facts import (
    AllergyFact,
    Candidate,
    Check,
    CheckReport,
    Grade,
    Situation,
    Taken,
)
from throughcare.care.medications.rules.timing import Kind, Timing, amounts, doses_per_day, doses_per_week, from_json
from throughcare.chart.models import Allergy
from throughcare.kernel import clock
from throughcare.kernel.content import ContentError
from throughcare.people.family import family
from throughcare.people.models import Person

# A problem coded otherwise (SNOMED CT, a sender's own) is read by its words, like one that somebody typed.
ICD = re.compile(r"[A-Z]\d")
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"


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
    same: frozenset[UUID] = frozenset()
    """Of an order in force: itself and those under which it goes on, which are no other medicine."""


# What a fact of the chart can change of an order in force; what other orders change is compared when those are placed.
BY_FACTS = frozenset({Check.ALLERGY, Check.CONDITION, Check.PREGNANCY, Check.RENAL, Check.QT, Check.CONTENT})


def check(person_id: UUID, wanted: Wanted) -> Checked:
    """Check an order against everything known of the person; call it inside a transaction that reads all of it."""
    return _checked(_report(wanted, lambda: situation_of(person_id)))


def check_again(person_id: UUID, orders: Mapping[UUID, Wanted]) -> dict[UUID, list[tuple[Check, Alert]]]:
    """Check orders in force against what is known now: of each what interrupts by a fact of the chart, with its check.

    Call it inside a transaction that reads all of it. A check that broke is told whichever it is.
    """
    situation = situation_of(person_id)
    found: dict[UUID, list[tuple[Check, Alert]]] = {}
    for order_id, wanted in orders.items():
        report = _report(wanted, lambda: situation)
        abouts = {one.key: one.check for one in report.alerts} | {one.key: one.check for one in report.could_not_run}
        broke = {gap.key for gap in report.could_not_run if gap.about == "broke"}
        alerts = _checked(report).must_answer
        found[order_id] = [
            (Check.CONTENT if a.key in broke else abouts[a.key], a)
            for a in alerts
            if a.key in broke or abouts[a.key] in BY_FACTS
        ]
    return found


def _report(wanted: Wanted, situation: Callable[[], Situation]) -> CheckReport:
    try:
        product = formulary.load().product(wanted.product)
    except ContentError:
        # What the formulary would say of it can't be read: nothing is checked, and the report says so.
        unread = Candidate(None, code=wanted.product, text=wanted.text)
        return checks.check(unread, Situation(), None)
    replaced = {str(i) for i in (wanted.instead_of, wanted.home_medicine_id, *wanted.same) if i is not None}
    candidate = Candidate(
        product=product,
        code=wanted.product,
        text=wanted.text,
        quantity=_largest(wanted.amount, wanted.timing),
        doses_per_day=_per_day(wanted.timing),
        doses_per_week=Decimal(str(doses_per_week(wanted.timing))),
        replaces=frozenset(replaced),
        for_seizure=wanted.for_seizure,
    )
    return checks.check_in_force(candidate, situation())


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


def _largest(amount: Decimal | None, timing: Timing) -> Decimal | None:
    """Give the largest dose that an order may bring, of a pass, a taper's step or a scale's row: what a ceiling must hold."""
    return max((*((amount,) if amount else ()), *(dose.value for dose in amounts(timing))), default=None)


def _per_day(timing: Timing) -> Decimal | None:
    if timing.kind is Kind.PRN:
        return Decimal(timing.max_in_24h)
    if timing.kind is Kind.SLIDING and timing.base is not None:
        return _per_day(timing.base)
    return Decimal(str(doses_per_day(timing)))


def situation_of(person_id: UUID) -> Situation:
    """Give the person as the checks see them; what is not known stays unknown."""
    people = sorted(family(person_id), key=str)
    person = Person.objects.get(id=person_id)
    allergies = list(Allergy.objects.filter(person_id__in=people, status="active"))
    problems = standing_problems(people)
    body = measured.body_of(people, problems)
    return Situation(
        medicines=(*_ordered(people), *sealed_medicines(people), *_from_home(people), *_over(people)),
        allergies=tuple(_allergy(a) for a in allergies if not a.none_known),
        allergies_asked=bool(allergies),
        problems=frozenset(code for code, _ in problems if ICD.match(code)),
        told_problems=tuple(text for code, text in problems if not ICD.match(code)),
        sex=person.sex,
        age=_age(person),
        pregnant=body.pregnant,
        pregnancy_asked=body.pregnancy_asked,
        kidneys=body.kidneys,
        heart=body.heart,
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
        _taken(str(r.id), r.code, r.text, r.amount, from_json(r.timing))
        for r in rows.order_by("id").only("code", "text", "amount", "timing")
    ]


def _over(people: Sequence[UUID]) -> list[Taken]:
    """Give what was given here and is over for so short a time that it may still act; the rules say what does."""
    now = clock.now()
    since = now - timedelta(days=check_tables.longest_lingering() + 1)
    rows = MedicationOrder.objects.filter(person_id__in=people, first_dose_at__isnull=False, ends_at__gt=since)
    rows = rows.filter(Q(ended_at__gt=since) | Q(ended_at=None, ends_at__lte=now)).exclude(status="entered-in-error")
    found = []
    for row in rows.order_by("id").only("code", "text", "ended_at", "ends_at"):
        days = max(0, (now - (row.ended_at or row.ends_at)).days)
        found.append(Taken(str(row.id), row.code, row.text, ended_days_ago=days))
    return found


def _taken(key: str, code: str, text: str, amount: Decimal | None, timing: Timing, *, sealed: bool = False) -> Taken:
    often = Decimal(str(doses_per_week(timing)))
    return Taken(key, code, text, _largest(amount, timing), _per_day(timing), often, sealed=sealed)


def sealed_medicines(people: Sequence[UUID]) -> list[Taken]:
    """Give the medicines of sealed orders: compared like all others, never named to who may not see them."""
    return [
        _taken(str(row.id), said.product, said.text, said.amount, from_json(dict(said.timing)), sealed=True)
        for row, said in sealed_orders.in_force(people)
    ]


def _from_home(people: Sequence[UUID]) -> list[Taken]:
    return [
        Taken(str(r.id), r.code if r.system in ("", RXNORM) else "", r.text, home=True)
        for r in brought.undecided(people).exclude(verified="not_found")
    ]


def _allergy(row: Allergy) -> AllergyFact:
    return AllergyFact(row.text, row.code, row.system == RXNORM, row.reaction, row.criticality)
