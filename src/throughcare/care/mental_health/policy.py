"""Who passes the watch's doors: clinicians begin and raise, one profession steps down and ends, officers walk the rounds."""

from throughcare.access.policy import Policy
from throughcare.kernel.vocabulary import DataClass, Role, Verb

CLINICIANS = frozenset({Role.PROVIDER, Role.RN, Role.LPN, Role.PSYCH, Role.SUD, Role.DENTAL})
# Qualified mental health professionals: the only ones who lower or end a watch (SUI-03).
QMHP = frozenset({Role.PSYCH})
OBSERVERS = frozenset({Role.CUSTODY, Role.TRANSPORT, Role.RN, Role.LPN, Role.PSYCH, Role.PROVIDER})

BOARD = Policy("watch board", ((Verb.READ, DataClass.OPERATIONAL_ALERT),), CLINICIANS | {Role.HSA})
WATCH = Policy("watch of one person", ((Verb.READ, DataClass.OPERATIONAL_ALERT),), CLINICIANS | {Role.HSA})
START = Policy("begin or raise a watch", ((Verb.READ, DataClass.OPERATIONAL_ALERT),), CLINICIANS)
DECIDE = Policy("decide on a watch", ((Verb.WRITE, DataClass.MENTAL_HEALTH),), QMHP)
# What is on this page is a door, a name and a time: it says nothing of care.
ROUNDS = Policy("walk the rounds", ((Verb.OPERATIONAL, DataClass.OPERATIONAL_ALERT),), OBSERVERS)
TAGS = Policy("print door tags", ((Verb.READ, DataClass.OPERATIONAL_ALERT),), frozenset({Role.HSA, Role.RN}))
FINDINGS = Policy("answer findings on rounds", only=frozenset({Role.HSA}))
