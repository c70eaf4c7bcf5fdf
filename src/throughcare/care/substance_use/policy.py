"""Who follows withdrawal: nurses check, prescribers decide and end, the programme's staff keep its record."""

from throughcare.access.policy import Policy
from throughcare.kernel.vocabulary import DataClass, Role, Verb

CHECKERS = frozenset({Role.RN, Role.PROVIDER, Role.PSYCH})
PRESCRIBERS = frozenset({Role.PROVIDER, Role.PSYCH})

CALL = Policy(
    "substance_use.call", ((Verb.SUMMARY, DataClass.CLINICAL),), frozenset({Role.RN, Role.PROVIDER, Role.SUD})
)
PROGRAMME = Policy("substance_use.programme", ((Verb.WRITE, DataClass.PART2),), frozenset({Role.SUD}))
CHECK = Policy("substance_use.check", ((Verb.READ, DataClass.CLINICAL),), CHECKERS)
DECIDE = Policy("substance_use.decide", ((Verb.WRITE, DataClass.CLINICAL),), PRESCRIBERS)
