"""Who may complain, who answers, who reads (clinical.md 7.3). Custody is nowhere here; which rows, `reads` says one by one."""

from throughcare.access.policy import Policy, roles
from throughcare.kernel.vocabulary import DataClass, Role, Verb

OWN = Policy("grievances.own", ((Verb.WRITE, DataClass.GRIEVANCE),), frozenset({Role.PATIENT}))
OMBUDS = Policy("ombuds.home", ((Verb.READ, DataClass.GRIEVANCE),), frozenset({Role.OMBUDS}))
READERS = frozenset({Role.HSA, Role.HIM, Role.OMBUDS, Role.PREA})
BOARD = Policy("grievances.board", ((Verb.READ, DataClass.GRIEVANCE),), READERS)
ANSWER = Policy("grievances.answer", ((Verb.WRITE, DataClass.GRIEVANCE),), frozenset({Role.HSA}))
# Who takes a paper slip down writes for the person, and reads no complaint by it.
SLIP = roles("grievances.slip", Role.RN, Role.HIM, Role.HSA)
# Who is asked for their own words reads the question and what they said (7.3: own); a provider writes the reply too (own reply).
ASKED = frozenset({Role.PROVIDER, Role.RN, Role.PSYCH, Role.SUD, Role.DENTAL, Role.PHARMACY})
REPLIES = Policy("grievances.replies", ((Verb.READ, DataClass.GRIEVANCE),), ASKED)
REPLY = Policy("grievances.reply", ((Verb.WRITE, DataClass.GRIEVANCE),), frozenset({Role.PROVIDER}))
