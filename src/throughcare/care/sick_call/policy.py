"""Who asks, who answers, and who may say why a visit did not take place."""

from throughcare.access.policy import Policy
from throughcare.kernel.vocabulary import DataClass, Role, Verb

NURSES = frozenset({Role.RN, Role.PROVIDER, Role.PSYCH, Role.DENTAL})
QUEUE = Policy("sick_call.queue", ((Verb.READ, DataClass.REQUEST),), NURSES | {Role.LPN, Role.HSA})
TRIAGE = Policy("sick_call.triage", ((Verb.WRITE, DataClass.REQUEST),), frozenset({Role.RN, Role.PROVIDER, Role.PSYCH}))
LOG = Policy("sick_call.log", ((Verb.WRITE, DataClass.REQUEST),), frozenset({Role.RN, Role.LPN, Role.PROVIDER}))
# Time, place and how soon, never why (7.3): who plans the day, and who looks at it.
APPOINTMENTS = Policy(
    "sick_call.appointments",
    ((Verb.READ, DataClass.APPOINTMENT), (Verb.READ, DataClass.DEMOGRAPHICS)),
    NURSES | {Role.LPN, Role.HSA, Role.SCHEDULER},
)
BOOK = Policy(
    "sick_call.book",
    ((Verb.WRITE, DataClass.APPOINTMENT),),
    frozenset({Role.RN, Role.PROVIDER, Role.PSYCH, Role.DENTAL, Role.SCHEDULER}),
)
KIOSK = Policy("sick_call.kiosk", only=frozenset({Role.PATIENT}))
OWN_VISITS = Policy("sick_call.own_visits", ((Verb.READ, DataClass.APPOINTMENT),), frozenset({Role.PATIENT}))
ATTEST = Policy("sick_call.attest", only=frozenset({Role.CUSTODY}))
