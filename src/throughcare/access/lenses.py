"""Assembly of a lens: who, in which role, where, for what; the matrix of clinical.md 7.3 gives the grants."""

from functools import cache
from uuid import UUID

from throughcare.access import conditions, matrix
from throughcare.kernel.lens import Grant, Lens
from throughcare.kernel.vocabulary import DataClass, Purpose, Role

NOBODY = UUID(int=0)
# Roles that work across the whole agency; all others see the people of their own facilities.
AGENCY_WIDE = frozenset({Role.HIM, Role.OMBUDS, Role.PREA, Role.PAROLE, Role.TRANSPORT, Role.OPERATOR})
# Roles that no reason and no broken glass helps to a record: custody, those outside, and the person's own lens.
NO_REASON_HELPS = frozenset(
    {
        Role.CUSTODY,
        Role.TRANSPORT,
        Role.PREA,
        Role.PAROLE,
        Role.COMMUNITY,
        Role.PATIENT,
        Role.OMBUDS,
        Role.PUBLIC,
        Role.OPERATOR,
    }
)
CUSTODY_ROLES = frozenset({Role.CUSTODY, Role.TRANSPORT})
PURPOSES = {
    Role.HIM: Purpose.OPERATIONS,
    Role.HSA: Purpose.OPERATIONS,
    Role.SCHEDULER: Purpose.OPERATIONS,
    Role.CUSTODY: Purpose.OPERATIONS,
    Role.TRANSPORT: Purpose.OPERATIONS,
    Role.PREA: Purpose.OPERATIONS,
    Role.OMBUDS: Purpose.OPERATIONS,
    Role.PATIENT: Purpose.PATIENT_REQUEST,
}


@cache
def grants(role: Role) -> dict[DataClass, tuple[Grant, ...]]:
    """Give the matrix' column of a role; a class that the matrix does not name is denied."""
    table = matrix.load_matrix()
    found = {}
    for cls in DataClass:
        cell = tuple(Grant(p.verbs, p.condition) for p in table.cell(role, cls).permissions if p.verbs)
        for grant in cell:
            conditions.require_known(grant.condition)
        if cell:
            found[cls] = cell
    return found


def bare(role: Role) -> Lens:
    """Make the lens of a role without a user, for asking what the role as such may do."""
    return make(NOBODY, role.value, role, facilities=None)


def make(
    user_id: UUID,
    name: str,
    role: Role,
    *,
    facilities: frozenset[UUID] | None,
    person_id: UUID | None = None,
    opened: frozenset[UUID] = frozenset(),
    reasoned: frozenset[UUID] = frozenset(),
    denied: frozenset[UUID] = frozenset(),
    emergencies: frozenset[UUID] = frozenset(),
    trainings: frozenset[str] = frozenset(),
    purpose: Purpose | None = None,
) -> Lens:
    """Make the lens of a user who is signed in as this role."""
    return Lens(
        user_id=user_id,
        user_name=name,
        role=role,
        facilities=None if role in AGENCY_WIDE else facilities,
        purpose=purpose or PURPOSES.get(role, Purpose.TREAT),
        grants=grants(role),
        person_id=person_id,
        opened=frozenset() if role in NO_REASON_HELPS else opened,
        reasoned=frozenset() if role in NO_REASON_HELPS else reasoned,
        denied=denied,
        emergencies=frozenset() if role in NO_REASON_HELPS else emergencies,
        trainings=trainings,
        judge=conditions.Bench(),
    )
