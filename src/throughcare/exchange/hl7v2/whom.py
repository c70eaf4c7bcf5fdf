"""Whom a message is about: found by number, registered when new, never guessed."""

import re
from collections.abc import Hashable, Iterable, Sequence
from datetime import date
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from throughcare.exchange.hl7v2 import facts
from throughcare.exchange.hl7v2.facts import Precision
from throughcare.exchange.hl7v2.holding import Hold
from throughcare.exchange.hl7v2.sexes import sex_of
from throughcare.kernel import content, db
from throughcare.people.actions import Demographics, Number
from throughcare.people.models import Alias, Identifier, Person
from throughcare.people.rules import folded

PATH = "exchange/hl7v2.toml"
LONGEST_NAME = 80


def numbers(identifiers: Sequence[facts.Identifier], sender: str) -> list[Number]:
    """Give the numbers by which somebody may be found, in the order of the message."""
    systems = {row["id"].upper(): row["system"] for row in content.rows(PATH, "authority")}
    not_alone = set(content.load(PATH)["identity"]["not_alone"])
    found = []
    for one in identifiers:
        authority = one.authority or one.authority_id or one.facility or sender
        system = systems.get(authority.upper()) or f"urn:throughcare:authority:{_safe(authority)}"
        if one.type.upper() not in not_alone and len(one.value) <= LONGEST_NAME:
            found.append(Number(system[:120], one.value))
    return list(dict.fromkeys(found))


def holders(wanted: Sequence[Number]) -> list[Person]:
    """Give the people who hold any of these numbers now; linked charts count as the one that stands for them."""
    if not wanted:
        return []
    ahead: list[list[Person] | None] = [db.known(_question(number)) for number in wanted]
    if None in ahead:
        ahead = [[one for _, one in _held(wanted)]]
    found = [one for some in ahead for one in some or ()]
    people = {one.id: one for one in found}
    return sorted(people.values(), key=lambda person: person.id)


def _held(wanted: Iterable[Number]) -> list[tuple[Number, Person]]:
    match = Q()
    for number in wanted:
        match |= Q(system=number.system, value=number.value)
    held = Identifier.objects.filter(match, until__isnull=True).select_related("person", "person__survivor")
    return [(Number(one.system, one.value), one.person.survivor or one.person) for one in held]


def _question(number: Number) -> Hashable:
    return "holders", number.system, number.value


def asked_ahead(wanted: Iterable[Number]) -> dict[Hashable, list[Person]]:
    """Ask once who holds each of these numbers; for `db.knowing`, where nobody is registered, merged or renumbered meanwhile."""
    numbers = set(wanted)
    found: dict[Hashable, list[Person]] = {_question(number): [] for number in numbers}
    for number, person in _held(numbers) if numbers else ():
        found[_question(number)].append(person)
    return found


def numbers_ahead(person_ids: Iterable[UUID]) -> dict[Hashable, list[Number]]:
    """Ask once which numbers each of these people holds; for `db.knowing`, as above."""
    asked = list(person_ids)
    found: dict[Hashable, list[Number]] = {("numbers", who): [] for who in asked}
    for held in Identifier.objects.filter(person_id__in=asked, until__isnull=True):
        found["numbers", held.person_id].append(Number(held.system, held.value))
    return found


def known(message_person: facts.Person, wanted: Sequence[Number]) -> Person | None:
    """Give the one person whom the numbers name, None where nobody holds them; hold where that can't be said safely."""
    found = holders(wanted)
    if len(found) > 1:
        raise Hold("two_people", "Say whom of the two it is about; the other keeps the other number.")
    if not found:
        return None
    if not _plausible(message_person, found[0]):
        raise Hold(
            "other_person",
            "Neither name nor birth date is that person's. Say whom it is about.",
        )
    return found[0]


def _plausible(said: facts.Person, person: Person) -> bool:
    """False where a number was surely mistyped: name and birth date are both said, and neither agrees."""
    day = _birth(said)[0]
    if not said.names or day is None or person.birth_date is None or day == person.birth_date:
        return True
    theirs = {person.family, *Alias.objects.filter(person=person).values_list("family", flat=True)}
    words = {word for name in theirs for word in folded(name).split()}
    ours = {word for name in (*said.names, *said.aliases) for word in folded(name.family).split()}
    return bool(words & ours)


def demographics(said: facts.Person, before: Person | None) -> Demographics:
    """Give what the chart should say now: what the message says, and else what stood there before."""
    name = next((one for one in said.names if one.use in ("L", "")), said.names[0] if said.names else None)
    birth, estimated = _birth(said)
    family = (name.family if name else "") or (before.family if before else "")
    if before is not None and birth is None and "birth" not in said.cleared:
        birth, estimated = before.birth_date, before.birth_date_estimated
    return Demographics(
        family=family[:LONGEST_NAME],
        given=(name.given[0] if name and name.given else before.given if before else "")[:LONGEST_NAME],
        middle=(" ".join(name.given[1:]) if name and name.given[1:] else before.middle if before else "")[
            :LONGEST_NAME
        ],
        used_name=((name.called if name else "") or (before.used_name if before else ""))[:LONGEST_NAME],
        birth_date=birth,
        birth_date_estimated=estimated,
        sex=sex_of(said.sex) or (before.sex if before else "unknown"),
        race_ethnicity=_race(said) or (before.race_ethnicity if before and "races" not in said.cleared else ""),
        language=_language(said) or (before.language if before else "en"),
        needs_interpreter=before.needs_interpreter if before else _language(said) not in ("", "en"),
        synthetic=before.synthetic if before else bool(settings.THROUGHCARE_DEMO),
    )


def as_is(person_id: UUID) -> Demographics:
    """Give what the chart says now, for adding a number and nothing else."""
    person = Person.objects.get(id=person_id)
    return Demographics(**{name: getattr(person, name) for name in Demographics.__slots__})


def numbers_of(person_id: UUID) -> list[Number]:
    """Give the numbers that a person holds now."""
    return db.once(("numbers", person_id), lambda: numbers_ahead([person_id])["numbers", person_id])


def is_of_two(said: facts.Message) -> bool:
    """True for a message that links two numbers instead of telling about one person."""
    return bool(said.merges)


def keys(wanted: Sequence[Number]) -> list[str]:
    """Give the keys under which a message waits for somebody with one of these numbers."""
    return [f"number:{number.system}|{number.value}"[:300] for number in wanted]


def key_of(person_id: UUID) -> str:
    """Give the key under which a message waits for something else about this person."""
    return f"person:{person_id}"


def _birth(said: facts.Person) -> tuple[date | None, bool]:
    if said.birth is None or said.birth.day.year < 1900:
        return None, False
    return said.birth.day, said.birth.precision in (Precision.YEAR, Precision.MONTH)


def _race(said: facts.Person) -> str:
    words = {row["id"]: row["word"] for row in content.rows(PATH, "race")}
    for one in (*said.ethnicities, *said.races):
        word = words.get(one.code) or words.get(one.text.upper())
        if word:
            return str(word)
    return ""


def _language(said: facts.Person) -> str:
    if said.language is None:
        return ""
    code = (said.language.code or said.language.text).strip().lower()
    codes = {row["id"]: row["code"] for row in content.rows(PATH, "language")}
    if code in codes:
        return str(codes[code])
    return code if re.fullmatch(r"[a-z]{2,3}(-[a-z]{2,4})?", code) else ""


def _safe(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9.@-]+", "_", text) or "unnamed"
