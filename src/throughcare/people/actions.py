"""The only writers of identity: register, correct, identify, propose a merge, decide it, take it back."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from throughcare import ledger
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotFound, Refused, Stale
from throughcare.kernel.events import emit
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import DataClass
from throughcare.people import fhir
from throughcare.people.events import (
    MergeDeclined,
    MergeProposed,
    PeopleMerged,
    PeopleUnmerged,
    PersonDied,
    PersonRegistered,
)
from throughcare.people.family import ask_anew
from throughcare.people.models import Alias, Identifier, MergeProposal, Person, SettledFact
from throughcare.people.rules import Facts, folded, may_be_one, search_text, slips_of


@dataclass(frozen=True, slots=True)
class Number:
    """A number and the system that gave it."""

    system: str
    value: str


@dataclass(frozen=True, slots=True)
class Name:
    """A name and birth date under which somebody has also been known."""

    family: str
    given: str = ""
    birth_date: date | None = None


@dataclass(frozen=True, slots=True)
class Demographics:
    """What a chart says of who somebody is; a sex is one of female, male, other, unknown."""

    family: str
    given: str
    birth_date: date | None = None
    sex: str = "unknown"
    middle: str = ""
    used_name: str = ""
    race_ethnicity: str = ""
    language: str = "en"
    needs_interpreter: bool = False
    birth_date_estimated: bool = False
    synthetic: bool = False


@action("people.register")
def register(
    *,
    actor: Actor,
    intent: UUID | None = None,
    demographics: Demographics,
    numbers: Sequence[Number] = (),
    aliases: Sequence[Name] = (),
    source: str = "",
    person_id: UUID | None = None,
) -> UUID:
    """Open a chart, and propose a merge with each chart that may be the same person's. Gives the person's id."""
    _check(demographics)
    now = clock.now()
    person = Person(id=person_id or uuid7(), created_at=now, **_fields(demographics))
    person.save(force_insert=True)
    for number in numbers:
        _hold(person, number, now)
    for alias in aliases:
        _also(person, alias, source or actor.source, now)
    _keep(person)
    emit(PersonRegistered(happened_at=now, person_id=person.id, ref=person.id))
    for other, reasons in _alike(person):
        propose(person.id, other, reasons, source or "register")
    return person.id


@action("people.correct")
def correct(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    version: int | None = None,
    demographics: Demographics,
    numbers: Sequence[Number] = (),
) -> UUID:
    """Change what the chart says of who somebody is. A name that changes is kept as an alias."""
    _check(demographics)
    person = _person(person_id, version)
    now = clock.now()
    if (folded(person.family), folded(person.given)) != (folded(demographics.family), folded(demographics.given)):
        _also(person, Name(person.family, person.given, person.birth_date), actor.source, now)
    changes = {name: value for name, value in _fields(demographics).items() if getattr(person, name) != value}
    for number in numbers:
        _hold(person, number, now)
    if changes:
        person.bump(**changes)
    if changes or numbers:
        _keep(person)
        for other, reasons in _alike(person):
            propose(person.id, other, reasons, "correct")
    return person.id


@action("people.record_death")
def record_death(*, actor: Actor, intent: UUID | None = None, person_id: UUID, at: datetime) -> None:
    """Record that the person has died."""
    person = _person(person_id)
    person.bump(deceased_at=at)
    _keep(person)
    emit(PersonDied(happened_at=at, person_id=person.id, ref=person.id))


@action("people.propose_merge")
def propose_merge(
    *, actor: Actor, intent: UUID | None = None, a: UUID, b: UUID, reasons: Sequence[str], source: str
) -> UUID | None:
    """Say that two charts may be one person's; a person decides. Gives the open proposal, or None if linked already."""
    left, right = _person(a), _person(b)
    if (left.survivor_id or left.id) == (right.survivor_id or right.id):
        return None
    return propose(left.survivor_id or left.id, right.survivor_id or right.id, tuple(reasons), source)


