"""Who passes the doors of connected apps: the administrator registers, whoever is signed in decides what an app may read for them."""

from throughcare.access import lenses
from throughcare.access.policy import Policy, roles
from throughcare.kernel.vocabulary import DataClass, Role, Verb

APPS = roles("smart.apps", Role.HSA)
# Nobody lets an app in whose own sight ends at sentences (custody), or who reads by an office and not for care.
_NEVER = lenses.CUSTODY_ROLES | {Role.PREA, Role.PAROLE, Role.OMBUDS, Role.PUBLIC, Role.OPERATOR}
ALLOW = roles("smart.allow", *(r for r in Role if r not in _NEVER))
CHART = Policy("smart.chart", ((Verb.READ, DataClass.CLINICAL),), frozenset(r for r in Role if r not in _NEVER))
