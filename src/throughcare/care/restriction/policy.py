"""Who passes this room's doors: custody tells and records time, health staff review, walk rounds and care, prescribers order."""

from throughcare.access.policy import Policy
from throughcare.kernel.vocabulary import DataClass, Role, Verb

NURSES = frozenset({Role.RN, Role.PROVIDER})
MEDICAL = frozenset({Role.RN, Role.LPN, Role.PROVIDER})
QMHP = frozenset({Role.PSYCH})
PRESCRIBERS = frozenset({Role.PROVIDER, Role.PSYCH})
STAFF = MEDICAL | QMHP

# What is on this page is a door, a name and a time: it says nothing of care.
LIST = Policy("kept apart", ((Verb.OPERATIONAL, DataClass.OPERATIONAL_ALERT),), STAFF | {Role.CUSTODY, Role.HSA})
TELL = Policy(
    "tell of a placement or restraint",
    ((Verb.OPERATIONAL, DataClass.OPERATIONAL_ALERT),),
    NURSES | QMHP | {Role.CUSTODY, Role.HSA},
)
PERSON = Policy("somebody kept apart", ((Verb.SUMMARY, DataClass.CLINICAL),), STAFF)
ACT = Policy("care for somebody kept apart", ((Verb.SUMMARY, DataClass.CLINICAL),), STAFF)
