"""Who may read and change identity: predicate by the matrix; which rows a reader finds is filtered where they are listed."""

from throughcare.access.policy import reads, writes
from throughcare.kernel.vocabulary import DataClass, Role

READERS = frozenset(
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
    }
)
DETAILS = reads("who somebody is", DataClass.DEMOGRAPHICS, only=READERS)
# Identity is kept, and doubles are decided, by health information management.
KEEP = writes("keep identity", DataClass.DEMOGRAPHICS, only=frozenset({Role.HIM}))
