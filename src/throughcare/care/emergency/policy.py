"""Who calls a code, who stamps it, who reads it. A code is called by anybody on the staff; no read stands before it."""

from throughcare.access.policy import Policy, roles
from throughcare.kernel.vocabulary import DataClass, Role, Verb

AT_THE_SIDE = frozenset({Role.PROVIDER, Role.RN, Role.LPN, Role.PSYCH, Role.SUD, Role.DENTAL})
OFFICERS = frozenset({Role.CUSTODY, Role.TRANSPORT})
OTHERS = frozenset({Role.PHARMACY, Role.PLANNER, Role.SCHEDULER, Role.HSA})

CALL = roles("call a code", *(AT_THE_SIDE | OFFICERS | OTHERS))
# Everybody at the side sees at least a summary of the chart; a code is stamped by all of them.
STAMP = Policy("emergency.stamp", ((Verb.SUMMARY, DataClass.CLINICAL),), AT_THE_SIDE)
READ = STAMP
OFFICER = roles("emergency.officer", *OFFICERS)

# The way to hospital and back. Whoever sends somebody out at night may be the only one there.
PACKS = frozenset({Role.PROVIDER, Role.RN, Role.LPN})
HOSPITAL = Policy("emergency.hospital", ((Verb.SUMMARY, DataClass.CLINICAL),), AT_THE_SIDE)
PACKET = Policy("emergency.packet", ((Verb.SUMMARY, DataClass.CLINICAL), (Verb.READ, DataClass.MEDICATION)), PACKS)
FOLLOW = Policy("emergency.follow", ((Verb.SUMMARY, DataClass.CLINICAL),), PACKS)
REVIEW = Policy("emergency.review", ((Verb.WRITE, DataClass.CLINICAL),), frozenset({Role.RN, Role.PROVIDER}))
ANSWER = Policy("emergency.answer", ((Verb.WRITE, DataClass.CLINICAL),), frozenset({Role.PROVIDER}))
# No consent is asked at this door: it is the door of the medical emergency, and what it asks is written down.
PROGRAMME = Policy("emergency.programme", ((Verb.READ, DataClass.MEDICATION),), frozenset({Role.RN, Role.PROVIDER}))
