"""Whose document it is: found by number, never guessed from a name; what speaks against it is said."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from throughcare.exchange.documents.ccda.found import Who
from throughcare.exchange.hl7v2 import whom
from throughcare.exchange.hl7v2.whom import PATH
from throughcare.exchange.resource_parts import day_of
from throughcare.kernel import content
from throughcare.kernel.ids import derived
from throughcare.people.actions import Number
from throughcare.people.models import Alias, Person
from throughcare.people.reads import NUMBER
from throughcare.people.rules import folded

HOLDS = ("unknown_person", "two_people", "other_person")
# The root under which our own person numbers stand in what we send: an OID of the UUID arc, registered by nobody.
OWN_ROOT = f"2.25.{derived('person numbers').int}"


@dataclass(frozen=True, slots=True)
class Found:
    """Whose a document is, or why that can't be said."""

    person: Person | None
    hold: str = ""


def numbers(who: Who) -> list[Number]:
    """Give the numbers by which the person may be found, in the names of this record."""
    systems = {row["id"].upper(): row["system"] for row in content.rows(PATH, "authority")}
    systems[OWN_ROOT] = NUMBER
    found = []
    for system, value in who.numbers:
        root = system.removeprefix("urn:oid:")
        found.append(Number(systems.get(root.upper(), systems.get(root, system))[:120], value))
    return list(dict.fromkeys(found))


def find(who: Who) -> Found:
    """Find the one person whom the numbers name; a number that is surely mistyped finds nobody."""
    held = whom.holders(numbers(who))
    if len(held) > 1:
        return Found(None, "two_people")
    if not held:
        return Found(None, "unknown_person")
    if against(who, held[0])[0]:
        return Found(None, "other_person")
    return Found(held[0])


def against(who: Who, person: Person) -> tuple[bool, list[str]]:
    """Tell whether name and birth date both speak against this person, and name what differs."""
    day = day_of(who.birth) if len(who.birth) == 10 else None
    differs = []
    if day is not None and person.birth_date is not None and day != person.birth_date:
        differs.append("birth_date")
    if who.family and not (_words(who.family) & _names(person)):
        differs.append("name")
    if who.sex in ("female", "male") and person.sex in ("female", "male") and who.sex != person.sex:
        differs.append("sex")
    return {"birth_date", "name"} <= set(differs), differs


def _names(person: Person) -> set[str]:
    families = [person.family, *Alias.objects.filter(person=person).values_list("family", flat=True)]
    return {word for name in families for word in _words(name)}


def _words(name: str) -> set[str]:
    return set(folded(name).split())


def kept(who: Who) -> dict[str, Any]:
    """Give whom a document is about, as JSON."""
    return asdict(who)


def who_of(said: Mapping[str, Any]) -> Who:
    """Read back what `kept` gave."""
    return Who(**{**said, "numbers": tuple((str(a), str(b)) for a, b in said["numbers"])})


def born(who: Who) -> date | None:
    """Give the day of birth, where a whole day is written."""
    return day_of(who.birth) if len(who.birth) == 10 else None
