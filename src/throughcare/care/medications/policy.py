"""Who orders, who gives, who counts, who only sees the list."""

from throughcare.access.policy import Policy
from throughcare.kernel.vocabulary import DataClass, Role, Verb

PRESCRIBERS = frozenset({Role.PROVIDER, Role.PSYCH, Role.DENTAL})
GIVERS = frozenset({Role.RN, Role.LPN, Role.PROVIDER})
LIST = Policy("medications.list", ((Verb.SUMMARY, DataClass.MEDICATION),))
READ = Policy("medications.read", ((Verb.READ, DataClass.MEDICATION),))
ORDER = Policy("medications.order", ((Verb.WRITE, DataClass.MEDICATION),), PRESCRIBERS | {Role.RN})
SIGN = Policy("medications.sign", ((Verb.WRITE, DataClass.MEDICATION),), PRESCRIBERS)
GIVE = Policy("medications.give", ((Verb.WRITE, DataClass.MEDICATION),), GIVERS)
STOCK = Policy("medications.stock", ((Verb.WRITE, DataClass.MEDICATION),), GIVERS | {Role.PHARMACY})
COUNT = Policy("medications.count", ((Verb.WRITE, DataClass.CONTROLLED_COUNT),))
PROGRAMME = Policy("medications.programme", ((Verb.WRITE, DataClass.MEDICATION),), GIVERS | {Role.SUD})
