"""Signing in as anybody, in the demonstration and the tests only."""

from uuid import UUID

from django.http import HttpRequest

from throughcare.access import sessions
from throughcare.access.models import Posting, User
from throughcare.custody.models import Facility, Placement
from throughcare.kernel import clock, db
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import NotFound
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import Role
from throughcare.people.models import Identifier, Person

NAMES = {
    Role.RN: "Demo-Nurse, Ada",
    Role.LPN: "Demo-Nurse, Cleo",
    Role.PROVIDER: "Demo-Doctor, Eve",
    Role.PSYCH: "Demo-Psychologist, Ines",
    Role.PLANNER: "Demo-Planner, Noor",
    Role.CUSTODY: "Demo-Officer, Sam",
    Role.HSA: "Demo-Administrator, Pat",
    Role.HIM: "Demo-Records, Kim",
}


def become(request: HttpRequest, role: Role, *, facility: str = "", person: str = "") -> Posting:
    """Start a session in this role at that facility (id, code or part of its name); a patient is that person."""
    posting = persona(role, facility=facility, person=person)
    request.session.flush()
    sessions.start(request, posting.user, posting)
    return posting


def persona(role: Role, *, facility: str = "", person: str = "") -> Posting:
    """Give the posting of somebody in this role at that facility, made where there is none yet; a patient is that person."""
    with db.writing(Actor.system("demonstration")):
        place = _facility(facility)
        return _patient(person, place) if role is Role.PATIENT else _staff(role, place)


def person_of(text: str) -> UUID:
    """Give who has this id or number."""
    return _person(text, None).id


def _staff(role: Role, place: Facility | None) -> Posting:
    where = place.code if place else "agency"
    user, _ = User.objects.get_or_create(
        username=f"demo-{role.value}-{where}".lower(),
        defaults={
            "id": derived("demo", role.value, where),
            "name": NAMES.get(role, f"Demo-{role.value.title()}, Kai"),
            "password": "!",
        },
    )
    return _posting(user, role, place)


def _patient(person: str, place: Facility | None) -> Posting:
    found = _person(person, place)
    user, _ = User.objects.get_or_create(
        person_id=found.id,
        defaults={
            "id": derived("demo", "patient", str(found.id)),
            "username": f"patient-{found.id}",
            "name": f"{found.family}, {found.given}",
            "password": "!",
        },
    )
    return _posting(user, Role.PATIENT, place)


def _posting(user: User, role: Role, place: Facility | None) -> Posting:
    now = clock.now()
    held = sessions.postings_of(user).filter(role=role.value, facility_id=place.id if place else None).first()
    made: Posting = held or Posting.objects.create(
        user=user, role=role.value, facility_id=place.id if place else None, since=now
    )
    return made


def _facility(text: str) -> Facility | None:
    if not text:
        return None
    try:
        found = Facility.objects.filter(id=UUID(text)).first()
    except ValueError:
        found = (
            Facility.objects.filter(code__iexact=text).first() or Facility.objects.filter(name__icontains=text).first()
        )
    if found is None:
        raise NotFound(f"There is no facility [{text[:40]}].")
    return found


def _person(text: str, place: Facility | None) -> Person:
    found: Person | None = None
    if text:
        try:
            found = Person.objects.filter(id=UUID(text)).first()
        except ValueError:
            held = Identifier.objects.filter(value__iexact=text, until=None).first()
            found = held.person if held is not None else None
    else:
        here = Placement.objects.filter(until=None, cancelled=False)
        if place is not None:
            here = here.filter(facility_id=place.id)
        first = here.order_by("id").first()
        found = first.person if first is not None else None
    if found is None:
        raise NotFound("There is nobody by that number or id.")
    return found
