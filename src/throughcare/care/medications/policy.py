"""Who orders, who gives, who counts, who only sees the list."""

from throughcare.access.policy import Policy
from throughcare.kernel.vocabulary import DataClass, Role, Verb

PRESCRIBERS = frozenset({Role.PROVIDER, Role.PSYCH, Role.DENTAL})
GIVERS = frozenset({Role.RN, Role.LPN, Role.PROVIDER})
# The person reads their own medicines at the kiosk and on paper, not on the pages of staff.
STAFF = frozenset(Role) - {Role.PATIENT}
LIST = Policy("medications.list", ((Verb.SUMMARY, DataClass.MEDICATION),), STAFF)
READ = Policy("medications.read", ((Verb.READ, DataClass.MEDICATION),), STAFF)
ORDER = Policy("medications.order", ((Verb.WRITE, DataClass.MEDICATION),), PRESCRIBERS | {Role.RN})
SIGN = Policy("medications.sign", ((Verb.WRITE, DataClass.MEDICATION),), PRESCRIBERS)
GIVE = Policy("medications.give", ((Verb.WRITE, DataClass.MEDICATION),), GIVERS)
STOCK = Policy("medications.stock", ((Verb.WRITE, DataClass.MEDICATION),), GIVERS | {Role.PHARMACY})
COUNT = Policy("medications.count", ((Verb.WRITE, DataClass.CONTROLLED_COUNT),))
# What is seen behind these doors is cut row by row: the agency's own orders by their class, a programme's by its seal.
OBSERVED = Policy("medications.observed", ((Verb.SUMMARY, DataClass.MEDICATION),), GIVERS | {Role.SUD})
PROGRAMME = Policy("medications.programme", ((Verb.WRITE, DataClass.PART2),))
SEE_STOCK = Policy("medications.see_stock", ((Verb.READ, DataClass.CONTROLLED_COUNT),))
# Who answers for losses: the pharmacist, the administrator (clinical.md 2.3).
ANSWERS_FOR_LOSSES = frozenset({Role.PHARMACY, Role.HSA})
LOSSES = Policy("medications.losses", ((Verb.READ, DataClass.CONTROLLED_COUNT),), ANSWERS_FOR_LOSSES)
KIOSK = Policy("medications.kiosk", only=frozenset({Role.PATIENT}))
# What custody sees of kept medicines is a card: how many packs, until when (ruling 8).
KOP_CARD = Policy(
    "medications.kop_card", ((Verb.OPERATIONAL, DataClass.OPERATIONAL_ALERT),), STAFF - {Role.PAROLE, Role.COMMUNITY}
)
# Who looks at what devices could not simply add, and revokes a lost one.
DEVICES = Policy(
    "medications.devices", ((Verb.READ, DataClass.MEDICATION),), frozenset({Role.RN, Role.PROVIDER, Role.HSA})
)
# Who keeps the rules of the checks, and who orders under them.
ALERTS = Policy("medications.alerts", ((Verb.READ, DataClass.MEDICATION),), PRESCRIBERS | {Role.PHARMACY, Role.HSA})
# The person reads their own medicines at the kiosk.
OWN = Policy("medications.own", ((Verb.READ, DataClass.MEDICATION),), frozenset({Role.PATIENT}))