@action("people.merge")
def merge(*, actor: Actor, intent: UUID | None = None, proposal_id: UUID, survivor_id: UUID, why: str) -> UUID:
    """Link two charts: the other one now points to `survivor_id`. No fact changes its person, no byte is touched."""
    proposal = _open_proposal(proposal_id)
    if survivor_id not in (proposal.a_id, proposal.b_id):
        raise Invalid("The chart that stands for both must be one of the two.")
    loser = _person(proposal.b_id if survivor_id == proposal.a_id else proposal.a_id)
    survivor = _person(survivor_id)
    if survivor.survivor_id or loser.survivor_id:
        raise Stale("One of these charts has been linked since. Look at the proposals again.")
    now = clock.now()
    for further in Person.objects.select_for_update().filter(survivor=loser):
        further.bump(survivor=survivor)
        _keep(further)
    loser.bump(survivor=survivor)
    ask_anew()
    _keep(loser)
    _decide(proposal, "merged", actor, why, now)
    emit(PeopleMerged(happened_at=now, person_id=survivor.id, loser_id=loser.id, ref=proposal.id))
    return survivor.id


@action("people.keep_apart")
def keep_apart(*, actor: Actor, intent: UUID | None = None, proposal_id: UUID, why: str) -> None:
    """Decide that two charts are two people's."""
    proposal, now = _open_proposal(proposal_id), clock.now()
    _decide(proposal, "apart", actor, why, now)
    emit(MergeDeclined(happened_at=now, person_id=proposal.a_id, ref=proposal.id))


@action("people.unmerge")
def unmerge(*, actor: Actor, intent: UUID | None = None, loser_id: UUID, why: str) -> UUID:
    """Take a link away. Facts written meanwhile are listed by `reads.written_since_merge`; a person settles each."""
    loser = _person(loser_id)
    if loser.survivor_id is None:
        raise Stale("This chart is not linked to another one.")
    survivor_id, now = loser.survivor_id, clock.now()
    loser.bump(survivor=None)
    ask_anew()
    _keep(loser)
    MergeProposal.objects.filter(state="merged").filter(
        Q(a_id=loser_id, b_id=survivor_id) | Q(a_id=survivor_id, b_id=loser_id)
    ).update(state="unmerged", decided_at=now, decided_by=actor.label(), why=why)
    emit(PeopleUnmerged(happened_at=now, person_id=survivor_id, loser_id=loser.id, ref=loser.id))
    return loser.id


@action("people.settle_fact")
def settle_fact(
    *, actor: Actor, intent: UUID | None = None, loser_id: UUID, type: str, fact_id: UUID, verdict: str, why: str
) -> UUID:
    """Say of a fact that was written while two charts were linked: it stays, or it was recorded anew in the other chart.

    The fact itself is not touched; recording anew is done in its own room, by the same actions as ever.
    """
    if verdict not in ("stays", "anew"):
        raise Invalid("Say whether it stays here, or was recorded anew. Nothing was saved.")
    if len(why.strip()) < 3:
        raise Invalid("Say why, in a few words.", fields={"why": "Say why, in a few words."})
    _person(loser_id)
    if SettledFact.objects.filter(loser_id=loser_id, type=type, fact=fact_id).exists():
        raise Stale("Somebody has settled this one already. Nothing was changed.")
    row = SettledFact.objects.create(
        loser_id=loser_id,
        type=type,
        fact=fact_id,
        verdict=verdict,
        why=why.strip()[:200],
        settled_at=clock.now(),
        settled_by=actor.label(),
    )
    ledger.record(
        type="SettledFact",
        id=row.id,
        person_id=loser_id,
        data_class=DataClass.DEMOGRAPHICS,
        media="throughcare/SettledFact",
        body=fhir.settled(row),
    )
    return row.id


def _person(person_id: UUID, version: int | None = None) -> Person:
    person = Person.objects.select_for_update().filter(id=person_id).first()
    if person is None:
        raise NotFound("There is no such person here.")
    if version is not None and version != person.version:
        raise Stale("Somebody changed this person's details since you opened the page. Nothing you typed is lost.")
    return person


def _fields(d: Demographics) -> dict[str, Any]:
    return {name: getattr(d, name) for name in Demographics.__slots__}


def _check(d: Demographics) -> None:
    fields = {}
    if not d.family.strip():
        fields["family"] = "Give a family name; write Unknown if it isn't known."
    if d.birth_date is not None and not date(1900, 1, 1) <= d.birth_date <= clock.now().date():
        fields["birth_date"] = "The birth date must lie between 1900 and today."
    if d.sex not in ("female", "male", "other", "unknown"):
        fields["sex"] = "Choose female, male, other or unknown."
    if fields:
        raise Invalid("Some of these details can't be right. Nothing was saved.", fields=fields)


