"""Who plans, who hands over, who calls; what parole may be told at all."""

from throughcare.access.policy import Policy
from throughcare.kernel.vocabulary import DataClass, Role, Verb

CARE = frozenset({Role.RN, Role.LPN, Role.PROVIDER, Role.PSYCH, Role.PLANNER})
READ = Policy("reentry.read", ((Verb.SUMMARY, DataClass.CLINICAL), (Verb.SUMMARY, DataClass.MEDICATION)), CARE)
# The paper is cut to what who prints it may read; at night that is a nurse.
HAND_OVER = Policy(
    "reentry.hand_over",
    ((Verb.READ, DataClass.MEDICATION),),
    frozenset({Role.RN, Role.LPN, Role.PROVIDER, Role.PLANNER}),
)
PLAN = Policy("reentry.plan", ((Verb.WRITE, DataClass.APPOINTMENT),), frozenset({Role.PLANNER, Role.RN, Role.PROVIDER}))
FOLLOW = Policy("reentry.follow", ((Verb.READ, DataClass.DUTY),), frozenset({Role.PLANNER, Role.RN}))
# Only a prescriber sends a prescription out.
PRESCRIBE = Policy("reentry.prescribe", ((Verb.WRITE, DataClass.MEDICATION),), frozenset({Role.PROVIDER, Role.PSYCH}))
PARTNERS = Policy("reentry.partners", only=CARE | {Role.SUD, Role.PHARMACY, Role.HIM, Role.HSA, Role.SCHEDULER})
PAROLE = Policy("reentry.parole", only=frozenset({Role.PAROLE}))
MINE = Policy("reentry.mine", only=frozenset({Role.PATIENT}))
