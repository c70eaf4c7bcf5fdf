"""Who may open the lists of duties; which rows they see is decided row by row by the class of each duty's content."""

from uuid import UUID

from django.db.models import Q

from throughcare.access.policy import Policy, roles
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import SEALED, DataClass, Role, Verb

CLINICAL = (
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
    Role.PREA,
)
WORK: Policy = roles("duties_work", *CLINICAL, Role.CUSTODY, Role.TRANSPORT)
DUTY: Policy = roles("duties_one", *CLINICAL)
REFUSE: Policy = roles(
    "duties_refuse", Role.PROVIDER, Role.RN, Role.LPN, Role.PSYCH, Role.SUD, Role.DENTAL, Role.PHARMACY
)
BOARD: Policy = roles("duties_board", Role.PROVIDER, Role.RN, Role.LPN, Role.PSYCH, Role.HSA, Role.SCHEDULER)
ROSTER: Policy = roles("duties_roster", Role.RN, Role.HSA, Role.SCHEDULER, Role.PROVIDER)


def classes(lens: Lens) -> list[str]:
    """Name the classes of data whose duties this reader may see by title.

    Officers see what is theirs to know whole, and operational sentences; never a duty of a clinical class.
    """
    seen = [c for c in DataClass if lens.could(Verb.SUMMARY, c) or lens.could(Verb.WRITE, c)]
    if lens.role in (Role.CUSTODY, Role.TRANSPORT):
        seen = [c for c in seen if lens.may(Verb.READ, c) or c is DataClass.DUTY]
        seen.append(DataClass.OPERATIONAL_ALERT)
    return [c.value for c in seen]


def rows(lens: Lens) -> Q:
    """Filter duties to those this lens shows in a list: by class, by place, and by role for officers."""
    shown = rows_of(lens)
    if lens.facilities is not None:
        shown &= Q(facility_id__in=lens.facilities) | Q(owner_id=lens.user_id)
    return shown


def rows_of(lens: Lens, person_id: UUID | None = None) -> Q:
    """Filter the duties of one person whose page the lens may open: by class, not by place.

    Of a sealed class an owner sees their own; others where they may read the class, of this person where one is named.
    """
    shown = Q(data_class__among=[c for c in classes(lens) if not _guarded(lens, c, person_id)])
    if sealed := [c for c in classes(lens) if _guarded(lens, c, person_id)]:
        # That a programme has something to do for somebody tells that they are in it: it is its owner's to know.
        shown |= Q(data_class__in=sealed) & (Q(owner_role=lens.role.value) | Q(owner_id=lens.user_id))
    if lens.role in (Role.CUSTODY, Role.TRANSPORT):
        shown &= Q(owner_role=lens.role.value)
    if lens.person_id is not None:
        shown &= Q(person_id=lens.person_id)
    return shown & ~Q(person_id__in=lens.denied) if lens.denied else shown


# That somebody complained is known to who answers and who oversees (GRV-01); a nurse has a duty in it, and sees that one alone.
GUARDED = SEALED | {DataClass.GRIEVANCE}


def _guarded(lens: Lens, name: str, person_id: UUID | None) -> bool:
    return DataClass(name) in GUARDED and not lens.may(Verb.READ, DataClass(name), person_id=person_id)
