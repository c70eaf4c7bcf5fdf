"""Person as FHIR R4 Patient, pure."""

from collections.abc import Iterable

from throughcare.kernel.fhir import Json, coding, day, filled, identifier, instant, reference, resource
from throughcare.people.models import Alias, Identifier, Person, SettledFact

US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-"
OMB = "urn:oid:2.16.840.1.113883.6.238"
# The agency's words for race and ethnicity, as the OMB's categories; another word is said as text alone.
RACES = {
    "white": ("2106-3", "White"),
    "black": ("2054-5", "Black or African American"),
    "asian": ("2028-9", "Asian"),
    "native": ("1002-5", "American Indian or Alaska Native"),
    "pacific": ("2076-8", "Native Hawaiian or Other Pacific Islander"),
}
ETHNICITIES = {"hispanic": ("2135-2", "Hispanic or Latino")}


def patient(person: Person, identifiers: Iterable[Identifier] = (), aliases: Iterable[Alias] = ()) -> Json:
    """Render a person with the numbers and names by which they are known."""
    names = [
        filled(use="official", family=person.family, given=[g for g in (person.given, person.middle) if g]),
        *([{"use": "usual", "given": [person.used_name]}] if person.used_name else []),
        *(filled(use="old", family=a.family, given=[a.given] if a.given else None) for a in aliases),
    ]
    links = [{"other": reference("Patient", person.survivor_id), "type": "replaced-by"}] if person.survivor_id else []
    return resource(
        "Patient",
        person.id,
        identifier=[identifier(i.system, i.value) for i in identifiers if i.until is None],
        extension=_race_and_ethnicity(person.race_ethnicity),
        active=person.survivor_id is None,
        name=names,
        gender=person.sex,
        birthDate=day(person.birth_date),
        deceasedDateTime=instant(person.deceased_at),
        communication=[
            {"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": person.language}]}, "preferred": True}
        ],
        link=links,
    )


def _race_and_ethnicity(word: str) -> list[Json]:
    """Say what the person said, in US Core's two elements; nothing where nothing was said."""
    if not word:
        return []
    name, table = ("ethnicity", ETHNICITIES) if word in ETHNICITIES else ("race", RACES)
    known = table.get(word)
    said = [{"url": "ombCategory", "valueCoding": coding(OMB, *known)}] if known else []
    text = {"url": "text", "valueString": known[1] if known else word}
    return [{"url": f"{US_CORE}{name}", "extension": [*said, text]}]


def settled(row: SettledFact) -> Json:
    """Render what was decided of a fact after a link was taken away."""
    return resource(
        "SettledFact",
        row.id,
        subject=reference("Patient", row.loser_id),
        fact=reference(row.type, row.fact),
        code=row.verdict,
        reason=row.why,
        at=instant(row.settled_at),
        by=row.settled_by,
    )