def _hold(person: Person, number: Number, now: datetime) -> None:
    if Identifier.objects.filter(person=person, system=number.system, value=number.value, until=None).exists():
        return
    try:
        with transaction.atomic():
            Identifier.objects.create(person=person, system=number.system, value=number.value, since=now)
    except IntegrityError as error:
        raise Refused("This number belongs to another chart. Nothing was changed; propose a merge instead.") from error


def _also(person: Person, name: Name, source: str, now: datetime) -> None:
    Alias.objects.get_or_create(
        person=person,
        family=name.family,
        given=name.given,
        defaults={"birth_date": name.birth_date, "source": source, "at": now},
    )


def _keep(person: Person) -> None:
    identifiers, aliases = list(person_numbers(person)), list(Alias.objects.filter(person=person))
    words = [person.family, person.given, person.middle, person.used_name]
    words += [w for a in aliases for w in (a.family, a.given)] + [i.value for i in identifiers]
    person.search = search_text(words)
    person.save(update_fields=["search"])
    ledger.record(
        type="Patient",
        id=person.id,
        person_id=person.id,
        data_class=DataClass.DEMOGRAPHICS,
        body=fhir.patient(person, identifiers, aliases),
    )


def person_numbers(person: Person) -> Sequence[Identifier]:
    """Give the numbers in use for this person."""
    return Identifier.objects.filter(person=person, until__isnull=True).order_by("system", "value")  # type: ignore[return-value]


def facts_of(people: Sequence[Person]) -> list[Facts]:
    """Give what is compared of many charts by two queries, however many they are."""
    ids = [one.id for one in people]
    numbers: dict[UUID, set[tuple[str, str]]] = defaultdict(set)
    names: dict[UUID, set[tuple[str, str]]] = defaultdict(set)
    held = Identifier.objects.filter(person__in=ids, until__isnull=True)
    for whose, system, value in held.values_list("person_id", "system", "value"):
        numbers[whose].add((system, value))
    for whose, family, given in Alias.objects.filter(person__in=ids).values_list("person_id", "family", "given"):
        names[whose].add((family, given))
    return [
        Facts(p.family, p.given, p.birth_date, p.sex, frozenset(numbers[p.id]), frozenset(names[p.id])) for p in people
    ]


def _alike(person: Person) -> list[tuple[UUID, tuple[str, ...]]]:
    if person.birth_date is None:
        return []
    same_day = Person.objects.filter(birth_date=person.birth_date, survivor=None).exclude(id=person.id)
    slips = Person.objects.filter(birth_date__in=slips_of(person.birth_date), family=person.family, survivor=None)
    others = [*same_day[:50], *slips[:50]]
    mine, *theirs = facts_of([person, *others])
    found = []
    for other, facts in zip(others, theirs, strict=True):
        reasons = may_be_one(mine, facts)
        if reasons and person.survivor_id is None:
            found.append((other.id, reasons))
    return found


def propose(a: UUID, b: UUID, reasons: Sequence[str], source: str) -> UUID:
    """Lay two charts before a person, once; what was decided on them stands. Gives the proposal. Inside an action only."""
    low, high = sorted((a, b))
    now = clock.now()
    decided = MergeProposal.objects.filter(a_id=low, b_id=high).exclude(state="merged").order_by("-proposed_at").first()
    if decided is not None:
        return decided.id
    proposal = MergeProposal.objects.create(a_id=low, b_id=high, reasons=list(reasons), source=source, proposed_at=now)
    emit(MergeProposed(happened_at=now, person_id=low, ref=proposal.id))
    return proposal.id


def _open_proposal(proposal_id: UUID) -> MergeProposal:
    proposal = MergeProposal.objects.select_for_update().filter(id=proposal_id, state="open").first()
    if proposal is None:
        raise Stale("This proposal has been decided already.")
    return proposal


def _decide(proposal: MergeProposal, state: str, actor: Actor, why: str, now: datetime) -> None:
    if len(why.strip()) < 3:
        raise Invalid("Say why, in a few words.", fields={"why": "Say why, in a few words."})
    proposal.bump(state=state, decided_at=now, decided_by=actor.label(), why=why.strip())
