"""Person as FHIR R4 Patient, pure."""

from collections.abc import Iterable

from throughcare.kernel.fhir import Json, day, filled, identifier, instant, reference, resource
from throughcare.people.models import Alias, Identifier, Person, SettledFact


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
