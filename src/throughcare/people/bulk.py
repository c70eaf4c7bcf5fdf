"""Many charts at once, for the synthetic agency and for taking over an older system: the same rows as `register` makes
one by one; a test holds that.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from throughcare import ledger
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.events import emit
from throughcare.kernel.vocabulary import DataClass
from throughcare.people import fhir
from throughcare.people.actions import Demographics, Number, _check, _fields, facts_of, propose
from throughcare.people.events import PersonRegistered
from throughcare.people.models import Identifier, Person
from throughcare.people.rules import Facts, may_be_one, search_text, slips_of


@dataclass(frozen=True, slots=True)
class Newcomer:
    """One who gets a chart."""

    person_id: UUID
    demographics: Demographics
    numbers: Sequence[Number] = ()


@action("people.register_many")
def register_many(*, actor: Actor, newcomers: Sequence[Newcomer], tell: bool = False) -> int:
    """Open many charts, and propose a merge where two may be one person's. Tells the others only where asked."""
    now = clock.now()
    for one in newcomers:
        _check(one.demographics)
    known = _alike_before(newcomers)
    people = [Person(id=n.person_id, created_at=now, **_fields(n.demographics)) for n in newcomers]
    held = [
        [
            Identifier(person=person, system=number.system, value=number.value, since=now)
            for number in sorted(new.numbers, key=lambda n: (n.system, n.value))
        ]
        for new, person in zip(newcomers, people, strict=True)
    ]
    for person, identifiers in zip(people, held, strict=True):
        words = [person.family, person.given, person.middle, person.used_name]
        person.search = search_text([*words, *(i.value for i in identifiers)])
    Person.objects.bulk_create(people, batch_size=2000)
    Identifier.objects.bulk_create([i for of_one in held for i in of_one], batch_size=4000)
    for person, identifiers in zip(people, held, strict=True):
        ledger.record(
            type="Patient",
            id=person.id,
            person_id=person.id,
            data_class=DataClass.DEMOGRAPHICS,
            body=fhir.patient(person, identifiers, []),
        )
        if tell:
            emit(PersonRegistered(happened_at=now, person_id=person.id, ref=person.id))
    for new in newcomers:
        if new.demographics.birth_date is not None:
            _compare(new, known[new.demographics.birth_date])
            _compare_slips(new, known)
    return len(people)


def _compare(new: Newcomer, others: list[tuple[UUID, Facts]]) -> None:
    """Propose what may be the same, and let whoever comes next be compared with this one too."""
    d = new.demographics
    mine = Facts(d.family, d.given, d.birth_date, d.sex, frozenset((n.system, n.value) for n in new.numbers))
    for other, theirs in others:
        if reasons := may_be_one(mine, theirs):
            propose(new.person_id, other, reasons, "register")
    others.append((new.person_id, mine))


def _compare_slips(new: Newcomer, known: dict[date, list[tuple[UUID, Facts]]]) -> None:
    """Propose who has the same name and a birth date one slip apart."""
    d = new.demographics
    mine = Facts(d.family, d.given, d.birth_date, d.sex, frozenset((n.system, n.value) for n in new.numbers))
    for day in slips_of(d.birth_date) if d.birth_date else ():
        for other, theirs in known.get(day, ()):
            if theirs.family == d.family and (reasons := may_be_one(mine, theirs)):
                propose(new.person_id, other, reasons, "register")


def _alike_before(newcomers: Sequence[Newcomer]) -> dict[date, list[tuple[UUID, Facts]]]:
    days = {n.demographics.birth_date for n in newcomers if n.demographics.birth_date is not None}
    found: dict[date, list[tuple[UUID, Facts]]] = defaultdict(list)
    families = {n.demographics.family for n in newcomers}
    alike = Q(birth_date__in=days) | Q(family__in=families, birth_date__isnull=False)
    others = [one for one in Person.objects.filter(alike, survivor=None) if one.birth_date is not None]
    for other, facts in zip(others, facts_of(others), strict=True):
        found[facts.birth_date].append((other.id, facts))  # type: ignore[index]
    return found
