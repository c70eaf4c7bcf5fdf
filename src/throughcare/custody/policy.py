"""Who passes custody's doors, and whose rows a reader sees: predicate and row filter side by side, default deny."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from throughcare.access.policy import Policy, reads, roles, writes
from throughcare.custody.models import LegalStatus, Placement
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Role, Verb
from throughcare.people.models import Person

OFFICERS = frozenset({Role.CUSTODY, Role.TRANSPORT})
CLINICAL = frozenset(
    {
        Role.PROVIDER,
        Role.RN,
        Role.LPN,
        Role.PSYCH,
        Role.SUD,
        Role.DENTAL,
        Role.PHARMACY,
        Role.PLANNER,
        Role.HIM,
        Role.HSA,
        Role.SCHEDULER,
    }
)

# What officers act on: sentences, places and times. Health staff see the same board, to know what custody is told.
BOARD = Policy(
    "custody board",
    needs=((Verb.READ, DataClass.DEMOGRAPHICS), (Verb.OPERATIONAL, DataClass.OPERATIONAL_ALERT)),
    only=OFFICERS | CLINICAL,
)
MOVEMENTS = reads("who comes and goes", DataClass.DEMOGRAPHICS, only=OFFICERS | CLINICAL)
# Those outside find nobody but whose consent they hold; what is found is filtered person by person.
OUTSIDE = frozenset({Role.PAROLE, Role.COMMUNITY, Role.OMBUDS})
FIND = reads("find a person", DataClass.DEMOGRAPHICS, only=OFFICERS | CLINICAL | OUTSIDE)
TELL = writes("tell officers what to do", DataClass.OPERATIONAL_ALERT, only=CLINICAL)
# The matrix gives custody RW "as the source": of places and moves custody itself is the source, by its feed or by hand
# where the feed stands still. Identity stays closed to officers.
MOVE = reads("move people", DataClass.DEMOGRAPHICS, only=OFFICERS)
LOCKDOWN = reads("lock down", DataClass.DEMOGRAPHICS, only=frozenset({Role.CUSTODY}))
PLACES = roles("places", Role.HSA, Role.OPERATOR)


def housed_now(lens: Lens) -> QuerySet[Placement]:
    """Give where the people whom this reader sees are housed now.

    Custody's lens ends with the legal-status segment (ruling 9): an officer sees nobody whose segment hides them.
    """
    rows = Placement.objects.filter(until=None, cancelled=False)
    if lens.facilities is not None:
        rows = rows.filter(facility_id__in=lens.facilities)
    if lens.person_id is not None:
        rows = rows.filter(person_id=lens.person_id)
    if lens.role in OFFICERS:
        rows = rows.filter(_custody_sees(OuterRef("person_id")))
    return rows


def visible_people(lens: Lens) -> QuerySet[Person] | None:
    """Give the people whom a list may show to this reader; None where the role works across all charts."""
    if lens.person_id is not None:
        return Person.objects.filter(Q(id=lens.person_id) | Q(survivor_id=lens.person_id))
    if lens.facilities is None and lens.role not in OFFICERS:
        return None
    housed = housed_now(lens).filter(person_id=OuterRef("id"))
    through_link = housed_now(lens).filter(person__survivor_id=OuterRef("id"))
    return Person.objects.filter(Exists(housed) | Exists(through_link))


def sees(lens: Lens, facility_id: UUID | None) -> bool:
    """Tell whether a place lies within the reader's facilities."""
    return lens.facilities is None or facility_id in lens.facilities


def _custody_sees(person_id: OuterRef) -> Exists:
    return Exists(LegalStatus.objects.filter(person_id=person_id, until=None, cancelled=False, custody_sees=True))
